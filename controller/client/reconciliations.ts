import type { Reconciliation, ReconciliationDecided, ReconciliationEntry, ReconciliationStarted } from './api-types.js';
import { CausewayError } from './client-error.js';
import { callOf, type Content } from './objects.js';
import { Queries } from './query.js';
import type { CallOptions, Transport } from './transport.js';

export interface StartOptions extends CallOptions {
  readonly dryRun?: boolean | undefined;
  /** Reads only what changed, where that can be told. */
  readonly delta?: boolean | undefined;
  /** One source object only. */
  readonly id?: string | undefined;
  /** `sourceQuery`, `targetQuery`, `thresholds`, `allowEmptySourceSet`, `runTargetPhase` for this run. */
  readonly overrides?: Content | undefined;
}

export interface WaitOptions extends CallOptions {
  /** Milliseconds between looks. @default 1000 */
  readonly every?: number | undefined;
}

export class Reconciliations {
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  /** Rejects with 409 when the mapping cannot be used or runs already. Not retryable. */
  start(mapping: string, { dryRun, delta, id, overrides, ...options }: StartOptions = {}): Promise<ReconciliationStarted> {
    return this.#transport.json({
      method: 'POST', path: ['recon'], parameters: { _action: id === undefined ? 'recon' : 'reconById', mapping, ids: id, ...(id === undefined ? { dryRun, delta } : {}) }, body: overrides, isRepeatable: false, ...callOf(options),
    });
  }

  /** The last runs, oldest first. */
  async list(options: CallOptions = {}): Promise<readonly Reconciliation[]> {
    const { reconciliations } = await this.#transport.json<{ readonly reconciliations: readonly Reconciliation[] }>({ method: 'GET', path: ['recon'], ...callOf(options) });
    return reconciliations;
  }

  read(id: string, options: CallOptions = {}): Promise<Reconciliation> {
    return this.#transport.json({ method: 'GET', path: ['recon', id], ...callOf(options) });
  }

  /**
   * How the run stands, each time it is looked at, to its end or until it waits for approval, which is the last. A look that fails in a
   * way that may pass is made again, so that a controller may be started anew meanwhile; the signal ends the wait and not the run.
   */
  async* progress(id: string, { every = 1_000, ...options }: WaitOptions = {}): AsyncGenerator<Reconciliation, void, void> {
    for (;;) {
      const run = await this.#readPatiently(id, every, options);
      yield run;
      if (run.state !== 'ACTIVE') return;
      await pause(every, options.signal);
    }
  }

  /** As {@link progress}: the last of it. */
  async wait(id: string, options: WaitOptions = {}): Promise<Reconciliation> {
    let last: Reconciliation | undefined;
    for await (const run of this.progress(id, options)) last = run;
    if (last === undefined) throw new TypeError('the run was never looked at');
    return last;
  }

  cancel(id: string, options: CallOptions = {}): Promise<ReconciliationDecided> {
    return this.#decide(id, 'cancel', options);
  }

  /** Lets a run go on that reached a threshold. Rejects with 409 when it does not wait. */
  approve(id: string, options: CallOptions = {}): Promise<ReconciliationDecided> {
    return this.#decide(id, 'approve', options);
  }

  reject(id: string, options: CallOptions = {}): Promise<ReconciliationDecided> {
    return this.#decide(id, 'reject', options);
  }

  /** What was found out about each object and done about it. */
  entries(id: string): Queries<ReconciliationEntry> {
    return new Queries(this.#transport, ['recon', id, 'entry']);
  }

  /** The same as CSV, as it comes. */
  async* report(id: string, options: CallOptions = {}): AsyncGenerator<string, void, void> {
    const decoder = new TextDecoder();
    for await (const chunk of this.#transport.chunks({ method: 'GET', path: ['recon', id, 'report.csv'], ...callOf(options) })) yield decoder.decode(chunk, { stream: true });
  }

  #decide(id: string, action: 'cancel' | 'approve' | 'reject', options: CallOptions): Promise<ReconciliationDecided> {
    return this.#transport.json({ method: 'POST', path: ['recon', id], parameters: { _action: action }, isRepeatable: action === 'cancel', ...callOf(options) });
  }

  /** Ten looks in a row may fail. */
  async #readPatiently(id: string, every: number, options: CallOptions): Promise<Reconciliation> {
    for (let failed = 1; ; failed += 1) {
      try {
        return await this.read(id, options);
      } catch (error) {
        if (!(error instanceof CausewayError && error.retryable) || failed >= 10) throw error;
        await pause(every * failed, options.signal);
      }
    }
  }
}

function pause(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const end = (): void => {
      clearTimeout(timer);
      reject(signal?.reason instanceof Error ? signal.reason : new Error('aborted'));
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', end);
      resolve();
    }, milliseconds);
    if (signal?.aborted === true) return end();
    signal?.addEventListener('abort', end, { once: true });
  });
}
