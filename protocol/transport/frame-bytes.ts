import { randomFillSync } from 'node:crypto';

/** FIN and opcode 2: one whole binary message (RFC 6455 section 5.2). */
const BINARY = 0x82;
const MASKED = 0x80;
const LENGTH_16 = 126;
const LENGTH_64 = 127;
const LARGEST_7 = 125;
const LARGEST_16 = 0xffff;
const MASK_BYTES = 4;
const MASK_POOL_BYTES = 8 * 1024;

/** `client`: each frame is masked by a key of its own, as a client's must be. */
export type WebSocketRole = 'client' | 'server';

const maskPool = Buffer.alloc(MASK_POOL_BYTES);
let maskAt = MASK_POOL_BYTES;

function headerLength(payload: number): number {
  if (payload <= LARGEST_7) return 2;
  return payload <= LARGEST_16 ? 4 : 10;
}

/** Bytes that messages take on the wire, each as one frame. */
export function wireLength(messages: readonly Uint8Array[], role: WebSocketRole): number {
  let length = role === 'client' ? messages.length * MASK_BYTES : 0;
  for (const message of messages) length += headerLength(message.length) + message.length;
  return length;
}

/** Binary messages as they go over the wire, each one unfragmented and uncompressed frame, one behind the other. */
export function wireBytes(messages: readonly Uint8Array[], role: WebSocketRole): Buffer {
  const bytes = Buffer.allocUnsafe(wireLength(messages, role));
  let at = 0;
  for (const message of messages) {
    at = writeHeader(bytes, at, message.length, role === 'client' ? MASKED : 0);
    if (role === 'client') at = writeMasked(bytes, at, message);
    else {
      bytes.set(message, at);
      at += message.length;
    }
  }
  return bytes;
}

function writeHeader(bytes: Buffer, start: number, length: number, masked: number): number {
  bytes[start] = BINARY;
  if (length <= LARGEST_7) {
    bytes[start + 1] = masked | length;
    return start + 2;
  }
  if (length <= LARGEST_16) {
    bytes[start + 1] = masked | LENGTH_16;
    bytes[start + 2] = length >>> 8;
    bytes[start + 3] = length;
    return start + 4;
  }
  bytes[start + 1] = masked | LENGTH_64;
  bytes.writeUInt32BE(Math.floor(length / 2 ** 32), start + 2);
  return bytes.writeUInt32BE(length >>> 0, start + 6);
}

function writeMasked(bytes: Buffer, start: number, message: Uint8Array): number {
  if (maskAt === MASK_POOL_BYTES) {
    randomFillSync(maskPool);
    maskAt = 0;
  }
  const key = start + MASK_BYTES;
  bytes.set(maskPool.subarray(maskAt, maskAt + MASK_BYTES), start);
  maskAt += MASK_BYTES;
  for (let index = 0; index < message.length; index++) bytes[key + index] = (message[index] ?? 0) ^ (bytes[start + (index & 3)] ?? 0);
  return key + message.length;
}
