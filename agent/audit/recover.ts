import { open, rm, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { syncDirectory } from './sync-directory.js';
import { HASH_LENGTH, hashOf } from './audit-line.js';
import type { AuditEvent } from './audit-log.js';
import { auditFileName, factsOf, listAuditFiles, type AuditFileEntry } from './audit-files.js';
import { ChainWalk } from './chain-walk.js';
import { GENESIS, type ChainHash } from './chain-hash.js';
import { isDiskFull, reservePath } from './disk-reserve.js';
import { readFileBegin, type FileBegin } from './file-begin.js';
import { readHead, type ChainEnd, type HeadReading } from './head-file.js';
import { eachLine, lineChunks } from './line-reader.js';

/** Of a torn line that cannot be copied aside. */
const TOLD_BYTES = 1_000;

export interface Recovered {
  /** Where the next line goes; undefined when there is none yet. */
  readonly end: (ChainEnd & { readonly begunAt: number; readonly keyId: string | undefined }) | undefined;
  /** What was found amiss: to be written as lines, so that nothing is dropped silently. */
  readonly notes: readonly AuditEvent[];
}

/** Finds the end of the chain after a stop of any kind. A torn tail goes to a file of its own; nothing is thrown away. */
export async function recoverChain(directory: string, chainFor: (keyId: string | undefined) => ChainHash | undefined): Promise<Recovered> {
  const notes: AuditEvent[] = [];
  const files = await listAuditFiles(directory);
  const head = await readHead(directory, chainFor);
  if (files.length > 0 && head.state !== 'read') notes.push(await isKeyChanged(head, files) ? note('audit-key-changed', {}) : note('audit-head-amiss', { state: head.state }));
  const headEnd = head.state === 'read' ? head.end : undefined;
  const found = await findEnd(directory, files, chainFor, headEnd, notes);
  if (headEnd !== undefined && headEnd.sequence > (found?.sequence ?? 0)) {
    notes.push(note('audit-lines-missing', { expected: headEnd.sequence, found: found?.sequence ?? 0, file: auditFileName(headEnd.file) }));
  }
  return { end: found, notes };
}

/** The head of an earlier key goes with lines of that key. What is missing behind it cannot be seen without the key. */
async function isKeyChanged(head: HeadReading, files: readonly AuditFileEntry[]): Promise<boolean> {
  const last = files.at(-1);
  return head.state === 'foreign-key' && last !== undefined && (await readFileBegin(last.path))?.keyId === head.keyId;
}

async function findEnd(directory: string, files: readonly AuditFileEntry[], chainFor: (keyId: string | undefined) => ChainHash | undefined, head: ChainEnd | undefined, notes: AuditEvent[]): Promise<Recovered['end']> {
  for (const file of [...files].reverse()) {
    const begin = await readFileBegin(file.path);
    const scan = await scanFile(file, begin, begin === undefined ? undefined : chainFor(begin.keyId), head);
    if (scan.brokenAt > 0) notes.push(note('audit-chain-broken', { file: auditFileName(file.number), line: scan.brokenAt }));
    await setAsideTail(directory, file, scan.size, notes);
    if (scan.size > 0) return { file: file.number, size: scan.size, sequence: scan.sequence, hash: scan.hash, begunAt: begin?.at ?? 0, keyId: begin?.keyId };
    await rm(file.path);                                // nothing of it is left; its number is used again
  }
  return undefined;
}

interface Scan {
  /** Bytes up to the end of the last good line. */
  readonly size: number;
  readonly sequence: number;
  readonly hash: string;
  /** Number of the first line that does not fit, with good ones behind it; 0 for none. Counts from where the scan began. */
  readonly brokenAt: number;
}

/** What the head vouches for need not be read again; the rest of a file is a group or two of lines. */
async function scanFile(file: AuditFileEntry, begin: FileBegin | undefined, chain: ChainHash | undefined, head: ChainEnd | undefined): Promise<Scan> {
  const vouched = head?.file === file.number && await endsWith(file.path, head);
  const start = vouched ? head : { size: 0, sequence: 0, hash: begin?.previous ?? GENESIS };
  const walk = new ChainWalk(chain, start.hash, start.sequence);
  let good: Omit<Scan, 'brokenAt'> = start;
  let line = 0;
  let firstBad = begin === undefined ? 1 : 0;
  let brokenAt = 0;
  for await (const chunk of lineChunks(file.path, start.size)) {
    if (chunk.kind === 'rest') break;
    if (chunk.kind === 'endless') {
      firstBad ||= line + 1;
      continue;
    }
    eachLine(chunk, (bytes, offset) => {
      line += 1;
      const verdict = walk.take(bytes);
      if (verdict !== 'good' && firstBad === 0) firstBad = line;
      if (verdict === 'malformed' || (firstBad > 0 && vouched)) return;   // behind what the head vouches for, the first fault ends the good part
      if (firstBad > 0) brokenAt = firstBad;
      good = { size: offset + bytes.length + 1, sequence: walk.sequence ?? 0, hash: walk.previous };
    });
  }
  return { ...good, brokenAt };
}

/** Whether the line that ends at the head's place is the head's. */
async function endsWith(path: string, { size, hash }: ChainEnd): Promise<boolean> {
  if ((await factsOf(path)).size < size || size <= HASH_LENGTH) return false;
  const handle = await open(path, 'r');
  try {
    const bytes = Buffer.alloc(HASH_LENGTH + 1);
    await handle.read(bytes, 0, bytes.length, size - bytes.length);
    return bytes.at(-1) === 0x0a && hashOf(Buffer.concat([Buffer.from('{}'), bytes.subarray(0, -1)]))?.hash === hash;
  } finally {
    await handle.close();
  }
}

/** Copies what stands behind the last good line to `torn-…`, durably, and only then cuts it off. */
async function setAsideTail(directory: string, file: AuditFileEntry, size: number, notes: AuditEvent[]): Promise<void> {
  const torn = (await factsOf(file.path)).size - size;
  if (torn <= 0) return;
  const name = `torn-${auditFileName(file.number)}-${size}-${Date.now()}`;
  const handle = await open(file.path, 'r+');
  let kept: Readonly<Record<string, string>> = { keptIn: name };
  try {
    if (!await copyAside(handle, size, directory, name)) {
      // Not even what was kept back for it has room: what the line was going to say is told with the note.
      const { buffer, bytesRead } = await handle.read(Buffer.alloc(TOLD_BYTES), 0, TOLD_BYTES, size);
      kept = { text: buffer.toString('latin1', 0, bytesRead) };
    }
    await handle.truncate(size);
    await handle.sync();
  } finally {
    await handle.close();
  }
  notes.push(note('audit-torn-line', { file: auditFileName(file.number), offset: size, bytes: torn, ...kept }));
}

/** On a full disk the space kept for one is given up. False: there is no room even so, and nothing is left of the copy. */
async function copyAside(handle: FileHandle, from: number, directory: string, name: string): Promise<boolean> {
  for (let attempt = 0; ; attempt++) {
    try {
      const aside = await open(join(directory, name), 'wx', 0o600);
      try {
        await copy(handle, from, aside);
        await aside.sync();
      } finally {
        await aside.close();
      }
      await syncDirectory(directory);
      return true;
    } catch (error) {
      await rm(join(directory, name), { force: true });
      if (!isDiskFull(error)) throw error;
      if (attempt > 0) return false;
      await rm(reservePath(directory), { force: true });
    }
  }
}

async function copy(from: FileHandle, position: number, to: FileHandle): Promise<void> {
  const buffer = Buffer.allocUnsafe(65_536);
  for (let at = position; ;) {
    const { bytesRead } = await from.read(buffer, 0, buffer.length, at);
    if (bytesRead === 0) return;
    await to.writeFile(buffer.subarray(0, bytesRead));
    at += bytesRead;
  }
}

function note(kind: string, detail: NonNullable<AuditEvent['detail']>): AuditEvent {
  return { kind, detail };
}

