import { ConnectorError, bounded } from '../../../protocol/model/index.js';
import type { HttpAnswer, HttpClient, HttpRequest } from './http-client.js';
import type { HttpSettings } from './http-settings.js';
import type { AccessToken } from './oauth-tokens.js';

/** What tokens are asked for with: a client without credentials of its own, or one whose credentials they will be (the request is bare). */
export type TokenClient = Pick<HttpClient, 'request'> & { readonly settings?: Pick<HttpSettings, 'log'> };

const LONGEST_DESCRIPTION = 300;
/** Error codes of RFC 6749, section 5.2 (and `unauthorized_client` of section 4.1.2.1), and what to do. */
const ADVICE: ReadonlyMap<string, string> = new Map([
  ['invalid_client', 'Check the client\'s id and secret (or key), and whether the endpoint takes them by HTTP Basic or in the form.'],
  ['unauthorized_client', 'Allow this grant to the client at the service, or choose another grant type.'],
  ['unsupported_grant_type', 'Allow this grant to the client at the service, or choose another grant type.'],
  ['invalid_scope', 'Correct the scope.'],
]);
const OTHER_ADVICE = 'Check the client\'s id and secret, the grant type and the scope.';
const REFRESH_ADVICE = 'The refresh token has expired, was revoked or has been replaced by a newer one: authorise the client at the service again, and set the new refresh token.';
const OWNER_ADVICE = 'Check the user name and the password, and that the user is active and not locked.';
const GRANT_ADVICE = 'Check the key, the issuer and the subject, that the service knows them, and the clock of this machine.';

/** What kind of grant was asked for; the advice depends on it. */
export type GrantKind = 'client' | 'refresh' | 'owner' | 'assertion';
const INVALID_GRANT_ADVICE: Readonly<Record<GrantKind, string>> = { client: OTHER_ADVICE, refresh: REFRESH_ADVICE, owner: OWNER_ADVICE, assertion: GRANT_ADVICE };

/** An answer of the endpoint, whatever its status. Rejects with `connectionFailed` where there is none. */
export async function askForToken(client: TokenClient, request: Omit<HttpRequest, 'bare'>, signal: AbortSignal): Promise<HttpAnswer> {
  try {
    return await client.request({ ...request, bare: true }, signal);
  } catch (error) {
    if (signal.aborted || !(error instanceof ConnectorError)) throw error;
    // Whatever became of it, what the token was wanted for has not been done.
    throw new ConnectorError('connectionFailed', `No access token: ${error.message}`, { cause: error, outcome: 'notApplied' });
  }
}

function objectOf({ body }: HttpAnswer): Readonly<Record<string, unknown>> | undefined {
  try {
    const given: unknown = JSON.parse(new TextDecoder().decode(body));
    return typeof given === 'object' && given !== null ? given as Readonly<Record<string, unknown>> : {};
  } catch {
    return undefined;
  }
}

/** Text for a message: printable, short, and none at all where it repeats a secret. By character, as it may hold one. */
function printable(given: unknown, secrets: readonly string[]): string {
  if (typeof given !== 'string' || secrets.some((secret) => secret !== '' && given.includes(secret))) return '';
  return bounded(Array.from(given, (character) => (character < ' ' || character === '\u007f' ? ' ' : character)).join('').trim(), LONGEST_DESCRIPTION);
}

/**
 * What an answer without a token means. A server that is busy or broken: `retryable`; an address that is none of a token endpoint:
 * `configuration`; anything else: `invalidCredential`, with the endpoint's `error` and `error_description` (RFC 6749, section 5.2) and what
 * to do. `secrets`: what was sent, none of which gets into the message.
 */
export function tokenRefused(answer: HttpAnswer, endpoint: URL, grant: GrantKind, secrets: readonly string[]): ConnectorError {
  const { status } = answer;
  const place = `the token endpoint ${endpoint.origin}${endpoint.pathname}`;
  const given = objectOf(answer) ?? {};
  const code = printable(given['error'], secrets);
  const description = printable(given['error_description'], secrets);
  const words = [code, description].filter((word) => word !== '').join(': ');
  const said = words === '' ? '' : ` It says '${words}'.`;
  const fail = (kind: 'retryable' | 'configuration' | 'invalidCredential', advice: string): ConnectorError => new ConnectorError(kind, `No access token: ${place} answered ${status}.${said} ${advice}`, { outcome: 'notApplied' });
  if (status === 429 || status >= 500) return fail('retryable', 'Try again later.');
  if (code === '' && [301, 302, 303, 307, 308, 404, 405, 410].includes(status)) return fail('configuration', 'Correct the address of the token endpoint.');
  if (code === 'invalid_grant') return fail('invalidCredential', INVALID_GRANT_ADVICE[grant]);
  return fail('invalidCredential', ADVICE.get(code) ?? OTHER_ADVICE);
}

/** What a successful answer (RFC 6749, section 5.1) holds; undefined for one that is an error all the same. Throws `connector` for anything else. */
export function tokenOf(answer: HttpAnswer, endpoint: URL): (AccessToken & { readonly refreshToken?: string | undefined }) | undefined {
  const refuse = (what: string): never => { throw new ConnectorError('connector', `The token endpoint ${endpoint.origin}${endpoint.pathname} answered ${what}.`, { outcome: 'notApplied' }); };
  const { access_token: token, expires_in: seconds, refresh_token: refreshToken, error } = objectOf(answer) ?? refuse('with no JSON');
  if (typeof token !== 'string' || token === '') return typeof error === 'string' ? undefined : refuse('without an access_token');
  const expiresIn = Number(seconds);
  return { token, expiresIn: seconds !== undefined && seconds !== null && Number.isFinite(expiresIn) ? expiresIn : undefined, refreshToken: typeof refreshToken === 'string' && refreshToken !== '' ? refreshToken : undefined };
}
