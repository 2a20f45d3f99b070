import fc from 'fast-check';
import * as driver from 'mongodb';
import { describe, expect, it } from 'vitest';
import { DateFormat } from '../../../connectors/catalog/mongodb/values/date-format.js';
import { uidText, withUid } from '../../../connectors/catalog/mongodb/values/document-id.js';
import { ValueReader } from '../../../connectors/catalog/mongodb/values/from-bson.js';
import { ValueWriter } from '../../../connectors/catalog/mongodb/values/to-bson.js';
import { Attribute, GuardedString, IcfBigDecimal, IcfDouble, type IcfValue } from '../../../protocol/model/index.js';

const DEFAULT = 'yyyy-MM-dd\'T\'HH:mm:ss\'Z\'';
const dates = new DateFormat(DEFAULT, 'UTC');
const reader = new ValueReader(dates, (value) => driver.BSON.EJSON.stringify(value, { relaxed: false }));
const writer = (rules: Partial<ConstructorParameters<typeof ValueWriter>[2]> = {}) => new ValueWriter(driver, dates, {
  dateAttributes: [], arrayAttributes: [], includeNullValue: false, includeEmptyList: false, ...rules,
});
/** As the database keeps it. */
const stored = (value: unknown): unknown => (driver.BSON.deserialize(driver.BSON.serialize({ value }), { promoteValues: false }) as { value: unknown }).value;

describe('a date format', () => {
  it.each(['yyyy-MM-dd\'T\'HH:mm', 'QQ', '', '---'])('%j that cannot be is refused with what is wrong, or reads nothing', (pattern) => {
    if (pattern.includes('mm')) expect(new DateFormat(pattern, 'UTC').parse('2026-02-30T00:00')).toBeUndefined();
    else expect(() => new DateFormat(pattern, 'UTC')).toThrow(TypeError);
  });

  it.each(['Middle-earth/Bree', 'nonsense'])('refuses the time zone %s', (zone) => {
    expect(() => new DateFormat(DEFAULT, zone)).toThrow(RangeError);
  });

  it.each([
    [DEFAULT, 'UTC', '2026-03-29T01:30:00Z', '2026-03-29T01:30:00.000Z'],
    [DEFAULT, 'Europe/Paris', '2026-07-01T12:00:00Z', '2026-07-01T10:00:00.000Z'],
    ['yyyy-MM-dd\'T\'HH:mm:ss.SSSXXX', 'GMT+2', '2026-07-01T12:00:00.250+02:00', '2026-07-01T10:00:00.250Z'],
    ['yyyy-MM-dd\'T\'HH:mm:ssZ', 'America/New_York', '2026-01-01T00:00:00-0500', '2026-01-01T05:00:00.000Z'],
    ['d MMM yyyy h:mm a', 'UTC', '5 Feb 2026 12:07 AM', '2026-02-05T00:07:00.000Z'],
    ['EEEE, dd MMMM yyyy', 'UTC', 'Thursday, 05 February 2026', '2026-02-05T00:00:00.000Z'],
    ['yyyyMMddHHmmss', 'UTC', '20260205000700', '2026-02-05T00:07:00.000Z'],
    ['yyyy-MM-dd\u2019T\u2019HH:mm:ss\u2019Z\'', 'UTC', '2026-02-05T00:07:00Z', '2026-02-05T00:07:00.000Z'],
  ])('%s in %s reads and prints %s', (pattern, zone, text, iso) => {
    const format = new DateFormat(pattern, zone);
    expect(format.parse(text)?.toISOString()).toBe(iso);
    expect(format.format(new Date(iso))).toBe(text);
  });

  it.each(['2026-02-05', '2026-02-05T00:07:00Zx', '2026-13-05T00:07:00Z', '2026-02-30T00:07:00Z', '2026-02-05T24:07:00Z', ''])('does not read %j', (text) => {
    expect(dates.parse(text)).toBeUndefined();
  });

  it('reads what it prints, of every time to its precision', () => {
    fc.assert(fc.property(fc.date({ min: new Date('1900-01-01'), max: new Date('2200-01-01'), noInvalidDate: true }), fc.constantFrom('UTC', 'GMT-3', '+05:30'), (date, zone) => {
      const format = new DateFormat('yyyy-MM-dd HH:mm:ss.SSS', zone);
      expect(format.parse(format.format(date))?.getTime()).toBe(date.getTime());
    }));
  });
});

describe('a value of a document', () => {
  const values: [string, IcfValue][] = [
    ['text', 'é\u{1f600}'], ['Integer', -7], ['Long', 2n ** 60n], ['Double', new IcfDouble(0.5)], ['whole Double', new IcfDouble(5)], ['Boolean', false],
    ['BigDecimal', new IcfBigDecimal(12_345n, 2)], ['bytes', Uint8Array.of(0, 255)], ['map', new Map<IcfValue, IcfValue>([['a', 1], ['b', new Map<IcfValue, IcfValue>([['c', ['x', 2n]]])]])],
  ];
  it.each(values)('comes back as the %s it was', (_kind, value) => {
    expect(reader.read(stored(writer().value('a', value)))).toEqual(value);
  });

  it('that ICF has no type for is text', () => {
    const id = new driver.ObjectId();
    const uuid = new driver.UUID();
    expect(reader.read(stored(id))).toBe(id.toHexString());
    expect(reader.read(stored(uuid))).toBe(uuid.toString());
    expect(reader.read(stored(new Date('2026-02-05T00:07:00Z')))).toBe('2026-02-05T00:07:00Z');
    expect(reader.read(stored(new driver.Timestamp({ t: 5, i: 1 })))).toMatch(/timestamp/i);
    expect(reader.read(stored(driver.Decimal128.fromString('NaN')))).toEqual(new IcfDouble(Number.NaN));
    expect(reader.read(stored(driver.Decimal128.fromString('1E+30')))).toEqual(new IcfBigDecimal(1n, -30));
  });

  it('that cannot be stored is refused, a secret among them', () => {
    for (const value of [new GuardedString('not-for-documents'), new Map<IcfValue, IcfValue>([[1, 2]]), new IcfBigDecimal(10n ** 40n + 1n, 0)]) {
      expect(() => writer().value('a', value)).toThrow(expect.objectContaining({ kind: 'invalidAttributeValue', outcome: 'notApplied' }) as Error);
    }
  });

  it('null is left out unless includeNullValue is set [mongodb 14]', () => {
    for (const attribute of [new Attribute('a', null), new Attribute('a', [null])]) {
      expect(writer().field(attribute)).toEqual({ kept: false });
      expect(writer({ includeNullValue: true }).field(attribute)).toEqual({ kept: true, value: null });
    }
  });

  it('an empty list is left out unless includeEmptyList is set [mongodb 15]', () => {
    expect(writer().field(new Attribute('a', []))).toEqual({ kept: false });
    expect(writer({ includeEmptyList: true }).field(new Attribute('a', []))).toEqual({ kept: true, value: [] });
  });

  it('of arrayAttributes is a list even when it is one, others only when there are several [mongodb 13]', () => {
    const rules = writer({ arrayAttributes: ['Tags'] });
    expect(rules.field(Attribute.of('tags', 'x'))).toEqual({ kept: true, value: ['x'] });
    expect(rules.field(Attribute.of('other', 'x'))).toEqual({ kept: true, value: 'x' });
    expect(rules.field(Attribute.of('other', 'x', 'y'))).toEqual({ kept: true, value: ['x', 'y'] });
  });

  it('of dateAttributes is a date by dateFormat and timeZone, and nothing else [mongodb 12]', () => {
    const paris = new ValueWriter(driver, new DateFormat('dd.MM.yyyy HH:mm', 'Europe/Paris'), { dateAttributes: ['born'], arrayAttributes: [], includeNullValue: false, includeEmptyList: false });
    expect(paris.value('Born', '05.02.2026 01:00')).toEqual(new Date('2026-02-05T00:00:00Z'));
    expect(paris.value('born', 86_400_000n)).toEqual(new Date('1970-01-02T00:00:00Z'));
    expect(() => paris.value('born', 'yesterday')).toThrow(/born is one of dateAttributes.*yesterday.*dd\.MM\.yyyy/);
    expect(paris.value('other', '05.02.2026 01:00')).toBe('05.02.2026 01:00');
  });
});

/** The values the query compares `_id` with; under `$eq` anything is a value. */
function candidatesOf(uid: string): unknown[] {
  const query = withUid(driver, uid);
  const conditions = (query['$or'] ?? [query]) as { _id: Record<string, unknown> }[];
  expect(conditions.map(({ _id }) => Object.keys(_id))).toEqual(conditions.map(() => ['$eq']));
  return conditions.map(({ _id }) => _id['$eq']);
}

describe('a uid', () => {
  it.each([
    ['text', 'ann'], ['an ObjectId', new driver.ObjectId()], ['a UUID', new driver.UUID()], ['an Int32', new driver.Int32(7)], ['a Long', driver.Long.fromString('9007199254740993')],
    ['a date', new Date(5)], ['a document', { a: 1 }], ['a Double', new driver.Double(1.5)],
  ])('of %s names the document it was read from', (_kind, id) => {
    const text = uidText(driver, stored(id));
    const candidates = candidatesOf(text);
    const same = (value: unknown): string => driver.BSON.EJSON.stringify(value, { relaxed: true });
    expect(candidates.map(same)).toContain(same(stored(id)));
  });

  it('is never taken for an operator', () => {
    fc.assert(fc.property(fc.oneof(fc.string({ minLength: 1 }), fc.constantFrom('{"$ne":null}', '{"$gt":""}', '{"a":{"$ne":1}}', '$where')), (uid) => {
      expect(candidatesOf(uid)).toContain(uid);
    }));
  });
});
