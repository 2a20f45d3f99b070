import type { ConnectorError, IcfValue } from '../../model/index.js';
import { illegalArgument, quoted } from '../codec-errors.js';
import { END_OF_OBJECT, FIELD_ANONYMOUS, FIELD_NAMED, OBJECT_ARRAY, OBJECT_CLASS, OBJECT_NULL } from './constants.js';
import { NameCodes } from './name-codes.js';
import { Slab, giveBackSlab, takeSlab } from './slab.js';
import { REGISTERED_TYPES, splitTypeName } from './type-names.js';

/** Writes one value as an object; see value-types.ts. */
export type ValueWriter = (writer: ObjectWriter, value: IcfValue) => void;

/** Room for a prefix and for what the caller wants to put before that; more costs a copy. */
const HEAD_ROOM = 384;
/** Deeper values cannot be read back by us nor be meant; a cycle ends here. */
const MAX_DEPTH = 64;
const SHORT_TEXT = 48;

/** Bytes from `start` to `end` of a buffer with room before `start`. */
export interface RoomyBytes {
  readonly buffer: Buffer;
  readonly start: number;
  readonly end: number;
}

/**
 * Writes an object stream in one pass: the objects into a buffer with room in front, their names into the constant pool,
 * which is put there at the end. The order of the calls is the order of the pool, so it has to be Java's.
 */
export class ObjectWriter {
  readonly #writeValue: ValueWriter;
  readonly #codes = new NameCodes();
  #slab: Slab;
  #buffer: Buffer;
  #view: DataView;
  /** First byte of the buffer that is ours, and first byte of the objects. */
  #floor: number;
  #start: number;
  #position: number;
  #depth = 0;

  constructor(writeValue: ValueWriter) {
    this.#writeValue = writeValue;
    this.#slab = takeSlab();
    this.#floor = this.#slab.used;
    this.#buffer = this.#slab.buffer;
    this.#view = this.#slab.view;
    this.#start = this.#position = this.#floor + HEAD_ROOM;
  }

  #reserve(bytes: number): void {
    if (this.#position + bytes > this.#buffer.length) this.#move(HEAD_ROOM, bytes);
  }

  /** Into a buffer with so much room before and behind what is there; half as much again behind a large stream. */
  #move(before: number, behind: number): void {
    const written = this.#position - this.#start;
    const larger = new Slab(before + 2 * written + behind);
    this.#buffer.copy(larger.buffer, before, this.#start, this.#position);
    this.#slab = larger;
    this.#buffer = larger.buffer;
    this.#view = larger.view;
    this.#floor = 0;
    this.#start = before;
    this.#position = before + written;
  }

  #codeOf(name: string): number {
    return this.#codes.codeOf(name);
  }

  #int(value: number): void {
    this.#view.setInt32(this.#position, value);
    this.#position += 4;
  }

  /** Any value as an object. */
  value(value: IcfValue): void {
    this.#writeValue(this, value);
  }

  null(): void {
    this.#reserve(2);
    this.#buffer[this.#position++] = OBJECT_NULL;
    this.#buffer[this.#position++] = END_OF_OBJECT;
  }

  /** Starts an object of a registered type; its fields and {@link endObject} follow. */
  beginObject(typeName: string): void {
    this.#reserve(5);
    this.#buffer[this.#position++] = OBJECT_CLASS;
    this.#int(this.#codeOf(typeName));
  }

  /** Starts an array with components of the type. */
  beginArray(componentType: string): void {
    this.#reserve(1);
    this.#buffer[this.#position++] = OBJECT_ARRAY;
    this.classReference(componentType);
  }

  endObject(): void {
    this.#reserve(1);
    this.#buffer[this.#position++] = END_OF_OBJECT;
  }

  /** Starts a field, anonymous without a name; returns the mark for {@link endField}. */
  beginField(name?: string): number {
    if (++this.#depth > MAX_DEPTH) throw tooDeep();
    return this.#field(name);
  }

  #field(name: string | undefined): number {
    this.#reserve(9);
    if (name === undefined) {
      this.#buffer[this.#position++] = FIELD_ANONYMOUS;
    } else {
      this.#buffer[this.#position++] = FIELD_NAMED;
      this.#int(this.#codeOf(name));
    }
    this.#position += 4;
    return this.#position - this.#start;                 // the buffer may move before the mark is used
  }

  endField(mark: number): void {
    this.#depth--;
    this.#patchLength(mark);
  }

  /** As {@link beginField} for the tail of a chain, which may be longer than values may be deep. */
  beginTail(): number {
    return this.#field(undefined);
  }

  endTail(mark: number): void {
    this.#patchLength(mark);
  }

  #patchLength(mark: number): void {
    const end = this.#position;
    const content = this.#start + mark;
    this.#position = content - 4;
    this.#int(end - content);
    this.#position = end;
  }

  /** A field that holds an object. */
  objectField(name: string | undefined, value: IcfValue): void {
    const mark = this.beginField(name);
    this.value(value);
    this.endField(mark);
  }

  /** A field that holds what `write` writes, or null. */
  structureField<T>(name: string | undefined, value: T | null, write: (writer: ObjectWriter, value: T) => void): void {
    const mark = this.beginField(name);
    if (value === null) this.null();
    else write(this, value);
    this.endField(mark);
  }

  /** A text field; null leaves it out, as Java does. */
  textField(name: string | undefined, text: string | null | undefined): void {
    if (text === null || text === undefined) return;
    const mark = this.beginField(name);
    this.text(text);
    this.endField(mark);
  }

  /** An anonymous field that holds a String: what most of most streams is made of, so written in one go. */
  stringElement(text: string): void {
    if (this.#depth + 2 > MAX_DEPTH) throw tooDeep();
    this.#reserve(20 + text.length * 3);
    const start = this.#position;
    this.#buffer[start] = FIELD_ANONYMOUS;
    this.#buffer[start + 5] = OBJECT_CLASS;
    this.#view.setInt32(start + 6, this.#codeOf('String'));
    this.#buffer[start + 10] = FIELD_ANONYMOUS;
    this.#position = start + 15;
    this.text(text);
    const end = this.#position;
    this.#view.setInt32(start + 11, end - start - 15);
    this.#buffer[end] = END_OF_OBJECT;
    this.#position = end + 1;
    this.#view.setInt32(start + 1, end - start - 4);
  }

  intField(name: string | undefined, value: number): void {
    if (!Number.isInteger(value) || value < -0x80000000 || value > 0x7fffffff) {
      throw illegalArgument(`${value} is no 32-bit integer. Use a bigint for a Long, IcfDouble for a fraction.`);
    }
    const mark = this.beginField(name);
    this.#reserve(4);
    this.#int(value);
    this.endField(mark);
  }

  longField(name: string | undefined, value: bigint): void {
    if (BigInt.asIntN(64, value) !== value) throw illegalArgument(`${value} is no 64-bit integer. Use IcfBigInteger.`);
    const mark = this.beginField(name);
    this.#reserve(8);
    this.#position = this.#buffer.writeBigInt64BE(value, this.#position);
    this.endField(mark);
  }

  doubleField(name: string | undefined, value: number): void {
    const mark = this.beginField(name);
    this.#reserve(8);
    this.#position = this.#buffer.writeDoubleBE(value, this.#position);
    this.endField(mark);
  }

  booleanField(name: string | undefined, value: boolean): void {
    this.byteField(name, value ? 1 : 0);
  }

  byteField(name: string | undefined, value: number): void {
    const mark = this.beginField(name);
    this.#reserve(1);
    this.#buffer[this.#position++] = value;
    this.endField(mark);
  }

  bytesField(name: string | undefined, bytes: Uint8Array): void {
    const mark = this.beginField(name);
    this.#reserve(4 + bytes.length);
    this.#int(bytes.length);
    this.#buffer.set(bytes, this.#position);
    this.#position += bytes.length;
    this.endField(mark);
  }

  classField(name: string | undefined, typeName: string): void {
    const mark = this.beginField(name);
    this.classReference(typeName);
    this.endField(mark);
  }

  /** A class reference, e.g. `String[]`. */
  classReference(typeName: string): void {
    const { base, dimensions } = splitTypeName(typeName);
    if (!REGISTERED_TYPES.has(base)) throw illegalArgument(`${quoted(typeName)} is no ICF type.`);
    this.#reserve(dimensions + 5);
    for (let i = 0; i < dimensions; i++) this.#buffer[this.#position++] = OBJECT_ARRAY;
    this.#buffer[this.#position++] = OBJECT_CLASS;
    this.#int(this.#codeOf(base));
  }

  /** Length and UTF-8 bytes. */
  text(text: string): void {
    const length = text.length;
    this.#reserve(4 + length * 3);
    const start = this.#position + 4;
    const written = length <= SHORT_TEXT ? this.#ascii(text, start) : -1;
    const bytes = written >= 0 ? written : this.#buffer.write(text, start, 'utf8');
    this.#int(bytes);
    this.#position = start + bytes;
  }

  /** Faster than the library for short texts; -1 when the text is not plain ASCII. */
  #ascii(text: string, start: number): number {
    const buffer = this.#buffer;
    const length = text.length;
    for (let i = 0; i < length; i++) {
      const unit = text.charCodeAt(i);
      if (unit > 0x7f) return -1;
      buffer[start + i] = unit;
    }
    return length;
  }

  /** The whole stream. The writer cannot be used afterwards. */
  finish(): Buffer {
    const { buffer, start, end } = this.finishWithRoom(0);
    const stream = Buffer.allocUnsafe(end - start);
    buffer.copy(stream, 0, start, end);
    return stream;
  }

  /** The whole stream where it was written, with so many bytes free before it. The writer cannot be used afterwards. */
  finishWithRoom(room: number): RoomyBytes {
    const prefix = this.#codes.prefix();
    if (this.#start - this.#floor < prefix.length + room) this.#move(prefix.length + room, 0);
    const start = this.#start - prefix.length;
    this.#buffer.set(prefix, start);
    giveBackSlab(this.#slab, this.#position);
    return { buffer: this.#buffer, start, end: this.#position };
  }
}

function tooDeep(): ConnectorError {
  return illegalArgument(`A value is nested more than ${MAX_DEPTH} levels deep.`);
}
