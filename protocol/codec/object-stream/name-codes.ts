import { latestPrefix, newPrefix, type StreamPrefix } from './stream-prefix.js';

/**
 * Gives each name of a stream its code, by first use. As long as a stream uses the names of the one before in the same
 * order, nothing is noted down but how many there were.
 */
export class NameCodes {
  readonly #expected: StreamPrefix = latestPrefix();
  #names: readonly string[] = this.#expected.names;
  #own: string[] | undefined;
  #count = 0;

  codeOf(name: string): number {
    const names = this.#names;
    const count = this.#count;
    for (let code = 0; code < count; code++) if (names[code] === name) return code;
    if (this.#own === undefined && names[count] !== name) this.#names = this.#own = names.slice(0, count);
    this.#own?.push(name);
    this.#count = count + 1;
    return count;
  }

  prefix(): Buffer {
    if (this.#own === undefined && this.#count === this.#expected.names.length) return this.#expected.bytes;
    return newPrefix(this.#names.slice(0, this.#count)).bytes;
  }
}
