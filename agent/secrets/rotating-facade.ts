import { ConnectorError, chunksOf, itemsOf, type ApiOperation, type CallContext, type Chunks, type ConnectorKey, type ErrorKind, type OperationKind, type PermitTarget, type SingleOperation, type SingleResults, type StreamEnds, type StreamItems, type StreamOperation } from '../../protocol/model/index.js';
import type { FacadeHandle, FacadeStatus } from '../../connectors/framework/index.js';
import { permitBoth } from './permit-both.js';
import type { SessionLog } from '../../protocol/session/contract.js';

/** A facade opened with secrets as they were at one time. */
export interface Generation {
  readonly facade: FacadeHandle;
  readonly permitTarget: PermitTarget;
}

export interface RotatingOptions {
  /** Milliseconds after which secrets are read again. */
  readonly refresh: number;
  /**
   * Reads the secrets again; `maxAge` (milliseconds) says how old an answer may be. Opens a facade with them where they are
   * others than the present facade's, and resolves with undefined where they are the same.
   */
  renew(maxAge: number): Promise<Generation | undefined>;
  readonly now: () => number;
  readonly log: SessionLog;
  /** For the log. */
  readonly connector: string;
}

/** After a failure that a rotated secret would explain, secrets are read again, but not more often than this. Milliseconds. */
const SUSPICION_GAP = 5_000;

/** What a login with an old secret ends in. */
const SUSPICIOUS: ReadonlySet<ErrorKind> = new Set<ErrorKind>(['invalidCredential', 'invalidPassword', 'connectorSecurity', 'connectionFailed', 'connectionBroken', 'passwordExpired']);
/** Those of them that say that nothing was done, so that the operation can be done with the new secret instead. */
const NOTHING_DONE: ReadonlySet<ErrorKind> = new Set<ErrorKind>(['invalidCredential', 'invalidPassword', 'connectionFailed']);
/** Their failures may be about the credentials they carry, or come after something was done. */
const NEVER_AGAIN: ReadonlySet<OperationKind> = new Set<OperationKind>(['authenticate', 'batch', 'subscribeToChanges', 'subscribeToObjects', 'queryBatch']);

interface InUse extends Generation {
  users: number;
  retired: boolean;
}

/**
 * A facade whose secrets may change under it. They are read again after `refresh` (the operation that notices does not wait;
 * after twice that time it does), and when a login fails. With other secrets a new facade opens: what is under way ends with
 * the old one, which is then closed. A source that fails leaves everything as it is.
 */
export class RotatingFacade implements FacadeHandle {
  readonly #options: RotatingOptions;
  #current: InUse;
  readonly #retired = new Set<InUse>();
  #checkedAt: number;
  #checking: Promise<void> | undefined;
  #disposal: Promise<void> | undefined;

  constructor(first: Generation, options: RotatingOptions) {
    this.#options = options;
    this.#current = { ...first, users: 0, retired: false };
    this.#checkedAt = options.now();
  }

  get connectorKey(): ConnectorKey {
    return this.#current.facade.connectorKey;
  }

  get supportedOperations(): ReadonlySet<ApiOperation> {
    return this.#current.facade.supportedOperations;
  }

  status(): FacadeStatus {
    const status = this.#current.facade.status();
    const others = [...this.#retired].reduce((sum, { facade }) => sum + facade.status().operations.running, 0);
    return others === 0 ? status : { ...status, operations: { ...status.operations, running: status.operations.running + others }, idleFor: 0 };
  }

  dispose(): Promise<void> {
    this.#disposal ??= Promise.all([this.#current, ...this.#retired].map(({ facade }) => facade.dispose())).then(() => undefined);
    return this.#disposal;
  }

  async perform<O extends SingleOperation>(operation: O, call: CallContext): Promise<SingleResults[O['kind']]> {
    const first = await this.#ready(call.signal);
    try {
      return await this.#performOn(first, operation, call);
    } catch (error) {
      const next = await this.#successor(first, error, operation.kind, call.signal);
      if (next === undefined) throw error;
      return await this.#performOn(next, operation, call);
    }
  }

  stream<O extends StreamOperation>(operation: O, call: CallContext): AsyncGenerator<StreamItems[O['kind']], StreamEnds[O['kind']], void> {
    return itemsOf(this.#chunks(operation, call), () => call.signal.aborted);
  }

  async #performOn<O extends SingleOperation>(generation: InUse, operation: O, call: CallContext): Promise<SingleResults[O['kind']]> {
    generation.users += 1;
    try {
      return await generation.facade.perform(operation, permitting(call, generation));
    } finally {
      this.#release(generation);
    }
  }

  async *#chunks<O extends StreamOperation>(operation: O, call: CallContext): Chunks<StreamItems[O['kind']], StreamEnds[O['kind']]> {
    const first = await this.#ready(call.signal);
    const progress = { delivered: false };
    try {
      return yield* this.#chunksOn(first, operation, call, progress);
    } catch (error) {
      const next = progress.delivered ? undefined : await this.#successor(first, error, operation.kind, call.signal);
      if (next === undefined) throw error;
      return yield* this.#chunksOn(next, operation, call, progress);
    }
  }

  async *#chunksOn<O extends StreamOperation>(generation: InUse, operation: O, call: CallContext, progress: { delivered: boolean }): Chunks<StreamItems[O['kind']], StreamEnds[O['kind']]> {
    generation.users += 1;
    const results = chunksOf(generation.facade.stream(operation, permitting(call, generation)));
    try {
      for (;;) {
        const step = await results.next();
        if (step.done === true) return step.value;
        progress.delivered = true;
        yield step.value;
      }
    } finally {
      try {
        await results.return(undefined as never);
      } finally {
        this.#release(generation);
      }
    }
  }

  #release(generation: InUse): void {
    generation.users -= 1;
    if (generation.retired && generation.users === 0) this.#close(generation);
  }

  #close(generation: InUse): void {
    void generation.facade.dispose().finally(() => this.#retired.delete(generation));
  }

  /** The facade for an operation that begins now. */
  async #ready(signal: AbortSignal): Promise<InUse> {
    const age = this.#options.now() - this.#checkedAt;
    if (age < this.#options.refresh) return this.#current;
    const checked = this.#check(this.#options.refresh);
    if (age >= 2 * this.#options.refresh) await settledOrAborted(checked, signal);
    return this.#current;
  }

  /** The facade to try again with, after a failure that a rotated secret explains. */
  async #successor(failed: InUse, error: unknown, kind: OperationKind, signal: AbortSignal): Promise<InUse | undefined> {
    if (!(error instanceof ConnectorError) || !SUSPICIOUS.has(error.kind) || signal.aborted || this.#disposal !== undefined) return undefined;
    if (this.#current === failed && this.#options.now() - this.#checkedAt >= Math.min(SUSPICION_GAP, this.#options.refresh)) {
      await settledOrAborted(this.#check(SUSPICION_GAP), signal);
    }
    const mayRepeat = NOTHING_DONE.has(error.kind) && !NEVER_AGAIN.has(kind) && !signal.aborted;
    return mayRepeat && this.#current !== failed ? this.#current : undefined;
  }

  /** One at a time. Never rejects. */
  #check(maxAge: number): Promise<void> {
    this.#checking ??= this.#renew(maxAge).finally(() => {
      this.#checking = undefined;
      this.#checkedAt = this.#options.now();
    });
    return this.#checking;
  }

  async #renew(maxAge: number): Promise<void> {
    const { renew, log, connector } = this.#options;
    try {
      const next = await renew(maxAge);
      if (next === undefined) return;
      if (this.#disposal !== undefined) {
        await next.facade.dispose();
        return;
      }
      const previous = this.#current;
      this.#current = { ...next, users: 0, retired: false };
      previous.retired = true;
      this.#retired.add(previous);
      if (previous.users === 0) this.#close(previous);
      log.info({ connector, underWay: previous.users }, 'A secret was rotated: new operations connect with the new one.');
    } catch (error) {
      log.warn({ connector, reason: error instanceof Error ? error.message : String(error) }, 'A secret cannot be read again; connections go on with what it was.');
    }
  }
}

/** The call, asked by the connector for further places: both the secrets' rules and whoever else has a say are. */
function permitting(call: CallContext, { permitTarget }: Generation): CallContext {
  return { ...call, permitTarget: permitBoth(permitTarget, call.permitTarget) };
}

/** Resolves when either happens; the work goes on. */
async function settledOrAborted(work: Promise<void>, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  let stop = (): void => undefined;
  const aborted = new Promise<void>((resolve) => { stop = resolve; });
  signal.addEventListener('abort', stop, { once: true });
  try {
    await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}
