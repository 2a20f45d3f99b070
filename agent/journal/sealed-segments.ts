import type { SessionLog } from '../../protocol/session/contract.js';
import type { JournalDisk } from './journal-disk.js';
import { recordOf, type Intent, type JournalRecord, type Outcome } from './journal-record.js';
import { OutcomeIndex } from './outcome-index.js';
import { HEADER_BYTES, LONGEST_PAYLOAD, recordAt } from './record-format.js';
import { readSegment, wholeSegment, type ReadSegment } from './recover-segments.js';

interface Sealed {
  readonly name: string;
  readonly bytes: number;
  readonly index: OutcomeIndex;
  /** Of the newest record, wall clock. */
  readonly newest: number;
  /** Holds nothing that could be left out. */
  readonly isDense: boolean;
}

export interface RetentionOptions {
  readonly disk: JournalDisk;
  readonly log: SessionLog;
  /** Wall clock, milliseconds. */
  now(): number;
  /** Bytes of all segments together. */
  readonly maxSize: number;
  readonly segmentBytes: number;
  /** Outcomes are kept so long, in milliseconds … */
  readonly retention: number;
  /** Whether the write has no outcome yet. */
  isUnresolved(operationId: string): boolean;
  /** The end of intents nobody will ask for any more. */
  onExpired(before: number): void;
}

/**
 * … and no shorter than this when the journal would otherwise be too large; nor is anything too old before the process has
 * been there for so long: the clock may have been wrong when it started, or before.
 */
const SHORTEST_RETENTION = 3_600_000;

/** Segments nothing is appended to: found in, made smaller, and given up when they are old. */
export class SealedSegments {
  readonly #options: RetentionOptions;
  readonly #openedAt: number;
  /** The oldest first. */
  #segments: Sealed[] = [];
  #version = 0;
  #changing: Promise<void> | undefined;

  constructor(options: RetentionOptions) {
    this.#options = options;
    this.#openedAt = options.now();
  }

  get bytes(): number {
    return this.#segments.reduce((sum, { bytes }) => sum + bytes, 0);
  }

  get count(): number {
    return this.#segments.length;
  }

  /** Outcomes that can be found. */
  get outcomes(): number {
    return this.#segments.reduce((sum, { index }) => sum + index.size, 0);
  }

  add(segment: ReadSegment): void {
    this.#segments.push(this.#sealed(segment));
    this.#segments.sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  /** The last outcome that was written for the id. */
  async find(operationId: string): Promise<Outcome | undefined> {
    for (;;) {
      await this.#changing;
      const version = this.#version;
      const found = await this.#find(operationId);
      // Files that were merged meanwhile have their records elsewhere.
      if (found !== undefined || (version === this.#version && this.#changing === undefined)) return found;
    }
  }

  async #find(operationId: string): Promise<Outcome | undefined> {
    for (const { name, index } of [...this.#segments].reverse()) {
      for (const offset of index.find(operationId)) {
        const record = await this.#read(name, offset);
        if (record?.type === 'outcome' && record.outcome.operationId === operationId) return record.outcome;
      }
    }
    return undefined;
  }

  /** Gives up what is too old, makes smaller what can be. Never loses an outcome that is still to be kept. */
  async compact(): Promise<void> {
    const { maxSize, onExpired } = this.#options;
    const old = this.#keptSince();
    onExpired(old);
    while ((this.#segments[0]?.newest ?? Infinity) < old) await this.#removeOldest();
    while (this.bytes > maxSize / 2 || this.#segments.length > 64) if (!await this.#mergeOldest()) break;
  }

  /** Whether one more segment may be had; to make room, the oldest outcomes are given up early. */
  async makeRoom(): Promise<boolean> {
    const { now, maxSize, segmentBytes, retention, log } = this.#options;
    while (this.bytes + segmentBytes > maxSize) {
      const [oldest] = this.#segments;
      if (oldest === undefined) return true;
      if (now() - oldest.newest < Math.min(SHORTEST_RETENTION, retention)) return false;
      log.warn({ file: oldest.name, outcomes: oldest.index.size, maxSize, retention }, 'The journal reached journal.maxSize before its outcomes reached journal.retention: the oldest are given up early. Raise journal.maxSize.');
      await this.#removeOldest();
    }
    return true;
  }

  /** What is from before this moment is too old. */
  #keptSince(): number {
    const { now, retention } = this.#options;
    return now() - this.#openedAt < Math.min(SHORTEST_RETENTION, retention) ? -Infinity : now() - retention;
  }

  async #removeOldest(): Promise<void> {
    const oldest = this.#segments.shift();
    this.#version++;
    if (oldest !== undefined) await this.#options.disk.remove(oldest.name).catch((error: unknown) => this.#options.log.warn({ err: error, file: oldest.name }, 'An old journal segment could not be removed.'));
  }

  /** Several segments become one without what nobody needs any more. False when there is nothing to gain. */
  async #mergeOldest(): Promise<boolean> {
    const { disk, now, segmentBytes, log } = this.#options;
    const start = this.#segments.findIndex(({ isDense, bytes }) => !isDense || bytes < segmentBytes / 4);
    const group: Sealed[] = [];
    const kept: JournalRecord[] = [];
    let bytes = 0;
    for (const segment of start < 0 ? [] : this.#segments.slice(start)) {
      const live = this.#live(readSegment(segment.name, await disk.read(segment.name)), segment);
      const size = live.reduce((sum, record) => sum + JSON.stringify(record).length, 0);
      if (group.length > 0 && bytes + size > segmentBytes) break;
      group.push(segment);
      kept.push(...live);
      bytes += size;
    }
    const last = group.at(-1);
    if (last === undefined || (group.length === 1 && last.isDense)) return false;
    const merged = wholeSegment(last.name, kept, now());
    const newest = Math.max(...group.map((segment) => segment.newest));
    this.#changing = disk.replace(last.name, merged.content).then(() => {
      this.#segments = this.#segments.flatMap((segment) => (segment === last ? [{ ...this.#sealed(merged), newest, isDense: true }] : group.includes(segment) ? [] : [segment]));
    }).finally(() => {
      this.#version++;
      this.#changing = undefined;
    });
    await this.#changing;
    for (const segment of group) if (segment !== last) await disk.remove(segment.name);
    log.debug({ segments: group.length, bytes: merged.bytes }, 'Journal segments were compacted.');
    return true;
  }

  /** What of a segment is still needed. Damage found now, long after it was written, is told and remembered. */
  #live(read: ReturnType<typeof readSegment>, { name }: Sealed): JournalRecord[] {
    const { now, isUnresolved, log } = this.#options;
    const old = this.#keptSince();
    const live = read.records.map(({ record }) => record).filter((record) => {
      if (record.type === 'outcome') return record.outcome.at >= old;
      if (record.type === 'intent') return isUnresolved(record.intent.operationId);
      return record.type === 'damage' && record.at >= old;
    });
    if (read.damage.length === 0 && !read.isTruncated) return live;
    log.error({ file: name }, 'A journal segment has become DAMAGED since it was written. The disk may be failing.');
    return [...live, { type: 'damage', at: now() }];
  }

  #sealed({ name, bytes, records }: ReadSegment): Sealed {
    const places = records.flatMap(({ record, offset }) => (record.type === 'outcome' ? [[record.outcome.operationId, offset] as const] : []));
    return { name, bytes, index: new OutcomeIndex(places), newest: records.reduce((latest, { record }) => Math.max(latest, momentOf(record)), -Infinity), isDense: false };
  }

  async #read(name: string, offset: number): Promise<JournalRecord | undefined> {
    try {
      const payload = recordAt(await this.#options.disk.readAt(name, offset, HEADER_BYTES + LONGEST_PAYLOAD), 0);
      return payload && recordOf(payload);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw error;
    }
  }
}

function momentOf(record: JournalRecord): number {
  if (record.type === 'intent') return (record.intent satisfies Intent).at;
  return record.type === 'outcome' ? record.outcome.at : record.at;
}
