import type { Clock, SessionLog } from '../../protocol/session/contract.js';
import { AuditFile } from './audit-file.js';
import { renderLine, type LineFields } from './audit-line.js';
import { GENESIS, type ChainHash } from './chain-hash.js';
import { isDiskFull, type DiskReserve } from './disk-reserve.js';
import { fileBegunFields } from './file-begin.js';
import type { ChainEnd, HeadFile } from './head-file.js';
import { WriterTrouble } from './writer-trouble.js';

/** What the caller of `append` waits for. */
export type Wait = 'nothing' | 'written' | 'durable';

export interface LineWriterOptions {
  readonly directory: string;
  readonly chain: ChainHash;
  readonly reserve: DiskReserve;
  readonly log: SessionLog;
  readonly clock: Clock;
  /** Bytes after which, and milliseconds after which, a new file begins. */
  readonly rotateSize: number;
  readonly rotateAge: number;
  /** Lines nobody waits for to be durable are brought to disk after this, in milliseconds; undefined: when the system likes to. */
  readonly fsyncInterval: number | undefined;
  /** A write that takes longer counts as failed, though it is still waited for. Milliseconds. */
  readonly writeTimeout: number;
  /** Whose log it is, for the first line of each file. */
  readonly origin: Readonly<Record<string, string>>;
  /** Lines have become safe, or a file was begun. */
  onProgress(rotated: boolean): void;
}

interface Waiting {
  readonly fields: LineFields;
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly isDurable: boolean;
  release: (() => void) | undefined;
}

/** Lines kept in memory at most; further callers wait, or are counted as lost while nothing can be written. */
const MAX_WAITING = 4096;
const MAX_GROUP = 512;
const RETRY_MS = 1000;

/**
 * Appends lines to the chain, one group at a time: what comes in while a group is being brought to disk makes the next one,
 * so that any number of callers share one fsync. What cannot be written stays and is tried again.
 */
export class LineWriter {
  readonly #options: LineWriterOptions;
  readonly #head: HeadFile;
  readonly #trouble: WriterTrouble;
  readonly #stop = new AbortController();
  #file: AuditFile | undefined;
  #end: ChainEnd;
  #durable: ChainEnd;
  #queue: Waiting[] = [];
  #roomWaiters: (() => void)[] = [];
  #draining: Promise<void> | undefined;
  #groupBegan: number | undefined;
  #syncDue = false;
  #headDue = false;
  #syncPlanned = false;
  #closing = false;

  constructor(options: LineWriterOptions, head: HeadFile, end: ChainEnd | undefined, file: AuditFile | undefined) {
    this.#options = options;
    this.#head = head;
    this.#file = file;
    this.#end = end ?? { file: 0, size: 0, sequence: 0, hash: GENESIS };
    this.#durable = this.#end;
    this.#trouble = new WriterTrouble(options.directory, options.log);
  }

  /** Why lines cannot be written now; empty when they can. */
  get problem(): string {
    return this.#trouble.problem;
  }

  get sequence(): number {
    return this.#end.sequence;
  }

  get lastHash(): string {
    return this.#end.hash;
  }

  get waiting(): number {
    return this.#queue.length;
  }

  get lost(): number {
    return this.#trouble.lost;
  }

  get currentFile(): number {
    return this.#end.file;
  }

  /** Up to where lines may be shipped: what a power cut cannot take back, as far as the configuration cares. */
  get safe(): ChainEnd {
    return this.#options.fsyncInterval === undefined ? this.#end : this.#durable;
  }

  /** Never rejects; see {@link AuditLog}. */
  async append(fields: LineFields, wait: Wait): Promise<void> {
    while (this.#queue.length >= MAX_WAITING || this.#closing) {
      if (this.problem !== '' || this.#closing) {
        this.#trouble.countLost();
        return;
      }
      await new Promise<void>((resolve) => { this.#roomWaiters.push(resolve); });
    }
    const entry: Waiting = { fields, at: Date.now(), isDurable: wait === 'durable', release: undefined };
    this.#queue.push(entry);
    this.#kick();
    if (wait !== 'nothing' && this.problem === '') await new Promise<void>((resolve) => { entry.release = resolve; });
  }

  /** Called now and then: notices a disk that does not answer, and takes the reserve again when there is room. */
  async check(): Promise<void> {
    const { clock, writeTimeout, reserve } = this.#options;
    if (this.#groupBegan !== undefined && clock.now() - this.#groupBegan > writeTimeout) this.#fail(new Error(`the disk has not answered for ${writeTimeout} ms`));
    if (this.#trouble.isReserveUsed) {
      if (this.#draining === undefined && await reserve.keep()) this.#recover();
    } else if (!reserve.isKept && this.problem === '') {
      await reserve.keep();                             // the disk was full at the start
    }
  }

  /** Writes what is waiting, brings everything to disk. Gives up after `writeTimeout`, saying how much was lost. */
  async close(): Promise<void> {
    const { clock, writeTimeout, log } = this.#options;
    const late = new AbortController();
    const tooLate = clock.sleep(writeTimeout, late.signal).then(() => { this.#stop.abort(new Error('closing')); }, () => undefined);
    this.#syncDue = true;
    this.#kick();
    this.#closing = true;
    this.#wakeRoomWaiters();
    await Promise.race([this.#draining, tooLate]);
    late.abort(new Error('closed'));
    this.#stop.abort(new Error('closed'));
    if (this.#queue.length > 0) log.error({ lines: this.#queue.length, problem: this.problem }, 'Lines of the audit log could not be written before the end.');
    this.#release(this.#queue);
    if (this.#groupBegan !== undefined) return;         // the disk hangs; nothing more can be done with it
    await this.#head.sync().catch(() => undefined);
    await this.#head.close();
    await this.#file?.close();
  }

  #kick(): void {
    this.#draining ??= this.#drain();
  }

  async #drain(): Promise<void> {
    await Promise.resolve();                            // what is appended in this turn goes together
    while ((this.#queue.length > 0 || this.#syncDue || this.#headDue) && !this.#stop.signal.aborted) {
      const group = this.#queue.slice(0, MAX_GROUP);
      this.#groupBegan = this.#options.clock.now();
      try {
        await this.#commit(group);
        this.#queue.splice(0, group.length);
        this.#release(group);
        this.#wakeRoomWaiters();
        await this.#writeHead();
        this.#groupBegan = undefined;
        if (!this.#trouble.isReserveUsed) this.#recover();
      } catch (error) {
        this.#groupBegan = undefined;
        await this.#onFailure(error);
      }
    }
    this.#draining = undefined;
  }

  /** Writes a group, and brings it to disk when somebody waits for that or it is due. Throws with nothing of it written. */
  async #commit(group: readonly Waiting[]): Promise<void> {
    if (group.length > 0) await this.#rotateIfDue();
    const file = this.#file;
    if (file === undefined) {
      this.#syncDue = false;
      return;
    }
    const { text, sequence, hash } = this.#render(group);
    const bytes = Buffer.from(text, 'latin1');
    if (bytes.length > 0) await file.append(bytes);
    const isDurable = this.#syncDue || group.some((entry) => entry.isDurable);
    if (isDurable) await this.#sync(file, bytes.length);
    this.#end = { file: file.number, size: file.size, sequence, hash };
    this.#headDue = true;
    if (isDurable) this.#durable = this.#end;
    else this.#planSync();
    if (isDurable || this.#options.fsyncInterval === undefined) this.#options.onProgress(false);
  }

  /** A head that lags behind the lines does no harm; so nobody waits for it. */
  async #writeHead(): Promise<void> {
    if (!this.#headDue) return;
    await this.#head.write(this.#end);
    this.#headDue = false;
  }

  #render(group: readonly Waiting[]): { readonly text: string; readonly sequence: number; readonly hash: string } {
    let { sequence, hash } = this.#end;
    let text = '';
    for (const { fields, at } of group) {
      const rendered = renderLine(fields, new Date(at).toISOString(), ++sequence, hash, this.#options.chain);
      text += rendered.line;
      hash = rendered.hash;
    }
    return { text, sequence, hash };
  }

  async #sync(file: AuditFile, length: number): Promise<void> {
    try {
      await file.sync();
      this.#syncDue = false;
    } catch (error) {
      // The system may have dropped what was written before, and will not say so again.
      this.#options.log.error({ from: this.#durable.sequence + 1, to: this.#end.sequence, error: (error as Error).message }, 'Lines of the audit log may not have reached the disk.');
      this.#syncDue = false;
      await file.takeBack(length);
      throw error;
    }
  }

  #planSync(): void {
    const { clock, fsyncInterval } = this.#options;
    if (fsyncInterval === undefined || this.#syncPlanned) return;
    this.#syncPlanned = true;
    clock.sleep(fsyncInterval, this.#stop.signal).then(() => {
      this.#syncPlanned = false;
      this.#syncDue = true;
      this.#kick();
    }, () => undefined);
  }

  async #rotateIfDue(): Promise<void> {
    const { directory, chain, origin, rotateSize, rotateAge, onProgress } = this.#options;
    const old = this.#file;
    const now = Date.now();
    if (old !== undefined && old.size < rotateSize && now - old.begunAt < rotateAge) return;
    await old?.sync();
    const number = this.#end.file + 1;
    const { line, hash } = renderLine(fileBegunFields(number, this.#end.hash, chain, origin), new Date(now).toISOString(), this.#end.sequence + 1, this.#end.hash, chain);
    const next = await AuditFile.begin(directory, number, now, Buffer.from(line, 'latin1'));
    this.#file = next;
    this.#end = { file: number, size: next.size, sequence: this.#end.sequence + 1, hash };
    this.#durable = this.#end;
    this.#headDue = true;
    await old?.close();
    onProgress(true);
  }

  async #onFailure(error: unknown): Promise<void> {
    const { reserve, clock } = this.#options;
    if (isDiskFull(error) && await reserve.giveUp().catch(() => false)) {
      this.#trouble.isReserveUsed = true;
      this.#fail(error);
      return;                                           // at once again: there is room now
    }
    this.#fail(error);
    if (this.#closing) this.#stop.abort(new Error('closing'));
    await clock.sleep(RETRY_MS, this.#stop.signal).catch(() => undefined);
  }

  /** Nobody waits for a disk that fails: lines stay in the queue. */
  #fail(error: unknown): void {
    this.#trouble.begin(error);
    this.#release(this.#queue);
    this.#wakeRoomWaiters();
  }

  #recover(): void {
    const fields = this.#trouble.end();
    if (this.#closing || fields === undefined) return;
    this.#queue.push({ fields, at: Date.now(), isDurable: true, release: undefined });
    this.#kick();
  }

  #release(entries: readonly Waiting[]): void {
    for (const entry of entries) {
      entry.release?.();
      entry.release = undefined;
    }
  }

  #wakeRoomWaiters(): void {
    const waiters = this.#roomWaiters;
    this.#roomWaiters = [];
    for (const wake of waiters) wake();
  }
}
