import { isObject, setKey, type JsonObject, type JsonValue } from '../crest/json.js';
import { ResourceError } from '../crest/resource-error.js';
import { putValue, sourceValue } from './apply-properties.js';
import { evaluateConditions } from './evaluate-conditions.js';
import type { PropertyMapping } from './mapping.js';
import type { MappingEvaluation } from './mapping-evaluation.js';
import { scriptError, type Tried } from './tried.js';

export interface PropertyInput {
  readonly source: JsonObject;
  /** What the target has now; undefined: it is to be made. */
  readonly target?: JsonObject | undefined;
  readonly qualifier: string;
  readonly oldSource?: JsonObject | undefined;
  readonly oldTarget?: JsonObject | undefined;
}

/** One object on its way through the properties. */
interface Mapped {
  readonly input: PropertyInput;
  readonly made: JsonObject;
  error: Error | undefined;
}

/**
 * What a mapping makes of sources: the mapped properties of the target, and what `defaultMapping` adds. Property by property, each for
 * the whole batch, so that a script is entered once for all objects and sees what the properties before it have made.
 */
export async function mapProperties(evaluation: MappingEvaluation, batch: readonly PropertyInput[]): Promise<readonly Tried<JsonObject>[]> {
  const objects = batch.map((input): Mapped => ({ input, made: {}, error: undefined }));
  for (const property of evaluation.mapping.properties) await applyProperty(evaluation, property, objects.filter(({ error }) => error === undefined));
  await applyDefaultMapping(evaluation, objects.filter(({ error }) => error === undefined));
  return objects.map(({ made, error }) => (error === undefined ? { value: made } : { error }));
}

async function applyProperty(evaluation: MappingEvaluation, property: PropertyMapping, objects: readonly Mapped[]): Promise<void> {
  const taking = await thoseThatTake(evaluation, property, objects);
  const values = await valuesOf(evaluation, property, taking);
  for (const [index, object] of taking.entries()) {
    const tried = values[index];
    if (tried === undefined || 'error' in tried) object.error = tried?.error ?? new Error('no value');
    else put(object, property, tried.value ?? property.default ?? null);
  }
}

async function thoseThatTake(evaluation: MappingEvaluation, { condition, targetText }: PropertyMapping, objects: readonly Mapped[]): Promise<readonly Mapped[]> {
  if (condition === undefined) return objects;
  const judged = await evaluateConditions(evaluation, condition, objects.map((object) => {
    const { source, qualifier, oldSource, oldTarget } = object.input;
    return { object: source, target: merged(object), oldSource: oldSource ?? null, oldTarget: oldTarget ?? null, linkQualifier: qualifier };
  }));
  return objects.filter((object, index) => {
    const tried = judged[index];
    if (tried !== undefined && 'value' in tried) return tried.value;
    object.error = new ResourceError(500, `Condition script error : ${tried?.error.message ?? 'none'} for attribute '${targetText}'`, { cause: tried?.error });
    return false;
  });
}

async function valuesOf({ run }: MappingEvaluation, property: PropertyMapping, objects: readonly Mapped[]): Promise<readonly Tried<JsonValue | undefined>[]> {
  const sources = objects.map(({ input }) => sourceValue(property, input.source));
  const { transform, targetText } = property;
  if (transform === undefined) return sources.map((value) => ({ value }));
  const outcomes = await run(objects.map(({ input }, index) => ({ script: transform, bindings: { source: sources[index], linkQualifier: input.qualifier } })));
  return outcomes.map((outcome) => ('error' in outcome
    ? { error: new ResourceError(500, `Transformation script error : ${outcome.error.message} for attribute '${targetText}'`, { cause: outcome.error }) } : { value: outcome.value }));
}

function put(object: Mapped, { target, targetText }: PropertyMapping, value: JsonValue): void {
  // An id that the source has no value for is given to the object when it is created, and stays.
  if (target[0] === '_id' && value === null) return;
  try {
    putValue(object.made, target, structuredClone(value));
  } catch (error) {
    object.error = new ResourceError(500, `${targetText}: ${error instanceof Error ? error.message : 'cannot be set'}`, { cause: error });
  }
}

/** The target as it would be now. */
function merged({ input: { target }, made }: Mapped): JsonObject {
  return overlaid(target ?? {}, made);
}

/** An object with what was made for it in the place of what it has. */
export function overlaid(existing: JsonObject, made: JsonObject): JsonObject {
  const whole: JsonObject = { ...existing };
  for (const [key, value] of Object.entries(made)) {
    const before = Object.hasOwn(existing, key) ? existing[key] : undefined;
    setKey(whole, key, isObject(before) && isObject(value) ? { ...before, ...value } : value);
  }
  return whole;
}

async function applyDefaultMapping({ mapping, run }: MappingEvaluation, objects: readonly Mapped[]): Promise<void> {
  const { defaultMapping: script } = mapping;
  if (script === undefined) return;
  const outcomes = await run(objects.map((object) => {
    const { source, oldSource, target: existingTarget, qualifier } = object.input;
    return { script, given: ['target'], bindings: { source, oldSource, target: merged(object), existingTarget, config: mapping.config, linkQualifier: qualifier } };
  }));
  for (const [index, object] of objects.entries()) {
    const outcome = outcomes[index];
    if (outcome === undefined || 'error' in outcome) object.error = scriptFailure(outcome?.error);
    else takeChanges(object.made, merged(object), outcome.given['target']);
  }
}

function scriptFailure(error: Error | undefined): Error {
  const tried = scriptError('defaultMapping', error ?? new Error('no answer'));
  return 'error' in tried ? tried.error : new Error('none');
}

/** What a script has changed in the target becomes part of what is made of it; what it took away is null. */
export function takeChanges(made: JsonObject, before: JsonObject, after: JsonValue | undefined): void {
  if (!isObject(after)) return;
  for (const key of new Set([...Object.keys(before), ...Object.keys(after)])) {
    const [old, now] = [before[key], Object.hasOwn(after, key) ? after[key] : undefined];
    if (JSON.stringify(old ?? null, exact) !== JSON.stringify(now ?? null, exact)) setKey(made, key, now ?? null);
  }
}

/** Whole numbers beyond a double come back from scripts as the text they were given. */
function exact(_key: string, value: unknown): unknown {
  return typeof value === 'bigint' ? String(value) : value;
}
