import { open, readFile, rename, rm, stat, type FileHandle } from 'node:fs/promises';
import { randomUUID } from 'node:crypto';
import { join, resolve } from 'node:path';
import { makeDirectory, syncDirectory } from '../../certs/certificate-files.js';
import { withLock } from '../../certs/exclusive-lock.js';
import { isMissing } from '../store/json-file.js';
import { parseEvent, type RegisterEvent } from './register-events.js';
import { RegisterState } from './register-state.js';
import type { Decision, RegisterStore } from './register-store.js';

/** Lines that say nothing new, before the file is rewritten; small files are left alone. */
const SMALL = 1_000;

/**
 * The register on disk: an append-only file that the controller and commands beside it write in turns, under a lock. A
 * change is decided on what the file says at that moment, and counts when its lines are on the disk. A line that a crash
 * cut short is taken back by the next change; a line that is whole and cannot be read stops everything: the file was
 * damaged, and a certificate that was revoked might be in the part that is lost.
 */
export class RegisterFile implements RegisterStore {
  /** Nobody but this machine writes it. */
  readonly age = 0;
  readonly path: string;
  readonly #folder: string;
  readonly #lock: string;
  #state = new RegisterState();
  #inode = 0;
  #offset = 0;
  #lines = 0;
  #version = 0;
  #turn: Promise<unknown> = Promise.resolve();

  private constructor(dataFolder: string) {
    this.#folder = join(resolve(dataFolder), 'enrolment');
    this.path = join(this.#folder, 'register.jsonl');
    this.#lock = join(this.#folder, 'register.lock');
  }

  static async open(dataFolder: string): Promise<RegisterFile> {
    const register = new RegisterFile(dataFolder);
    await makeDirectory(register.#folder);
    await register.refresh();
    return register;
  }

  /** Reads the register and makes nothing; one that is not there is empty. Rejects when it is damaged. */
  static async look(dataFolder: string): Promise<RegisterFile> {
    const register = new RegisterFile(dataFolder);
    await register.refresh();
    return register;
  }

  get state(): RegisterState {
    return this.#state;
  }

  get version(): number {
    return this.#version;
  }

  refresh(): Promise<boolean> {
    return this.#inTurn(() => this.#read());
  }

  /** Applies `decide` to the newest state. Rejects, with nothing changed, when the lines cannot be written. */
  change<T>(decide: (state: RegisterState) => Decision<T>): Promise<T> {
    return this.#inTurn(() => withLock(this.#lock, async () => {
      await this.#read();
      const { events, result } = decide(this.#state);
      if (events.length > 0) await this.#append(events);
      return result;
    }));
  }

  /** Rewrites the file when most of it says nothing any more. For the controller, at its start and once a while. */
  compact(now: number): Promise<void> {
    return this.#inTurn(async () => {
      await this.#read();
      if (this.#lines < SMALL || this.#lines < 2 * this.#state.size) return;
      await withLock(this.#lock, async () => {
        await this.#read();
        await this.#rewrite(now);
        await this.#read();
      });
    });
  }

  #inTurn<T>(action: () => Promise<T>): Promise<T> {
    const turn = this.#turn.then(action, action);
    this.#turn = turn.catch(() => undefined);
    return turn;
  }

  async #read(): Promise<boolean> {
    const found = await stat(this.path).catch((error: unknown) => {
      if (isMissing(error)) return undefined;
      throw error;
    });
    if (found === undefined) {
      // Gone while we know of certificates: somebody removed it. What was revoked stays refused until the next start.
      if (this.#offset > 0) throw new Error(`${this.path} is gone. Restore it: it says which certificates are revoked.`);
      return false;
    }
    if (found.ino !== this.#inode || found.size < this.#offset) {
      await this.#startOver(found.ino);
      return true;
    }
    return found.size > this.#offset && await this.#readOn();
  }

  async #startOver(inode: number): Promise<void> {
    const text = await readFile(this.path, 'utf8');
    const [state, lines] = [new RegisterState(), wholeLines(text)];
    for (const [index, line] of lines.entries()) state.apply(this.#parsed(line, index + 1));
    this.#state = state;
    this.#lines = lines.length;
    this.#offset = lengthOf(lines);
    this.#inode = inode;
    this.#version += 1;
  }

  async #readOn(): Promise<boolean> {
    const file = await open(this.path, 'r');
    try {
      const { size } = await file.stat();
      const bytes = Buffer.alloc(Math.max(0, size - this.#offset));
      const { bytesRead } = await file.read(bytes, 0, bytes.length, this.#offset);
      const lines = wholeLines(bytes.subarray(0, bytesRead).toString('utf8'));
      const events = lines.map((line, index) => this.#parsed(line, this.#lines + index + 1));
      for (const event of events) this.#state.apply(event);
      this.#lines += lines.length;
      this.#offset += lengthOf(lines);
      if (lines.length > 0) this.#version += 1;
      return lines.length > 0;
    } finally {
      await file.close();
    }
  }

  #parsed(line: string, number: number): RegisterEvent {
    try {
      return parseEvent(line);
    } catch (error) {
      throw new Error(`${this.path} is damaged at line ${number}. Restore it from a backup: it says which certificates are revoked.`, { cause: error });
    }
  }

  /** Under the lock, with everything read: what lies behind the last whole line is the rest of a write that died. */
  async #append(events: readonly RegisterEvent[]): Promise<void> {
    const isNew = this.#offset === 0;
    const file = await open(this.path, 'a', 0o600);
    try {
      if ((await file.stat()).size > this.#offset) await file.truncate(this.#offset);
      const lines = events.map((event) => JSON.stringify(event));
      await this.#write(file, lines.map((line) => `${line}\n`).join(''));
      if (isNew) await syncDirectory(this.#folder);
      for (const event of events) this.#state.apply(event);
      this.#inode = (await file.stat()).ino;
      this.#lines += lines.length;
      this.#offset += lengthOf(lines);
      this.#version += 1;
    } finally {
      await file.close();
    }
  }

  async #write(file: FileHandle, text: string): Promise<void> {
    try {
      await file.appendFile(text);
      await file.sync();
    } catch (error) {
      // A disk that is full may have taken a part of it; without this the next reader would see it half.
      await file.truncate(this.#offset).catch(() => undefined);
      throw error;
    }
  }

  async #rewrite(now: number): Promise<void> {
    const draft = `${this.path}.${randomUUID()}.tmp`;
    try {
      const file = await open(draft, 'wx', 0o600);
      try {
        for (const event of this.#state.events(now)) await file.appendFile(`${JSON.stringify(event)}\n`);
        await file.sync();
      } finally {
        await file.close();
      }
      await rename(draft, this.path);
      await syncDirectory(this.#folder);
    } catch (error) {
      await rm(draft, { force: true });
      throw error;
    }
  }
}

/** A line without its end is still being written, or never will be. */
function wholeLines(text: string): string[] {
  return text.split('\n').slice(0, -1);
}

function lengthOf(lines: readonly string[]): number {
  return lines.reduce((sum, line) => sum + Buffer.byteLength(line) + 1, 0);
}
