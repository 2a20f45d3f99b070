import { ConnectorError, itemsOf, type Chunks, type SyncDelta, type SyncToken } from '../../../../protocol/model/index.js';
import type { RestSync, SyncSource } from '../definition.js';
import { textAt, type Json } from '../json.js';
import { pageDetails, pageSizeOf, pagesFrom } from '../list.js';
import type { Query, RequestLine } from '../request-line.js';

interface ModifiedTimes {
  /** Path of the time of the last change in the service's object. */
  readonly time: string;
  /** Parameters of the list for what changed after one time, up to and with another, as the service writes them; what comes besides is left out. */
  readonly between: (after: string | undefined, upTo: string) => Query;
  /** Changes come oldest first, so that a run which is broken off goes on where it was. Otherwise it starts again where it started. */
  readonly ordered: boolean;
  /** A time as the service writes it. @default ISO 8601 in UTC, with milliseconds */
  readonly format?: (time: number) => string;
  readonly parse?: (text: string) => number;
  /** A request that tells the time of the service by its header `Date`. @default one for a page of the list */
  readonly clock?: RequestLine;
  /** Milliseconds of one step of the service's times; a change may show up to two of them late. @default 1000 */
  readonly grain?: number;
}

const DEFAULT_GRAIN = 1_000;
/** The token of a run from the beginning that has not come to its end. */
const FROM_THE_BEGINNING = '';

/**
 * Creates and updates, by the time of the last change. A run ends a moment before now, at a time nothing is added to any more, so
 * that its token, that time, neither loses a change nor tells one again. Deletes cannot be seen; snapshot sync, which is offered then, sees them.
 */
export function modifiedTimes<C>(how: ModifiedTimes): RestSync<C> {
  const { format = isoTime } = how;
  return {
    missesDeletes: true,
    latest: async (source) => ({ value: format(await horizon(source, how)) }),
    changes: (source, token) => itemsOf(changes(source, token, how)),
  };
}

const isoTime = (time: number): string => new Date(time).toISOString();

/** By the service's own clock, where it tells. */
async function horizon<C>({ call, list }: SyncSource<C>, { clock, grain = DEFAULT_GRAIN }: ModifiedTimes): Promise<number> {
  const page = clock === undefined ? { ...pageDetails(list, list.paging?.request(undefined, pageSizeOf(list, 1)) ?? {}), headers: list.headers } : {};
  const { headers } = await call.answer(clock ?? list.request, { ...page, kind: 'read' });
  const told = Date.parse(headers.get('date') ?? '');
  return Math.floor((Number.isNaN(told) ? Date.now() : told) / grain) * grain - 2 * grain;
}

async function* changes<C>(source: SyncSource<C>, token: SyncToken | null, how: ModifiedTimes): Chunks<SyncDelta, SyncToken | undefined> {
  const { time, between, ordered, format = isoTime, parse = Date.parse } = how;
  const { call, objectClass } = source;
  const upTo = await horizon(source, how);
  const after = reachedBy(token, parse);
  if (after !== undefined && after >= upTo) return token ?? undefined;
  const list = { ...source.list, query: { ...source.list.query, ...between(after === undefined ? undefined : format(after), format(upTo)) } };
  const timeOf = (item: Json): number => parse(textAt(item, time) ?? '');
  const isNew = (item: Json): boolean => timeOf(item) <= upTo && (after === undefined || timeOf(item) > after);
  const tokens = new ReachedTimes(token?.value ?? FROM_THE_BEGINNING, ordered, format);
  for await (const { items } of pagesFrom(call, list, { at: undefined, size: pageSizeOf(list) })) {
    for await (const found of source.objects(items.filter(isNew))) {
      yield found.map(({ wire, object }) => ({ kind: 'CREATE_OR_UPDATE', token: tokens.before(timeOf(wire)), uid: object.uid, objectClass, object }) satisfies SyncDelta);
    }
  }
  return { value: format(upTo) };
}

function reachedBy(token: SyncToken | null, parse: (text: string) => number): number | undefined {
  if (typeof token?.value !== 'string' || token.value === FROM_THE_BEGINNING) return undefined;
  const time = parse(token.value);
  if (!Number.isNaN(time)) return time;
  throw new ConnectorError('illegalArgument', `The sync token '${token.value.slice(0, 100)}' is no time of the service. Set one that it gave, or none to begin anew.`);
}

/** The token of each change: the latest time everything up to which has been told. */
class ReachedTimes {
  #reached: SyncToken;
  #current: number | undefined;
  readonly #ordered: boolean;
  readonly #format: (time: number) => string;

  constructor(start: SyncToken['value'], ordered: boolean, format: (time: number) => string) {
    this.#reached = { value: start };
    this.#ordered = ordered;
    this.#format = format;
  }

  /** Others of the same time may follow, so it is the time before that has been reached. */
  before(time: number): SyncToken {
    if (this.#ordered && this.#current !== undefined && time > this.#current) this.#reached = { value: this.#format(this.#current) };
    this.#current = time;
    return this.#reached;
  }
}
