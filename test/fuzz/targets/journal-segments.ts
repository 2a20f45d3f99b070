import { recordOf, recordText, type JournalRecord } from '../../../agent/journal/journal-record.js';
import { LONGEST_PAYLOAD, encodeRecord, recordAt, scanRecords } from '../../../agent/journal/record-format.js';
import { readSegment } from '../../../agent/journal/recover-segments.js';
import { check, text, type FuzzTarget } from '../engine/target.js';

const INTENT = {
  type: 'intent',
  intent: { operationId: 'op-1', principal: 'cn=controller', kind: 'create', connector: 'csv', systemId: 's', objectClass: '__ACCOUNT__', uid: 'u', nameDigest: 'd', fingerprint: 'f', at: 1 },
} as const;
const RECORDS: readonly JournalRecord[] = [{ type: 'begin', at: 1, size: 4096 }, INTENT, { type: 'damage', at: 2 }, { type: 'sealed', at: 3 }];
const SEGMENT = Buffer.concat(RECORDS.map((record) => encodeRecord(recordText(record))));

function isText(payload: Buffer): boolean {
  return Buffer.from(payload.toString('utf8')).equals(payload);
}

function checkScan(bytes: Buffer): number {
  const { records, damage } = scanRecords(bytes);
  let end = 0;
  for (const { offset, payload } of records) {
    check(offset >= end && offset + payload.length <= bytes.length && payload.length <= LONGEST_PAYLOAD, 'a record outside the file, or in another one');
    check(recordAt(bytes, offset)?.equals(payload) === true, 'a record that is not found where it is');
    const written = isText(payload) ? encodeRecord(payload.toString('utf8')) : undefined;
    check(written?.equals(bytes.subarray(offset, offset + written.length)) !== false, 'a record that would be written differently');
    end = offset + payload.length;
  }
  for (const { offset, bytes: length } of damage) check(offset >= 0 && length > 0 && offset + length <= bytes.length, 'damage outside the file');
  return records.length;
}

/** A journal with a torn or changed tail gives back whole records and says what is damaged; never a record nobody wrote. */
export const target: FuzzTarget = {
  name: 'journal-segments',
  seeds: () => [SEGMENT, Buffer.concat([SEGMENT, SEGMENT]), Buffer.concat([SEGMENT, Buffer.alloc(64)]), SEGMENT.subarray(0, -3), Buffer.from('{"t":"i"}')],
  words: ['"t":"i"', '"t":"o"', '"t":"b"', '"id":', 'null', '1e400'],
  run(input) {
    const bytes = Buffer.from(input);
    const found = checkScan(bytes);
    check(readSegment('000000000001.journal', bytes).records.length <= found, 'more records than there are');
    // A payload that is no record of ours is damage, not an exception.
    recordOf(bytes.subarray(0, LONGEST_PAYLOAD));
    const payload = text(input).slice(0, 2000);
    if (payload === '') return;                            // nothing is no record
    const framed = scanRecords(encodeRecord(payload));
    check(framed.damage.length === 0 && framed.records.length === 1 && framed.records[0]?.payload.toString('utf8') === Buffer.from(payload).toString('utf8'), 'a record that is another one after it was written and read');
  },
};
