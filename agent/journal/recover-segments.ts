import type { SessionLog } from '../../protocol/session/contract.js';
import { TEMPORARY, type JournalDisk } from './journal-disk.js';
import { recordOf, recordText, type Intent, type JournalRecord } from './journal-record.js';
import { encodeRecord, scanRecords, type Damage } from './record-format.js';

/** A segment nothing is appended to any more. */
export interface ReadSegment {
  readonly name: string;
  readonly bytes: number;
  readonly records: readonly { readonly record: JournalRecord; readonly offset: number }[];
}

export interface Recovered {
  /** The oldest first. */
  readonly segments: readonly ReadSegment[];
  /** Intents nobody saw the end of, by id. */
  readonly unresolved: ReadonlyMap<string, Intent>;
  /** Records from before this moment may be missing; -Infinity: none are. Wall clock. */
  readonly damagedBefore: number;
}

export const SEGMENT_NAME = /^(\d{12})\.journal$/;
const ASIDE = '.damaged';
const ASIDE_KEPT = 4;

export function segmentName(number: number): string {
  return `${String(number).padStart(12, '0')}.journal`;
}

/** The records of a segment file, and what of it is damaged. */
export function readSegment(name: string, bytes: Buffer): ReadSegment & { readonly damage: readonly Damage[]; readonly isTruncated: boolean } {
  const { records: found, damage } = scanRecords(bytes);
  const strange: Damage[] = [];
  const records = found.flatMap(({ offset, payload }) => {
    const record = recordOf(payload);
    if (record === undefined) strange.push({ offset, bytes: payload.length });
    return record === undefined ? [] : [{ record, offset }];
  });
  const [first] = records;
  // A file has its name only since it has its first record and its whole size.
  const size = first?.record.type === 'begin' ? first.record.size : Infinity;
  const isEnded = records.at(-1)?.record.type === 'sealed';
  return { name, bytes: bytes.length, records, damage: [...damage, ...strange], isTruncated: size === Infinity || (!isEnded && bytes.length < size) };
}

/** Reads everything there is. What is damaged is told loudly and set aside; what is whole behind it still counts. */
export async function recoverSegments(disk: JournalDisk, now: number, log: SessionLog): Promise<Recovered> {
  const names = (await disk.names()).filter((name) => SEGMENT_NAME.test(name)).sort();
  const segments: ReadSegment[] = [];
  const unresolved = new Map<string, Intent>();
  let damagedBefore = -Infinity;
  for (const name of names) {
    const content = await disk.read(name);
    const read = readSegment(name, content);
    const isDamaged = read.damage.length > 0 || read.isTruncated;
    const segment = isDamaged ? await setAside(disk, { read, content }, now, log) : read;
    segments.push(segment);
    for (const { record } of segment.records) {
      if (record.type === 'intent') unresolved.set(record.intent.operationId, record.intent);
      else if (record.type === 'outcome') unresolved.delete(record.outcome.operationId);
      else if (record.type === 'damage') damagedBefore = Math.max(damagedBefore, record.at);
    }
  }
  await removeLeftovers(disk);
  return { segments, unresolved, damagedBefore };
}

/** The whole records go into a new file under the old name; the damaged file is kept beside it for whoever wants to look. */
async function setAside(disk: JournalDisk, { read, content }: { readonly read: ReturnType<typeof readSegment>; readonly content: Buffer }, now: number, log: SessionLog): Promise<ReadSegment> {
  const last = read.records.at(-1)?.offset ?? -1;
  const isTail = read.damage.every(({ offset }) => offset > last);
  const fields = { file: read.name, setAside: `${read.name}${ASIDE}`, recordsKept: read.records.length, damagedBytes: read.damage.reduce((sum, { bytes }) => sum + bytes, 0), isTruncated: read.isTruncated };
  if (isTail) log.warn(fields, 'The end of a journal segment was not written completely, or is damaged. It was set aside; writes it told of have an unknown outcome.');
  else log.error(fields, 'A journal segment is DAMAGED in the middle: the records behind the damage were read, those inside it are lost. The disk may be failing. Writes it told of have an unknown outcome.');
  const records: JournalRecord[] = [...read.records.map(({ record }) => record).filter(({ type }) => type !== 'begin' && type !== 'sealed'), { type: 'damage', at: now }];
  const salvaged = wholeSegment(read.name, records, now);
  try {
    await disk.replace(`${read.name}${ASIDE}`, content);
    await disk.replace(read.name, salvaged.content);
  } catch (error) {
    log.error({ ...fields, err: error }, 'A damaged journal segment could not be set aside; it stays where it is.');
    // Its records are found where they stand in the file that is there.
    return { ...read, records: [...read.records, { record: { type: 'damage', at: now }, offset: 0 }] };
  }
  return salvaged;
}

/** A segment made in one piece. */
export function wholeSegment(name: string, records: readonly JournalRecord[], now: number): ReadSegment & { readonly content: Buffer } {
  const parts: Buffer[] = [];
  const placed: { record: JournalRecord; offset: number }[] = [];
  let offset = 0;
  for (const record of [{ type: 'begin', at: now, size: 0 }, ...records, { type: 'sealed', at: now }] satisfies JournalRecord[]) {
    const bytes = encodeRecord(recordText(record));
    placed.push({ record, offset });
    parts.push(bytes);
    offset += bytes.length;
  }
  return { name, bytes: offset, records: placed, content: Buffer.concat(parts) };
}

async function removeLeftovers(disk: JournalDisk): Promise<void> {
  const names = [...await disk.names()];
  const aside = names.filter((name) => name.endsWith(ASIDE)).sort();
  const superfluous = [...names.filter((name) => name.endsWith(TEMPORARY)), ...aside.slice(0, Math.max(0, aside.length - ASIDE_KEPT))];
  await Promise.all(superfluous.map((name) => disk.remove(name).catch(() => undefined)));
}
