import type { AssessedSource, RunEngine } from './run-engine.js';
import type { Subject } from './actions/perform-action.js';
import { correlatedTargets } from './correlated-targets.js';
import type { ObjectSet, SetObject } from './object-set.js';
import type { Situation } from '../mappings/situations.js';

/** Links of a mapping, seen from its source and its target. */
export interface LinkLookup {
  targetOf(sourceId: string, qualifier: string): Promise<string | undefined>;
  sourceOf(targetId: string, qualifier: string): Promise<string | undefined>;
  /** The qualifiers under which a source is linked. */
  qualifiersOf(sourceId: string): Promise<readonly string[]>;
}

export interface AssessmentParts {
  readonly engine: RunEngine;
  readonly links: LinkLookup;
  readonly target: ObjectSet;
}

/** A single source object that is there, once for each link qualifier; the target is asked. Throws what the mapping fails with. */
export async function assessSource(parts: AssessmentParts, source: SetObject, signal: AbortSignal): Promise<readonly Subject[]> {
  const [assessed] = await parts.engine.sources([source], false, signal);
  if (assessed instanceof Error) throw assessed;
  const subjects: Subject[] = [];
  for (const row of assessed ?? []) subjects.push(await assessQualified(parts, source, row, signal));
  return subjects;
}

async function assessQualified(parts: AssessmentParts, source: SetObject, { qualifier, isValid }: AssessedSource, signal: AbortSignal): Promise<Subject> {
  const { engine, links, target } = parts;
  const linkedId = await links.targetOf(source._id, qualifier);
  const base = { side: 'source', qualifier, sourceId: source._id, source, linkedId, ambiguous: [] } as const;
  if (linkedId !== undefined) {
    const object = await target.read(linkedId, signal);
    const situation = !isValid ? 'UNQUALIFIED' : object === undefined ? 'MISSING' : 'CONFIRMED';
    return { ...base, situation, ...await targetView(engine, object, signal) };
  }
  const found = await correlatedTargets(engine, target, { source, qualifier }, signal);
  const [object] = found;
  if (object === undefined) return { ...base, situation: isValid ? 'ABSENT' : 'SOURCE_IGNORED', ...NO_TARGET };
  if (found.length > 1) return { ...base, situation: isValid ? 'AMBIGUOUS' : 'UNQUALIFIED', ...NO_TARGET, ambiguous: found.map(({ _id }) => _id) };
  const owner = await links.sourceOf(object._id, qualifier);
  if (!isValid) return { ...base, situation: 'UNQUALIFIED', ...owner === undefined ? await targetView(engine, object, signal) : NO_TARGET };
  if (owner !== undefined) return { ...base, situation: 'FOUND_ALREADY_LINKED', ...await targetView(engine, object, signal), ambiguous: [object._id] };
  return { ...base, situation: 'FOUND', ...await targetView(engine, object, signal) };
}

/** A source object that is gone, under each qualifier it is linked by; its former value is not known. */
export async function assessGoneSource({ engine, links, target }: AssessmentParts, sourceId: string, signal: AbortSignal): Promise<readonly Subject[]> {
  const subjects: Subject[] = [];
  for (const qualifier of await links.qualifiersOf(sourceId)) {
    const linkedId = await links.targetOf(sourceId, qualifier);
    const object = linkedId === undefined ? undefined : await target.read(linkedId, signal);
    const { isValid, ...view } = object === undefined ? { ...NO_TARGET, isValid: false } : await judgedView(engine, object, signal);
    const situation: Situation = object === undefined ? 'LINK_ONLY' : isValid ? 'SOURCE_MISSING' : 'TARGET_IGNORED';
    subjects.push({ situation, side: 'source', qualifier, sourceId, source: undefined, linkedId, ambiguous: [], ...view });
  }
  if (subjects.length > 0) return subjects;
  return [{ situation: 'ALL_GONE', side: 'source', qualifier: 'default', sourceId, source: undefined, linkedId: undefined, ambiguous: [], ...NO_TARGET }];
}

const NO_TARGET = { targetId: undefined, fingerprint: undefined } as const;

async function targetView(engine: RunEngine, object: SetObject | undefined, signal: AbortSignal): Promise<Pick<Subject, 'targetId' | 'fingerprint'>> {
  if (object === undefined) return NO_TARGET;
  const { targetId, fingerprint } = await judgedView(engine, object, signal);
  return { targetId, fingerprint };
}

async function judgedView(engine: RunEngine, object: SetObject, signal: AbortSignal): Promise<Pick<Subject, 'targetId' | 'fingerprint'> & { readonly isValid: boolean }> {
  const [assessed] = await engine.targets([object], signal);
  if (assessed === undefined) throw new Error('the mapping said nothing about the target');
  if (assessed.problem !== undefined) throw new Error(assessed.problem);
  return { targetId: object._id, fingerprint: assessed.fingerprint, isValid: assessed.isValid };
}
