import { FAULTS } from './faults.js';
import { OPERATIONS, type OperationName, type Seen, type Verdict } from './operations.js';
import type { Played } from './round.js';

/** Everything that happened under one fault to one operation. */
export interface Cell {
  readonly fault: string;
  readonly operation: OperationName;
  rounds: number;
  readonly seen: Record<Seen, number>;
  lost: number;
  twice: number;
  untrue: number;
  /** Milliseconds from the end of the fault until everything works again, each round's. */
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
  /** One line for each round that was not as it should be, or did not come to its end. */
  readonly failures: readonly string[];
}

/** Collects what rounds come to. */
export class FaultTally {
  readonly #cells = new Map<string, Cell>();
  readonly failures: string[] = [];

  take({ draw: { fault, operation }, attempt, verdict, recovery }: Played): void {
    const cell = this.#cell(fault.name, operation);
    cell.rounds++;
    cell.seen[attempt.seen]++;
    cell.recovery.push(recovery);
    this.add({ fault: fault.name, operation }, verdict);
  }

  /** Further findings of a round that is counted. */
  add({ fault, operation }: Pick<Cell, 'fault' | 'operation'>, { lost, twice, untrue }: Verdict): void {
    const cell = this.#cell(fault, operation);
    cell.lost += lost;
    cell.twice += twice;
    cell.untrue += untrue;
  }

  figures(seed: number): FaultFigures {
    const cells = [...this.#cells.values()].sort((left, right) => placeOf(left) - placeOf(right));
    const sum = (pick: (cell: Cell) => number): number => cells.reduce((total, cell) => total + pick(cell), 0);
    return {
      seed, rounds: sum((cell) => cell.rounds), cells, lost: sum((cell) => cell.lost), twice: sum((cell) => cell.twice), untrue: sum((cell) => cell.untrue),
      slowestRecovery: cells.reduce((most, { recovery }) => Math.max(most, ...recovery), 0), failures: this.failures,
    };
  }

  #cell(fault: string, operation: OperationName): Cell {
    const key = `${fault} ${operation}`;
    const cell = this.#cells.get(key) ?? { fault, operation, rounds: 0, seen: { done: 0, failed: 0, unknown: 0 }, lost: 0, twice: 0, untrue: 0, recovery: [] };
    this.#cells.set(key, cell);
    return cell;
  }
}

function placeOf(cell: Cell): number {
  return FAULTS.findIndex(({ name }) => name === cell.fault) * OPERATIONS.length + OPERATIONS.indexOf(cell.operation);
}

/** The table, for people. */
export function faultTable({ cells }: Pick<FaultFigures, 'cells'>): string[] {
  const rows = cells.map((cell) => {
    const times = [...cell.recovery].sort((left, right) => left - right);
    return [
      cell.fault, cell.operation, String(cell.rounds), String(cell.seen.done), String(cell.seen.failed), String(cell.seen.unknown), String(cell.lost), String(cell.twice), String(cell.untrue),
      `${times[Math.floor(times.length / 2)] ?? 0}`, `${times.at(-1) ?? 0}`,
    ];
  });
  const head = ['fault', 'operation', 'rounds', 'done', 'failed', 'unknown', 'lost', 'twice', 'untrue', 'recovery ms (median)', '(longest)'];
  const line = ['---', '---', ...head.slice(2).map(() => '---:')];
  return [head, line, ...rows].map((row) => `| ${row.join(' | ')} |`);
}
