import { ConnectorError } from '../../../protocol/model/index.js';
import type { ConfigOf } from '../../framework/properties.js';
import { isHeaderName, isHeaderValue } from '../../engines/http/header-text.js';
import { parseRate } from '../../engines/http/limits/rate.js';
import { validateScripts } from '../../engines/scripted/scripted-connector.js';
import type { config } from './properties.js';

export type RestConfig = ConfigOf<typeof config>;

const METHODS = ['BASIC', 'BASIC_PREEMPTIVE', 'OAUTH', 'NONE'] as const;
export type AuthMethod = (typeof METHODS)[number];

const CONTENT_TYPES: ReadonlyMap<string, string> = new Map([
  ['JSON', 'application/json'], ['TEXT', 'text/plain'], ['XML', 'application/xml'], ['HTML', 'text/html'], ['URLENC', 'application/x-www-form-urlencoded'], ['BINARY', 'application/octet-stream'],
]);

function refuse(what: string): never {
  throw new ConnectorError('configuration', `${what}.`);
}

export function validate(config: RestConfig): void {
  authMethod(config);
  contentType(config);
  requestHeaders(config);
  for (const name of ['serviceAddress', 'proxyAddress', 'OAuthTokenEndpoint'] as const) checkAddress(name, config[name]);
  if (config.readRateLimit !== null) parseRate('readRateLimit', config.readRateLimit);
  if (config.writeRateLimit !== null) parseRate('writeRateLimit', config.writeRateLimit);
  checkOAuth(config);
  validateScripts(config);
}

/** The address itself is not told: it may hold a password all the same. */
function checkAddress(name: 'serviceAddress' | 'proxyAddress' | 'OAuthTokenEndpoint', address: string | null): void {
  if (address === null) return;
  const { protocol, username, password } = new URL(address);
  if (!['http:', 'https:'].includes(protocol)) refuse(`${name} begins with '${protocol}': it has to begin with http: or https:`);
  if (username !== '' || password !== '') refuse(`${name} holds a user name or a password, where everybody can read them: give them in the properties for them`);
}

export function authMethod({ defaultAuthMethod }: RestConfig): AuthMethod {
  const given = defaultAuthMethod.trim().toUpperCase();
  return METHODS.find((method) => method === given) ?? refuse(`defaultAuthMethod: '${defaultAuthMethod}' has to be one of ${METHODS.join(', ')}`);
}

/** As a MIME type. */
export function contentType({ defaultContentType }: RestConfig): string {
  const known = CONTENT_TYPES.get(defaultContentType.trim().toUpperCase());
  if (known !== undefined) return known;
  return /^[\w!#$&^.+-]+\/[\w!#$&^.+-]+(?:\s*;.*)?$/.test(defaultContentType) ? defaultContentType : refuse(`defaultContentType: '${defaultContentType}' has to be a MIME type, or one of ${[...CONTENT_TYPES.keys()].join(', ')}`);
}

/** `Name = value` each; no value is told, as it may be a token. */
export function requestHeaders({ defaultRequestHeaders }: RestConfig): Map<string, string> {
  return new Map(defaultRequestHeaders.map((line, index) => {
    const at = line.indexOf('=');
    const name = line.slice(0, Math.max(0, at)).trim();
    if (at < 0 || !isHeaderName(name)) refuse(`defaultRequestHeaders: entry ${index + 1} has to be a header as Name = value`);
    const value = line.slice(at + 1).trim();
    if (!isHeaderValue(value)) refuse(`defaultRequestHeaders: the value of ${name} holds a character that no header can, such as a line break`);
    return [name, value];
  }));
}

/** Grants the connector knows by itself; others are the customizer's. */
export function builtInGrant({ OAuthGrantType }: RestConfig): 'client_credentials' | 'refresh_token' | undefined {
  const grant = OAuthGrantType.trim().toLowerCase();
  return grant === 'client_credentials' || grant === 'refresh_token' ? grant : undefined;
}

function checkOAuth(config: RestConfig): void {
  if (authMethod(config) !== 'OAUTH') return;
  const isMissing = (name: 'OAuthTokenEndpoint' | 'OAuthClientId' | 'OAuthClientSecret' | 'OAuthRefreshToken'): boolean => config[name] === null || config[name] === '';
  const grant = builtInGrant(config);
  const hasCustomizer = config.customizerScriptFileName !== null && config.customizerScriptFileName.trim() !== '';
  if (grant === undefined && !hasCustomizer) refuse(`OAuthGrantType: '${config.OAuthGrantType}' is known to a customizer script only, which has to be named in customizerScriptFileName; without one, client_credentials and refresh_token are`);
  if (hasCustomizer) return;
  const needed = ['OAuthTokenEndpoint', 'OAuthClientId', grant === 'refresh_token' ? 'OAuthRefreshToken' : 'OAuthClientSecret'] as const;
  const missing = needed.filter(isMissing);
  if (missing.length > 0) refuse(`defaultAuthMethod is OAUTH: set ${missing.join(', ')}`);
}
