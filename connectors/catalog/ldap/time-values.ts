/** Active Directory counts 100-nanosecond intervals from 1601-01-01 UTC. */
const INTERVALS_PER_MS = 10_000n;
const EPOCH_OFFSET_MS = 11_644_473_600_000n;
const NEVER = 9_223_372_036_854_775_807n;
const LAST_DATE_MS = 253_402_300_799_999n;
const GENERALIZED_TIME = /^(\d{4})(\d{2})(\d{2})(\d{2})(\d{2})?(\d{2})?(?:[.,]\d+)?(Z|[+-]\d{2}(?:\d{2})?)$/;

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

/** `130948387740000000` → `2015-12-17T13:12:54Z`; 0 and "never" stay as they are. */
export function intervalToIso(text: string): string {
  if (!/^\d{1,19}$/.test(text)) return text;
  const interval = BigInt(text);
  const milliseconds = interval / INTERVALS_PER_MS - EPOCH_OFFSET_MS;
  return interval === 0n || interval >= NEVER || milliseconds > LAST_DATE_MS ? text : iso(Number(milliseconds));
}
