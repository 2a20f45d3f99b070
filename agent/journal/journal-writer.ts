import { HEADER_BYTES, encodeRecord } from './record-format.js';
import { recordText, type JournalRecord } from './journal-record.js';
import type { DiskFile, JournalDisk } from './journal-disk.js';

/** A segment that is full or given up, with what was written to it. */
export interface WrittenSegment {
  readonly name: string;
  readonly records: readonly { readonly record: JournalRecord; readonly offset: number }[];
  readonly bytes: number;
}

export interface WriterOptions {
  readonly disk: JournalDisk;
  readonly segmentBytes: number;
  /** The name of the next segment. Rejects when there may be no further one. */
  nextName(): Promise<string>;
  /** Wall clock, milliseconds. */
  now(): number;
  /** A segment takes no more. */
  onFull(segment: WrittenSegment): void;
  onFailure(error: Error): void;
  onRecovered(): void;
}

/** A record could not be written. `mayBeThere`: it may stand in the file all the same, whole or not. */
export class JournalFailure extends Error {
  override readonly name = 'JournalFailure';
  readonly mayBeThere: boolean;

  constructor(cause: Error, mayBeThere: boolean) {
    super(cause.message, { cause });
    this.mayBeThere = mayBeThere;
  }
}

interface Segment {
  readonly name: string;
  readonly file: DiskFile;
  readonly size: number;
  position: number;
  readonly records: { readonly record: JournalRecord; readonly offset: number }[];
}

interface Waiting {
  readonly record: JournalRecord;
  readonly bytes: Buffer;
  /** Stays in line when it could not be written: the next write that succeeds takes it along. */
  readonly keep: boolean;
  resolve(): void;
  reject(error: Error): void;
}

/** Room kept for the outcomes of writes under way, each. */
const OUTCOME_ROOM = 2_048;
/** For the record that ends a segment. */
const END_ROOM = HEADER_BYTES + 64;
const MOST_AT_ONCE = 512;
/** After a failure the disk is tried again no sooner than this, milliseconds. */
const RETRY_AFTER = 1_000;

/**
 * Appends records to one segment after the other. What came while the disk was busy goes together, with one sync. A
 * segment that could not be written or synced is never written to again: after a failed fsync the system may have dropped
 * what it holds, and says "done" the next time.
 */
export class JournalWriter {
  readonly #options: WriterOptions;
  #queue: Waiting[] = [];
  #kept: Waiting[] = [];
  #draining: Promise<void> | undefined;
  #segment: Segment | undefined;
  #failure: { readonly error: Error; readonly at: number } | undefined;
  /** Intents whose outcome is still to come. */
  underWay = 0;

  constructor(options: WriterOptions) {
    this.#options = options;
  }

  /** Why nothing can be written at the moment. */
  get failure(): Error | undefined {
    return this.#failure?.error;
  }

  /** Resolves once the record is on the disk. */
  append(record: JournalRecord, keep = false): Promise<void> {
    const bytes = encodeRecord(recordText(record));
    return new Promise((resolve, reject) => {
      this.#queue.push({ record, bytes, keep, resolve, reject });
      this.#draining ??= this.#drain().finally(() => { this.#draining = undefined; });
    });
  }

  /** Writes what could not be written before, if the disk lets it. */
  async retryKept(): Promise<void> {
    if (this.#kept.length === 0 || this.#draining !== undefined) return;
    const [first, ...others] = this.#kept;
    this.#kept = others;
    if (first !== undefined) await this.append(first.record, true).catch(() => undefined);
  }

  async close(): Promise<void> {
    await this.#draining;
    if (this.#kept.length > 0) await this.retryKept();
    await this.#leaveSegment(true);
  }

  async #drain(): Promise<void> {
    // Whoever comes in the same turn goes along.
    await Promise.resolve();
    while (this.#queue.length > 0) {
      const batch = this.#queue.splice(0, MOST_AT_ONCE);
      const all = [...this.#kept.splice(0), ...batch];
      const segment = await this.#segmentFor(all).catch((error: unknown) => this.#noSegment(asError(error), all));
      if (segment !== undefined) await this.#write(segment.target, segment.waiting);
    }
  }

  async #write(segment: Segment, waiting: readonly Waiting[]): Promise<void> {
    try {
      await segment.file.write(Buffer.concat(waiting.map(({ bytes }) => bytes)), segment.position);
      await segment.file.sync();
    } catch (error) {
      await this.#leaveSegment(false);
      this.#fail(asError(error), waiting, true);
      return;
    }
    if (waiting.some(({ keep }) => !keep)) this.#recovered();
    for (const { record, bytes, resolve } of waiting) {
      segment.records.push({ record, offset: segment.position });
      segment.position += bytes.length;
      resolve();
    }
  }

  /** The segment these go to; a new one when they would take the room that is kept for outcomes. */
  async #segmentFor(waiting: readonly Waiting[]): Promise<{ readonly target: Segment; readonly waiting: readonly Waiting[] }> {
    const bytes = sizeOf(waiting);
    const reserved = this.underWay * OUTCOME_ROOM + END_ROOM;
    const current = this.#segment;
    if (current !== undefined && current.position + bytes + reserved <= current.size) return { target: current, waiting };
    const next = await this.#newSegment(Math.max(this.#options.segmentBytes, bytes + reserved + END_ROOM));
    await this.#leaveSegment(true);
    this.#segment = next;
    this.#recovered();
    return { target: next, waiting };
  }

  /** No further segment can be had: outcomes take the room that was kept for them, everything else is refused. */
  #noSegment(error: Error, waiting: readonly Waiting[]): { readonly target: Segment; readonly waiting: readonly Waiting[] } | undefined {
    const outcomes = waiting.filter(({ keep }) => keep);
    const current = this.#segment;
    const fits = outcomes.length > 0 && current !== undefined && current.position + sizeOf(outcomes) + END_ROOM <= current.size;
    this.#fail(error, fits ? waiting.filter(({ keep }) => !keep) : waiting, false);
    return fits ? { target: current, waiting: outcomes } : undefined;
  }

  async #newSegment(size: number): Promise<Segment> {
    const { disk, nextName, now } = this.#options;
    const since = this.#failure === undefined ? Infinity : now() - this.#failure.at;
    if (this.#failure !== undefined && since >= 0 && since < RETRY_AFTER) throw this.#failure.error;
    const name = await nextName();
    const record: JournalRecord = { type: 'begin', at: now(), size };
    const bytes = encodeRecord(recordText(record));
    const file = await disk.create(name, bytes, size);
    return { name, file, size, position: bytes.length, records: [{ record, offset: 0 }] };
  }

  /** `whole`: it ends well, so what is left of its room is given back. */
  async #leaveSegment(whole: boolean): Promise<void> {
    const segment = this.#segment;
    if (segment === undefined) return;
    this.#segment = undefined;
    try {
      if (whole) {
        const bytes = encodeRecord(recordText({ type: 'sealed', at: this.#options.now() }));
        await segment.file.write(bytes, segment.position);
        await segment.file.truncate(segment.position + bytes.length);
        segment.position += bytes.length;
      }
    } catch (error) {
      this.#options.onFailure(asError(error));
    } finally {
      await segment.file.close().catch(() => undefined);
      this.#options.onFull({ name: segment.name, records: segment.records, bytes: segment.position });
    }
  }

  #recovered(): void {
    if (this.#failure === undefined) return;
    this.#failure = undefined;
    this.#options.onRecovered();
  }

  #fail(error: Error, waiting: readonly Waiting[], mayBeThere: boolean): void {
    if (this.#failure?.error !== error) {
      this.#failure = { error, at: this.#options.now() };
      this.#options.onFailure(error);
    }
    for (const one of waiting) {
      if (one.keep) this.#kept.push(one);
      one.reject(new JournalFailure(error, mayBeThere));
    }
  }
}

function sizeOf(waiting: readonly Waiting[]): number {
  return waiting.reduce((sum, { bytes }) => sum + bytes.length, 0);
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
