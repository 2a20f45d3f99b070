import { createHash } from 'node:crypto';
import { appendFileSync, closeSync, copyFileSync, lstatSync, mkdirSync, openSync, readFileSync, readdirSync, writeSync } from 'node:fs';
import { basename, join, relative } from 'node:path';
import { privateNumbers } from './private-numbers.js';

/**
 * What our processes wrote and answered during a test run, kept for scripts/secret-search.mjs. Off, and free, unless
 * `CAUSEWAY_EVIDENCE` names the directory of the run; scripts/test.mjs does that. Bounded: what does not fit is noted.
 */

/** Where it came from: what processes print, logs of parts that run within a test, files the product writes, answers of its HTTP servers (200s and others). */
export const EVIDENCE_KINDS = ['output', 'log', 'audit', 'journal', 'state', 'answers', 'errors', 'heap'] as const;
export type EvidenceKind = (typeof EVIDENCE_KINDS)[number];

export interface NotedSecret {
  readonly name: string;
  readonly kind: 'text' | 'bytes';
  /** Base64. */
  readonly value: string;
}

export const SECRETS_FILE = 'secrets.jsonl';
/** What did not fit: kind and source, one JSON object a line. */
export const CUT_FILE = 'cut.jsonl';

const MEBIBYTE = 1024 ** 2;
const FILE_BYTES = 32 * MEBIBYTE;
const HEAP_BYTES = 512 * MEBIBYTE;
/** Of everything one test file leaves. */
const WORKER_BYTES = 768 * MEBIBYTE;
const LONGEST_TEXT = MEBIBYTE;

let kept = 0;
let count = 0;
let cut = false;

const runDirectory = (): string | undefined => process.env['CAUSEWAY_EVIDENCE'];

export const isEvidenceKept = (): boolean => runDirectory() !== undefined;

export function noteSecret(noted: NotedSecret): void {
  const run = runDirectory();
  if (run !== undefined) appendFileSync(join(run, SECRETS_FILE), `${JSON.stringify(noted)}\n`, { mode: 0o600 });
}

function noteCut(run: string, kind: EvidenceKind, source: string): void {
  if (!cut) appendFileSync(join(run, CUT_FILE), `${JSON.stringify({ kind, source })}\n`, { mode: 0o600 });
  cut = true;
}

function folderOf(run: string, kind: EvidenceKind): string {
  const folder = join(run, kind);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  return folder;
}

const fileName = (source: string): string => source.replaceAll(/[^\w.-]+/g, '_').slice(-100);

/** Takes text or bytes of one source as they come. Writing is synchronous: a test may end at any time. */
export class EvidenceSink {
  readonly #kind: EvidenceKind;
  readonly #source: string;
  #file: number | undefined;
  #written = 0;
  #isOver = false;

  constructor(kind: EvidenceKind, source: string) {
    this.#kind = kind;
    this.#source = source;
  }

  add(data: string | Uint8Array): void {
    const run = runDirectory();
    if (run === undefined || this.#isOver) return;
    const bytes = typeof data === 'string' ? Buffer.from(data) : data;
    if (this.#written + bytes.length > FILE_BYTES || kept + bytes.length > WORKER_BYTES) {
      this.close();
      noteCut(run, this.#kind, this.#source);
      return;
    }
    this.#file ??= openSync(join(folderOf(run, this.#kind), `${fileName(this.#source)}-${process.pid}-${++count}`), 'a', 0o600);
    writeSync(this.#file, bytes);
    this.#written += bytes.length;
    kept += bytes.length;
  }

  close(): void {
    if (this.#file !== undefined) closeSync(this.#file);
    this.#file = undefined;
    this.#isOver = true;
  }
}

const sinks = new Map<string, EvidenceSink>();
const seen = new Set<string>();
const MOST_SEEN = 20_000;

/** Keeps one line, or one answer, of a source that has many; the same text only once. */
export function keepText(kind: EvidenceKind, source: string, text: string): void {
  const run = runDirectory();
  if (run === undefined) return;
  if (text.length > LONGEST_TEXT) noteCut(run, kind, source);
  const shown = text.slice(0, LONGEST_TEXT);
  const digest = createHash('sha256').update(shown).digest('base64');
  if (seen.has(digest)) return;
  if (seen.size < MOST_SEEN) seen.add(digest);
  const key = `${kind} ${source}`;
  const sink = sinks.get(key) ?? new EvidenceSink(kind, source);
  sinks.set(key, sink);
  sink.add(`${shown}\n`);
}

/** Keeps a log line of a part of the product that runs within the test. */
export function keepLogLine(level: string, fields: object, message: string): void {
  if (isEvidenceKept()) keepText('log', 'in-process', `${level} ${message} ${JSON.stringify(fields, (_key, value: unknown) => plain(value))}`);
}

/** As a log would write them: an error by its texts. */
function plain(value: unknown): unknown {
  if (typeof value === 'bigint') return value.toString();
  return value instanceof Error ? { name: value.name, message: value.message, stack: value.stack, cause: value.cause } : value;
}

/** Directories the product writes in, by the names tests give them; everything else in a world is input, or the target's. */
const WRITTEN_BY_US = /(?:^|\/)(?:[^/]*state|data\d*|audit|journal)\//;
/** Where keys belong, and the only place they may be: not searched, but searched for everywhere else. */
const KEY_FILE = /\.key$/;

function kindOf(path: string): EvidenceKind {
  if (/(?:^|\/)audit\//.test(path)) return 'audit';
  return /(?:^|\/)journal\//.test(path) ? 'journal' : 'state';
}

/** Copies what the product wrote below the directory of a test, before that is removed, and has the keys found there searched for. */
export function keepFiles(directory: string): void {
  if (!isEvidenceKept()) return;
  for (const path of filesBelow(directory)) {
    const name = relative(directory, path);
    try {
      if (KEY_FILE.test(name)) noteKeyFile(name, readFileSync(path));
      else if (WRITTEN_BY_US.test(name)) keepFile(kindOf(name), name, path);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error; // a process that still runs took it away
    }
  }
}

/** Copies one file, once for each content. */
export function keepFile(kind: EvidenceKind, name: string, path: string): void {
  const run = runDirectory();
  const { size } = lstatSync(path);
  if (run === undefined || size === 0) return;
  if (size > (kind === 'heap' ? HEAP_BYTES : FILE_BYTES) || kept + size > WORKER_BYTES) return noteCut(run, kind, name);
  const mark = kind === 'heap' ? String(process.pid) : createHash('sha256').update(readFileSync(path)).digest('hex').slice(0, 16);
  const copy = join(folderOf(run, kind), `${fileName(name)}-${mark}`);
  if (seen.has(copy)) return;
  seen.add(copy);
  copyFileSync(path, copy);
  kept += size;
}

function filesBelow(directory: string): string[] {
  try {
    return readdirSync(directory, { withFileTypes: true, recursive: true }).filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

const KEY_BYTES = 32;
const SHORTEST = 12;

/** Keys are PEM, raw bytes, or lines of Base64 or text. */
function noteKeyFile(name: string, content: Buffer): void {
  const text = content.toString('latin1');
  const digest = createHash('sha256').update(content).digest('base64');
  if (seen.has(digest)) return;
  seen.add(digest);
  const note = (bytes: Uint8Array): void => noteSecret({ name: basename(name), kind: 'bytes', value: Buffer.from(bytes).toString('base64') });
  if (text.includes('PRIVATE KEY')) return privateNumbers(text).forEach(note);
  if (content.length === KEY_BYTES) return note(content);
  for (const line of text.split('\n').map((each) => each.trim()).filter((each) => each.length >= SHORTEST)) {
    const bytes = Buffer.from(line, 'base64');
    note(bytes.length === KEY_BYTES ? bytes : Buffer.from(line, 'latin1'));
  }
}
