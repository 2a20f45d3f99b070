import type { RestAttributes, RestObjectClass } from '../../engines/rest/index.js';
import { expressionFilters, type Comparable } from '../../engines/rest/filters/expressions.js';
import { plainScimLanguage } from '../../engines/rest/filters/scim.js';
import { nextUrlPaging } from '../../engines/rest/paging/given-next.js';
import type { PingOneConfig } from './config.js';
import { NOT_PUT } from './schema.js';

type Place = 'users' | 'groups' | 'populations';

/** Objects of an environment. A page holds a thousand at most (https://developer.pingidentity.com/pingone-api/platform/reference/query-parameter-quick-reference.html). */
export const environmentObjects = (place: Place, name: 'username' | 'name', attributes: RestAttributes, filtered: Readonly<Record<string, Comparable>>, keeps: readonly string[] = []): RestObjectClass<PingOneConfig> => ({
  attributes, needs: [name],
  list: { request: `GET /environments/{environmentId}/${place}`, items: `_embedded.${place}`, mayBeMissing: true, pageSize: 1_000, paging: nextUrlPaging({ next: '_links.next.href', size: 'limit' }) },
  filters: expressionFilters({ parameter: 'filter', language: plainScimLanguage, attributes: filtered }),
  read: `GET /environments/{environmentId}/${place}/{uid}`,
  create: `POST /environments/{environmentId}/${place}`,
  // It clears what it does not hold.
  update: {
    request: `PUT /environments/{environmentId}/${place}/{uid}`, whole: true, drops: NOT_PUT, keeps,
    body: (object) => Object.fromEntries(Object.entries(object).filter(([, value]) => value !== null)),
  },
  delete: `DELETE /environments/{environmentId}/${place}/{uid}`,
});
