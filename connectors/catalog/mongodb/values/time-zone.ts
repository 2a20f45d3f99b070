const MINUTE = 60_000;
const OFFSET = /^(?:(?:GMT|UTC|UT)(?=[+-]))?([+-])(\d{1,2})(?::?(\d{2}))?$/i;
const FIXED = new Set(['utc', 'gmt', 'ut', 'z', 'etc/utc', 'etc/gmt']);

/** Minutes to add to UTC at a moment, for the zones Java knows: `UTC`, `GMT+2`, `+02:00`, `Europe/Paris`. */
export interface TimeZone {
  offsetAt(time: number): number;
  /** The moment a clock of the zone shows this, given as if it were UTC. */
  momentOf(local: number): number;
}

function fixed(minutes: number): TimeZone {
  return { offsetAt: () => minutes, momentOf: (local) => local - minutes * MINUTE };
}

/** Throws a RangeError for a zone nobody knows. */
export function timeZone(given: string): TimeZone {
  const name = given.trim();
  if (FIXED.has(name.toLowerCase())) return fixed(0);
  const [, sign, hours, minutes = '0'] = OFFSET.exec(name) ?? [];
  if (hours !== undefined) return fixed((sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes)));
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone: name, hourCycle: 'h23', year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric', second: 'numeric',
  });
  const offsetAt = (time: number): number => {
    const part = new Map(format.formatToParts(time).map(({ type, value }) => [type, Number(value)]));
    const local = Date.UTC(part.get('year') ?? 0, (part.get('month') ?? 1) - 1, part.get('day') ?? 1, part.get('hour') ?? 0, part.get('minute') ?? 0, part.get('second') ?? 0);
    return Math.round((local - Math.floor(time / 1000) * 1000) / MINUTE);
  };
  return {
    offsetAt,
    momentOf: (local) => {
      const guess = local - offsetAt(local) * MINUTE;
      // Right except within hours of a change of the clocks: once more from where that leads.
      return local - offsetAt(guess) * MINUTE;
    },
  };
}
