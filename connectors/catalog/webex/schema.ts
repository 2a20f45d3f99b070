import { NAME } from '../../../protocol/model/index.js';
import { attributes, integer, isJsonObject, jsonValue, object, string, type Json } from '../../engines/rest/index.js';
import { allMembers, groupsOfPerson } from './groups-of-person.js';

const own = { unsent: 'always', onRequest: true } as const;

/** Webex takes numbers of the type `work`, and of them type and value (https://developer.webex.com/docs/api/v1/people/update-a-person). */
export function settableNumbers(numbers: readonly Json[]): readonly Json[] {
  return numbers.filter(isJsonObject).filter(({ type = 'work' }) => type === 'work').map(({ value = null }) => ({ type: 'work', value }));
}

/** Webex takes whole people, and texts for texts: an empty one clears. */
const text = (options: Parameters<typeof string>[0] = {}) => string({ cleared: '', ...options });

/** https://developer.webex.com/docs/api/v1/people/get-person-details */
export const account = attributes({
  [NAME]: string({ wire: 'firstName', read: ({ firstName, displayName }) => firstName ?? displayName, notes: 'the first name; firstName goes before it' }),
  id: string({ ...own, notes: 'the same as the uid' }),
  firstName: text(),
  lastName: text(),
  displayName: string({ required: true }),
  emails: string({ multi: true, required: true, notes: 'Webex keeps one address a person' }),
  avatar: text({ notes: 'address of a picture in PNG' }),
  licenses: string({ multi: true, notes: 'ids of LICENSES' }),
  groups: string({ multi: true, linked: groupsOfPerson, notes: 'ids of groups; lists all groups' }),
  roles: string({ multi: true, notes: 'ids of ROLES' }),
  extension: text({ notes: 'needs a Webex Calling licence' }),
  locationId: text({ notes: 'needs a Webex Calling licence and an extension; not together with phoneNumbers' }),
  orgId: string(),
  department: text(),
  manager: text({ notes: 'name of the manager' }),
  managerId: text(),
  title: text(),
  siteUrls: string({ multi: true, notes: 'e.g. mysite.webex.com#attendee; needs a licence' }),
  phoneNumbers: object({
    multi: true, notes: 'type and value; those of the type work can be set',
    write: (values) => settableNumbers((values ?? []).map(jsonValue)),
  }),
  addresses: object({ multi: true, notes: 'type, country, locality, region, streetAddress, postalCode' }),
});

/** https://developer.webex.com/docs/api/v1/groups/get-group-details */
export const group = attributes({
  [NAME]: string({ wire: 'displayName', notes: 'displayName goes before it' }),
  id: string({ ...own, notes: 'the same as the uid' }),
  displayName: string({ required: true }),
  orgId: string({ createOnly: true }),
  description: text(),
  members: object({ multi: true, complete: allMembers, notes: 'id, and as read type and displayName' }),
  group_management_type: string({ unsent: 'always', writeOnly: true, notes: 'of the documented mapping; Webex has nothing of the kind' }),
  group_external_id: string({ unsent: 'always', writeOnly: true, notes: 'of the documented mapping; not sent' }),
});

/** https://developer.webex.com/docs/api/v1/roles */
export const role = attributes({ [NAME]: string({ wire: 'name' }), id: string({ onRequest: true }), name: string({ onRequest: true }) });

/** https://developer.webex.com/docs/api/v1/licenses */
export const license = attributes({
  [NAME]: string({ wire: 'name' }),
  id: string({ onRequest: true }),
  name: string(),
  totalUnits: integer(),
  consumedUnits: integer({ notes: 'in lists only' }),
  subscriptionId: string(),
  siteUrl: string(),
  siteType: string({ notes: 'e.g. Control Hub managed site' }),
});
