import { decodeText } from '../../../framework/ber.js';
import type { Entry } from './contract.js';

/** The first entry of a search, which is left then. */
export async function firstEntry(entries: AsyncGenerator<Entry, unknown, void>): Promise<Entry | undefined> {
  for await (const entry of entries) return entry;
  return undefined;
}

/** Values of an attribute as text; empty when it is not there. */
export function texts(entry: Entry, attribute: string): string[] {
  return entry.attributes.get(attribute.toLowerCase())?.values.map(decodeText) ?? [];
}

/** First value of an attribute as text. */
export function firstText(entry: Entry, attribute: string): string | undefined {
  const first = entry.attributes.get(attribute.toLowerCase())?.values[0];
  return first === undefined ? undefined : decodeText(first);
}
