/** When a window ends, as a server says it; `resolution`: milliseconds by which rounding may have moved it either way. */
export type AnnouncedReset =
  | { readonly at: number; readonly resolution: number }
  | { readonly after: number; readonly resolution: number };

/** What a server said of its limit. At least `remaining` or `reset` is there. Requests, and milliseconds. */
export interface AnnouncedLimit {
  readonly limit?: number | undefined;
  readonly remaining?: number | undefined;
  readonly reset?: AnnouncedReset | undefined;
  /** How long a window lasts. */
  readonly window?: number | undefined;
}

/** Names of the headers one server uses for a limit; some do not say when it ends. */
export interface LimitHeaders {
  readonly limit: string;
  readonly remaining: string;
  readonly reset?: string | undefined;
}

type Headers = ReadonlyMap<string, string>;

/** The last ones are of drafts 00 to 06 of draft-ietf-httpapi-ratelimit-headers. */
export const COMMON_LIMIT_HEADERS: readonly LimitHeaders[] = ['x-ratelimit', 'x-rate-limit', 'ratelimit'].map((prefix) => ({ limit: `${prefix}-limit`, remaining: `${prefix}-remaining`, reset: `${prefix}-reset` }));

/** Seconds since 1970 from 2001 on; below it they are seconds to wait. */
const FIRST_EPOCH_SECOND = 1e9;
const FIRST_EPOCH_MILLISECOND = 1e11;
const SECOND = 1_000;
const NUMBER = /^\d{1,15}(?:\.\d{1,9})?$/;
/** RFC 9110, section 5.6.7, or the profile of RFC 3339; without it Date.parse would take nearly anything for a date. */
const DATE = /^(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*, |\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)$)/;

/** Of an answer's headers, by name in lower case. Undefined where nothing of a limit is in them that can be made out. */
export function announcedLimit(headers: Headers, names: readonly LimitHeaders[] = COMMON_LIMIT_HEADERS): AnnouncedLimit | undefined {
  const given = (name: string | undefined): string | undefined => (name === undefined ? undefined : headers.get(name.toLowerCase()));
  for (const { limit, remaining, reset } of names) {
    const known = { limit: countOf(given(limit)), remaining: countOf(given(remaining)), reset: resetOf(given(reset)), window: windowOf(given(limit)) };
    if (known.remaining !== undefined || known.reset !== undefined) return known;
  }
  return names === COMMON_LIMIT_HEADERS ? draftLimit(headers) : undefined;
}

/** Requests; a list, as drafts 00 to 06 allow it, begins with the limit that counts. */
function countOf(text: string | undefined): number | undefined {
  const first = /^\s*(\d{1,15})\s*(?:[,;]|$)/.exec(text ?? '')?.[1];
  return first === undefined ? undefined : Number(first);
}

function windowOf(text: string | undefined): number | undefined {
  const seconds = /;\s*w\s*=\s*(\d{1,9})\s*(?:[,;]|$)/.exec(text ?? '')?.[1];
  return seconds === undefined || Number(seconds) === 0 ? undefined : Number(seconds) * SECOND;
}

/** Seconds or milliseconds since 1970, seconds to wait, or a date. */
function resetOf(given: string | undefined): AnnouncedReset | undefined {
  const text = given?.trim() ?? '';
  if (NUMBER.test(text)) {
    const value = Number(text);
    const resolution = text.includes('.') ? 1 : SECOND;
    if (value >= FIRST_EPOCH_MILLISECOND) return { at: value, resolution: 1 };
    return value >= FIRST_EPOCH_SECOND ? { at: value * SECOND, resolution } : { after: value * SECOND, resolution };
  }
  const at = DATE.test(text) ? Date.parse(text) : NaN;
  return Number.isNaN(at) ? undefined : { at, resolution: SECOND };
}

/**
 * draft-ietf-httpapi-ratelimit-headers: `RateLimit: "name";r=50;t=30` with `RateLimit-Policy: "name";q=100;w=60` from draft 08 on,
 * `RateLimit: limit=100, remaining=50, reset=5` in draft 07. Of several policies the one with the least left counts.
 */
function draftLimit(headers: Headers): AnnouncedLimit | undefined {
  const items = itemsOf(headers.get('ratelimit'));
  const [tightest] = items.filter(({ parameters }) => parameters.has('r')).sort((a, b) => numberIn(a, 'r') - numberIn(b, 'r'));
  const policies = itemsOf(headers.get('ratelimit-policy'));
  if (tightest !== undefined) {
    const policy = policies.find(({ name }) => name === tightest.name);
    return limitOf(policy?.parameters.get('q'), tightest.parameters.get('r'), tightest.parameters.get('t'), policy?.parameters.get('w'));
  }
  const seventh = new Map(items.flatMap(({ name }): [string, string][] => { const [key = '', value = ''] = name.split('='); return [[key.trim(), value.trim()]]; }));
  if (!seventh.has('remaining') && !seventh.has('reset')) return undefined;
  return limitOf(seventh.get('limit'), seventh.get('remaining'), seventh.get('reset'), policies[0]?.parameters.get('w'));
}

interface Item { readonly name: string; readonly parameters: ReadonlyMap<string, string> }

const numberIn = ({ parameters }: Item, name: string): number => countOf(parameters.get(name)) ?? Infinity;

function itemsOf(text: string | undefined): readonly Item[] {
  return (text ?? '').split(',').filter((item) => item.trim() !== '').map((item) => {
    const [name = '', ...parameters] = item.split(';').map((part) => part.trim());
    return { name, parameters: new Map(parameters.map((parameter): [string, string] => { const [key = '', value = ''] = parameter.split('='); return [key.trim(), value.trim()]; })) };
  });
}

function limitOf(limit: string | undefined, remaining: string | undefined, reset: string | undefined, window: string | undefined): AnnouncedLimit | undefined {
  const seconds = countOf(reset);
  const length = countOf(window);
  const known = {
    limit: countOf(limit), remaining: countOf(remaining), reset: seconds === undefined ? undefined : { after: seconds * SECOND, resolution: SECOND },
    window: length === undefined || length === 0 ? undefined : length * SECOND,
  };
  return known.remaining === undefined && known.reset === undefined ? undefined : known;
}
