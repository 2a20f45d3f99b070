import { retryAfter } from '../retry-after.js';
import { announcedLimit, type AnnouncedLimit, type AnnouncedReset, type LimitHeaders } from './announced-limit.js';
import type { AnswerHead, Budget, SentRequest } from './budget.js';
import type { Interval } from './interval.js';
import { isEarlier, isLater, othersRate, othersUse, overAt, toldTogether, withAnswer, type LimitWindow, type SeenLimit } from './limit-window.js';
import { Refusals } from './refusals.js';
import { ServerClock } from './server-clock.js';
import { WindowPattern, type KnownEnd, type ToldEnd } from './window-pattern.js';

export interface ServerBudgetOptions {
  /** What this client may take of each window, above 0, up to 1; what others leave is not taken. @default 1 */
  readonly share?: number | undefined;
  /** The server's own header names, in the place of the usual ones. */
  readonly headers?: LimitHeaders | undefined;
  /** Milliseconds of a window, where the vendor states them. */
  readonly window?: number | undefined;
  /** Milliseconds since 1970, for servers without `Date`. */
  readonly wallTime?: (() => number) | undefined;
}

/** Milliseconds a request that is to tell how things stand is waited for before another one is sent. */
const PROBE_PATIENCE = 5_000;
/** Milliseconds after which a request has surely arrived, whether it is answered or not. */
const ARRIVED = 2_000;
/** Milliseconds after which a limit that says not when it ends may be another. */
const UNTOLD = 1_000;
/** The part of a window that passes at once, so that few requests need not wait. */
const AT_ONCE = 0.1;
const LATENCIES = 32;

/**
 * The limit a server announces with its answers. Requests are spread evenly over what is left of a window; where it is not known how
 * things stand, as after its end, one request is sent and its answer waited for. Nothing is sent where that could be refused. A server
 * that announces nothing limits nothing, until it answers 429: then nobody sends until it may be asked again.
 */
export class ServerBudget implements Budget {
  readonly #share: number;
  readonly #names: readonly LimitHeaders[] | undefined;
  readonly #length: number | undefined;
  readonly #pattern: WindowPattern;
  readonly #serverClock: ServerClock;
  readonly #pending = new Set<SentRequest>();
  /** From then on it has to be found out how things stand; undefined: it is known. */
  #unknownFrom: number | undefined = -Infinity;
  #window: LimitWindow | undefined;
  #lastSent = -Infinity;
  readonly #refusals = new Refusals();
  /** The server says what was left before the request. */
  #countsLater = false;
  #latencies: readonly number[] = [];

  constructor({ share = 1, headers, window, wallTime }: ServerBudgetOptions = {}) {
    this.#share = share;
    this.#names = headers === undefined ? undefined : [headers];
    this.#length = window;
    this.#pattern = new WindowPattern(window);
    this.#serverClock = new ServerClock(wallTime);
  }

  readyAt(now: number): number {
    const window = this.#window;
    if (this.#unknownFrom !== undefined) return this.#unknownFrom > now ? this.#unknownFrom : this.#alone(this.#unknownFrom, now);
    if (window === undefined) return now;
    const left = this.#left(window, now);
    const over = overAt(window, window.remaining - this.#uncounted(window.latest.low), leastWay(this.#latencies));
    if (now >= over) return this.#alone(over, now);
    if (left <= 0) return over;
    const portion = window.limit * this.#share;
    if (window.own < portion * AT_ONCE && left > portion / 2) return now;
    // What is sent last still has to arrive.
    const goal = window.end.low - Math.min(Math.max(...this.#latencies), Math.max(0, window.end.low - window.firstSeen) / 4);
    const next = this.#lastSent + Math.max(0, (goal > this.#lastSent ? goal : window.end.high) - this.#lastSent) / left;
    return left <= 1 ? Math.max(next, window.end.trial ?? 0) : next;
  }

  sent(request: SentRequest): void {
    this.#pending.add(request);
    this.#lastSent = request.sentAt;
    if (this.#window !== undefined) this.#window = { ...this.#window, own: this.#window.own + 1 };
  }

  answered(request: SentRequest, answer: AnswerHead, now: number): number | undefined {
    this.#pending.delete(request);
    const underWay = { low: request.sentAt, high: now };
    this.#latencies = [...this.#latencies, now - request.sentAt].slice(-LATENCIES);
    const announced = announcedLimit(answer.headers, this.#names);
    if (announced !== undefined) this.#learn(announced, answer, underWay);
    if (answer.status === 429) return this.#refused(request, answer, underWay);
    if (this.#unknownFrom !== undefined && request.sentAt >= this.#unknownFrom) {
      this.#unknownFrom = undefined;
      this.#refusals.over();
    }
    if (announced === undefined && this.#window !== undefined && request.sentAt >= this.#window.end.high) this.#window = undefined;
    return undefined;
  }

  /** It may have arrived, and been counted. */
  failed(request: SentRequest): void {
    this.#pending.delete(request);
    if (this.#window !== undefined) this.#window = { ...this.#window, remaining: Math.max(0, this.#window.remaining - 1) };
  }

  /** One request at a time, as long as its answer does not take too long. */
  #alone(since: number, now: number): number {
    const probes = [...this.#pending].filter(({ sentAt }) => sentAt >= since).map(({ sentAt }) => sentAt);
    return probes.length === 0 ? now : Math.max(...probes) + PROBE_PATIENCE;
  }

  /** Requests that may be sent in this window: what the server said is left, less what it may not have counted then. */
  #left(window: LimitWindow, now: number): number {
    const uncounted = this.#uncounted(window.latest.low);
    const left = window.remaining - uncounted;
    if (this.#share < 1) return Math.min(left, Math.max(1, Math.floor(window.limit * this.#share)) - window.own);
    // What others may have taken since the last answer is not there any more.
    const rate = othersRate(window, window.own - uncounted, now);
    return rate > 0 && left <= 1 + rate * (now - window.latest.low) ? 0 : left;
  }

  #uncounted(latest: number): number {
    return [...this.#pending].filter(({ sentAt }) => sentAt > latest - ARRIVED).length;
  }

  #learn(announced: AnnouncedLimit, answer: AnswerHead, underWay: Interval): void {
    const given = announced.remaining ?? (answer.status === 429 ? 0 : undefined);
    if (given === undefined) return;
    if (announced.window !== undefined) this.#pattern.learnLength(announced.window);
    const limit = announced.limit ?? this.#window?.limit ?? given + 1;
    this.#countsLater ||= given >= limit;
    this.#note({ told: this.#told(announced, answer, underWay), limit, remaining: Math.max(0, this.#countsLater ? given - 1 : given), underWay });
  }

  #note(seen: SeenLimit): void {
    const known = this.#window;
    if (known === undefined || isLater(known, seen)) this.#window = this.#newWindow(seen);
    else if (!isEarlier(known, seen)) {
      const together = { ...seen, told: toldTogether(known, seen) };
      this.#window = withAnswer(known, together, this.#end(together));
    }
  }

  #newWindow(seen: SeenLimit): LimitWindow {
    const { told, limit, remaining, underWay } = seen;
    this.#pattern.begins(told, underWay);
    return { told, end: this.#end(seen), limit, remaining, own: 1 + this.#uncounted(underWay.low), firstSeen: underWay.high, othersAtFirst: othersUse(seen, 1), latest: underWay };
  }

  #end({ told, limit, remaining, underWay }: SeenLimit): KnownEnd {
    if (remaining === limit - 1) this.#pattern.opened(told, underWay);
    return this.#pattern.end(told, underWay);
  }

  /** Without a reset nothing is known but that the window may end at any time, and is over when it has lasted its time. */
  #told({ reset, window = this.#length }: AnnouncedLimit, { headers }: AnswerHead, { low, high }: Interval): ToldEnd {
    const ahead = this.#serverClock.ahead(headers, { low, high });
    if (reset === undefined) return { at: undefined, end: window === undefined ? { low: low + UNTOLD, high: high + UNTOLD } : { low, high: high + window } };
    const given: AnnouncedReset = reset;
    const end = 'at' in given
      ? { low: given.at - given.resolution - ahead.high, high: given.at + given.resolution - ahead.low }
      : { low: low + given.after - given.resolution, high: high + given.after + given.resolution };
    const earliest = Math.max(low, end.low);
    return { at: 'at' in given ? given.at : undefined, end: { low: earliest, high: Math.max(earliest, end.high) } };
  }

  /** Everybody waits, once. Milliseconds. */
  #refused({ sentAt }: SentRequest, answer: AnswerHead, underWay: Interval): number {
    this.#pattern.refused();
    const now = underWay.high;
    const left = this.#window?.remaining === 0 && this.#window.end.high > now ? this.#window.end.high - now : undefined;
    const asked = retryAfter(answer, now + this.#serverClock.ahead(answer.headers, underWay).low);
    const pause = this.#refusals.pause(asked, left, this.#unknownFrom === undefined || sentAt >= this.#unknownFrom);
    this.#unknownFrom = Math.max(this.#unknownFrom ?? -Infinity, now + pause);
    return this.#unknownFrom - now;
  }
}

/**
 * Milliseconds a request and an answer take at least, surely: as far below the quickest one as that is below the usual one. Nothing where
 * too few are known.
 */
function leastWay(latencies: readonly number[]): number {
  if (latencies.length < LATENCIES / 2) return 0;
  const sorted = [...latencies].sort((one, other) => one - other);
  const [least = 0, usual = 0] = [sorted[0], sorted[sorted.length >> 1]];
  return Math.max(0, least - (usual - least));
}
