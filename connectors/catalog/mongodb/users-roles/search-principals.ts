import type { Document } from 'mongodb';
import { LAST_PAGE, NAME, UID, itemsOf, type Chunks, type ConnectorObject, type Filter, type OperationOptions, type SearchResult } from '../../../../protocol/model/index.js';
import { attributesOfFilter, evaluateFilter } from '../../../framework/filter-evaluation.js';
import type { Call, Results, SearchRequest } from '../../../framework/spi.js';
import type { DatabaseSession } from '../connection/mongo-session.js';
import type { PrincipalKind } from './principal-kind.js';
import { principalObject, readPrincipals, wantsDetails } from './read-principals.js';

/** Users whose details are asked for at once. */
const AT_ONCE = 100;

/** The name a filter asks for, alone or with more to be met. */
export function askedName(filter: Filter | undefined): string | undefined {
  if (filter?.kind === 'and') return filter.operands.map(askedName).find((name) => name !== undefined);
  if (filter?.kind !== 'equals' || (filter.attribute.name !== UID && filter.attribute.name !== NAME)) return undefined;
  const [value, ...others] = filter.attribute.values ?? [];
  return typeof value === 'string' && others.length === 0 ? value : undefined;
}

export function searchPrincipals(session: DatabaseSession, kind: PrincipalKind, request: SearchRequest, call: Call): Results {
  return itemsOf(chunks(session, kind, request, call));
}

/** What the server has, by its name where the filter asks for one, and what the filter says besides. */
interface Plan {
  readonly all: readonly Document[];
  readonly filter: Filter | undefined;
  /** Attributes that cost more are wanted; `complete`: they are there already. */
  readonly details: boolean;
  readonly complete: boolean;
}

async function planOf(session: DatabaseSession, kind: PrincipalKind, { filter, options }: SearchRequest, signal: AbortSignal): Promise<Plan> {
  const details = wantsDetails(kind, [...options.attributesToGet ?? [], ...(filter === undefined ? [] : attributesOfFilter(filter))]);
  const name = askedName(filter);
  // Of all users at once the server tells no details.
  const complete = !details || kind.noun === 'role' || name !== undefined;
  const all = await readPrincipals(session, kind, { names: name === undefined ? undefined : [name], details: details && complete, after: options.pagedResultsCookie }, signal);
  return { all, filter, details, complete };
}

/** Objects that the filter means, by the handful. */
async function* foundBy(session: DatabaseSession, kind: PrincipalKind, { all, filter, details, complete }: Plan, objectClass: string, call: Call): AsyncGenerator<ConnectorObject[], void, void> {
  for (let at = 0; at < all.length; at += AT_ONCE) {
    const some = all.slice(at, at + AT_ONCE);
    const whole = complete ? some : await readPrincipals(session, kind, { names: some.map((principal) => String(principal[kind.noun])), details }, call.signal);
    const objects = whole.map((principal) => principalObject(session, kind, objectClass, principal, details));
    yield filter === undefined ? objects : objects.filter((object) => evaluateFilter(filter, object) === true);
    call.progress?.();
  }
}

/** The last name is the cookie: names are in order. What came before a cookie, or a filter drops, is not counted. */
function endOf({ all, filter }: Plan, { totalPagedResultsPolicy, pagedResultsCookie, pagedResultsOffset = 0 }: OperationOptions, shown: number, cookie: string | null): SearchResult {
  if (totalPagedResultsPolicy === 'NONE' || filter !== undefined || pagedResultsCookie !== undefined) return { ...LAST_PAGE, pagedResultsCookie: cookie };
  return { pagedResultsCookie: cookie, totalPagedResultsPolicy: 'EXACT', totalPagedResults: all.length, remainingPagedResults: Math.max(0, all.length - pagedResultsOffset - shown) };
}

async function* chunks(session: DatabaseSession, kind: PrincipalKind, request: SearchRequest, call: Call): Chunks<ConnectorObject, SearchResult> {
  const { pagedResultsCookie, pagedResultsOffset = 0, pageSize = 0 } = request.options;
  const plan = await planOf(session, kind, request, call.signal);
  let toSkip = pagedResultsCookie === undefined ? Math.max(0, pagedResultsOffset) : 0;
  let room = pageSize > 0 ? pageSize : Number.MAX_SAFE_INTEGER;
  let shown = 0;
  let last = '';
  for await (const found of foundBy(session, kind, plan, request.objectClass, call)) {
    const behind = found.slice(toSkip);
    toSkip -= found.length - behind.length;
    const fitting = behind.slice(0, room);
    room -= fitting.length;
    shown += fitting.length;
    last = fitting.at(-1)?.name.value ?? last;
    if (fitting.length > 0) yield fitting;
    if (fitting.length < behind.length) return endOf(plan, request.options, shown, last);
  }
  return endOf(plan, request.options, shown, null);
}
