import { randomBytes } from 'node:crypto';
import { Refusal, type FakeAnswer, type FakeRequest } from './exchange.js';

export interface TokenSettings {
  /** Where tokens are had; whole path. */
  readonly path: string;
  readonly clientId: string;
  readonly clientSecret: string;
  /** How the client says who it is (RFC 6749 section 2.3.1). @default 'either' */
  readonly clientBy?: 'body' | 'basic' | 'either';
  /** Good for a refresh grant. */
  readonly refreshToken?: string;
  /** Good for a password grant (RFC 6749 section 4.3), which is the only one then. */
  readonly owner?: { readonly username: string; readonly password: string };
  /** A refresh gives a new refresh token, and the old one is good no more. */
  readonly rotates?: boolean;
  /** Takes the grant `password` (RFC 6749 section 4.3) of a client that is known; what it answers refuses the login. */
  readonly login?: (username: string, password: string) => FakeAnswer | undefined;
  /** Whether a JWT bearer assertion (RFC 7523) is good. */
  readonly assertion?: (assertion: string) => boolean;
  /** Told as `expires_in`; tokens end only on command. @default 3600 */
  readonly lifetimeSeconds?: number;
  /** What else a request for a token must say, by name; an undefined answer is a good one. */
  readonly refuses?: (form: Readonly<Record<string, string>>) => string | undefined;
  /** A token's answer, where it is not RFC 6749's. */
  readonly answer?: (token: string) => FakeAnswer;
}

export interface CredentialSettings {
  readonly tokens?: TokenSettings;
  /** Takes HTTP Basic too. */
  readonly basic?: { readonly user: string; readonly password: string };
  /** Tokens that are good as they are. */
  readonly fixedTokens?: readonly string[];
}

const basicOf = (header = ''): readonly [string, string] | undefined => {
  if (!header.startsWith('Basic ')) return undefined;
  const text = Buffer.from(header.slice('Basic '.length), 'base64').toString('utf8');
  const colon = text.indexOf(':');
  return [text.slice(0, colon), text.slice(colon + 1)];
};

const JWT_BEARER = 'urn:ietf:params:oauth:grant-type:jwt-bearer';
const wrong = (error: string, description: string, status = 400): Refusal => new Refusal(status, { error, error_description: description });

function checkOwner({ username, password }: NonNullable<TokenSettings['owner']>, form: Readonly<Record<string, string>>): void {
  if (form['grant_type'] !== 'password') throw wrong('unsupported_grant_type', `no grant of type ${String(form['grant_type'])}`);
  if (form['username'] !== username || form['password'] !== password) throw wrong('invalid_grant', 'the user is not known', 401);
}

/** Gives tokens out (RFC 6749 sections 4.3, 4.4 and 6) and knows which are good. */
export class TokenDesk {
  readonly #settings: CredentialSettings;
  readonly #good = new Set<string>();
  readonly #refresh = new Set<string>();
  /** Tokens given out so far. */
  issued = 0;

  constructor(settings: CredentialSettings) {
    this.#settings = settings;
    for (const token of settings.fixedTokens ?? []) this.#good.add(token);
    if (settings.tokens?.refreshToken !== undefined) this.#refresh.add(settings.tokens.refreshToken);
  }

  isForTokens({ method, path }: Pick<FakeRequest, 'method' | 'path'>): boolean {
    return method === 'POST' && path === this.#settings.tokens?.path;
  }

  /** As if the lifetime of every token given out were over, fixed ones too. */
  expireAll(): void {
    this.#good.clear();
  }

  revokeRefreshTokens(): void {
    this.#refresh.clear();
  }

  /** Whether the request says who it is from, in a way the service takes. A service that asks for nothing takes everything. */
  isAuthorized({ headers: { authorization } }: FakeRequest): boolean {
    const { tokens, basic, fixedTokens } = this.#settings;
    if (tokens === undefined && basic === undefined && fixedTokens === undefined) return true;
    const [user, password] = basicOf(authorization) ?? [];
    if (basic !== undefined && user === basic.user && password === basic.password) return true;
    return authorization !== undefined && authorization.startsWith('Bearer ') && this.#good.has(authorization.slice('Bearer '.length));
  }

  give(request: FakeRequest): FakeAnswer {
    const settings = this.#settings.tokens!;
    const form = (typeof request.body === 'object' ? request.body ?? {} : {}) as Record<string, string>;
    this.#checkGrant(settings, form, request);
    const why = settings.refuses?.(form);
    if (why !== undefined) throw wrong('invalid_request', why);
    const token = randomBytes(24).toString('base64url');
    this.#good.add(token);
    this.issued++;
    return settings.answer?.(token) ?? { body: { access_token: token, token_type: 'bearer', expires_in: settings.lifetimeSeconds ?? 3600, ...this.#newRefreshToken(settings, form) } };
  }

  #checkGrant(settings: TokenSettings, form: Readonly<Record<string, string>>, request: FakeRequest): void {
    if (form['grant_type'] === JWT_BEARER && settings.assertion !== undefined) {
      if (!settings.assertion(form['assertion'] ?? '')) throw wrong('invalid_grant', 'the assertion is not good');
      return;
    }
    this.#checkClient(settings, form, request.headers['authorization']);
    if (settings.owner !== undefined) return checkOwner(settings.owner, form);
    if (form['grant_type'] === 'client_credentials') return;
    if (form['grant_type'] === 'password') return this.#checkLogin(settings, form);
    if (form['grant_type'] !== 'refresh_token') throw wrong('unsupported_grant_type', `no grant of type ${String(form['grant_type'])}`);
    if (!this.#refresh.has(form['refresh_token'] ?? '')) throw wrong('invalid_grant', 'the refresh token is not good');
  }

  #checkLogin({ login }: TokenSettings, { username = '', password = '' }: Readonly<Record<string, string>>): void {
    if (login === undefined) throw wrong('unsupported_grant_type', 'no grant of type password');
    const refused = login(username, password);
    if (refused !== undefined) throw new Refusal(refused.status ?? 400, refused.body);
  }

  #checkClient({ clientBy = 'either', clientId, clientSecret }: TokenSettings, form: Readonly<Record<string, string>>, header: string | undefined): void {
    const basic = clientBy === 'body' ? undefined : basicOf(header)?.map(decodeURIComponent);
    const [id, secret] = basic ?? (clientBy === 'basic' ? [] : [form['client_id'], form['client_secret']]);
    if (id !== clientId || secret !== clientSecret) throw wrong('invalid_client', 'the client is not known', 401);
  }

  #newRefreshToken({ rotates = false }: TokenSettings, form: Readonly<Record<string, string>>): { refresh_token?: string } {
    if (!rotates || form['refresh_token'] === undefined) return {};
    const fresh = randomBytes(24).toString('base64url');
    this.#refresh.delete(form['refresh_token']);
    this.#refresh.add(fresh);
    return { refresh_token: fresh };
  }
}
