import { ConnectorError } from '../../../protocol/model/index.js';

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const WRITTEN = /^(\d{1,2})-([A-Za-z]{3})-(\d{2}|\d{4})$/;
const ISO = /^(\d{4})-(\d{2})-(\d{2})(?:[T ].*)?$/;

/** Two digits as Oracle's RR reads them: 00 to 49 are this century's, 50 to 99 the last one's. */
function fullYear(text: string): number {
  const year = Number(text);
  if (text.length === 4) return year;
  return year < 50 ? 2000 + year : 1900 + year;
}

type Day = readonly [year: number, month: number, day: number];

function dayOf(text: string): Day | undefined {
  const [, day = '', month = '', year = ''] = WRITTEN.exec(text) ?? [];
  if (day !== '') return [fullYear(year), MONTHS.indexOf(month.toLowerCase()) + 1, Number(day)];
  const iso = ISO.exec(text);
  return iso === null ? undefined : [Number(iso[1]), Number(iso[2]), Number(iso[3])];
}

/** Undefined for a day there is not, such as the 31st of February. */
function existing([year, month, day]: Day): Date | undefined {
  const date = new Date(Date.UTC(year, month - 1, day));
  return date.getUTCFullYear() === year && date.getUTCMonth() === month - 1 && date.getUTCDate() === day ? date : undefined;
}

/** `03-Nov-22`, `08-DEC-2021` or `2022-11-03` as `2022-11-03`; refuses everything else, and days there are not. */
export function isoDay(attribute: string, text: string): string {
  const day = dayOf(text.trim());
  const date = day && existing(day);
  if (date === undefined) {
    throw new ConnectorError('invalidAttributeValue', `Oracle EBS: ${attribute} is ${JSON.stringify(text)}; write it as DD-Mon-YY (03-Nov-22) or DD-MON-YYYY (08-DEC-2021).`, { outcome: 'notApplied' });
  }
  return date.toISOString().slice(0, 10);
}
