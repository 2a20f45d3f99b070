import { crc32 } from 'node:zlib';

/**
 * One record of a segment file: mark, length and CRC-32 of the payload, then the payload, JSON in UTF-8. No byte of the mark
 * can occur in UTF-8, so after a damaged place the next record is found by its mark.
 */
const MARK = Buffer.from([0xff, 0xc1, 0xfe, 0xc0]);
export const HEADER_BYTES = MARK.length + 8;
/** Longer payloads are neither written nor believed. */
export const LONGEST_PAYLOAD = 16_384;

export interface FoundRecord {
  readonly offset: number;
  readonly payload: Buffer;
}

export interface Damage {
  readonly offset: number;
  readonly bytes: number;
}

export interface Scan {
  readonly records: readonly FoundRecord[];
  /** Bytes that are neither a record nor the zeros a segment is filled with. */
  readonly damage: readonly Damage[];
  /** Behind the last record. */
  readonly end: number;
}

/** Throws a RangeError for a payload that is too long. */
export function encodeRecord(payload: string): Buffer {
  const bytes = Buffer.from(payload, 'utf8');
  if (bytes.length === 0 || bytes.length > LONGEST_PAYLOAD) throw new RangeError(`A record of ${bytes.length} bytes; 1 to ${LONGEST_PAYLOAD} are possible.`);
  const record = Buffer.allocUnsafe(HEADER_BYTES + bytes.length);
  MARK.copy(record);
  record.writeUInt32LE(bytes.length, MARK.length);
  bytes.copy(record, HEADER_BYTES);
  record.writeUInt32LE(checksum(record.subarray(MARK.length, MARK.length + 4), bytes), MARK.length + 4);
  return record;
}

/** The payload of the record at `offset`; undefined when there is none that is whole. */
export function recordAt(bytes: Buffer, offset: number): Buffer | undefined {
  if (offset + HEADER_BYTES > bytes.length || bytes.compare(MARK, 0, MARK.length, offset, offset + MARK.length) !== 0) return undefined;
  const length = bytes.readUInt32LE(offset + MARK.length);
  const start = offset + HEADER_BYTES;
  if (length === 0 || length > LONGEST_PAYLOAD || start + length > bytes.length) return undefined;
  const payload = bytes.subarray(start, start + length);
  const expected = bytes.readUInt32LE(offset + MARK.length + 4);
  return checksum(bytes.subarray(offset + MARK.length, offset + MARK.length + 4), payload) === expected ? payload : undefined;
}

/** Every whole record, whatever stands between them. */
export function scanRecords(bytes: Buffer, from = 0): Scan {
  const records: FoundRecord[] = [];
  const damage: Damage[] = [];
  let end = from;
  for (let at = from; at < bytes.length;) {
    const payload = recordAt(bytes, at);
    if (payload !== undefined) {
      records.push({ offset: at, payload });
      at += HEADER_BYTES + payload.length;
      end = at;
      continue;
    }
    const next = nextRecord(bytes, at + 1);
    const last = lastNonZero(bytes, at, next);
    if (last >= at) damage.push({ offset: at, bytes: last + 1 - at });
    at = next;
  }
  return { records, damage, end };
}

function checksum(length: Buffer, payload: Buffer): number {
  return crc32(payload, crc32(length)) >>> 0;
}

/** Where the next whole record begins, or the end. */
function nextRecord(bytes: Buffer, from: number): number {
  for (let at = bytes.indexOf(MARK, from); at >= 0; at = bytes.indexOf(MARK, at + 1)) if (recordAt(bytes, at) !== undefined) return at;
  return bytes.length;
}

function lastNonZero(bytes: Buffer, from: number, to: number): number {
  let at = to - 1;
  while (at >= from && bytes[at] === 0) at--;
  return at;
}
