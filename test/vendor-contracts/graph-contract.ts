import type { WireAnswer } from '../targets/rest/exchange.js';
import { CsdlModel, type TypeRef } from './csdl-model.js';
import { resolvePath, type Resource } from './csdl-path.js';
import { queryComplaints } from './csdl-query.js';
import { valueComplaints } from './csdl-value.js';
import { isJson, mediaType, type ContractRequest, type Verdict, type VendorContract } from './vendor-contract.js';

/** Of one request (https://learn.microsoft.com/en-us/graph/json-batching). */
const MOST_IN_BATCH = 20;
interface BatchPart { readonly id?: string; readonly method?: string; readonly url?: string; readonly body?: unknown; readonly headers?: Readonly<Record<string, string>> }

export async function readGraph({ name, file, base }: { readonly name: string; readonly file: string; readonly base: string }): Promise<VendorContract> {
  return new GraphContract(name, await CsdlModel.read(file), base);
}

/** Microsoft Graph by its CSDL metadata: paths, query options, bodies, and what stands in a batch. */
export class GraphContract implements VendorContract {
  readonly name: string;
  readonly #model: CsdlModel;
  readonly #base: string;

  constructor(name: string, model: CsdlModel, base: string) {
    [this.name, this.#model, this.#base] = [name, model, base];
  }

  checkRequest(request: ContractRequest): Verdict {
    const { method, path, text, headers, query } = request;
    if (path === `${this.#base}/$batch`) return { operation: 'POST /$batch', complaints: this.#batch(request) };
    const found = this.#resolve(path);
    if (typeof found === 'string') return { operation: undefined, complaints: [found] };
    const type = mediaType(headers['content-type']);
    if (text !== '' && !isJson(type)) return { operation: path, complaints: found.kind === 'value' ? [] : [`content type ${type}, where the contract has application/json`] };
    const body = read(text);
    const complaints = typeof body === 'string' ? [body] : [...methodComplaints(method, found), ...queryComplaints(this.#model, found.type, query), ...this.#body(method, found, body.value)];
    return { operation: `${method} ${found.call?.name ?? found.type?.name ?? ''}`, complaints };
  }

  checkAnswer(request: ContractRequest, { status, text }: WireAnswer): Verdict {
    const found = this.#resolve(request.path);
    const body = read(text);
    if (typeof body === 'string') return { operation: undefined, complaints: [body] };
    if (status >= 400) return { operation: undefined, complaints: isError(body.value) ? [] : ['an error must say error.code and error.message'] };
    if (typeof found === 'string' || body.value === undefined || found.kind === 'count' || found.kind === 'value' || found.type === undefined) return { operation: undefined, complaints: [] };
    const complaints = request.method === 'GET' || found.kind === 'call' ? this.#shown(found.type, found.kind, body.value) : valueComplaints(this.#model, { ...found.type, isList: false }, body.value, 'answer');
    return { operation: undefined, complaints };
  }

  /** Lists, and values that are no objects, stand under `value`. */
  #shown(type: TypeRef, kind: Resource['kind'], value: unknown): string[] {
    if (kind === 'links') return [];
    if (!type.isList && this.#model.types.has(type.name)) return valueComplaints(this.#model, type, value, 'answer');
    const { value: held, ...rest } = value as Record<string, unknown>;
    const strange = Object.keys(rest).filter((key) => !key.startsWith('@odata.')).map((key) => `answer/${key} is not in the contract`);
    return [...strange, ...valueComplaints(this.#model, { ...type, nullable: true }, held ?? (type.isList ? undefined : null), 'answer/value')];
  }

  #resolve(path: string): Resource | string {
    return path.startsWith(`${this.#base}/`) ? resolvePath(this.#model, path.slice(this.#base.length)) : `no such path in the contract: ${path}`;
  }

  #body(method: string, { type, kind, call }: Resource, value: unknown): string[] {
    if (method === 'GET' || method === 'DELETE') return value === undefined ? [] : [`a body with ${method}`];
    if (call !== undefined) return this.#arguments(call.parameters, value ?? {});
    if (value === undefined) return ['the body is missing'];
    if (kind === 'links') return typeof (value as Record<string, unknown>)['@odata.id'] === 'string' ? [] : ['a link needs @odata.id'];
    return type === undefined ? [] : valueComplaints(this.#model, { ...type, isList: false }, value, 'body');
  }

  #arguments(parameters: ReadonlyMap<string, TypeRef>, value: object): string[] {
    return Object.entries(value).flatMap(([name, each]) => {
      // Names of parameters differ in case between the metadata and its pages.
      const known = [...parameters].find(([parameter]) => parameter.toLowerCase() === name.toLowerCase());
      return known === undefined ? [`body/${name} is not in the contract`] : valueComplaints(this.#model, known[1], each, `body/${name}`);
    });
  }

  #batch({ method, text }: ContractRequest): string[] {
    const body = read(text);
    if (method !== 'POST' || typeof body === 'string') return ['a batch is a POST of JSON'];
    const { requests } = (body.value ?? {}) as { readonly requests?: readonly BatchPart[] };
    if (!Array.isArray(requests) || requests.length === 0 || requests.length > MOST_IN_BATCH) return [`requests must be a list of 1 to ${MOST_IN_BATCH}`];
    const ids = new Set((requests as readonly BatchPart[]).map(({ id }) => id));
    return [...(ids.size === requests.length && !ids.has(undefined) ? [] : ['every request of a batch needs an id of its own']), ...(requests as readonly BatchPart[]).flatMap((part) => this.#part(part))];
  }

  #part({ id, method = '', url = '', body, headers = {} }: BatchPart): string[] {
    const { pathname, searchParams } = new URL(`${this.#base}/${url.replace(/^\//, '')}`, 'http://x');
    const lowered = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
    return this.checkRequest({ method, path: pathname, query: searchParams, headers: lowered, text: body === undefined ? '' : JSON.stringify(body) }).complaints.map((each) => `request ${id ?? ''} of the batch: ${each}`);
  }
}

function read(text: string): { readonly value: unknown } | string {
  try {
    return { value: text === '' ? undefined : JSON.parse(text) as unknown };
  } catch (error) {
    return `not JSON: ${(error as Error).message}`;
  }
}

function isError(value: unknown): boolean {
  const { error } = (value ?? {}) as { readonly error?: { readonly code?: unknown; readonly message?: unknown } };
  return typeof error?.code === 'string' && typeof error.message === 'string';
}

/** What can be done with what a path leads to (OData 4.01 part 1, section 11). */
function methodsFor({ kind, type, call }: Resource): readonly string[] {
  if (kind === 'call') return [call?.isAction === true ? 'POST' : 'GET'];
  if (kind === 'count') return ['GET'];
  if (kind === 'links') return type?.isList === true ? ['GET', 'POST', 'DELETE'] : ['GET', 'PUT', 'DELETE'];
  if (kind === 'entities') return type?.isList === true ? ['GET', 'POST'] : ['GET', 'PATCH', 'PUT', 'DELETE'];
  return ['GET', 'PUT', 'PATCH', 'DELETE'];
}

function methodComplaints(method: string, found: Resource): string[] {
  const methods = methodsFor(found);
  return methods.includes(method) ? [] : [`takes ${methods.join(', ')}, not ${method}`];
}
