import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeRecord, recordAt, scanRecords } from '../../../../agent/journal/record-format.js';

const payloads = fc.array(fc.string({ minLength: 1, maxLength: 80, unit: 'binary' }).filter((text) => Buffer.from(text, 'utf8').toString('utf8') === text), { minLength: 1, maxLength: 12 });

function file(texts: readonly string[], zeros = 64): { bytes: Buffer; ends: number[] } {
  const records = texts.map((text) => encodeRecord(text));
  let end = 0;
  return { bytes: Buffer.concat([...records, Buffer.alloc(zeros)]), ends: records.map(({ length }) => (end += length)) };
}
const found = (bytes: Buffer): string[] => scanRecords(bytes).records.map(({ payload }) => payload.toString('utf8'));

describe('records of a segment', () => {
  it('come back as they were written, with the zeros behind them no damage', () => {
    fc.assert(fc.property(payloads, (texts) => {
      const { bytes, ends } = file(texts);
      expect(scanRecords(bytes)).toMatchObject({ damage: [], end: ends.at(-1) });
      expect(found(bytes)).toEqual(texts);
    }));
  });

  it('truncated anywhere: every record before the cut is found, none is made up, and what is left of one is damage', () => {
    fc.assert(fc.property(payloads, fc.nat(), (texts, place) => {
      const { bytes, ends } = file(texts, 0);
      const cut = place % bytes.length;
      const whole = ends.filter((end) => end <= cut).length;
      const scan = scanRecords(bytes.subarray(0, cut));
      expect(scan.records.map(({ payload }) => payload.toString('utf8'))).toEqual(texts.slice(0, whole));
      expect(scan.damage.length > 0).toBe(cut > (ends[whole - 1] ?? 0));
    }), { numRuns: 500 });
  });

  it('with any bits of one record turned: all the others are found, and it is damage, never another record', () => {
    fc.assert(fc.property(payloads, fc.nat(), fc.array(fc.nat(), { minLength: 1, maxLength: 3 }), (texts, which, bits) => {
      const { bytes, ends } = file(texts);
      const index = which % texts.length;
      const start = ends[index - 1] ?? 0;
      const length = ends[index]! - start;
      for (const bit of new Set(bits.map((value) => value % (length * 8)))) bytes[start + (bit >> 3)]! ^= 1 << (bit & 7);
      expect(found(bytes)).toEqual(texts.filter((_, at) => at !== index));
      expect(scanRecords(bytes).damage.length).toBeGreaterThan(0);
    }), { numRuns: 1_000 });
  });

  it('with any piece overwritten by garbage: every record outside it is found', () => {
    fc.assert(fc.property(payloads, fc.nat(), fc.uint8Array({ minLength: 1, maxLength: 60 }), (texts, place, garbage) => {
      const { bytes, ends } = file(texts);
      const at = place % bytes.length;
      bytes.set(garbage.subarray(0, bytes.length - at), at);
      const untouched = texts.filter((_, index) => ends[index]! <= at || (ends[index - 1] ?? 0) >= at + garbage.length);
      const left = found(bytes);
      for (const text of untouched) expect(left).toContain(text);
      for (const text of left) expect(texts).toContain(text);
    }), { numRuns: 500 });
  });

  it('is not fooled by a length that leads out of the file or is absurd', () => {
    const record = encodeRecord('{"t":"i"}');
    record.writeUInt32LE(0xffff_fff0, 4);
    expect(recordAt(record, 0)).toBeUndefined();
    expect(() => encodeRecord('x'.repeat(20_000))).toThrow(RangeError);
  });
});
