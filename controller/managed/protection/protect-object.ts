import { getKey, isObject, setKey, type JsonObject, type JsonValue } from '../../crest/json.js';
import { badRequest } from '../../crest/resource-error.js';
import { decryptValues } from '../../systems/encrypted-values.js';
import type { ManagedType } from '../configuration/managed-type.js';
import { encrypted, isEncrypted } from './encrypted-value.js';
import { hashed, isHashed, matchesHash } from './secure-hash.js';

/** An object as it is stored: values that have to be are encrypted or hashed. */
export async function protectObject(type: ManagedType, object: JsonObject): Promise<JsonObject> {
  const result: JsonObject = { ...object };
  for (const { name, protection } of type.properties.values()) {
    const value = getKey(object, name);
    if (protection === undefined || value === undefined || value === null) continue;
    if (protection.kind === 'encryption') {
      if (!isEncrypted(value)) setKey(result, name, encrypted(value, protection.alias, protection.key));
    } else if (!isHashed(value)) {
      if (typeof value !== 'string') throw badRequest(`The property ${name} is hashed, so it has to be a text`);
      setKey(result, name, await hashed(value, protection.algorithm));
    }
  }
  return result;
}

/** An object as policies and scripts see it: what is encrypted is clear, what is hashed stays so. Throws 400 for what cannot be decrypted. */
export function clearObject(type: ManagedType, object: JsonObject): JsonObject {
  const result: JsonObject = { ...object };
  for (const { name, protection } of type.properties.values()) {
    const value = getKey(object, name);
    if (protection?.kind !== 'encryption' || !isEncrypted(value)) continue;
    try {
      setKey(result, name, decryptValues(value ?? null, keysOf(type), name));
    } catch (error) {
      throw badRequest(error instanceof Error ? error.message : `${name} cannot be decrypted`);
    }
  }
  return result;
}

function keysOf(type: ManagedType): ReadonlyMap<string, Buffer> {
  return new Map([...type.properties.values()].flatMap(({ protection }) => (protection?.kind === 'encryption' ? [[protection.alias, protection.key] as const] : [])));
}

/** Puts the stored hash where the clear value behind it was given again, so that nothing has changed there. */
export async function withKnownHashes(type: ManagedType, object: JsonObject, before: JsonObject): Promise<JsonObject> {
  const result: JsonObject = { ...object };
  for (const { name, protection } of type.properties.values()) {
    const [value, hash]: [JsonValue | undefined, JsonValue | undefined] = [getKey(object, name), getKey(before, name)];
    if (protection?.kind === 'hash' && typeof value === 'string' && isObject(hash) && await matchesHash(value, hash)) setKey(result, name, hash);
  }
  return result;
}
