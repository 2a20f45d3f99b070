/**
 * Generalized time (RFC 4517 section 3.3.13) as servers write timestamps: seconds, with or without a fraction, in UTC.
 * Values of one server compare as text once the fraction is in a fixed form.
 */
const PATTERN = /^(\d{4})(\d{2})(\d{2})(\d{2})(\d{2})(\d{2})(?:[.,](\d{1,9}))?Z$/;

/** Text by which times sort; undefined for what is no such time. */
export function timeKey(time: string): string | undefined {
  const match = PATTERN.exec(time);
  return match === null ? undefined : `${time.slice(0, 14)}.${(match[7] ?? '').replace(/0+$/, '')}`;
}

/** The later of two times; what is no time loses. */
export function laterTime(left: string | undefined, right: string | undefined): string | undefined {
  const [a, b] = [left, right].map((time) => (time === undefined ? undefined : timeKey(time)));
  if (a === undefined) return b === undefined ? undefined : right;
  return b === undefined || b <= a ? left : right;
}

/** `time` moved back, in whole seconds; the fraction is dropped. */
export function secondsBefore(time: string, seconds: number): string {
  const match = PATTERN.exec(time);
  if (match === null) throw new TypeError(`"${time}" is not a generalized time.`);
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = match.slice(1, 7).map(Number);
  return generalizedTime(new Date(Date.UTC(year, month - 1, day, hour, minute, second) - seconds * 1000));
}

export function generalizedTime(date: Date): string {
  return `${date.toISOString().slice(0, 19).replace(/[-T:]/g, '')}Z`;
}

/** The second a time falls into, e.g. `20260131235959`. */
export function secondOf(time: string): string {
  return time.slice(0, 14);
}
