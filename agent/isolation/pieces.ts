/** What travels over the pipe: pieces of a kind, each behind its length. */
export const PIECES = { frame: 1, control: 2, ping: 3, pong: 4 } as const;

/** Length of the bytes that follow the header (four bytes, big endian), then the kind. */
export const HEADER_BYTES = 5;

/** The pieces as one run of bytes: one write for many small results. */
export function pieceBytes(kind: number, pieces: readonly Uint8Array[]): Buffer {
  let length = pieces.length * HEADER_BYTES;
  for (const piece of pieces) length += piece.length;
  const bytes = Buffer.allocUnsafe(length);
  let at = 0;
  for (const piece of pieces) {
    bytes.writeUInt32BE(piece.length, at);
    bytes[at + 4] = kind;
    bytes.set(piece, at + HEADER_BYTES);
    at += HEADER_BYTES + piece.length;
  }
  return bytes;
}

/** Makes pieces of chunks of any size. What is handed on may share memory with the chunk it came in. */
export class PieceReader {
  readonly #largest: number;
  readonly #onPiece: (kind: number, bytes: Buffer) => void;
  readonly #held: Buffer[] = [];
  #bytes = 0;
  /** Of the piece whose header is read. */
  #kind: number | undefined;
  #needed = HEADER_BYTES;

  constructor(largest: number, onPiece: (kind: number, bytes: Buffer) => void) {
    this.#largest = largest;
    this.#onPiece = onPiece;
  }

  /** Throws for a piece that is too long; nothing after it makes sense. */
  take(chunk: Buffer): void {
    this.#held.push(chunk);
    this.#bytes += chunk.length;
    while (this.#bytes >= this.#needed) {
      const bytes = this.#pull(this.#needed);
      if (this.#kind === undefined) {
        this.#needed = bytes.readUInt32BE(0);
        this.#kind = bytes[4];
        if (this.#needed > this.#largest) throw new Error(`a piece of ${this.#needed} bytes was announced on the pipe; at most ${this.#largest} are taken`);
        continue;
      }
      const kind = this.#kind;
      this.#kind = undefined;
      this.#needed = HEADER_BYTES;
      this.#onPiece(kind, bytes);
    }
  }

  #pull(length: number): Buffer {
    this.#bytes -= length;
    const first = this.#held[0] ?? Buffer.alloc(0);
    if (first.length > length) {
      this.#held[0] = first.subarray(length);
      return first.subarray(0, length);
    }
    if (first.length === length) {
      this.#held.shift();
      return first;
    }
    return this.#join(length);
  }

  #join(length: number): Buffer {
    const bytes = Buffer.allocUnsafe(length);
    let at = 0;
    let used = 0;
    for (const part of this.#held) {
      const taken = Math.min(part.length, length - at);
      bytes.set(taken === part.length ? part : part.subarray(0, taken), at);
      at += taken;
      if (taken < part.length) {
        this.#held[used] = part.subarray(taken);
        break;
      }
      used += 1;
      if (at === length) break;
    }
    this.#held.splice(0, used);
    return bytes;
  }
}
