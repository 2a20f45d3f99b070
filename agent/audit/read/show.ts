import { listAuditFiles } from '../audit-files.js';
import { parseLine, timeOf } from '../audit-line.js';
import { eachLine, lineChunks } from '../line-reader.js';
import { FileTimes } from './file-times.js';

/** Each filter that is given must hold. */
export interface ShowFilter {
  /** Milliseconds since 1970. */
  readonly from?: number | undefined;
  readonly to?: number | undefined;
  /** Kind of operation, or of event. */
  readonly operation?: string | undefined;
  /** Uid or name of the object, in any case. */
  readonly object?: string | undefined;
  readonly objectClass?: string | undefined;
  readonly outcome?: string | undefined;
  readonly connector?: string | undefined;
  readonly principal?: string | undefined;
  readonly operationId?: string | undefined;
}

export type ShownLine = Readonly<Record<string, unknown>>;

/** Lines that pass, oldest first, in constant memory. Nothing is verified. */
export async function* selectLines(directory: string, filter: ShowFilter): AsyncGenerator<ShownLine, void, void> {
  const passes = predicate(filter);
  for (const { path } of await new FileTimes(await listAuditFiles(directory)).between(filter.from, filter.to)) {
    try {
      yield* linesOf(path, filter, passes);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;             // retention was faster
    }
  }
}

async function* linesOf(path: string, filter: ShowFilter, passes: (line: ShownLine) => boolean): AsyncGenerator<ShownLine, void, void> {
  for await (const chunk of lineChunks(path)) {
    if (chunk.kind !== 'lines') continue;
    const selected: ShownLine[] = [];
    eachLine(chunk, (line) => {
      if (!isWithin(line, filter)) return;
      const fields = parseLine(line);
      if (fields !== undefined && passes(fields)) selected.push(fields);
    });
    yield* selected;
  }
}

/** Before the line is parsed, since most lines are of another time. */
function isWithin(line: Buffer, { from, to }: ShowFilter): boolean {
  if (from === undefined && to === undefined) return true;
  const at = Date.parse(timeOf(line) ?? '');
  return (from === undefined || at >= from) && (to === undefined || at <= to);
}

function predicate({ operation, object, objectClass, outcome, connector, principal, operationId }: ShowFilter): (line: ShownLine) => boolean {
  const checks: ((line: ShownLine) => boolean)[] = [];
  const same = (value: unknown, wanted: string): boolean => typeof value === 'string' && value.toLowerCase() === wanted.toLowerCase();
  if (operation !== undefined) checks.push((line) => same(line['operation'], operation) || same(line['kind'], operation));
  if (object !== undefined) checks.push((line) => same(line['uid'], object) || same(line['newUid'], object) || same(line['name'], object));
  // A controller's id for one request may stand for several operations: ID/…, and tasks of a batch: ID#….
  if (operationId !== undefined) checks.push(({ operationId: id }) => typeof id === 'string' && id.startsWith(operationId) && /^(?:[/#]|$)/.test(id.slice(operationId.length)));
  for (const [name, wanted] of Object.entries({ objectClass, outcome, connector, principal })) {
    if (wanted !== undefined) checks.push((line) => same(line[name], wanted));
  }
  return (line) => checks.every((check) => check(line));
}

/** One line for people. Control characters in values stay escaped, so that nothing can play tricks on a terminal. */
export function lineText(line: ShownLine): string {
  const { at, seq, kind, operation, outcome, connector, objectClass, uid, name, principal, ms, error, rule, count, detail } = line;
  const parts: [string, unknown][] = [
    ['', at], ['#', seq], ['', kind === 'operation' ? operation : kind], ['', line['running'] === true ? 'running' : outcome], ['', connector], ['', objectClass],
    ['uid=', uid], ['name=', name], ['by ', principal], ['count=', count], ['error=', typeof error === 'string' ? error.replace(/^.*\./, '') : undefined], ['rule=', rule],
  ];
  const text = parts.filter(([, value]) => value !== undefined).map(([label, value]) => `${label}${plain(value)}`).join(' ');
  return `${text}${typeof ms === 'number' ? ` ${ms} ms` : ''}${detail === undefined ? '' : ` ${plain(detail)}`}`;
}

function plain(value: unknown): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return text.replace(/[^\x20-\x7e\u00a1-\u00ff\u0100-\u024f]/g, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
