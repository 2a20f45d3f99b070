import { ConnectorError } from '../../../protocol/model/index.js';
import type { Clock } from '../../framework/clock.js';
import { isHeaderValue } from './header-text.js';
import type { Credentials, HttpAuthentication } from './http-authentication.js';
import type { HttpAnswer, HttpRequest } from './http-client.js';
import { RenewedValue } from './renewed-value.js';

export interface AccessToken {
  readonly token: string;
  /** Seconds it is good for; undefined: until it is refused. */
  readonly expiresIn?: number | undefined;
}

/** Gets a new token; see ./token-endpoint.ts. */
export type TokenSource = (signal: AbortSignal) => Promise<AccessToken>;

export interface OAuthTokensOptions {
  /** Before the token in the header; blank: nothing is. @default Bearer */
  readonly prefix?: string | undefined;
  /** Whether a request that was answered 401 is repeated, once, with a new token. @default false */
  readonly repeats?: boolean | undefined;
  readonly clock?: Clock | undefined;
}

/** `prefix token`, or the token alone where the prefix is blank. Throws `invalidCredential` where no header can hold it. */
export function tokenHeader(prefix: string, token: string): string {
  const value = prefix.trim() === '' ? token : `${prefix.trim()} ${token}`;
  if (token !== '' && isHeaderValue(value)) return value;
  throw new ConnectorError('invalidCredential', 'The token is empty or holds a line break or another character that no HTTP header may hold. Enter it again, on one line.', { outcome: 'notApplied' });
}

/**
 * OAuth 2 bearer tokens (RFC 6750), for all sessions of a configuration: fetched once however many ask, kept until shortly before they
 * expire or until the service answers 401. The next request then gets a new one, and the refused one too if it is to be repeated.
 */
export class OAuthTokens implements HttpAuthentication {
  readonly #header: RenewedValue<string>;
  readonly #repeats: boolean;

  /** `over` fires when the configuration is given up. */
  constructor(source: TokenSource, over: AbortSignal, { prefix = 'Bearer', repeats = false, clock }: OAuthTokensOptions = {}) {
    this.#repeats = repeats;
    this.#header = new RenewedValue(async (signal) => {
      const { token, expiresIn } = await source(signal);
      if (token === '') throw new ConnectorError('connector', 'The token endpoint answered with an empty access token.', { outcome: 'notApplied' });
      return { value: tokenHeader(prefix, token), expiresIn };
    }, over, clock);
  }

  async headers(_: HttpRequest, signal: AbortSignal): Promise<Credentials> {
    return new Map([['authorization', await this.#header.get(signal)]]);
  }

  async answered({ status }: HttpAnswer, credentials: Credentials): Promise<boolean> {
    const used = credentials.get('authorization');
    if (status !== 401 || used === undefined) return false;
    // Another request may have got a new one meanwhile.
    this.#header.drop((value) => value === used);
    return this.#repeats;
  }
}
