import type { Writable } from 'node:stream';
import { anySignal } from '../../protocol/model/index.js';
import { printable } from '../cli/terminal/printable.js';

/**
 * Where results go, as fast as they are taken. A reader that has seen enough (`| head`) closes the pipe: then `closed` fires, and
 * nothing is written any more. That is no failure.
 */
export class DeskOutput {
  readonly #out: Writable & { readonly isTTY?: boolean };
  readonly #closed = new AbortController();
  readonly #ended: AbortSignal;

  /** `stop`: nobody waits for the reader any more. */
  constructor(out: Writable & { readonly isTTY?: boolean }, stop: AbortSignal) {
    this.#out = out;
    this.#ended = anySignal(this.#closed.signal, stop);
    out.on('error', (error: NodeJS.ErrnoException) => {
      this.#closed.abort(error);
    });
    out.on('close', () => { this.#closed.abort(); });
  }

  get closed(): AbortSignal {
    return this.#closed.signal;
  }

  /** Resolves once more can be taken; false: nobody reads any more. */
  async write(text: string): Promise<boolean> {
    if (this.#ended.aborted || this.#out.destroyed) return false;
    // What a target answers may hold what a terminal acts upon.
    if (this.#out.write(this.#out.isTTY === true ? printable(text) : text)) return true;
    await new Promise<void>((resolve) => {
      const done = (): void => {
        this.#out.off('drain', done);
        this.#ended.removeEventListener('abort', done);
        resolve();
      };
      this.#out.once('drain', done);
      this.#ended.addEventListener('abort', done, { once: true });
    });
    return !this.#ended.aborted;
  }

  /** Waits until what was written has left, or nobody reads. Never rejects. */
  async flush(): Promise<void> {
    if (this.#ended.aborted) return;
    await new Promise<void>((resolve) => {
      this.#ended.addEventListener('abort', () => { resolve(); }, { once: true });
      this.#out.write('', () => { resolve(); });
    });
  }
}
