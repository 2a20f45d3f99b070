import { setTimeout as sleep } from 'node:timers/promises';
import { FAULTS, type Fault } from './faults.js';
import { startFaultWorld, type FaultWorld } from './fault-world.js';
import { OPERATIONS, prepareOperation, type OperationName, type Seen } from './operations.js';
import { Random } from './random.js';

export interface RoundOptions {
  readonly rounds: number;
  readonly seed: number;
  readonly report?: (line: string) => void;
}

/** Everything that happened under one fault to one operation. */
export interface Cell {
  readonly fault: string;
  readonly operation: OperationName;
  rounds: number;
  readonly seen: Record<Seen, number>;
  lost: number;
  twice: number;
  untrue: number;
  /** Milliseconds from the end of the fault until the system passes its test, each round's. */
  readonly recovery: number[];
}

export interface FaultFigures {
  readonly seed: number;
  readonly rounds: number;
  readonly cells: readonly Cell[];
  readonly lost: number;
  readonly twice: number;
  readonly untrue: number;
  /** The longest of all. */
  readonly slowestRecovery: number;
  /** One line for each round that was not as it should be. */
  readonly failures: readonly string[];
}

/** A fault begins this long after its operation at most. Milliseconds. */
const LATEST_STRIKE = 60;
/** And lasts this long at most. */
const LONGEST_FAULT = 2_000;
/** Everything works again this long after the end of any fault. */
export const RECOVERY_LIMIT = 40_000;

/** Runs operations under faults; every pair of both comes up before any comes up again. */
export async function runFaultRounds({ rounds, seed, report = () => undefined }: RoundOptions): Promise<FaultFigures> {
  const random = new Random(seed);
  const cells = new Map<string, Cell>();
  const failures: string[] = [];
  const world = await startFaultWorld();
  try {
    for (let round = 0, deck: Pair[] = []; round < rounds; round++) {
      if (deck.length === 0) deck = shuffled(random);
      const pair = deck.pop();
      if (pair === undefined) break;
      const line = await runRound(world, pair, `f${seed}-${round}`, random, cellOf(cells, pair));
      report(`${round + 1}/${rounds} ${line.text}`);
      if (line.isBad) failures.push(`round ${round} of seed ${seed}: ${line.text}`);
    }
  } catch (error) {
    throw new Error(`${error instanceof Error ? error.message : String(error)}\n${world.agent.process.tail()}\n${world.controller.process.tail()}`, { cause: error });
  } finally {
    await world.stop();
  }
  const all = [...cells.values()];
  const sum = (pick: (cell: Cell) => number): number => all.reduce((total, cell) => total + pick(cell), 0);
  return {
    seed, rounds: sum((cell) => cell.rounds), cells: all, lost: sum((cell) => cell.lost), twice: sum((cell) => cell.twice), untrue: sum((cell) => cell.untrue),
    slowestRecovery: Math.max(0, ...all.flatMap((cell) => cell.recovery)), failures,
  };
}

interface Pair {
  readonly fault: Fault;
  readonly operation: OperationName;
}

function shuffled(random: Random): Pair[] {
  const pairs = FAULTS.flatMap((fault) => OPERATIONS.map((operation) => ({ fault, operation, at: random.next() })));
  return pairs.sort((left, right) => left.at - right.at);
}

function cellOf(cells: Map<string, Cell>, { fault, operation }: Pair): Cell {
  const key = `${fault.name} ${operation}`;
  const cell = cells.get(key) ?? { fault: fault.name, operation, rounds: 0, seen: { done: 0, failed: 0, unknown: 0 }, lost: 0, twice: 0, untrue: 0, recovery: [] };
  cells.set(key, cell);
  return cell;
}

async function runRound(world: FaultWorld, { fault, operation }: Pair, uid: string, random: Random, cell: Cell): Promise<{ text: string; isBad: boolean }> {
  const prepared = await prepareOperation(operation, world, uid);
  const [wait, lasting] = [random.between(0, LATEST_STRIKE), random.between(50, LONGEST_FAULT)];
  const running = prepared.run();
  await sleep(wait);                                      // the moment of the fault is what the round is about
  const heal = await fault.strike(world, random);
  await sleep(lasting);
  await heal();
  const healed = performance.now();
  await world.controller.systemReady('ldap', RECOVERY_LIMIT);
  const recovery = Math.round(performance.now() - healed);
  const attempt = await running;
  for (const system of ['crowd', 'changes', 'copy']) await world.controller.systemReady(system, RECOVERY_LIMIT);
  const verdict = await prepared.verify(attempt);
  cell.rounds++;
  cell.seen[attempt.seen]++;
  cell.lost += verdict.lost;
  cell.twice += verdict.twice;
  cell.untrue += verdict.untrue;
  cell.recovery.push(recovery);
  const isBad = verdict.lost + verdict.twice + verdict.untrue > 0;
  return {
    isBad,
    text: `${fault.name} (${lasting} ms) × ${operation} ${uid}: ${attempt.seen} (${attempt.answer}); lost ${verdict.lost}, twice ${verdict.twice}, untrue ${verdict.untrue}; well again after ${recovery} ms`,
  };
}

/** The table, for people. */
export function faultTable({ cells }: Pick<FaultFigures, 'cells'>): string[] {
  const order = (cell: Cell): number => FAULTS.findIndex(({ name }) => name === cell.fault) * OPERATIONS.length + OPERATIONS.indexOf(cell.operation);
  const rows = [...cells].sort((left, right) => order(left) - order(right)).map((cell) => {
    const times = [...cell.recovery].sort((left, right) => left - right);
    return [
      cell.fault, cell.operation, String(cell.rounds), String(cell.seen.done), String(cell.seen.failed), String(cell.seen.unknown), String(cell.lost), String(cell.twice), String(cell.untrue),
      `${times[Math.floor(times.length / 2)] ?? 0}`, `${times.at(-1) ?? 0}`,
    ];
  });
  const head = ['fault', 'operation', 'rounds', 'done', 'failed', 'unknown', 'lost', 'twice', 'untrue', 'recovery ms (median)', '(longest)'];
  return [head, head.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`);
}
