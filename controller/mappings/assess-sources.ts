import type { JsonObject } from '../crest/json.js';
import { correlationOfRules } from './correlation.js';
import { correlationOfQuery, correlationOfScript, type Correlation } from './correlation-query.js';
import { evaluateConditions } from './evaluate-conditions.js';
import { qualifierList } from './mapping.js';
import type { MappingEvaluation } from './mapping-evaluation.js';
import { scriptError, type Tried } from './tried.js';

export interface QualifiedSource {
  readonly source: JsonObject;
  readonly qualifier: string;
}

/** The link qualifiers of each object. */
export async function qualifiersOf({ mapping, run }: MappingEvaluation, objects: readonly JsonObject[]): Promise<readonly Tried<readonly string[]>[]> {
  const { linkQualifiers } = mapping;
  if (!('slot' in linkQualifiers)) return objects.map(() => ({ value: linkQualifiers }));
  const outcomes = await run(objects.map((object) => ({ script: linkQualifiers, bindings: { mapping: mapping.name, object, oldValue: undefined, returnAll: false } })));
  return outcomes.map((outcome): Tried<readonly string[]> => {
    if ('error' in outcome) return scriptError('linkQualifiers', outcome.error);
    const names = qualifierList(outcome.value);
    return names === undefined ? scriptError('linkQualifiers', new TypeError('the script must answer a list of names, each once')) : { value: names };
  });
}

/** `validSource` and `sourceCondition`. */
export async function areValidSources(evaluation: MappingEvaluation, batch: readonly QualifiedSource[]): Promise<readonly Tried<boolean>[]> {
  const { validSource, sourceCondition } = evaluation.mapping;
  const first = await areTrueOf(evaluation, validSource, batch, true);
  const rest = batch.flatMap((item, index) => (isTrue(first[index]) ? [{ item, index }] : []));
  const second = await areTrueOf(evaluation, sourceCondition, rest.map(({ item }) => item), false);
  const judged = [...first];
  for (const [at, { index }] of rest.entries()) judged[index] = second[at] ?? { value: false };
  return judged;
}

/** `validSource` alone, which is what counts for a target's source. */
export function areValidLinkedSources(evaluation: MappingEvaluation, batch: readonly QualifiedSource[]): Promise<readonly Tried<boolean>[]> {
  return areTrueOf(evaluation, evaluation.mapping.validSource, batch, true);
}

function areTrueOf(evaluation: MappingEvaluation, condition: Parameters<typeof evaluateConditions>[1], batch: readonly QualifiedSource[], mustAnswer: boolean): Promise<readonly Tried<boolean>[]> {
  // Filters may also name a property without /source.
  const views = batch.map(({ source, qualifier }) => (condition?.kind === 'script' ? { source, linkQualifier: qualifier } : { source, object: source, linkQualifier: qualifier }));
  return evaluateConditions(evaluation, condition, views, { mustAnswer });
}

function isTrue(tried: Tried<boolean> | undefined): boolean {
  return tried !== undefined && 'value' in tried && tried.value;
}

export async function areValidTargets(evaluation: MappingEvaluation, batch: readonly { readonly target: JsonObject; readonly qualifier: string }[]): Promise<readonly Tried<boolean>[]> {
  return evaluateConditions(evaluation, evaluation.mapping.validTarget, batch.map(({ target, qualifier }) => ({ target, linkQualifier: qualifier })), { mustAnswer: true });
}

/** What to look for in the target set. */
export async function correlationsOf({ mapping, run }: MappingEvaluation, batch: readonly QualifiedSource[]): Promise<readonly Tried<Correlation>[]> {
  const { correlation, correlationQueries, correlationScript } = mapping;
  const scriptFor = (qualifier: string): typeof correlationScript => correlationScript ?? correlationQueries.get(qualifier);
  const asked = batch.flatMap(({ source, qualifier }, index) => {
    const script = scriptFor(qualifier);
    return script === undefined ? [] : [{ index, call: { script, bindings: { source, linkQualifier: qualifier } } }];
  });
  const correlations = batch.map(({ source }): Tried<Correlation> => ({ value: correlationOfRules(correlation, source) }));
  const outcomes = await run(asked.map(({ call }) => call));
  for (const [at, outcome] of outcomes.entries()) {
    const { index, call } = asked[at] ?? { index: -1, call: undefined };
    const read = correlationScript === undefined ? correlationOfQuery : correlationOfScript;
    correlations[index] = 'error' in outcome ? scriptError(call?.script.slot ?? 'correlation', outcome.error) : tryRead(call?.script.slot ?? 'correlation', () => read(outcome.value));
  }
  return correlations;
}

function tryRead(slot: string, read: () => Correlation): Tried<Correlation> {
  try {
    return { value: read() };
  } catch (error) {
    return scriptError(slot, error instanceof Error ? error : new Error('not readable'));
  }
}
