import { setTimeout as sleep } from 'node:timers/promises';
import type { Draw } from './deck.js';
import type { FaultWorld } from './fault-world.js';
import type { Struck } from './fault.js';
import { prepareOperation, type Attempt, type RoundOperation, type Verdict } from './operations.js';
import { Random } from './random.js';

/** What came of a round. */
export interface Played {
  readonly draw: Draw;
  readonly uid: string;
  readonly attempt: Attempt;
  readonly verdict: Verdict;
  /** Milliseconds from the end of the fault until every system passes its test and a write is taken. */
  readonly recovery: number;
  /** What was not as it has to be while the fault lasted. */
  readonly problems: readonly string[];
  /** What happened when, for whoever looks into it. */
  readonly course: readonly string[];
  /** Asks the target once more. */
  judgeAgain(): Promise<Verdict>;
}

/** Everything works again this long after the end of any fault: seconds, but on a machine that is busy with other things they take longer. */
export const RECOVERY_LIMIT = 120_000;

/** A round that did not come to its end, with what happened until then. */
export class BrokenRound extends Error {
  override readonly name = 'BrokenRound';
  readonly course: readonly string[];

  constructor(cause: unknown, course: readonly string[]) {
    super(cause instanceof Error ? cause.message : String(cause), { cause });
    this.course = course;
  }
}

/** Plays one round. Rejects with a {@link BrokenRound} when the world does not come back to order: it is not to be used again. */
export async function playRound(world: FaultWorld, draw: Draw, uid: string): Promise<Played> {
  const began = performance.now();
  const course: string[] = [];
  const note = (what: string): void => { course.push(`${String(Math.round(performance.now() - began)).padStart(6)} ms  ${what}`); };
  try {
    return await play(world, { draw, uid, course, note });
  } catch (error) {
    note(`broken: ${error instanceof Error ? error.message.split('\n')[0] : String(error)}`);
    throw new BrokenRound(error, course);
  }
}

interface Playing {
  readonly draw: Draw;
  readonly uid: string;
  readonly course: readonly string[];
  note(what: string): void;
}

async function play(world: FaultWorld, { draw, uid, course, note }: Playing): Promise<Played> {
  const { fault, operation, isBefore, wait, lasting } = draw;
  const random = new Random(draw.seed);
  if (fault.way !== undefined) await world.go(fault.way);
  const prepared = await prepareOperation(operation, world, uid);
  await fault.prepare?.(world, random);
  const strike = async (): Promise<Struck> => {
    note(`fault: ${fault.name}`);
    const struck = await fault.strike(world, random, uid);
    note('struck');
    return struck;
  };
  // The moment of the fault is what the round is about.
  const early = isBefore ? await strike() : undefined;
  if (isBefore) await sleep(wait);
  note(`${operation} begins`);
  const running = answered(prepared, note);
  if (!isBefore) await sleep(wait);
  const struck = early ?? await strike();
  const [problems] = await Promise.all([struck.meanwhile?.() ?? [], sleep(lasting)]);
  note(`heals${problems.map((problem) => `; ${problem}`).join('')}`);
  await struck.heal();
  const healed = performance.now();
  note('healed');
  await world.well(RECOVERY_LIMIT);
  const recovery = Math.round(performance.now() - healed);
  note('well again');
  const attempt = await running;
  const verdict = await prepared.verify(attempt);
  note('judged');
  const judgeAgain = async (): Promise<Verdict> => (operation === 'search' || operation === 'sync' ? verdict : prepared.verify(attempt));
  return { draw, uid, attempt, verdict, recovery, problems, course, judgeAgain };
}

async function answered(prepared: RoundOperation, note: Playing['note']): Promise<Attempt> {
  const attempt = await prepared.run();
  note(`answered: ${attempt.seen} (${attempt.answer})`);
  return attempt;
}
