import type { SyncDelta, SyncToken } from '../../../../protocol/model/index.js';
import type { Changes } from '../../../framework/spi.js';
import { earliestFirst, type Bound, type Found } from './earliest-first.js';
import { generalizedTime, laterTime, secondsBefore, timeKey } from './generalized-time.js';
import { formatPosition, parsePosition, type Position } from './position.js';
import type { PendingDelta } from './strategy.js';
import { TrailingWindow, withinWindow } from './trailing-window.js';

/** Something found, with what tells its present version from any other. */
export interface Identified extends Found { readonly identity: string }

/** What became of something found: the deltas it means, and its version as it was read. */
export interface Delivery {
  readonly time: string;
  readonly identity: string;
  readonly deltas: AsyncIterable<PendingDelta>;
}

/** A source of changes that can only be asked for what happened at or after a time. */
export interface TimedSource {
  /** Seconds for which something may still turn up behind the latest time. */
  readonly span: number;
  /** Things at and after `from`, in any order. Times are all that may be read of them. */
  scan(from: string): AsyncIterable<Found>;
  /** The same with identities. */
  identify(from: string): AsyncIterable<Identified>;
  /** Reads one; undefined when it has gone. */
  deliver(found: Found): Promise<Delivery | undefined>;
  /** Told when what a token stands on is no longer in the source: changes may have been lost. */
  onGap?(position: Position): void;
}

const BEGINNING = '19700101000000Z';
/** How far back to look for the latest change, in seconds: an hour, a day, a month. Only a hint that saves reading everything. */
const LOOK_BACK = [3600, 86_400, 30 * 86_400];

/** Digests what is in the window that ends at the position. */
async function digestWindow(source: TimedSource, time: string): Promise<TrailingWindow> {
  const window = new TrailingWindow(source.span);
  for await (const item of source.identify(secondsBefore(time, source.span))) {
    if (withinWindow(item.time, time, source.span)) window.add(item.time, item.identity);
  }
  return window;
}

interface Start { readonly bound: Bound; readonly window: TrailingWindow }

/** After the position if nothing has changed up to it, else from the start of its window once more. */
async function startOf(source: TimedSource, position: Position): Promise<Start> {
  const again: Start = { bound: { time: secondsBefore(position.time, source.span), inclusive: true }, window: new TrailingWindow(source.span) };
  if (position.seen === undefined) return again;
  const window = await digestWindow(source, position.time);
  const now = window.seenUntil(position.time);
  if (now.count === position.seen.count && now.digest === position.seen.digest) return { bound: { time: position.time, inclusive: false }, window };
  if (now.count === 0 && position.seen.count > 0) source.onGap?.(position);
  return again;
}

/** `completed`: up to there everything came before this delta. */
interface Timed { readonly delta: PendingDelta; readonly completed: Position }

async function* timedDeltas(source: TimedSource, { bound, window }: Start, begin: Position, progress: { time: string }): AsyncGenerator<Timed, void, void> {
  let completed = begin;
  for await (const found of earliestFirst((from) => source.scan(from), bound)) {
    const time = laterTime(progress.time, found.time) ?? progress.time;
    if (timeKey(time) !== timeKey(progress.time)) {
      completed = { time: progress.time, seen: window.seenUntil(progress.time) };
      progress.time = time;
      window.advanceTo(time);
    }
    const delivery = await source.deliver(found);
    if (delivery === undefined) continue;
    window.add(delivery.time, delivery.identity);
    for await (const delta of delivery.deltas) yield { delta, completed };
  }
}

/**
 * Changes of a timed source after a token. Every delta carries a token behind which nothing is missing, so that a reader may
 * stop anywhere and lose nothing: only the last delta of a time moves the token to that time. Tokens hold a digest of what
 * was seen, by which an idle directory is not reported again and again. Times are the server's; ours are never compared.
 */
export async function* timedChanges(source: TimedSource, token: SyncToken): Changes {
  const position = parsePosition(token.value);
  const start = await startOf(source, position);
  const begin: Position = { time: position.time, seen: start.bound.inclusive ? undefined : position.seen };
  const progress = { time: position.time };
  let held: Timed | undefined;
  for await (const next of timedDeltas(source, start, begin, progress)) {
    if (held !== undefined) yield stamp(held.delta, next.completed);
    held = next;
  }
  const end = { time: progress.time, seen: start.window.seenUntil(progress.time) };
  if (held !== undefined) yield stamp(held.delta, end);
  return { value: formatPosition(end) };
}

function stamp(delta: PendingDelta, position: Position): SyncDelta {
  return { ...delta, token: { value: formatPosition(position) } };
}

async function latestTime(source: TimedSource): Promise<string | undefined> {
  const now = generalizedTime(new Date());
  for (const from of [...LOOK_BACK.map((seconds) => secondsBefore(now, seconds)), BEGINNING]) {
    let latest: string | undefined;
    for await (const { time } of source.scan(from)) latest = laterTime(latest, time);
    if (latest !== undefined) return latest;
  }
  return undefined;
}

/** The token of now: the latest time in the source, and what is there at it. */
export async function latestTimedToken(source: TimedSource): Promise<SyncToken> {
  const time = await latestTime(source);
  if (time === undefined) return { value: BEGINNING };
  return { value: formatPosition({ time, seen: (await digestWindow(source, time)).seenUntil(time) }) };
}
