import {
  ALL, ConnectorError, chunksOf, mapChunks, type CallContext, type ConnectorObject, type SearchResult, type SpanStart, type StreamOperation, type SyncDelta, type SyncToken,
} from '../../../protocol/model/index.js';
import { tracedStepChunks } from '../operation-spans.js';
import type { PagingCookies } from './paging-cookie.js';
import { projectDelta, projectionOf } from './projection.js';
import { requestSecrets } from './request-secrets.js';
import { resumableSearch } from './resumable-search.js';
import type { Runner } from './runner.js';
import { explainPlan, planSearch } from './search-plan.js';
import { DEFAULT_SORT_LIMITS } from './sort-results.js';
import type { SearchRequest } from '../spi.js';
import { streamOperation } from './stream-operation.js';
import { unsupported } from './check-request.js';

export type SearchOperation = Extract<StreamOperation, { kind: 'search' }>;
export type SyncOperation = Extract<StreamOperation, { kind: 'sync' }>;

export function streamSearch(runner: Runner, cookies: PagingCookies, operation: SearchOperation, context: CallContext): AsyncGenerator<ConnectorObject, SearchResult | undefined, void> {
  const { search } = runner.connector.operations;
  if (search === undefined) throw unsupported('SearchApiOp');
  return streamOperation(runner, {
    kind: 'search', context, secrets: () => requestSecrets(operation),
    produce: async (borrowed, watch) => {
      const { session, call } = borrowed;
      const plan = await planSearch(runner, borrowed, operation);
      call.log.debug(explainPlan(plan), 'Search planned');
      return resumableSearch(plan, {
        name: runner.connector.displayName, cookies, sortLimits: runner.environment.sortLimits ?? DEFAULT_SORT_LIMITS,
        search: (request) => tracedStepChunks(call.signal, 'native search', () => pageStart(request), watch(chunksOf(search(session, request, call)))),
      }, { tell: context.onBookmark, clock: runner.clock });
    },
  });
}

/** What a page is asked for by, without any value of its filter. */
function pageStart({ objectClass, filter, options }: SearchRequest): SpanStart {
  return { kind: 'client', attributes: { 'icf.object_class': objectClass, 'icf.page_size': options.pageSize, 'causeway.native_filter': filter !== undefined } };
}

/** A Java peer wants the object class of every delta; where it is clear the connector need not say it. */
function withObjectClass(delta: SyncDelta, asked: string): SyncDelta {
  if (delta.objectClass !== undefined) return delta;
  return { ...delta, objectClass: delta.object?.objectClass ?? (asked === ALL ? undefined : asked) };
}

/** Rules a Java peer holds deltas to (protocol section 7.6); a delta that breaks one would fail there, with less to say. */
function checkDelta(runner: Runner, delta: SyncDelta, asked: string): void {
  const refuse = (what: string): never => {
    throw new ConnectorError('connector', `${runner.connector.displayName} reported a ${delta.kind} of '${delta.uid.value}' ${what}.`);
  };
  if (delta.previousUid !== undefined && (delta.kind === 'CREATE' || delta.kind === 'DELETE')) refuse('with a previous uid, which only an update can have');
  if (delta.kind === 'DELETE') {
    if (asked === ALL && delta.objectClass === undefined) refuse('without its object class, which a sync of __ALL__ needs');
    return;
  }
  if (delta.object === undefined) refuse('without the object');
  else if (delta.object.uid.value !== delta.uid.value) refuse(`with an object of another uid ('${delta.object.uid.value}')`);
}

export function streamSync(runner: Runner, operation: SyncOperation, context: CallContext): AsyncGenerator<SyncDelta, SyncToken | undefined, void> {
  const { sync } = runner.connector.operations;
  if (sync === undefined) throw unsupported('SyncApiOp');
  const { objectClass, token } = operation;
  const projection = projectionOf(operation.options, [], runner.api.resultsHandler.enableAttributesToGetSearchResultsHandler);
  return streamOperation(runner, {
    kind: 'sync', context, secrets: () => requestSecrets(operation),
    produce: ({ session, call }, watch) => {
      const deltas = tracedStepChunks(call.signal, 'native sync', () => ({ kind: 'client', attributes: { 'icf.object_class': objectClass } }), watch(chunksOf(sync(session, { objectClass, token, options: operation.options }, call))));
      return mapChunks(deltas, (given) => {
        const delta = withObjectClass(given, objectClass);
        checkDelta(runner, delta, objectClass);
        return projectDelta(delta, projection);
      });
    },
  });
}
