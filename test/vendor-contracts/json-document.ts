import { Ajv, type ValidateFunction } from 'ajv';
import addFormats from 'ajv-formats';
import type { Correction } from './vendor-contract.js';

export interface JsonSchema {
  readonly $ref?: string;
  readonly type?: string;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly additionalProperties?: boolean | JsonSchema;
  readonly items?: JsonSchema;
  readonly allOf?: readonly JsonSchema[];
  readonly anyOf?: readonly JsonSchema[];
  readonly oneOf?: readonly JsonSchema[];
  readonly default?: unknown;
}

const unescape = (step: string): string => decodeURIComponent(step).replaceAll('~1', '/').replaceAll('~0', '~');
export const pointerStep = (name: string): string => name.replaceAll('~', '~0').replaceAll('/', '~1');
/** Steps as a JSON pointer, escaped as a fragment of an address. */
export const pointerTo = (...steps: readonly string[]): string => steps.map((step) => `/${encodeURIComponent(pointerStep(step))}`).join('');

const ID = 'contract';

/** A document with JSON Schemas in it, addressed by JSON pointers; each is compiled when it is first used. */
export class JsonDocument {
  readonly #document: unknown;
  readonly #ajv: Ajv;
  readonly #compiled = new Map<string, ValidateFunction>();

  constructor(document: object, corrections: readonly Correction[] = []) {
    for (const correction of corrections) correct(document, correction);
    prepare(document);
    this.#document = document;
    // Documents of vendors hold keywords and formats of their own: strict would refuse them all.
    this.#ajv = new Ajv({ strict: false, validateSchema: false, allErrors: true, logger: false, schemas: { [ID]: document } });
    (addFormats as unknown as (ajv: Ajv) => void)(this.#ajv);
    this.#ajv.addFormat('date-time', { type: 'string', validate: (text: string) => /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:?\d\d)?$/.test(text) });
  }

  at(pointer: string): unknown {
    return pointer.split('/').slice(1).reduce<unknown>((value, step) => (value as Record<string, unknown> | undefined)?.[unescape(step)], this.#document);
  }

  /** What is wrong with a value that should be as the schema at `pointer` says: a sentence each, with its place. */
  complaints(pointer: string, value: unknown, name: string): string[] {
    let validate = this.#compiled.get(pointer);
    if (validate === undefined) this.#compiled.set(pointer, validate = this.#ajv.compile({ $ref: `${ID}#${pointer}` }));
    if (!validate(value)) return (validate.errors ?? []).map(({ instancePath, message, params }) => `${name}${instancePath} ${message ?? 'is wrong'}${'allowedValues' in params ? `: ${(params['allowedValues'] as unknown[]).join(', ')}` : ''}`);
    return this.#unknown([{ $ref: `#${pointer}` }], value, name);
  }

  /** Properties no schema of those that apply speaks of. JSON Schema lets them pass; a service ignores them, or never sends them. */
  #unknown(schemas: readonly JsonSchema[], value: unknown, name: string): string[] {
    if (typeof value !== 'object' || value === null) return [];
    const parts = schemas.flatMap((schema) => this.#parts(schema));
    if (Array.isArray(value)) {
      const items = parts.flatMap((part) => part.items ?? []);
      return items.length === 0 ? [] : value.flatMap((each, index) => this.#unknown(items, each, `${name}/${index}`));
    }
    const isOpen = parts.every(({ properties }) => properties === undefined) || parts.some(({ additionalProperties = false }) => additionalProperties !== false);
    return Object.entries(value).flatMap(([key, each]) => {
      const found = parts.flatMap(({ properties }) => (properties !== undefined && Object.hasOwn(properties, key) ? [properties[key]!] : []));
      if (found.length === 0) return isOpen ? [] : [`${name}/${key} is not in the contract`];
      return this.#unknown(found, each, `${name}/${key}`);
    });
  }

  /** A schema and everything it is put together from, references followed. */
  #parts(schema: JsonSchema, seen = new Set<JsonSchema>()): JsonSchema[] {
    const target = schema.$ref === undefined ? schema : this.at(schema.$ref.slice(schema.$ref.indexOf('#') + 1)) as JsonSchema | undefined;
    if (target === undefined || seen.has(target)) return [];
    seen.add(target);
    if (target.$ref !== undefined) return this.#parts(target, seen);
    return [target, ...[...(target.allOf ?? []), ...(target.anyOf ?? []), ...(target.oneOf ?? [])].flatMap((each) => this.#parts(each, seen))];
  }
}

/** Examples are no schemas, though what they hold may look like parts of one; `nullable` without `type` means nothing (OpenAPI 3.0.3, schema object). */
function prepare(value: unknown, isNames = false): void {
  if (typeof value !== 'object' || value === null) return;
  if (!isNames && 'nullable' in value && !('type' in value)) Reflect.deleteProperty(value, 'nullable');
  for (const [key, each] of Object.entries(value)) {
    if (!isNames && (key === 'example' || key === 'examples')) Reflect.deleteProperty(value, key);
    else prepare(each, key === 'properties' && !isNames);
  }
}

function correct(document: object, { pointer, value, reason }: Correction): void {
  const steps = pointer.split('/').slice(1).map(unescape);
  const last = steps.pop()!;
  const holder = steps.reduce<unknown>((found, step) => (found as Record<string, unknown> | undefined)?.[step], document) as Record<string, unknown> | undefined;
  // A document that was put right by its vendor needs the correction no more.
  if (holder === undefined || !(last in holder) && value === undefined) throw new Error(`the contract has nothing at ${pointer} to correct (${reason})`);
  if (value === undefined) Reflect.deleteProperty(holder, last);
  else holder[last] = value;
}
