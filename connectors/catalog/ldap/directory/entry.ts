import { decodeText } from './ber.js';
import type { Entry } from './contract.js';

/** Values of an attribute as text; empty when it is not there. */
export function texts(entry: Entry, attribute: string): string[] {
  return entry.attributes.get(attribute.toLowerCase())?.values.map(decodeText) ?? [];
}

/** First value of an attribute as text. */
export function firstText(entry: Entry, attribute: string): string | undefined {
  const first = entry.attributes.get(attribute.toLowerCase())?.values[0];
  return first === undefined ? undefined : decodeText(first);
}
