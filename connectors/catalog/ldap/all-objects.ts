import type { ConnectorObject, SearchResult } from '../../../protocol/model/index.js';
import { DEFAULT_SORT_LIMITS, sortResults } from '../../framework/facade/sort-results.js';
import type { Results } from '../../framework/spi.js';
import type { LdapSession } from './connection.js';
import type { Directory, DirectorySearch, Entry } from './directory/contract.js';
import { resultCodeOf } from './errors.js';
import type { LdapSearchPlan } from './search-plan.js';

/** No such object, and a name that cannot be one. */
const NOT_THERE: ReadonlySet<number> = new Set([32, 34]);
/** A server may know the sort control and yet not sort by this attribute, or not now. */
const CANNOT_SORT: ReadonlySet<number> = new Set([11, 12, 16, 18, 51, 53]);

/** All objects of the search in the order asked for. */
export function matchingObjects(session: LdapSession, plan: LdapSearchPlan, signal: AbortSignal): AsyncGenerator<ConnectorObject, void, void> {
  return plan.sortKeys.length === 0 ? unsorted(session, plan, signal) : sorted(session, plan, signal);
}

async function* sorted(session: LdapSession, plan: LdapSearchPlan, signal: AbortSignal): AsyncGenerator<ConnectorObject, void, void> {
  const refused = plan.serverSort === undefined || !(yield* sortedThere(session, plan, signal));
  if (refused) yield* sortedHere(session, { ...plan, serverSort: undefined }, signal, Infinity);
}

/** Answers false, having given out nothing, when the server turns out not to sort this. */
async function* sortedThere(session: LdapSession, plan: LdapSearchPlan, signal: AbortSignal): AsyncGenerator<ConnectorObject, boolean, void> {
  let given = 0;
  try {
    for await (const object of unsorted(session, plan, signal)) {
      given++;
      yield object;
    }
    return true;
  } catch (error) {
    if (given > 0 || !cannotSort(error)) throw error;
    return false;
  }
}

export function cannotSort(error: unknown): boolean {
  return CANNOT_SORT.has(resultCodeOf(error) ?? -1);
}

/** Whether the error says that the entry a plan asks for by name is not there, which is an empty result. */
export function isEmptyResult(plan: LdapSearchPlan, error: unknown): boolean {
  return plan.missingBaseIsEmpty && NOT_THERE.has(resultCodeOf(error) ?? -1);
}

/** Sorting by the agent, for what the server cannot sort by; at most `keep` objects are held and given out. */
export function sortedHere(session: LdapSession, plan: LdapSearchPlan, signal: AbortSignal, keep: number): AsyncGenerator<ConnectorObject, SearchResult, void> {
  return sortResults(withEnd(unsorted(session, plan, signal)), plan.sortKeys, keep, DEFAULT_SORT_LIMITS);
}

async function* withEnd(objects: AsyncGenerator<ConnectorObject, void, void>): Results {
  yield* objects;
  return undefined;
}

/** Objects as the server gives them (sorted by it, if the plan says so), base by base. */
async function* unsorted(session: LdapSession, plan: LdapSearchPlan, signal: AbortSignal): AsyncGenerator<ConnectorObject, void, void> {
  for await (const batch of entryBatches(session, plan, signal)) {
    for (const entry of batch) {
      const object = plan.mapper.map(entry, signal);
      const mapped = object instanceof Promise ? await object : object;
      if (plan.accepts(mapped)) yield mapped;
    }
  }
}

async function* entryBatches(session: LdapSession, plan: LdapSearchPlan, signal: AbortSignal): AsyncGenerator<readonly Entry[], void, void> {
  for (const base of plan.bases) {
    try {
      yield* inBatches(session.directory, baseSearch(session, plan, base), signal);
    } catch (error) {
      if (!isEmptyResult(plan, error)) throw error;
    }
  }
}

function inBatches(directory: Directory, search: DirectorySearch, signal: AbortSignal): AsyncGenerator<readonly Entry[], unknown, void> {
  return directory.searchBatches?.(search, signal) ?? oneByOne(directory.search(search, signal));
}

async function* oneByOne(entries: AsyncGenerator<Entry, unknown, void>): AsyncGenerator<readonly Entry[], void, void> {
  for await (const entry of entries) yield [entry];
}

function baseSearch(session: LdapSession, plan: LdapSearchPlan, base: string): DirectorySearch {
  const { blockSize } = session.config;
  const sortKeys = plan.serverSort;
  const common = { base, scope: plan.scope, filter: plan.filter, attributes: plan.mapper.attributes, sortKeys };
  if (plan.blocks === 'paged') return { ...common, pageSize: blockSize };
  return plan.blocks === 'windows' ? { ...common, sortKeys: plan.windowSort, window: { size: blockSize, offset: 1 } } : common;
}
