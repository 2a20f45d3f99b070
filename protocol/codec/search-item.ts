import type { ConnectorObject } from '../model/index.js';
import { encodeAttributesWithRoom } from './object-stream/object-stream.js';

/** Protobuf tags, each the number of a field and its wire type (protocol section 4). */
const TAG = {
  messageId: 0x08, response: 0x1a,                       // RemoteMessage
  operationResponse: 0x1a,                               // RPCResponse
  searchOpResponse: 0x52,                                // OperationResponse
  sequence: 0x08, connectorObject: 0x1a,                 // SearchOpResponse
  objectClass: 0x0a, attributes: 0x12,                   // ConnectorObject
} as const;

/** Longest varint; every tag here takes one byte. */
const NUMBER = 10;
/** All tags, lengths and numbers of the message. */
const ENVELOPE = 8 * (NUMBER + 1);

/**
 * The frame of one search result. Most frames an agent ever sends are of this kind, so it is written by hand: the object
 * stream first, and the messages around it backwards in the room before it, in one piece of memory and without a copy.
 */
export function encodeSearchItem(id: number, { objectClass, attributes }: ConnectorObject, sequence: number): Uint8Array {
  const className = Buffer.byteLength(objectClass, 'utf8');
  const { buffer, start, end } = encodeAttributesWithRoom(attributes, ENVELOPE + className);
  let at = wrap(buffer, start, end, TAG.attributes);
  if (className > 0) {
    at -= className;
    buffer.write(objectClass, at, 'utf8');
    at = wrap(buffer, at, at + className, TAG.objectClass);
  }
  at = wrap(buffer, at, end, TAG.connectorObject);
  at = number(buffer, at, sequence, TAG.sequence);
  at = wrap(buffer, at, end, TAG.searchOpResponse);
  at = wrap(buffer, at, end, TAG.operationResponse);
  at = wrap(buffer, at, end, TAG.response);
  at = number(buffer, at, id, TAG.messageId);
  return buffer.subarray(at, end);
}

/** Puts tag and length before what stands from `at` to `end`; answers where they start. */
function wrap(buffer: Buffer, at: number, end: number, tag: number): number {
  const start = varintBefore(buffer, at, end - at) - 1;
  buffer[start] = tag;
  return start;
}

/** Puts a number's field before `at`; 0 is left out. */
function number(buffer: Buffer, at: number, value: number, tag: number): number {
  if (value === 0) return at;
  const start = varintBefore(buffer, at, value) - 1;
  buffer[start] = tag;
  return start;
}

/** A negative number counts as its 64-bit complement, as in all of protobuf. */
function varintBefore(buffer: Buffer, at: number, value: number): number {
  if (value < 0) return complementBefore(buffer, at, BigInt.asUintN(64, BigInt(value)));
  let length = 1;
  for (let rest = value; rest >= 0x80; rest = Math.floor(rest / 0x80)) length++;
  const start = at - length;
  let rest = value;
  for (let position = start; position < at - 1; position++) {
    buffer[position] = (rest % 0x80) | 0x80;
    rest = Math.floor(rest / 0x80);
  }
  buffer[at - 1] = rest;
  return start;
}

function complementBefore(buffer: Buffer, at: number, value: bigint): number {
  const start = at - NUMBER;
  for (let index = 0; index < NUMBER; index++) {
    buffer[start + index] = Number((value >> BigInt(7 * index)) & 0x7fn) | (index === NUMBER - 1 ? 0 : 0x80);
  }
  return start;
}
