import { isObject, type JsonObject, type JsonValue } from '../crest/json.js';
import { readFilter } from '../crest/query-parameters.js';
import { filterText, type QueryFilter } from '../crest/query-filter.js';
import { badRequest } from '../crest/resource-error.js';
import type { Mapping } from '../mappings/mapping.js';

/** The queries of a run, and the one source object it is limited to, as its summary shows them. */
export function runParameters(mapping: Mapping, onlyId?: string): JsonObject {
  const query = (resourceName: string, filter: QueryFilter | undefined): JsonObject => ({
    resourceName, ...(filter === undefined ? { queryId: 'query-all-ids' } : { queryFilter: filterText(filter) }),
  });
  return {
    sourceQuery: query(mapping.source, mapping.sourceQuery), targetQuery: query(mapping.target, mapping.targetQuery),
    ...(onlyId === undefined ? {} : { sourceIds: [onlyId] }),
  };
}

/** A mapping with what the body of a request sets for one run. Throws 400 for a body that is wrong. */
export function withOverrides(mapping: Mapping, body: JsonValue | undefined): Mapping {
  if (body === undefined) return mapping;
  if (!isObject(body)) throw badRequest('The body of a reconciliation request must be a JSON object');
  return {
    ...mapping,
    settings: {
      ...mapping.settings,
      allowEmptySourceSet: flag(body, 'allowEmptySourceSet') ?? mapping.settings.allowEmptySourceSet,
      runTargetPhase: flag(body, 'runTargetPhase') ?? mapping.settings.runTargetPhase,
    },
    sourceQuery: query(body['sourceQuery'], 'sourceQuery') ?? mapping.sourceQuery,
    targetQuery: query(body['targetQuery'], 'targetQuery') ?? mapping.targetQuery,
    thresholds: { ...mapping.thresholds, ...thresholds(body['thresholds']) },
  };
}

/** The resource is the mapping's own, whatever is named; fields are chosen by the mapping. */
const QUERY_KEYS: ReadonlySet<string> = new Set(['_queryFilter', '_queryId', '_fields', 'resourceName']);

function flag(body: JsonObject, key: string): boolean | undefined {
  const value = body[key];
  if (value === undefined || typeof value === 'boolean') return value;
  throw badRequest(`${key} must be true or false`);
}

function query(value: JsonValue | undefined, key: string): QueryFilter | undefined {
  if (value === undefined) return undefined;
  if (!isObject(value)) throw badRequest(`${key} must be an object with _queryFilter`);
  // What is not understood is no reason to take everything.
  const unknown = Object.keys(value).find((name) => !QUERY_KEYS.has(name));
  if (unknown !== undefined) throw badRequest(`${key}.${unknown} is not supported; use _queryFilter`);
  const { _queryFilter: filter, _queryId: id } = value;
  if (id !== undefined && (id !== 'query-all-ids' || filter !== undefined)) throw badRequest(`${key}._queryId: only query-all-ids is known, and without _queryFilter`);
  if (filter === undefined) return undefined;
  if (typeof filter !== 'string') throw badRequest(`${key}._queryFilter must be text`);
  return readFilter(`${key}._queryFilter`, filter);
}

function thresholds(value: JsonValue | undefined): Mapping['thresholds'] {
  if (value === undefined) return {};
  if (!isObject(value)) throw badRequest('thresholds must be an object');
  return Object.fromEntries(Object.entries(value).map(([action, threshold]) => {
    const isKnown = action === 'DELETE' || action === 'CREATE' || action === 'UPDATE';
    const isFit = (typeof threshold === 'number' && Number.isInteger(threshold) && threshold >= 0) || (typeof threshold === 'string' && /^\d{1,3}%$/.test(threshold));
    if (!isKnown || !isFit) throw badRequest(`thresholds.${action} must be one of DELETE, CREATE, UPDATE with a number of objects or a share such as 10%`);
    return [action, threshold];
  }));
}
