import type { Entry } from './contract.js';

/** Values of an attribute as text; empty when it is not there. */
export function texts(entry: Entry, attribute: string): string[] {
  return entry.attributes.get(attribute.toLowerCase())?.values.map((value) => Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('utf8')) ?? [];
}

/** First value of an attribute as text. */
export function firstText(entry: Entry, attribute: string): string | undefined {
  return texts(entry, attribute)[0];
}
