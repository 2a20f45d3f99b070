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
/** From here on, taking four bytes at a time is worth its preparation. */
const LONG_PAYLOAD = 1024;

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
  const key = maskPool.subarray(maskAt, maskAt + MASK_BYTES);
  maskAt += MASK_BYTES;
  bytes.set(key, start);
  const payload = bytes.subarray(start + MASK_BYTES, start + MASK_BYTES + message.length);
  payload.set(message);
  mask(payload, key);
  return start + MASK_BYTES + message.length;
}

/** In place (RFC 6455 section 5.3), four bytes at a time where memory lets them be taken together. */
function mask(payload: Buffer, key: Uint8Array): void {
  const { length } = payload;
  if (length < LONG_PAYLOAD) return maskBytes(payload, 0, length, key);
  const aligned = -payload.byteOffset & 3;
  const words = new Int32Array(payload.buffer, payload.byteOffset + aligned, (length - aligned) >> 2);
  const [word = 0] = new Int32Array(Uint8Array.from(key, (_, index) => key[(aligned + index) & 3] ?? 0).buffer);
  maskBytes(payload, 0, aligned, key);
  for (let index = 0; index < words.length; index++) words[index] = (words[index] ?? 0) ^ word;
  maskBytes(payload, aligned + 4 * words.length, length, key);
}

function maskBytes(payload: Buffer, from: number, to: number, key: Uint8Array): void {
  for (let index = from; index < to; index++) payload[index] = (payload[index] ?? 0) ^ (key[index & 3] ?? 0);
}
