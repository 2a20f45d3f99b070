import { CaseInsensitiveMap, CaseInsensitiveSet, IcfArray, type IcfValue } from '../../model/index.js';
import { malformed } from '../codec-errors.js';
import type { ObjectHandler, ObjectReader } from './object-reader.js';
import type { ObjectWriter } from './object-writer.js';
import { valueWriter, type ValueWriterEntry } from './value-writer.js';

/** Reads the elements of a List, Set or array, each with `element`; the named fields are skipped. */
export function readElements<T>(reader: ObjectReader, element: (reader: ObjectReader) => T): T[] {
  let elements: T[] | undefined;
  while (reader.nextField()) {
    if (reader.fieldName === '') {
      reader.countElement();
      // Most lists have one element, and V8 makes room for 17 when the first is pushed.
      if (elements === undefined) elements = [element(reader)];
      else elements.push(element(reader));
    } else {
      reader.skip();
    }
    reader.endField();
  }
  return elements ?? [];
}

const readValue = (reader: ObjectReader): IcfValue => reader.value();

export function readList(reader: ObjectReader): IcfValue[] {
  return readElements(reader, readValue);
}

function readArray(reader: ObjectReader, componentType: string): IcfArray {
  return new IcfArray(componentType, readElements(reader, readValue));
}

function readSet(reader: ObjectReader): Set<IcfValue> {
  const elements: IcfValue[] = [];
  let caseInsensitive = false;
  while (reader.nextField()) {
    if (reader.fieldName === '') {
      reader.countElement();
      elements.push(reader.value());
    } else if (reader.fieldName === 'caseInsensitive') {
      caseInsensitive = reader.boolean();
    } else {
      reader.skip();
    }
    reader.endField();
  }
  return caseInsensitive ? new CaseInsensitiveSet(elements) : new Set(elements);
}

/** Reads a Map entry by entry; `entry` is called inside the value's field, after the key was read. */
export function readEntries(reader: ObjectReader, key: (reader: ObjectReader) => void, value: (reader: ObjectReader) => void): boolean {
  let caseInsensitive = false;
  while (reader.nextField()) {
    if (reader.fieldName === '') {
      reader.countElement();
      reader.structure('MapEntry', () => readEntry(reader, key, value));
    } else if (reader.fieldName === 'caseInsensitive') {
      caseInsensitive = reader.boolean();
    } else {
      reader.skip();
    }
    reader.endField();
  }
  return caseInsensitive;
}

function readEntry(reader: ObjectReader, key: (reader: ObjectReader) => void, value: (reader: ObjectReader) => void): void {
  let parts = 0;
  while (reader.nextField()) {
    if (reader.fieldName !== '' || parts > 1) reader.skip();
    else if (parts++ === 0) key(reader);
    else value(reader);
    reader.endField();
  }
  if (parts < 2) throw malformed('a map entry lacks its key or its value.');
}

function readMap(reader: ObjectReader): Map<IcfValue, IcfValue> {
  const map = new Map<IcfValue, IcfValue>();
  let key: IcfValue = null;
  const caseInsensitive = readEntries(reader, () => { key = reader.value(); }, () => { map.set(key, reader.value()); });
  return caseInsensitive ? new CaseInsensitiveMap(map) : map;
}

export const collectionReaders: readonly (readonly [string, ObjectHandler])[] = [
  ['List', readList],
  ['Set', readSet],
  ['Map', readMap],
  ['[]', readArray],
];

/** Writes the object of a collection type around one anonymous field per element. */
export function writeElements<T>(writer: ObjectWriter, typeName: 'List' | 'Set', elements: Iterable<T>, write: (writer: ObjectWriter, element: T) => void): void {
  writer.beginObject(typeName);
  for (const element of elements) writer.structureField(undefined, element, write);
  writer.endObject();
}

const writeValue = (writer: ObjectWriter, value: IcfValue): void => writer.value(value);

export function writeList(writer: ObjectWriter, values: Iterable<IcfValue>): void {
  writer.beginObject('List');
  for (const value of values) {
    if (typeof value === 'string') writer.stringElement(value);
    else writer.structureField(undefined, value, writeValue);
  }
  writer.endObject();
}

export function writeMap<K, V>(
  writer: ObjectWriter, entries: Iterable<readonly [K, V]>, writeKey: (writer: ObjectWriter, key: K) => void,
  writeEntryValue: (writer: ObjectWriter, value: V) => void, caseInsensitive = false,
): void {
  writer.beginObject('Map');
  if (caseInsensitive) writer.booleanField('caseInsensitive', true);
  for (const [key, value] of entries) {
    const entry = writer.beginField();
    writer.beginObject('MapEntry');
    const keyMark = writer.beginField();
    writeKey(writer, key);
    writer.endField(keyMark);
    const valueMark = writer.beginField();
    writeEntryValue(writer, value);
    writer.endField(valueMark);
    writer.endObject();
    writer.endField(entry);
  }
  writer.endObject();
}

function writeArray(writer: ObjectWriter, array: IcfArray): void {
  writer.beginArray(array.componentType);
  for (const item of array.items) writer.objectField(undefined, item);
  writer.endObject();
}

function writeSet(writer: ObjectWriter, set: Set<IcfValue>): void {
  writer.beginObject('Set');
  if (set instanceof CaseInsensitiveSet) writer.booleanField('caseInsensitive', true);
  for (const element of set) writer.objectField(undefined, element);
  writer.endObject();
}

export const collectionWriters: readonly ValueWriterEntry[] = [
  valueWriter<IcfValue[]>(Array, writeList),
  valueWriter(IcfArray, writeArray),
  valueWriter(Set, writeSet),
  valueWriter<Map<IcfValue, IcfValue>>(Map, (writer, map) => writeMap(writer, map, writeValue, writeValue, map instanceof CaseInsensitiveMap)),
];
