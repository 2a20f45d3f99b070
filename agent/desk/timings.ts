import type { DeskSession } from './desk-session.js';

export interface Timings {
  readonly count: number;
  /** One more has arrived. */
  one(): void;
  /** `12 objects; the first after 34 ms, 56 ms in all, 214 a second`. */
  text(what: string, more?: string): string;
}

/** Counts from now on. */
export function timings({ elapsed }: Pick<DeskSession, 'elapsed'>): Timings {
  const begun = elapsed();
  let first: number | undefined;
  let count = 0;
  return {
    get count() { return count; },
    one: () => {
      count += 1;
      first ??= elapsed() - begun;
    },
    text: (what, more = '') => {
      const all = elapsed() - begun;
      const counted = `${count} ${what}${count === 1 ? '' : 's'}`;
      if (first === undefined) return `${counted}${more}; ${milliseconds(all)}`;
      return `${counted}${more}; the first after ${milliseconds(first)}, ${milliseconds(all)} in all, ${Math.round(count / Math.max(all / 1000, 0.001))} a second`;
    },
  };
}

export function milliseconds(time: number): string {
  return time < 10 ? `${time.toFixed(1)} ms` : time < 10_000 ? `${Math.round(time)} ms` : `${(time / 1000).toFixed(1)} s`;
}
