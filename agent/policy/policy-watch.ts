import { stat } from 'node:fs/promises';
import { ConfigError } from '../config/config-problems.js';
import type { PolicyFile } from './read-policy.js';

/**
 * A policy file, and whether it has changed. A change counts when the file has stayed as it is from one look to the next: the
 * first half of a file that is being written may well be a policy, and not the one that was meant.
 */
export class PolicyWatch {
  readonly #file: string;
  /** Of the file at the last look, and as it was read last. */
  #looked: string | undefined;
  #read: string | undefined;
  #digest: string | undefined;
  #problem = '';

  constructor(file: string) {
    this.#file = file;
  }

  /** What is wrong with the file as it was last looked at. */
  get problem(): string {
    return this.#problem;
  }

  /** The policy when the file holds another one than before; undefined when it does not. Throws a ConfigError for one that cannot be used. */
  async look(): Promise<PolicyFile | undefined> {
    const now = await signature(this.#file);
    const isSettled = this.#looked === undefined || this.#looked === now;
    this.#looked = now;
    if (!isSettled || (now === this.#read && this.#problem === '')) return undefined;
    try {
      const { readPolicyFile } = await import('./read-policy.js');
      const read = await readPolicyFile(this.#file);
      this.#problem = '';
      this.#read = now;
      if (read.digest === this.#digest) return undefined;
      this.#digest = read.digest;
      return read;
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      this.#problem = error.message;
      throw error;
    }
  }
}

/** Changes with the file: written over, replaced, or a link turned to another. */
async function signature(file: string): Promise<string> {
  const found = await stat(file, { bigint: true }).catch(() => undefined);
  return found === undefined ? '' : `${found.dev} ${found.ino} ${found.size} ${found.mtimeNs} ${found.ctimeNs}`;
}
