import { createDecipheriv } from 'node:crypto';
import { isObject, parseJson, setKey, type JsonObject, type JsonValue } from '../crest/json.js';

/** AES keys by alias, e.g. `openidm-sym-default`. */
export type CryptoKeys = ReadonlyMap<string, Buffer>;

/**
 * Decrypts `{"$crypto":{…}}` values wherever they stand. Only what IDM writes with a plain AES key (AES/CBC/PKCS5Padding)
 * can be; the rest throws a TypeError that says what to do.
 */
export function decryptValues(value: JsonValue, keys: CryptoKeys, where = ''): JsonValue {
  if (Array.isArray(value)) return value.map((item, index) => decryptValues(item, keys, `${where}[${index}]`));
  if (!isObject(value)) return value;
  if ('$crypto' in value) return decrypt(value['$crypto'] ?? null, keys, where);
  const object: JsonObject = {};
  for (const [key, item] of Object.entries(value)) setKey(object, key, decryptValues(item, keys, where === '' ? key : `${where}.${key}`));
  return object;
}

function decrypt(envelope: JsonValue, keys: CryptoKeys, where: string): JsonValue {
  const advice = 'Put the clear value there, or a &{property} reference, and let file permissions protect it';
  const value = isObject(envelope) && envelope['type'] === 'x-simple-encryption' ? envelope['value'] : undefined;
  if (!isObject(value) || value['cipher'] !== 'AES/CBC/PKCS5Padding' || value['salt'] !== undefined) {
    throw new TypeError(`${where} is encrypted in a way this controller cannot read. ${advice}.`);
  }
  const [alias, data, iv] = [value['key'], value['data'], value['iv']].map((item) => (typeof item === 'string' ? item : ''));
  const key = keys.get(alias ?? '');
  if (key === undefined) throw new TypeError(`${where} is encrypted with the key ${alias === '' ? 'of another keystore' : alias}, which this controller does not have. ${advice}, or configure systems.cryptoKeys.`);
  try {
    const decipher = createDecipheriv(`aes-${key.length * 8}-cbc`, key, Buffer.from(iv ?? '', 'base64'));
    return parseJson(Buffer.concat([decipher.update(data ?? '', 'base64'), decipher.final()]).toString('utf8'));
  } catch {
    throw new TypeError(`${where} cannot be decrypted with the configured key ${alias}. ${advice}.`);
  }
}
