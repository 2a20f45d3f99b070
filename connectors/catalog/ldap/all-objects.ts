import type { Chunks, ConnectorObject, SearchResult } from '../../../protocol/model/index.js';
import { DEFAULT_SORT_LIMITS, sortResults } from '../../framework/facade/sort-results.js';
import type { LdapSession } from './connection.js';
import type { Directory, DirectorySearch, Entry } from './directory/contract.js';
import { refuseCutOff, isSuspicious } from './cut-off.js';
import { resultCodeOf } from './errors.js';
import type { LdapSearchPlan } from './search-plan.js';

/** No such object, and a name that cannot be one. */
const NOT_THERE: ReadonlySet<number> = new Set([32, 34]);
/** Objects handed out at once. */
const CHUNK = 100;
/** A server may know the sort control and yet not sort by this attribute, or not now. */
const CANNOT_SORT: ReadonlySet<number> = new Set([11, 12, 16, 18, 51, 53]);

/** All objects of the search in the order asked for. */
export function matchingObjects(session: LdapSession, plan: LdapSearchPlan, signal: AbortSignal): Chunks<ConnectorObject, void> {
  return plan.sortKeys.length === 0 ? unsorted(session, plan, signal) : sorted(session, plan, signal);
}

async function* sorted(session: LdapSession, plan: LdapSearchPlan, signal: AbortSignal): Chunks<ConnectorObject, void> {
  const refused = plan.serverSort === undefined || !(yield* sortedThere(session, plan, signal));
  if (refused) yield* sortedHere(session, { ...plan, serverSort: undefined }, signal, Infinity);
}

/** Answers false, having given out nothing, when the server turns out not to sort this. */
async function* sortedThere(session: LdapSession, plan: LdapSearchPlan, signal: AbortSignal): Chunks<ConnectorObject, boolean> {
  let given = false;
  try {
    for await (const objects of unsorted(session, plan, signal)) {
      given = true;
      yield objects;
    }
    return true;
  } catch (error) {
    if (given || !cannotSort(error)) throw error;
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
export function sortedHere(session: LdapSession, plan: LdapSearchPlan, signal: AbortSignal, keep: number): Chunks<ConnectorObject, SearchResult> {
  return sortResults(withEnd(unsorted(session, plan, signal)), plan.sortKeys, keep, DEFAULT_SORT_LIMITS);
}

async function* withEnd(objects: Chunks<ConnectorObject, void>): Chunks<ConnectorObject, undefined> {
  yield* objects;
  return undefined;
}

/** Objects as the server gives them (sorted by it, if the plan says so), base by base. */
async function* unsorted(session: LdapSession, plan: LdapSearchPlan, signal: AbortSignal): Chunks<ConnectorObject, void> {
  for await (const batch of entryBatches(session, plan, signal)) yield* objectsOf(batch, plan, signal);
}

/** What is mapped already is given before anything that takes time or fails. */
async function* objectsOf(batch: readonly Entry[], plan: LdapSearchPlan, signal: AbortSignal): Chunks<ConnectorObject, void> {
  let objects: ConnectorObject[] = [];
  try {
    for (const entry of batch) {
      let object = plan.mapper.map(entry, signal);
      if (object instanceof Promise) {
        if (objects.length > 0) yield objects;
        objects = [];
        object = await object;
      }
      if (plan.accepts(object)) objects.push(object);
      if (objects.length < CHUNK) continue;
      yield objects;
      objects = [];
    }
  } catch (error) {
    if (objects.length > 0) yield objects;
    throw error;
  }
  if (objects.length > 0) yield objects;
}

async function* entryBatches(session: LdapSession, plan: LdapSearchPlan, signal: AbortSignal): AsyncGenerator<readonly Entry[], void, void> {
  for (const base of plan.bases) {
    try {
      let count = 0;
      for await (const batch of inBatches(session.directory, baseSearch(session, plan, base), signal)) {
        count += batch.length;
        yield batch;
      }
      if (plan.blocks === 'none' && plan.pageBlocks === 'paged' && isSuspicious(count)) await refuseCutOff(session, plan, base, count, signal);
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
  const common = { base, scope: plan.scope, filter: plan.filter, attributes: plan.mapper.attributes, sortKeys, whole: plan.whole };
  if (plan.blocks === 'paged') return { ...common, pageSize: blockSize };
  return plan.blocks === 'windows' ? { ...common, sortKeys: plan.windowSort, window: { size: blockSize, offset: 1 } } : common;
}
