const LENGTH_BYTES = 4;

/** Frames as one run of bytes, each behind its length, cut into pieces of at most `largest` bytes. */
export function piecesOf(frames: readonly Uint8Array[], largest: number): Uint8Array[] {
  let length = frames.length * LENGTH_BYTES;
  for (const frame of frames) length += frame.length;
  const bytes = Buffer.allocUnsafe(length);
  let at = 0;
  for (const frame of frames) {
    bytes.writeUInt32BE(frame.length, at);
    bytes.set(frame, at + LENGTH_BYTES);
    at += LENGTH_BYTES + frame.length;
  }
  const pieces: Uint8Array[] = [];
  for (let from = 0; from < length; from += largest) pieces.push(bytes.subarray(from, Math.min(length, from + largest)));
  return pieces;
}

/** Makes frames of such pieces again. Holds one unfinished frame at most, of at most `largest` bytes. */
export class FrameAssembler {
  readonly #largest: number;
  readonly #onFrame: (frame: Uint8Array) => void;
  readonly #length = Buffer.alloc(LENGTH_BYTES);
  #lengthFilled = 0;
  #parts: Uint8Array[] = [];
  #missing = 0;

  constructor(largest: number, onFrame: (frame: Uint8Array) => void) {
    this.#largest = largest;
    this.#onFrame = onFrame;
  }

  /** Throws a RangeError for a frame that is too large; nothing may be taken after that. */
  take(piece: Uint8Array): void {
    let at = 0;
    while (at < piece.length) {
      if (this.#lengthFilled < LENGTH_BYTES) {
        this.#length[this.#lengthFilled++] = piece[at++] ?? 0;
        if (this.#lengthFilled === LENGTH_BYTES) this.#begin(this.#length.readUInt32BE(0));
        continue;
      }
      const part = piece.subarray(at, at + this.#missing);
      this.#parts.push(part);
      this.#missing -= part.length;
      at += part.length;
      if (this.#missing === 0) this.#end();
    }
  }

  #begin(length: number): void {
    if (length > this.#largest) throw new RangeError(`a frame of ${length} bytes is larger than ${this.#largest}`);
    this.#missing = length;
    if (length === 0) this.#end();
  }

  #end(): void {
    const [only, ...more] = this.#parts;
    this.#parts = [];
    this.#lengthFilled = 0;
    this.#onFrame(only === undefined ? new Uint8Array(0) : more.length === 0 ? only : Buffer.concat([only, ...more]));
  }
}
