import { createCipheriv, createDecipheriv } from 'node:crypto';
import { GuardedByteArray, GuardedString } from '../../model/index.js';
import { malformed } from '../codec-errors.js';

/**
 * Key and initialisation vector are constants of the Java framework's public source (protocol section 5.6): this keeps
 * secrets out of sight, not out of reach. Only TLS protects them on the wire.
 */
const KEY = Buffer.from('23658722597854436405 6ABD34A23457'.replace(' ', ''), 'hex');
const IV = Buffer.from('5165222364056ABE5165222364056ABE', 'hex');
const CIPHER = 'aes-128-cbc';

function encrypt(clear: Buffer): Buffer {
  const cipher = createCipheriv(CIPHER, KEY, IV);
  const sealed = Buffer.concat([cipher.update(clear), cipher.final()]);
  clear.fill(0);
  return sealed;
}

function decrypt(sealed: Uint8Array): Buffer {
  try {
    const decipher = createDecipheriv(CIPHER, KEY, IV);
    return Buffer.concat([decipher.update(sealed), decipher.final()]);
  } catch {
    // The library's message is of no use, and its cause might carry the bytes.
    throw malformed('a guarded value cannot be decrypted.');
  }
}

/** The characters as UTF-16 units, big endian, encrypted. */
export function encryptGuardedString(value: GuardedString): Buffer {
  return encrypt(Buffer.from(value.reveal(), 'utf16le').swap16());
}

export function decryptGuardedString(sealed: Uint8Array): GuardedString {
  const clear = decrypt(sealed);
  if (clear.length % 2 !== 0) throw malformed('a guarded string has half a character.');
  const value = new GuardedString(clear.swap16().toString('utf16le'));
  clear.fill(0);
  return value;
}

export function encryptGuardedByteArray(value: GuardedByteArray): Buffer {
  return encrypt(Buffer.from(value.reveal()));
}

export function decryptGuardedByteArray(sealed: Uint8Array): GuardedByteArray {
  const clear = decrypt(sealed);
  const value = new GuardedByteArray(clear);
  clear.fill(0);
  return value;
}
