import { ConnectorError } from '../../../protocol/model/index.js';
import type { ConfigOf } from '../../framework/properties.js';
import { parseRate } from '../../engines/http/rate-limit.js';
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
  if (!isWeb(config.serviceAddress)) refuse(`serviceAddress: '${config.serviceAddress}' has to begin with http: or https:`);
  if (config.proxyAddress !== null && !isWeb(config.proxyAddress)) refuse(`proxyAddress: '${config.proxyAddress}' has to begin with http: or https:`);
  if (config.readRateLimit !== null) parseRate('readRateLimit', config.readRateLimit);
  if (config.writeRateLimit !== null) parseRate('writeRateLimit', config.writeRateLimit);
  checkOAuth(config);
  validateScripts(config);
}

function isWeb(address: string): boolean {
  return ['http:', 'https:'].includes(new URL(address).protocol);
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
    if (value.includes('\n') || value.includes('\r')) refuse(`defaultRequestHeaders: the value of ${name} cannot hold a line break`);
    return [name, value];
  }));
}

function isHeaderName(name: string): boolean {
  return name !== '' && Array.from(name).every((character) => character > ' ' && character <= '~' && !'()<>@,;:\\"/[]?={}'.includes(character));
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
