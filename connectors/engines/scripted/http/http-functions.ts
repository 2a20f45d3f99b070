import { ConnectorError, type IcfValue, type PermitTarget } from '../../../../protocol/model/index.js';
import type { HostFunction } from '../../../framework/script-runner.js';
import { isHeaderName, isHeaderValue } from '../../http/header-text.js';
import type { HttpAnswer, HttpClient, HttpRequest } from '../../http/http-client.js';
import { PossibleWrites } from '../possible-writes.js';
import { jsonText, plainText } from './json-text.js';

export interface ScriptedHttp {
  readonly client: HttpClient;
  /** Of bodies given as text or bytes, and what is accepted; a MIME type. */
  readonly contentType: string;
  /** Asked before a request goes to another server than the client's own. */
  readonly permitTarget?: PermitTarget | undefined;
  /** Requests go without the client's own authentication and headers, such as those for a token. */
  readonly bare?: boolean;
  /** Waited for before each request. */
  readonly pass?: (signal: AbortSignal) => Promise<void>;
}

const READING: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS']);
const METHOD = /^[A-Z]{1,20}$/;
/** Refused before anything was done, as far as HTTP tells. */
const REFUSED: ReadonlySet<number> = new Set([401, 403, 404, 405, 407, 409, 412, 415, 422, 425, 428, 429, 503]);

/** `http.request` of scripts: what ./http-library.ts makes `connection` of. One for each run of a script. */
export class HttpFunctions {
  readonly #http: ScriptedHttp;
  readonly #writes = new PossibleWrites();

  constructor(http: ScriptedHttp) {
    this.#http = http;
  }

  /** Whether a request that was no mere question may have been carried out. */
  get hasWritten(): boolean {
    return this.#writes.any;
  }

  functions(): Map<string, HostFunction> {
    return new Map([['http.request', ([given], signal) => this.#request(given, signal)]]);
  }

  async #request(given: IcfValue | undefined, signal: AbortSignal): Promise<IcfValue> {
    const asked = given instanceof Map ? given as ReadonlyMap<IcfValue, IcfValue> : refuse('A request has to be an object: {method, path, …}');
    const request = requestOf(asked, this.#http);
    await this.#http.pass?.(signal);
    const send = (): Promise<HttpAnswer> => this.#http.client.request(request, signal, this.#http.permitTarget);
    return answerValue(READING.has(request.method) ? await send() : await this.#writes.during(send, ({ status }) => REFUSED.has(status)));
  }
}

function refuse(what: string): never {
  throw new ConnectorError('illegalArgument', `${what}.`, { outcome: 'notApplied' });
}

type Asked = ReadonlyMap<IcfValue, IcfValue>;

function requestOf(asked: Asked, { client, contentType, bare }: ScriptedHttp): HttpRequest {
  const method = asked.get('method') ?? 'GET';
  if (typeof method !== 'string' || !METHOD.test(method.toUpperCase())) return refuse('The method of a request has to be a word such as GET');
  const headers = new Map(pairs(asked.get('headers'), 'headers').map(([name, value]) => [headerName(name), headerText(value)]));
  if (!headers.has('accept')) headers.set('accept', contentType);
  return { method: method.toUpperCase(), url: addressOf(asked, client.settings.address), headers, body: bodyOf(asked, contentType), bare };
}

function headerName(text: string): string {
  return isHeaderName(text) ? text.toLowerCase() : refuse('The name of a header has to be a word of letters, digits and - or the like');
}

function headerText(text: string): string {
  return isHeaderValue(text) ? text : refuse('A header holds a character that none can, such as a line break');
}

/** `path`: a text as it would stand in a link on a page of the service, or a list of its parts, each of which is encoded. `url`: a whole address. */
function addressOf(asked: Asked, address: URL | undefined): URL {
  const whole = asked.get('url');
  const path = asked.get('path') ?? '';
  const url = typeof whole === 'string' ? parsed(whole, undefined) : parsed(pathText(path), address);
  for (const [name, value] of pairs(asked.get('query'), 'query')) url.searchParams.append(name, value);
  return url;
}

function parsed(text: string, address: URL | undefined): URL {
  const base = address === undefined ? undefined : new URL(address);
  if (base !== undefined && !base.pathname.endsWith('/')) base.pathname += '/';
  // Without the text: it may hold what nobody is to see.
  if (!URL.canParse(text, base?.href)) refuse(base === undefined ? 'A request needs a url that is a whole address, such as https://service.example.com/users' : 'The path of a request is no address');
  const url = new URL(text, base);
  return url.protocol === 'https:' || url.protocol === 'http:' ? url : refuse('Requests go to http: and https: addresses only');
}

function pathText(path: IcfValue): string {
  if (typeof path === 'string') return path;
  if (!Array.isArray(path)) return refuse('The path of a request has to be a text, or a list of its parts');
  return path.map((part: IcfValue) => {
    const text = plainText(part);
    return text === '' || text === '.' || text === '..' ? refuse('A part of a path cannot be empty, . or ..') : encodedPart(text);
  }).join('/');
}

function encodedPart(text: string): string {
  try {
    return encodeURIComponent(text);
  } catch {
    return refuse('A part of a path holds half a character, which cannot be encoded');
  }
}

/** Values of a list are several of one name; null is none. */
function pairs(given: IcfValue | undefined, what: string): [string, string][] {
  if (given === undefined || given === null) return [];
  if (!(given instanceof Map)) return refuse(`${what} of a request have to be an object: {name: value}`);
  return [...given as Asked].flatMap(([name, value]): [string, string][] => {
    if (value === null) return [];
    // A header is one text, put together of parts; of a query, each value counts.
    const values = what === 'query' && Array.isArray(value) ? value as readonly IcfValue[] : [value];
    return values.map((one): [string, string] => [plainText(name), plainText(one)]);
  });
}

function bodyOf(asked: Asked, contentType: string): HttpRequest['body'] {
  const named = asked.get('contentType');
  const body = (text: string | Uint8Array, usual: string): HttpRequest['body'] => ({
    bytes: typeof text === 'string' ? new TextEncoder().encode(text) : text, contentType: typeof named === 'string' ? headerText(named) : usual,
  });
  const json = asked.get('json');
  if (json !== undefined) return body(jsonText(json), /\bjson\b/.test(contentType) ? contentType : 'application/json');
  const form = asked.get('form');
  if (form !== undefined) return body(new URLSearchParams(pairs(form, 'form')).toString(), 'application/x-www-form-urlencoded');
  const given = asked.get('body');
  if (given === undefined || given === null) return undefined;
  return body(given instanceof Uint8Array ? given : plainText(given), contentType);
}

/** `{status, headers, text}`, or `bytes` where the answer is no text. */
function answerValue({ status, headers, body }: HttpAnswer): IcfValue {
  const type = headers.get('content-type') ?? '';
  const answer = new Map<IcfValue, IcfValue>([['status', status], ['headers', new Map<IcfValue, IcfValue>(headers)], ['contentType', type]]);
  if (isText(type)) return answer.set('text', decoded(body, type));
  return answer.set('text', null).set('bytes', body);
}

function isText(type: string): boolean {
  return type === '' || /^text\/|[/+](?:json|xml|javascript)\b|x-www-form-urlencoded/i.test(type);
}

function decoded(body: Uint8Array, type: string): string {
  const charset = /charset="?([\w-]+)/i.exec(type)?.[1];
  try {
    return new TextDecoder(charset).decode(body);
  } catch {
    return new TextDecoder().decode(body);
  }
}
