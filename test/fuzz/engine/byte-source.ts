/**
 * Reads an input as a series of choices, so that mutated bytes become well-formed structures: a flipped byte is another
 * choice. At the end every choice is the first one.
 */
export class ByteSource {
  readonly #bytes: Uint8Array;
  #position = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get isAtEnd(): boolean {
    return this.#position >= this.#bytes.length;
  }

  byte(): number {
    return this.#bytes[this.#position++] ?? 0;
  }

  below(end: number): number {
    return end <= 256 ? this.byte() % end : (this.byte() * 256 + this.byte()) % end;
  }

  boolean(): boolean {
    return (this.byte() & 1) === 1;
  }

  pick<T>(choices: readonly [T, ...T[]]): T {
    return choices[this.below(choices.length)] ?? choices[0];
  }

  int32(): number {
    return (this.byte() << 24) | (this.byte() << 16) | (this.byte() << 8) | this.byte();
  }

  /** Bytes by a length before them. */
  bytes(most: number): Uint8Array {
    const length = Math.min(this.below(most + 1), Math.max(0, this.#bytes.length - this.#position));
    const start = this.#position;
    this.#position += length;
    return this.#bytes.subarray(start, start + length);
  }

  text(most: number): string {
    return Buffer.from(this.bytes(most)).toString('utf8');
  }

  /** All that is left. */
  rest(): Uint8Array {
    const start = Math.min(this.#position, this.#bytes.length);
    this.#position = this.#bytes.length;
    return this.#bytes.subarray(start);
  }

  list<T>(most: number, item: () => T): T[] {
    return Array.from({ length: this.below(most + 1) }, item);
  }
}
