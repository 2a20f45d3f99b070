import { isUtf8 } from 'node:buffer';
import { GuardedByteArray, GuardedString } from '../../protocol/model/index.js';
import { SecretError } from './secret-error.js';

/** Text, or bytes that are no text. */
export type SecretValue = GuardedString | GuardedByteArray;

export const MAX_SECRET_BYTES = 65_536;

const CR = 0x0d;
const LF = 0x0a;

/**
 * Bytes as a secret: text where they are UTF-8, less the one line break an editor or `echo` leaves behind. The bytes are
 * wiped. `what` begins the messages: "The secret file /x". Throws for nothing, since an empty password is an anonymous login
 * at many targets.
 */
export function secretOf(bytes: Buffer, what: string): SecretValue {
  try {
    if (bytes.length > MAX_SECRET_BYTES) throw new SecretError(`${what} is larger than ${MAX_SECRET_BYTES} bytes.`);
    if (!isUtf8(bytes)) return new GuardedByteArray(bytes);
    const text = withoutLineBreak(bytes);
    if (text.length === 0) throw new SecretError(`${what} is empty.`);
    return new GuardedString(text.toString('utf8'));
  } finally {
    bytes.fill(0);
  }
}

function withoutLineBreak(bytes: Buffer): Buffer {
  if (bytes.at(-1) !== LF) return bytes;
  return bytes.subarray(0, bytes.at(-2) === CR ? -2 : -1);
}

/** For uses that take text only. Throws for bytes. */
export function textOf(value: SecretValue, what: string): GuardedString {
  if (value instanceof GuardedString) return value;
  throw new SecretError(`${what} holds bytes that are no UTF-8 text.`);
}
