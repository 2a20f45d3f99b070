import { attributeKey } from '../../../protocol/model/index.js';
import type { LdapConfig } from './config.js';
import { NEVER, generalizedTimeAt, intervalAt, isoMilliseconds, isoToInterval } from './time-values.js';

/** How a configured attribute holds the times that are given out as ISO 8601. */
export type TimeForm = 'interval' | 'generalized';
export type TimeComparison = 'equals' | 'greaterThan' | 'greaterThanOrEqual' | 'lessThan' | 'lessThanOrEqual';

const SECOND_MS = 1000;

function listed(names: readonly string[], name: string): boolean {
  return names.some((one) => attributeKey(one) === attributeKey(name));
}

/** Undefined for an attribute whose values are not converted. */
export function timeForm(attribute: string, config: LdapConfig): TimeForm | undefined {
  if (listed(config.convertGTToISO8601, attribute)) return 'generalized';
  return listed(config.convertADIntervalToISO8601, attribute) ? 'interval' : undefined;
}

/** A value to write as the directory holds it, so that what was read can be written. Other text stays as it is. */
export function nativeTime(value: string, form: TimeForm): string {
  if (form === 'interval') return isoToInterval(value) ?? value;
  const time = isoMilliseconds(value);
  return time === undefined ? value : generalizedTimeAt(time);
}

function intervalFilter(comparison: TimeComparison, attribute: string, time: number): string {
  const [from, next] = [intervalAt(time), intervalAt(time + SECOND_MS)];
  // Never is given out as 0, which comes before every date.
  const never = `(${attribute}=${NEVER})`;
  switch (comparison) {
    case 'equals': return `(&(${attribute}>=${from})(${attribute}<=${next - 1n}))`;
    case 'greaterThanOrEqual': return `(&(${attribute}>=${from})(!${never}))`;
    case 'greaterThan': return `(&(${attribute}>=${next})(!${never}))`;
    case 'lessThan': return `(|(${attribute}<=${from - 1n})${never})`;
    case 'lessThanOrEqual': return `(|(${attribute}<=${next - 1n})${never})`;
  }
}

function generalizedFilter(comparison: TimeComparison, attribute: string, time: number): string {
  const [from, next] = [generalizedTimeAt(time), generalizedTimeAt(time + SECOND_MS)].map((bound) => `(${attribute}>=${bound})`) as [string, string];
  switch (comparison) {
    case 'equals': return `(&${from}(!${next}))`;
    case 'greaterThanOrEqual': return from;
    case 'greaterThan': return next;
    case 'lessThan': return `(&(${attribute}=*)(!${from}))`;
    case 'lessThanOrEqual': return `(&(${attribute}=*)(!${next}))`;
  }
}

/**
 * A comparison with an ISO 8601 time of whole seconds, as those are that are given out: what the directory holds is finer.
 * Undefined for other values.
 */
export function timeFilter(comparison: TimeComparison, attribute: string, value: string, form: TimeForm): string | undefined {
  if (form === 'interval' && comparison === 'equals' && value === '0') return `(|(${attribute}=0)(${attribute}=${NEVER}))`;
  const time = isoMilliseconds(value);
  if (time === undefined || time % SECOND_MS !== 0) return undefined;
  return form === 'interval' ? intervalFilter(comparison, attribute, time) : generalizedFilter(comparison, attribute, time);
}
