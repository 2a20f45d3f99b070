import { ConnectorError, type GuardedString } from '../../../protocol/model/index.js';
import { basicAuthorization } from './http-authentication.js';
import type { HttpAnswer } from './http-client.js';
import type { AssertionSource } from './jwt-assertion.js';
import type { TokenSource } from './oauth-tokens.js';
import { askForToken, tokenOf, tokenRefused, type GrantKind, type TokenClient } from './token-answer.js';

/** How the client says at the endpoint who it is: RFC 6749, section 2.3.1, or by a signed JWT, RFC 7523, section 2.2. */
export type ClientAuthentication = 'body' | 'basic' | AssertionSource;

export interface TokenRequest {
  readonly endpoint: URL;
  /** Null for a grant that needs none. */
  readonly clientId: string | null;
  readonly clientSecret: GuardedString | null;
  /** RFC 6749, sections 4.3, 4.4 and 6; RFC 7523, section 2.1. */
  readonly grant: 'client_credentials' | 'refresh_token' | 'password' | 'jwt_bearer';
  readonly refreshToken?: GuardedString | null;
  /** Of the grant `password`: whose resources the token is for. */
  readonly owner?: { readonly username: string; readonly password: GuardedString } | undefined;
  /** Of the grant `jwt_bearer`. */
  readonly assertion?: AssertionSource | undefined;
  readonly scope?: string | null;
  /** @default body */
  readonly clientAuthentication?: ClientAuthentication | undefined;
  /** Further fields of the form, which win. */
  readonly form?: ReadonlyMap<string, string> | undefined;
  /** What an answer other than 200 means. @default tokenRefused */
  readonly refused?: ((answer: HttpAnswer) => ConnectorError) | undefined;
}

const GRANT_NAMES = { client_credentials: 'client_credentials', refresh_token: 'refresh_token', password: 'password', jwt_bearer: 'urn:ietf:params:oauth:grant-type:jwt-bearer' } as const;
const GRANT_KINDS: Readonly<Record<TokenRequest['grant'], GrantKind>> = { client_credentials: 'client', refresh_token: 'refresh', password: 'owner', jwt_bearer: 'assertion' };
const ASSERTION_TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';

/**
 * Tokens for a form (RFC 6749). A refresh token that comes with an answer replaces the one before (section 6), while this source lives: a
 * connector has nowhere to keep a secret, so the log says that the configured one may be refused after a restart.
 */
export function tokenEndpoint(client: TokenClient, request: TokenRequest): TokenSource {
  // A server may give a new one with each answer; the one it replaces is then no good.
  let refreshed: string | undefined;
  return async (signal) => {
    const { endpoint, grant } = request;
    const form = new URLSearchParams({ grant_type: GRANT_NAMES[grant] });
    const headers = new Map([['accept', 'application/json']]);
    await authenticateClient(request, form, headers);
    await describeGrant(request, form, refreshed);
    for (const [name, value] of request.form ?? []) form.set(name, value);
    const body = { bytes: new TextEncoder().encode(form.toString()), contentType: 'application/x-www-form-urlencoded' };
    const answer = await askForToken(client, { method: 'POST', url: endpoint, headers, body }, signal);
    const secrets = [request.clientSecret?.reveal(), refreshed, request.refreshToken?.reveal(), form.get('password'), form.get('assertion'), form.get('client_assertion'), headers.get('authorization')].filter((secret) => typeof secret === 'string');
    if (answer.status !== 200 && request.refused !== undefined) throw request.refused(answer);
    const token = answer.status === 200 ? tokenOf(answer, endpoint) : undefined;
    if (token === undefined) throw tokenRefused(answer, endpoint, GRANT_KINDS[grant], secrets);
    if (refreshed === undefined) warnOfRotation(client, request, token.refreshToken);
    refreshed = token.refreshToken ?? refreshed;
    return { token: token.token, expiresIn: token.expiresIn };
  };
}

function warnOfRotation({ settings }: TokenClient, { grant, endpoint, refreshToken }: TokenRequest, given: string | undefined): void {
  if (grant !== 'refresh_token' || given === undefined || given === refreshToken?.reveal()) return;
  settings?.log?.warn({ server: endpoint.host }, 'The service gave another refresh token in place of the configured one, which it may refuse from now on. The new one is kept in memory only: when a restart of the agent is followed by a refused refresh token, set a new one; a grant without one, where the service has it, needs none');
}

function describeOwner(owner: TokenRequest['owner'], form: URLSearchParams): void {
  if (owner === undefined) throw new ConnectorError('configuration', 'The grant password needs a user name and a password.', { outcome: 'notApplied' });
  form.set('username', owner.username);
  form.set('password', owner.password.reveal());
}

async function describeGrant({ grant, assertion, owner, refreshToken, scope }: TokenRequest, form: URLSearchParams, refreshed: string | undefined): Promise<void> {
  if (grant === 'refresh_token') form.set('refresh_token', refreshed ?? refreshToken?.reveal() ?? '');
  if (grant === 'password') describeOwner(owner, form);
  if (grant === 'jwt_bearer') {
    if (assertion === undefined) throw new ConnectorError('configuration', 'The grant jwt_bearer needs a key to sign with.', { outcome: 'notApplied' });
    form.set('assertion', await assertion());
  }
  if (typeof scope === 'string' && scope.trim() !== '') form.set('scope', scope.trim());
}

async function authenticateClient({ clientAuthentication = 'body', clientId, clientSecret }: TokenRequest, form: URLSearchParams, headers: Map<string, string>): Promise<void> {
  if (clientId !== null && clientAuthentication !== 'basic') form.set('client_id', clientId);
  if (typeof clientAuthentication === 'function') {
    form.set('client_assertion_type', ASSERTION_TYPE);
    form.set('client_assertion', await clientAuthentication());
  } else if (clientAuthentication === 'basic') {
    headers.set('authorization', basicAuthorization(formEncoded(clientId ?? ''), formEncoded(clientSecret?.reveal() ?? '')));
  } else if (clientSecret !== null) {
    form.set('client_secret', clientSecret.reveal());
  }
}

/** As RFC 6749, section 2.3.1, wants id and secret before they become user and password. */
function formEncoded(text: string): string {
  return new URLSearchParams([['', text]]).toString().slice(1);
}
