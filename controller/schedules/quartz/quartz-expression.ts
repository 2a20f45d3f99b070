import { CronSyntaxError, DAYS_OF_MONTH, DAYS_OF_WEEK, HOURS, MINUTES, MONTHS, SECONDS, YEARS, fieldValues, isEvery, valueOf, type FieldKind } from './field-values.js';

/** A Quartz cron expression, told to croner: it fires when any of the patterns does. */
export interface QuartzExpression {
  /** Seven fields, days of the week from 1 for Sunday. */
  readonly patterns: readonly string[];
  /** Every hour: then it goes by elapsed time where clocks are set back. */
  readonly isHourly: boolean;
}

interface Fields {
  readonly time: string;
  readonly months: readonly number[];
  readonly years: readonly number[];
}

/**
 * Reads an expression of 6 or 7 fields, as Quartz documents them
 * (https://www.quartz-scheduler.org/documentation/quartz-2.3.0/tutorials/crontrigger.html). Throws a CronSyntaxError that says which field.
 */
export function parseQuartz(text: string): QuartzExpression {
  const [seconds, minutes, hours, days, months, weekdays, years] = split(text);
  if (days === '?' && weekdays === '?') throw new CronSyntaxError('? can stand for the day of month or for the day of week, not for both');
  if (days !== '?' && weekdays !== '?') throw new CronSyntaxError('either the day of month or the day of week has to be ?');
  const hourValues = fieldValues(HOURS, hours);
  const fields: Fields = {
    time: [list(SECONDS, fieldValues(SECONDS, seconds)), list(MINUTES, fieldValues(MINUTES, minutes)), list(HOURS, hourValues)].join(' '),
    months: fieldValues(MONTHS, months), years: fieldValues(YEARS, years),
  };
  const patterns = days === '?' ? [pattern(fields, '*', weekdayField(weekdays))] : dayPatterns(fields, days);
  return { patterns, isHourly: isEvery(HOURS, hourValues) };
}

function split(text: string): readonly [string, string, string, string, string, string, string] {
  const match = /^(\S+)\s+(\S+)\s+(\S+)\s+(\S+)\s+(\S+)\s+(\S+)(?:\s+(\S+))?$/.exec(text.trim().toUpperCase());
  if (match === null) throw new CronSyntaxError('a Quartz expression has 6 or 7 fields, seconds first');
  const field = (index: number): string => match[index] ?? '*';
  return [field(1), field(2), field(3), field(4), field(5), field(6), field(7)];
}

function list(kind: FieldKind, values: readonly number[]): string {
  return isEvery(kind, values) ? '*' : values.join(',');
}

function pattern({ time, months, years }: Fields, day: string, weekday = '*'): string {
  return `${time} ${day} ${list(MONTHS, months)} ${weekday} ${list(YEARS, years)}`;
}

function weekdayField(text: string): string {
  if (text === 'L') return '7';
  const last = /^([A-Z0-9]+)L$/.exec(text);
  if (last !== null) return `${valueOf(DAYS_OF_WEEK, last[1] ?? '')}L`;
  const nth = /^([A-Z0-9]+)#(\d+)$/.exec(text);
  if (nth !== null) {
    if (!/^[1-5]$/.test(nth[2] ?? '')) throw new CronSyntaxError('day of week: # takes a number from 1 to 5');
    return `${valueOf(DAYS_OF_WEEK, nth[1] ?? '')}#${nth[2]}`;
  }
  requirePlain(DAYS_OF_WEEK, text, /[L#?]/);
  return list(DAYS_OF_WEEK, fieldValues(DAYS_OF_WEEK, text));
}

const LAST = /^L(?:-(\d{1,2}))?(W)?$/;
const NEAREST = /^(\d{1,2})W$/;

function dayPatterns(fields: Fields, text: string): string[] {
  const last = LAST.exec(text);
  if (last !== null) {
    const before = Number(last[1] ?? 0);
    if (before > 30) throw new CronSyntaxError('day of month: L- takes a number of days to 30');
    return byLength(fields, (length) => (length - before < 1 ? undefined : `${length - before}${last[2] ?? ''}`));
  }
  const nearest = NEAREST.exec(text);
  if (nearest !== null) {
    const day = valueOf(DAYS_OF_MONTH, nearest[1] ?? '');
    // In a shorter month the last day stands for it, as in Quartz.
    return byLength(fields, (length) => `${Math.min(day, length)}W`);
  }
  requirePlain(DAYS_OF_MONTH, text, /[LW#?]/);
  return [pattern(fields, list(DAYS_OF_MONTH, fieldValues(DAYS_OF_MONTH, text)))];
}

function requirePlain({ name }: FieldKind, text: string, special: RegExp): void {
  if (special.test(text)) throw new CronSyntaxError(`${name}: L, W, # and ? stand alone, not in a list or range ('${text}')`);
}

const LONG = new Set([1, 3, 5, 7, 8, 10, 12]);
const SHORT = new Set([4, 6, 9, 11]);
const isLeap = (year: number): boolean => (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;

/** One pattern for the months of each length: a day counted from the end is another one in each. */
function byLength(fields: Fields, day: (length: number) => string | undefined): string[] {
  const february = fields.months.filter((month) => month === 2);
  const classes: readonly [number, Fields][] = [
    [31, { ...fields, months: fields.months.filter((month) => LONG.has(month)) }],
    [30, { ...fields, months: fields.months.filter((month) => SHORT.has(month)) }],
    [29, { ...fields, months: february, years: fields.years.filter(isLeap) }],
    [28, { ...fields, months: february, years: fields.years.filter((year) => !isLeap(year)) }],
  ];
  return classes.flatMap(([length, of]) => {
    const field = day(length);
    return field === undefined || of.months.length === 0 || of.years.length === 0 ? [] : [pattern(of, field)];
  });
}
