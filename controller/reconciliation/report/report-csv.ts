import type { Database } from '../../store/database/database.js';
import { runObjects, type ReportedObject } from './run-objects.js';

const COLUMNS = {
  'Reconciling': ({ side }) => side, 'Link qualifier': ({ qualifier }) => qualifier, 'Source': ({ source_id: id }) => id, 'Target': ({ target_id: id }) => id,
  'Ambiguous targets': ({ ambiguous }) => ambiguous?.join(' | ') ?? null, 'Situation': ({ situation }) => situation, 'Action': ({ action }) => action,
  'Status': ({ status }) => status, 'Outcome': ({ outcome }) => outcome, 'Message': ({ message }) => message,
} as const satisfies Record<string, (object: ReportedObject) => string | null>;

/** The report of a run as RFC 4180 has it, header included, a page at a time. */
export async function* reportCsv(database: Database, run: number, signal: AbortSignal): AsyncGenerator<string, void, void> {
  yield line(Object.keys(COLUMNS));
  for await (const page of runObjects(database, run, 0, signal)) {
    yield page.map((object) => line(Object.values(COLUMNS).map((of) => of(object)))).join('');
  }
}

function line(cells: readonly (string | null)[]): string {
  return `${cells.map((cell) => cellText(cell ?? '')).join(',')}\r\n`;
}

/** A value that a spreadsheet would take for a formula is marked as text: ids come from systems where others write. */
function cellText(value: string): string {
  const text = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
