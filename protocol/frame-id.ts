import { messageIdPlace, type MessageIdPlace } from './frame-outline.js';

const TAG = 0x08;

/**
 * Puts one message id into frames in place of another and leaves every other byte as it is, so that an answer can be
 * passed on without being decoded.
 */
export class FrameId {
  readonly #field: Buffer;

  constructor(id: number) {
    this.#field = fieldOf(id);
  }

  /**
   * As {@link replaceIn}, but within the frame itself when the new id is as long as the old one. For frames whose receiver
   * has no further use for them.
   */
  replaceWithin(frame: Uint8Array, place: MessageIdPlace): Uint8Array {
    const field = this.#field;
    if (place.end - place.start !== field.length) return this.replaceIn(frame, place);
    for (let index = 0; index < field.length; index++) frame[place.start + index] = field[index] ?? 0;
    return frame;
  }

  /** A new frame. `place` is where the old id stands in `frame`; without one, the new id comes first. */
  replaceIn(frame: Uint8Array, { start, end }: MessageIdPlace): Uint8Array {
    const field = this.#field;
    const replaced = Buffer.allocUnsafe(frame.length - (end - start) + field.length);
    if (start > 0) replaced.set(frame.subarray(0, start), 0);
    replaced.set(field, start);
    replaced.set(frame.subarray(end), start + field.length);
    return replaced;
  }

  /** Undefined for a frame whose id cannot be found, or is there twice. */
  putInto(frame: Uint8Array): Uint8Array | undefined {
    const place = messageIdPlace(frame);
    return place && this.replaceIn(frame, place);
  }
}

/** The field as every encoder writes it: nothing for 0, ten bytes for a negative id. */
function fieldOf(id: number): Buffer {
  if (id === 0) return Buffer.alloc(0);
  const bytes = [TAG];
  let rest = BigInt.asUintN(64, BigInt(id));
  for (; rest >= 0x80n; rest >>= 7n) bytes.push(Number(rest & 0x7fn) | 0x80);
  bytes.push(Number(rest));
  return Buffer.from(bytes);
}
