import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { ConnectorError } from '../../../protocol/model/index.js';

/**
 * A snapshot on disk, in the order the target gave its objects:
 *
 * | what | bytes |
 * | --- | --- |
 * | `CWSNAP1` and a line break | 8 |
 * | per object: length of the uid (1 to 65535), content digest, uid in UTF-8 | 2, 8, length |
 * | end: 0, number of objects, SHA-256 of everything before the end | 2, 4, 32 |
 */
const MAGIC = Buffer.from('CWSNAP1\n', 'latin1');
export const CONTENT_LENGTH = 8;
const RECORD_HEAD = 2 + CONTENT_LENGTH;
const END_LENGTH = 2 + 4 + 32;
const LONGEST_UID = 0xffff;
const FLUSH_AT = 64 * 1024;

export interface SnapshotRecord {
  readonly uid: string;
  readonly content: Buffer;
}

function damaged(path: string, what: string): ConnectorError {
  return new ConnectorError('connectorIo', `The snapshot ${path} is damaged (${what}). Delete it, reset the sync token and reconcile.`);
}

/** The bytes of one object. Throws `connector` for a uid that is too long. */
export function recordOf(uid: string, content: Buffer): Buffer {
  const length = Buffer.byteLength(uid, 'utf8');
  if (length > LONGEST_UID) throw new ConnectorError('connector', `A uid of ${length} bytes is too long for a snapshot.`);
  const record = Buffer.alloc(RECORD_HEAD + length);
  record.writeUInt16BE(length, 0);
  content.copy(record, 2, 0, CONTENT_LENGTH);
  record.write(uid, RECORD_HEAD, 'utf8');
  return record;
}

/** Writes one snapshot. Memory: one block of 64 KiB. */
export class SnapshotWriter {
  readonly #file: FileHandle;
  readonly #hash = createHash('sha256');
  #pending: Buffer[] = [];
  #size = 0;
  #count = 0;

  private constructor(file: FileHandle) {
    this.#file = file;
  }

  /** Fails when the file exists. Readable by its owner only. */
  static async create(path: string): Promise<SnapshotWriter> {
    const writer = new SnapshotWriter(await open(path, 'wx', 0o600));
    writer.#put(MAGIC);
    return writer;
  }

  async add(uid: string, content: Buffer): Promise<void> {
    this.#put(recordOf(uid, content));
    this.#count++;
    if (this.#size >= FLUSH_AT) await this.#flush();
  }

  /** Writes the end and makes sure that everything is on the disk. */
  async finish(): Promise<void> {
    await this.#flush();
    const end = Buffer.alloc(END_LENGTH);
    end.writeUInt32BE(this.#count, 2);
    this.#hash.digest().copy(end, 6);
    await this.#file.writeFile(end);
    await this.#file.sync();
    await this.#file.close();
  }

  async abandon(): Promise<void> {
    await this.#file.close();
  }

  #put(bytes: Buffer): void {
    this.#pending.push(bytes);
    this.#size += bytes.length;
  }

  async #flush(): Promise<void> {
    const block = Buffer.concat(this.#pending);
    this.#pending = [];
    this.#size = 0;
    this.#hash.update(block);
    await this.#file.writeFile(block);
  }
}

/** Takes whole records off the front of the bytes read so far. */
export class RecordParser {
  #rest: Buffer = Buffer.alloc(0);
  #ended = false;
  count = 0;

  get rest(): Buffer {
    return this.#rest;
  }

  push(bytes: Buffer): void {
    this.#rest = this.#rest.length === 0 ? bytes : Buffer.concat([this.#rest, bytes]);
  }

  skip(length: number): void {
    this.#rest = this.#rest.subarray(length);
  }

  /** Undefined when more bytes are needed, or the end begins. `taken` gets the bytes of the record. */
  next(taken: (bytes: Buffer) => void = () => undefined): SnapshotRecord | undefined {
    if (this.#ended || this.#rest.length < 2) return undefined;
    const length = this.#rest.readUInt16BE(0);
    this.#ended = length === 0;
    if (this.#ended || this.#rest.length < RECORD_HEAD + length) return undefined;
    const bytes = this.#rest.subarray(0, RECORD_HEAD + length);
    this.#rest = this.#rest.subarray(bytes.length);
    this.count++;
    taken(bytes);
    return { uid: bytes.toString('utf8', RECORD_HEAD), content: bytes.subarray(2, RECORD_HEAD) };
  }
}

/** The records of a snapshot, read in a stream. Throws `connectorIo` at the end when the file is not whole. */
export async function* readSnapshot(path: string): AsyncGenerator<SnapshotRecord, void, void> {
  const hash = createHash('sha256').update(MAGIC);
  const parser = new RecordParser();
  const file = createReadStream(path, { highWaterMark: FLUSH_AT });
  let started = false;
  for await (const chunk of file) {
    parser.push(chunk as Buffer);
    if (!started) {
      if (parser.rest.length < MAGIC.length) continue;
      if (!parser.rest.subarray(0, MAGIC.length).equals(MAGIC)) throw damaged(path, 'it is no snapshot');
      parser.skip(MAGIC.length);
      started = true;
    }
    for (let record = parser.next((bytes) => hash.update(bytes)); record !== undefined; record = parser.next((bytes) => hash.update(bytes))) yield record;
  }
  const end = parser.rest;
  if (!started || end.length !== END_LENGTH || end.readUInt16BE(0) !== 0) throw damaged(path, 'it ends early');
  if (end.readUInt32BE(2) !== parser.count || !end.subarray(6).equals(hash.digest())) throw damaged(path, 'its checksum is wrong');
}
