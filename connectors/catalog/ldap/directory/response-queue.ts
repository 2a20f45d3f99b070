import type { ConnectorError } from '../../../../protocol/model/index.js';
import type { LdapMessage, LdapResponse } from './response.js';

/** Bytes waiting for the consumer above which the sender is stopped, and below which it may go on. */
const HIGH_WATER = 512 * 1024;
const LOW_WATER = 128 * 1024;

/** Responses between the socket and a consumer that may be slower: bounded by telling the socket to stop. */
export class ResponseQueue {
  readonly #flow: (flow: 'stop' | 'go') => void;
  #items: (LdapMessage | undefined)[] = [];
  #head = 0;
  #bytes = 0;
  #stopped = false;
  #failure: ConnectorError | undefined;
  #waiter: { resolve(response: LdapResponse): void; reject(error: ConnectorError): void } | undefined;

  constructor(flow: (flow: 'stop' | 'go') => void) {
    this.#flow = flow;
  }

  receive(message: LdapMessage): void {
    const waiter = this.#waiter;
    if (waiter !== undefined) {
      this.#waiter = undefined;
      waiter.resolve(message.response);
      return;
    }
    this.#items.push(message);
    this.#bytes += message.bytes;
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
    this.#head = 0;
    this.fail(error);
  }

  /** The next response, if it is there. */
  take(): LdapResponse | undefined {
    const message = this.#items[this.#head];
    if (message === undefined) return undefined;
    this.#items[this.#head++] = undefined;
    this.#bytes -= message.bytes;
    if (this.#head === this.#items.length) {
      this.#items = [];
      this.#head = 0;
    }
    if (this.#stopped && this.#bytes < LOW_WATER) {
      this.#stopped = false;
      this.#flow('go');
    }
    return message.response;
  }

  next(): Promise<LdapResponse> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    return new Promise((resolve, reject) => {
      this.#waiter = { resolve, reject };
    });
  }
}
