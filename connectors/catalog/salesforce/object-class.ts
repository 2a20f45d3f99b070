import { pageSizeOf, textAt, type JsonObject, type ListEndpoint, type Query, type RestAttributes, type RestObjectClass } from '../../engines/rest/index.js';
import { expressionFilters } from '../../engines/rest/filters/expressions.js';
import { nextUrlPaging } from '../../engines/rest/paging/given-next.js';
import { modifiedTimes } from '../../engines/rest/sync/modified-times.js';
import type { SalesforceConfig } from './config.js';
import { attributesOf, comparablesOf, idFields, type DescribedObject } from './fields.js';
import { soqlLanguage } from './soql.js';

/** https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/resources_query.htm; how many records a page has (.../headers_queryoptions.htm) is the service's own matter. */
export const query: ListEndpoint = {
  request: 'GET /query', items: 'records', pageSize: { default: 2_000, min: 200, max: 2_000 }, ownPages: true, paging: nextUrlPaging({ next: 'nextRecordsUrl' }),
};
const CHANGED = 'SystemModstamp';

/** What an object class has besides its fields. */
export interface Further {
  readonly attributes: RestAttributes;
  /** Fields an attribute is made of. */
  readonly madeOf: Readonly<Record<string, readonly string[]>>;
  /** The body, with these attributes as fields. */
  body(object: JsonObject): JsonObject;
}
const NOTHING: Further = { attributes: {}, madeOf: {}, body: (object) => object };

function soqlOf(type: string, fields: readonly string[]): (parts: Query) => Query {
  return ({ where, order = 'Id' }) => ({ q: `SELECT ${fields.join(',')} FROM ${type}${typeof where === 'string' ? ` WHERE ${where}` : ''} ORDER BY ${String(order)}` });
}

/** Changes by SystemModstamp, oldest first. Pages are the service's own snapshot, so that none moves out of it. */
const sync = modifiedTimes<SalesforceConfig>({
  time: CHANGED, ordered: true, clock: 'GET /',
  between: (after, upTo) => ({ where: `${after === undefined ? '' : `${CHANGED} > ${after} AND `}${CHANGED} <= ${upTo}`, order: `${CHANGED}, Id` }),
});

/** The class of an object's records (https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/resources_sobject_basic_info.htm). */
export function objectClass(type: string, { fields, createable, updateable, deletable }: DescribedObject, { attributes, madeOf, body }: Further = NOTHING): RestObjectClass<SalesforceConfig> {
  const all = { ...attributesOf(fields), ...attributes };
  const known = new Set(fields.map(({ name }) => name));
  return {
    attributes: all,
    // The second of the answer to a create.
    uid: (record) => textAt(record, 'Id') ?? textAt(record, 'id'),
    filters: expressionFilters({ parameter: 'where', language: soqlLanguage(idFields(fields)), attributes: comparablesOf(fields) }),
    list: (_, { wants, options }) => {
      const wanted = ['Id', CHANGED, ...Object.keys(all).filter(wants).flatMap((name) => madeOf[name] ?? [name])].filter((name) => known.has(name));
      return { ...query, parameters: soqlOf(type, [...new Set(wanted)]), headers: { 'sforce-query-options': `batchSize=${pageSizeOf(query, options.pageSize)}` } };
    },
    read: `GET /sobjects/${type}/{uid}`,
    ...(createable ? { create: { request: `POST /sobjects/${type}`, body } } : {}),
    ...(updateable ? { update: { request: `PATCH /sobjects/${type}/{uid}`, body } } : {}),
    ...(deletable ? { delete: `DELETE /sobjects/${type}/{uid}` } : {}),
    ...(known.has(CHANGED) ? { sync } : {}),
  };
}
