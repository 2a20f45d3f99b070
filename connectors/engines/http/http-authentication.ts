import type { HttpAnswer } from './http-client.js';

/** How requests to the service say who sends them. */
export interface HttpAuthentication {
  /** The header of the next request; undefined for none. Rejects with a ConnectorError where there is none to be had. */
  authorization(signal: AbortSignal): Promise<string | undefined>;
  /** Told of each answer and of the header its request had; the header to repeat the request with, where that is to be done. */
  answered(answer: HttpAnswer, used: string | undefined, signal: AbortSignal): Promise<string | undefined>;
}

export const noAuthentication: HttpAuthentication = { authorization: async () => undefined, answered: async () => undefined };

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

  async authorization(): Promise<string | undefined> {
    return this.#isAsked ? this.#credentials() : undefined;
  }

  async answered({ status, headers }: HttpAnswer, used: string | undefined): Promise<string | undefined> {
    if (status !== 401 || used !== undefined || !/(?:^|,)\s*basic\b/i.test(headers.get('www-authenticate') ?? '')) return undefined;
    this.#isAsked = true;
    return this.#credentials();
  }
}
