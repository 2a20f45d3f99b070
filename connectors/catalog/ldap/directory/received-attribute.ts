import { decodeText } from '../../../framework/ber.js';
import type { EntryAttribute } from './contract.js';

/** An attribute as it lies in its message. Most values are wanted as text, so bytes are cut out only for who asks for them. */
export class ReceivedAttribute implements EntryAttribute {
  readonly name: string;
  readonly #message: Buffer;
  /** Start and end of one value after the other. */
  #bounds: number[] | undefined;
  #values: readonly Uint8Array[] | undefined;

  constructor(name: string, message: Buffer) {
    this.name = name;
    this.#message = message;
  }

  /** Only while the message is being read. */
  add(start: number, end: number): void {
    // Nearly always there is one value: no room is made for more.
    if (this.#bounds === undefined) this.#bounds = [start, end];
    else this.#bounds.push(start, end);
  }

  get values(): readonly Uint8Array[] {
    return this.#values ??= this.#each((message, start, end) => message.subarray(start, end));
  }

  get texts(): string[] {
    return this.#each((message, start, end) => message.toString('utf8', start, end));
  }

  get firstText(): string | undefined {
    const bounds = this.#bounds;
    return bounds === undefined ? undefined : this.#message.toString('utf8', bounds[0], bounds[1]);
  }

  #each<T>(read: (message: Buffer, start: number, end: number) => T): T[] {
    const bounds = this.#bounds ?? [];
    const values = new Array<T>(bounds.length / 2);
    for (let index = 0; index < values.length; index++) values[index] = read(this.#message, bounds[2 * index] ?? 0, bounds[2 * index + 1] ?? 0);
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
