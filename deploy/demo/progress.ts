import type { Json } from './rest.js';

/** The path's value in a JSON answer, as a number or text. */
function at(summary: Json, ...path: string[]): unknown {
  let value: unknown = summary;
  for (const key of path) value = typeof value === 'object' && value !== null ? (value as Json)[key] : undefined;
  return value;
}

/** Where a run stands. */
export interface RunState {
  readonly done: number;
  /** Undefined while nobody knows. */
  readonly total: number | undefined;
  readonly text: string;
}

export function runState(summary: Json): RunState {
  const [done, total] = ['processed', 'total'].map((name) => Number(at(summary, 'progress', 'source', 'existing', name)));
  const seconds = (Number(at(summary, 'duration')) / 1000).toFixed(1);
  return {
    done: done === undefined || Number.isNaN(done) ? 0 : done, total: total === undefined || Number.isNaN(total) ? undefined : total,
    text: `${String(at(summary, 'stageDescription'))}: ${done ?? 0} entries, ${String(at(summary, 'progress', 'target', 'created'))} created, ${seconds} s`,
  };
}

const MEANING: Readonly<Record<string, string>> = {
  CONFIRMED: 'linked, on both sides: brought up to date where they differed',
  FOUND: 'on both sides, not linked yet: linked, and brought up to date',
  ABSENT: 'in the HR file only: account created',
  MISSING: 'linked, but the account is gone: created again',
  SOURCE_MISSING: 'linked, but the person has left: account deleted',
  UNASSIGNED: 'accounts nobody in the HR file owns: reported, not touched',
};

/** What came of a run. */
export interface RunOutcome {
  readonly situations: Readonly<Record<string, number>>;
  readonly failures: number;
  readonly entries: number;
  readonly seconds: number;
}

export function runOutcome(summary: Json): RunOutcome {
  return {
    situations: at(summary, 'situationSummary') as Record<string, number>,
    failures: Number(at(summary, 'statusSummary', 'FAILURE')),
    entries: Number(at(summary, 'progress', 'source', 'existing', 'processed')) + Number(at(summary, 'progress', 'target', 'existing', 'total')),
    seconds: Number(at(summary, 'duration')) / 1000,
  };
}

/** The outcome of a run in words a person understands. */
export function describeRun({ situations, failures, entries, seconds }: RunOutcome): string {
  const rows = Object.entries(situations).filter(([name, count]) => count > 0 || name in MEANING)
    .sort(([left], [right]) => Object.keys(MEANING).indexOf(left) - Object.keys(MEANING).indexOf(right))
    .map(([name, count]) => `  ${String(count).padStart(7)}  ${name.padEnd(15)} ${MEANING[name] ?? ''}`);
  return [
    ...rows,
    `  ${failures === 0 ? 'No failures.' : `${failures} objects failed; see the controller's log.`}`,
    `  ${entries} entries compared in ${seconds.toFixed(1)} s: ${Math.round(entries / seconds)} entries per second, corrections included.`,
  ].join('\n');
}
