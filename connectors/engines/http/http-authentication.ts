import type { HttpAnswer, HttpRequest } from './http-client.js';

/** Headers of a request that say who sends it, by name in lower case. */
export type Credentials = ReadonlyMap<string, string>;

export const NO_CREDENTIALS: Credentials = new Map();

/** How requests to the service say who sends them. */
export interface HttpAuthentication {
  /**
   * What to add to the request, which is the whole of what is about to be sent, names of headers in lower case; its own headers win. Asked
   * for each attempt anew: a request that is repeated or redirected has another time or address to sign. Rejects with a ConnectorError
   * where there is nothing to be had.
   */
  headers(request: HttpRequest, signal: AbortSignal): Promise<Credentials>;
  /**
   * Told of each answer and of what was added to its request: whether to repeat that, once, with what `headers` says then. Not told what
   * came of the repetition.
   */
  answered(answer: HttpAnswer, used: Credentials, signal: AbortSignal): Promise<boolean>;
}

export const noAuthentication: HttpAuthentication = { headers: async () => NO_CREDENTIALS, answered: async () => false };

/** RFC 7617. */
export function basicAuthorization(user: string, password: string): string {
  return `Basic ${Buffer.from(`${user}:${password}`, 'utf8').toString('base64')}`;
}

/**
 * Basic authentication. Not preemptive: the credentials go out once the server has asked for them, and with every request from then on,
 * as this server's realm is known.
 */
export class BasicAuthentication implements HttpAuthentication {
  readonly #credentials: () => string;
  #isAsked: boolean;

  constructor(credentials: () => string, { preemptive }: { readonly preemptive: boolean }) {
    this.#credentials = credentials;
    this.#isAsked = preemptive;
  }

  async headers(): Promise<Credentials> {
    return this.#isAsked ? new Map([['authorization', this.#credentials()]]) : NO_CREDENTIALS;
  }

  async answered({ status, headers }: HttpAnswer, used: Credentials): Promise<boolean> {
    if (status !== 401 || used.has('authorization') || !/(?:^|,)\s*basic\b/i.test(headers.get('www-authenticate') ?? '')) return false;
    this.#isAsked = true;
    return true;
  }
}
