import { createHash, randomBytes } from 'node:crypto';
import { ConnectorError } from '../../protocol/model/index.js';
import type { SessionLog } from '../../protocol/session/contract.js';
import { isDiskFull } from '../audit/disk-reserve.js';
import type { JournalDisk } from './journal-disk.js';
import type { Ended, Intent, Outcome } from './journal-record.js';
import { JournalFailure, JournalWriter, type WrittenSegment } from './journal-writer.js';
import { recoverSegments, segmentName, SEGMENT_NAME, type Recovered } from './recover-segments.js';
import { SealedSegments } from './sealed-segments.js';
import { steadyClock } from './steady-clock.js';
import { WriteIdentity } from './write-identity.js';

export interface JournalOptions {
  readonly disk: JournalDisk;
  readonly log: SessionLog;
  /** Bytes of all segments together. */
  readonly maxSize: number;
  /** Milliseconds. */
  readonly retention: number;
  /** @default 1 MiB */
  readonly segmentBytes?: number | undefined;
  /** Wall clock that never jumps. @default steadyClock() */
  readonly now?: (() => number) | undefined;
}

/** `known`: it has been here before, and this is how it ended. */
export type Begun = { readonly kind: 'new'; readonly write: OpenWrite } | { readonly kind: 'known'; readonly outcome: Ended };

export interface OpenWrite {
  /** Notes how it ended; resolves when that is on the disk, or cannot be written there (which is logged, and made up for later). */
  end(ended: Ended): Promise<void>;
}

/** What the journal knows of an id. */
export type Found = { readonly intent: Pick<Intent, 'principal' | 'fingerprint' | 'kind' | 'passedTo'>; readonly outcome: Ended | { readonly state: 'inProgress' } };

const SEGMENT_BYTES = 1024 ** 2;
const KEY_FILE = 'journal.key';
const KEY_BYTES = 32;
/** Ids that were asked for before they came are refused so long should they come, milliseconds. */
const FENCED_FOR = 3_600_000;
const MOST_FENCED = 100_000;
const COMPACT_EVERY = 600_000;

/** Opens the journal of a directory, with everything an earlier process left in it. A full disk is no obstacle: it is written to when something is. */
export async function openWriteJournal(options: JournalOptions): Promise<WriteJournal> {
  const { disk, log, now = steadyClock() } = options;
  const key = await journalKey(disk, log);
  const recovered = await recoverSegments(disk, now(), log);
  return new WriteJournal({ ...options, now }, key, recovered);
}

interface JournalKey {
  readonly bytes: Buffer;
  /** Not on the disk yet; nothing can have been written under it, and nothing may be before it is. */
  isUnsaved: boolean;
}

/** Made with the journal and never changed: another key is another journal. */
async function journalKey(disk: JournalDisk, log: SessionLog): Promise<JournalKey> {
  if ((await disk.names()).includes(KEY_FILE)) {
    const bytes = await disk.read(KEY_FILE);
    if (bytes.length === KEY_BYTES) return { bytes, isUnsaved: false };
  }
  const bytes = randomBytes(KEY_BYTES);
  try {
    await disk.replace(KEY_FILE, bytes);
    return { bytes, isUnsaved: false };
  } catch (error) {
    if (!isDiskFull(error)) throw error;
    log.error({ err: error, directory: disk.directory }, 'The journal of writes cannot be begun, the disk is full: writes are refused until there is room, reads go on.');
    return { bytes, isUnsaved: true };
  }
}

/**
 * Intent and outcome of every write, on the disk before the target is called and before the answer leaves. Knows every id
 * it has seen for as long as it keeps outcomes, over restarts.
 */
export class WriteJournal {
  /** Stays the same as long as the directory does. */
  readonly id: string;
  readonly identity: WriteIdentity;
  /** The journal's time, which its records bear. Milliseconds since 1970. */
  readonly now: () => number;
  readonly #options: JournalOptions;
  readonly #key: JournalKey;
  readonly #log: SessionLog;
  readonly #writer: JournalWriter;
  readonly #sealed: SealedSegments;
  readonly #open = new Map<string, { readonly intent: Intent; readonly ended: Promise<Ended> }>();
  /** Of the segment being written, and what could not be written. */
  readonly #recent = new Map<string, Outcome>();
  readonly #unresolved: Map<string, Intent>;
  readonly #fenced = new Map<string, number>();
  #damagedBefore: number;
  #nextNumber: number;
  #compacting: Promise<void> | undefined;
  #lastCompacted = 0;

  constructor(options: JournalOptions & { readonly now: () => number }, key: JournalKey, recovered: Recovered) {
    const { disk, log, maxSize, retention, segmentBytes = SEGMENT_BYTES, now } = options;
    this.#options = options;
    this.#key = key;
    this.now = now;
    this.#log = log;
    this.id = createHash('sha256').update('journal id').update(key.bytes).digest('base64url').slice(0, 22);
    this.identity = new WriteIdentity(key.bytes);
    this.#unresolved = new Map(recovered.unresolved);
    this.#damagedBefore = recovered.damagedBefore;
    this.#sealed = new SealedSegments({
      disk, log, maxSize, retention, segmentBytes, now,
      isUnresolved: (id) => this.#unresolved.has(id) || this.#open.has(id),
      onExpired: (before) => this.#expire(before),
    });
    for (const segment of recovered.segments) this.#sealed.add(segment);
    this.#nextNumber = recovered.segments.reduce((most, { name }) => Math.max(most, Number(SEGMENT_NAME.exec(name)?.[1] ?? 0)), 0) + 1;
    this.#writer = new JournalWriter({
      disk, segmentBytes, now,
      nextName: () => this.#nameNext(),
      onFull: (segment) => this.#onFull(segment),
      onFailure: (error) => log.error({ err: error, directory: disk.directory }, 'The journal of writes cannot be written: writes are refused until it can, reads go on.'),
      onRecovered: () => log.info({ directory: disk.directory }, 'The journal of writes can be written again.'),
    });
    this.#tellUnresolved();
    this.#compact();
  }

  /** Bytes on the disk, roughly; writes under way; writes of an earlier process nobody saw the end of. */
  status(): { readonly bytes: number; readonly underWay: number; readonly unresolved: number; readonly failing: boolean } {
    return { bytes: this.#sealed.bytes, underWay: this.#open.size, unresolved: this.#unresolved.size, failing: this.#writer.failure !== undefined };
  }

  /**
   * Notes that a write is about to be done; resolves when that is on the disk. One that has been here before is not begun
   * again: its outcome is told, once there is one. `isFresh`: nobody can know the id. Throws a ConnectorError when the write
   * must not be done.
   */
  async begin(intent: Intent, isFresh: boolean): Promise<Begun> {
    const { operationId } = intent;
    const running = this.#open.get(operationId);
    if (running !== undefined) {
      requireSame(running.intent, intent);
      return { kind: 'known', outcome: await running.ended };
    }
    let settle: (ended: Ended) => void = () => undefined;
    const ended = new Promise<Ended>((resolve) => { settle = resolve; });
    this.#open.set(operationId, { intent, ended });
    const isOver = (outcome: Ended): void => {
      this.#open.delete(operationId);
      settle(outcome);
    };
    try {
      const known = isFresh ? undefined : await this.#ended(operationId);
      if (known !== undefined) {
        requireSame(known.intent, intent);
        isOver(known.outcome);
        return { kind: 'known', outcome: known.outcome };
      }
      if (this.#fenced.has(operationId)) throw new ConnectorError('connector', `Operation ${operationId} was given up by its requester before it came; it was not carried out.`, { outcome: 'notApplied' });
      await this.#writeIntent(intent);
    } catch (error) {
      isOver({ state: 'notApplied' });
      throw error;
    }
    this.#writer.underWay++;
    if (this.now() - this.#lastCompacted > COMPACT_EVERY) this.#compact();
    return { kind: 'new', write: { end: (outcome) => this.#end(intent, outcome).finally(() => isOver(outcome)) } };
  }

  /** Undefined: the id has not been seen. */
  async find(operationId: string): Promise<Found | undefined> {
    const running = this.#open.get(operationId);
    return running === undefined ? this.#ended(operationId) : { intent: running.intent, outcome: { state: 'inProgress' } };
  }

  /**
   * As {@link find}; an id that has not been seen is refused from now on. `sentAt`, wall clock: with records lost from that
   * time, not having seen it means nothing.
   */
  async findOrFence(operationId: string, sentAt: number): Promise<Found | { readonly state: 'neverSeen' | 'unknown' }> {
    const found = await this.find(operationId);
    if (found !== undefined) return found;
    const running = this.#open.get(operationId);
    if (running !== undefined) return { intent: running.intent, outcome: { state: 'inProgress' } };
    this.#fenced.set(operationId, this.now());
    this.#trimFenced();
    return { state: sentAt < this.#damagedBefore ? 'unknown' : 'neverSeen' };
  }

  /** What was unknown has been found out. */
  async resolve(operationId: string, intent: Found['intent'], outcome: Exclude<Ended, { readonly state: 'unknown' }>): Promise<void> {
    const { principal, kind, fingerprint, passedTo } = intent;
    await this.#write({ operationId, principal, kind, fingerprint, passedTo, ended: outcome, at: this.now() });
    this.#unresolved.delete(operationId);
  }

  /** Whether it was begun by an earlier process, which nobody saw the end of. */
  isFromBefore(operationId: string): boolean {
    return this.#unresolved.has(operationId);
  }

  async close(): Promise<void> {
    await this.#compacting;
    await this.#writer.close();
  }

  async #ended(operationId: string): Promise<{ readonly intent: Found['intent']; readonly outcome: Ended } | undefined> {
    const recent = this.#recent.get(operationId) ?? await this.#sealed.find(operationId) ?? this.#recent.get(operationId);
    if (recent !== undefined) return { intent: recent, outcome: recent.ended };
    const unresolved = this.#unresolved.get(operationId);
    return unresolved && { intent: unresolved, outcome: { state: 'unknown' } };
  }

  async #writeIntent(intent: Intent): Promise<void> {
    try {
      await this.#writer.append({ type: 'intent', intent });
    } catch (error) {
      // An outcome beside it says that nothing came of it.
      if (error instanceof JournalFailure && error.mayBeThere) this.#writer.append({ type: 'outcome', outcome: { ...intent, ended: { state: 'notApplied' } } }, true).catch(() => undefined);
      throw new ConnectorError('retryable',
        `The journal of writes in ${this.#options.disk.directory} cannot be written (${codeOf(error)}), so nothing may be changed: nothing has been changed. Make room or mend the disk of the agent, then try again.`,
        { cause: error, outcome: 'notApplied' });
    }
  }

  async #end(intent: Intent, ended: Ended): Promise<void> {
    const { operationId, principal, kind, fingerprint, passedTo } = intent;
    this.#writer.underWay--;
    await this.#write({ operationId, principal, kind, fingerprint, passedTo, ended, at: this.now() });
  }

  async #write(outcome: Outcome): Promise<void> {
    this.#recent.set(outcome.operationId, outcome);
    try {
      await this.#writer.append({ type: 'outcome', outcome }, true);
    } catch (error) {
      this.#log.error({ operationId: outcome.operationId, outcome: outcome.ended.state, err: error }, 'The outcome of a write could not be written to the journal; it is kept in memory until it can be.');
    }
  }

  #onFull(segment: WrittenSegment): void {
    for (const { record } of segment.records) {
      if (record.type === 'outcome' && this.#recent.get(record.outcome.operationId) === record.outcome) this.#recent.delete(record.outcome.operationId);
    }
    this.#sealed.add(segment);
    this.#compact();
  }

  async #nameNext(): Promise<string> {
    if (this.#key.isUnsaved) {
      await this.#options.disk.replace(KEY_FILE, this.#key.bytes);
      this.#key.isUnsaved = false;
    }
    if (!await this.#sealed.makeRoom()) throw new Error(`it has reached journal.maxSize, ${this.#options.maxSize} bytes, with outcomes of the last hour; raise it`);
    return segmentName(this.#nextNumber++);
  }

  #compact(): void {
    this.#lastCompacted = this.now();
    this.#compacting ??= this.#sealed.compact()
      .catch((error: unknown) => this.#log.error({ err: error }, 'The journal of writes could not be compacted.'))
      .finally(() => { this.#compacting = undefined; });
  }

  #expire(before: number): void {
    for (const [id, { at }] of this.#unresolved) if (at < before) this.#unresolved.delete(id);
  }

  #trimFenced(): void {
    for (const [id, at] of this.#fenced) {
      if (this.#fenced.size <= MOST_FENCED && at > this.now() - FENCED_FOR) return;
      this.#fenced.delete(id);
    }
  }

  #tellUnresolved(): void {
    for (const { operationId, kind, connector, objectClass, uid } of this.#unresolved.values()) {
      this.#log.warn({ operationId, operation: kind, connector, objectClass, uid }, 'A write was under way when the agent ended; whether it was carried out is not known.');
    }
  }
}

function requireSame(known: Found['intent'], asked: Pick<Intent, 'operationId' | 'principal' | 'fingerprint'>): void {
  if (known.principal !== asked.principal) throw new ConnectorError('permissionDenied', `Operation id ${asked.operationId} belongs to another requester.`, { outcome: 'notApplied' });
  if (known.fingerprint !== asked.fingerprint) throw new ConnectorError('illegalArgument', `Operation id ${asked.operationId} was used for another operation before; nothing has been changed. Each write needs an id of its own.`, { outcome: 'notApplied' });
}

function codeOf(error: unknown): string {
  const cause = error instanceof JournalFailure ? error.cause : error;
  return (cause as NodeJS.ErrnoException).code ?? (error instanceof Error ? error.message : 'unknown error');
}

