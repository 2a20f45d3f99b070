import type {
  ApiConfiguration, Attribute, ConfigurationProperty, ConnectorInfo, ConnectorObject, Filter, IcfValue, OperationOptions, Schema,
  ScriptArguments,
} from '../../model/index.js';
import { asConnectorError } from '../codec-errors.js';
import { DEFAULT_CODEC_LIMITS, type CodecLimits } from '../limits.js';
import { nothing, readAttributeSet, readConnectorObject, writeAttributeSet, writeConnectorObject } from './attributes.js';
import { readApiConfiguration, readProperties, writeApiConfiguration, writePropertyList } from './configuration.js';
import { readConnectorInfos, writeConnectorInfos } from './connector-info.js';
import { readFilter, writeFilter } from './filters.js';
import { ObjectReader, type ObjectHandler } from './object-reader.js';
import { ObjectWriter, type RoomyBytes } from './object-writer.js';
import { readNamedValues, readOptions, writeNamedValues, writeOptions } from './options.js';
import { readSchema, writeSchema } from './schema.js';
import { VALUE_TYPES, writeAnyValue } from './value-types.js';

/**
 * Whole object streams, as they fill the `bytes` fields of the protocol (protocol sections 5 and 6). Encoders throw a
 * ConnectorError of kind `illegalArgument` for what cannot be expressed; decoders throw one for whatever is wrong with
 * the bytes, and nothing else.
 */
export type { CodecLimits } from '../limits.js';

function written<T>(value: T, write: (writer: ObjectWriter, value: T) => void): ObjectWriter {
  const writer = new ObjectWriter(writeAnyValue);
  try {
    write(writer, value);
  } catch (error) {
    throw asConnectorError(error, 'the value cannot be encoded');
  }
  return writer;
}

function encode<T>(value: T, write: (writer: ObjectWriter, value: T) => void): Uint8Array {
  return written(value, write).finish();
}

function decode<T>(bytes: Uint8Array, limits: CodecLimits, read: (reader: ObjectReader) => T): T {
  try {
    const reader = new ObjectReader(bytes, VALUE_TYPES, limits);
    const value = read(reader);
    reader.finish();
    return value;
  } catch (error) {
    throw asConnectorError(error, 'the object stream cannot be decoded');
  }
}

function decodeStructure<T>(bytes: Uint8Array, limits: CodecLimits, typeName: string, handler: ObjectHandler<T>): T {
  return decode(bytes, limits, (reader) => reader.structure(typeName, handler) ?? nothing(typeName));
}

export function encodeValue(value: IcfValue): Uint8Array {
  return encode(value, writeAnyValue);
}

export function decodeValue(bytes: Uint8Array, limits: CodecLimits = DEFAULT_CODEC_LIMITS): IcfValue {
  return decode(bytes, limits, (reader) => reader.value());
}

/** A `Set<Attribute>`, in the order given. */
export function encodeAttributes(attributes: Iterable<Attribute>): Uint8Array {
  return encode(attributes, writeAttributeSet);
}

/** As {@link encodeAttributes}, with so many bytes free before the stream. */
export function encodeAttributesWithRoom(attributes: Iterable<Attribute>, room: number): RoomyBytes {
  return written(attributes, writeAttributeSet).finishWithRoom(room);
}

export function decodeAttributes(bytes: Uint8Array, limits: CodecLimits = DEFAULT_CODEC_LIMITS): Attribute[] {
  return decodeStructure(bytes, limits, 'Set', readAttributeSet);
}

export function encodeConnectorObject(object: ConnectorObject): Uint8Array {
  return encode(object, writeConnectorObject);
}

export function decodeConnectorObject(bytes: Uint8Array, limits: CodecLimits = DEFAULT_CODEC_LIMITS): ConnectorObject {
  return decodeStructure(bytes, limits, 'ConnectorObject', readConnectorObject);
}

export function encodeFilter(filter: Filter): Uint8Array {
  return encode(filter, writeFilter);
}

export function decodeFilter(bytes: Uint8Array, limits: CodecLimits = DEFAULT_CODEC_LIMITS): Filter {
  return decode(bytes, limits, readFilter);
}

export function encodeOptions(options: OperationOptions): Uint8Array {
  return encode(options, writeOptions);
}

export function decodeOptions(bytes: Uint8Array, limits: CodecLimits = DEFAULT_CODEC_LIMITS): OperationOptions {
  return decodeStructure(bytes, limits, 'OperationOptions', readOptions);
}

export function encodeScriptArguments(scriptArguments: ScriptArguments): Uint8Array {
  return encode(scriptArguments, writeNamedValues);
}

export function decodeScriptArguments(bytes: Uint8Array, limits: CodecLimits = DEFAULT_CODEC_LIMITS): Map<string, IcfValue> {
  return decodeStructure(bytes, limits, 'Map', readNamedValues);
}

export function encodeSchema(schema: Schema): Uint8Array {
  return encode(schema, writeSchema);
}

export function decodeSchema(bytes: Uint8Array, limits: CodecLimits = DEFAULT_CODEC_LIMITS): Schema {
  return decodeStructure(bytes, limits, 'Schema', readSchema);
}

/** A `List<ConnectorInfo>`: what a control response carries. */
export function encodeConnectorInfos(infos: Iterable<ConnectorInfo>): Uint8Array {
  return encode(infos, writeConnectorInfos);
}

export function decodeConnectorInfos(bytes: Uint8Array, limits: CodecLimits = DEFAULT_CODEC_LIMITS): ConnectorInfo[] {
  return decodeStructure(bytes, limits, 'List', readConnectorInfos);
}

export function encodeApiConfiguration(configuration: ApiConfiguration): Uint8Array {
  return encode(configuration, writeApiConfiguration);
}

export function decodeApiConfiguration(bytes: Uint8Array, limits: CodecLimits = DEFAULT_CODEC_LIMITS): ApiConfiguration {
  return decodeStructure(bytes, limits, 'APIConfiguration', readApiConfiguration);
}

/** A `List<ConfigurationProperty>`: what a configuration-change event carries. */
export function encodeConfigurationProperties(properties: readonly ConfigurationProperty[]): Uint8Array {
  return encode(properties, writePropertyList);
}

export function decodeConfigurationProperties(bytes: Uint8Array, limits: CodecLimits = DEFAULT_CODEC_LIMITS): ConfigurationProperty[] {
  return decodeStructure(bytes, limits, 'List', readProperties);
}
