import { both, type Interval } from './interval.js';
import type { KnownEnd, ToldEnd } from './window-pattern.js';

/** What one answer said, and when its request was under way. */
export interface SeenLimit {
  readonly told: ToldEnd;
  readonly limit: number;
  readonly remaining: number;
  readonly underWay: Interval;
}

/** What is known of one window of a server's limit. Requests, and milliseconds of the limiter's clock. */
export interface LimitWindow {
  /** By all its answers together. */
  readonly told: ToldEnd;
  readonly end: KnownEnd;
  readonly limit: number;
  /** The least that an answer said is left. */
  readonly remaining: number;
  /** Own requests sent in it. */
  readonly own: number;
  readonly firstSeen: number;
  /** What others had taken by then. */
  readonly othersAtFirst: number;
  /** When the latest request that was answered had been sent, and when that was answered. */
  readonly latest: Interval;
}

/** Whether an answer is of a later window than the known one. */
export function isLater(window: LimitWindow, { told, remaining, underWay }: SeenLimit): boolean {
  if (told.at !== undefined && window.told.at !== undefined) return told.at > window.told.at;
  // What is left only grows where a window begins.
  return told.end.low > window.told.end.high || (remaining > window.remaining && underWay.low >= window.latest.high);
}

export function isEarlier(window: LimitWindow, { told }: SeenLimit): boolean {
  if (told.at !== undefined && window.told.at !== undefined) return told.at < window.told.at;
  return told.end.high < window.told.end.low;
}

/** What the window's answers and one more tell of its end. */
export function toldTogether(window: LimitWindow, { told }: SeenLimit): ToldEnd {
  return { at: told.at, end: both(window.told.end, told.end) ?? told.end };
}

/**
 * When a request may be sent that is to arrive after its end. `spare`: requests left in it, without which an end that has not been tried is
 * not relied upon; `way`: milliseconds a request and an answer take at least. When a window began is known by an answer that had come
 * its way already, and the next request has its own before it: that much earlier it arrives in time.
 */
export function overAt({ end, told }: LimitWindow, spare: number, way: number): number {
  if (end.basis === 'tried') return Math.max(end.low, end.high - way);
  return spare > 0 ? end.high : Math.max(end.high, told.end.high);
}

/** One more answer of the window; `told` and `end`: as they are known by that answer. */
export function withAnswer(window: LimitWindow, { told, limit, remaining, underWay }: SeenLimit, end: KnownEnd): LimitWindow {
  return {
    ...window, told, limit, end, remaining: Math.min(window.remaining, remaining),
    latest: { low: Math.max(window.latest.low, underWay.low), high: underWay.high },
  };
}

/** What was taken and not by the `counted` ones of this client. */
export function othersUse({ limit, remaining }: Pick<LimitWindow, 'limit' | 'remaining'>, counted: number): number {
  return Math.max(0, limit - remaining - counted);
}

/** What others use of the limit while this client looks on, in requests a millisecond. */
export function othersRate(window: LimitWindow, counted: number, now: number): number {
  return Math.max(0, othersUse(window, counted) - window.othersAtFirst) / Math.max(1_000, now - window.firstSeen);
}
