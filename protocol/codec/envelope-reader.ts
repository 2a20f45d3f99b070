import protobufjs from 'protobufjs/minimal.js';
import { malformed } from './codec-errors.js';

const FAST_BYTES = 4;

/**
 * Reads protobuf with a budget of fields, so that a frame of a few megabytes cannot ask for millions of objects. Ids and
 * sequence numbers come out as numbers; those beyond 2^53 are refused, since they could not be answered exactly.
 */
export class EnvelopeReader extends protobufjs.BufferReader {
  #budget: number;

  constructor(bytes: Uint8Array, maxFields: number) {
    super(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
    this.#budget = maxFields;
  }

  #spend(): void {
    if (--this.#budget < 0) throw malformed('the frame has too many fields.');
  }

  override tag(): number {
    this.#spend();
    return super.tag();
  }

  override int32(): number {
    this.#spend();
    return super.int32();
  }

  override int32s(array: number[] = []): number[] {
    const length = this.size();
    const end = this.pos + length;
    while (this.pos < end) array.push(this.int32());
    if (this.pos !== end) throw malformed('a list of numbers ends within one.');
    return array;
  }

  // The library answers with a Long object here; the generated module is told to expect numbers.
  override int64(): never {
    this.#spend();
    return this.#number() as never;
  }

  #number(): number {
    const start = this.pos;
    let value = 0;
    for (let i = 0; i < FAST_BYTES && start + i < this.len; i++) {
      const byte = this.buf[start + i] ?? 0;
      value |= (byte & 0x7f) << (7 * i);
      if (byte < 0x80) {
        this.pos = start + i + 1;
        return value;
      }
    }
    const long = Number(super.int64());
    if (!Number.isSafeInteger(long)) throw malformed('a number is beyond 2^53.');
    return long;
  }
}
