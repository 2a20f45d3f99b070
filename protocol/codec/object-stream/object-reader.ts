import type { IcfValue } from '../../model/index.js';
import { malformed, quoted } from '../codec-errors.js';
import type { CodecLimits } from '../limits.js';
import { readConstantPool } from './constant-pool.js';
import { END_OF_OBJECT, FIELD_ANONYMOUS, FIELD_NAMED, MAGIC, OBJECT_ARRAY, OBJECT_CLASS, OBJECT_NULL, VERSION } from './constants.js';
import { REGISTERED_TYPES, arrayTypeOf } from './type-names.js';

/** Reads the fields of an object whose class is read already, its end included. */
export type ObjectHandler<T = IcfValue> = (reader: ObjectReader, typeName: string) => T;

/** What `toString('utf8', …)` comes down to, without its checks of the encoding's name; they cost more than short texts. */
interface FastBuffer {
  utf8Slice?(start: number, end: number): string;
}

function utf8(input: Buffer & FastBuffer, start: number, end: number): string {
  return input.utf8Slice === undefined ? input.toString('utf8', start, end) : input.utf8Slice(start, end);
}

/**
 * Reads an object stream by offsets into the input. Inside a handler:
 *
 *     while (reader.nextField()) {
 *       if (reader.fieldName === 'uid') uid = reader.text();
 *       else reader.skip();
 *       reader.endField();
 *     }
 *
 * Anonymous fields have an empty name. Unknown fields are skipped, as Java does; a field must be read to its end.
 */
export class ObjectReader {
  readonly limits: CodecLimits;
  fieldName = '';
  readonly #types: ReadonlyMap<string, ObjectHandler>;
  readonly #input: Buffer;
  readonly #names: readonly string[];
  #position: number;
  /** End of the field being read. */
  #end: number;
  readonly #outerEnds: number[] = [];
  #depth = 0;
  #elements = 0;

  constructor(bytes: Uint8Array, types: ReadonlyMap<string, ObjectHandler>, limits: CodecLimits) {
    const input = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    if (input.length < 8) throw malformed(`an object stream of ${input.length} bytes has no header.`);
    if (input.readUInt32BE(0) !== MAGIC) throw malformed(`an object stream starts with ${input.readInt32BE(0)} instead of the magic number.`);
    if (input.readInt32BE(4) !== VERSION) throw malformed(`object stream version ${input.readInt32BE(4)} is unknown; only ${VERSION} is.`);
    const pool = readConstantPool(input, 8, limits.maxPoolNames);
    this.limits = limits;
    this.#types = types;
    this.#input = input;
    this.#names = pool.names;
    this.#position = 8 + pool.length;
    this.#end = input.length;
  }

  /** Checks that the outermost object was the last thing in the stream. */
  finish(): void {
    if (this.#position !== this.#end) throw malformed(`${this.#end - this.#position} bytes follow the object in its stream.`);
  }

  #need(bytes: number): number {
    const start = this.#position;
    if (bytes > this.#end - start) throw malformed(`${bytes} bytes expected where ${this.#end - start} are left.`);
    this.#position = start + bytes;
    return start;
  }

  #name(): string {
    const code = this.int();
    const name = this.#names[code];
    if (name === undefined) throw malformed(`the code ${code} is not in the constant pool.`);
    return name;
  }

  /** Any object; null for the null object. */
  value(): IcfValue {
    const tag = this.byte();
    if (tag === OBJECT_CLASS) return this.#object(this.#name());
    if (tag === OBJECT_NULL) return this.#null();
    if (tag === OBJECT_ARRAY) return this.#array();
    throw malformed(`${tag} is no type of an object.`);
  }

  #object(typeName: string): IcfValue {
    const handler = this.#types.get(typeName);
    if (handler === undefined) throw malformed(`a value of type ${quoted(typeName)} cannot be read.`);
    return this.#nested(handler, typeName);
  }

  #array(): IcfValue {
    const handler = this.#types.get('[]');
    if (handler === undefined) throw malformed('an array cannot be read here.');
    return this.#nested(handler, this.classReference());
  }

  #null(): null {
    this.skipFields();
    return null;
  }

  #nested<T>(handler: ObjectHandler<T>, typeName: string): T {
    if (++this.#depth > this.limits.maxDepth) throw malformed(`objects are nested more than ${this.limits.maxDepth} levels deep.`);
    const value = handler(this, typeName);
    this.#depth--;
    return value;
  }

  /** An object of one type, or null. */
  structure<T>(typeName: string, handler: ObjectHandler<T>): T | null {
    const tag = this.byte();
    if (tag === OBJECT_NULL) return this.#null();
    const found = tag === OBJECT_CLASS ? this.#name() : tag === OBJECT_ARRAY ? arrayTypeOf(this.classReference()) : undefined;
    if (found === undefined) throw malformed(`${tag} is no type of an object.`);
    if (found !== typeName) throw malformed(`${typeName} expected where ${quoted(found)} was found.`);
    return this.#nested(handler, found);
  }

  /** An object of one of several types, or null; `handlers` are by type name. */
  oneOf<T>(what: string, handlers: ReadonlyMap<string, ObjectHandler<T>>): T | null {
    const tag = this.byte();
    if (tag === OBJECT_NULL) return this.#null();
    if (tag !== OBJECT_CLASS) throw malformed(`${what} expected where an array or nothing was found.`);
    const typeName = this.#name();
    const handler = handlers.get(typeName);
    if (handler === undefined) throw malformed(`${what} expected where ${quoted(typeName)} was found.`);
    return this.#nested(handler, typeName);
  }

  /** Whether the next object is of the type; if so its class is read and its fields follow. */
  tryClass(typeName: string): boolean {
    const start = this.#position;
    if (this.byte() === OBJECT_CLASS && this.#name() === typeName) return true;
    this.#position = start;
    return false;
  }

  /** Moves to the next field of the object; false at its end. */
  nextField(): boolean {
    const tag = this.byte();
    if (tag === END_OF_OBJECT) return false;
    if (tag === FIELD_ANONYMOUS) this.fieldName = '';
    else if (tag === FIELD_NAMED) this.fieldName = this.#name();
    else throw malformed(`${tag} is no type of a field.`);
    const length = this.int();
    if (length < 0 || length > this.#end - this.#position) throw malformed(`a field of ${length} bytes does not fit its object.`);
    this.#outerEnds.push(this.#end);
    this.#end = this.#position + length;
    return true;
  }

  endField(): void {
    if (this.#position !== this.#end) throw malformed(`a field has ${this.#end - this.#position} bytes too many.`);
    const outer = this.#outerEnds.pop();
    if (outer === undefined) throw malformed('a field ends that was not begun.');
    this.#end = outer;
  }

  /** Passes over the field's content. */
  skip(): void {
    this.#position = this.#end;
  }

  /** Passes over all further fields of the object and its end. */
  skipFields(): void {
    while (this.nextField()) {
      this.skip();
      this.endField();
    }
  }

  /** Counts an element of a collection against the limit. */
  countElement(): void {
    if (++this.#elements > this.limits.maxElements) throw malformed(`more than ${this.limits.maxElements} elements in one object stream.`);
  }

  byte(): number {
    return this.#input[this.#need(1)] ?? 0;
  }

  int(): number {
    const start = this.#need(4);
    const input = this.#input;
    return ((input[start] ?? 0) << 24) | ((input[start + 1] ?? 0) << 16) | ((input[start + 2] ?? 0) << 8) | (input[start + 3] ?? 0);
  }

  long(): bigint {
    return this.#input.readBigInt64BE(this.#need(8));
  }

  double(): number {
    return this.#input.readDoubleBE(this.#need(8));
  }

  boolean(): boolean {
    return this.byte() !== 0;
  }

  text(): string {
    const length = this.int();
    if (length < 0) throw malformed(`a text of ${length} bytes.`);
    const start = this.#need(length);
    return length === 0 ? '' : utf8(this.#input, start, start + length);
  }

  /** A copy, so that a small value does not keep its whole frame in memory. */
  bytes(): Uint8Array {
    const length = this.int();
    if (length < 0) throw malformed(`a byte array of ${length} bytes.`);
    const start = this.#need(length);
    return new Uint8Array(this.#input.subarray(start, start + length));
  }

  /** A class reference by its type name, e.g. `String[]`. */
  classReference(): string {
    let dimensions = 0;
    for (;;) {
      const tag = this.byte();
      if (tag === OBJECT_ARRAY) {
        if (++dimensions > this.limits.maxDepth) throw malformed('an array type has too many dimensions.');
        continue;
      }
      if (tag !== OBJECT_CLASS) throw malformed(`${tag} is no type of a class reference.`);
      const base = this.#name();
      if (!REGISTERED_TYPES.has(base)) throw malformed(`the type ${quoted(base)} is unknown.`);
      return dimensions === 0 ? base : arrayTypeOf(base) + '[]'.repeat(dimensions - 1);
    }
  }
}
