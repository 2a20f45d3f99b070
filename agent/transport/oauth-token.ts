import type { Clock } from '../../protocol/session/contract.js';
import { DialError } from '../session/failure-policy.js';
import type { Authorization } from './authorization.js';
import { requestToken, type OAuthSettings } from './oauth-request.js';

/** A token is renewed when less than this, or a tenth of its life, is left. */
const RENEW_BEFORE_MS = 60_000;
/** Until this, or half of the time for renewal, is left, the old token is used while a new one is asked for. */
const USABLE_BEFORE_MS = 10_000;
const DEFAULT_LIFE_MS = 300_000;
/** After a refusal that asking again makes worse, nobody asks for this long, and up to twice as long. */
const LOCKED_OUT_MS = 300_000;

/** Times by the monotonic clock: a corrected wall clock, here or there, makes no token older or younger. */
interface Token { readonly header: string; readonly renewAt: number; readonly usableUntil: number; reused: boolean }

interface Hold { readonly until: number; readonly error: DialError }

/**
 * Bearer tokens of one client: kept until shortly before they expire, asked for by one request at a time however many
 * sockets wait, forgotten when a controller refused one. A refresh that fails or hangs harms nobody as long as the token
 * at hand is good. Nobody asks before the endpoint wants to be asked again.
 */
export class OAuthTokens implements Authorization {
  readonly #settings: OAuthSettings;
  readonly #clock: Clock;
  readonly #random: () => number;
  #token: Token | undefined;
  #flight: Promise<Token> | undefined;
  #hold: Hold | undefined;

  constructor(settings: OAuthSettings, clock: Clock, random: () => number = Math.random) {
    this.#settings = settings;
    this.#clock = clock;
    this.#random = random;
  }

  async header(signal: AbortSignal): Promise<string> {
    const now = this.#clock.now();
    const token = this.#token;
    if (token === undefined || now >= token.usableUntil) return (await unlessAborted(this.#fetch(), signal)).header;
    if (now >= token.renewAt) this.#fetch().catch(() => undefined); // told when the token at hand has run out
    token.reused = true;
    return token.header;
  }

  refused(sent: string | undefined): boolean {
    const token = this.#token;
    if (token === undefined || token.header !== sent) return true; // somebody was faster: the next one is another
    this.#token = undefined;
    return token.reused;
  }

  #fetch(): Promise<Token> {
    if (this.#flight !== undefined) return this.#flight;
    const now = this.#clock.now();
    if (this.#hold !== undefined && now < this.#hold.until) {
      const { error, until } = this.#hold;
      return Promise.reject(new DialError(error.message, { pace: error.pace, waitAtLeast: until - now, cause: error }));
    }
    const flight = this.#ask().finally(() => { this.#flight = undefined; });
    this.#flight = flight;
    return flight;
  }

  async #ask(): Promise<Token> {
    try {
      const { token = '', expiresIn = DEFAULT_LIFE_MS } = await requestToken(this.#settings, this.#clock);
      const now = this.#clock.now();
      const early = Math.min(RENEW_BEFORE_MS, expiresIn / 10);
      this.#hold = undefined;
      this.#token = { header: `Bearer ${token}`, renewAt: now + expiresIn - early, usableUntil: now + expiresIn - Math.min(USABLE_BEFORE_MS, early / 2), reused: false };
      return this.#token;
    } catch (error) {
      if (error instanceof DialError) this.#keepAway(error);
      throw error;
    }
  }

  #keepAway(error: DialError): void {
    const wait = Math.max(error.waitAtLeast ?? 0, error.pace === 'long' ? LOCKED_OUT_MS * (1 + this.#random()) : 0);
    this.#hold = wait === 0 ? undefined : { until: this.#clock.now() + wait, error };
  }
}

/** See {@link OAuthTokens}. */
export function oauthAuthorization(settings: OAuthSettings, clock: Clock): Authorization {
  return new OAuthTokens(settings, clock);
}

/** The flight goes on for the others who wait for it; it has time limits of its own. */
async function unlessAborted<T>(flight: Promise<T>, signal: AbortSignal): Promise<T> {
  flight.catch(() => undefined); // nobody may be left to hear of a failure
  signal.throwIfAborted();
  let onAbort: () => void = () => undefined;
  const aborted = new Promise<never>((_resolve, reject) => {
    onAbort = () => { reject(signal.reason as Error); };
    signal.addEventListener('abort', onAbort, { once: true });
  });
  try {
    return await Promise.race([flight, aborted]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}

/** One cache of tokens for each client, however many controllers it is used for. */
export class TokenSources {
  readonly #clock: Clock;
  readonly #sources = new Map<string, Authorization>();
  readonly #clearSecrets = new WeakMap<OAuthSettings['clientSecret'], number>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Equal settings, equal source: two controllers of one client share a token; two clients never do. */
  for(settings: OAuthSettings): Authorization {
    const { tokenEndpoint, clientId, clientSecret, scope, clientAuthentication, parameters, tls, proxy } = settings;
    const secret = clientSecret.source.kind === 'clear' ? this.#numberOf(clientSecret) : clientSecret.toString(); // in clear text all print alike
    const key = JSON.stringify([tokenEndpoint.href, clientId, secret, scope, clientAuthentication, parameters, tls?.ca, tls?.minVersion, proxy?.host, proxy?.port]);
    const known = this.#sources.get(key);
    if (known !== undefined) return known;
    const source = oauthAuthorization(settings, this.#clock);
    this.#sources.set(key, source);
    return source;
  }

  #numberOf(secret: OAuthSettings['clientSecret']): number {
    const number = this.#clearSecrets.get(secret) ?? this.#sources.size;
    this.#clearSecrets.set(secret, number);
    return number;
  }
}
