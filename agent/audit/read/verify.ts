import { access } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { parseLine, sequenceOf } from '../audit-line.js';
import { auditFileName, listAuditFiles, type AuditFileEntry } from '../audit-files.js';
import { ChainWalk } from '../chain-walk.js';
import { GENESIS, plainChain, type ChainHash } from '../chain-hash.js';
import { readFileBegin, type FileBegin } from '../file-begin.js';
import { readHead, type HeadReading } from '../head-file.js';
import { eachLine, lineChunks } from '../line-reader.js';
import { FILES_REMOVED } from '../retention.js';
import { FileTimes } from './file-times.js';
import { Findings, type VerifyReport } from './verify-report.js';

/** A line whose hash was kept elsewhere. */
export interface Anchor {
  readonly sequence: number;
  readonly hash: string;
}

export interface VerifyOptions {
  readonly directory: string;
  /** Chains of the keys that are or were in use; without one only what needs no key can be checked. */
  readonly keys?: readonly ChainHash[];
  /** Only files that hold lines from this time on, and up to that one. Milliseconds since 1970. */
  readonly from?: number | undefined;
  readonly to?: number | undefined;
  readonly anchors?: readonly Anchor[];
  /** Called now and then with the number of lines so far. */
  readonly onProgress?: (lines: number) => void;
}

/**
 * Walks along the whole chain, in constant memory, and finds every line that was changed, removed, inserted or moved, at the
 * end too. May be run while the agent writes.
 */
export async function verifyAuditLog(options: VerifyOptions): Promise<VerifyReport> {
  await access(options.directory);
  return new Verification(options).run();
}

const HEAD_ATTEMPTS = 10;
const HEAD_PAUSE_MS = 20;
const OPERATION = Buffer.from(',"kind":"operation"');
const AMISS: Readonly<Record<string, string>> = {
  'audit-lines-missing': 'lines that had been written were missing when the agent was started',
  'audit-chain-broken': 'a line did not fit when the agent was started',
  'audit-head-amiss': 'the head file was missing or damaged when the agent was started, so that missing lines at the end could not be seen',
};
const NOTEWORTHY: Readonly<Record<string, string>> = {
  'audit-key-changed': 'the key of the chain was changed; lines missing at the end just before would not have been noticed then',
  'audit-torn-line': 'a line was cut short by a crash and set aside', 'audit-interrupted': 'for a while no lines could be written',
  'audit-shipping-gap': 'files were removed before they had been shipped', [FILES_REMOVED]: 'old files were removed as configured',
};

class Verification {
  readonly #options: VerifyOptions;
  readonly #chains: ReadonlyMap<string | undefined, ChainHash>;
  readonly #findings = new Findings();
  readonly #anchors: Map<number, string>;
  #head: HeadReading = { state: 'missing' };
  #walk: ChainWalk | undefined;
  #file = '';
  #line = 0;
  #lines = 0;
  #first = 0;
  /** Up to which file retention has said it removed them. */
  #removedThrough = 0;
  #wasKeyed = false;
  #isKeyed = false;

  constructor(options: VerifyOptions) {
    this.#options = options;
    this.#chains = new Map([[undefined, plainChain], ...(options.keys ?? []).map((chain): [string | undefined, ChainHash] => [chain.keyId, chain])]);
    this.#anchors = new Map((options.anchors ?? []).map(({ sequence, hash }) => [sequence, hash]));
  }

  async run(): Promise<VerifyReport> {
    const { directory } = this.#options;
    this.#head = await this.#readHead();                // first: what is written meanwhile lies behind it
    const all = await listAuditFiles(directory);
    const files = await new FileTimes(all).between(this.#options.from, this.#options.to);
    for (const [index, file] of files.entries()) await this.#verifyFile(file, index === 0 ? undefined : files[index - 1], file === all.at(-1));
    const first = files[0];
    if (first !== undefined && first === all[0] && first.number > 1 && this.#removedThrough < first.number - 1) {
      this.#findings.fault('removed', auditFileName(first.number - 1), 0, `files before ${auditFileName(first.number)} are missing, and no line says that they were removed as configured`);
    }
    this.#checkEnd(files.at(-1) === all.at(-1), all.at(-1));
    return this.#report(files.length);
  }

  /** It may be overwritten just while it is read; a damaged one stays so. */
  async #readHead(): Promise<HeadReading> {
    for (let attempt = 1; ; attempt += 1) {
      const head = await readHead(this.#options.directory, (keyId) => this.#chains.get(keyId));
      if (head.state !== 'damaged' || attempt >= HEAD_ATTEMPTS) return head;
      await delay(HEAD_PAUSE_MS);
    }
  }

  async #verifyFile(file: AuditFileEntry, before: AuditFileEntry | undefined, isLast: boolean): Promise<void> {
    this.#file = auditFileName(file.number);
    this.#line = 0;
    if (before !== undefined && file.number !== before.number + 1) {
      this.#findings.fault('removed', auditFileName(before.number + 1), 0, `${file.number - before.number - 1} file(s) between ${auditFileName(before.number)} and ${this.#file} are missing`);
    }
    try {
      await this.#walkAlong(file, before === undefined, isLast);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
      this.#walk = undefined;
      this.#findings.note(`${this.#file} was removed while it was to be checked`);    // by retention: what follows tells
    }
  }

  async #walkAlong(file: AuditFileEntry, isFirst: boolean, isLast: boolean): Promise<void> {
    this.#walk = this.#walkInto(file, await readFileBegin(file.path), isFirst);
    for await (const chunk of lineChunks(file.path)) {
      if (chunk.kind === 'lines') eachLine(chunk, (line) => { this.#take(line); });
      else if (chunk.kind === 'rest' && isLast) this.#findings.note(`${this.#file} ends in the middle of a line: it is being written right now, or was cut short by a crash, and the next start sets it aside`);
      else this.#findings.fault('malformed', this.#file, this.#line + 1, 'is no line of an audit log');
      this.#options.onProgress?.(this.#lines);
    }
  }

  /** Checks what the first line says of its file, and how the file joins the one before. */
  #walkInto({ number }: AuditFileEntry, begin: FileBegin | undefined, isFirst: boolean): ChainWalk {
    const before = isFirst ? undefined : this.#walk;
    const sequence = before?.sequence === undefined ? undefined : before.top;
    if (begin === undefined) {
      this.#findings.fault('file', this.#file, 1, 'is not the first line of an audit file: it was changed or removed');
      return new ChainWalk(plainChain, before?.previous ?? GENESIS, sequence);
    }
    if (begin.file !== number) this.#findings.fault('file', this.#file, 1, `says that it begins file ${begin.file}: the file was renamed`);
    this.#checkJoint(begin, before, number);
    return new ChainWalk(this.#chainOf(begin), begin.previous, sequence);
  }

  #checkJoint({ previous }: FileBegin, before: ChainWalk | undefined, number: number): void {
    const problem = before !== undefined && previous !== before.previous ? 'does not follow the last line of the file before: lines at its end are missing, or one of the two was changed'
      : before === undefined && number === 1 && previous !== GENESIS ? 'is not the beginning of a chain' : undefined;
    if (problem !== undefined) this.#findings.fault('changed', this.#file, 1, problem);
  }

  #chainOf({ keyId }: FileBegin): ChainHash | undefined {
    const chain = this.#chains.get(keyId);
    if (chain === undefined) this.#findings.fault('key', this.#file, 1, `is chained with the key ${keyId ?? '?'}, which was not given`);
    this.#isKeyed = keyId !== undefined;
    if (!this.#isKeyed && this.#wasKeyed) this.#findings.fault('key', this.#file, 1, 'is chained without a key, though earlier files are chained with one');
    this.#wasKeyed ||= this.#isKeyed;
    return chain;
  }

  #take(line: Buffer): void {
    const walk = this.#walk;
    if (walk === undefined) return;
    this.#line += 1;
    this.#lines += 1;
    const expected = walk.sequence === undefined ? undefined : walk.top + 1;
    const verdict = walk.take(line);
    if (verdict === 'malformed') {
      this.#findings.fault('malformed', this.#file, this.#line, 'is no line of an audit log: it was changed, or cut short');
      return;
    }
    const sequence = walk.sequence ?? 0;
    if (this.#first === 0) this.#first = sequence;
    if (expected === undefined || sequence === expected) {
      if (verdict === 'mismatch') this.#findings.fault('changed', this.#file, this.#line, `(number ${sequence}) was changed, or the one before it was`);
    } else if (sequence > expected) {
      const missing = sequence - expected;
      this.#findings.fault('removed', this.#file, this.#line, `(number ${sequence}) should be number ${expected}: ${missing === 1 ? 'one line is' : `${missing} lines are`} missing before it`);
    } else {
      this.#findings.fault('out-of-order', this.#file, this.#line, `(number ${sequence}) should be number ${expected}: it was moved or inserted`);
    }
    this.#compare(sequence, walk.previous);
    if (!line.includes(OPERATION)) this.#takeEvent(line);
  }

  /** With what was kept beside the lines, and elsewhere. */
  #compare(sequence: number, hash: string): void {
    if (this.#head.state === 'read' && this.#head.end.sequence === sequence && this.#head.end.hash !== hash) {
      this.#findings.fault('changed', this.#file, this.#line, `(number ${sequence}) is not the one the head file vouches for`);
    }
    const anchor = this.#anchors.get(sequence);
    if (anchor === undefined) return;
    this.#anchors.delete(sequence);
    if (anchor !== hash) this.#findings.fault('anchor', this.#file, this.#line, `(number ${sequence}) is not the one the anchor was taken from: it or one before it was changed`);
  }

  #takeEvent(line: Buffer): void {
    const fields = parseLine(line);
    const kind = String(fields?.['kind']);
    if (kind === FILES_REMOVED && typeof fields?.['through'] === 'number') this.#removedThrough = Math.max(this.#removedThrough, fields['through']);
    const told = AMISS[kind];
    const detail = JSON.stringify(fields?.['detail'] ?? {});
    if (told !== undefined) this.#findings.fault('told', this.#file, this.#line, `(number ${sequenceOf(line) ?? '?'}) tells: ${told} ${detail}`);
    const note = NOTEWORTHY[kind];
    if (note !== undefined) this.#findings.note(`${this.#file} line ${this.#line}: ${note} ${detail}`);
  }

  #checkEnd(isWhole: boolean, last: AuditFileEntry | undefined): void {
    if (last === undefined && this.#head.state === 'missing') {
      this.#findings.note('there is no audit file');
      return;
    }
    if (!isWhole) return;
    const name = auditFileName(last?.number ?? 1);
    this.#checkHead(name);
    if ((this.#options.keys ?? []).length > 0 && !this.#isKeyed) this.#findings.fault('key', name, 1, 'is chained without a key, though one was given');
    for (const sequence of this.#anchors.keys()) {
      if (sequence < this.#first) this.#findings.note(`the anchor of number ${sequence} is older than the first line kept`);
      else this.#findings.fault('anchor', name, this.#line + 1, `the anchor's line, number ${sequence}, is missing`);
    }
  }

  #checkHead(name: string): void {
    if (this.#head.state !== 'read') {
      const why = { missing: 'is missing', damaged: 'is damaged or was changed', 'foreign-key': 'is sealed with a key that was not given' }[this.#head.state];
      this.#findings.fault('head', 'head.json', 0, `${why}: whether lines are missing at the end cannot be seen`);
      return;
    }
    const missing = this.#head.end.sequence - (this.#walk?.top ?? 0);
    if (missing > 0) this.#findings.fault('truncated', name, this.#line + 1, `${missing === 1 ? 'one line is' : `${missing} lines are`} missing at the end: number ${this.#head.end.sequence} had been written`);
  }

  #report(files: number): VerifyReport {
    const { faults, further, notes } = this.#findings;
    const { top = 0, previous = '' } = this.#walk ?? {};
    return { ok: faults.length === 0, files, lines: this.#lines, first: this.#first, last: top, lastHash: previous, faults, further, notes };
  }
}
