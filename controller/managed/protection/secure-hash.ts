import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { hashPassword, verifyPassword } from '../../authentication/password-hash.js';
import { getKey, isObject, type JsonObject, type JsonValue } from '../../crest/json.js';

/** SHA-2 with a salt as IDM writes it, which is quick to guess; SCRYPT is not. */
export const HASH_ALGORITHMS = ['SHA-256', 'SHA-384', 'SHA-512', 'SCRYPT'] as const;
export type HashAlgorithm = (typeof HASH_ALGORITHMS)[number];

const DIGESTS: Readonly<Record<Exclude<HashAlgorithm, 'SCRYPT'>, string>> = { 'SHA-256': 'sha256', 'SHA-384': 'sha384', 'SHA-512': 'sha512' };
const SALT = 16;

export function hashAlgorithm(name: string): HashAlgorithm | undefined {
  return HASH_ALGORITHMS.find((algorithm) => algorithm === name.toUpperCase());
}

/** `{"$crypto": {"type": "salted-hash", "value": {"algorithm", "data"}}}`; of SHA-2, `data` is Base64 of digest and salt, of value then salt. */
export async function hashed(value: string, algorithm: HashAlgorithm): Promise<JsonObject> {
  const data = algorithm === 'SCRYPT' ? await hashPassword(value) : digestOf(value, algorithm, randomBytes(SALT)).toString('base64');
  return { $crypto: { type: 'salted-hash', value: { algorithm, data } } };
}

function digestOf(value: string, algorithm: keyof typeof DIGESTS, salt: Buffer): Buffer {
  const digest = createHash(DIGESTS[algorithm]).update(value, 'utf8').update(salt).digest();
  return Buffer.concat([digest, salt]);
}

export function isHashed(value: JsonValue | undefined): value is JsonObject {
  const envelope = isObject(value) ? getKey(value, '$crypto') : undefined;
  return isObject(envelope) && envelope['type'] === 'salted-hash' && isObject(envelope['value']);
}

/** Whether a clear value is the one that was hashed; false for a hash that cannot be read. */
export async function matchesHash(value: string, hash: JsonValue | undefined): Promise<boolean> {
  const [algorithm, data] = partsOf(hash);
  if (algorithm === undefined) return false;
  if (algorithm === 'SCRYPT') return verifyPassword(value, data);
  const known = Buffer.from(data, 'base64');
  const length = Number(algorithm.slice('SHA-'.length)) / 8;
  if (known.length <= length) return false;
  return timingSafeEqual(digestOf(value, algorithm, known.subarray(length)), known);
}

function partsOf(hash: JsonValue | undefined): [HashAlgorithm | undefined, string] {
  if (!isHashed(hash)) return [undefined, ''];
  const { value } = hash['$crypto'] as { readonly value: JsonObject };
  const { algorithm, data } = value;
  return typeof algorithm === 'string' && typeof data === 'string' ? [hashAlgorithm(algorithm), data] : [undefined, ''];
}
