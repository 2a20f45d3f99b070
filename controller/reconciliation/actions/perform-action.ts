import type { JsonObject } from '../../crest/json.js';
import { ResourceError } from '../../crest/resource-error.js';
import { changedProperties } from '../../mappings/apply-properties.js';
import type { HookName } from '../../mappings/bindings.js';
import { fingerprint } from '../fingerprint.js';
import { mappedKeys } from '../mapped-keys.js';
import type { RunEngine } from '../run-engine.js';
import type { ObjectSet, SetObject } from '../object-set.js';
import type { Action, Situation } from '../../mappings/situations.js';
import { createOnce, deleteOnce, updateOnce } from './unclear-write.js';

/** An object that was looked at, and what there is to act on. */
export interface Subject {
  readonly situation: Situation;
  readonly side: 'source' | 'target';
  readonly qualifier: string;
  /** Absent for a target without link. */
  readonly sourceId: string | undefined;
  readonly source: SetObject | undefined;
  /** The one target, if there is one. */
  readonly targetId: string | undefined;
  /** The target that the source is linked to, whether it is there or not. */
  readonly linkedId: string | undefined;
  /** Of the target's mapped properties, as they were read; undefined: look again. */
  readonly fingerprint: string | undefined;
  readonly ambiguous: readonly string[];
}

export interface LinkChange {
  readonly kind: 'link' | 'unlink';
  readonly sourceId: string;
  readonly targetId: string;
  readonly qualifier: string;
}

export type Outcome = 'created' | 'updated' | 'deleted' | 'unchanged' | 'none';

/** What an action has done to the target, and what is to be done to the links, in this order. */
export interface ActionResult {
  readonly targetId: string | undefined;
  readonly outcome: Outcome;
  readonly links: readonly LinkChange[];
}

export interface ActionParts {
  readonly engine: RunEngine;
  readonly source: ObjectSet;
  readonly target: ObjectSet;
  /** Throws when one more update would pass the mapping's threshold. */
  mayUpdate(): void;
  /** Whether the action may have been carried out before: then the target is looked at first. */
  readonly isRepeated?: boolean | undefined;
}

/** Not a failure of an object: the mapping wants a person to look at the situation. */
export class SituationException extends Error {
  override readonly name = 'SituationException';
}

/** A script behind it failed. What was done to the target stays done, and so its links are to be kept. */
export class FailedAfterwards extends Error {
  override readonly name = 'FailedAfterwards';
  readonly result: ActionResult;

  constructor(result: ActionResult, cause: unknown) {
    super('a script behind the action failed', { cause });
    this.result = result;
  }
}

/** What became of an action that failed, and why. */
export function failureOf(caught: unknown): { readonly result: ActionResult | undefined; readonly error: Error } {
  const [result, reason] = caught instanceof FailedAfterwards ? [caught.result, caught.cause] : [undefined, caught];
  return { result, error: reason instanceof Error ? reason : new Error('unknown failure') };
}

/** Does what was decided about one object (idm-rest.md section 7.5). Links are left to the caller, who stores them with the result. */
export async function performAction(parts: ActionParts, subject: Subject, action: Action, signal: AbortSignal): Promise<ActionResult> {
  switch (action) {
    case 'CREATE': return createTarget(parts, subject, signal);
    case 'UPDATE': return updateTarget(parts, subject, signal);
    case 'DELETE': return deleteTarget(parts, subject, signal);
    case 'LINK': return followed(parts, subject, { hooks: ['postMapping'], result: { targetId: subject.targetId, outcome: 'none', links: await linked(parts, subject, signal) } }, signal);
    case 'UNLINK': return { targetId: subject.targetId, outcome: 'none', links: await unlinked(parts, subject, signal) };
    case 'EXCEPTION': throw new SituationException(`Situation ${subject.situation} marked as EXCEPTION`);
    default: return { targetId: subject.targetId, outcome: 'none', links: [] };
  }
}

function impossible(action: Action, { situation }: Subject, why: string): ResourceError {
  return new ResourceError(409, `Action ${action} cannot be done in situation ${situation}: ${why}`);
}

async function createTarget(parts: ActionParts, subject: Subject, signal: AbortSignal): Promise<ActionResult> {
  const { engine, target, isRepeated = false } = parts;
  const { source, qualifier, linkedId } = subject;
  if (source === undefined) throw impossible('CREATE', subject, 'there is no source object');
  if (subject.targetId !== undefined) throw impossible('CREATE', subject, 'there is a target object');
  const content = await engine.map(source, undefined, qualifier, signal);
  await hook(parts, 'onCreate', subject, { made: content }, signal);
  const id = await createOnce({ engine, target, isRepeated }, { source, qualifier, content }, signal);
  const change = (kind: LinkChange['kind'], targetId: string): LinkChange => ({ kind, sourceId: source._id, targetId, qualifier });
  // A link to an object that is gone gives way to the new one.
  const links = [...(linkedId === undefined ? [] : [change('unlink', linkedId)]), change('link', id)];
  return followed(parts, subject, { hooks: ['onLink', 'postMapping'], targetId: id, result: { targetId: id, outcome: 'created', links } }, signal);
}

async function updateTarget(parts: ActionParts, subject: Subject, signal: AbortSignal): Promise<ActionResult> {
  const { engine, target } = parts;
  const { source, targetId: id, qualifier } = subject;
  if (source === undefined) throw impossible('UPDATE', subject, 'there is no source object');
  if (id === undefined) throw impossible('UPDATE', subject, 'there is no target object');
  const links = await linked(parts, subject, signal);
  const unchanged = (): Promise<ActionResult> => followed(parts, subject, { hooks: ['postMapping'], result: { targetId: id, outcome: 'unchanged', links } }, signal);
  if (subject.fingerprint !== undefined && !engine.dependsOnTarget
    && fingerprint(await engine.map(source, undefined, qualifier, signal), mappedKeys(engine.mapping)) === subject.fingerprint) return unchanged();
  // Compared again with the object as it is now, and sent with its revision: another change in between is not overwritten.
  const existing = await target.read(id, signal);
  if (existing === undefined) throw impossible('UPDATE', subject, 'the target object is gone');
  const made = await engine.map(source, existing, qualifier, signal);
  await hook(parts, 'onUpdate', subject, { made, existing }, signal);
  const changed = changedProperties(made, existing);
  if (Object.keys(changed).length === 0) return unchanged();
  parts.mayUpdate();
  const after = await updateOnce(target, { id, changed, revision: revisionOf(existing) }, signal);
  return followed(parts, subject, { hooks: ['postMapping'], targetId: after, result: { targetId: after, outcome: 'updated', links: after === id ? links : renamed(subject, id, after) } }, signal);
}

function revisionOf(object: JsonObject): string | undefined {
  return typeof object['_rev'] === 'string' ? object['_rev'] : undefined;
}

async function deleteTarget(parts: ActionParts, subject: Subject, signal: AbortSignal): Promise<ActionResult> {
  if (subject.ambiguous.length > 1) throw impossible('DELETE', subject, `several targets correlate: ${subject.ambiguous.join(', ')}`);
  if (subject.targetId !== undefined) await hook(parts, 'onDelete', subject, {}, signal);
  const isDeleted = subject.targetId !== undefined && await deleteOnce(parts.target, subject.targetId, signal);
  const links = unlinks(subject);
  return followed(parts, subject, { hooks: links.length > 0 ? ['onUnlink'] : [], targetId: subject.linkedId, result: { targetId: undefined, outcome: isDeleted ? 'deleted' : 'none', links } }, signal);
}

/** Runs the scripts behind what was done; `targetId`: of the target as they see it, when that is not the subject's. Rejects with {@link FailedAfterwards}. */
async function followed(parts: ActionParts, subject: Subject, { hooks, targetId, result }: { readonly hooks: readonly HookName[]; readonly targetId?: string | undefined; readonly result: ActionResult }, signal: AbortSignal): Promise<ActionResult> {
  try {
    for (const name of hooks) await hook(parts, name, subject, { targetId }, signal);
    return result;
  } catch (error) {
    signal.throwIfAborted();
    throw new FailedAfterwards(result, error);
  }
}

async function linked(parts: ActionParts, subject: Subject, signal: AbortSignal): Promise<readonly LinkChange[]> {
  const { source, targetId, linkedId, qualifier } = subject;
  if (source === undefined || targetId === undefined) throw impossible('LINK', subject, 'a source and a target object are needed');
  if (linkedId === targetId) return [];
  await hook(parts, 'onLink', subject, {}, signal);
  return [{ kind: 'link', sourceId: source._id, targetId, qualifier }];
}

async function unlinked(parts: ActionParts, subject: Subject, signal: AbortSignal): Promise<readonly LinkChange[]> {
  const links = unlinks(subject);
  if (links.length > 0) await hook(parts, 'onUnlink', subject, { targetId: subject.linkedId }, signal);
  return links;
}

function unlinks({ sourceId, linkedId, qualifier }: Subject): readonly LinkChange[] {
  return sourceId === undefined || linkedId === undefined ? [] : [{ kind: 'unlink', sourceId, targetId: linkedId, qualifier }];
}

/** An update may give the target another id; its link follows. */
function renamed({ source, linkedId, qualifier }: Subject, before: string, after: string): readonly LinkChange[] {
  if (source === undefined) return [];
  const link: LinkChange = { kind: 'link', sourceId: source._id, targetId: after, qualifier };
  return linkedId === undefined ? [link] : [{ ...link, kind: 'unlink', targetId: before }, link];
}

/** `made`: what the hook may change; without it the hook sees the target as it is. */
interface HookView { readonly made?: JsonObject; readonly existing?: JsonObject; readonly targetId?: string | undefined }

async function hook({ engine, target: set }: ActionParts, name: HookName, subject: Subject, { made, existing, targetId }: HookView, signal: AbortSignal): Promise<void> {
  if (!engine.hasHook(name)) return;
  const { source, sourceId, situation, qualifier } = subject;
  const id = targetId ?? subject.targetId;
  const target = made === undefined && id !== undefined ? await set.read(id, signal) : undefined;
  await engine.hook(name, { source, sourceId, situation, targetId: id, target, linkQualifier: qualifier }, { made, existing }, signal);
}
