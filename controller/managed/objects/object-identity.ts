import type { JsonObject } from '../../crest/json.js';
import { ResourceError, badRequest } from '../../crest/resource-error.js';
import type { StoredObject } from '../store/managed-store.js';

const LONGEST_ID = 255;

/** Throws 403 for an id with a slash, as IDM does, and 400 for what is none. */
export function requireId(id: string): string {
  if (id.includes('/')) throw new ResourceError(403, 'Sub-objects are not supported');
  if (id === '' || id.length > LONGEST_ID || /[\p{Cc}\p{Cs}]/u.test(id)) throw badRequest(`The _id must be a text of 1 to ${LONGEST_ID} characters, without control characters`);
  return id;
}

/** The id that a content asks for; undefined for none. Throws 400 when it is no text. */
export function idOf(content: JsonObject): string | undefined {
  const id = content['_id'];
  if (id === undefined || id === null) return undefined;
  if (typeof id !== 'string') throw badRequest('The _id must be a text');
  return id;
}

export function withoutIdentity(object: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(object).filter(([key]) => key !== '_id' && key !== '_rev'));
}

/** As scripts and mappings see it. */
export function whole({ id, revision, content }: StoredObject): JsonObject {
  return { _id: id, _rev: revision, ...content };
}
