import { ConnectorError, Uid, type ErrorKind, type GuardedString } from '../../../protocol/model/index.js';
import { askForToken, tokenOf, tokenRefused } from '../../engines/http/token-answer.js';
import { parseJson } from '../../engines/http/json-text.js';
import type { HttpAnswer } from '../../engines/http/http-client.js';
import { textAt, valueAt, type Json } from '../../engines/rest/index.js';
import { tokenAddress } from './config.js';
import type { GraphCall } from './reading.js';

/** https://learn.microsoft.com/en-us/entra/identity-platform/reference-error-codes */
const MEANINGS: ReadonlyMap<number, readonly [kind: ErrorKind, message: string]> = new Map([
  [50126, ['invalidPassword', 'User name or password is wrong.']],
  [50034, ['invalidCredential', 'The tenant has no such user.']],
  [50055, ['passwordExpired', 'The password has expired.']],
  [50053, ['invalidCredential', 'The account is locked for a while, after too many attempts.']],
  [50057, ['invalidCredential', 'The account is disabled.']],
  ...[50072, 50074, 50076, 50079, 50158, 53003].map((code): [number, readonly [ErrorKind, string]] => [code, ['connectorSecurity', 'The tenant wants more than a password of this user, such as a second factor: a password alone cannot be checked here.']]),
] as [number, readonly [ErrorKind, string]][]);

/**
 * Checks a password by a token for the user (https://learn.microsoft.com/en-us/entra/identity-platform/v2-oauth-ropc), which is thrown away.
 * The app registration has to allow public client flows.
 */
export async function authenticate(call: GraphCall, username: string, password: GuardedString): Promise<Uid> {
  const { clientId, clientSecret } = call.config;
  const endpoint = tokenAddress(call.config);
  const secrets = [password.reveal(), clientSecret?.reveal() ?? ''];
  const form = new URLSearchParams({ grant_type: 'password', client_id: clientId, client_secret: secrets[1] ?? '', scope: 'openid', username, password: secrets[0] ?? '' });
  const body = { bytes: new TextEncoder().encode(form.toString()), contentType: 'application/x-www-form-urlencoded' };
  const answer = await askForToken(call.bare, { method: 'POST', url: endpoint, headers: new Map([['accept', 'application/json']]), body }, call.signal);
  if (answer.status === 200 && tokenOf(answer, endpoint) !== undefined) return uidOf(call, username);
  const [kind, message] = codesOf(answer).map((code) => MEANINGS.get(code)).find((meaning) => meaning !== undefined) ?? [];
  if (kind === undefined || message === undefined) throw tokenRefused(answer, endpoint, 'client', secrets);
  throw new ConnectorError(kind, `The login was refused. ${message}`, kind === 'passwordExpired' ? { uid: await uidOf(call, username) } : {});
}

function codesOf({ body }: HttpAnswer): readonly number[] {
  try {
    const codes = valueAt(parseJson(new TextDecoder().decode(body)), 'error_codes');
    return Array.isArray(codes) ? (codes as readonly Json[]).map(Number) : [];
  } catch {
    return [];
  }
}

async function uidOf(call: GraphCall, username: string): Promise<Uid> {
  const id = textAt(await call.send('GET /users/{username}', { variables: { username }, uid: username, query: { $select: 'id' } }), 'id');
  if (id === undefined) throw new ConnectorError('connector', 'Microsoft Graph shows the user without an id.');
  return new Uid(id);
}
