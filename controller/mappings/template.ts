import type { JsonObject } from '../crest/json.js';
import { parsePointer, valueAt, type JsonPointer } from '../crest/json-pointer.js';

/** How a value is written into a template, so that it cannot break out of its place. */
const FORMATS: Readonly<Record<string, (value: string) => string>> = {
  text: (value) => value,
  lower: (value) => value.toLowerCase(),
  dn: escapeDnValue,
  url: encodeURIComponent,
};

type Part = string | { readonly pointer: JsonPointer; readonly format: (value: string) => string };

/** Text with values of the source in it: `uid={{dn:uid}},ou=People,dc=example,dc=com`. */
export interface Template {
  readonly pointers: readonly JsonPointer[];
  /** Undefined when one of the values is missing. */
  fill(source: JsonObject): string | undefined;
}

/** `{{pointer}}` or `{{format:pointer}}`; throws a TypeError for a format nobody knows. */
export function parseTemplate(text: string): Template {
  const parts: Part[] = [];
  let at = 0;
  for (const match of text.matchAll(/\{\{(?:([a-z]+):)?([^{}]+)\}\}/g)) {
    const [whole, name = 'text', pointer = ''] = match;
    const format = Object.hasOwn(FORMATS, name) ? FORMATS[name] : undefined;
    if (format === undefined) throw new TypeError(`unknown format ${name}; known are ${Object.keys(FORMATS).join(', ')}`);
    parts.push(text.slice(at, match.index), { pointer: parsePointer(pointer.trim()), format });
    at = match.index + whole.length;
  }
  parts.push(text.slice(at));
  return {
    pointers: parts.flatMap((part) => (typeof part === 'string' ? [] : [part.pointer])),
    fill(source) {
      const filled = parts.map((part) => (typeof part === 'string' ? part : valueText(source, part)));
      return filled.includes(undefined) ? undefined : filled.join('');
    },
  };
}

function valueText(source: JsonObject, { pointer, format }: Exclude<Part, string>): string | undefined {
  const value = valueAt(source, pointer);
  const single = Array.isArray(value) ? value[0] : value;
  return single === undefined || single === null || typeof single === 'object' ? undefined : format(String(single));
}

/** RFC 4514 section 2.4. */
function escapeDnValue(value: string): string {
  return value.replace(/[\\"+,;<>=]/g, '\\$&').replaceAll('\0', '\\00').replace(/^[ #]/, '\\$&').replace(/ $/, '\\ ');
}
