import type { ConnectorObject } from '../model/index.js';
import { VARINT_BYTES, number, wrap } from './backward-fields.js';
import { encodeAttributesWithRoom } from './object-stream/object-stream.js';

/** Protobuf tags, each the number of a field and its wire type (protocol section 4). */
const TAG = {
  messageId: 0x08, response: 0x1a,                       // RemoteMessage
  operationResponse: 0x1a,                               // RPCResponse
  searchOpResponse: 0x52,                                // OperationResponse
  sequence: 0x08, connectorObject: 0x1a, results: 1001 * 8 + 2,   // SearchOpResponse
  objectClass: 0x0a, attributes: 0x12,                   // ConnectorObject
} as const;

/** All tags, lengths and numbers of the message. */
const ENVELOPE = 8 * (VARINT_BYTES + 2);

interface Place { readonly buffer: Buffer; readonly at: number; readonly end: number }

/**
 * The frame of one search result. Most frames an agent ever sends are of this kind, so it is written by hand: the object
 * stream first, and the messages around it backwards in the room before it, in one piece of memory and without a copy.
 */
export function encodeSearchItem(id: number, object: ConnectorObject, sequence: number): Uint8Array {
  const { buffer, at: start, end } = objectField(object, TAG.connectorObject);
  let at = number(buffer, start, sequence, TAG.sequence);
  at = wrap(buffer, at, end, TAG.searchOpResponse);
  at = wrap(buffer, at, end, TAG.operationResponse);
  at = wrap(buffer, at, end, TAG.response);
  at = number(buffer, at, id, TAG.messageId);
  return buffer.subarray(at, end);
}

/** One result as it stands in a message that carries many: the field with its tag and length. */
export function encodeSearchPart(object: ConnectorObject): Uint8Array {
  const { buffer, at, end } = objectField(object, TAG.results);
  return buffer.subarray(at, end);
}

function objectField({ objectClass, attributes }: ConnectorObject, tag: number): Place {
  const className = Buffer.byteLength(objectClass, 'utf8');
  const { buffer, start, end } = encodeAttributesWithRoom(attributes, ENVELOPE + className);
  let at = wrap(buffer, start, end, TAG.attributes);
  if (className > 0) {
    at -= className;
    buffer.write(objectClass, at, 'utf8');
    at = wrap(buffer, at, at + className, TAG.objectClass);
  }
  return { buffer, at: wrap(buffer, at, end, tag), end };
}
