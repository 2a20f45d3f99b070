import type { CheckDocument } from './check-controller.js';
import type { CheckResult } from './check-result.js';

const MARKS: Readonly<Record<CheckResult['outcome'], string>> = { ok: 'ok     ', warning: 'WARNING', failed: 'FAILED ' };

/** One line each, and one at the end where nothing failed. */
export function printCheck({ file, valid, results }: CheckDocument): string {
  const warnings = results.filter(({ outcome }) => outcome === 'warning').length;
  const end = valid ? [`${file} is in order${warnings === 0 ? '' : `, with ${counted(warnings, 'warning')}`}.`] : [];
  return `${[...results.map(line), ...end].join('\n')}\n`;
}

function line({ outcome, setting, file, text }: CheckResult): string {
  const where = file === undefined || text.includes(file) ? '' : `${file}: `;
  return `${MARKS[outcome]} ${setting}: ${where}${text}`;
}

/** `3 problems` */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
