import { getKey, isObject, type JsonValue } from './json.js';

/** A path into a JSON value; empty is the value itself. */
export type JsonPointer = readonly string[];

const ILLEGAL = /[\s\u0000-\u001f"#<>\\^`{|}]/u;

/**
 * Reads a pointer: the leading `/` is optional, tokens are percent-decoded. Throws a SyntaxError that names the offence.
 */
export function parsePointer(text: string): JsonPointer {
  const illegal = ILLEGAL.exec(text);
  if (illegal !== null) throw new SyntaxError(`illegal character ${JSON.stringify(illegal[0])} at position ${illegal.index} in JSON pointer`);
  const body = text.startsWith('/') ? text.slice(1) : text;
  if (body === '') return [];
  return body.split('/').map((token) => {
    try {
      return decodeURIComponent(token);
    } catch {
      throw new SyntaxError(`bad percent-encoding in JSON pointer token ${token}`);
    }
  });
}

/** The inverse of {@link parsePointer}, with the leading `/`. */
export function pointerText(pointer: JsonPointer): string {
  return `/${pointer.map(encodeToken).join('/')}`;
}

/** Parentheses and quotes separate tokens of a filter, and encodeURIComponent leaves them alone. */
function encodeToken(token: string): string {
  return encodeURIComponent(token).replace(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16)}`);
}

/** The value a pointer names; undefined when there is none. List elements go by their index. */
export function valueAt(root: JsonValue, pointer: JsonPointer): JsonValue | undefined {
  let value: JsonValue | undefined = root;
  for (const token of pointer) {
    if (Array.isArray(value)) value = /^(0|[1-9]\d*)$/.test(token) ? value[Number(token)] : undefined;
    else if (isObject(value)) value = getKey(value, token);
    else return undefined;
  }
  return value;
}
