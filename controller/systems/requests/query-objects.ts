import {
  ALL, IcfArray, LAST_PAGE, NAME, OPTION, SortKey, UID, chunksOf, itemsOf, mapChunks, type Chunks, type ConnectorObject, type Filter, type OperationOptions, type SearchResult,
} from '../../../protocol/model/index.js';
import { readFilter } from '../../crest/query-parameters.js';
import type { CrestAnswer, QueryEnd, RequestOf, Resource } from '../../crest/request.js';
import { badRequest, notSupported } from '../../crest/resource-error.js';
import { attributesFor, withAttributes } from '../object-type.js';
import { toResource } from '../read-object.js';
import { filterAttributes, toIcfFilter, type IcfFilter } from '../to-icf-filter.js';
import { callContext, facadeFor, translated, type ObjectCall } from './object-call.js';
import { translateError } from '../translate-error.js';

/** Searches a type. Rows come as the target gives them; nothing is gathered. */
export async function queryObjects(call: ObjectCall, query: RequestOf<'query'>): Promise<CrestAnswer> {
  if (call.type.objectClass === ALL) throw notSupported('The object class __ALL__ cannot be searched');
  const facade = facadeFor(call, 'SearchApiOp', 'SEARCH');
  return translated(call, 'QUERY', null, async () => {
    const filter = filterOf(call, query);
    if (filter === false) return { kind: 'query', rows: noRows() };
    const native: Filter | undefined = filter === true ? undefined : filter;
    const results = facade.stream(
      { kind: 'search', objectClass: call.type.objectClass, filter: native, options: optionsOf(call, query, filter) }, callContext(call.context));
    return { kind: 'query', rows: itemsOf(rowsOf(call, results), () => call.context.signal.aborted) };
  });
}

function filterOf(call: ObjectCall, { by }: RequestOf<'query'>): IcfFilter {
  if (by.kind === 'filter') return toIcfFilter(call.type, by.filter);
  if (by.kind === 'expression') return toIcfFilter(call.type, readFilter('_queryExpression', by.expression));
  if (by.id !== 'query-all-ids') throw badRequest(`Unsupported _queryId: ${by.id}`);
  return true;
}

function optionsOf(call: ObjectCall, query: RequestOf<'query'>, filter: IcfFilter): OperationOptions {
  const sortKeys = query.sortKeys.map(({ pointer, ascending }) => new SortKey(nativeSortField(call, pointer.at(-1) ?? ''), ascending));
  const chosen = query.by.kind === 'id' ? [UID] : attributesFor(call.type, query.fields);
  const looked = [...filterAttributes(filter), ...sortKeys.map((key) => key.field)].filter((name) => name !== UID && name !== NAME);
  let options = withAttributes([...new Set([...chosen, ...looked])]);
  options = options.with(OPTION.pagedResultsOffset, query.pagedResultsOffset);
  if (sortKeys.length > 0) options = options.with(OPTION.sortKeys, new IcfArray('SortKey', sortKeys));
  if (query.pageSize > 0) options = options.with(OPTION.pageSize, query.pageSize);
  if (query.pagedResultsCookie !== undefined && query.pagedResultsCookie !== '') options = options.with(OPTION.pagedResultsCookie, query.pagedResultsCookie);
  if (query.totalPagedResultsPolicy !== 'NONE') options = options.with(OPTION.totalPagedResultsPolicy, query.totalPagedResultsPolicy);
  return options;
}

function nativeSortField(call: ObjectCall, token: string): string {
  if (token === '_id') return UID;
  const property = call.type.properties.get(token);
  if (property === undefined) throw badRequest(`Attribute ${token} in _sortKeys does not exist as part of ObjectClass: ${call.type.objectClass}`);
  return property.nativeName;
}

async function* rowsOf(call: ObjectCall, results: AsyncGenerator<ConnectorObject, SearchResult | undefined, void>): Chunks<Resource, QueryEnd> {
  try {
    return (yield* mapChunks(chunksOf(results), (object) => toResource(call.type, object))) ?? LAST_PAGE;
  } catch (error) {
    const scrub = (text: string): string => call.system.connector?.scrub(text) ?? text;
    throw translateError(error, { operation: 'QUERY', id: null, container: null, scrub }, call.context.signal);
  }
}

async function* noRows(): AsyncGenerator<Resource, QueryEnd, void> {
  return LAST_PAGE;
}
