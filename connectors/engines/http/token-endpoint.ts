import { ConnectorError, type GuardedString } from '../../../protocol/model/index.js';
import type { HttpAnswer, HttpClient } from './http-client.js';
import type { AccessToken, TokenSource } from './oauth-tokens.js';

export interface TokenRequest {
  readonly endpoint: URL;
  readonly clientId: string;
  readonly clientSecret: GuardedString | null;
  readonly grant: 'client_credentials' | 'refresh_token';
  readonly refreshToken?: GuardedString | null;
  readonly scope?: string | null;
}

/** Tokens of RFC 6749, sections 4.4 and 6: a form with the client's id and secret in it. */
export function tokenEndpoint(client: HttpClient, request: TokenRequest): TokenSource {
  // A server may give a new one with each answer; the one it replaces is then no good.
  let refreshed: string | undefined;
  return async (signal) => {
    const form = new URLSearchParams({ grant_type: request.grant, client_id: request.clientId });
    if (request.clientSecret !== null) form.set('client_secret', request.clientSecret.reveal());
    if (request.grant === 'refresh_token') form.set('refresh_token', refreshed ?? request.refreshToken?.reveal() ?? '');
    if (typeof request.scope === 'string' && request.scope.trim() !== '') form.set('scope', request.scope.trim());
    const answer = await ask(client, request.endpoint, form, signal);
    if (answer.status !== 200) throw new ConnectorError('invalidCredential', `Retrieve Access Token failed with code: ${answer.status}`, { outcome: 'notApplied' });
    const { token, expiresIn, refreshToken } = tokenOf(answer, request.endpoint);
    refreshed = refreshToken ?? refreshed;
    return { token, expiresIn };
  };
}

async function ask(client: HttpClient, url: URL, form: URLSearchParams, signal: AbortSignal): Promise<HttpAnswer> {
  try {
    return await client.request({
      method: 'POST', url, bare: true, headers: new Map([['accept', 'application/json']]),
      body: { bytes: new TextEncoder().encode(form.toString()), contentType: 'application/x-www-form-urlencoded' },
    }, signal);
  } catch (error) {
    if (signal.aborted || !(error instanceof ConnectorError)) throw error;
    // Whatever became of it, what the token was wanted for has not been done.
    throw new ConnectorError('connectionFailed', `No access token: ${error.message}`, { cause: error, outcome: 'notApplied' });
  }
}

function tokenOf({ body }: HttpAnswer, endpoint: URL): AccessToken & { readonly refreshToken?: string | undefined } {
  const refuse = (what: string): never => { throw new ConnectorError('connector', `The token endpoint ${endpoint.origin}${endpoint.pathname} answered ${what}.`, { outcome: 'notApplied' }); };
  let given: unknown;
  try {
    given = JSON.parse(new TextDecoder().decode(body));
  } catch {
    refuse('with no JSON');
  }
  const { access_token: token, expires_in: seconds, refresh_token: refreshToken } = typeof given === 'object' && given !== null ? given as Readonly<Record<string, unknown>> : {};
  if (typeof token !== 'string' || token === '') return refuse('without an access_token');
  const expiresIn = Number(seconds);
  return { token, expiresIn: seconds !== undefined && seconds !== null && Number.isFinite(expiresIn) ? expiresIn : undefined, refreshToken: typeof refreshToken === 'string' && refreshToken !== '' ? refreshToken : undefined };
}
