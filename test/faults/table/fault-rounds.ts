import { mkdir, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { deckOf, type DeckOptions, type Draw } from './deck.js';
import { startFaultWorld, type FaultWorld } from './fault-world.js';
import { FaultTally, type FaultFigures } from './figures.js';
import { BrokenRound, playRound, type Played } from './round.js';
import type { Verdict } from './operations.js';

export interface RoundOptions extends DeckOptions {
  /** Worlds at once: rounds are mostly waiting. */
  readonly workers: number;
  /** Where everything about a round that failed is written, a file each. */
  readonly directory: string;
  readonly report?: (line: string) => void;
  /** No round begins after it; those under way come to their end. */
  readonly stop?: AbortSignal | undefined;
}

/** Worlds a worker starts before it gives up: something is wrong with more than a round. */
const MOST_BROKEN_IN_A_ROW = 3;

/** Runs operations under faults, several worlds at once. What was drawn depends on the seed alone. */
export async function runFaultRounds(options: RoundOptions): Promise<FaultFigures> {
  const deck = [...deckOf(options)];
  const run = new Run(options, deck);
  await Promise.all(Array.from({ length: Math.min(options.workers, deck.length) }, () => run.work()));
  if (run.left > 0) run.tally.failures.push(`${run.left} rounds of seed ${options.seed} were not played`);
  return run.tally.figures(options.seed);
}

class Run {
  readonly tally = new FaultTally();
  readonly #options: RoundOptions;
  readonly #deck: Draw[];
  readonly #total: number;
  #done = 0;

  constructor(options: RoundOptions, deck: Draw[]) {
    this.#options = options;
    this.#deck = deck;
    this.#total = deck.length;
  }

  /** Rounds nobody has taken. */
  get left(): number {
    return this.#deck.length;
  }

  /** Plays rounds until there are none; a world that broke is replaced. */
  async work(): Promise<void> {
    for (let brokenInARow = 0; this.#isGoingOn() && brokenInARow < MOST_BROKEN_IN_A_ROW;) {
      const world = await startFaultWorld().catch((error: unknown) => {
        this.tally.failures.push(`no world could be made: ${messageOf(error)}`);
        return undefined;
      });
      const played = world === undefined ? 0 : await this.#playIn(world);
      brokenInARow = played > 0 ? 0 : brokenInARow + 1;
    }
  }

  #isGoingOn(): boolean {
    return this.#deck.length > 0 && this.#options.stop?.aborted !== true;
  }

  /** How many rounds came to their end before one did not. */
  async #playIn(world: FaultWorld): Promise<number> {
    const played: Played[] = [];
    try {
      while (this.#isGoingOn()) {
        const draw = this.#deck.shift();
        if (draw === undefined) break;
        const uid = `f${this.#options.seed}-${draw.number}`;
        const from = logMarks(world);
        try {
          const round = await playRound(world, draw, uid);
          played.push(round);
          await this.#taken(world, round, from);
        } catch (error) {
          await this.#broken(world, { draw, uid, from }, error);
          break;
        }
      }
      await this.#judgeAgain(played);
    } finally {
      await world.stop().catch((error: unknown) => this.#options.report?.(`a world could not be stopped: ${messageOf(error)}`));
    }
    return played.length;
  }

  async #taken(world: FaultWorld, round: Played, from: LogMarks): Promise<void> {
    const { draw: { fault, operation, isBefore, lasting, number }, uid, attempt, verdict, recovery, problems } = round;
    this.tally.take(round);
    const line = `${fault.name} (${lasting} ms${isBefore ? ', before' : ''}) × ${operation} ${uid}: ${attempt.seen} (${attempt.answer}); ${textOf(verdict)}; well again after ${recovery} ms${problems.map((problem) => `; ${problem}`).join('')}`;
    this.#options.report?.(`${++this.#done}/${this.#total} ${line}`);
    if (isFine(verdict) && problems.length === 0) return;
    const file = await this.#write(world, { number, from, text: [line, ...round.course] });
    this.tally.failures.push(`round ${number} of seed ${this.#options.seed}: ${line}; see ${file}`);
  }

  async #broken(world: FaultWorld, { draw, uid, from }: { readonly draw: Draw; readonly uid: string; readonly from: LogMarks }, error: unknown): Promise<void> {
    const line = `${draw.fault.name} (${draw.lasting} ms) × ${draw.operation} ${uid}: did not come to its end: ${messageOf(error)}`;
    const file = await this.#write(world, { number: draw.number, from, text: [line, ...(error instanceof BrokenRound ? error.course : []), error instanceof Error ? error.stack ?? '' : ''] });
    this.#options.report?.(`${++this.#done}/${this.#total} ${line}`);
    this.tally.failures.push(`round ${draw.number} of seed ${this.#options.seed}: ${line}; see ${file}`);
  }

  /** What a write did after it was judged: an operation that was told as failed and came through in the end, say. */
  async #judgeAgain(played: readonly Played[]): Promise<void> {
    for (const { draw: { fault, operation, number }, uid, verdict, judgeAgain } of played) {
      const now = await judgeAgain().catch(() => verdict);            // the world may be broken: what was found counts
      const more: Verdict = { lost: Math.max(0, now.lost - verdict.lost), twice: Math.max(0, now.twice - verdict.twice), untrue: Math.max(0, now.untrue - verdict.untrue) };
      if (isFine(more)) continue;
      this.tally.add({ fault: fault.name, operation }, more);
      this.tally.failures.push(`round ${number} of seed ${this.#options.seed}: ${fault.name} × ${operation} ${uid}: at the end of all rounds ${textOf(more)} more`);
    }
  }

  /** Everything needed to look at a round: its course, what the directory logged of its entry, the logs of the processes since it began. */
  async #write(world: FaultWorld, { number, from, text }: { readonly number: number; readonly from: LogMarks; readonly text: readonly string[] }): Promise<string> {
    const { directory, seed } = this.#options;
    const file = join(directory, `${seed}-${number}.log`);
    const writes = await world.truth.log(`f${seed}-${number}`).catch((error: unknown) => [`cannot be asked: ${messageOf(error)}`]);
    const logs = (['controller', 'agent'] as const).flatMap((name) => [
      `--- ${name}`, ...world[name].process.lines.slice(world[name].process.pid === from[name].pid ? from[name].lines : 0).map((each) => `${each.text} ${JSON.stringify(each.fields)}`),
    ]);
    await mkdir(directory, { recursive: true });
    await writeFile(file, `${[...text, '--- writes the directory logged', ...writes, ...logs].join('\n')}\n`);
    return relative(process.cwd(), file);
  }
}

interface LogMark {
  readonly pid: number;
  readonly lines: number;
}

type LogMarks = Readonly<Record<'agent' | 'controller', LogMark>>;

function logMarks({ agent, controller }: FaultWorld): LogMarks {
  const mark = ({ process }: FaultWorld['agent'] | FaultWorld['controller']): LogMark => ({ pid: process.pid, lines: process.lines.length });
  return { agent: mark(agent), controller: mark(controller) };
}

function isFine({ lost, twice, untrue }: Verdict): boolean {
  return lost + twice + untrue === 0;
}

function textOf({ lost, twice, untrue }: Verdict): string {
  return `lost ${lost}, twice ${twice}, untrue ${untrue}`;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message.split('\n---')[0]! : String(error);
}
