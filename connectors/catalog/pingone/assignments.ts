import { refuse, textAt, type Json, type LinkedValues, type SetApart, type Written } from '../../engines/rest/index.js';
import { nextUrlPaging } from '../../engines/rest/paging/given-next.js';

/** Those a user has through a group, or a group in a group, are not the user's own. */
const isOwn = (element: Json): boolean => textAt(element, 'type') !== 'INDIRECT';

/** https://apidocs.pingidentity.com/pingone/platform/v1/api/#group-memberships */
export const groupMemberships: LinkedValues = {
  list: { request: 'GET /environments/{environmentId}/users/{uid}/memberOfGroups', items: '_embedded.groupMemberships', mayBeMissing: true, pageSize: 100, paging: nextUrlPaging({ next: '_links.next.href', size: 'limit' }) },
  value: (element) => (isOwn(element) ? textAt(element, 'id') : undefined), leftOutIfNone: true,
  add: { request: 'POST /environments/{environmentId}/users/{uid}/memberOfGroups', json: (_user, group) => ({ id: group }) },
  remove: { request: 'DELETE /environments/{environmentId}/users/{uid}/memberOfGroups/{value}', done: [404] },
};

/** https://apidocs.pingidentity.com/pingone/platform/v1/api/#user-role-assignments; the list has no pages. */
export const roleAssignments: LinkedValues = {
  list: { request: 'GET /environments/{environmentId}/users/{uid}/roleAssignments', items: '_embedded.roleAssignments', mayBeMissing: true, paging: nextUrlPaging({ next: '_links.next.href' }) },
  value: (element) => (isOwn(element) ? `${textAt(element, 'scope.id')}:${textAt(element, 'scope.type')}:${textAt(element, 'role.id')}` : undefined), leftOutIfNone: true,
  add: {
    request: 'POST /environments/{environmentId}/users/{uid}/roleAssignments',
    json: (_user, value) => {
      const { scope, type, role } = partsOf(value);
      return { role: { id: role }, scope: { id: scope, type } };
    },
  },
  remove: { request: 'DELETE /environments/{environmentId}/users/{uid}/roleAssignments/{link}', done: [404] },
};

/** https://apidocs.pingidentity.com/pingone/platform/v1/api/#linked-accounts */
export const linkedAccounts: LinkedValues = {
  list: { request: 'GET /environments/{environmentId}/users/{uid}/linkedAccounts', items: '_embedded.linkedAccounts', mayBeMissing: true }, value: (element) => element, leftOutIfNone: true,
};

const ASSIGNMENT = /^([^:]+):(ORGANIZATION|ENVIRONMENT|POPULATION|APPLICATION):([^:]+)$/;

/** `scopeId:scopeType:roleId`, as ids of `__AVAILABLE_ROLE__` are. Throws `invalidAttributeValue`. */
export function partsOf(value: unknown): { readonly scope: string; readonly type: string; readonly role: string } {
  const [, scope, type, role] = ASSIGNMENT.exec(String(value)) ?? [];
  return scope === undefined || type === undefined || role === undefined ? refuse(`'${String(value).slice(0, 100)}' is no role that can be assigned: give the id of an __AVAILABLE_ROLE__, scopeId:scopeType:roleId.`) : { scope, type, role };
}

/** A new user is enabled. https://apidocs.pingidentity.com/pingone/platform/v1/api/#put-update-user-enabled */
export const enable: SetApart['set'] = async (call, uid, enabled, during) => {
  if (typeof enabled === 'boolean' && (during === 'update' || !enabled)) await call.answer('PUT /environments/{environmentId}/users/{uid}/enabled', { variables: { uid }, uid, json: { enabled } });
};

/** Refuses what is no role assignment before anything is sent. */
export function checkAssignments({ attributes }: Written): void {
  for (const value of attributes.find((attribute) => attribute.is('__roleAssignments__'))?.values ?? []) partsOf(value);
}
