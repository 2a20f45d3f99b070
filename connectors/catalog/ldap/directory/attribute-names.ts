/** More than any search asks for; further names are read anew each time. */
const MOST_NAMES = 128;
const LONGEST_NAME = 256;

/** An attribute's name as the server spells it, and the lower-case key it is found by. */
export interface AttributeName {
  readonly name: string;
  readonly key: string;
}

interface KnownName extends AttributeName { readonly bytes: Uint8Array }

/** Names of attributes by their bytes. The entries of a search have the same names in the same order nearly always, so each is read once. */
export class AttributeNames {
  readonly #known: KnownName[] = [];
  /** Where the next name is likely to be. */
  #next = 0;

  at(message: Buffer, start: number, end: number): AttributeName {
    const known = this.#known;
    for (let step = 0; step < known.length; step++) {
      const place = (this.#next + step) % known.length;
      const candidate = known[place];
      if (candidate === undefined || !isAt(message, start, end, candidate.bytes)) continue;
      this.#next = place + 1;
      return candidate;
    }
    const name = message.toString('utf8', start, end);
    const read = { name, key: name.toLowerCase(), bytes: Uint8Array.from(message.subarray(start, end)) };
    if (known.length < MOST_NAMES && read.bytes.length <= LONGEST_NAME) this.#next = known.push(read);
    return read;
  }
}

function isAt(message: Buffer, start: number, end: number, bytes: Uint8Array): boolean {
  if (bytes.length !== end - start) return false;
  for (let index = 0; index < bytes.length; index++) if (message[start + index] !== bytes[index]) return false;
  return true;
}
