import type { HttpAnswer } from './http-client.js';

/** Milliseconds until a busy server wants to be asked again (RFC 9110, section 10.2.3: seconds or a date); undefined: it does not say. */
export function retryAfter({ headers }: Pick<HttpAnswer, 'headers'>, now = Date.now()): number | undefined {
  const given = headers.get('retry-after')?.trim() ?? '';
  if (/^\d{1,9}$/.test(given)) return Number(given) * 1_000;
  // Without a weekday Date.parse would take nearly anything for a date.
  const at = /^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)/.test(given) ? Date.parse(given) : NaN;
  return Number.isNaN(at) ? undefined : Math.max(0, at - now);
}
