import { ACCOUNT, GROUP, NAME } from '../../../protocol/model/index.js';
import { saasAuthentication } from '../../engines/rest/authentication/saas-authentication.js';
import { defineRestConnector } from '../../engines/rest/define-rest-connector.js';
import { parameterFilters } from '../../engines/rest/filters/parameters.js';
import { httpAddress } from '../../engines/rest/http-configuration.js';
import { offsetPaging } from '../../engines/rest/paging/counted.js';
import { markerPaging } from '../../engines/rest/paging/given-next.js';
import { config, limitsOf, validate } from './config.js';
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
  family: 'SaaS',
  key: {
    bundleName: 'org.forgerock.openicf.connectors.box-connector',
    bundleVersion: '1.5.20.26',
    connectorName: 'org.forgerock.openicf.connectors.box.BoxConnector',
  },
  properties: config,
  validate,
  service: {
    address: ({ serviceUri }) => httpAddress('serviceUri', serviceUri),
    authentication: (given, { client, over }) => saasAuthentication(given, client, over, {
      form: new Map([['box_subject_type', given.boxSubjectType.toLowerCase()], ['box_subject_id', given.boxSubjectId]]),
    }),
    credentialsTo: ({ tokenEndpoint }) => ({ tokenEndpoint: tokenEndpoint === null ? null : httpAddress('tokenEndpoint', tokenEndpoint) }),
    limits: (given) => ({ identity: given.clientId ?? given.login ?? '', fixed: limitsOf(given) }),
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
