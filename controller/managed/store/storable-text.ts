import { isObject, type JsonValue } from '../../crest/json.js';
import { badRequest } from '../../crest/resource-error.js';

/** What jsonb can hold: no NUL, no half of a surrogate pair (https://www.postgresql.org/docs/current/datatype-json.html). */
export function isStorable(text: string): boolean {
  return !text.includes('\0') && Buffer.from(text, 'utf8').toString('utf8') === text;
}

/** Throws a 400 that names the place. */
export function requireStorable(value: JsonValue, place = ''): void {
  if (typeof value === 'string') {
    if (!isStorable(value)) throw badRequest(`The text at ${place === '' ? '/' : place} has the character NUL or half a surrogate pair, which cannot be stored`);
  } else if (Array.isArray(value)) value.forEach((item, index) => { requireStorable(item, `${place}/${index}`); });
  else if (isObject(value)) {
    for (const [key, item] of Object.entries(value)) {
      if (!isStorable(key)) throw badRequest(`A name in the object at ${place === '' ? '/' : place} has the character NUL or half a surrogate pair, which cannot be stored`);
      requireStorable(item, `${place}/${key}`);
    }
  }
}
