import { describe, expect, it } from 'vitest';
import { FireTimes } from '../../../../controller/schedules/quartz/fire-times.js';
import { parseQuartz } from '../../../../controller/schedules/quartz/quartz-expression.js';
import { TimeZone } from '../../../../controller/schedules/quartz/time-zone.js';

/** The next times, in UTC to the second. */
function fires(expression: string, { from = '2026-01-01T00:00:00Z', zone = 'UTC', count = 4 }: { from?: string; zone?: string; count?: number } = {}): string[] {
  const times = new FireTimes(expression, new TimeZone(zone));
  const found: string[] = [];
  let at: number | undefined = Date.parse(from);
  while (found.length < count && (at = times.after(at)) !== undefined) found.push(new Date(at).toISOString().replace('.000Z', 'Z'));
  return found;
}
const days = (text: string, time: string): string[] => text.split(' ').map((day) => `2026-${day}T${time}Z`);

describe('expressions that are none', () => {
  it.each([
    ['', '6 or 7 fields'], ['* * * * *', '6 or 7 fields'], ['0 0 0 1 1 ? 2026 x', '6 or 7 fields'],
    // The tutorial: one of the two has to be ?.
    ['0 0 12 * * *', 'has to be ?'], ['0 0 12 ? * ?', 'not for both'], ['0 0 12 1 * MON', 'has to be ?'],
    ['60 0 0 * * ?', 'seconds: 60'], ['0 60 0 * * ?', 'minutes: 60'], ['0 0 24 * * ?', 'hours: 24'], ['0 0 0 0 * ?', 'day of month: 0'], ['0 0 0 32 * ?', 'day of month: 32'],
    ['0 0 0 1 13 ?', 'month: 13'], ['0 0 0 ? * 0', 'day of week: 0'], ['0 0 0 ? * 8', 'day of week: 8'], ['0 0 0 1 1 ? 1969', 'year: 1969'], ['0 0 0 1 1 ? 2100', 'year: 2100'],
    ['0 0 0 1 1 ? 2027-2026', 'before it begins'], ['0 0/0 0 * * ?', 'step 0'], ['0 0/61 0 * * ?', 'step 61'], ['0 0 0 ? JANUARY MON', 'month: JANUARY'],
    ['0 0 0 1,L * ?', 'alone'], ['0 0 0 1-5W * ?', 'alone'], ['0 0 0 ? * 6#6', '1 to 5'], ['0 0 0 ? * MON#0', '1 to 5'], ['0 0 0 ? * 2#1,4', 'alone'], ['0 0 0 ? * 1,L', 'alone'],
    ['0 0 0 L-31 * ?', 'to 30'], ['0 0 0 C * ?', 'day of month'], ['0 , 0 * * ?', 'minutes'], ['0 1- 0 * * ?', 'minutes'], ['0 0 ? * * ?', 'hours'],
  ])('%s', (expression, reason) => {
    expect(() => parseQuartz(expression)).toThrow(reason);
  });
});

describe("the examples of Quartz's CronTrigger tutorial", () => {
  it.each([
    ['0 0 12 * * ?', days('01-01 01-02 01-03 01-04', '12:00:00')],
    ['0 15 10 ? * *', days('01-01 01-02 01-03 01-04', '10:15:00')],
    ['0 15 10 * * ?', days('01-01 01-02 01-03 01-04', '10:15:00')],
    ['0 15 10 * * ? *', days('01-01 01-02 01-03 01-04', '10:15:00')],
    ['0 15 10 * * ? 2005', []],
    ['0 * 14 * * ?', ['14:00', '14:01', '14:02', '14:03'].map((time) => `2026-01-01T${time}:00Z`)],
    ['0 0/5 14 * * ?', ['14:00', '14:05', '14:10', '14:15'].map((time) => `2026-01-01T${time}:00Z`)],
    ['0 0-5 14 * * ?', ['14:00', '14:01', '14:02', '14:03'].map((time) => `2026-01-01T${time}:00Z`)],
    ['0 10,44 14 ? 3 WED', ['03-04T14:10', '03-04T14:44', '03-11T14:10', '03-11T14:44'].map((time) => `2026-${time}:00Z`)],
    ['0 15 10 ? * MON-FRI', days('01-01 01-02 01-05 01-06', '10:15:00')],
    ['0 15 10 15 * ?', days('01-15 02-15 03-15 04-15', '10:15:00')],
    ['0 15 10 L * ?', days('01-31 02-28 03-31 04-30', '10:15:00')],
    ['0 15 10 L-2 * ?', days('01-29 02-26 03-29 04-28', '10:15:00')],
    ['0 15 10 ? * 6L', days('01-30 02-27 03-27 04-24', '10:15:00')],
    ['0 15 10 ? * 6L 2026-2027', days('01-30 02-27 03-27 04-24', '10:15:00')],
    ['0 15 10 ? * 6#3', days('01-16 02-20 03-20 04-17', '10:15:00')],
    ['0 0 12 1/5 * ?', days('01-01 01-06 01-11 01-16', '12:00:00')],
    ['0 11 11 11 11 ?', ['2026', '2027', '2028', '2029'].map((year) => `${year}-11-11T11:11:00Z`)],
  ])('%s', (expression, expected) => {
    expect(fires(expression)).toEqual(expected);
  });
});

describe('what the reference says of its signs', () => {
  it.each([
    ['W in the same month only: 1W on a Saturday is Monday the 3rd', '0 0 0 1W * ?', { from: '2026-07-15T00:00:00Z', count: 1 }, ['2026-08-03T00:00:00Z']],
    ['15W on a Sunday is Monday', '0 0 0 15W 2 ?', { count: 1 }, ['2026-02-16T00:00:00Z']],
    ['15W on a Saturday is Friday', '0 0 0 15W 8 ?', { count: 1 }, ['2026-08-14T00:00:00Z']],
    ['LW', '0 0 0 LW * ?', {}, days('01-30 02-27 03-31 04-30', '00:00:00')],
    ['31W in a shorter month', '0 0 0 31W 2 ?', { count: 2, from: '2028-01-01T00:00:00Z' }, ['2028-02-29T00:00:00Z', '2029-02-28T00:00:00Z']],
    ['L alone among days of the week is Saturday', '0 0 0 ? * L', { count: 2 }, days('01-03 01-10', '00:00:00')],
    ['names in any case', '0 0 0 ? feb sun', { count: 2 }, days('02-01 02-08', '00:00:00')],
    ['1 is Sunday', '0 0 0 ? * 1', { count: 1 }, days('01-04', '00:00:00')],
    ['a range over midnight', '0 0 22-1 * * ?', {}, ['2026-01-01T01:00:00Z', '2026-01-01T22:00:00Z', '2026-01-01T23:00:00Z', '2026-01-02T00:00:00Z']],
    ['a range over the new year', '0 0 0 1 NOV-FEB ?', {}, ['2026-02-01T00:00:00Z', '2026-11-01T00:00:00Z', '2026-12-01T00:00:00Z', '2027-01-01T00:00:00Z']],
    ['a range over the weekend', '0 0 0 ? * FRI-MON', {}, days('01-02 01-03 01-04 01-05', '00:00:00')],
    ['a step without a beginning', '0 /20 0 * * ?', { count: 3 }, ['2026-01-01T00:20:00Z', '2026-01-01T00:40:00Z', '2026-01-02T00:00:00Z']],
    ['steps in a range', '0 0 0 2-10/4 * ?', {}, days('01-02 01-06 01-10 02-02', '00:00:00')],
    ['the last day but one of February', '0 0 0 L-1 2 ?', { count: 3 }, ['2026-02-27T00:00:00Z', '2027-02-27T00:00:00Z', '2028-02-28T00:00:00Z']],
    ['29 February', '0 0 0 29 2 ?', { count: 2 }, ['2028-02-29T00:00:00Z', '2032-02-29T00:00:00Z']],
    ['a day that never comes', '0 0 0 30 2 ?', {}, []],
    ['a fifth Friday', '0 0 0 ? * FRI#5', { count: 2 }, days('01-30 05-29', '00:00:00')],
  ])('%s', (_what, expression, options, expected) => {
    expect(fires(expression, options)).toEqual(expected);
  });
});

describe('clocks that are changed', () => {
  const berlin = { zone: 'Europe/Berlin' };
  it.each([
    ['a reading that is skipped fires once, as long after the jump', '0 30 2 * * ?', { ...berlin, from: '2026-03-28T12:00:00Z', count: 2 }, ['2026-03-29T01:30:00Z', '2026-03-30T00:30:00Z']],
    ['not twice, when the reading it moves to is one, too', '0 0,30 2,3 * * ?', { ...berlin, from: '2026-03-28T12:00:00Z', count: 3 }, ['2026-03-29T01:00:00Z', '2026-03-29T01:30:00Z', '2026-03-30T00:00:00Z']],
    ['in order, when readings behind it come before it', '0 15,45 2,3 * * ?', { ...berlin, from: '2026-03-29T01:15:00Z', count: 1 }, ['2026-03-29T01:45:00Z']],
    ['a reading that comes twice fires the first time', '0 30 2 * * ?', { ...berlin, from: '2026-10-24T12:00:00Z', count: 2 }, ['2026-10-25T00:30:00Z', '2026-10-26T01:30:00Z']],
    ['nor after it, between the two', '0 30 2 * * ?', { ...berlin, from: '2026-10-25T00:45:00Z', count: 1 }, ['2026-10-26T01:30:00Z']],
    ['every half hour goes on in the hour that comes twice', '0 0/30 * * * ?', { ...berlin, from: '2026-10-25T00:00:00Z', count: 5 }, ['00:30', '01:00', '01:30', '02:00', '02:30'].map((time) => `2026-10-25T${time}:00Z`)],
    ['and has none too many in the hour that is skipped', '0 0/30 * * * ?', { ...berlin, from: '2026-03-29T00:00:00Z', count: 4 }, ['00:30', '01:00', '01:30', '02:00'].map((time) => `2026-03-29T${time}:00Z`)],
    ['every quarter minute over the change', '0/15 * * * * ?', { ...berlin, from: '2026-10-25T00:59:30Z', count: 3 }, ['00:59:45', '01:00:00', '01:00:15'].map((time) => `2026-10-25T${time}Z`)],
    ['New York', '0 30 2 8 3 ?', { zone: 'America/New_York', count: 2 }, ['2026-03-08T07:30:00Z', '2027-03-08T07:30:00Z']],
    ['midnight that is skipped (São Paulo, 2018)', '0 0 0 * * ?', { zone: 'America/Sao_Paulo', from: '2018-11-03T12:00:00Z', count: 2 }, ['2018-11-04T03:00:00Z', '2018-11-05T02:00:00Z']],
    ['half an hour (Lord Howe)', '0 15 2 * * ?', { zone: 'Australia/Lord_Howe', from: '2026-10-03T12:00:00Z', count: 2 }, ['2026-10-03T15:45:00Z', '2026-10-04T15:15:00Z']],
    ['a day that is skipped (Apia, 2011)', '0 0 12 * * ?', { zone: 'Pacific/Apia', from: '2011-12-29T12:00:00Z', count: 3 }, ['2011-12-29T22:00:00Z', '2011-12-30T22:00:00Z', '2011-12-31T22:00:00Z']],
    ['the first of each month by the zone', '0 0 0 1 * ?', { ...berlin, from: '2026-03-15T00:00:00Z', count: 2 }, ['2026-03-31T22:00:00Z', '2026-04-30T22:00:00Z']],
  ])('%s', (_what, expression, options, expected) => {
    expect(fires(expression, options)).toEqual(expected);
  });

  it.each(['2026-03-25T00:00:00Z', '2026-10-20T00:00:00Z'])('every hour is an hour after the last, from %s', (from) => {
    const times = fires('0 0 * * * ?', { ...berlin, from, count: 240 }).map((time) => Date.parse(time));
    expect(new Set(times.slice(1).map((time, index) => time - (times[index] ?? 0)))).toEqual(new Set([3_600_000]));
  });
});
