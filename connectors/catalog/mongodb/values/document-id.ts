import type { Document } from 'mongodb';
import type { Driver } from '../connection/driver.js';

const OBJECT_ID = /^[0-9a-f]{24}$/;
const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const WHOLE = /^-?(?:0|[1-9]\d{0,18})$/;
const UUID_SUBTYPE = 4;
const JSON_WORDS = new Set(['true', 'false', 'null']);

interface Tagged { readonly _bsontype: string }

/** The driver's own mark of its classes, which also holds for a second copy of the library. */
export function bsonType(value: unknown): string | undefined {
  return typeof value === 'object' && value !== null && '_bsontype' in value ? (value as Tagged)._bsontype : undefined;
}

export function isUuid(value: unknown): value is { toUUID(): { toString(): string } } {
  return bsonType(value) === 'Binary' && (value as { readonly sub_type: number }).sub_type === UUID_SUBTYPE;
}

/** `_id` as uid: text, hexadecimal, a UUID or a whole number as it is; anything else as Extended JSON. */
export function uidText(driver: Driver, id: unknown): string {
  if (typeof id === 'string') return id;
  const type = bsonType(id);
  if (type === 'ObjectId' || type === 'Int32' || type === 'Long') return String(id);
  if (isUuid(id)) return id.toUUID().toString();
  return driver.BSON.EJSON.stringify(id, { relaxed: false });
}

/** What a text may stand for where text, ObjectId and UUID are all printed as text. */
export function textCandidates(driver: Driver, text: string): unknown[] {
  if (OBJECT_ID.test(text)) return [text, new driver.ObjectId(text)];
  if (UUID.test(text)) return [text, new driver.UUID(text)];
  return [text];
}

/** Values of `_id` a uid may stand for. There is one document at most as a rule: see `oneDocument`. */
function idCandidates(driver: Driver, uid: string): unknown[] {
  const candidates = textCandidates(driver, uid);
  if (WHOLE.test(uid)) candidates.push(driver.Long.fromString(uid));
  if (uid.startsWith('{') || JSON_WORDS.has(uid)) {
    try {
      candidates.push(driver.BSON.EJSON.parse(uid, { relaxed: false }));
    } catch {
      // A text that only looks like Extended JSON.
    }
  }
  return candidates;
}

/**
 * The query for the documents of a uid. Nothing of the caller's is an operator or a pattern: values stand under `$eq` only. Under
 * `$in` a regular expression would still mean all texts it matches.
 */
export function withUid(driver: Driver, uid: string): Document {
  const [only = { _id: { $eq: uid } }, ...others] = idCandidates(driver, uid).map((candidate) => ({ _id: { $eq: candidate } }));
  return others.length === 0 ? only : { $or: [only, ...others] };
}
