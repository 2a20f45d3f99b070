import { ber, berInteger, readElement, type BerElement } from './ber.js';
import { matchesFilter } from './match-filter.js';
import { PAGED_RESULTS } from './root-dse.js';
import type { TreeEntry } from './entry-tree.js';

const OPERATIONAL = new Set(['entryuuid', 'createtimestamp', 'modifytimestamp']);

export interface SearchArguments {
  readonly base: string;
  readonly scope: number;
  readonly filter: BerElement;
  readonly attributes: readonly string[];
  readonly sizeLimit: number;
}

export function readSearch(request: BerElement): SearchArguments {
  const [base, scope, , sizeLimit, , , filter, attributes] = request.children;
  if (base === undefined || scope === undefined || sizeLimit === undefined || filter === undefined || attributes === undefined) {
    throw new RangeError('A search request lacks a part.');
  }
  return {
    base: base.text, scope: scope.integer, sizeLimit: sizeLimit.integer, filter,
    attributes: attributes.children.map((attribute) => attribute.text.toLowerCase()),
  };
}

/** The page asked for with the simple paged results control, if any. The cookie is the number of entries already sent. */
export function readPage(controls: BerElement | undefined): { size: number; offset: number } | undefined {
  const control = controls?.children.find((candidate) => candidate.child(0).text === PAGED_RESULTS);
  const value = control?.children.at(-1);
  const sequence = value === undefined ? undefined : readElement(value.content, 0)?.element;
  if (sequence === undefined) return undefined;
  return { size: sequence.child(0).integer, offset: Number(sequence.child(1).text || '0') };
}

export function pageControl(next: number | undefined): Buffer {
  const value = ber(0x30, berInteger(0), ber(0x04, next === undefined ? '' : String(next)));
  return ber(0xa0, ber(0x30, ber(0x04, PAGED_RESULTS), ber(0x04, value)));
}

/** Entries that match, lazily. */
export function* matching(entries: Iterable<TreeEntry>, filter: BerElement): Generator<TreeEntry> {
  for (const entry of entries) if (matchesFilter(entry.attributes, filter)) yield entry;
}

/** The entry as SearchResultEntry content, with the attributes asked for (RFC 4511 section 4.5.1.8). */
export function encodeEntry(entry: TreeEntry, wanted: readonly string[]): Buffer {
  const all = wanted.length === 0 || wanted.includes('*');
  const operational = wanted.includes('+');
  const parts: Buffer[] = [];
  for (const [key, { name, values }] of entry.attributes) {
    const included = wanted.includes(key) || (OPERATIONAL.has(key) ? operational : all);
    if (included) parts.push(ber(0x30, ber(0x04, name), ber(0x31, ...values.map((value) => ber(0x04, value)))));
  }
  return ber(0x64, ber(0x04, entry.dn), ber(0x30, ...parts));
}
