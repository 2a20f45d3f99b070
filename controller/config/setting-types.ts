import { resolve } from 'node:path';
import { z } from 'zod';
import { lifetimeOf } from './lifetime.js';

/** The kinds of values a setting can have. The description of each is what an error message says is expected. */

const UNIT_MS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };
const UNIT_BYTES: Readonly<Record<string, number>> = { B: 1, KiB: 1_024, MiB: 1_024 ** 2, GiB: 1_024 ** 3 };
/** What a timer takes. */
const MAX_MS = 2_147_483_647;

/** `500ms`, `30s`, `5m`, `2h`; a bare number is seconds. Read as milliseconds. */
export function duration(): z.ZodType<number> {
  const expected = 'must be a duration such as 500ms, 30s, 5m or 2h (a bare number is seconds)';
  return z.union([z.number(), z.string()], { error: expected }).transform((value, context) => {
    const match = /^(\d{1,9}(?:\.\d{1,3})?) ?(ms|s|m|h|d)$/.exec(typeof value === 'number' ? `${value}s` : value);
    const milliseconds = Number(match?.[1] ?? Number.NaN) * (UNIT_MS[match?.[2] ?? ''] ?? Number.NaN);
    if (milliseconds > 0 && milliseconds <= MAX_MS) return milliseconds;
    context.addIssue({ code: 'custom', message: expected });
    return z.NEVER;
  });
}

/** `10m`, `12h`, `30d`: a span that no timer has to wait for, so it may be long. Read as milliseconds. */
export function lifetime(least: number, most: number): z.ZodType<number> {
  const expected = `must be a duration such as 10m, 12h or 30d, from ${least / 1_000} seconds to ${most / 86_400_000} days`;
  return z.string({ error: expected }).transform((value, context) => {
    const milliseconds = lifetimeOf(value);
    if (milliseconds !== undefined && milliseconds >= least && milliseconds <= most) return milliseconds;
    context.addIssue({ code: 'custom', message: expected });
    return z.NEVER;
  });
}

/** `64KiB`, `32MiB`; a bare number is bytes. */
export function size(least: number, most: number): z.ZodType<number> {
  const expected = `must be a size such as 64KiB or 32MiB (a bare number is bytes), from ${least} to ${most} bytes`;
  return z.union([z.number(), z.string()], { error: expected }).transform((value, context) => {
    const match = /^(\d{1,12}) ?(B|KiB|MiB|GiB)$/.exec(typeof value === 'number' ? `${value}B` : value);
    const bytes = Number(match?.[1] ?? Number.NaN) * (UNIT_BYTES[match?.[2] ?? ''] ?? Number.NaN);
    if (bytes >= least && bytes <= most) return bytes;
    context.addIssue({ code: 'custom', message: expected });
    return z.NEVER;
  });
}

export function integer(least: number, most: number): z.ZodType<number> {
  const expected = `must be a whole number from ${least} to ${most}`;
  return z.number({ error: expected }).int(expected).min(least, expected).max(most, expected);
}

/** 0: any free port. */
export const port = (): z.ZodType<number> => integer(0, 65_535);

export function text(what: string): z.ZodString {
  return z.string({ error: `must be ${what}` }).min(1, `must be ${what}`);
}

/** Relative paths count from the folder of the configuration file. */
export function path(base: string, what: string): z.ZodType<string> {
  return text(`the path of ${what}`).transform((value) => resolve(base, value));
}

export function url(): z.ZodType<string> {
  const expected = 'must be an https:// URL without credentials';
  return z.string({ error: expected }).refine((value) => {
    const parsed = URL.canParse(value) ? new URL(value) : undefined;
    if (parsed === undefined || parsed.username !== '' || parsed.password !== '') return false;
    return parsed.protocol === 'https:' || (parsed.protocol === 'http:' && isLoopback(parsed.hostname));
  }, { error: `${expected} (http:// on loopback only)` });
}

export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || host === '[::1]' || /^127\./.test(host);
}
