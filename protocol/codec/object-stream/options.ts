import {
  ClassReference, CountPolicyValue, GuardedByteArray, GuardedString, IcfArray, IcfByte, IcfCharacter, IcfDouble, IcfFile, IcfFloat, IcfUri,
  ObjectClassReference, OperationOptions, QualifiedUid, Script, SortKey, Uid, type CountPolicy, type IcfValue, type ScriptArguments,
} from '../../model/index.js';
import { illegalArgument, quoted } from '../codec-errors.js';
import { nothing, writeQualifiedUid } from './attributes.js';
import { readEntries, writeMap } from './collections.js';
import type { ObjectHandler, ObjectReader } from './object-reader.js';
import type { ObjectWriter } from './object-writer.js';
import { writeString } from './scalars.js';
import { isConfigurationType } from './configuration-types.js';
import { splitTypeName } from './type-names.js';
import { valueWriter, type ValueWriterEntry } from './value-writer.js';

const OPTION_CLASSES = [
  GuardedString, GuardedByteArray, IcfCharacter, IcfDouble, IcfFloat, IcfFile, IcfUri, ObjectClassReference, QualifiedUid, Script, SortKey, Uid,
] as const;
const OPTION_TYPES: ReadonlySet<string> = new Set(['ObjectClass', 'Uid', 'QualifiedUid', 'SortKey']);

/** The checks of Java's OperationOptions constructor (protocol section 7.9): no lists, no bytes, no CountPolicy. */
function checkOption(name: string, value: IcfValue): void {
  if (value === null || typeof value !== 'object') return;
  if (OPTION_CLASSES.some((type) => value instanceof type)) return;
  const type = value instanceof IcfArray ? value.componentType : value.constructor.name;
  if (value instanceof IcfArray) {
    const { base } = splitTypeName(type);
    if (isConfigurationType(base) || OPTION_TYPES.has(base)) return;
  }
  const hint = Array.isArray(value) || value instanceof Set ? ' Several values are an array (IcfArray).' : '';
  throw illegalArgument(`Operation option ${quoted(name)} has the type ${describeType(value, type)}, which no option can have.${hint}`);
}

function describeType(value: IcfValue, type: string): string {
  if (value instanceof IcfByte) return 'Byte';
  if (value instanceof CountPolicyValue) return 'CountPolicy';
  if (value instanceof ClassReference) return 'Class';
  return value instanceof IcfArray ? `${type}[]` : type;
}

/** The entries of a Map with String keys. */
export function readNamedValues(reader: ObjectReader): Map<string, IcfValue> {
  const entries = new Map<string, IcfValue>();
  let key = '';
  readEntries(
    reader,
    () => {
      const name = reader.value();
      if (typeof name !== 'string') throw illegalArgument('A map of named values has a key that is no String.');
      key = name;
    },
    () => { entries.set(key, reader.value()); },
  );
  return entries;
}

const writeValue = (writer: ObjectWriter, value: IcfValue): void => writer.value(value);

export function writeNamedValues(writer: ObjectWriter, entries: ScriptArguments): void {
  writeMap(writer, entries, writeString, writeValue);
}

export function readOptions(reader: ObjectReader): OperationOptions {
  let entries: Map<string, IcfValue> | null = null;
  while (reader.nextField()) {
    if (reader.fieldName === 'options') entries = reader.structure('Map', readNamedValues);
    else reader.skip();
    reader.endField();
  }
  if (entries === null) return OperationOptions.none;
  for (const [name, value] of entries) checkOption(name, value);
  return new OperationOptions(entries);
}

export function writeOptions(writer: ObjectWriter, options: OperationOptions): void {
  for (const [name, value] of options.entries) checkOption(name, value);
  writer.beginObject('OperationOptions');
  writer.structureField('options', options.entries, writeNamedValues);
  writer.endObject();
}

function readSortKey(reader: ObjectReader): SortKey {
  let field: string | undefined;
  let isAscending = true;
  while (reader.nextField()) {
    if (reader.fieldName === 'field') field = reader.text();
    else if (reader.fieldName === 'isAscending') isAscending = reader.boolean();
    else reader.skip();
    reader.endField();
  }
  if (field === undefined || field.trim() === '') throw illegalArgument('A sort key needs a field.');
  return new SortKey(field, isAscending);
}

function writeSortKey(writer: ObjectWriter, key: SortKey): void {
  writer.beginObject('SortKey');
  writer.textField('field', key.field);
  writer.booleanField('isAscending', key.isAscending);
  writer.endObject();
}

const readText: ObjectHandler<string> = (reader) => {
  let text: string | undefined;
  while (reader.nextField()) {
    if (reader.fieldName === '' && text === undefined) text = reader.text();
    else reader.skip();
    reader.endField();
  }
  return text ?? nothing('a String');
};

/** An object of type String, or null. */
export function readString(reader: ObjectReader): string | null {
  return reader.structure('String', readText);
}

/** Language and text are required; a script with blank ones is refused as by Java. */
export function readScript(reader: ObjectReader): Script {
  let language: string | undefined;
  let text: string | null = null;
  while (reader.nextField()) {
    if (reader.fieldName === 'scriptLanguage') language = reader.text();
    else if (reader.fieldName === 'scriptText') text = readString(reader);
    else reader.skip();
    reader.endField();
  }
  return scriptOf(language, text);
}

export function scriptOf(language: string | null | undefined, text: string | null | undefined): Script {
  if (language === undefined || language === null || language.trim() === '') throw illegalArgument('A script needs a language.');
  if (text === undefined || text === null) throw illegalArgument('A script needs a text.');
  return new Script(language, text);
}

function writeScript(writer: ObjectWriter, script: Script): void {
  writer.beginObject('Script');
  writer.textField('scriptLanguage', script.language);
  writer.structureField('scriptText', script.text, writeString);
  writer.endObject();
}

/** In the order of their numbers in the protobuf enum. */
export const COUNT_POLICIES: readonly CountPolicy[] = ['NONE', 'ESTIMATE', 'EXACT'];

/** Reads an enum constant's object; its value is one of `constants`. */
export function enumHandler<T extends string>(constants: readonly T[]): ObjectHandler<T> {
  return (reader, typeName) => {
    let value: string | undefined;
    while (reader.nextField()) {
      if (reader.fieldName === 'value') value = reader.text();
      else reader.skip();
      reader.endField();
    }
    const constant = constants.find((known) => known === value);
    if (constant === undefined) throw illegalArgument(`${typeName} has no constant of the name received.`);
    return constant;
  };
}

export function enumWriter(typeName: string): (writer: ObjectWriter, value: string) => void {
  return (writer, value) => {
    writer.beginObject(typeName);
    writer.textField('value', value);
    writer.endObject();
  };
}

export const readCountPolicy = enumHandler(COUNT_POLICIES);
export const writeCountPolicy = enumWriter('CountPolicy');

export const optionReaders: readonly (readonly [string, ObjectHandler])[] = [
  ['SortKey', readSortKey],
  ['Script', readScript],
  ['CountPolicy', (reader, typeName) => new CountPolicyValue(readCountPolicy(reader, typeName))],
];

export const optionWriters: readonly ValueWriterEntry[] = [
  valueWriter(SortKey, writeSortKey),
  valueWriter(Script, writeScript),
  valueWriter(CountPolicyValue, (writer, { policy }) => writeCountPolicy(writer, policy)),
  valueWriter(QualifiedUid, writeQualifiedUid),
];
