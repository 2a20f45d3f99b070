import { matchesFilter } from '../crest/evaluate-query-filter.js';
import type { Links } from './links.js';
import type { Mapping } from './mapping.js';
import type { ObjectSet, SetObject } from './object-set.js';
import type { Situation } from './situations.js';
import type { TargetLookup, TargetView } from './target-lookup.js';

/** What was found out about one object, and what there is to act on. */
export interface Assessment {
  readonly situation: Situation;
  /** Absent in the target phase when there is no link. */
  readonly sourceId: string | undefined;
  readonly source: SetObject | undefined;
  /** The one target, if there is one. */
  readonly target: TargetView | undefined;
  readonly ambiguous: readonly string[];
}

export interface AssessmentParts {
  readonly mapping: Mapping;
  readonly links: Links;
  readonly lookup: TargetLookup;
  /** Targets that a source of this run is about to be linked to. */
  readonly claims: Map<string, string>;
}

/** Valid: `validSource` and `sourceCondition` hold. */
export function isValidSource({ validSource, sourceCondition }: Mapping, source: SetObject): boolean {
  const view = { source, object: source, linkQualifier: 'default' };
  return [validSource, sourceCondition].every((filter) => filter === undefined || matchesFilter(filter, view));
}

/** A source object that is there. */
export async function assessSource(parts: AssessmentParts, source: SetObject, signal: AbortSignal): Promise<Assessment> {
  const sourceId = source._id;
  const isValid = isValidSource(parts.mapping, source);
  const linked = parts.links.targetOf(sourceId);
  if (linked !== undefined) {
    const target = await parts.lookup.byId(linked, signal);
    const situation: Situation = !isValid ? 'UNQUALIFIED' : target === undefined ? 'MISSING' : 'CONFIRMED';
    return { situation, sourceId, source, target, ambiguous: [] };
  }
  const found = await parts.lookup.correlated(source, signal);
  return { sourceId, source, ...unlinkedSituation(parts, sourceId, isValid, found) };
}

/** Nothing may be awaited here: the claim has to follow the check at once. */
function unlinkedSituation(parts: AssessmentParts, sourceId: string, isValid: boolean, found: readonly TargetView[]): Pick<Assessment, 'situation' | 'target' | 'ambiguous'> {
  const [target] = found;
  const ambiguous = found.length > 1 ? found.map(({ id }) => id) : [];
  if (target === undefined) return { situation: isValid ? 'ABSENT' : 'SOURCE_IGNORED', target, ambiguous };
  if (found.length > 1) return { situation: isValid ? 'AMBIGUOUS' : 'UNQUALIFIED', target: undefined, ambiguous };
  const owner = parts.links.sourceOf(target.id) ?? parts.claims.get(target.id);
  if (!isValid) return { situation: 'UNQUALIFIED', target: owner === undefined ? target : undefined, ambiguous };
  if (owner !== undefined && owner !== sourceId) return { situation: 'FOUND_ALREADY_LINKED', target, ambiguous: [target.id] };
  parts.claims.set(target.id, sourceId);
  return { situation: 'FOUND', target, ambiguous };
}

/** A source object that is gone; its former value is not known. */
export async function assessGoneSource({ links, lookup }: AssessmentParts, sourceId: string, signal: AbortSignal): Promise<Assessment> {
  const linked = links.targetOf(sourceId);
  if (linked === undefined) return { situation: 'ALL_GONE', sourceId, source: undefined, target: undefined, ambiguous: [] };
  const target = await lookup.byId(linked, signal);
  const situation: Situation = target === undefined ? 'LINK_ONLY' : target.isValid ? 'SOURCE_MISSING' : 'TARGET_IGNORED';
  return { situation, sourceId, source: undefined, target, ambiguous: [] };
}

/** A target that no source object met. The source it is linked to is asked for by its id, never concluded to be gone. */
export async function assessTarget(parts: AssessmentParts, source: ObjectSet, target: TargetView, signal: AbortSignal): Promise<Assessment> {
  const sourceId = parts.links.sourceOf(target.id);
  const none = { sourceId, source: undefined, target, ambiguous: [] };
  if (!target.isValid) return { ...none, situation: 'TARGET_IGNORED' };
  if (sourceId === undefined) return { ...none, situation: 'UNASSIGNED' };
  const object = await source.read(sourceId, signal);
  if (object === undefined) return { ...none, situation: 'SOURCE_MISSING' };
  const { validSource } = parts.mapping;
  const isValid = validSource === undefined || matchesFilter(validSource, { source: object, object, linkQualifier: 'default' });
  return { ...none, source: object, situation: isValid ? 'CONFIRMED' : 'UNQUALIFIED' };
}
