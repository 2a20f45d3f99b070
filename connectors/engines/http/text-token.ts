import { ConnectorError } from '../../../protocol/model/index.js';
import type { AccessToken, TokenSource } from './oauth-tokens.js';
import { askForToken, tokenRefused, type TokenClient } from './token-answer.js';

export interface TextTokenRequest {
  readonly endpoint: URL;
  /** Made anew for each token, as it holds secrets. */
  readonly body: () => Readonly<Record<string, string>>;
  /** Seconds a token that does not tell is good for. @default until it is refused */
  readonly expiresIn?: number | undefined;
  /** Milliseconds since 1970. @default Date.now */
  readonly now?: (() => number) | undefined;
}

/**
 * Tokens of endpoints that take JSON and answer with the token and nothing else, bare or as a JSON string. A JWT's claim `exp` says how
 * long it is good for. So TeamDynamix: https://api.teamdynamix.com/TDWebApi/Home/section/Auth#POSTapi/auth/loginadmin
 */
export function textTokenEndpoint(client: TokenClient, { endpoint, body, expiresIn, now = Date.now }: TextTokenRequest): TokenSource {
  return async (signal) => {
    const fields = body();
    const answer = await askForToken(client, {
      method: 'POST', url: endpoint, headers: new Map([['accept', 'text/plain, application/json']]),
      body: { bytes: new TextEncoder().encode(JSON.stringify(fields)), contentType: 'application/json; charset=utf-8' },
    }, signal);
    if (answer.status !== 200) throw tokenRefused(answer, endpoint, 'client', Object.values(fields));
    const token = bareToken(new TextDecoder().decode(answer.body).trim());
    if (token === undefined) throw new ConnectorError('connector', `The token endpoint ${endpoint.origin}${endpoint.pathname} answered with something else than a token. Correct its address.`, { outcome: 'notApplied' });
    return { token, expiresIn: lifeOf(token, now()) ?? expiresIn };
  };
}

/** Characters. */
const LONGEST_TOKEN = 65_536;

/** Undefined for a page or an object in its place. By character: it is a secret. */
function bareToken(text: string): string | undefined {
  if (text.length > LONGEST_TOKEN) return undefined;
  const token = text.startsWith('"') && text.endsWith('"') ? text.slice(1, -1) : text;
  return token !== '' && Array.from(token).every((character) => character > ' ' && character <= '~' && !'<>{}"'.includes(character)) ? token : undefined;
}

/** By no library, whose regular expressions would keep it. */
function lifeOf(token: string, now: number): AccessToken['expiresIn'] {
  try {
    const { exp } = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString('utf8')) as { readonly exp?: unknown };
    return typeof exp === 'number' ? Math.max(0, exp - now / 1_000) : undefined;
  } catch {
    return undefined;
  }
}
