import { ConnectorError } from '../../../protocol/model/index.js';
import { systemClock } from '../../framework/clock.js';
import type { PropertyTable } from '../../framework/properties.js';
import type { Call, OpenContext } from '../../framework/spi.js';
import { noAuthentication } from '../http/http-authentication.js';
import { HttpClient } from '../http/http-client.js';
import type { HttpSettings } from '../http/http-settings.js';
import type { RestConnector, RestObjectClass } from './definition.js';
import { answerOf } from './rest-answer.js';
import { KeptValues } from './kept-values.js';
import { addressOf, methodOf, type RequestLine, type Variables } from './request-line.js';
import type { RequestDetails, RestAnswer, RestCall } from './rest-call.js';

/** A connector whose configuration's type is of no matter. */
export type AnyRestConnector = RestConnector<PropertyTable>;
type Config = Readonly<Record<string, unknown>>;
export type Classes = ReadonlyMap<string, RestObjectClass>;

/** What all sessions of a configuration stand on. */
interface SharedService {
  readonly client: HttpClient;
  readonly address: URL;
  readonly kept: KeptValues;
}

/** One session: costs nothing, since connections are the client's. */
export interface RestSession {
  readonly connector: AnyRestConnector;
  readonly config: Config;
  readonly service: SharedService;
}

export async function openSession(connector: AnyRestConnector, config: Config, context: OpenContext): Promise<RestSession> {
  const service = await context.shared('service', (over) => openService(connector, config, context, over), ({ client }) => client.close());
  return { connector, config, service };
}

async function openService({ service }: AnyRestConnector, config: Config, context: OpenContext, over: AbortSignal): Promise<SharedService> {
  const address = new URL(service.address(config));
  const settings: HttpSettings = {
    address, authentication: noAuthentication, certificates: context.trustedCertificates, permitTarget: context.permitTarget, ...service.settings?.(config, context),
  };
  const bare = await HttpClient.open({ ...settings, authentication: noAuthentication, headers: undefined });
  over.addEventListener('abort', () => { void bare.close(); }, { once: true });
  const authentication = service.authentication(config, { client: bare, over, clock: systemClock, log: context.log });
  return { client: await HttpClient.open({ ...settings, authentication }), address, kept: new KeptValues(systemClock, over) };
}

/** Variables every request line may use: the configuration's texts, by the names of their properties. */
function configured(config: Config): Variables {
  return Object.fromEntries(Object.entries(config).filter((entry): entry is [string, string] => typeof entry[1] === 'string'));
}

/** What operations and hooks send requests with. */
export function restCall(session: RestSession, call: Call, operation: string): RestCall {
  const { connector, config, service } = session;
  const variables = configured(config);
  const answer = async (line: RequestLine, details: RequestDetails = {}): Promise<RestAnswer> => {
    const url = details.url === undefined ? addressOf(service.address, line, { ...variables, ...details.variables }, details.query) : atService(details.url, service.address);
    const place = `${methodOf(line)} ${url.origin}${url.pathname}`;
    const body = bodyOf(details);
    const given = await service.client.request(
      { method: methodOf(line), url, headers: new Map([['accept', 'application/json'], ...Object.entries(details.headers ?? {})]), body },
      details.signal ?? call.signal, call.permitTarget,
    );
    return answerOf(connector, given, { place, operation, uid: details.uid, accept: details.accept ?? [], reads: details.kind === 'read' || methodOf(line) === 'GET' });
  };
  return {
    config, signal: call.signal, log: call.log, answer,
    send: async (line, details) => (await answer(line, details)).json,
    cached: (name, milliseconds, make) => service.kept.get(name, milliseconds, make, call.signal),
  };
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

