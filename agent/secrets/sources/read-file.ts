import { open } from 'node:fs/promises';
import { SecretError } from '../secret-error.js';
import { MAX_SECRET_BYTES, secretOf, type SecretValue } from '../secret-value.js';

/** Reads a secret from a file. `what` names it in messages, e.g. "The secret file /x". */
export async function readSecretFile(path: string, what: string): Promise<SecretValue> {
  let bytes: Buffer;
  try {
    bytes = await readBounded(path);
  } catch (error) {
    throw new SecretError(`${what} cannot be read (${codeOf(error)}).`);
  }
  return secretOf(bytes, what);
}

/** One byte more than a secret may have, at most, so that too large a file shows. */
async function readBounded(path: string): Promise<Buffer> {
  const file = await open(path, 'r');
  try {
    const buffer = Buffer.alloc(MAX_SECRET_BYTES + 1);
    let length = 0;
    for (;;) {
      const { bytesRead } = await file.read(buffer, length, buffer.length - length, null); // a pipe gives it in pieces
      length += bytesRead;
      if (bytesRead === 0 || length === buffer.length) return buffer.subarray(0, length);
    }
  } finally {
    await file.close();
  }
}

export function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : 'unknown error';
}
