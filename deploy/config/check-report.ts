import { coloursOf, type Colours } from '../../agent/cli/terminal/colours.js';
import type { Write } from '../../agent/cli/agent-commands.js';
import type { FileReport } from './check-files.js';
import type { Finding, Severity } from './finding.js';
import { KIND_NAMES } from './recognise.js';

/** What a script gets: everything, and the sums. */
export interface CheckDocument {
  readonly ok: boolean;
  readonly problems: number;
  readonly warnings: number;
  readonly unchecked: number;
  readonly files: readonly FileReport[];
}

export function checkDocument(files: readonly FileReport[]): CheckDocument {
  const count = (severity: Severity): number => files.reduce((sum, { findings }) => sum + findings.filter((finding) => finding.severity === severity).length, 0);
  const problems = count('problem');
  return { ok: problems === 0, problems, warnings: count('warning'), unchecked: count('unchecked'), files };
}

/** File by file, and one line at the end. */
export function checkText({ files, problems, warnings, unchecked }: CheckDocument, write: Write): string {
  const colours = coloursOf(write);
  const lines = files.flatMap((report) => [fileLine(report, colours), ...report.findings.map((finding) => `  ${findingText(finding, colours)}`)]);
  const sums = [counted(problems, 'problem'), counted(warnings, 'warning'), ...(unchecked === 0 ? [] : [`${unchecked} not checkable here`])];
  return `${[...lines, `${counted(files.length, 'file')}: ${sums.join(', ')}`].join('\n')}\n`;
}

function fileLine({ file, kind, outcome }: FileReport, { good, warning, bad }: Colours): string {
  const marks = { fine: good('ok      '), warnings: warning('WARNINGS'), problems: bad('PROBLEMS') };
  return `${marks[outcome]} ${file} (${KIND_NAMES[kind]})`;
}

export function findingText({ severity, path, line, text }: Finding, { warning, bad, faint }: Colours): string {
  const marks = { problem: bad('problem'), warning: warning('warning'), unchecked: faint('not checkable') };
  const where = [line === undefined ? undefined : `line ${line}`, path === '' ? undefined : path].filter((part) => part !== undefined).join(': ');
  return `${marks[severity]}: ${where === '' ? '' : `${where}: `}${text}`;
}

export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
