import { ConnectorError, GuardedString } from '../../../../protocol/model/index.js';
import type { Clock } from '../../../framework/clock.js';
import type { HttpAuthentication } from '../../http/http-authentication.js';
import type { TokenClient } from '../../http/token-answer.js';
import { basic } from './basic.js';
import { oauth2 } from './oauth2.js';
import { staticToken } from './static-token.js';

/** The properties of the SaaS connectors that say how they authenticate; null or blank: not set. */
export interface SaasAuthenticationConfig {
  /** BASIC, OAUTH or TOKEN. */
  readonly authenticationMethod: string | null;
  readonly login: string | null;
  readonly password: GuardedString | null;
  readonly tokenEndpoint: string | null;
  readonly clientId: string | null;
  readonly clientSecret: GuardedString | null;
  readonly refreshToken: GuardedString | null;
  /** client_credentials or refresh_token; null: refresh_token where there is one. */
  readonly grantType: string | null;
  readonly scope: string | null;
  readonly authToken: GuardedString | null;
  /** Of static tokens and of those the token endpoint gives. Null: Bearer; blank: none. */
  readonly authorizationTokenPrefix: string | null;
  /** Whether id and secret of the client go to the token endpoint by HTTP Basic; otherwise they are fields of the form. Null: they go by Basic. */
  readonly useBasicAuthForOauthTokenNeg: boolean | null;
}

export interface SaasAuthenticationOptions {
  /** Further fields of requests for tokens. */
  readonly form?: ReadonlyMap<string, string> | undefined;
  readonly clock?: Clock | undefined;
}

type Method = 'BASIC' | 'OAUTH' | 'TOKEN';
const GRANTS = ['client_credentials', 'refresh_token'] as const;

/** `client` asks for tokens: not the one whose requests they are for, unless that is bound later. Throws `configuration` where something is missing. */
export function saasAuthentication(config: SaasAuthenticationConfig, client: TokenClient, over: AbortSignal, { form, clock }: SaasAuthenticationOptions = {}): HttpAuthentication {
  const complaints = validateSaasAuthentication(config);
  if (complaints.length > 0) throw new ConnectorError('configuration', complaints.join(' '));
  const { login, password, authToken, authorizationTokenPrefix: prefix, tokenEndpoint, clientId, clientSecret, refreshToken, scope } = config;
  if (methodOf(config) === 'BASIC') return basic({ user: login ?? '', password });
  if (methodOf(config) === 'TOKEN' && authToken !== null) return staticToken({ token: authToken, prefix });
  return oauth2({
    client, over, clock, prefix: prefix ?? undefined, endpoint: new URL(tokenEndpoint ?? ''), clientId, clientSecret, refreshToken, scope, form,
    grant: grantOf(config) ?? 'client_credentials', clientAuthentication: config.useBasicAuthForOauthTokenNeg === false ? 'body' : 'basic',
  });
}

/** What is wrong with them, one sentence each, naming the property; `names`: what the connector calls it, where that differs. */
export function validateSaasAuthentication(config: SaasAuthenticationConfig, names: Partial<Record<keyof SaasAuthenticationConfig, string>> = {}): readonly string[] {
  const name = (property: keyof SaasAuthenticationConfig): string => names[property] ?? property;
  const method = methodOf(config);
  if (method === undefined) return [`${name('authenticationMethod')}: '${config.authenticationMethod}' is none of BASIC, OAUTH and TOKEN.`];
  const isMissing = (property: keyof SaasAuthenticationConfig): boolean => isBlank(config[property]);
  const missing = neededFor(method, config).filter(isMissing).map((property) => `${name('authenticationMethod')} is ${method}: set ${name(property)}.`);
  return [...missing, ...wrongValues(method, config, name)];
}

function methodOf({ authenticationMethod }: SaasAuthenticationConfig): Method | undefined {
  const method = isBlank(authenticationMethod) ? 'OAUTH' : authenticationMethod?.trim();
  return (['BASIC', 'OAUTH', 'TOKEN'] as const).find((known) => known === method);
}

function grantOf({ grantType, refreshToken }: SaasAuthenticationConfig): (typeof GRANTS)[number] | undefined {
  if (isBlank(grantType)) return isBlank(refreshToken) ? 'client_credentials' : 'refresh_token';
  return GRANTS.find((known) => known === grantType?.trim());
}

function neededFor(method: Method, config: SaasAuthenticationConfig): readonly (keyof SaasAuthenticationConfig)[] {
  if (method === 'BASIC') return ['login', 'password'];
  if (method === 'TOKEN') return ['authToken'];
  return ['tokenEndpoint', 'clientId', 'clientSecret', ...(grantOf(config) === 'refresh_token' ? ['refreshToken'] as const : [])];
}

/** The address itself is not told: it may hold a password all the same. */
function wrongValues(method: Method, config: SaasAuthenticationConfig, name: (property: keyof SaasAuthenticationConfig) => string): readonly string[] {
  const { login, tokenEndpoint, grantType } = config;
  if (method === 'BASIC') return login?.includes(':') === true ? [`${name('login')} holds a colon, which HTTP Basic cannot carry in a user name (RFC 7617).`] : [];
  if (method === 'TOKEN') return [];
  return [
    ...(isBlank(tokenEndpoint) || isWebAddress(tokenEndpoint ?? '') ? [] : [`${name('tokenEndpoint')} is no address of a token endpoint: it has to begin with https: or http:, and holds no user name or password.`]),
    ...(grantOf(config) === undefined ? [`${name('grantType')}: '${grantType}' is none of ${GRANTS.join(' and ')}.`] : []),
  ];
}

function isWebAddress(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, username, password } = new URL(text);
  return ['http:', 'https:'].includes(protocol) && username === '' && password === '';
}

const EMPTY = new GuardedString('');

function isBlank(value: string | GuardedString | boolean | null): boolean {
  return value === null || (typeof value === 'string' ? value.trim() === '' : EMPTY.equals(value));
}
