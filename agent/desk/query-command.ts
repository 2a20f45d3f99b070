import { ConnectorObject, IcfArray, OPTION, OperationOptions, SortKey, type SearchResult, type StreamOperation } from '../../protocol/model/index.js';
import { writeJson } from '../../protocol/crest/json.js';
import { defaultAttributes } from '../../protocol/provisioner/object-type.js';
import { CliError, EXIT } from '../cli/exit-codes.js';
import { withDesk, type DeskIo, type DeskOptions, type DeskSession } from './desk-session.js';
import { explanation } from './explanation.js';
import { nativeNameOf, type Shape } from './object-classes.js';
import { objectJson } from './object-json.js';
import { wantedObjects } from './query-filter-option.js';
import { RowTable } from './row-table.js';
import { timings, type Timings } from './timings.js';

export interface QueryOptions extends DeskOptions {
  readonly class: string;
  readonly filter?: string | undefined;
  readonly attributes?: string | undefined;
  readonly sort?: string | undefined;
  readonly pageSize?: number | undefined;
  readonly cookie?: string | undefined;
  readonly limit?: number | undefined;
  readonly count?: boolean | undefined;
}

type Search = Extract<StreamOperation, { kind: 'search' }>;

/** `connectors query`: objects as they arrive, as fast as they are read. */
export function query(options: QueryOptions, io: DeskIo): Promise<void> {
  return withDesk(options, io, async (session) => {
    const shape = await session.shapeOf(options.class);
    const wanted = wantedObjects(shape, options.filter);
    if (wanted === 'nothing') {
      session.note('No object can fit this filter; nothing was asked.');
      if (options.count === true) await session.output.write('0\n');
      return;
    }
    const operation: Search = { kind: 'search', objectClass: shape.type.objectClass, filter: wanted.filter, options: searchOptions(options, shape) };
    await run(session, operation, shape, options);
    if (options.explain === true) for (const line of explanation(session)) io.tell(`${line}\n`);
  });
}

function names(text: string): string[] {
  return text.split(',').map((name) => name.trim()).filter((name) => name !== '');
}

function searchOptions({ attributes, sort, pageSize, cookie, count }: QueryOptions, shape: Shape): OperationOptions {
  let options = OperationOptions.none;
  const wanted = count === true ? [] : attributes === undefined ? (shape.isOfFile ? defaultAttributes(shape.type) : undefined) : names(attributes).map((name) => nativeNameOf(shape, name, '--attributes'));
  if (wanted !== undefined) options = options.with(OPTION.attributesToGet, new IcfArray('String', wanted));
  if (sort !== undefined) options = options.with(OPTION.sortKeys, new IcfArray('SortKey', names(sort).map((name) => sortKey(name, shape))));
  if (pageSize !== undefined) options = options.with(OPTION.pageSize, pageSize);
  if (cookie !== undefined) {
    if (pageSize === undefined) throw new CliError('--cookie needs --page-size: it continues a page.', EXIT.usage);
    options = options.with(OPTION.pagedResultsCookie, cookie);
  }
  return options;
}

function sortKey(name: string, shape: Shape): SortKey {
  const isDescending = name.startsWith('-');
  return new SortKey(nativeNameOf(shape, name.replace(/^[+-]/, ''), '--sort'), !isDescending);
}

async function run(session: DeskSession, operation: Search, shape: Shape, options: QueryOptions): Promise<void> {
  const { output, isJson } = session;
  const { limit = Infinity } = options;
  const table = isJson || options.count === true ? undefined : new RowTable(options.attributes === undefined ? undefined : names(options.attributes).map((name) => shownName(shape, name)));
  const timing = timings(session);
  const show = (object: ConnectorObject): Promise<boolean> => (options.count === true ? Promise.resolve(true) : output.write(lineOf(object, shape, table)));
  const end = await read(session, operation, limit, timing, show);
  if (table !== undefined) await output.write(table.end());
  if (options.count === true) await output.write(`${timing.count}\n`);
  if (end !== undefined && options.pageSize !== undefined) await nextPage(session, end);
  await output.flush();
  session.note(timing.text('object', timing.count < limit ? '' : `, ended by --limit ${limit}`));
}

/** Pulls one by one, so that a slow reader slows the target; leaving ends the search there. Undefined: it was left. */
async function read({ desk, output, call }: DeskSession, operation: Search, limit: number, timing: Timings, show: (object: ConnectorObject) => Promise<boolean>): Promise<SearchResult | undefined> {
  const results = desk.facade.stream(operation, call());
  try {
    while (timing.count < limit) {
      const step = await results.next();
      if (step.done === true) return step.value;
      timing.one();
      if (!await show(step.value)) break;
    }
  } catch (error) {
    // Nobody reads any more: the search was ended for that.
    if (!output.closed.aborted) throw error;
  } finally {
    await results.return(undefined);
  }
  return undefined;
}

function lineOf(object: ConnectorObject, shape: Shape, table: RowTable | undefined): string {
  const row = objectJson(object, shape);
  return table === undefined ? `${writeJson(row)}\n` : table.add(row);
}

function shownName({ type }: Shape, name: string): string {
  return type.properties.get(name)?.name ?? type.byNativeName.get(name.toLowerCase())?.name ?? name;
}

async function nextPage({ output, isJson, io }: DeskSession, { pagedResultsCookie, totalPagedResults }: SearchResult): Promise<void> {
  if (isJson) await output.write(`${writeJson({ pagedResultsCookie, totalPagedResults })}\n`);
  else if (pagedResultsCookie !== null) io.tell(`next page: --cookie ${pagedResultsCookie}\n`);
}
