import { ConnectorError } from '../../../protocol/model/index.js';
import { abortable } from '../../framework/abortable.js';
import { systemClock, type Clock } from '../../framework/clock.js';
import type { HttpAuthentication } from './http-authentication.js';
import type { HttpAnswer } from './http-client.js';

export interface AccessToken {
  readonly token: string;
  /** Seconds it is good for; undefined: until it is refused. */
  readonly expiresIn?: number | undefined;
}

/** Gets a new token; see ./token-endpoint.ts. */
export type TokenSource = (signal: AbortSignal) => Promise<AccessToken>;

/**
 * OAuth 2 bearer tokens (RFC 6750), for all sessions of a configuration: fetched once however many ask, kept until they expire or
 * the service answers 401. That request is not repeated; the next one gets a new token.
 */
export class OAuthTokens implements HttpAuthentication {
  readonly #source: TokenSource;
  /** Fires when the configuration is given up. */
  readonly #over: AbortSignal;
  readonly #clock: Clock;
  #current: { readonly token: string; readonly until: number } | undefined;
  #fetching: Promise<string> | undefined;

  constructor(source: TokenSource, over: AbortSignal, clock: Clock = systemClock) {
    this.#source = source;
    this.#over = over;
    this.#clock = clock;
  }

  async authorization(signal: AbortSignal): Promise<string> {
    return `Bearer ${await this.#token(signal)}`;
  }

  async answered({ status }: HttpAnswer, used: string | undefined): Promise<undefined> {
    // Another request may have got a new one meanwhile.
    if (status === 401 && this.#current !== undefined && used === `Bearer ${this.#current.token}`) this.#current = undefined;
    return undefined;
  }

  async #token(signal: AbortSignal): Promise<string> {
    const current = this.#current;
    if (current !== undefined && this.#clock.now() < current.until) return current.token;
    signal.throwIfAborted();
    this.#fetching ??= this.#fetch();
    return abortable(this.#fetching, signal);
  }

  /** For everybody who waits: whoever asked first may leave. */
  async #fetch(): Promise<string> {
    try {
      const { token, expiresIn } = await this.#source(this.#over);
      if (token === '') throw new ConnectorError('connector', 'The token endpoint answered with an empty access token.', { outcome: 'notApplied' });
      this.#current = { token, until: expiresIn === undefined ? Infinity : this.#clock.now() + expiresIn * 1_000 };
      return token;
    } finally {
      this.#fetching = undefined;
    }
  }
}
