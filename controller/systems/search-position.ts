import { ConnectorError, OPTION, type ConnectorObject, type StreamOperation } from '../../protocol/model/index.js';

export type SearchOperation = Extract<StreamOperation, { readonly kind: 'search' }>;

/** Uids kept of the results since the last bookmark. Agents of ours give one after some 500. */
const MOST_UIDS = 4_096;

/**
 * How far a search has come, in a form that another member can go on from: the last bookmark, or the beginning, and the uids
 * handed out since. What comes again after it has to be the same.
 */
export class SearchPosition {
  readonly #operation: SearchOperation;
  #cookie: string | undefined;
  #since: string[] = [];
  /** Of `since`, how many the present run has given. */
  #seen = 0;
  #tooFar = false;
  #handedOut = 0;

  constructor(operation: SearchOperation) {
    this.#operation = operation;
  }

  /** Nothing was handed out, so that nobody has to be told where. */
  get isStart(): boolean {
    return this.#handedOut === 0;
  }

  get handedOut(): number {
    return this.#handedOut;
  }

  /** False while more was handed out since the last bookmark than is remembered. */
  get canBeFound(): boolean {
    return !this.#tooFar;
  }

  /** The search that goes on from here. */
  begin(): SearchOperation {
    this.#seen = 0;
    if (this.#cookie === undefined) return this.#operation;
    return { ...this.#operation, options: this.#operation.options.with(OPTION.pagedResultsCookie, this.#cookie) };
  }

  /** The cookie goes on right behind what the present run has given so far. */
  bookmark(cookie: string): void {
    this.#cookie = cookie;
    this.#since = this.#since.slice(this.#seen);
    this.#seen = 0;
    this.#tooFar = false;
  }

  /** Of results that came, those that were not handed out before. Throws `connectorIo` when others come in their place. */
  take(objects: readonly ConnectorObject[]): readonly ConnectorObject[] {
    const repeated = Math.min(objects.length, this.#since.length - this.#seen);
    for (let index = 0; index < repeated; index++) {
      if (objects[index]?.uid.value !== this.#since[this.#seen + index]) throw this.#notTheSame();
    }
    this.#seen += repeated;
    const fresh = repeated === 0 ? objects : objects.slice(repeated);
    this.#handedOut += fresh.length;
    if (fresh.length > 0 && !this.#tooFar) this.#remember(fresh);
    return fresh;
  }

  /** Throws `connectorIo` when the search ends before all that was handed out has come again. */
  end(): void {
    if (this.#seen < this.#since.length) throw this.#notTheSame();
  }

  #remember(fresh: readonly ConnectorObject[]): void {
    for (const { uid } of fresh) this.#since.push(uid.value);
    this.#seen = this.#since.length;
    if (this.#seen <= MOST_UIDS) return;
    this.#tooFar = true;
    this.#since = [];
    this.#seen = 0;
  }

  #notTheSame(): ConnectorError {
    return new ConnectorError('connectorIo', `The search cannot go on after ${this.#handedOut} results: what came next at first does not come again, or not in the same order. Run it again.`);
  }
}
