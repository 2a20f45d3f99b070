import type { EncodedResponse } from '../message.js';
import type { ResponseOutline } from '../frame-outline.js';

/** What tells results and end of a search or sync apart. The end message's sequence is the number of results. */
type Numbered = Pick<ResponseOutline, 'sequence' | 'hasItem'>;

/** Milliseconds in which the other copies of a last result arrive, when there are any. */
export const COPIES_TIME = 500;

/** Undefined for a message of another operation. */
export function numberedOf({ fields }: EncodedResponse): Numbered | undefined {
  const message = fields.searchOpResponse ?? fields.syncOpResponse?.sync;
  if (!message) return undefined;
  const hasItem = 'connectorObject' in message ? Boolean(message.connectorObject) : 'syncDelta' in message && Boolean(message.syncDelta);
  return { sequence: message.sequence ?? 0, hasItem };
}

/** Results up to so many fit into the buffers of any socket. */
const SMALL = 100;

/**
 * The sign of a search that a Java peer gave up (protocol section 7.5). It tries each result on one socket after the other,
 * 100 ms each, and when all failed it stops, and reports a normal end that counts the failed result. But what it tried stays
 * queued and comes in the end: the last result once on every socket, before the end message on the same socket. So a last
 * result that the end's own socket did not carry proves that all is there; one that came on every socket is taken for a
 * search given up. A group of one socket shows nothing; see stall-watch.ts for that.
 */
export class CutShortSign {
  readonly #sockets: () => number;
  readonly #carriers = new Set<object>();
  #highest = 0;
  #isProven = false;

  constructor(sockets: () => number) {
    this.#sockets = sockets;
  }

  /** Takes note of a message of the answer and the socket it came by. */
  note({ sequence, hasItem }: Numbered, socket: object): void {
    if (!hasItem) {
      this.#isProven ||= sequence !== this.#highest || !this.#carriers.has(socket);
    } else if (sequence >= this.#highest) {
      if (sequence > this.#highest) this.#carriers.clear();
      this.#highest = sequence;
      this.#carriers.add(socket);
    }
  }

  /** One socket shows nothing. */
  get canTell(): boolean {
    return this.#sockets() > 1;
  }

  /** The last result came on every socket. */
  get isCutShort(): boolean {
    return !this.#isProven && this.canTell && this.#carriers.size >= this.#sockets();
  }

  /** Another copy of the last result may still be on its way. */
  get isOpen(): boolean {
    return !this.#isProven && !this.isCutShort && this.canTell && this.#highest >= SMALL;
  }
}
