/** Protobuf written backwards: each field before what it holds, so that lengths are known and nothing is copied. */

/** Longest varint. */
export const VARINT_BYTES = 10;

/** Puts tag and length before what stands from `at` to `end`; answers where they start. `tag` takes one or two bytes as a varint. */
export function wrap(buffer: Buffer, at: number, end: number, tag: number): number {
  return varintBefore(buffer, varintBefore(buffer, at, end - at), tag);
}

/** Puts a number's field before `at`; 0 is left out. */
export function number(buffer: Buffer, at: number, value: number, tag: number): number {
  return value === 0 ? at : varintBefore(buffer, varintBefore(buffer, at, value), tag);
}

/** A negative number counts as its 64-bit complement, as in all of protobuf. */
function varintBefore(buffer: Buffer, at: number, value: number): number {
  if (value >= 0 && value < 0x80) {
    buffer[at - 1] = value;
    return at - 1;
  }
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
  const start = at - VARINT_BYTES;
  for (let index = 0; index < VARINT_BYTES; index++) {
    buffer[start + index] = Number((value >> BigInt(7 * index)) & 0x7fn) | (index === VARINT_BYTES - 1 ? 0 : 0x80);
  }
  return start;
}
