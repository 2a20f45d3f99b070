import { isIP } from 'node:net';
import { ConnectorError, type ConnectorTarget, type GuardedString } from '../../../protocol/model/index.js';
import type { OpenContext } from '../../framework/spi.js';
import { basicAuthorization, type HttpAuthentication } from '../http/http-authentication.js';
import { portOf, type HttpSettings } from '../http/http-settings.js';
import { checkCertificate, configuredCertificate, type CertificateConfiguration } from './client-certificate.js';
import { warnOfExposure } from './exposure.js';

/** What tables made of ./saas-properties.ts say of the client; each may be left out. */
export interface HttpConfiguration extends CertificateConfiguration {
  readonly httpProxyHost?: string | null;
  readonly httpProxyPort?: number | null;
  readonly httpProxyUsername?: string | null;
  readonly httpProxyPassword?: GuardedString | null;
  readonly proxyHost?: string | null;
  readonly proxyPort?: number | null;
  readonly proxyUsername?: string | null;
  readonly proxyPassword?: GuardedString | null;
  readonly connectionTimeout?: number | null;
  readonly maximumConnections?: number | null;
  readonly acceptSelfSignedCertificates?: boolean;
  readonly disableHostNameVerifier?: boolean;
  readonly disableHttpCompression?: boolean;
}

export interface ClientPurpose {
  readonly address: URL;
  readonly authentication: HttpAuthentication;
  /** Where credentials go, by property: warned of where that is another machine without TLS. */
  readonly credentialsTo: Readonly<Record<string, URL | null | undefined>>;
  readonly headers?: ReadonlyMap<string, string> | undefined;
  /** Of `connectionTimeout`. @default seconds */
  readonly timeoutIn?: 'seconds' | 'milliseconds' | undefined;
  /** Milliseconds until the head of an answer, and between two parts of it. @default 60,000 */
  readonly answerTimeout?: number;
}

/** Milliseconds a request waits, in all, for a service that is too busy and says for how long. */
const PATIENCE = 60_000;
const RETRY = { attempts: 4, patience: 30_000 } as const;

function refuse(message: string): never {
  throw new ConnectorError('configuration', message);
}

const isBlank = (text: string | null | undefined): text is null | undefined | '' => text === null || text === undefined || text.trim() === '';

/** The address in a property. Throws `configuration`; the message does not repeat the address, which may hold a password all the same. */
export function httpAddress(property: string, given: string): URL {
  const text = given.trim();
  if (!URL.canParse(text)) return refuse(`${property} is no address: write it as https://server.example.com/path.`);
  const address = new URL(text);
  const { protocol, username, password } = address;
  if (!['http:', 'https:'].includes(protocol)) refuse(`${property} begins with '${protocol}': it has to begin with http: or https:.`);
  if (username !== '' || password !== '') refuse(`${property} holds a user name or a password, where everybody can read them: give them in the properties for them.`);
  return address;
}

interface Proxy { readonly address: URL; readonly user: string | null; readonly password: GuardedString | null }

function proxyAddress(prefix: 'httpProxy' | 'proxy', host: string, port: number | null | undefined): URL {
  const name = host.trim().replace(/^https?:\/\//i, '').replace(/\/$/, '');
  if (/[\s/?#@\\]/.test(name) || name === '') refuse(`${prefix}Host has to be a host name or an IP address and nothing else.`);
  if (port === null || port === undefined) return refuse(`${prefix}Host and ${prefix}Port belong together: give the port of the proxy.`);
  if (port < 1 || port > 65_535) refuse(`${prefix}Port is ${port}: give a port from 1 to 65535.`);
  const scheme = /^https:/i.test(host.trim()) ? 'https' : 'http';
  const text = `${scheme}://${isIP(name) === 6 ? `[${name}]` : name}:${port}`;
  return URL.canParse(text) ? new URL(text) : refuse(`${prefix}Host has to be a host name or an IP address and nothing else.`);
}

function proxyOf(config: HttpConfiguration): Proxy | undefined {
  if (!isBlank(config.httpProxyHost)) return { address: proxyAddress('httpProxy', config.httpProxyHost, config.httpProxyPort), user: config.httpProxyUsername ?? null, password: config.httpProxyPassword ?? null };
  if (!isBlank(config.proxyHost)) return { address: proxyAddress('proxy', config.proxyHost, config.proxyPort), user: config.proxyUsername ?? null, password: config.proxyPassword ?? null };
  return undefined;
}

/** What the tables' types cannot say of the client. Throws `configuration`. No I/O. */
export function checkHttpConfiguration(config: HttpConfiguration): void {
  const { connectionTimeout, maximumConnections } = config;
  proxyOf(config);
  checkCertificate(config);
  if (typeof connectionTimeout === 'number' && connectionTimeout < 1) refuse(`connectionTimeout is ${connectionTimeout}: give 1 or more.`);
  if (typeof maximumConnections === 'number' && maximumConnections < 1) refuse(`maximumConnections is ${maximumConnections}: give 1 or more.`);
}

/** The settings of a configuration's client, for HttpClient.open. Reads the client certificate; warns of credentials others can read. */
export async function httpSettings(config: HttpConfiguration, context: Pick<OpenContext, 'log' | 'trustedCertificates' | 'permitTarget' | 'clock' | 'traffic' | 'waits'>, purpose: ClientPurpose): Promise<HttpSettings> {
  checkHttpConfiguration(config);
  const { address, authentication, credentialsTo, headers, timeoutIn = 'seconds', answerTimeout } = purpose;
  const proxy = proxyOf(config);
  const authorization = proxy === undefined ? undefined : proxyAuthorization(proxy);
  warnOfExposure(context.log, { ...credentialsTo, ...(authorization === undefined ? {} : { proxy: proxy?.address }) });
  const connect = config.connectionTimeout ?? undefined;
  return {
    address, authentication, headers, patience: PATIENCE, retry: RETRY, clock: context.clock,
    proxy: proxy === undefined ? undefined : { address: proxy.address, authorization },
    connections: config.maximumConnections ?? undefined,
    timeouts: { connect: connect === undefined || timeoutIn === 'milliseconds' ? connect : connect * 1_000, answer: answerTimeout },
    certificates: context.trustedCertificates, permitTarget: context.permitTarget, traffic: context.traffic, waits: context.waits, log: context.log, clientCertificate: await configuredCertificate(config),
    acceptsSelfSigned: config.acceptSelfSignedCertificates, ignoresServerName: config.disableHostNameVerifier, compression: config.disableHttpCompression !== true,
  };
}

function proxyAuthorization({ user, password }: Proxy): string | undefined {
  return isBlank(user) ? undefined : basicAuthorization(user, password?.reveal() ?? '');
}

/** Every server the configuration leads to: those of the addresses, which may be missing, and the proxy; each once. */
export function httpTargets(config: HttpConfiguration, ...addresses: readonly (URL | null | undefined)[]): readonly ConnectorTarget[] {
  const all = [...addresses, proxyOf(config)?.address].filter((address) => address !== null && address !== undefined);
  const targets = all.map((address) => ({ host: address.hostname, port: portOf(address) }));
  return [...new Map(targets.map((target) => [`${target.host}:${target.port}`, target])).values()];
}
