import { describe, expect, it } from 'vitest';
import { type Cell, expectedCells } from './outcome-matrix.js';
import { type Outcome, tableOf } from './outcome-table.js';

const search: Cell = { operation: 'search', direction: 'java -> agent', connector: 'csv' };
const batch: Cell = { operation: 'batch', direction: 'java -> agent', connector: 'ldap' };

function table(outcomes: readonly Outcome[]): { problems: number; text: string } {
  const lines: string[] = [];
  const asked = expectedCells().filter(({ operation, direction, connector }) =>
    [search, batch].some((cell) => cell.operation === operation && cell.direction === direction && cell.connector === connector));
  const problems = tableOf(asked, outcomes, (line) => lines.push(line));
  return { problems, text: lines.join('\n') };
}

describe('the outcome table', () => {
  it('counts what nobody recorded', () => {
    const { problems, text } = table([]);
    expect(problems).toBe(2);
    expect(text).toMatch(/missing: search, java -> agent, csv/);
    expect(text).toMatch(/2 cells: 0 passed, 2 failed or missing/);
  });

  it('counts a cell as failed when any of its outcomes is, and says why', () => {
    const { problems, text } = table([{ ...search, passed: true }, { ...search, passed: false, note: 'no rows' }, { ...batch, passed: true }]);
    expect(problems).toBe(1);
    expect(text).toMatch(/failed: search, java -> agent, csv: no rows/);
  });

  it('tells an operation performed from one rightly refused', () => {
    const { problems, text } = table([{ ...search, passed: true }, { ...batch, passed: true }]);
    expect(problems).toBe(0);
    expect(text).toMatch(/ {2}search +passed +-/);
    expect(text).toMatch(/ {2}batch +- +passed \(refused\)/);
  });

  it('shows a cell nobody asked for, and counts it when it failed', () => {
    const extra: Cell = { ...search, connector: 'test' };
    const { problems, text } = table([{ ...search, passed: true }, { ...batch, passed: true }, { ...extra, passed: false }]);
    expect(problems).toBe(1);
    expect(text).toMatch(/failed: search, java -> agent, test/);
  });
});
