import { ConnectorError } from '../../../../protocol/model/index.js';

/** So many requests in so many milliseconds; `count` is whole and at least 1. */
export interface Rate {
  readonly count: number;
  readonly period: number;
}

const PERIODS: ReadonlyMap<string, number> = new Map([['sec', 1_000], ['min', 60_000], ['hour', 3_600_000]]);
const LEAST = 0.0001;
const MOST = 100_000;

export interface RateNotation {
  /** Milliseconds a number without a unit is counted by, for properties that take one. Left out: none is taken. */
  readonly bare?: number | undefined;
}

/**
 * `30/sec`, `100/min`, `1000/hour`, `0.09/sec`. A part of a request has to wait until it is a whole one: 0.09/sec is one request in
 * 11.1 s, 2.5/sec two in 0.8 s. Throws `configuration`, naming the property and its value.
 */
export function parseRate(property: string, text: string, { bare }: RateNotation = {}): Rate {
  const [, number, unit] = /^\s*(\d{1,6}(?:\.\d{1,6})?)\s*(?:\/\s*(sec|min|hour)\s*)?$/.exec(text) ?? [];
  const rate = Number(number);
  const period = unit === undefined ? bare : PERIODS.get(unit);
  if (rate >= LEAST && rate <= MOST && period !== undefined) return wholeRequests(rate, period);
  const bareToo = bare === undefined ? '' : `, or the number alone, the requests of ${bare / 1_000} s`;
  throw new ConnectorError('configuration', `${property}: '${text}' is no rate; write a number from ${LEAST} to ${MOST} with /sec, /min or /hour, e.g. 30/sec, 100/min or 0.5/sec${bareToo}.`);
}

/** What one of several that use a rate together may send of it: `share` above 0, up to 1. */
export function shareOf({ count, period }: Rate, share: number): Rate {
  return wholeRequests(count * share, period);
}

function wholeRequests(rate: number, period: number): Rate {
  const count = Math.max(1, Math.floor(rate));
  return { count, period: (period * count) / rate };
}
