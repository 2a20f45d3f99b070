import {
  decodeApiConfiguration, decodeAttributes, decodeConfigurationProperties, decodeConnectorInfos, decodeConnectorObject, decodeFilter,
  decodeOptions, decodeSchema, decodeScriptArguments, decodeValue, encodeApiConfiguration, encodeAttributes, encodeConfigurationProperties,
  encodeConnectorInfos, encodeConnectorObject, encodeFilter, encodeOptions, encodeSchema, encodeScriptArguments, encodeValue,
} from '../../../protocol/codec/index.js';
import type { protobuf } from '../../../protocol/generated/messages.js';
import type { Message } from '../../../protocol/message.js';

/** Decodes a stream and encodes it again. */
export type RoundTrip = (bytes: Uint8Array) => Uint8Array;

/** An object stream inside a message. */
export interface EmbeddedStream {
  /** What it stands for, e.g. `options`. */
  readonly what: StreamKind;
  readonly bytes: Uint8Array;
}

function roundTrip<T>(decode: (bytes: Uint8Array) => T, encode: (value: T) => Uint8Array): RoundTrip {
  return (bytes) => encode(decode(bytes));
}

/** The codec of each kind of stream. */
export const ROUND_TRIPS = {
  options: roundTrip((bytes) => decodeOptions(bytes), encodeOptions),
  attributes: roundTrip((bytes) => decodeAttributes(bytes), encodeAttributes),
  filter: roundTrip((bytes) => decodeFilter(bytes), encodeFilter),
  value: roundTrip((bytes) => decodeValue(bytes), encodeValue),
  scriptArguments: roundTrip((bytes) => decodeScriptArguments(bytes), encodeScriptArguments),
  schema: roundTrip((bytes) => decodeSchema(bytes), encodeSchema),
  connectorObject: roundTrip((bytes) => decodeConnectorObject(bytes), encodeConnectorObject),
  connectorInfos: roundTrip((bytes) => decodeConnectorInfos(bytes), encodeConnectorInfos),
  apiConfiguration: roundTrip((bytes) => decodeApiConfiguration(bytes), encodeApiConfiguration),
  configurationProperties: roundTrip((bytes) => decodeConfigurationProperties(bytes), encodeConfigurationProperties),
} as const satisfies Record<string, RoundTrip>;

export type StreamKind = keyof typeof ROUND_TRIPS;

/** Which kind of stream fills a bytes field, by the field's name; `sync` deltas and `get` results are told apart below. */
const BY_FIELD: Readonly<Record<string, StreamKind>> = {
  options: 'options', createAttributes: 'attributes', replaceAttributes: 'attributes', attributes: 'attributes', filter: 'filter',
  eventFilter: 'filter', password: 'value', scriptArguments: 'scriptArguments', schema: 'schema', object: 'value', value: 'value',
};

/** Every object stream in the message. Fails for a bytes field it cannot tell the content of. */
export function embeddedStreams(message: Message): EmbeddedStream[] {
  switch (message.kind) {
    case 'controlResponse': return message.connectorInfos === undefined ? [] : [{ what: 'connectorInfos', bytes: message.connectorInfos }];
    case 'configurationChange': return [facade(message.facadeKey), { what: 'configurationProperties', bytes: message.properties }];
    case 'operationRequest': return [facade(message.facadeKey), ...found(withoutFacadeKey(message.operation.fields), 'operationRequest')];
    case 'operationResponse': return found(message.response.fields, 'operationResponse');
    default: return [];
  }
}

function facade(key: string): EmbeddedStream {
  return { what: 'apiConfiguration', bytes: Buffer.from(key, 'base64') };
}

/** The facade key is the only bytes field that is text. */
function withoutFacadeKey(fields: protobuf.OperationRequest.$Properties): object {
  return Object.fromEntries(Object.entries(fields).filter(([name]) => name !== 'connectorFacadeKey'));
}

/** Bytes fields at any depth of a protobuf message; empty ones are null and hold none. */
function found(message: object, name: string): EmbeddedStream[] {
  return Object.entries(message).flatMap(([field, value]: [string, unknown]): EmbeddedStream[] => {
    if (value instanceof Uint8Array) return value.length === 0 ? [] : [{ what: kindOf(field, name), bytes: value }];
    if (Array.isArray(value)) return value.flatMap((item: unknown) => (typeof item === 'object' && item !== null ? found(item, field) : []));
    return typeof value === 'object' && value !== null ? found(value, field) : [];
  });
}

function kindOf(field: string, message: string): StreamKind {
  if (field === 'connectorObject') return message === 'GetOpResponse' ? 'connectorObject' : 'attributes';
  const kind = BY_FIELD[field];
  if (kind === undefined) throw new Error(`what do the bytes of ${message}.${field} hold?`);
  return kind;
}
