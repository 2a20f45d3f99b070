const UNIT_MS: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** Milliseconds of `30s`, `10m`, `12h`, `30d`; undefined for anything else. A module of its own, because commands load it at once. */
export function lifetimeOf(value: string): number | undefined {
  const match = /^(\d{1,6}) ?(s|m|h|d)$/.exec(value);
  return match === null ? undefined : Number(match[1]) * (UNIT_MS[match[2] ?? ''] ?? Number.NaN);
}
