import type { ConnectorError } from '../../../../protocol/model/index.js';
import type { LdapMessage, LdapResponse } from './response.js';

/** Bytes waiting for the consumer above which the sender is stopped. */
const HIGH_WATER = 64 * 1024;

/** Responses between the socket and a consumer that may be slower: bounded by telling the socket to stop. */
export class ResponseQueue {
  readonly #flow: (flow: 'stop' | 'go') => void;
  #items: LdapResponse[] = [];
  #bytes = 0;
  #stopped = false;
  #failure: ConnectorError | undefined;
  #waiter: { resolve(): void; reject(error: ConnectorError): void } | undefined;

  constructor(flow: (flow: 'stop' | 'go') => void) {
    this.#flow = flow;
  }

  receive(message: LdapMessage): void {
    this.#items.push(message.response);
    this.#bytes += message.bytes;
    const waiter = this.#waiter;
    this.#waiter = undefined;
    waiter?.resolve();
    if (this.#bytes <= HIGH_WATER || this.#stopped) return;
    this.#stopped = true;
    this.#flow('stop');
  }

  /** What has been received is still delivered before the failure. */
  fail(error: ConnectorError): void {
    this.#failure ??= error;
    const waiter = this.#waiter;
    this.#waiter = undefined;
    waiter?.reject(error);
  }

  /** Drops what has been received: the next call fails. */
  abort(error: ConnectorError): void {
    this.#items = [];
    this.fail(error);
  }

  /** What has been received, all at once; empty when there is nothing yet. */
  takeAll(): readonly LdapResponse[] {
    const items = this.#items;
    if (items.length === 0) return items;
    this.#items = [];
    this.#bytes = 0;
    if (this.#stopped) {
      this.#stopped = false;
      this.#flow('go');
    }
    return items;
  }

  /** Resolves when there is something to take; rejects once there is nothing and never will be. */
  wait(): Promise<void> {
    if (this.#items.length > 0) return Promise.resolve();
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    return new Promise((resolve, reject) => {
      this.#waiter = { resolve, reject };
    });
  }
}
