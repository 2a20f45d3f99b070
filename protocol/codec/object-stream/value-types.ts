import { Attribute, IcfObject, ObjectClassReference, type IcfValue } from '../../model/index.js';
import { illegalArgument } from '../codec-errors.js';
import { attributeReaders, writeAttribute, writeObjectClass } from './attributes.js';
import { collectionReaders, collectionWriters } from './collections.js';
import { icfObjectReaders, writeIcfObject } from './icf-objects.js';
import type { ObjectHandler } from './object-reader.js';
import type { ObjectWriter } from './object-writer.js';
import { optionReaders, optionWriters } from './options.js';
import { scalarReaders, scalarWriters, writePrimitive } from './scalars.js';
import { valueWriter, type ValueWriterEntry } from './value-writer.js';

/** Every type that can stand where any value may; the key `[]` is any array. */
export const VALUE_TYPES: ReadonlyMap<string, ObjectHandler> = new Map<string, ObjectHandler>([
  ...scalarReaders, ...collectionReaders, ...attributeReaders, ...optionReaders, ...icfObjectReaders,
]);

const writers: readonly ValueWriterEntry[] = [
  ...collectionWriters,
  ...scalarWriters,
  ...optionWriters,
  valueWriter(ObjectClassReference, (writer, { name }) => writeObjectClass(writer, name)),
  valueWriter(Attribute, writeAttribute),
  valueWriter(IcfObject, writeIcfObject),
];
const byConstructor = new Map<unknown, ValueWriterEntry['write']>(writers.map(({ type, write }) => [type, write]));

/** Writes any value as an object; a subclass is written as the class of ours it extends. */
export function writeAnyValue(writer: ObjectWriter, value: IcfValue): void {
  if (value === null) return writer.null();
  if (typeof value !== 'object') return writePrimitive(writer, value);
  const write = byConstructor.get(value.constructor) ?? writers.find(({ type }) => value instanceof type)?.write;
  if (write === undefined) throw illegalArgument(`A value of class ${value.constructor.name} has no form in the object stream. Convert dates to Long or String.`);
  write(writer, value);
}
