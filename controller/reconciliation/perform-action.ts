import { ResourceError } from '../crest/resource-error.js';
import { changedProperties, mappedTarget } from './apply-properties.js';
import type { Assessment } from './assess.js';
import { fingerprint } from './fingerprint.js';
import type { Links } from './links.js';
import type { Mapping } from './mapping.js';
import type { ObjectSet } from './object-set.js';
import type { Action } from './situations.js';
import { mappedKeys } from './target-lookup.js';
import { createOnce, deleteOnce, updateOnce } from './unclear-write.js';

export interface ActionParts {
  readonly mapping: Mapping;
  readonly target: ObjectSet;
  readonly links: Links;
  readonly counters: ActionCounters;
}

/** What was really changed. */
export interface ActionCounters {
  created(): void;
  updated(): void;
  deleted(): void;
  linked(): void;
  unlinked(): void;
  /** Throws when one more would pass the mapping's threshold. */
  mayCreate(): void;
  mayUpdate(): void;
}

/** Does what was decided about one object; answers the id of the target, if there is one then. */
export async function performAction(parts: ActionParts, assessment: Assessment, action: Action, signal: AbortSignal): Promise<string | undefined> {
  switch (action) {
    case 'CREATE': return createTarget(parts, assessment, signal);
    case 'UPDATE': return updateTarget(parts, assessment, signal);
    case 'DELETE': return deleteTarget(parts, assessment, signal);
    case 'LINK': return linkObjects(parts, assessment);
    case 'UNLINK': return unlinkObjects(parts, assessment);
    case 'EXCEPTION': throw new SituationException(`Situation ${assessment.situation} marked as EXCEPTION`);
    default: return assessment.target?.id;
  }
}

/** Not a failure of an object: the mapping wants a person to look at the situation. */
export class SituationException extends Error {
  override readonly name = 'SituationException';
}

function impossible(action: Action, { situation }: Assessment, why: string): ResourceError {
  return new ResourceError(409, `Action ${action} cannot be done in situation ${situation}: ${why}`);
}

async function createTarget({ mapping, target, links, counters }: ActionParts, assessment: Assessment, signal: AbortSignal): Promise<string> {
  const { source } = assessment;
  if (source === undefined) throw impossible('CREATE', assessment, 'there is no source object');
  if (assessment.target !== undefined) throw impossible('CREATE', assessment, 'there is a target object');
  counters.mayCreate();
  const stale = links.targetOf(source._id);
  const id = await createOnce({ mapping, target }, source, mappedTarget(mapping, source, {}), signal);
  counters.created();
  // A link to an object that is gone gives way to the new one.
  if (stale !== undefined) await links.unlink(source._id, stale);
  await links.link(source._id, id);
  counters.linked();
  return id;
}

async function updateTarget(parts: ActionParts, assessment: Assessment, signal: AbortSignal): Promise<string> {
  const { mapping, target, links, counters } = parts;
  const { source } = assessment;
  if (source === undefined) throw impossible('UPDATE', assessment, 'there is no source object');
  if (assessment.target === undefined) throw impossible('UPDATE', assessment, 'there is no target object');
  const { id } = assessment.target;
  await linkObjects(parts, assessment);
  const hasConditions = mapping.properties.some((property) => property.condition !== undefined || property.target.length > 1);
  if (!hasConditions && fingerprint(mappedTarget(mapping, source, {}), mappedKeys(mapping)) === assessment.target.fingerprint) return id;
  // Compared again with the object as it is now, and sent with its revision: another change in between is not overwritten.
  const existing = await target.read(id, signal);
  if (existing === undefined) throw impossible('UPDATE', assessment, 'the target object is gone');
  const changed = changedProperties(mappedTarget(mapping, source, existing), existing);
  if (Object.keys(changed).length === 0) return id;
  counters.mayUpdate();
  const revision = typeof existing['_rev'] === 'string' ? existing['_rev'] : undefined;
  const after = await updateOnce(target, { id, changed, revision }, signal);
  counters.updated();
  if (after !== id && links.targetOf(source._id) === id) {
    await links.unlink(source._id, id);
    await links.link(source._id, after);
  }
  return after;
}

async function deleteTarget(parts: ActionParts, assessment: Assessment, signal: AbortSignal): Promise<undefined> {
  if (assessment.ambiguous.length > 1) throw impossible('DELETE', assessment, `several targets correlate: ${assessment.ambiguous.join(', ')}`);
  if (assessment.target !== undefined && await deleteOnce(parts.target, assessment.target.id, signal)) parts.counters.deleted();
  await unlinkObjects(parts, assessment);
  return undefined;
}

async function linkObjects({ links, counters }: ActionParts, assessment: Assessment): Promise<string> {
  const { source, target } = assessment;
  if (source === undefined || target === undefined) throw impossible('LINK', assessment, 'a source and a target object are needed');
  if (links.targetOf(source._id) !== target.id) {
    await links.link(source._id, target.id);
    counters.linked();
  }
  return target.id;
}

async function unlinkObjects({ links, counters }: ActionParts, { sourceId, target }: Assessment): Promise<string | undefined> {
  const source = sourceId ?? (target === undefined ? undefined : links.sourceOf(target.id));
  const linked = source === undefined ? undefined : links.targetOf(source);
  if (source !== undefined && linked !== undefined) {
    await links.unlink(source, linked);
    counters.unlinked();
  }
  return target?.id;
}
