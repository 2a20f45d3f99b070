import { setKey, type JsonObject } from './json.js';
import { parsePointer, valueAt, type JsonPointer } from './json-pointer.js';

/** What `_fields` asks for. Empty: everything. */
export type Fields = readonly JsonPointer[];

/** Reads `_fields` values: comma lists, in enclosing quotes or not. Throws a SyntaxError. */
export function parseFields(values: readonly string[]): Fields {
  const names = values.flatMap((value) => unquote(value.trim()).split(',')).map((name) => unquote(name.trim())).filter((name) => name !== '');
  return names.map(parsePointer);
}

/** Published samples write `_fields="_id,mail"`; the quotes mean nothing. */
function unquote(text: string): string {
  const quoted = /^(["'])(.*)\1$/su.exec(text);
  return quoted?.[2] ?? text;
}

/** True when the answer is to hold every field: nothing, the root pointer or `*` was asked for. */
export function wantsEverything(fields: Fields): boolean {
  return fields.length === 0 || fields.some((pointer) => pointer.length === 0 || (pointer.length === 1 && pointer[0] === '*'));
}

/** One key per pointer, named by its last token; what is missing is left out. */
export function project(content: JsonObject, fields: Fields): JsonObject {
  if (wantsEverything(fields)) return content;
  const projected: JsonObject = {};
  for (const pointer of fields) {
    const value = valueAt(content, pointer);
    const name = pointer.at(-1);
    if (value !== undefined && name !== undefined) setKey(projected, name, value);
  }
  return projected;
}
