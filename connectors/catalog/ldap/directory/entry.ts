import type { Entry } from './contract.js';
import { firstTextOf, textsOf } from './received-attribute.js';

/** The first entry of a search, which is left then. */
export async function firstEntry(entries: AsyncGenerator<Entry, unknown, void>): Promise<Entry | undefined> {
  for await (const entry of entries) return entry;
  return undefined;
}

/** Values of an attribute as text; empty when it is not there. */
export function texts(entry: Entry, attribute: string): string[] {
  const found = entry.attributes.get(attribute.toLowerCase());
  return found === undefined ? [] : textsOf(found);
}

/** First value of an attribute as text. */
export function firstText(entry: Entry, attribute: string): string | undefined {
  const found = entry.attributes.get(attribute.toLowerCase());
  return found === undefined ? undefined : firstTextOf(found);
}
