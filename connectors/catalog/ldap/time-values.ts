/** Active Directory counts 100-nanosecond intervals from 1601-01-01 UTC. */
const INTERVALS_PER_MS = 10_000n;
const EPOCH_OFFSET_MS = 11_644_473_600_000n;
/** What an interval holds that never comes. */
export const NEVER = 9_223_372_036_854_775_807n;
const LAST_DATE_MS = 253_402_300_799_999n;
const GENERALIZED_TIME = /^(\d{4})(\d{2})(\d{2})(\d{2})(\d{2})?(\d{2})?(?:[.,]\d+)?(Z|[+-]\d{2}(?:\d{2})?)$/;
const ISO_TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?(?:Z|[+-]\d{2}:\d{2})$/;

function iso(milliseconds: number): string {
  return new Date(milliseconds).toISOString().replace(/\.\d{3}Z$/, 'Z');
}

/** `20151217131254.0Z` → `2015-12-17T13:12:54Z`; anything else as it is. */
export function generalizedTimeToIso(text: string): string {
  const match = GENERALIZED_TIME.exec(text);
  if (match === null) return text;
  const [, year, month, day, hour, minute = '00', second = '00', zone = 'Z'] = match;
  const offset = zone === 'Z' ? 'Z' : `${zone.slice(0, 3)}:${zone.slice(3) || '00'}`;
  const time = Date.parse(`${year ?? ''}-${month ?? ''}-${day ?? ''}T${hour ?? ''}:${minute}:${second}${offset}`);
  return Number.isNaN(time) ? text : iso(time);
}

/** `130948387740000000` → `2015-12-17T13:12:54Z`; never is `0`, as 0 itself; anything else as it is. */
export function intervalToIso(text: string): string {
  if (!/^\d{1,19}$/.test(text)) return text;
  const interval = BigInt(text);
  if (interval >= NEVER) return '0';
  const milliseconds = interval / INTERVALS_PER_MS - EPOCH_OFFSET_MS;
  return interval === 0n || milliseconds > LAST_DATE_MS ? text : iso(Number(milliseconds));
}

/** Milliseconds since 1970 of `2015-12-17T13:12:54Z` and the like; undefined for other text. */
export function isoMilliseconds(text: string): number | undefined {
  const time = ISO_TIME.test(text.trim()) ? Date.parse(text.trim()) : NaN;
  return Number.isNaN(time) ? undefined : time;
}

export function intervalAt(milliseconds: number): bigint {
  return (BigInt(milliseconds) + EPOCH_OFFSET_MS) * INTERVALS_PER_MS;
}

/** `2015-12-17T13:12:54Z` → `130948387740000000`; undefined for what is no such time. */
export function isoToInterval(text: string): string | undefined {
  const time = isoMilliseconds(text);
  return time === undefined ? undefined : intervalAt(time).toString();
}

/** `2015-12-17T13:12:54Z` → `20151217131254.0Z`, the form that Active Directory takes too. */
export function generalizedTimeAt(milliseconds: number): string {
  return `${new Date(milliseconds).toISOString().slice(0, 19).replace(/[-T:]/g, '')}.0Z`;
}
