import { readFile } from 'node:fs/promises';
import { XMLParser } from 'fast-xml-parser';
import type { WireAnswer } from '../targets/rest/exchange.js';
import { JsonDocument, pointerTo } from './json-document.js';
import type { ContractRequest, Verdict, VendorContract } from './vendor-contract.js';

interface Member { readonly shape: string; readonly locationName?: string }
interface Shape { readonly type: string; readonly members?: Readonly<Record<string, Member>>; readonly required?: readonly string[]; readonly member?: Member; readonly value?: Member; readonly enum?: readonly string[]; readonly min?: number; readonly max?: number; readonly pattern?: string; readonly flattened?: boolean; readonly document?: boolean }
interface Operation { readonly name: string; readonly input?: Member; readonly output?: { readonly shape: string; readonly resultWrapper?: string } }
interface Model { readonly metadata: { readonly protocol: string; readonly apiVersion: string; readonly targetPrefix?: string }; readonly operations: Readonly<Record<string, Operation>>; readonly shapes: Readonly<Record<string, Shape>> }

/** https://smithy.io/2.0/spec/simple-types.html#document */
const ANYTHING = {};
const NUMBERS = new Set(['integer', 'long', 'float', 'double']);

/** An AWS service model as botocore ships it; protocols `query` (https://smithy.io/2.0/aws/protocols/aws-query-protocol.html) and `json`. */
export async function readAwsModel({ name, file }: { readonly name: string; readonly file: string }): Promise<VendorContract> {
  return new AwsContract(name, JSON.parse(await readFile(file, 'utf8')) as object);
}

export class AwsContract implements VendorContract {
  readonly name: string;
  readonly #model: Model;
  readonly #document: JsonDocument;
  readonly #xml = new XMLParser({ parseTagValue: false, ignoreAttributes: true, ignoreDeclaration: true });

  constructor(name: string, model: object) {
    this.name = name;
    this.#model = model as Model;
    this.#document = new JsonDocument({ shapes: Object.fromEntries(Object.entries(this.#model.shapes).map(([key, shape]) => [key, shape.document === true ? ANYTHING : schemaOf(shape)])) });
  }

  checkRequest(request: ContractRequest): Verdict {
    if (request.method !== 'POST' || request.path !== '/') return { operation: undefined, complaints: [`${request.method} ${request.path}, where the protocol has POST /`] };
    const operation = this.#operation(request);
    if (typeof operation === 'string') return { operation: undefined, complaints: [operation] };
    const { metadata } = this.#model;
    const form = new URLSearchParams(request.text);
    if (metadata.protocol !== 'query') return { operation: operation.name, complaints: this.#checkJson(operation.input?.shape, request.text, 'body') };
    const wrongVersion = form.get('Version') === metadata.apiVersion ? [] : [`Version ${String(form.get('Version'))}, where the model has ${metadata.apiVersion}`];
    form.delete('Action');
    form.delete('Version');
    return { operation: operation.name, complaints: [...wrongVersion, ...this.#checkShape(operation.input?.shape, nested(form), 'body')] };
  }

  checkAnswer(request: ContractRequest, { status, text }: WireAnswer): Verdict {
    const operation = this.#operation(request);
    if (typeof operation === 'string') return { operation: undefined, complaints: [operation] };
    if (status >= 400) return { operation: operation.name, complaints: [] };
    const { shape, resultWrapper = `${operation.name}Result` } = operation.output ?? {};
    if (this.#model.metadata.protocol !== 'query') return { operation: operation.name, complaints: this.#checkJson(shape, text, 'answer') };
    const answer = (this.#xml.parse(text) as Record<string, Record<string, unknown>>)[`${operation.name}Response`];
    if (answer === undefined) return { operation: operation.name, complaints: [`the answer is no ${operation.name}Response`] };
    return { operation: operation.name, complaints: shape === undefined ? [] : this.#checkShape(shape, answer[resultWrapper] ?? {}, 'answer') };
  }

  #operation({ headers, text }: ContractRequest): Operation | string {
    const { metadata, operations } = this.#model;
    const target = metadata.protocol === 'query' ? new URLSearchParams(text).get('Action') ?? '' : headers['x-amz-target'] ?? '';
    const prefix = metadata.protocol === 'query' ? '' : `${metadata.targetPrefix ?? ''}.`;
    const name = target.startsWith(prefix) ? target.slice(prefix.length) : '';
    return Object.hasOwn(operations, name) ? operations[name]! : `no operation ${target} in the model`;
  }

  #checkJson(shape: string | undefined, text: string, name: string): string[] {
    if (shape === undefined) return [];
    try {
      return this.#document.complaints(pointerTo('shapes', shape), JSON.parse(text === '' ? '{}' : text), name);
    } catch (error) {
      if (error instanceof SyntaxError) return [`${name} is not JSON: ${error.message}`];
      throw error;
    }
  }

  #checkShape(shape: string | undefined, value: unknown, name: string): string[] {
    if (shape === undefined) return Object.keys(value as object).map((key) => `${name}/${key} is not in the contract`);
    return this.#document.complaints(pointerTo('shapes', shape), this.#typed(shape, value), name);
  }

  /** Texts and `member` elements of the query protocol, as the shape has them. */
  #typed(name: string, value: unknown): unknown {
    const shape = this.#model.shapes[name]!;
    if (shape.type === 'structure') {
      return Object.fromEntries(Object.entries(value === '' ? {} : value as object).map(([key, each]) => [key, shape.members?.[key] === undefined ? each as unknown : this.#typed(shape.members[key].shape, each)]));
    }
    return shape.type === 'list' ? this.#list(shape, value) : scalar(shape.type, value);
  }

  #list(shape: Shape, value: unknown): unknown {
    const isWrapped = value === '' || typeof value === 'object' && value !== null && 'member' in value;
    if (shape.flattened !== true && !isWrapped) return value;
    const held = shape.flattened === true || value === '' ? value : (value as Record<string, unknown>)['member'];
    const items = Array.isArray(held) ? held as unknown[] : held === '' || held === undefined ? [] : isNumbered(held) ? Object.values(held as object) as unknown[] : [held];
    return items.map((each) => this.#typed(shape.member!.shape, each));
  }
}

const isNumbered = (value: unknown): boolean => typeof value === 'object' && value !== null && Object.keys(value).every((key) => /^\d+$/.test(key));

function scalar(type: string, value: unknown): unknown {
  if (type === 'boolean') return value === 'true' ? true : value === 'false' ? false : value;
  return NUMBERS.has(type) && typeof value === 'string' && /^-?\d+(?:\.\d+)?$/.test(value) ? Number(value) : value;
}

/** `Tags.member.1.Key=a` as `{Tags: {member: {1: {Key: 'a'}}}}`. */
function nested(form: URLSearchParams): object {
  const root: Record<string, unknown> = {};
  for (const [path, value] of form) {
    const steps = path.split('.');
    const last = steps.pop()!;
    const holder = steps.reduce<Record<string, unknown>>((found, step) => (found[step] ??= {}) as Record<string, unknown>, root);
    holder[last] = value;
  }
  return root;
}

const refTo = ({ shape }: Member): object => ({ $ref: `#${pointerTo('shapes', shape)}` });

/** What is defined, under other names. */
const limits = (found: Readonly<Record<string, unknown>>): object => Object.fromEntries(Object.entries(found).filter(([, value]) => value !== undefined));

function schemaOf({ type, members = {}, required, member, value, enum: values, min, max, pattern }: Shape): object {
  switch (type) {
    case 'structure': return { type: 'object', properties: Object.fromEntries(Object.entries(members).map(([key, each]) => [key, refTo(each)])), ...limits({ required }) };
    case 'list': return { type: 'array', items: refTo(member!), ...limits({ minItems: min, maxItems: max }) };
    case 'map': return { type: 'object', additionalProperties: refTo(value!) };
    case 'boolean': return { type: 'boolean' };
    case 'timestamp': return { type: ['number', 'string'] };
    case 'string': case 'blob': return { type: 'string', ...limits({ enum: values, minLength: min, maxLength: max, pattern: isReadable(pattern) ? `^(?:${pattern!})$` : undefined }) };
    default: return NUMBERS.has(type) ? { type: 'number', ...limits({ minimum: min, maximum: max }) } : {};
  }
}

/** Patterns are Java's; those JavaScript does not read are left out. */
function isReadable(pattern: string | undefined): boolean {
  if (pattern === undefined) return false;
  try {
    return new RegExp(`^(?:${pattern})$`, 'u').source !== '';
  } catch {
    return false;
  }
}
