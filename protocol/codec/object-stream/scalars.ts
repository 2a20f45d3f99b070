import {
  ClassReference, GuardedByteArray, GuardedString, IcfBigDecimal, IcfBigInteger, IcfByte, IcfCharacter, IcfDouble, IcfFile, IcfFloat,
  IcfUri, Locale, type IcfValue,
} from '../../model/index.js';
import { illegalArgument, malformed } from '../codec-errors.js';
import { decryptGuardedByteArray, decryptGuardedString, encryptGuardedByteArray, encryptGuardedString } from './guarded-cipher.js';
import type { ObjectHandler, ObjectReader } from './object-reader.js';
import type { ObjectWriter } from './object-writer.js';
import { PRIMITIVES } from './type-names.js';
import { valueWriter, type ValueWriterEntry } from './value-writer.js';

/** A handler for a type whose content is one anonymous raw value. */
function content<T extends IcfValue>(read: (reader: ObjectReader) => T): ObjectHandler {
  return (reader, typeName) => {
    while (reader.nextField()) {
      if (reader.fieldName === '') {
        const value = read(reader);
        reader.endField();
        reader.skipFields();
        return value;
      }
      reader.skip();
      reader.endField();
    }
    throw malformed(`a value of type ${typeName} has no content.`);
  };
}

function readCharacter(reader: ObjectReader): IcfCharacter {
  const text = reader.text();
  if (text.length !== 1) throw malformed(`a Character of ${text.length} characters.`);
  return new IcfCharacter(text);
}

function parseInteger(text: string, maxDigits: number): bigint {
  if (text.length > maxDigits) throw malformed(`a number of ${text.length} digits; ${maxDigits} are accepted.`);
  if (!/^[+-]?[0-9]+$/.test(text)) throw malformed('a number has other characters than digits.');
  return BigInt(text.startsWith('+') ? text.slice(1) : text);
}

function readBigDecimal(reader: ObjectReader): IcfBigDecimal {
  const { maxDigits } = reader.limits;
  let unscaled: bigint | undefined;
  let scale = 0;
  while (reader.nextField()) {
    if (reader.fieldName === 'unscaled') unscaled = parseInteger(reader.text(), maxDigits);
    else if (reader.fieldName === 'scale') scale = reader.int();
    else reader.skip();
    reader.endField();
  }
  if (unscaled === undefined) throw malformed('a BigDecimal has no unscaled value.');
  if (Math.abs(scale) > maxDigits) throw malformed(`a BigDecimal has the scale ${scale}; ${maxDigits} is accepted.`);
  return new IcfBigDecimal(unscaled, scale);
}

function writeBigDecimal(writer: ObjectWriter, value: IcfBigDecimal): void {
  writer.beginObject('BigDecimal');
  writer.textField('unscaled', value.unscaled.toString());
  writer.intField('scale', value.scale);
  writer.endObject();
}

export function readLocale(reader: ObjectReader): Locale {
  let [language, country, variant] = ['', '', ''];
  while (reader.nextField()) {
    if (reader.fieldName === 'language') language = reader.text();
    else if (reader.fieldName === 'country') country = reader.text();
    else if (reader.fieldName === 'variant') variant = reader.text();
    else reader.skip();
    reader.endField();
  }
  return new Locale(language, country, variant);
}

export function writeLocale(writer: ObjectWriter, value: Locale): void {
  writer.beginObject('Locale');
  writer.textField('language', value.language);
  writer.textField('country', value.country);
  writer.textField('variant', value.variant);
  writer.endObject();
}

/** A writer for a type with one anonymous raw value. */
function single<T>(typeName: string, write: (writer: ObjectWriter, value: T) => void): (writer: ObjectWriter, value: T) => void {
  return (writer, value) => {
    writer.beginObject(typeName);
    write(writer, value);
    writer.endObject();
  };
}

export const writeString = single<string>('String', (writer, value) => writer.textField(undefined, value));
export const writeInteger = single<number>('Integer', (writer, value) => writer.intField(undefined, value));
export const writeLong = single<bigint>('Long', (writer, value) => writer.longField(undefined, value));
export const writeBoolean = single<boolean>('Boolean', (writer, value) => writer.booleanField(undefined, value));
export const writeClass = single<string>('Class', (writer, value) => writer.classField(undefined, value));

/** The type names a class reference may hold; null references (`void` in Java) are no ICF value. */
function readClass(reader: ObjectReader): ClassReference {
  return new ClassReference(reader.classReference());
}

const boxedReaders: readonly (readonly [string, ObjectHandler])[] = [
  ['Integer', content((reader) => reader.int())],
  ['Long', content((reader) => reader.long())],
  ['Boolean', content((reader) => reader.boolean())],
  ['Double', content((reader) => new IcfDouble(reader.double()))],
  ['Float', content((reader) => new IcfFloat(reader.double()))],
  ['Character', content(readCharacter)],
  ['Byte', content((reader) => new IcfByte((reader.byte() << 24) >> 24))],
];
const boxedByName = new Map(boxedReaders);

export const scalarReaders: readonly (readonly [string, ObjectHandler])[] = [
  ['String', content((reader) => reader.text())],
  ...boxedReaders,
  // Java never writes objects of the primitive types, but would read them.
  ...[...PRIMITIVES].flatMap(([primitive, boxed]) => {
    const handler = boxedByName.get(boxed);
    return handler === undefined ? [] : [[primitive, handler] as const];
  }),
  ['ByteArray', content((reader) => reader.bytes())],
  ['BigInteger', content((reader) => new IcfBigInteger(parseInteger(reader.text(), reader.limits.maxDigits)))],
  ['BigDecimal', readBigDecimal],
  ['URI', content((reader) => new IcfUri(reader.text()))],
  ['File', content((reader) => new IcfFile(reader.text()))],
  ['Locale', readLocale],
  ['Class', content(readClass)],
  ['GuardedString', content((reader) => decryptGuardedString(reader.bytes()))],
  ['GuardedByteArray', content((reader) => decryptGuardedByteArray(reader.bytes()))],
];

export const scalarWriters: readonly ValueWriterEntry[] = [
  valueWriter(Uint8Array, single('ByteArray', (writer, value) => writer.bytesField(undefined, value))),
  valueWriter(IcfDouble, single('Double', (writer, { value }) => writer.doubleField(undefined, value))),
  valueWriter(IcfFloat, single('Float', (writer, { value }) => writer.doubleField(undefined, value))),
  valueWriter(IcfCharacter, single('Character', (writer, { value }) => writer.textField(undefined, value))),
  valueWriter(IcfByte, single('Byte', (writer, { value }) => writer.byteField(undefined, value))),
  valueWriter(IcfBigInteger, single('BigInteger', (writer, { value }) => writer.textField(undefined, value.toString()))),
  valueWriter(IcfBigDecimal, writeBigDecimal),
  valueWriter(IcfUri, single('URI', (writer, { value }) => writer.textField(undefined, value))),
  valueWriter(IcfFile, single('File', (writer, { path }) => writer.textField(undefined, path))),
  valueWriter(Locale, writeLocale),
  valueWriter(ClassReference, (writer, { typeName }) => writeClass(writer, typeName)),
  valueWriter(GuardedString, single('GuardedString', (writer, value) => writer.bytesField(undefined, encryptGuardedString(value)))),
  valueWriter(GuardedByteArray, single('GuardedByteArray', (writer, value) => writer.bytesField(undefined, encryptGuardedByteArray(value)))),
];

/** Writes what JavaScript has a primitive type for. */
export function writePrimitive(writer: ObjectWriter, value: string | number | boolean | bigint): void {
  switch (typeof value) {
    case 'string': return writeString(writer, value);
    case 'number': return writeInteger(writer, value);
    case 'boolean': return writeBoolean(writer, value);
    case 'bigint': return writeLong(writer, value);
    default: throw illegalArgument(`A value of JavaScript type ${typeof value} is no ICF value.`);
  }
}
