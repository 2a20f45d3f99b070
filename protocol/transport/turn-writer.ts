/** So much is written at once, without waiting for the end of the turn. */
const ENOUGH_BYTES = 16 * 1024;

/** Where messages go: a WebSocket, or what stands for it. */
export interface MessageSink {
  /** False once nothing may be written any more, e.g. because a close frame has left. */
  readonly isOpen: boolean;
  /** Writes the messages in this order. Calls back when all have been handed to the system, or with what went wrong. */
  write(messages: readonly Uint8Array[], done: (error?: Error | null) => void): void;
}

interface Batch { readonly promise: Promise<void>; resolve(): void; reject(error: Error): void }

/** Writes messages of one turn of the event loop together: one write and one promise for many small results. */
export class TurnWriter {
  readonly #sink: MessageSink;
  #messages: Uint8Array[] = [];
  #bytes = 0;
  #batch: Batch | undefined;
  #turn: NodeJS.Immediate | undefined;

  constructor(sink: MessageSink) {
    this.#sink = sink;
  }

  /** Resolves when the messages, and what was written with them, have been flushed; rejects when the connection is closed. */
  write(messages: readonly Uint8Array[]): Promise<void> {
    if (!this.#sink.isOpen) return Promise.reject(notOpen());
    for (const message of messages) {
      this.#messages.push(message);
      this.#bytes += message.length;
    }
    const batch = this.#batch ??= newBatch();
    if (this.#bytes >= ENOUGH_BYTES) this.flush();
    else this.#turn ??= setImmediate(() => this.flush());
    return batch.promise;
  }

  /** Writes what waits; so also before a close frame. */
  flush(): void {
    clearImmediate(this.#turn);
    this.#turn = undefined;
    const batch = this.#batch;
    if (batch === undefined) return;
    const messages = this.#messages;
    this.#batch = undefined;
    this.#messages = [];
    this.#bytes = 0;
    if (!this.#sink.isOpen) {
      batch.reject(notOpen());
      return;
    }
    this.#sink.write(messages, (error) => {
      if (error instanceof Error) batch.reject(error);
      else batch.resolve();
    });
  }
}

function newBatch(): Batch {
  let settle: Omit<Batch, 'promise'> = { resolve: () => undefined, reject: () => undefined };
  const promise = new Promise<void>((resolve, reject) => { settle = { resolve, reject }; });
  return { promise, ...settle };
}

function notOpen(): Error {
  return new Error('The WebSocket is not open.');
}
