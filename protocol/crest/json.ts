/**
 * JSON with whole numbers kept exact: an integer beyond 2^53 is a `bigint` on the way in and out, everything else is what
 * JSON.parse gives. Java clients send 64-bit ids as numbers, and rounding one would address another object.
 */
export type JsonValue = null | string | boolean | number | bigint | JsonValue[] | JsonObject;
export interface JsonObject { [key: string]: JsonValue }

/** Deepest nesting of arrays and objects accepted in a request. */
export const MAX_JSON_DEPTH = 128;

/** Longest whole number, as on the wire to agents; reading one takes more than linear time. */
const MAX_DIGITS = 10_000;
/** Shorter whole numbers are exact in any case. */
const LEAST_DIGITS = 16;

/** Marks exact integers while JSON.parse runs; unguessable, so that no string of a client can pose as one. */
const marker = `\u0000${crypto.randomUUID()}:`;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

export function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Parses one JSON document. Throws a SyntaxError with the parser's text, also for nesting beyond {@link MAX_JSON_DEPTH} and numbers beyond a double. */
export function parseJson(text: string): JsonValue {
  const exact = /\d{16}/.test(text) ? withMarkedIntegers(text) : text;
  const value = JSON.parse(exact, exact === text ? undefined : restoreLargeInteger) as JsonValue;
  checkValues(value);
  return value;
}

/** By hand: a regular expression would need more stack than there is for a body of some megabytes. */
function withMarkedIntegers(text: string): string {
  let result = '';
  let taken = 0;
  for (let at = 0; at < text.length;) {
    const code = text.charCodeAt(at);
    const end = code === QUOTE ? stringEnd(text, at + 1) : isOfNumber(code) ? numberEnd(text, at + 1) : at + 1;
    const token = code !== QUOTE && end - at >= LEAST_DIGITS && !isKey(text, end) ? markLargeInteger(text.slice(at, end)) : undefined;
    if (token !== undefined) {
      result += text.slice(taken, at) + token;
      taken = end;
    }
    at = end;
  }
  return result + text.slice(taken);
}

function stringEnd(text: string, from: number): number {
  let at = from;
  for (let code = text.charCodeAt(at); at < text.length && code !== QUOTE; code = text.charCodeAt(at)) at += code === BACKSLASH ? 2 : 1;
  return at + 1;
}

function numberEnd(text: string, from: number): number {
  let at = from;
  while (at < text.length && isOfNumber(text.charCodeAt(at))) at += 1;
  return at;
}

/** Digits, `+`, `-`, `.`, `e`, `E`. */
function isOfNumber(code: number): boolean {
  return (code >= 0x30 && code <= 0x39) || code === 0x2b || code === 0x2d || code === 0x2e || code === 0x65 || code === 0x45;
}

/** A number with a colon behind it: JSON.parse refuses it, but marked it would be a text, which may be a key. */
function isKey(text: string, end: number): boolean {
  let at = end;
  while (' \t\n\r'.includes(text.charAt(at)) && at < text.length) at += 1;
  return text.charAt(at) === ':';
}

/** Undefined for what JSON.parse reads exactly, or refuses. */
function markLargeInteger(token: string): string | undefined {
  if (token.length > MAX_DIGITS) throw new SyntaxError(`a number of ${token.length} digits; ${MAX_DIGITS} are accepted`);
  return /^-?[1-9]\d{15,}$/.test(token) && !Number.isSafeInteger(Number(token)) ? JSON.stringify(marker + token) : undefined;
}

function restoreLargeInteger(_key: string, value: unknown): unknown {
  return typeof value === 'string' && value.startsWith(marker) ? BigInt(value.slice(marker.length)) : value;
}

/** A number like 1e400 would be written back as null: the caller hears of it instead. */
function checkValues(root: JsonValue): void {
  let level: JsonValue[] = [root];
  for (let depth = 0; level.length > 0; depth += 1) {
    if (level.some((value) => value === Infinity || value === -Infinity)) throw new SyntaxError('a number is larger than a double can hold');
    if (depth > MAX_JSON_DEPTH) throw new SyntaxError(`nested deeper than ${MAX_JSON_DEPTH} levels`);
    level = level.flatMap((value) => (typeof value === 'object' && value !== null ? Object.values(value) : []));
  }
}

/** Writes JSON. `indent` as in JSON.stringify. */
export function writeJson(value: JsonValue, indent = 0): string {
  try {
    return JSON.stringify(value, undefined, indent);
  } catch (error) {
    // JSON.stringify knows no bigint; only values that hold one pay for the slower way.
    if (!(error instanceof TypeError)) throw error;
    return writeExact(value, indent, '');
  }
}

function writeExact(value: JsonValue, indent: number, margin: string): string {
  if (typeof value === 'bigint') return value.toString();
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const inner = margin + ' '.repeat(indent);
  const isList = Array.isArray(value);
  const parts = isList
    ? value.map((item) => writeExact(item, indent, inner))
    : Object.entries(value).map(([key, item]) => `${JSON.stringify(key)}:${indent > 0 ? ' ' : ''}${writeExact(item, indent, inner)}`);
  const [open, close] = isList ? ['[', ']'] : ['{', '}'];
  if (parts.length === 0) return open + close;
  return indent > 0 ? `${open}\n${inner}${parts.join(`,\n${inner}`)}\n${margin}${close}` : `${open}${parts.join(',')}${close}`;
}

/** Sets a key as an own property, whatever its name; `__proto__` is an ordinary key of JSON. */
export function setKey(target: JsonObject, key: string, value: JsonValue): void {
  if (key === '__proto__') Object.defineProperty(target, key, { value, enumerable: true, configurable: true, writable: true });
  else target[key] = value;
}

/** Reads an own key; inherited names such as `constructor` read as absent. */
export function getKey(target: JsonObject, key: string): JsonValue | undefined {
  return Object.hasOwn(target, key) ? target[key] : undefined;
}

export function jsonEquals(left: JsonValue | undefined, right: JsonValue | undefined): boolean {
  if (left === right) return true;
  if (typeof left !== 'object' || typeof right !== 'object' || left === null || right === null) return false;
  if (Array.isArray(left) || Array.isArray(right)) {
    return Array.isArray(left) && Array.isArray(right) && left.length === right.length
      && left.every((item, index) => jsonEquals(item, right[index]));
  }
  const keys = Object.keys(left);
  return keys.length === Object.keys(right).length
    && keys.every((key) => Object.hasOwn(right, key) && jsonEquals(left[key], right[key]));
}
