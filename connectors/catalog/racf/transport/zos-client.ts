import { ConnectorError } from '../../../../protocol/model/index.js';
import { basicAuthorization, type HttpAuthentication } from '../../../engines/http/http-authentication.js';
import { HttpClient, type HttpAnswer } from '../../../engines/http/http-client.js';
import type { HttpSettings } from '../../../engines/http/http-settings.js';
import { configuredCertificate } from '../../../engines/rest/client-certificate.js';
import { retryAfter } from '../../../engines/http/retry-after.js';
import type { OpenContext } from '../../../framework/spi.js';
import { zosAddress, type RacfConfig } from '../config.js';

/** Milliseconds an API is waited for: z/OSMF collects output for up to five minutes before it answers. */
const LONGEST_ANSWER = 330_000;
/** Milliseconds a request waits for an API that is busy and says for how long. */
const PATIENCE = 30_000;

/** A request to the REST API; a body is sent as JSON. */
export interface ZosRequest {
  readonly method: 'POST' | 'PUT';
  /** With the query. */
  readonly path: string;
  readonly body?: Readonly<Record<string, unknown>>;
  readonly headers?: readonly (readonly [string, string])[];
  /** Shows no credentials but those of `headers`. */
  readonly bare?: boolean;
}

export type SendToZos = (request: ZosRequest, signal: AbortSignal) => Promise<HttpAnswer>;

export interface ZosClient {
  readonly send: SendToZos;
  close(): Promise<void>;
}

export function administrator({ userId, password }: RacfConfig): string {
  return basicAuthorization(userId.trim(), password.reveal());
}

function proxyOf({ httpProxyHost: host, httpProxyPort: port, httpProxyUsername: user, httpProxyPassword }: RacfConfig): HttpSettings['proxy'] {
  if (host === null || port === null) return undefined;
  return { address: zosAddress('http', host, port), authorization: user === null ? undefined : basicAuthorization(user, httpProxyPassword?.reveal() ?? '') };
}

/** Connects nowhere. */
export async function openZosClient(config: RacfConfig, context: OpenContext, authentication: (send: SendToZos) => HttpAuthentication): Promise<ZosClient> {
  const address = zosAddress('https', config.hostName, config.port);
  const send: SendToZos = ({ method, path, body, headers = [], bare = false }, signal) => client.request({
    method, url: new URL(path, address), bare, headers: new Map([['accept', 'application/json'], ...headers]),
    body: body === undefined ? undefined : { bytes: Buffer.from(JSON.stringify(body)), contentType: 'application/json' },
  }, signal);
  const client = await HttpClient.open({
    address, authentication: authentication(send), proxy: proxyOf(config), connections: config.maximumConnections, patience: PATIENCE, waits: context.waits,
    timeouts: { connect: config.connectionTimeout * 1000, answer: LONGEST_ANSWER }, certificates: context.trustedCertificates,
    clientCertificate: await configuredCertificate(config), acceptsSelfSigned: config.acceptSelfSignedCertificates,
  });
  return { send, close: () => client.close() };
}

export function textOf({ body }: HttpAnswer): string {
  return new TextDecoder().decode(body);
}

/** The object of an answer; an empty one where it is something else. */
export function objectOf(answer: HttpAnswer): Readonly<Record<string, unknown>> {
  try {
    const given: unknown = JSON.parse(textOf(answer));
    return typeof given === 'object' && given !== null ? given as Readonly<Record<string, unknown>> : {};
  } catch {
    return {};
  }
}

/**
 * What an HTTP status says about the account and the API; undefined for success. `api` names what was asked. The server's own
 * words are left out for a command with secrets, which they may repeat.
 */
export function refusedAnswer(answer: HttpAnswer, api: string, { hasSecrets }: { readonly hasSecrets: boolean }): ConnectorError | undefined {
  const { status } = answer;
  if (status >= 200 && status < 300) return undefined;
  const text = textOf(answer).trim();
  const said = hasSecrets || text === '' ? '' : ` It says: ${text.slice(0, 500)}`;
  const pause = retryAfter(answer);
  if (status === 401) return new ConnectorError('invalidCredential', `${api} does not accept the user ID and password.${said}`, { outcome: 'notApplied' });
  if (status === 403) return new ConnectorError('permissionDenied', `${api} may not be used by this user ID. Grant it access.${said}`, { outcome: 'notApplied' });
  if (status === 404) return new ConnectorError('configuration', `${api} is not there. Check port and restApi.${said}`, { outcome: 'notApplied' });
  if (status === 429 || status === 503) return new ConnectorError('retryable', `${api} is busy (status ${status}). Try again${pause === undefined ? '' : ` in ${Math.ceil(pause / 1000)} seconds`}.${said}`, { outcome: 'notApplied' });
  return new ConnectorError('connectorIo', `${api} failed with status ${status}.${said}`, { outcome: 'unknown' });
}
