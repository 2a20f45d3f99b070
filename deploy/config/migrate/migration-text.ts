import type { Write } from '../../../agent/cli/agent-commands.js';
import { coloursOf, type Colours } from '../../../agent/cli/terminal/colours.js';
import type { MigratedFile, MigrationReport, Outcome, Point } from './migration.js';

const OUTCOMES: Readonly<Record<Outcome, string>> = { 'as-is': 'taken as it is', changed: 'changed', 'not-taken': 'not taken' };

/** Source by source: what became of it, what needs a person, what is good to know; then what is left to do. */
export function migrationText({ out, files, made, next }: MigrationReport, write: Write): string {
  const colours = coloursOf(write);
  return [
    ...files.map((file) => fileText(file, colours)),
    ...made.map(({ file, text }) => `${colours.strong(file)}: made: ${text}\n`),
    `${out === undefined ? 'Nothing was written.' : `Written to ${out}.`}\n\nNext:\n${next.map((step, index) => `  ${index + 1}. ${step}`).join('\n')}\n`,
  ].join('\n');
}

function fileText({ source, outcome, written, changes, attention, notes }: MigratedFile, colours: Colours): string {
  const to = written.length === 0 ? '' : ` -> ${written.join(', ')}`;
  return `${[
    `${colours.strong(source)}: ${OUTCOMES[outcome]}${to}`,
    ...changes.map((point) => `  ${colours.good('->')} ${pointText(point)}`),
    ...attention.map((point) => `  ${colours.bad('!!')} ${pointText(point)}`),
    ...notes.map((point) => `  ${colours.faint('--')} ${pointText(point)}`),
  ].join('\n')}\n`;
}

function pointText({ path, text }: Point): string {
  return path === '' ? text : `${path}: ${text}`;
}
