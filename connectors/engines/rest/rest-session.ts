import { ConnectorError } from '../../../protocol/model/index.js';
import { systemClock } from '../../framework/clock.js';
import type { PropertyTable } from '../../framework/properties.js';
import type { Call, OpenContext } from '../../framework/spi.js';
import { noAuthentication } from '../http/http-authentication.js';
import { heldAnswer } from '../http/answer-body.js';
import { errorIn, errorOf, isCaseOf, type AnswerContext, type RestOperation } from '../http/answer-errors.js';
import { HttpClient, type HttpAnswer, type HttpRequest } from '../http/http-client.js';
import { isReading } from '../http/http-retry.js';
import type { HttpSettings } from '../http/http-settings.js';
import { jsonAnswer } from '../http/json-answer.js';
import { jsonItems, missingList } from '../http/json-items.js';
import { openLimits } from '../http/limits/target-limits.js';
import { limitsOf } from './configured-rates.js';
import type { RestConnector, RestObjectClass } from './definition.js';
import { httpSettings } from './http-configuration.js';
import { KeptValues } from './kept-values.js';
import { isJsonObject, valueAt, withValueAt, type Json } from './json.js';
import { addressOf, methodOf, placeOf, withoutTrailingSlashes, type RequestLine, type Variables } from './request-line.js';
import type { RequestDetails, RestAnswer, RestCall } from './rest-call.js';
import { WriteGathering, type WriteTogether } from './writes-together.js';

/** A connector whose configuration's type is of no matter. */
export type AnyRestConnector = RestConnector<PropertyTable>;
type Config = Readonly<Record<string, unknown>>;
export type Classes = ReadonlyMap<string, RestObjectClass>;

/** What all sessions of a configuration stand on. */
interface SharedService {
  readonly own: Place;
  /** Further addresses, by name. */
  readonly others: ReadonlyMap<string, Place>;
  /** Without credentials, rates and headers of the configuration. */
  readonly bare: HttpClient;
  readonly kept: KeptValues;
  readonly gathering: WriteGathering;
  /** Fires when the configuration is given up. */
  readonly over: AbortSignal;
  /** Media types, where the service wants others than application/json. */
  readonly media: { readonly accept: string; readonly contentType: string | undefined };
}

/** An address, and the client that authenticates there: each knows one origin. */
interface Place {
  readonly client: HttpClient;
  readonly address: URL;
}

/** One session: costs nothing, since connections are the client's. */
export interface RestSession {
  readonly connector: AnyRestConnector;
  readonly config: Config;
  readonly service: SharedService;
}

export async function openSession(connector: AnyRestConnector, config: Config, context: OpenContext): Promise<RestSession> {
  const service = await context.shared('service', (over) => openService(connector, config, context, over), closeService);
  return { connector, config, service };
}

async function openService({ service }: AnyRestConnector, config: Config, context: OpenContext, over: AbortSignal): Promise<SharedService> {
  const { clock = systemClock } = context;
  const address = service.address(config);
  const others = Object.entries(service.others?.(config) ?? {});
  const { media, headers } = givenHeaders(service.headers?.(config));
  const settings = await clientSettings(service, config, context, { address, others, headers });
  const bare = await HttpClient.open({ ...settings, headers: undefined });
  over.addEventListener('abort', () => void bare.close(), { once: true });
  const authentication = service.authentication(config, { client: bare, over, clock, log: context.log });
  const { identity = '', ...limits } = limitsOf(service, config);
  const clients = new Map<string, HttpClient>();
  const placeAt = async (at: URL): Promise<Place> => {
    const known = clients.get(at.origin);
    if (known !== undefined) return { client: known, address: at };
    const throttle = openLimits({ origin: at.origin, identity }, limits, clock, context.waits);
    over.addEventListener('abort', () => throttle.close(), { once: true });
    const client = await HttpClient.open({ ...settings, address: at, authentication, throttle });
    clients.set(at.origin, client);
    return { client, address: at };
  };
  const own = await placeAt(address);
  const further = new Map<string, Place>();
  for (const [name, at] of others) further.set(name, await placeAt(at));
  return { own, others: further, bare, media, kept: new KeptValues(clock, over), gathering: new WriteGathering(clock, over), over };
}

/** Media types are of each request, not of all: a body of another kind has another. */
function givenHeaders(given: ReadonlyMap<string, string> = new Map()): Pick<SharedService, 'media'> & { readonly headers: ReadonlyMap<string, string> } {
  return {
    media: { accept: given.get('accept') ?? 'application/json', contentType: given.get('content-type') },
    headers: new Map([...given].filter(([name]) => !['accept', 'content-type'].includes(name))),
  };
}

interface Addresses { readonly address: URL; readonly others: readonly (readonly [string, URL])[]; readonly headers: ReadonlyMap<string, string> }

async function clientSettings(service: AnyRestConnector['service'], config: Config, context: OpenContext, { address, others, headers }: Addresses): Promise<HttpSettings> {
  const { throttled, timeoutIn, translated = (answer: HttpAnswer): HttpAnswer => answer } = service;
  const credentialsTo = { address, ...Object.fromEntries(others), ...service.credentialsTo?.(config) };
  const settings = await httpSettings(service.http?.(config) ?? config, context, { address, authentication: noAuthentication, credentialsTo, timeoutIn, headers });
  return throttled === undefined ? settings : { ...settings, isThrottled: (answer) => isCaseOf(throttled, translated(answer)) };
}

async function closeService({ own, others }: SharedService): Promise<void> {
  await Promise.all([own, ...others.values()].map(({ client }) => client.close()));
}

function placed({ own, others }: SharedService, given: RequestLine): Place & { readonly line: RequestLine } {
  const { at, line } = placeOf(given);
  const place = at === undefined ? own : others.get(at);
  if (place === undefined) throw new TypeError(`The request ${given} is for an address the definition does not name.`);
  return { ...place, line };
}

/** Variables every request line may use: the configuration's texts, by the names of their properties. */
function configured(config: Config): Variables {
  return Object.fromEntries(Object.entries(config).filter((entry): entry is [string, string] => typeof entry[1] === 'string'));
}

/** What operations and hooks send requests with. `alone`: no write goes together with others. */
export function restCall(session: RestSession, call: Call, operation: RestOperation, { alone = false } = {}): RestCall {
  const { connector, config, service } = session;
  const { errors: rules, messages, translated } = connector.service;
  const ask = async (asked: Prepared): Promise<HttpAnswer> => {
    const { client, request, signal } = asked;
    const answer = (alone ? undefined : await askedTogether(session, call, operation, asked)) ?? await client.request(request, signal, call.permitTarget);
    return translated === undefined ? answer : translated(answer);
  };
  const variables = configured(config);
  const prepared = (given: RequestLine, details: RequestDetails): Prepared => {
    const { client, address, line } = placed(service, given);
    const url = details.url === undefined ? addressOf(address, line, { ...variables, ...details.variables }, details.query) : atService(details.url, address);
    const method = methodOf(line);
    const { accept, contentType } = service.media;
    const headers = new Map([['accept', accept], ...(contentType === undefined || details.json === undefined ? [] : [['content-type', contentType] as const]), ...Object.entries(details.headers ?? {})]);
    return {
      client, written: details.form === undefined && client === service.own.client ? { method, path: pathBelow(address, url), headers, json: details.json } : undefined,
      request: { method, url, headers, body: bodyOf(details), kind: details.kind, reads: details.kind === 'read', lane: call.signal, template: details.url === undefined ? line.slice(line.indexOf(' ') + 1) : undefined }, signal: details.signal ?? call.signal, accept: details.accept ?? [], mayBeMissing: details.mayBeMissing,
      context: { system: connector.displayName, method, url, operation, uid: details.uid, reads: details.kind === 'read', rules, messages, hasSecrets: details.hasSecrets },
    };
  };
  return {
    config, signal: call.signal, log: call.log, bare: service.bare,
    answer: async (line, details = {}) => {
      const asked = prepared(line, details);
      return understood(await ask(asked), asked.context, asked.accept);
    },
    items: (line, path, details = {}) => {
      const asked = prepared(line, details);
      return translated === undefined ? itemsOf(asked, path, call.permitTarget) : heldItems(asked, path, ask);
    },
    async send(line, details) { return (await this.answer(line, details)).json; },
    cached: (name, milliseconds, make) => service.kept.get(name, milliseconds, make, call.signal),
  };
}

interface Prepared {
  readonly client: HttpClient;
  /** What may go together with others, if it is a write. */
  readonly written: WriteTogether | undefined;
  readonly request: HttpRequest;
  readonly context: AnswerContext;
  readonly accept: readonly number[];
  readonly mayBeMissing: boolean | undefined;
  readonly signal: AbortSignal;
}

/** The answer of a write that went together with others; undefined where it goes by itself. */
async function askedTogether(session: RestSession, call: Call, operation: RestOperation, { written, request, signal }: Prepared): Promise<HttpAnswer | undefined> {
  const { connector: { service: { together } }, service: { gathering, over } } = session;
  if (together === undefined || written === undefined || isReading(request)) return undefined;
  const most = await together.most(restCall(session, call, operation, { alone: true }) as RestCall<Config>);
  if (most === undefined) return undefined;
  const ofAll = restCall(session, { ...call, signal: over }, operation, { alone: true }) as RestCall<Config>;
  return gathering.answer(written, most, (writes) => together.send(ofAll, writes), signal);
}

function pathBelow({ pathname }: URL, { pathname: whole, search }: URL): string {
  return `${whole.slice(withoutTrailingSlashes(pathname).length)}${search}`;
}

function understood(answer: HttpAnswer, context: AnswerContext, accept: readonly number[]): RestAnswer {
  const { status, headers } = answer;
  if (accept.includes(status)) return { status, headers, json: null };
  const error = errorOf(answer, context);
  if (error !== undefined) throw error;
  return { status, headers, json: jsonAnswer(answer, context, { mayBeEmpty: true }) ?? null };
}

async function* itemsOf({ client, request, context, accept, mayBeMissing, signal }: Prepared, path: string, permitTarget: Call['permitTarget']): AsyncGenerator<readonly Json[], RestAnswer, void> {
  const answer = await client.stream(request, signal, permitTarget);
  const { status, headers } = answer;
  if (status < 200 || status >= 300 || status === 204) return understood(await heldAnswer(answer), context, accept);
  const json = yield* jsonItems(answer, path, context, { mayBeMissing, refuse: (rest) => errorIn(answer, rest, context) });
  return { status, headers, json };
}

/** What a list without elements is in XML. */
const isEmptyElement = (list: Json | undefined): boolean => list === null || (typeof list === 'string' && list.trim() === '');

/** The elements of a list in an answer that is read whole. */
async function* heldItems(asked: Prepared, path: string, ask: (asked: Prepared) => Promise<HttpAnswer>): AsyncGenerator<readonly Json[], RestAnswer, void> {
  const answer = understood(await ask(asked), asked.context, asked.accept);
  const list = valueAt(answer.json, path);
  if (Array.isArray(list)) {
    if (list.length > 0) yield list as readonly Json[];
  } else if (!isEmptyElement(list) && !(list === undefined && asked.mayBeMissing === true) && !asked.accept.includes(answer.status)) {
    throw missingList(answer, path, asked.context);
  }
  return isJsonObject(answer.json) ? { ...answer, json: withValueAt(answer.json, path, []) } : answer;
}

/** An address the service gave; one elsewhere is not followed, for the credentials would go with it. */
function atService(given: string, address: URL): URL {
  const url = URL.canParse(given, address.href) ? new URL(given, address) : undefined;
  if (url?.origin === address.origin) return url;
  throw new ConnectorError('connector', `The service gave an address elsewhere (${url?.origin ?? 'no URL'}) where one of its own (${address.origin}) was expected.`);
}

function bodyOf({ json, form }: RequestDetails): { readonly bytes: Uint8Array; readonly contentType: string } | undefined {
  if (form !== undefined) return { bytes: new TextEncoder().encode(new URLSearchParams(form).toString()), contentType: 'application/x-www-form-urlencoded' };
  return json === undefined ? undefined : { bytes: new TextEncoder().encode(JSON.stringify(json)), contentType: 'application/json' };
}

const DISCOVERED_FOR = 10 * 60_000;

/** The object classes under this configuration, by name. */
export async function classesOf({ connector }: RestSession, call: RestCall): Promise<Classes> {
  const { discover } = connector;
  const own = Object.entries(connector.objectClasses as Readonly<Record<string, RestObjectClass>>);
  if (discover === undefined) return new Map(own);
  const found = await call.cached('object classes', DISCOVERED_FOR, () => discover.call(connector, call as RestCall<Config>));
  return new Map([...own, ...Object.entries(found as Readonly<Record<string, RestObjectClass>>)]);
}

export async function classOf(session: RestSession, call: RestCall, objectClass: string): Promise<RestObjectClass> {
  const classes = await classesOf(session, call);
  const found = classes.get(objectClass) ?? [...classes].find(([name]) => name.toLowerCase() === objectClass.toLowerCase())?.[1];
  if (found === undefined) throw new ConnectorError('illegalArgument', `${session.connector.displayName} has no object class ${objectClass}; there are ${[...classes.keys()].join(', ')}.`, { outcome: 'notApplied' });
  return found;
}

