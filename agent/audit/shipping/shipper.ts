import type { Clock, SessionLog } from '../../../protocol/session/contract.js';
import { createBackoff, type Backoff } from '../../session/backoff.js';
import type { AuditEvent, ShippingStatus } from '../audit-log.js';
import { auditFileName, listAuditFiles } from '../audit-files.js';
import type { ChainEnd } from '../head-file.js';
import { LineSource } from './line-source.js';
import { readPosition, SHIPPING_START, writePosition, type ShippingPosition } from './shipping-position.js';
import type { Sink, SinkConnection } from './sink.js';

export interface ShipperOptions {
  readonly name: string;
  readonly sink: Sink;
  /** Everything, or only what vouches for the rest: anchors and the first lines of files. */
  readonly content: 'lines' | 'anchors';
  readonly directory: string;
  /** Up to where lines may be shipped. */
  safe(): ChainEnd;
  /** Reports that lines were gone before they were shipped. */
  tell(event: AuditEvent): Promise<void>;
  readonly clock: Clock;
  readonly log: SessionLog;
  readonly backoff?: Backoff;
}

interface Mark { readonly at: number; readonly position: ShippingPosition }

const MARK_MS = 1000;
/** Lines of these kinds say with their own hash what all lines before them were. */
export const ANCHOR_KINDS = ['audit-anchor', 'file-begun', 'agent-stopped'] as const;
const ANCHORS = ANCHOR_KINDS.map((kind) => Buffer.from(`,"kind":"${kind}"`));

/**
 * Ships lines out of the audit files, at least once: the position moves on when lines count as delivered, and everything
 * behind it is sent again after a lost connection or a restart. No operation ever waits for it.
 */
export class Shipper {
  readonly #options: ShipperOptions;
  readonly #source: LineSource;
  readonly #backoff: Backoff;
  readonly #stop = new AbortController();
  /** Fires when there is no more time for anything. */
  readonly #cut = new AbortController();
  #position: ShippingPosition = SHIPPING_START;
  #delivered: ShippingPosition = SHIPPING_START;
  #written: ShippingPosition = SHIPPING_START;
  #marks: Mark[] = [];
  #wake: (() => void) | undefined;
  #connected = false;
  #problem = '';
  #running: Promise<void> = Promise.resolve();
  #behind = 0;
  #savedAt = Number.NEGATIVE_INFINITY;
  readonly #cutOff: Promise<never>;

  constructor(options: ShipperOptions) {
    this.#options = options;
    this.#source = new LineSource(options.directory, options.safe);
    this.#cutOff = new Promise((_, reject) => { this.#cut.signal.addEventListener('abort', () => { reject(new Error('stopping')); }, { once: true }); });
    this.#cutOff.catch(() => undefined);
    this.#backoff = options.backoff ?? createBackoff({ base: 1000, cap: 60_000 });
  }

  /** The first file that holds lines still to be shipped; 0: all of them. */
  get unshippedFrom(): number {
    return this.#delivered.file;
  }

  async start(): Promise<void> {
    const { directory, name } = this.#options;
    const known = await readPosition(directory, name);
    // A place to begin at is kept at once: files that go before anything was shipped leave a gap that is told of.
    this.#position = known.file > 0 ? known : { ...SHIPPING_START, file: (await listAuditFiles(directory))[0]?.number ?? 1 };
    this.#delivered = this.#position;
    await this.#save();
    this.#running = this.#run();
  }

  /** There are more lines. */
  wake(): void {
    this.#wake?.();
  }

  /** Counts what is left to ship; for the status. */
  async measure(): Promise<void> {
    this.#behind = await this.#source.behind(this.#delivered).catch(() => this.#behind);
  }

  status(): ShippingStatus {
    return { name: this.#options.name, connected: this.#connected, behind: this.#behind, sequence: this.#delivered.sequence, problem: this.#problem };
  }

  /** Sends what there is as long as the connection stands and `grace` has not fired, and stops. Never rejects. */
  async stop(grace: AbortSignal): Promise<void> {
    this.#stop.abort(new Error('stopping'));
    if (grace.aborted) this.#cut.abort(new Error('stopping'));
    grace.addEventListener('abort', () => { this.#cut.abort(new Error('stopping')); }, { once: true });
    this.wake();
    await this.#running;
    await this.#source.close().catch(() => undefined);
  }

  async #run(): Promise<void> {
    const { sink, clock } = this.#options;
    const { signal } = this.#stop;
    while (!this.#isStopping()) {
      let connection: SinkConnection | undefined;
      try {
        await this.#untilMore();
        if (this.#isStopping()) return;
        connection = await sink.open(signal);
        await this.#deliver(connection);
      } catch (error) {
        this.#report(error);
      } finally {
        this.#connected = false;
        connection?.destroy();
      }
      this.#position = this.#delivered;
      this.#marks = [];
      await clock.sleep(this.#backoff.next(), signal).catch(() => undefined);
    }
  }

  #isStopping(): boolean {
    return this.#stop.signal.aborted;
  }

  async #untilMore(): Promise<void> {
    while (!this.#source.hasMore(this.#position) && !this.#stop.signal.aborted) await this.#woken();
  }

  /** Sends until the connection is lost (rejects) or we stop. */
  async #deliver(connection: SinkConnection): Promise<void> {
    this.#connected = true;
    if (this.#problem !== '') this.#options.log.info({ shipping: this.#options.name }, 'The audit log is shipped again.');
    this.#problem = '';
    for (;;) {
      if (this.#cut.signal.aborted) return;
      const batch = await this.#source.next(this.#position);
      if (batch === undefined) {
        if (this.#stop.signal.aborted) break;
        await this.#untilDue(connection);
        await this.#confirm(connection.confirmAfter);
        continue;
      }
      if (batch.gap !== undefined) await this.#tellGap(batch.gap);
      const lines = this.#options.content === 'lines' ? batch.lines : batch.lines.filter((line) => ANCHORS.some((anchor) => line.includes(anchor)));
      if (lines.length > 0) await Promise.race([connection.send(lines), this.#cutOff]);
      this.#position = batch.after;
      this.#mark();
      await this.#confirm(connection.confirmAfter);
      this.#backoff.reset();
    }
    if (await connection.finish(this.#cut.signal)) this.#delivered = this.#position;
    await this.#save();
  }

  /** Until there are lines, marks have ripened or the position is to be saved, or the connection is lost. */
  async #untilDue(connection: SinkConnection): Promise<void> {
    const waits: Promise<unknown>[] = [this.#woken(), connection.lost];
    const over = new AbortController();
    if (this.#marks.length > 0 || this.#isUnsaved || this.#source.hasMore(this.#position)) waits.push(this.#options.clock.sleep(MARK_MS, over.signal).catch(() => undefined));
    await Promise.race(waits).finally(() => { over.abort(); });
  }

  /** At most one mark a second, so that there are few; a later one stands for those before it. */
  #mark(): void {
    const now = this.#options.clock.now();
    const last = this.#marks.at(-1);
    if (last !== undefined && this.#marks.length > 1 && now - (this.#marks.at(-2)?.at ?? 0) < MARK_MS) this.#marks.pop();
    this.#marks.push({ at: now, position: this.#position });
  }

  async #confirm(after: number): Promise<void> {
    const now = this.#options.clock.now();
    while (this.#marks[0] !== undefined && now - this.#marks[0].at >= after) {
      this.#delivered = this.#marks[0].position;
      this.#marks.shift();
    }
    if (this.#isUnsaved && now - this.#savedAt >= MARK_MS) await this.#save();
  }

  get #isUnsaved(): boolean {
    return this.#delivered.file !== this.#written.file || this.#delivered.offset !== this.#written.offset;
  }

  /** A position that cannot be written down is no reason to stop shipping. */
  async #save(): Promise<void> {
    const position = this.#delivered;
    this.#savedAt = this.#options.clock.now();
    await writePosition(this.#options.directory, this.#options.name, position).then(() => { this.#written = position; }, () => undefined);
  }

  async #tellGap([first, last]: readonly [number, number]): Promise<void> {
    const { name, log, tell } = this.#options;
    const detail = { shipping: name, from: auditFileName(first), to: auditFileName(last) };
    log.error(detail, 'Audit files were gone before they were shipped.');
    await tell({ kind: 'audit-shipping-gap', detail });
  }

  #report(error: unknown): void {
    if (this.#stop.signal.aborted) return;
    const reason = error instanceof Error ? error.message : String(error);
    if (reason !== this.#problem) this.#options.log.warn({ shipping: this.#options.name, to: this.#options.sink.description, reason }, 'The audit log cannot be shipped; lines wait in its files.');
    this.#problem = reason;
  }

  #woken(): Promise<void> {
    return new Promise((resolve) => { this.#wake = resolve; });
  }
}
