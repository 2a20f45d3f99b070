import type { Json } from './rest.js';

/** The path's value in a JSON answer, as a number or text. */
function at(summary: Json, ...path: string[]): unknown {
  let value: unknown = summary;
  for (const key of path) value = typeof value === 'object' && value !== null ? (value as Json)[key] : undefined;
  return value;
}

/** One line that tells where a run stands; rewritten in place on a terminal, silent elsewhere. */
export class ProgressLine {
  readonly #out: NodeJS.WriteStream;
  #shown = false;

  constructor(out: NodeJS.WriteStream) {
    this.#out = out;
  }

  show(summary: Json): void {
    const seconds = (Number(at(summary, 'duration')) / 1000).toFixed(1);
    const text = `  ${String(at(summary, 'stageDescription'))}: ${String(at(summary, 'progress', 'source', 'existing', 'processed'))} of `
      + `${String(at(summary, 'progress', 'source', 'existing', 'total'))} source entries, ${String(at(summary, 'progress', 'target', 'created'))} created, ${seconds} s`;
    if (!this.#out.isTTY) return;
    this.#out.write(`\r\u001b[2K${text}`);
    this.#shown = true;
  }

  end(): void {
    if (this.#shown) this.#out.write('\r\u001b[2K');
    this.#shown = false;
  }
}

const MEANING: Readonly<Record<string, string>> = {
  CONFIRMED: 'linked, on both sides: brought up to date where they differed',
  FOUND: 'on both sides, not linked yet: linked, and brought up to date',
  ABSENT: 'in the HR file only: account created',
  MISSING: 'linked, but the account is gone: created again',
  SOURCE_MISSING: 'linked, but the person has left: account deleted',
  UNASSIGNED: 'accounts nobody in the HR file owns: reported, not touched',
};

/** The outcome of a run in words a person understands. */
export function describeRun(summary: Json): string {
  const situations = at(summary, 'situationSummary') as Record<string, number>;
  const rows = Object.entries(situations).filter(([name, count]) => count > 0 || name in MEANING)
    .sort(([left], [right]) => Object.keys(MEANING).indexOf(left) - Object.keys(MEANING).indexOf(right))
    .map(([name, count]) => `  ${String(count).padStart(7)}  ${name.padEnd(15)} ${MEANING[name] ?? ''}`);
  const seconds = Number(at(summary, 'duration')) / 1000;
  const entries = Number(at(summary, 'progress', 'source', 'existing', 'processed')) + Number(at(summary, 'progress', 'target', 'existing', 'total'));
  const failures = Number(at(summary, 'statusSummary', 'FAILURE'));
  return [
    ...rows,
    `  ${failures === 0 ? 'No failures.' : `${failures} objects failed; see the controller's log.`}`,
    `  ${entries} entries compared in ${seconds.toFixed(1)} s: ${Math.round(entries / seconds)} entries per second, corrections included.`,
  ].join('\n');
}
