import { ACCOUNT, GROUP, NAME } from '../../../protocol/model/index.js';
import { on } from '../../engines/http/answer-errors.js';
import { defineRestConnector, requireObject, textAt, type ClassQuery, type ObjectList } from '../../engines/rest/index.js';
import { parameterFilters } from '../../engines/rest/filters/parameters.js';
import { linkHeaderPaging } from '../../engines/rest/paging/given-next.js';
import { documentedKey } from '../../framework/connector-keys.js';
import { saas } from './config.js';
import { newGroup, updateGroup } from './group-update.js';
import { groupList } from './groups-of-person.js';
import { checkPerson, createPerson, updatePerson } from './person-writes.js';
import { account, group, license, role } from './schema.js';

/** Of groups the display name alone, and one condition (https://developer.webex.com/docs/api/v1/groups/list-and-search-groups). */
const named = (operator: 'eq' | 'sw') => ({ parameter: 'filter', value: (text: string) => `displayName ${operator} ${JSON.stringify(text)}` });

/** Characters of a display name Webex searches for; the reference does not tell, so shorter ones are searched for in the whole list. */
const SHORTEST_NAME = 3;

/** Calling data makes lists slow and pages short: 100 at most (https://developer.webex.com/docs/api/v1/people/list-people). */
function people(query: ClassQuery): ObjectList {
  const isCalling = ['extension', 'locationId', 'phoneNumbers'].some((name) => query.wants(name));
  return {
    request: 'GET /people', items: 'items', pageSize: isCalling ? 100 : 1_000, query: { excludeStatus: true, ...(isCalling ? { callingData: true } : {}) },
    paging: linkHeaderPaging({ size: 'max' }),
  };
}

/** People and groups of Webex Control Hub (https://developer.webex.com/docs/api/v1). */
export default defineRestConnector({
  id: 'webex',
  displayName: 'Webex Connector',
  key: documentedKey('webex-connector', 'webex.WebexConnector'),
  ...saas,
  attributeNaming: () => ({ same: [], mapped: [['__NAME__', 'firstName'], ['__NAME__', 'displayName'], ['__NAME__', 'name'], ['__UID__', 'id']] }),
  service: {
    ...saas.service,
    test: 'GET /people?max=1&excludeStatus=true',
    // Several services of Webex carry out a request for a person; one may have done its part (update-a-person in the reference).
    errors: [on(400).fail('invalidAttributeValue', { during: ['create', 'update'], outcome: 'unknown', advice: 'Webex may have carried out some of it: read the object again.' })],
  },
  objectClasses: {
    [ACCOUNT]: {
      attributes: account,
      check: checkPerson,
      list: (_, query) => people(query),
      // The service compares addresses itself; names it looks for at more places than the beginning, so the facade looks again.
      filters: parameterFilters({ equals: { emails: { parameter: 'email', trusted: true } }, startsWith: { displayName: { parameter: 'displayName', shortest: SHORTEST_NAME } } }),
      read: 'GET /people/{uid}?callingData=true',
      create: createPerson,
      update: updatePerson,
      delete: 'DELETE /people/{uid}',
    },
    [GROUP]: {
      attributes: group,
      list: (_, query) => ({ ...groupList, query: query.wants('members') ? { includeMembers: true } : {} }),
      filters: parameterFilters({ equals: { displayName: named('eq'), [NAME]: named('eq') }, startsWith: { displayName: named('sw'), [NAME]: named('sw') } }),
      read: 'GET /groups/{uid}?includeMembers=true',
      create: { request: 'POST /groups', body: newGroup },
      update: updateGroup,
      delete: 'DELETE /groups/{uid}',
    },
    ROLES: { aliases: ['Roles'], attributes: role, list: { request: 'GET /roles', items: 'items' }, read: 'GET /roles/{uid}' },
    LICENSES: {
      aliases: ['Licenses'],
      attributes: license,
      list: { request: 'GET /licenses', items: 'items' },
      // As Java shows a single one: without what is consumed, and the units as a text.
      read: async (call, uid) => {
        const found = requireObject(await call.send('GET /licenses/{uid}', { variables: { uid }, uid }), 'The answer to GET /licenses');
        return { ...found, totalUnits: textAt(found, 'totalUnits') ?? null, consumedUnits: null };
      },
    },
  },
  described: [{ name: '__ALL__', aliases: [], operations: [], attributes: [] }],
});
