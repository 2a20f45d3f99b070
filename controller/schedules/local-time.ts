import type { TimeZone } from './quartz/time-zone.js';

const LOCAL = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.(\d{1,3}))?(Z)?$/;

/** `2026-11-23T10:00:00`, as clocks of the zone show it (with a `Z`, of UTC). Milliseconds since the epoch; undefined when it is no such time. */
export function readLocalTime(text: string, zone: TimeZone): number | undefined {
  const [, year, month, day, hour, minute, second, fraction = '', isUtc] = LOCAL.exec(text) ?? [];
  if (year === undefined) return undefined;
  const reading = Date.UTC(Number(year), Number(month) - 1, Number(day), Number(hour), Number(minute), Number(second), Number(fraction.padEnd(3, '0')));
  // 31 February would be in March.
  if (!new Date(reading).toISOString().startsWith(text.slice(0, 19))) return undefined;
  return isUtc === undefined ? zone.firstTimeOf(reading).time : reading;
}
