import { ConnectorError } from '../../../protocol/model/index.js';
import { listed, refuse, string, textAt, valueAt, type Json, type LinkedValues, type RestCall, type RestObjectClass } from '../../engines/rest/index.js';
import type { SalesforceConfig } from './config.js';
import type { DescribedObject } from './fields.js';
import { objectClass, query } from './object-class.js';
import { soqlText } from './soql.js';

export const FEATURE_LICENSES = '__FeatureLicenses__';

const assignments = (object: string, field: string, user: string): LinkedValues['list'] =>
  (call, uid) => listed(call, { ...query, query: { q: `SELECT Id, ${field} FROM ${object} WHERE ${user} = ${soqlText(uid)} ORDER BY Id` } });

/** The one a profile brings along can be taken away with the profile only. */
async function removePermissionSet(call: RestCall, _: string, value: Json, link = ''): Promise<void> {
  const answer = await call.send('GET /query', { query: { q: `SELECT IsOwnedByProfile FROM PermissionSet WHERE Id = ${soqlText(textAt(value, '') ?? '')}` } });
  if (valueAt(answer, 'records[0].IsOwnedByProfile') === true) return;
  await call.answer('DELETE /sobjects/PermissionSetAssignment/{link}', { variables: { link }, accept: [404] });
}

/** https://developer.salesforce.com/docs/atlas.en-us.object_reference.meta/object_reference/sforce_api_objects_permissionsetassignment.htm */
const permissionSets: LinkedValues = {
  list: assignments('PermissionSetAssignment', 'PermissionSetId', 'AssigneeId'), value: 'PermissionSetId', link: 'Id',
  add: { request: 'POST /sobjects/PermissionSetAssignment', json: (user, id) => ({ AssigneeId: user, PermissionSetId: id }) },
  remove: removePermissionSet,
};

/** https://developer.salesforce.com/docs/atlas.en-us.object_reference.meta/object_reference/sforce_api_objects_groupmember.htm */
const groups: LinkedValues = {
  list: assignments('GroupMember', 'GroupId', 'UserOrGroupId'), value: 'GroupId', link: 'Id',
  add: { request: 'POST /sobjects/GroupMember', json: (user, id) => ({ UserOrGroupId: user, GroupId: id }) },
  remove: { request: 'DELETE /sobjects/GroupMember/{link}', done: [404] },
};

function refuseDeletion(): never {
  throw new ConnectorError('unsupportedOperation', 'Salesforce deletes no users. Deactivate the user instead: set IsActive to false.', { outcome: 'notApplied' });
}

/** Users. `supported`: feature licenses the configuration names; a user has one by the flag of the same name. */
export function userClass(described: DescribedObject, supported: readonly string[]): RestObjectClass<SalesforceConfig> {
  const offered = new Set(described.fields.map(({ name }) => name));
  const licenses = supported.filter((name) => offered.has(name));
  const flagsOf = (wanted: readonly string[]): Readonly<Record<string, boolean>> => {
    for (const name of wanted) {
      if (!licenses.includes(name)) refuse(`${FEATURE_LICENSES} cannot have '${name.slice(0, 100)}': ${supported.includes(name) ? 'the org has no such license' : 'supportedFeatureLicenses does not name it'}.`);
    }
    return Object.fromEntries(licenses.map((name) => [name, wanted.includes(name)]));
  };
  const own = objectClass('User', described, {
    attributes: {
      __PermissionSetIds__: string({ multi: true, onRequest: true, linked: permissionSets, notes: 'ids of permission sets' }),
      __GroupIds__: string({ multi: true, onRequest: true, linked: groups, notes: 'ids of groups' }),
      [FEATURE_LICENSES]: string({ multi: true, onRequest: true, read: (user) => licenses.filter((name) => user[name] === true), notes: 'names of feature licenses, as in supportedFeatureLicenses' }),
    },
    madeOf: { [FEATURE_LICENSES]: licenses },
    body: ({ [FEATURE_LICENSES]: wanted, ...user }) => (wanted === undefined ? user : { ...user, ...flagsOf((Array.isArray(wanted) ? wanted as readonly Json[] : []).map(String)) }),
  });
  return { ...own, delete: async () => refuseDeletion() };
}
