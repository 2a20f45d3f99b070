import { decodeText } from '../../../framework/ber.js';
import type { EntryAttribute } from './contract.js';

/** An attribute as it lies in its message. Most values are wanted as text, so bytes are cut out only for who asks for them. */
export class ReceivedAttribute implements EntryAttribute {
  readonly name: string;
  readonly #message: Buffer;
  /** Start and end of one value after the other. */
  readonly #bounds: number[] = [];
  #values: readonly Uint8Array[] | undefined;

  constructor(name: string, message: Buffer) {
    this.name = name;
    this.#message = message;
  }

  /** Only while the message is being read. */
  add(start: number, end: number): void {
    this.#bounds.push(start, end);
  }

  get values(): readonly Uint8Array[] {
    return this.#values ??= this.#each((message, start, end) => message.subarray(start, end));
  }

  get texts(): string[] {
    return this.#each((message, start, end) => message.toString('utf8', start, end));
  }

  get firstText(): string | undefined {
    const [start, end] = this.#bounds;
    return start === undefined ? undefined : this.#message.toString('utf8', start, end);
  }

  #each<T>(read: (message: Buffer, start: number, end: number) => T): T[] {
    const values: T[] = [];
    for (let at = 0; at < this.#bounds.length; at += 2) values.push(read(this.#message, this.#bounds[at] ?? 0, this.#bounds[at + 1] ?? 0));
    return values;
  }
}

/** The values as text; what is no UTF-8 in them has become U+FFFD. */
export function textsOf(attribute: EntryAttribute): string[] {
  return attribute instanceof ReceivedAttribute ? attribute.texts : attribute.values.map(decodeText);
}

/** The first of {@link textsOf}. */
export function firstTextOf(attribute: EntryAttribute): string | undefined {
  if (attribute instanceof ReceivedAttribute) return attribute.firstText;
  const [first] = attribute.values;
  return first === undefined ? undefined : decodeText(first);
}
