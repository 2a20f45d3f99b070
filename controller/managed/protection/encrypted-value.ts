import { createCipheriv, randomBytes } from 'node:crypto';
import { getKey, isObject, writeJson, type JsonObject, type JsonValue } from '../../crest/json.js';

const CIPHER = 'AES/CBC/PKCS5Padding';

/** `{"$crypto": {"type": "x-simple-encryption", …}}` as IDM writes it with a plain key; `decryptValues` reads it. */
export function encrypted(value: JsonValue, alias: string, key: Buffer): JsonObject {
  const iv = randomBytes(16);
  const cipher = createCipheriv(`aes-${key.length * 8}-cbc`, key, iv);
  const data = Buffer.concat([cipher.update(writeJson(value), 'utf8'), cipher.final()]);
  return { $crypto: { type: 'x-simple-encryption', value: { cipher: CIPHER, key: alias, data: data.toString('base64'), iv: iv.toString('base64') } } };
}

export function isEncrypted(value: JsonValue | undefined): boolean {
  const envelope = isObject(value) ? getKey(value, '$crypto') : undefined;
  return isObject(envelope) && envelope['type'] === 'x-simple-encryption';
}
