import { ConnectorError, type BatchEnd, type BatchItem } from '../model/index.js';
import { decodeResponse, type CodecLimits } from '../codec/index.js';
import type { EncodedResponse } from '../message.js';
import { after } from './clock.js';
import type { Clock, SessionLog } from './contract.js';
import { FIXED } from './limits.js';
import type { OrderingBuffer } from './ordering-buffer.js';

export interface BatchParts {
  readonly clock: Clock;
  readonly log: SessionLog;
  /** The peer's messages of a batch come in the order they were sent. */
  isOrdered(): boolean;
  /** Something changed without a message having come; runs with the buffer of the stream. */
  later(deliver: (buffer: BatchBuffer) => void): void;
}

export type BatchBuffer = OrderingBuffer<() => BatchItem, () => BatchEnd>;

/** More tasks than any batch has; a peer that names more is not believed. */
const MOST_TASKS = 1_000_000;

/**
 * Results, one token message and an end marker, in any order (protocol section 7.15). The batch is over when token, end
 * and all results are in, or some seconds after the last message once the end or all results are.
 */
export class BatchSorter {
  readonly #tasks: number | undefined;
  readonly #limits: CodecLimits;
  readonly #parts: BatchParts;
  readonly #seen = new Set<number>();
  #token: BatchEnd | undefined;
  #ended = false;
  #stopTimer: () => void = () => undefined;

  /** `tasks`: how many results there can be; undefined when unknown. */
  constructor(tasks: number | undefined, limits: CodecLimits, parts: BatchParts) {
    this.#tasks = tasks;
    this.#limits = limits;
    this.#parts = parts;
  }

  sort(response: EncodedResponse, bytes: number, buffer: BatchBuffer): void {
    const message = decodeResponse('batch', response, this.#limits);
    switch (message.type) {
      case 'item':
        this.#take(message.item, bytes, buffer);
        this.#ended ||= message.last;
        break;
      case 'batchToken':
        this.#token ??= message.token;
        break;
      case 'batchComplete':
        this.#ended = true;
        break;
      case 'end':
      case 'acknowledgement':
        break;                                           // no message of a batch decodes to these
    }
    this.#conclude(buffer);
  }

  dispose(): void {
    this.#stopTimer();
  }

  #take(item: BatchItem, bytes: number, buffer: BatchBuffer): void {
    if (item.task >= (this.#tasks ?? MOST_TASKS)) {
      throw new ConnectorError('connectorIo', `The peer sent the result of task ${item.task} of a batch of ${this.#tasks ?? MOST_TASKS}.`);
    }
    if (this.#seen.has(item.task)) return;
    this.#seen.add(item.task);
    buffer.add(this.#seen.size, () => item, bytes);
  }

  #conclude(buffer: BatchBuffer): void {
    this.#stopTimer();
    const token = this.#token;
    const hasAll = this.#seen.size === this.#tasks;
    const isLast = hasAll || token?.queryRequired === true || token?.returnsResults === false || this.#parts.isOrdered();
    if (token !== undefined && this.#ended && isLast) {
      buffer.finish(this.#seen.size, () => token);
      return;
    }
    if (!this.#ended && !hasAll) return;
    this.#stopTimer = after(this.#parts.clock, FIXED.batchQuiet, this.#parts.log, () => this.#parts.later((late) => {
      const known = this.#token;
      if (known === undefined) throw new ConnectorError('connectorIo', 'The peer ended a batch without its token message.');
      late.finish(this.#seen.size, () => known);
    }));
  }
}
