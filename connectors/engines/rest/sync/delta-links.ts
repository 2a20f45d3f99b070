import { ConnectorError, Uid, itemsOf, type Chunks, type SyncDelta, type SyncToken } from '../../../../protocol/model/index.js';
import type { RestSync, SyncSource } from '../definition.js';
import { isJsonObject, textAt, type Json, type JsonObject } from '../json.js';
import type { Query, RequestLine } from '../request-line.js';

interface DeltaLinks {
  /** Lists all objects, and gives the address under which their changes are. */
  readonly request: RequestLine;
  readonly query?: Query;
  /** Parameters that make the first answer an address for changes from now on, without any object. */
  readonly latest: Query;
}

/** Where a run from the beginning is before its first page. */
const FROM_THE_BEGINNING = '';
const FORGOTTEN = 410;

/**
 * Creates, updates and deletes by OData's delta links (OData 4.01 part 1, section 11.3): the token is the address the service gave for what
 * comes next. Of changes in the middle of a run it is the page they are on, so that a run that is broken off goes on there. A service that
 * has forgotten an address answers 410, or what its error table makes `preconditionFailed`; everything is told again then, but for what was
 * deleted meanwhile.
 */
export function deltaLinks<C>(how: DeltaLinks): RestSync<C> {
  return {
    latest: async ({ call }) => ({ value: requiredLink(await call.send(how.request, { query: { ...how.query, ...how.latest } }), how) }),
    changes: (source, token) => itemsOf(changes(source, token, how)),
  };
}

async function* changes<C>(source: SyncSource<C>, token: SyncToken | null, how: DeltaLinks): Chunks<SyncDelta, SyncToken | undefined> {
  let at = typeof token?.value === 'string' && token.value !== FROM_THE_BEGINNING ? token.value : undefined;
  for (;;) {
    const json = yield* page(source, at, how);
    if (json === undefined) {
      if (at === undefined) throw new ConnectorError('connector', `The service does not give the changes of ${source.objectClass}: it has forgotten (410) a run from the beginning.`);
      source.call.log.warn({ objectClass: source.objectClass }, 'The service has forgotten where the last synchronization ended. All objects are told again; what was deleted meanwhile is not told');
      at = undefined;
      continue;
    }
    const next = linkIn(json, '@odata.nextLink');
    if (next === undefined) return { value: requiredLink(json, how) };
    if (next === at) throw new ConnectorError('connector', `The service gives the same page of ${how.request} again and again; the changes cannot be read to their end.`);
    at = next;
  }
}

/** Returns the answer without its list; undefined where the service knows the address no more. */
async function* page<C>(source: SyncSource<C>, at: string | undefined, { request, query }: DeltaLinks): Chunks<SyncDelta, Json | undefined> {
  const details = at === undefined ? { query } : { url: at };
  const arriving = source.call.items(request, 'value', { ...details, accept: [FORGOTTEN], kind: 'read' });
  const token = { value: at ?? FROM_THE_BEGINNING };
  try {
    for (;;) {
      const step = await arriving.next().catch(unlessForgotten);
      if (step === undefined) return undefined;
      if (step.done === true) return step.value.status === FORGOTTEN ? undefined : step.value.json;
      for (const run of runsOf(step.value.filter(isJsonObject))) yield* deltas(source, run, token);
    }
  } finally {
    await arriving.return(undefined as never);
  }
}

function unlessForgotten(error: unknown): undefined {
  if (error instanceof ConnectorError && error.kind === 'preconditionFailed') return undefined;
  throw error;
}

const isRemoved = (item: JsonObject): boolean => Object.hasOwn(item, '@removed');

/** One object may be there several times: what is removed and what is not keep their order. */
function runsOf(items: readonly JsonObject[]): readonly (readonly JsonObject[])[] {
  const runs: JsonObject[][] = [];
  for (const item of items) {
    const last = runs.at(-1);
    if (last?.[0] !== undefined && isRemoved(last[0]) === isRemoved(item)) last.push(item);
    else runs.push([item]);
  }
  return runs;
}

async function* deltas<C>({ objectClass, objects }: SyncSource<C>, run: readonly JsonObject[], token: SyncToken): Chunks<SyncDelta, void> {
  if (run[0] === undefined || !isRemoved(run[0])) {
    for await (const found of objects(run)) yield found.map(({ object }) => ({ kind: 'CREATE_OR_UPDATE', token, uid: object.uid, objectClass, object }) satisfies SyncDelta);
    return;
  }
  const uids = run.map((item) => textAt(item, 'id')).filter((uid) => uid !== undefined);
  yield uids.map((uid) => ({ kind: 'DELETE', token, uid: new Uid(uid), objectClass }) satisfies SyncDelta);
}

function linkIn(json: Json, name: string): string | undefined {
  const link = isJsonObject(json) ? json[name] : undefined;
  return typeof link === 'string' && link !== '' ? link : undefined;
}

function requiredLink(json: Json, { request }: DeltaLinks): string {
  const link = linkIn(json, '@odata.deltaLink');
  if (link !== undefined) return link;
  throw new ConnectorError('connector', `The answer to ${request} has neither a next page nor an address for later changes.`);
}
