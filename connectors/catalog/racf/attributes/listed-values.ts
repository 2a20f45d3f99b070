import { Attribute, type IcfValue } from '../../../../protocol/model/index.js';
import type { SegmentListing } from '../output/segment-listing.js';
import type { SegmentAttribute } from './segment-attributes.js';

/** What a listing says where a field has no value. */
const ABSENT: ReadonlySet<string> = new Set(['', 'NOT SPECIFIED', 'UNKNOWN']);
/** Where NONE says the same: a limit that is not set. Elsewhere, as for OPERPARM_DOM, it is a value. */
const LIMITS: ReadonlySet<string> = new Set(['OMVS_MEMLIMIT', 'OMVS_SHMEMMAX']);

function numbersIn(listed: string): number[] {
  return listed.split(/[\s,]+/).filter((word) => /^\d+$/.test(word)).map(Number);
}

function valuesOf(attribute: SegmentAttribute, listed: string): IcfValue[] {
  if (ABSENT.has(listed) || (listed === 'NONE' && LIMITS.has(attribute.name))) return [];
  if (attribute.type === 'int') return numbersIn(listed);
  if (!attribute.isList) return [listed];
  // KERB ENCRYPT lists types that are switched off too, as NOAES128.
  return listed.split(/[\s,]+/).filter((word) => word !== '' && !word.startsWith('NO'));
}

/** `TSO USERDATA` and the like: fields of segments that are managed, which no attribute is read from. */
export function unreadFields(table: readonly SegmentAttribute[], segments: ReadonlyMap<string, SegmentListing>): readonly string[] {
  return [...segments].flatMap(([name, listing]) => {
    const known = new Set(table.filter(({ segment }) => segment === name).flatMap(({ labels }) => labels));
    return [...listing.keys()].filter((label) => !known.has(label)).map((label) => `${name} ${label}`);
  });
}

/** The attributes of the segments of one listing. */
export function segmentValues(table: readonly SegmentAttribute[], segments: ReadonlyMap<string, SegmentListing>): Attribute[] {
  return table.flatMap((attribute) => {
    const listing = segments.get(attribute.segment);
    const label = attribute.labels.find((known) => listing?.has(known));
    const values = label === undefined ? [] : valuesOf(attribute, listing?.get(label) ?? '');
    return values.length === 0 ? [] : [new Attribute(attribute.name, values)];
  });
}
