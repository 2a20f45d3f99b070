/** Streams are written one behind the other into slabs of this size; a larger stream gets one of its own. */
const SLAB_SIZE = 64 * 1024;
/** A slab with less room is not used again. */
const WORTH_KEEPING = 4096;

/** Memory that object streams are written to. What is used of it belongs to those who got the streams. */
export class Slab {
  readonly buffer: Buffer;
  readonly view: DataView;
  used = 0;

  constructor(bytes = SLAB_SIZE) {
    this.buffer = Buffer.allocUnsafeSlow(Math.max(SLAB_SIZE, bytes));
    this.view = new DataView(this.buffer.buffer, this.buffer.byteOffset, this.buffer.byteLength);
  }
}

/** Nobody's while a stream is being written. */
let spare: Slab | undefined;

export function takeSlab(): Slab {
  const slab = spare ?? new Slab();
  spare = undefined;
  return slab;
}

/** For the next stream, from `used` on. */
export function giveBackSlab(slab: Slab, used: number): void {
  if (slab.buffer.length > SLAB_SIZE || slab.buffer.length - used < WORTH_KEEPING) return;
  slab.used = used;
  spare = slab;
}
