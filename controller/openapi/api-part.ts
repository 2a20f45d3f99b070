import type { JsonObject } from '../crest/json.js';

/** JSON Schema, 2020-12, as OpenAPI 3.1 has it. `ref('Error')` refers to one of the document. */
export type Schema = JsonObject;

export interface ParameterDescription {
  readonly description: string;
  readonly schema: Schema;
  readonly required?: boolean;
}

export interface ActionDescription {
  readonly description: string;
  readonly parameters?: Readonly<Record<string, ParameterDescription>>;
  /** Undefined: a body is not looked at. */
  readonly body?: Schema;
  /** Undefined: 204. */
  readonly answer: Schema | undefined;
}

/** What can be asked of one address. What is left out is answered with an error. */
export interface EndpointDescription {
  /** Behind the context path, with `{names}`: `recon/{id}`. */
  readonly path: string;
  readonly summary: string;
  readonly pathParameters?: Readonly<Record<string, string>>;
  /** Nobody need be known. */
  readonly isOpen?: boolean;
  readonly read?: { readonly answer: Schema };
  /** Text that is no JSON. */
  readonly file?: { readonly contentType: string };
  readonly query?: { readonly row: Schema; readonly by: readonly ('filter' | 'id' | 'expression')[] };
  readonly create?: { readonly body: Schema; readonly answer: Schema };
  readonly put?: { readonly body: Schema; readonly answer: Schema };
  readonly patch?: { readonly answer: Schema };
  readonly delete?: { readonly answer: Schema };
  /** By name. Names of `isAnyCase` endpoints are taken in any case. */
  readonly actions?: Readonly<Record<string, ActionDescription>>;
  /** Actions whose names, and parameters, are somebody else's to choose; beside `actions`. */
  readonly furtherActions?: ActionDescription;
  /** Parameters of reading, beside CREST's. */
  readonly parameters?: Readonly<Record<string, ParameterDescription>>;
}

/** One resource of the router, as the part that serves it describes it: in a file of its own beside it. */
export interface ApiPart {
  /** First segment of the path. */
  readonly name: string;
  readonly description: string;
  readonly schemas?: Readonly<Record<string, Schema>>;
  readonly endpoints: readonly EndpointDescription[];
}

export const ref = (name: string): Schema => ({ $ref: `#/components/schemas/${name}` });
export const text: Schema = { type: 'string' };
export const flag: Schema = { type: 'boolean' };
export const whole: Schema = { type: 'integer' };
export const anything: Schema = {};
export const orNull = (schema: Schema): Schema => (typeof schema['type'] === 'string' ? { ...schema, type: [schema['type'], 'null'] } : { anyOf: [schema, { type: 'null' }] });
export const list = (items: Schema): Schema => ({ type: 'array', items });
export const oneOf = (...values: readonly string[]): Schema => ({ type: 'string', enum: [...values] });
export const time: Schema = { type: 'string', format: 'date-time' };

/** An object; names with a question mark may be missing. There may be more than what is named. */
export function object(properties: Readonly<Record<string, Schema>>, description?: string): Schema {
  const required = Object.keys(properties).filter((name) => !name.endsWith('?'));
  return {
    type: 'object', ...(description === undefined ? {} : { description }),
    properties: Object.fromEntries(Object.entries(properties).map(([name, schema]) => [name.replace(/\?$/, ''), schema])),
    ...(required.length === 0 ? {} : { required }),
  };
}

/** An object with its id and, where it has one, its revision. */
export function resource(properties: Readonly<Record<string, Schema>> = {}, description?: string): Schema {
  return object({ _id: text, '_rev?': text, ...properties }, description);
}
