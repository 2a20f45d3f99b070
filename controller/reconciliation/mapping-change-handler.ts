import { isObject, type JsonObject, type JsonValue } from '../crest/json.js';
import { ResourceError } from '../crest/resource-error.js';
import { ownerOf, type MappingBook } from '../mappings/mapping-book.js';
import type { Mapping } from '../mappings/mapping.js';
import type { AuditLog } from '../store/audit-log.js';
import type { Database, Transaction } from '../store/database/database.js';
import { DatabaseUnavailable } from '../store/database/database-errors.js';
import type { Change, ChangeCount, ChangeHandler, HandledChange } from '../sync/change-handler.js';
import { confirmedGone } from './actions/deletion-gate.js';
import { SituationException } from './actions/perform-action.js';
import { mappingLinks, type MappingLinks } from './links.js';
import { messageOf } from './message-of.js';
import type { RunEngine } from './run-engine.js';
import type { ObjectSet, SetObject } from './object-set.js';
import type { SetIdentity } from './runs/execute-run.js';
import { storeLinks, synchroniseObject, type SynchronisedObject } from './synchronise-object.js';

export interface MappingChangeParts {
  readonly database: Database;
  readonly book: MappingBook;
  readonly engineOf: (mapping: Mapping) => RunEngine;
  readonly setOf: (name: string, identity: SetIdentity) => ObjectSet;
  readonly audit: AuditLog;
  /** Takes changes of sources without a mapping. */
  readonly otherwise: ChangeHandler;
}

/** What one mapping made of a change. */
interface Mapped {
  readonly mapping: Mapping;
  readonly links: MappingLinks;
  readonly done: readonly SynchronisedObject[];
  /** Before anything was done for the mapping. */
  readonly failure?: Error | undefined;
}

/** Carries changes through every mapping of their source, in the order of the file. The first failure ends it. */
export function mappingChangeHandler(parts: MappingChangeParts): ChangeHandler {
  return {
    async handle(change, signal) {
      const book = await parts.book.all();
      const entries = [...book.values()];
      const mappings = entries.flatMap((entry) => ('mapping' in entry && entry.mapping.source === change.container && entry.mapping.settings.enableSync ? [entry.mapping] : []));
      // It may be repaired in a moment, and then the change is wanted.
      for (const [name, entry] of book) if ('problem' in entry && isFor(entry.config, change.container)) throw new ResourceError(503, `Mapping ${name} cannot be used: ${entry.problem}`);
      if (mappings.length === 0) return parts.otherwise.handle(change, signal);
      const mapped: Mapped[] = [];
      for (const mapping of mappings) {
        const one = await applyMapping(parts, mapping, change, signal);
        mapped.push(one);
        if (failureOf(one) !== undefined) break;
      }
      return handled(parts.audit, change, mapped);
    },
  };
}

/** Whether what stands in the file, though it is no mapping, would take changes of that source. */
function isFor(config: JsonValue, container: string): boolean {
  return isObject(config) && config['source'] === container && config['enableSync'] !== false;
}

async function applyMapping(parts: MappingChangeParts, mapping: Mapping, change: Change, signal: AbortSignal): Promise<Mapped> {
  const { database } = parts;
  const links = await mappingLinks(database, mapping, await ownerOf(parts.book, mapping));
  const identity = { caller: 'liveSync', transactionId: change.transactionId, span: change.span };
  try {
    const source = parts.setOf(mapping.source, identity);
    await followRename(database, links, change);
    const object = await sourceOf(source, change, signal);
    const target = parts.setOf(mapping.target, identity);
    const done = await synchroniseObject({ engine: parts.engineOf(mapping), source, target, links, reconId: undefined, wasTold: true, isRepeated: change.isRepeated }, change.id, object, signal);
    return { mapping, links, done };
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof DatabaseUnavailable) throw error;
    return { mapping, links, done: [], failure: error instanceof Error ? error : new Error(String(error)) };
  }
}

function failureOf({ done, failure }: Mapped): Error | undefined {
  return failure ?? done.find(({ error }) => error !== undefined)?.error;
}

function handled(audit: AuditLog, change: Change, mapped: readonly Mapped[]): HandledChange {
  const failure = mapped.map(failureOf).find((error) => error !== undefined);
  return {
    failure,
    counts: mapped.flatMap(({ done }) => done.flatMap(({ result, error }) => (error === undefined ? [countOf(result?.outcome)] : []))),
    results: mapped.flatMap((one) => one.done.map((each) => resultJson(one.mapping, change, each))),
    async store(tx: Transaction) {
      for (const { links, done } of mapped) await storeLinks(tx, links, done);
      await audit.writeWith(tx, mapped.flatMap((one) => auditEntries(one, change)));
    },
    storeFailure: (tx, error) => audit.writeWith(tx, mapped.slice(-1).map(({ mapping }) => ({ ...commonEntry(mapping, change), status: 'FAILURE', message: messageOf(error) }))),
  };
}

function countOf(outcome: string | undefined): ChangeCount {
  return outcome === 'created' || outcome === 'updated' || outcome === 'deleted' ? outcome : 'skipped';
}

function commonEntry(mapping: Mapping, change: Change): JsonObject {
  return { transactionId: change.transactionId, timestamp: new Date().toISOString(), eventName: 'sync', mapping: mapping.name, sourceObjectId: `${mapping.source}/${change.id}` };
}

function auditEntries({ mapping, done, failure }: Mapped, change: Change): JsonObject[] {
  const entries = done.map(({ subject, action, result, error }): JsonObject => ({
    ...commonEntry(mapping, change), situation: subject.situation, action, linkQualifier: subject.qualifier,
    status: error === undefined ? 'SUCCESS' : 'FAILURE', outcome: result?.outcome ?? null, ...error === undefined ? {} : { message: messageOf(error) },
    targetObjectId: targetIdOf(mapping, result?.targetId ?? subject.targetId),
  }));
  return failure === undefined ? entries : [...entries, { ...commonEntry(mapping, change), status: 'FAILURE', message: messageOf(failure) }];
}

function targetIdOf(mapping: Mapping, id: string | undefined): string | null {
  return id === undefined ? null : `${mapping.target}/${id}`;
}

/** As `/sync?_action=notify…` answers it. */
function resultJson(mapping: Mapping, change: Change, { subject, action, result, error }: SynchronisedObject): JsonObject {
  const targetId = result?.targetId ?? subject.targetId;
  return {
    reconId: null, mapping: mapping.name, situation: subject.situation, action, sourceId: change.id, linkQualifier: subject.qualifier,
    ...targetId === undefined ? {} : { targetId }, ambiguousTargetIds: [...subject.ambiguous], oldTargetValue: null, targetObjectSet: mapping.target,
    result: error === undefined ? 'SUCCESSFUL' : 'FAILED', ...error === undefined ? {} : { cause: { message: messageOf(error), isException: error instanceof SituationException } },
  };
}

/** Undefined: it is gone, by the change's word and by its system's. */
async function sourceOf(source: ObjectSet, { id, newValue }: Change, signal: AbortSignal): Promise<SetObject | undefined> {
  return newValue === undefined ? confirmedGone(source, id, signal) : { ...newValue, _id: id };
}

/** A source with a new id is still the same object. */
async function followRename(database: Database, links: MappingLinks, { id, newValue }: Change): Promise<void> {
  const former = newValue?.['_previous-id'];
  if (typeof former !== 'string' || former === id) return;
  for (const qualifier of await links.qualifiersOf(former)) {
    const targetId = await links.targetOf(former, qualifier);
    if (targetId === undefined || await links.targetOf(id, qualifier) !== undefined) continue;
    await database.transaction((tx) => links.apply(tx, [{ kind: 'unlink', sourceId: former, targetId, qualifier }, { kind: 'link', sourceId: id, targetId, qualifier }]));
  }
}
