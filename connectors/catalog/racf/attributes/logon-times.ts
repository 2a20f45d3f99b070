import type { Attribute } from '../../../../protocol/model/index.js';
import { fieldOf, refuseValue } from './given-values.js';

const DAYS: Readonly<Record<string, string>> = { SUN: 'SUNDAY', MON: 'MONDAY', TUE: 'TUESDAY', WED: 'WEDNESDAY', THU: 'THURSDAY', FRI: 'FRIDAY', SAT: 'SATURDAY' };

/** `WED`, `WED.`, `MON., FRI.`, `ANYDAY` → operand DAYS. */
function days(given: string): string {
  const words = given.toUpperCase().split(/[\s,.]+/).filter((word) => word !== '');
  const named = words.map((word) => {
    if (word === 'ANYDAY' || word === 'WEEKDAYS') return word;
    const day = DAYS[word.slice(0, 3)];
    return day?.startsWith(word) === true ? day : refuseValue('WHEN', `names the day "${word}": use the days of the week, ANYDAY or WEEKDAYS.`);
  });
  return named.length === 0 ? refuseValue('WHEN', 'has no DAYS.') : named.join(' ');
}

/** `0800:1800`, the listed `08:00 - 18:00`, or ANYTIME → operand TIME. */
function time(given: string): string {
  const folded = given.trim().toUpperCase();
  if (folded === 'ANYTIME') return folded;
  const [, fromHours = '', fromMinutes = '', toHours = '', toMinutes = ''] = /^(\d{2}):?(\d{2})\s*[:-]\s*(\d{2}):?(\d{2})$/.exec(folded) ?? [];
  if (toMinutes === '' || Number(fromHours) > 24 || Number(toHours) > 24 || Number(fromMinutes) > 59 || Number(toMinutes) > 59) {
    refuseValue('WHEN', `has the TIME "${given}": use ANYTIME or hhmm:hhmm, such as 0800:1800.`);
  }
  return `${fromHours}${fromMinutes}:${toHours}${toMinutes}`;
}

/** WHEN of ADDUSER and ALTUSER for an object with DAYS and TIME, either of which may be left out. */
export function whenOperand(attribute: Attribute): string {
  const [value] = attribute.values ?? [];
  const givenDays = fieldOf(value ?? null, 'DAYS');
  const givenTime = fieldOf(value ?? null, 'TIME');
  const parts = [
    ...(typeof givenDays === 'string' ? [`DAYS(${days(givenDays)})`] : []),
    ...(typeof givenTime === 'string' ? [`TIME(${time(givenTime)})`] : []),
  ];
  return parts.length === 0 ? refuseValue('WHEN', 'has to be an object with DAYS and TIME.') : `WHEN(${parts.join(' ')})`;
}

/** RACF takes 71 to 99 for years of the last century: a date far ahead would lie behind us. */
const isYearOfRacf = (year: number): boolean => year >= 1971 && year <= 2070;

const isDay = (month: string, day: string): boolean => Number(month) >= 1 && Number(month) <= 12 && Number(day) >= 1 && Number(day) <= 31;

/** `10/22/23` as it is, and `2023-10-22` turned into it. */
export function dateOperand(attribute: string, given: string): string {
  const text = given.trim();
  const [, isoYear = '', isoMonth = '', isoDay = ''] = /^(\d{4})-(\d{2})-(\d{2})(?:T.*)?$/.exec(text) ?? [];
  const operand = isoYear === '' ? text : `${isoMonth}/${isoDay}/${isoYear.slice(2)}`;
  const [, month = '', day = ''] = /^(\d{1,2})\/(\d{1,2})\/\d{2}$/.exec(operand) ?? [];
  if (!isDay(month, day)) refuseValue(attribute, `is "${given}": give a date as mm/dd/yy or yyyy-mm-dd.`);
  if (isoYear !== '' && !isYearOfRacf(Number(isoYear))) refuseValue(attribute, `is "${given}": RACF has the years 1971 to 2070. Leave the date out for one that never comes.`);
  return operand;
}
