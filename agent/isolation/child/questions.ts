import { ConnectorError, type ConnectorTarget, type PermitTarget } from '../../../protocol/model/index.js';
import { connectorErrorOf, type FromProcess, type PlainError } from '../control-messages.js';

/** Questions under way at a time; each stands for an operation that wants to go somewhere. */
const MOST = 10_000;

/** What only the agent can answer: whether policy and secrets let an operation go to a further target. */
export class Questions {
  readonly #send: (question: Extract<FromProcess, { readonly kind: 'permit' }>) => void;
  readonly #waiting = new Map<number, { resolve(): void; reject(error: Error): void }>();
  #last = 0;

  constructor(send: (question: Extract<FromProcess, { readonly kind: 'permit' }>) => void) {
    this.#send = send;
  }

  permits(handle: number, call: number | undefined): PermitTarget {
    return (target) => this.#ask(handle, call, target);
  }

  answered(ask: number, error: PlainError | undefined): void {
    const waiting = this.#waiting.get(ask);
    this.#waiting.delete(ask);
    if (error === undefined) waiting?.resolve();
    else waiting?.reject(connectorErrorOf(error));
  }

  #ask(handle: number, call: number | undefined, target: ConnectorTarget): Promise<void> {
    if (this.#waiting.size >= MOST) return Promise.reject(new ConnectorError('retryable', 'Too many operations ask at once whether they may go to a further target; try again.'));
    const ask = ++this.#last;
    return new Promise((resolve, reject) => {
      this.#waiting.set(ask, { resolve, reject });
      this.#send({ kind: 'permit', ask, handle, call, target });
    });
  }
}
