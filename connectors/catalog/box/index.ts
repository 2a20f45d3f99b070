import { ACCOUNT, GROUP, NAME } from '../../../protocol/model/index.js';
import { defineRestConnector } from '../../engines/rest/index.js';
import { parameterFilters } from '../../engines/rest/filters/parameters.js';
import { offsetPaging } from '../../engines/rest/paging/counted.js';
import { markerPaging } from '../../engines/rest/paging/given-next.js';
import { documentedKey } from '../../framework/connector-keys.js';
import { saas } from './config.js';
import { account, group } from './schema.js';

/** Without `fields` Box shows less; with it, only what it names. Linked attributes are none of its fields. */
function fieldsOf(attributes: typeof account | typeof group): string {
  return Object.entries(attributes).filter(([, { linked }]) => linked === undefined).map(([name, { wire }]) => (wire ?? name).split('.')[0]).filter((field, index, all) => all.indexOf(field) === index).join(',');
}
const userFields = fieldsOf(account);
const groupFields = fieldsOf(group);

/** Users and groups of Box (https://developer.box.com/reference). */
export default defineRestConnector({
  id: 'box',
  displayName: 'Box Connector',
  key: documentedKey('box-connector', 'box.BoxConnector'),
  ...saas,
  service: {
    ...saas.service,
    test: 'GET /users/me',
  },
  objectClasses: {
    [ACCOUNT]: {
      attributes: account,
      list: { request: 'GET /users', items: 'entries', query: { fields: userFields }, pageSize: 1_000, paging: markerPaging({ send: 'marker', next: 'next_marker', size: 'limit', always: { usemarker: 'true' } }) },
      // The service compares with name and login, so the facade looks again.
      filters: parameterFilters({ startsWith: { [NAME]: 'filter_term' } }),
      read: `GET /users/{uid}?fields=${userFields}`,
      create: `POST /users?fields=${userFields}`,
      update: `PUT /users/{uid}?fields=${userFields}`,
      delete: 'DELETE /users/{uid}',
    },
    [GROUP]: {
      attributes: group,
      list: { request: 'GET /groups', items: 'entries', query: { fields: groupFields }, pageSize: 1_000, paging: offsetPaging({ offset: 'offset', size: 'limit', total: 'total_count' }) },
      read: `GET /groups/{uid}?fields=${groupFields}`,
      create: `POST /groups?fields=${groupFields}`,
      update: `PUT /groups/{uid}?fields=${groupFields}`,
      delete: 'DELETE /groups/{uid}',
    },
  },
});
