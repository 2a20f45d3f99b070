/** Time as the fake sees it: milliseconds since 1970. */
export type WallTime = () => number;

export interface MethodLimit { readonly calls: number; readonly seconds: number }

/**
 * Calls per source address, method by method: https://solutions.teamdynamix.com/TDWebApi/Home/section/People, /Group, /SecurityRoles,
 * /Accounts and /Applications. Of the list of people no limit is published there that could be found; it has that of most methods here.
 */
const PUBLISHED: Readonly<Record<string, MethodLimit>> = {
  'POST people': { calls: 45, seconds: 60 }, 'PATCH people/{}': { calls: 45, seconds: 60 }, 'POST people/{}': { calls: 45, seconds: 60 },
  'POST people/{}/groups': { calls: 180, seconds: 60 },
};
const USUAL: MethodLimit = { calls: 60, seconds: 60 };

interface Window { readonly end: number; used: number }

/** The headers of an answer, and whether the call is refused. */
export interface Counted { readonly refused: boolean; readonly headers: Readonly<Record<string, string>> }

const imfDate = (time: number): string => new Date(Math.floor(time / 1_000) * 1_000).toUTCString();

/**
 * As https://help.uillinois.edu/TDWebApi/swagger/guides/rate-limiting has it: for each method a period begins with the first request, one
 * method's limit does not affect another's, and every answer tells limit, what remains, and the end of the period as a date (RFC 1123).
 */
export class StrictLimits {
  readonly #now: WallTime;
  readonly #scale: number;
  readonly #windows = new Map<string, Window>();
  /** Calls by method. */
  readonly accepted = new Map<string, number>();
  readonly refused = new Map<string, number>();

  /** `scale`: times as many calls as are published. */
  constructor(now: WallTime = Date.now, scale = 1) {
    this.#now = now;
    this.#scale = scale;
  }

  count(method: string, address: string): Counted {
    const { calls, seconds } = PUBLISHED[method] ?? USUAL;
    const limit = calls * this.#scale;
    const now = this.#now();
    const key = `${address} ${method}`;
    const known = this.#windows.get(key);
    const window = known === undefined || now >= known.end ? { end: now + seconds * 1_000, used: 0 } : known;
    this.#windows.set(key, window);
    const refused = window.used >= limit;
    if (!refused) window.used++;
    const counts = refused ? this.refused : this.accepted;
    counts.set(method, (counts.get(method) ?? 0) + 1);
    return { refused, headers: { date: imfDate(now), 'x-ratelimit-limit': String(limit), 'x-ratelimit-remaining': String(limit - window.used), 'x-ratelimit-reset': imfDate(window.end) } };
  }

  get refusals(): number {
    return [...this.refused.values()].reduce((sum, count) => sum + count, 0);
  }
}
