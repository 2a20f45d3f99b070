import type { Finding, Outcome } from './finding.js';

const MARKS: Readonly<Record<Outcome, string>> = { ok: '✓', warning: '!', failed: '✗', skipped: '-' };
const WORDS: Readonly<Record<Outcome, string>> = { ok: 'ok', warning: 'WARNING', failed: 'FAILED', skipped: 'skipped' };
/** ANSI: green, yellow, red, dim. */
const COLOURS: Readonly<Record<Outcome, number>> = { ok: 32, warning: 33, failed: 31, skipped: 2 };
const RESET = '\u001b[0m';

export interface PrintOptions {
  /** On a terminal: marks with colours; else words, so that a log or a pipe is readable. */
  readonly isTerminal: boolean;
  readonly hasColours: boolean;
}

/** Whether standard output is for a person, and takes colours (https://no-color.org). */
export function terminalOf(stream: { readonly isTTY?: boolean }, environment: NodeJS.ProcessEnv): PrintOptions {
  const isTerminal = stream.isTTY === true;
  return { isTerminal, hasColours: isTerminal && (environment['NO_COLOR'] ?? '') === '' && environment['TERM'] !== 'dumb' };
}

/** One block a finding: what was tried and happened, why, and what to do. */
export function printFindings(findings: readonly Finding[], options: PrintOptions): string {
  const width = Math.max(...findings.map(({ step }) => step.length), 0);
  const blocks = findings.map(({ outcome, step, subject, what, why, advice, fault }) => {
    const mark = coloured(options.isTerminal ? MARKS[outcome] : WORDS[outcome].padEnd(7), outcome, options);
    const indent = ' '.repeat(options.isTerminal ? 2 : 8);
    const lines = [`${mark} ${step.padEnd(width)}  ${subject}: ${what}${fault === undefined ? '' : ` [${fault}]`}`];
    if (why !== undefined) lines.push(`${indent}why: ${why}`);
    if (advice !== undefined) lines.push(`${indent}do:  ${advice}`);
    return lines.join('\n');
  });
  return `${blocks.join('\n')}\n\n${summary(findings)}\n`;
}

function coloured(text: string, outcome: Outcome, { hasColours }: PrintOptions): string {
  return hasColours ? `\u001b[${COLOURS[outcome]}m${text}${RESET}` : text;
}

/** `2 failed, 1 warning, 12 ok, 3 skipped.` */
export function summary(findings: readonly Finding[]): string {
  const count = (outcome: Outcome): number => findings.filter((finding) => finding.outcome === outcome).length;
  const warnings = count('warning');
  const parts = [`${count('failed')} failed`, `${warnings} ${warnings === 1 ? 'warning' : 'warnings'}`, `${count('ok')} ok`, `${count('skipped')} skipped`];
  return `${parts.join(', ')}.`;
}
