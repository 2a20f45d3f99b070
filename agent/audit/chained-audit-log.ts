import { ConnectorError, isWrite, type OperationKind } from '../../protocol/model/index.js';
import type { Clock, SessionLog } from '../../protocol/session/contract.js';
import type { AuditEvent, AuditLog, AuditStatus, OperationAudit } from './audit-log.js';
import type { LineFields } from './audit-line.js';
import type { DirectoryLock } from './directory-lock.js';
import { eventFields, operationFields } from './event-fields.js';
import type { LineWriter, Wait } from './line-writer.js';
import { applyRetention, type RetentionLimits } from './retention.js';
import type { Shipper } from './shipping/shipper.js';

/**
 * When a line has to be on disk before its operation is answered. `always`: every line. `writes`: lines of operations that
 * may change something, and events; others are written at once and on disk soon after. `interval`: written at once, on disk
 * soon after. `never`: nobody waits, the system writes when it likes to.
 */
export type FsyncPolicy = 'always' | 'writes' | 'interval' | 'never';

export interface ChainedAuditLogOptions {
  readonly directory: string;
  readonly fsync: FsyncPolicy;
  readonly whenUnwritable: 'refuse-writes' | 'go-on';
  readonly retention: RetentionLimits;
  /** Milliseconds; 0: no anchors. */
  readonly anchorInterval: number;
  readonly clock: Clock;
  readonly log: SessionLog;
}

/** An operation that is not begun because no line about it could be written. */
class AuditRefusal extends ConnectorError {
  readonly rule = 'audit';

  constructor(text: string) {
    super('retryable', text, { outcome: 'notApplied' });
  }
}

const TICK_MS = 1000;
const REFRESH_TICKS = 5;
const RETENTION_TICKS = 3600;
/** What shipping gets at the end to send the last lines. */
const SHIPPING_GRACE_MS = 2000;

/** The audit log in files: hash-chained JSON lines. See README.md. Made by `openAuditLog`. */
export class ChainedAuditLog implements AuditLog {
  readonly #options: ChainedAuditLogOptions;
  readonly #writer: LineWriter;
  readonly #shippers: readonly Shipper[];
  readonly #lock: DirectoryLock;
  readonly #stop = new AbortController();
  readonly #onTick: (() => void)[] = [];
  #ticking: Promise<void> = Promise.resolve();
  #retaining: Promise<void> | undefined;
  #anchored: { readonly at: number; readonly sequence: number };

  constructor(options: ChainedAuditLogOptions, parts: { readonly writer: LineWriter; readonly shippers: readonly Shipper[]; readonly lock: DirectoryLock }) {
    this.#options = options;
    this.#writer = parts.writer;
    this.#shippers = parts.shippers;
    this.#lock = parts.lock;
    this.#anchored = { at: options.clock.now(), sequence: parts.writer.sequence };
  }

  async start(): Promise<void> {
    await Promise.all(this.#shippers.map((shipper) => shipper.start()));
    this.#ticking = this.#tick();
    this.retain();
  }

  /** Called once a second, as long as the log is open; must not throw. */
  onTick(work: () => void): void {
    this.#onTick.push(work);
  }

  admit(kind: OperationKind): void {
    const refusal = this.refusal(kind);
    if (refusal !== undefined) throw new AuditRefusal(refusal);
  }

  /** Why an operation of this kind must not start now. */
  refusal(kind: OperationKind | undefined): string | undefined {
    const { problem } = this.#writer;
    if (problem === '' || this.#options.whenUnwritable === 'go-on' || kind === undefined || !isWrite(kind)) return undefined;
    return `The audit log of this agent cannot be written (${problem}): operations that change something are refused until it can. Make room in audit.directory, then try again.`;
  }

  operation(record: OperationAudit): Promise<void> {
    return this.#writer.append(operationFields(record), this.#waitFor(record.operation !== 'unknown' && isWrite(record.operation) && record.running !== true));
  }

  event(event: AuditEvent): Promise<void> {
    return this.#writer.append(eventFields(event), this.#waitFor(true));
  }

  status(): AuditStatus {
    const { problem, sequence, waiting, lost } = this.#writer;
    return { enabled: true, writable: problem === '', problem, sequence, waiting, lost, shipping: this.#shippers.map((shipper) => shipper.status()) };
  }

  /** Lines have become safe. */
  onProgress(rotated: boolean): void {
    for (const shipper of this.#shippers) shipper.wake();
    if (rotated) this.retain();
  }

  /** Writes what waits, ships what it can within two seconds. Never rejects. */
  async close(): Promise<void> {
    this.#stop.abort(new Error('closed'));
    await this.#ticking;
    await this.#retaining;
    await this.#writer.close();
    const grace = AbortSignal.timeout(SHIPPING_GRACE_MS);
    await Promise.all(this.#shippers.map((shipper) => shipper.stop(grace)));
    await this.#lock.release().catch(() => undefined);
  }

  #waitFor(isWeighty: boolean): Wait {
    switch (this.#options.fsync) {
      case 'always': return 'durable';
      case 'writes': return isWeighty ? 'durable' : 'written';
      case 'interval': return 'written';
      case 'never': return 'nothing';
    }
  }

  /** Removes files that need not be kept any more, in the background. */
  retain(): void {
    this.#retaining ??= this.#applyRetention().finally(() => { this.#retaining = undefined; });
  }

  async #applyRetention(): Promise<void> {
    const { directory, retention, log } = this.#options;
    const unshippedFrom = Math.min(this.#writer.currentFile, ...this.#shippers.map((shipper) => shipper.unshippedFrom));
    const tell = async (fields: LineFields): Promise<boolean> => {
      await this.#writer.append(fields, 'durable');
      return this.#writer.problem === '';
    };
    try {
      const { files, isUnshipped } = await applyRetention(directory, retention, unshippedFrom, tell);
      if (files.length === 0) return;
      const fields = { files: files.length, through: files.at(-1)?.number };
      if (isUnshipped) log.error(fields, 'Audit files were removed to keep within audit.keepSize, and some of their lines had not been shipped.');
      else log.info(fields, 'Audit files were removed: they need not be kept any longer.');
    } catch (error) {
      log.error({ directory, error: (error as Error).message }, 'Old audit files could not be removed.');
    }
  }

  async #tick(): Promise<void> {
    const { clock } = this.#options;
    for (let tick = 1; ; tick += 1) {
      await clock.sleep(TICK_MS, this.#stop.signal).catch(() => undefined);
      if (this.#stop.signal.aborted) return;
      await this.#writer.check();
      for (const work of this.#onTick) work();
      this.#anchorIfDue();
      if (tick % REFRESH_TICKS === 0) {
        await this.#lock.refresh();
        await Promise.all(this.#shippers.map((shipper) => shipper.measure()));
      }
      if (tick % RETENTION_TICKS === 0) this.retain();
    }
  }

  /** A line whose hash stands for all before it; nothing new, no anchor. */
  #anchorIfDue(): void {
    const { anchorInterval, clock } = this.#options;
    const { sequence } = this.#writer;
    if (anchorInterval === 0 || clock.now() - this.#anchored.at < anchorInterval || sequence === this.#anchored.sequence) return;
    this.#anchored = { at: clock.now(), sequence: sequence + this.#writer.waiting + 1 };
    void this.#writer.append({ kind: 'audit-anchor' }, 'nothing');
  }
}
