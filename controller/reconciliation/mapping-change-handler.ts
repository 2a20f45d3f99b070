import type { JsonObject } from '../crest/json.js';
import type { Log } from '../log.js';
import type { AuditLog } from '../store/audit-log.js';
import type { Change, ChangeHandler } from '../sync/change-handler.js';
import type { SystemRegistry } from '../systems/system-registry.js';
import { confirmedGone } from './deletion-gate.js';
import type { Links, LinkTables } from './links.js';
import type { Mapping } from './mapping.js';
import { ownerOf, type MappingBook } from './mapping-book.js';
import { systemObjectSet, type SetObject } from './object-set.js';
import type { ActionCounters } from './perform-action.js';
import { syncOne } from './sync-one.js';
import { TargetQueries } from './target-lookup.js';

export interface MappingChangeParts {
  readonly book: MappingBook;
  readonly links: LinkTables;
  readonly registry: SystemRegistry;
  readonly audit: AuditLog;
  readonly log: Log;
  /** Takes changes of sources without a mapping. */
  readonly otherwise: ChangeHandler;
}

const nothing = (): void => undefined;
const UNCOUNTED: ActionCounters = { created: nothing, updated: nothing, deleted: nothing, linked: nothing, unlinked: nothing, mayCreate: nothing, mayUpdate: nothing };

/** Carries changes of liveSync through every mapping of their source, in the order of the file. The first failure ends it. */
export function mappingChangeHandler(parts: MappingChangeParts): ChangeHandler {
  return {
    async handle(change, signal) {
      const entries = [...(await parts.book.all()).values()];
      const mappings = entries.flatMap((entry) => ('mapping' in entry && entry.mapping.source === change.container && entry.mapping.settings.enableSync ? [entry.mapping] : []));
      if (mappings.length === 0) return parts.otherwise.handle(change, signal);
      for (const mapping of mappings) await syncChange(parts, mapping, change, signal);
    },
  };
}

async function syncChange(parts: MappingChangeParts, mapping: Mapping, change: Change, signal: AbortSignal): Promise<void> {
  const links = await parts.links.of(mapping, await ownerOf(parts.book, mapping));
  const target = systemObjectSet(mapping.target, parts.registry, { caller: 'liveSync', transactionId: change.transactionId, span: change.span });
  await followRename(links, change);
  const source = await sourceOf(parts, mapping, change, signal);
  const assessment = { mapping, links, lookup: new TargetQueries(mapping, target), claims: new Map<string, string>() };
  const action = { mapping, links, target, counters: UNCOUNTED };
  const entry = (more: JsonObject): JsonObject => ({
    transactionId: change.transactionId, timestamp: new Date().toISOString(), eventName: 'sync', mapping: mapping.name,
    sourceObjectId: `${mapping.source}/${change.id}`, ...more,
  });
  try {
    const done = await syncOne(assessment, action, change.id, source, signal);
    await parts.audit.write(entry({
      situation: done.assessment.situation, action: done.action, status: 'SUCCESS',
      targetObjectId: done.targetId === undefined ? null : `${mapping.target}/${done.targetId}`,
    }));
  } catch (error) {
    await parts.audit.write(entry({ status: 'FAILURE', message: error instanceof Error ? error.message : 'unknown failure' }));
    throw error;
  }
}

/** Undefined: it is gone, by the change's word and by its system's. */
async function sourceOf({ registry }: MappingChangeParts, mapping: Mapping, { id, newValue, transactionId, span }: Change, signal: AbortSignal): Promise<SetObject | undefined> {
  if (newValue !== undefined) return { ...newValue, _id: id };
  return confirmedGone(systemObjectSet(mapping.source, registry, { caller: 'liveSync', transactionId, span }), id, signal);
}

/** A source with a new id is still the same object. */
async function followRename(links: Links, { id, newValue }: Change): Promise<void> {
  const former = newValue?.['_previous-id'];
  const linked = typeof former === 'string' && former !== id ? links.targetOf(former) : undefined;
  if (typeof former !== 'string' || linked === undefined || links.targetOf(id) !== undefined) return;
  await links.unlink(former, linked);
  await links.link(id, linked);
}
