import { appendFileSync, existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Cell, CONNECTORS, DIRECTIONS, expectedCell, expectedCells, type ExpectedCell, OPERATIONS } from './outcome-matrix.js';

const FOLDER = join(dirname(fileURLToPath(import.meta.url)), '../../../var/interop/outcomes');

export interface Outcome extends Cell {
  readonly passed: boolean;
  readonly note?: string;
}

/** Notes what came of one cell. Several outcomes of one cell count as failed when any of them is. */
export function recordOutcome(outcome: Outcome): void {
  mkdirSync(FOLDER, { recursive: true });
  appendFileSync(join(FOLDER, `${process.pid}.jsonl`), `${JSON.stringify(outcome)}\n`);
}

/** Runs the check of one cell inside an `it`, records what comes of it, and lets a failure through. */
export async function outcome<T>(cell: Cell & { readonly note?: string }, check: () => Promise<T>): Promise<T> {
  try {
    const result = await check();
    recordOutcome({ ...cell, passed: true });
    return result;
  } catch (error) {
    recordOutcome({ ...cell, passed: false, note: firstLine(error) });
    throw error;
  }
}

/** Prints operation x connector for each direction, and returns the number of cells that failed or that nobody recorded. */
export function printOutcomeTable(write: (line: string) => void = (line) => process.stdout.write(`${line}\n`)): number {
  return tableOf(expectedCells(), readOutcomes(), write);
}

/** The table of these outcomes. A cell that was proven without being asked for is shown too, and counts when it failed. */
export function tableOf(asked: readonly ExpectedCell[], outcomes: readonly Outcome[], write: (line: string) => void): number {
  const byCell = groupByCell(outcomes);
  const cells = new Map([...outcomes.map(expectedCell), ...asked].map((cell) => [keyOf(cell), cell]));
  const problems: string[] = [];
  for (const direction of DIRECTIONS) {
    const connectors = CONNECTORS.filter((connector) => OPERATIONS.some((operation) => cells.has(keyOf({ operation, direction, connector }))));
    if (connectors.length === 0) continue;
    write('');
    write(row(direction, connectors));
    for (const operation of OPERATIONS) {
      const marks = connectors.map((connector) => {
        const cell = cells.get(keyOf({ operation, direction, connector }));
        return cell === undefined ? '-' : markOf(cell, byCell.get(keyOf(cell)) ?? [], problems);
      });
      if (marks.some((mark) => mark !== '-')) write(row(`  ${operation}`, marks));
    }
  }
  write('');
  for (const problem of problems) write(problem);
  write(`${cells.size} cells: ${cells.size - problems.length} passed, ${problems.length} failed or missing.`);
  return problems.length;
}

function markOf(cell: ExpectedCell, outcomes: readonly Outcome[], problems: string[]): string {
  const name = `${cell.operation}, ${cell.direction}, ${cell.connector}`;
  const failed = outcomes.find((one) => !one.passed);
  if (outcomes.length === 0) {
    problems.push(`missing: ${name}`);
    return 'MISSING';
  }
  if (failed !== undefined) {
    problems.push(`failed: ${name}${failed.note === undefined ? '' : `: ${failed.note}`}`);
    return 'FAILED';
  }
  return cell.expected === 'refused' ? 'passed (refused)' : 'passed';
}

function readOutcomes(): Outcome[] {
  if (!existsSync(FOLDER)) return [];
  return readdirSync(FOLDER).flatMap((file) => readFileSync(join(FOLDER, file), 'utf8').split('\n').filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Outcome));
}

function groupByCell(outcomes: readonly Outcome[]): Map<string, Outcome[]> {
  const groups = new Map<string, Outcome[]>();
  for (const one of outcomes) groups.set(keyOf(one), [...groups.get(keyOf(one)) ?? [], one]);
  return groups;
}

function keyOf(cell: Cell): string {
  return `${cell.operation}|${cell.direction}|${cell.connector}`;
}

function row(first: string, cells: readonly string[]): string {
  return [first.padEnd(38), ...cells.map((cell) => cell.padEnd(18))].join('').trimEnd();
}

function firstLine(error: unknown): string {
  return (error instanceof Error ? `${error.name}: ${error.message}` : String(error)).split('\n', 1)[0]!.slice(0, 200);
}
