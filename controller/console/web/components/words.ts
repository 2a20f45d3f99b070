const DAY = 86_400_000;

/** `in 12 days`, `3 minutes ago`. */
export function fromNow(iso: string, now: number = Date.now()): string {
  const distance = Date.parse(iso) - now;
  const [unit, size] = Math.abs(distance) >= 2 * DAY ? ['day', DAY] as const : Math.abs(distance) >= 7_200_000 ? ['hour', 3_600_000] as const : ['minute', 60_000] as const;
  return new Intl.RelativeTimeFormat('en', { numeric: 'always' }).format(Math.round(distance / size), unit);
}

/** A point in time as people of this browser's zone write it, to the minute. */
export function moment(iso: string): string {
  return new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'short' }).format(new Date(iso));
}

/** Whether a certificate needs somebody's attention: it runs out within ten days. */
export function runsOutSoon(notAfter: string, now: number = Date.now()): boolean {
  return Date.parse(notAfter) - now < 10 * DAY;
}

/** Milliseconds as people say them: `340 ms`, `12.4 s`, `3 min 20 s`, `2 h 5 min`. */
export function lasting(milliseconds: number): string {
  if (milliseconds < 1_000) return `${Math.round(milliseconds)} ms`;
  if (milliseconds < 60_000) return `${(milliseconds / 1_000).toFixed(1)} s`;
  const minutes = Math.floor(milliseconds / 60_000);
  return minutes < 60 ? `${minutes} min ${Math.floor(milliseconds % 60_000 / 1_000)} s` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** `1 object`, `12 objects`. */
export function countOf(count: number, one: string, many = `${one}s`): string {
  return `${count.toLocaleString('en')} ${count === 1 ? one : many}`;
}
