import { NAME, UID } from '../../../protocol/model/index.js';
import { requireObject, valueAt, type ClassQuery, type ObjectList, type RestAttributes, type RestObjectClass } from '../../engines/rest/index.js';
import { expressionFilters, type Comparable } from '../../engines/rest/filters/expressions.js';
import type { NativeFilters } from '../../engines/rest/filters/native-filters.js';
import { modifiedTimes } from '../../engines/rest/sync/modified-times.js';
import type { ServiceNowConfig } from './config.js';
import { dateTimeOf, dateTimeText } from './date-time.js';
import { encodedQuery } from './encoded-query.js';
import { recordPaging } from './offset-paging.js';
import { checkNames, settledName } from './two-names.js';

/** Values as the database has them, references as their sys_id (https://www.servicenow.com/docs/r/api-reference/rest-apis/c_TableAPI.html). */
export const AS_STORED = { sysparm_display_value: 'false', sysparm_exclude_reference_link: 'true' } as const;
const AS_STORED_QUERY = new URLSearchParams(AS_STORED).toString();
const IN_ORDER = 'ORDERBYsys_id';

/** Texts compare without regard to case there, so the facade looks again; order and dates are its own matter altogether. */
function comparables(attributes: RestAttributes): Readonly<Record<string, Comparable>> {
  const rows = Object.entries(attributes).filter(([, { flags }]) => !flags.includes('NOT_READABLE')).map(([name, { wire = name, type }]): [string, Comparable] => {
    if (name === NAME) return [name, { path: wire === 'sys_id' ? wire : `${wire}|sys_id`, kinds: ['equals', 'startsWith', 'endsWith', 'contains'] }];
    return [name, { path: wire, kinds: type === 'String' ? ['equals', 'startsWith', 'endsWith', 'contains', 'presence'] : ['equals', 'presence'] }];
  });
  return Object.fromEntries([...rows, [UID, { path: 'sys_id', kinds: ['equals'] }]]);
}

function filtersOf(attributes: RestAttributes): NativeFilters {
  const filters = expressionFilters({ parameter: 'sysparm_query', language: encodedQuery, attributes: comparables(attributes) });
  return {
    split: (filter) => filters.split(filter),
    query: (native) => {
      const { sysparm_query: condition } = filters.query(native);
      return { sysparm_query: typeof condition === 'string' ? `${condition}^${IN_ORDER}` : IN_ORDER };
    },
  };
}

/** Changes by `sys_updated_on`, oldest first. */
const sync = modifiedTimes<ServiceNowConfig>({
  time: 'sys_updated_on', ordered: true, format: dateTimeText, parse: dateTimeOf,
  between: (after, upTo) => ({
    sysparm_query: [...(after === undefined ? [] : [`sys_updated_on>${after}`]), `sys_updated_on<=${upTo}`, 'ORDERBYsys_updated_on', IN_ORDER].join('^'),
  }),
});

/** The class of a table's records. */
export function tableClass(table: string, attributes: RestAttributes): RestObjectClass<ServiceNowConfig> {
  const nameColumn = attributes[NAME]?.wire ?? 'sys_id';
  const list = ({ wants }: ClassQuery, config: ServiceNowConfig): ObjectList => {
    const wanted = Object.entries(attributes).filter(([name]) => wants(name)).map(([name, { wire }]) => wire ?? name);
    const fields = [...new Set(['sys_id', 'sys_updated_on', nameColumn, ...wanted])];
    return { request: `GET /table/${table}`, items: 'result', query: { ...AS_STORED, sysparm_fields: fields.join(','), sysparm_query: IN_ORDER }, pageSize: config.pageSize, paging: recordPaging };
  };
  return {
    attributes, uid: 'sys_id', item: 'result', filters: filtersOf(attributes), sync,
    list: ({ config }, query) => list(query, config),
    read: `GET /table/${table}/{uid}?${AS_STORED_QUERY}`,
    create: `POST /table/${table}?${AS_STORED_QUERY}`,
    // Only what is in the body changes.
    update: async (call, uid, written) => {
      const json = await settledName(call, table, uid, written, nameColumn);
      return requireObject(valueAt(await call.send(`PATCH /table/${table}/{uid}`, { variables: { uid: uid.value }, uid: uid.value, query: AS_STORED, json }), 'result'), 'The answer to an update', 'applied');
    },
    check: (written, operation) => checkNames(written, operation, nameColumn),
    delete: `DELETE /table/${table}/{uid}`,
  };
}
