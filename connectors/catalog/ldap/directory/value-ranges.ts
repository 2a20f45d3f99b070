import { ConnectorError } from '../../../../protocol/model/index.js';
import type { Entry, EntryAttribute } from './contract.js';

const RANGED = /^(.+);range=(\d{1,9})-(\d{1,9}|\*)$/i;
/** A list that has not come to its end after so many requests never will. */
const MAX_REQUESTS = 100_000;

interface Range { readonly name: string; readonly values: readonly Uint8Array[]; readonly last: number | undefined }

function rangeOf({ name, values }: EntryAttribute): Range | undefined {
  const match = RANGED.exec(name);
  if (match === null) return undefined;
  return { name: match[1] ?? '', values, last: match[3] === '*' ? undefined : Number(match[3]) };
}

export function asksForRange(attributes: readonly string[] | undefined): boolean {
  return attributes?.some((name) => name.toLowerCase().includes(';range=')) === true;
}

/** Reads attributes of one entry. */
type Read = (dn: string, attributes: readonly string[]) => Promise<Entry | undefined>;

async function allValues(dn: string, first: Range, read: Read): Promise<EntryAttribute> {
  const values = [...first.values];
  let last = first.last;
  for (let requests = 0; last !== undefined; requests++) {
    const from: number = last + 1;
    const entry = await read(dn, [`${first.name};range=${from}-*`]);
    const next: Range | undefined = [...entry?.attributes.values() ?? []].map(rangeOf).find((range) => range?.name.toLowerCase() === first.name.toLowerCase());
    // The list got shorter meanwhile, or is just as long as what had been read.
    if (next === undefined) break;
    if ((next.last !== undefined && next.last < from) || requests > MAX_REQUESTS) throw new ConnectorError('connector', `The server does not come to the end of ${first.name} of "${dn}".`);
    for (const value of next.values) values.push(value);
    last = next.last;
  }
  return { name: first.name, values };
}

async function complete(entry: Entry, read: Read): Promise<Entry> {
  const attributes = new Map<string, EntryAttribute>();
  for (const [key, attribute] of entry.attributes) {
    const range = key.includes(';range=') ? rangeOf(attribute) : undefined;
    // The attribute is there under its own name, too, and empty.
    if (range !== undefined) attributes.set(range.name.toLowerCase(), await allValues(entry.dn, range, read));
    else if (!attributes.has(key)) attributes.set(key, attribute);
  }
  return { dn: entry.dn, attributes };
}

function isPartial({ attributes }: Entry): boolean {
  for (const key of attributes.keys()) if (key.includes(';range=')) return true;
  return false;
}

/** Active Directory gives the first 1,500 values of an attribute and a range that says so (MS-ADTS 3.1.1.3.1.3.3): the rest is read here. */
export async function withAllValues(entries: readonly Entry[], read: Read): Promise<readonly Entry[]> {
  if (!entries.some(isPartial)) return entries;
  const whole: Entry[] = [];
  for (const entry of entries) whole.push(isPartial(entry) ? await complete(entry, read) : entry);
  return whole;
}
