import { createReadStream } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { ConnectorError, type SyncToken } from '../../../protocol/model/index.js';
import { CONTENT_LENGTH, RecordParser, recordOf } from './snapshot-file.js';
import { isSnapshotId, type SnapshotStore } from './snapshot-store.js';

/** A change as it is noted: the object's digest, or undefined for a delete. */
export interface ToldChange {
  readonly uid: string;
  readonly content: Buffer | undefined;
}

/** What a token of snapshot sync stands for. */
export interface SnapshotPlace {
  /** Id of the snapshot. */
  readonly base: string;
  /** The run from it that was broken off, and how many of its changes were given. */
  readonly run: string | undefined;
  readonly done: number;
}

const PLACE = /^([^~]+)~([^~]+)~(\d{1,10})$/;
const DELETED = Buffer.alloc(CONTENT_LENGTH);

/** Undefined for a text that is no token of ours. */
export function readSnapshotPlace(text: string): SnapshotPlace | undefined {
  if (isSnapshotId(text)) return { base: text, run: undefined, done: 0 };
  const [, base = '', run = '', done = ''] = PLACE.exec(text) ?? [];
  return isSnapshotId(base) && isSnapshotId(run) ? { base, run, done: Number(done) } : undefined;
}

/** The first `count` changes noted at `path`, or as many as reached the disk; a record that was cut off counts as none. */
export async function* readTold(path: string, count: number): AsyncGenerator<ToldChange, void, void> {
  const parser = new RecordParser();
  let left = count;
  try {
    for await (const bytes of createReadStream(path)) {
      parser.push(bytes as Buffer);
      for (let record = left > 0 ? parser.next() : undefined; record !== undefined; record = left > 0 ? parser.next() : undefined) {
        left--;
        yield { uid: record.uid, content: record.content.equals(DELETED) ? undefined : record.content };
      }
      if (left === 0) return;
    }
  } catch (error) {
    // Without notes the run is repeated from its snapshot: every change comes, some a second time.
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
  }
}

/** Notes the changes of one run before they are given, so that a later run can go on behind any of them. */
export class ToldChanges {
  readonly #store: SnapshotStore;
  readonly #from: SnapshotPlace;
  #file: FileHandle | undefined;
  #run = '';
  #count = 0;
  /** Changes `before` found first. */
  #given: number | undefined;

  constructor(store: SnapshotStore, from: SnapshotPlace) {
    this.#store = store;
    this.#from = from;
  }

  /** The changes that were given before this run began. Throws `retryable` when the notes of them went away meanwhile. */
  async *before(): AsyncGenerator<ToldChange, void, void> {
    const { base, run, done } = this.#from;
    let count = 0;
    if (run !== undefined) {
      for await (const change of readTold(this.#store.toldPath(base, run), this.#given ?? done)) {
        count++;
        yield change;
      }
    }
    this.#given ??= count;
    if (count < this.#given) throw new ConnectorError('retryable', 'What the broken off sync run has told was removed by another run. Run the sync again.');
  }

  /** Notes a change and gives the token to go on behind it. It outlives the process; after a power failure some come again. */
  async note(uid: string, content: Buffer | undefined): Promise<SyncToken> {
    const file = this.#file ??= await this.#begin();
    await file.writeFile(recordOf(uid, content ?? DELETED));
    return { value: `${this.#from.base}~${this.#run}~${++this.#count}` };
  }

  async close(): Promise<void> {
    await this.#file?.close();
    this.#file = undefined;
  }

  /** A file of its own, begun with what was given before: whoever still has the older token can use that too. */
  async #begin(): Promise<FileHandle> {
    const { run, path } = this.#store.newRun(this.#from.base);
    const file = await open(path, 'wx', 0o600);
    try {
      for await (const { uid, content } of this.before()) {
        await file.writeFile(recordOf(uid, content ?? DELETED));
        this.#count++;
      }
    } catch (error) {
      await file.close();
      throw error;
    }
    this.#run = run;
    return file;
  }
}
