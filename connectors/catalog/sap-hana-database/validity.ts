import { ConnectorError } from '../../../protocol/model/index.js';

const WRITTEN = /^(\d{4})-(\d{2})-(\d{2})(?:[ T](\d{1,2}):(\d{2})(?::(\d{2})(?:\.\d+)?)?(?:\s*([AP]M))?)?$/i;

function hourOf(hour: number, half: string | undefined): number | undefined {
  if (half === undefined) return hour <= 23 ? hour : undefined;
  // `HH:mm PM` is written with the hours of both clocks: 03:00 PM and 15:00 PM are the same.
  if (half.toUpperCase() === 'PM') return hour > 23 ? undefined : hour < 12 ? hour + 12 : hour;
  return hour > 12 ? undefined : hour % 12;
}

/** Not the 30th of February, nor the day zero of a text that was not understood. */
function isDay(year: number, month: number, day: number): boolean {
  const date = new Date(Date.UTC(year, month - 1, day));
  return date.getUTCFullYear() === year && date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
}

/**
 * A point in time as provisioner files write it, for a HANA timestamp literal: `2024-12-12 12:30 PM`, `2024-12-12 12:30`,
 * `2024-12-12` (midnight), with seconds too. Zone and daylight saving are the database's.
 */
export function timestampText(attribute: string, text: string): string {
  const [, year = '', month = '', day = '', hour = '0', minute = '00', second = '00', half] = WRITTEN.exec(text.trim()) ?? [];
  const hour24 = hourOf(Number(hour), half);
  if (hour24 === undefined || !isDay(Number(year), Number(month), Number(day)) || Number(minute) > 59 || Number(second) > 59) {
    throw new ConnectorError('invalidAttributeValue', `SAP HANA: ${attribute} is ${JSON.stringify(text)}; write it as yyyy-MM-dd HH:mm, with AM or PM if you like, or as yyyy-MM-dd.`, { outcome: 'notApplied' });
  }
  return `${year}-${month}-${day} ${String(hour24).padStart(2, '0')}:${minute}:${second}`;
}

/** A timestamp of the database as it is given out: a date alone where it is midnight, without seconds where there are none. */
export function shownTimestamp(text: string): string {
  const [date = '', time = ''] = text.trim().split(/[ T]/);
  const shown = time.replace(/\.\d*$/, '');
  if (shown === '' || shown === '00:00:00') return date;
  return `${date} ${shown.endsWith(':00') && shown.length === 8 ? shown.slice(0, 5) : shown}`;
}
