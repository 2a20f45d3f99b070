import { pathPattern } from '../targets/rest/routes.js';
import type { WireAnswer } from '../targets/rest/exchange.js';
import type { JsonDocument, JsonSchema } from './json-document.js';
import { isJson, mediaType, type ContractRequest, type Verdict, type VendorContract } from './vendor-contract.js';

export interface HttpParameter {
  readonly name: string;
  readonly in: 'query' | 'path' | 'header';
  readonly required: boolean;
  /** Pointer to its schema. */
  readonly schema: string;
  /** Values of a list: each under the name again, or one after the other with this between them. */
  readonly separator?: ',' | ' ' | '|';
}

/** By media type: a pointer to the schema, or undefined where the contract has none. `*` stands for any. */
export type HttpBodies = Readonly<Record<string, string | undefined>>;

export interface HttpOperation {
  readonly method: string;
  /** Path with `{names}`, below the base. */
  readonly template: string;
  readonly parameters: readonly HttpParameter[];
  /** Undefined: takes no body. */
  readonly body?: { readonly required: boolean; readonly types: HttpBodies };
  /** By status, `4XX` or `default`. */
  readonly answers: Readonly<Record<string, HttpBodies>>;
}

export interface HttpContractSettings {
  readonly name: string;
  readonly document: JsonDocument;
  readonly operations: readonly HttpOperation[];
  /** What the fake has before every path of the contract; paths that do not start so are looked up whole. */
  readonly base?: string;
}

const OWN_HEADERS = new Set(['accept', 'content-type', 'authorization']);
interface Known extends HttpOperation { readonly pattern: RegExp; readonly names: readonly string[] }
interface Found { readonly operation: Known; readonly values: Readonly<Record<string, string>> }

/** A contract made of operations at paths, with JSON Schemas: OpenAPI, Swagger, Google discovery documents, Dropbox Stone. */
export class HttpContract implements VendorContract {
  readonly name: string;
  readonly #document: JsonDocument;
  readonly #operations: readonly Known[];
  readonly #base: string;

  constructor({ name, document, operations, base = '' }: HttpContractSettings) {
    [this.name, this.#document, this.#base] = [name, document, base];
    const fixed = ({ template }: HttpOperation): number => template.replaceAll(/\{[^}]+\}/g, '').length;
    this.#operations = operations.map((operation) => ({ ...operation, ...pathPattern(operation.template) })).sort((one, other) => fixed(other) - fixed(one));
  }

  checkRequest(request: ContractRequest): Verdict {
    const found = this.#find(request);
    if (typeof found === 'string') return { operation: undefined, complaints: [found] };
    const { operation } = found;
    return {
      operation: `${operation.method} ${operation.template}`,
      complaints: [...this.#path(found), ...this.#query(operation, request.query), ...headers(operation, request), ...this.#body(operation, request)],
    };
  }

  checkAnswer(request: ContractRequest, answer: WireAnswer): Verdict {
    const found = this.#find(request);
    if (typeof found === 'string') return { operation: undefined, complaints: [found] };
    const { method, template, answers } = found.operation;
    return { operation: `${method} ${template}`, complaints: this.#answer(answers, answer) };
  }

  #find({ method, path }: ContractRequest): Found | string {
    const below = path.startsWith(this.#base) ? path.slice(this.#base.length) : path;
    const atPath = this.#operations.filter(({ pattern }) => pattern.test(below));
    const operation = atPath.find((each) => each.method === method);
    if (operation === undefined) return atPath.length === 0 ? `no such path in the contract: ${below}` : `${below} takes ${atPath.map((each) => each.method).join(', ')}, not ${method}`;
    const values = operation.pattern.exec(below)!.slice(1).map(decodeURIComponent);
    return { operation, values: Object.fromEntries(operation.names.map((name, index) => [name, values[index]!])) };
  }

  #path({ operation, values }: Found): string[] {
    return operation.parameters.filter((each) => each.in === 'path' && values[each.name] !== undefined).flatMap((parameter) => this.#value(parameter, [values[parameter.name]!]));
  }

  #query({ parameters }: HttpOperation, query: URLSearchParams): string[] {
    const known = parameters.filter((each) => each.in === 'query');
    const strange = [...new Set(query.keys())].filter((name) => !known.some((each) => each.name === name)).map((name) => `no parameter ${name} in the contract`);
    const missing = known.filter(({ name, required }) => required && !query.has(name)).map(({ name }) => `the parameter ${name} is missing`);
    return [...strange, ...missing, ...known.filter(({ name }) => query.has(name)).flatMap((parameter) => this.#value(parameter, query.getAll(parameter.name)))];
  }

  #value({ name, schema, separator }: HttpParameter, texts: readonly string[]): string[] {
    const { type, items } = resolved(this.#document, schema);
    if (type !== 'array' && texts.length > 1) return [`the parameter ${name} came ${texts.length} times`];
    const of = (text: string, kind: string | undefined): unknown => typed(text, kind);
    const itemType = items?.$ref === undefined ? items?.type : resolved(this.#document, items.$ref.slice(items.$ref.indexOf('#') + 1)).type;
    const value = type === 'array' ? texts.flatMap((text) => (separator === undefined ? [text] : text.split(separator))).map((text) => of(text, itemType)) : of(texts[0]!, type);
    return this.#document.complaints(schema, value, `parameter ${name}`);
  }

  #body({ body }: HttpOperation, { headers: sent, text }: ContractRequest): string[] {
    if (text === '') return body?.required === true ? ['the body is missing'] : [];
    if (body === undefined) return ['the contract has no body here'];
    const type = mediaType(sent['content-type']);
    const [, schema] = Object.entries(body.types).find(([each]) => each === '*' || mediaType(each) === type) ?? [undefined, null];
    if (schema === null) return [`content type ${type === '' ? 'missing' : type}, where the contract has ${Object.keys(body.types).join(', ')}`];
    return schema === undefined ? [] : this.#content(schema, type, text, 'body');
  }

  #content(schema: string, type: string, text: string, name: string): string[] {
    if (type === 'application/x-www-form-urlencoded') return this.#document.complaints(schema, Object.fromEntries(new URLSearchParams(text)), name);
    if (!isJson(type)) return [];
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch (error) {
      return [`${name} is not JSON: ${(error as Error).message}`];
    }
    return this.#document.complaints(schema, value, name);
  }

  #answer(answers: HttpOperation['answers'], { status, headers: sent, text }: WireAnswer): string[] {
    const bodies = answers[status] ?? answers[`${String(status)[0]}XX`] ?? answers['default'];
    // Documents leave out most errors, but not what success looks like.
    if (bodies === undefined) return status >= 400 ? [] : [`answers ${status}, where the contract has ${Object.keys(answers).join(', ')}`];
    const types = Object.keys(bodies);
    if (types.length === 0 || text === '') return types.length > 0 && status < 300 ? ['an answer without a body, where the contract has one'] : [];
    const type = mediaType(sent['content-type']);
    const declared = types.find((each) => each === '*' || mediaType(each) === type);
    if (declared === undefined) return [`answers with ${type}, where the contract has ${types.join(', ')}`];
    const schema = bodies[declared];
    return schema === undefined ? [] : this.#content(schema, type, text, 'answer');
  }
}

function headers({ parameters }: HttpOperation, { headers: sent }: ContractRequest): string[] {
  return parameters.filter((each) => each.in === 'header' && each.required && !OWN_HEADERS.has(each.name.toLowerCase()) && sent[each.name.toLowerCase()] === undefined).map(({ name }) => `the header ${name} is missing`);
}

function resolved(document: JsonDocument, pointer: string): JsonSchema {
  const schema = (document.at(pointer) ?? {}) as JsonSchema;
  return schema.$ref === undefined ? schema : resolved(document, schema.$ref.slice(schema.$ref.indexOf('#') + 1));
}

/** A parameter's text as the schema's type has it; the text itself where it is not of that type, for the schema to refuse. */
function typed(text: string, type: string | undefined): unknown {
  if ((type === 'integer' || type === 'number') && /^-?\d+(?:\.\d+)?$/.test(text)) return Number(text);
  if (type === 'boolean' && (text === 'true' || text === 'false')) return text === 'true';
  return text;
}
