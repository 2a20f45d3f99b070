import type { Colours } from '../cli/terminal/colours.js';
import type { Finding, Outcome } from './finding.js';

const MARKS: Readonly<Record<Outcome, string>> = { ok: '✓', warning: '!', failed: '✗', skipped: '-' };
const WORDS: Readonly<Record<Outcome, string>> = { ok: 'ok', warning: 'WARNING', failed: 'FAILED', skipped: 'skipped' };
const COLOURS = { ok: 'good', warning: 'warning', failed: 'bad', skipped: 'faint' } as const satisfies Readonly<Record<Outcome, keyof Colours>>;

export interface PrintOptions {
  /** On a terminal: marks; else words, so that a log or a pipe is readable. */
  readonly isTerminal: boolean;
  /** Of the output the text goes to. */
  readonly colours: Colours;
}

/** One block a finding: what was tried and happened, why, and what to do. */
export function printFindings(findings: readonly Finding[], options: PrintOptions): string {
  const width = Math.max(...findings.map(({ step }) => step.length), 0);
  const blocks = findings.map(({ outcome, step, subject, what, why, advice, fault }) => {
    const word = options.isTerminal ? MARKS[outcome] : WORDS[outcome].padEnd(7);
    const mark = options.colours[COLOURS[outcome]](word);
    const indent = ' '.repeat(options.isTerminal ? 2 : 8);
    const lines = [`${mark} ${step.padEnd(width)}  ${subject}: ${what}${fault === undefined ? '' : ` [${fault}]`}`];
    if (why !== undefined) lines.push(`${indent}why: ${why}`);
    if (advice !== undefined) lines.push(`${indent}do:  ${advice}`);
    return lines.join('\n');
  });
  return `${blocks.join('\n')}\n\n${summary(findings)}\n`;
}

/** `2 failed, 1 warning, 12 ok, 3 skipped.` */
export function summary(findings: readonly Finding[]): string {
  const count = (outcome: Outcome): number => findings.filter((finding) => finding.outcome === outcome).length;
  const warnings = count('warning');
  const parts = [`${count('failed')} failed`, `${warnings} ${warnings === 1 ? 'warning' : 'warnings'}`, `${count('ok')} ok`, `${count('skipped')} skipped`];
  return `${parts.join(', ')}.`;
}
