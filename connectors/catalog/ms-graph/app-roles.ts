import { object, refuse, string, type Json, type JsonObject, type RestAttributes } from '../../engines/rest/index.js';
import { requiredText, type Step } from './commands.js';
import type { GraphPath } from './reading.js';

const ASSIGNMENT = 'id, appRoleId, createdDateTime, principalDisplayName, principalId, principalType, resourceDisplayName, resourceId';
const PARTS = ['principalId', 'resourceId', 'appRoleId'] as const;

interface RoleLists {
  /** List of the resource, and attribute of the class. */
  readonly list: 'appRoleAssignments' | 'appRoleAssignedTo';
  readonly add: string;
  readonly remove: string;
}

/** Roles granted to a user, a group or a service principal (https://learn.microsoft.com/en-us/graph/api/resources/approleassignment). */
export const GRANTED: RoleLists = { list: 'appRoleAssignments', add: '__addAppRoleAssignments__', remove: '__removeAppRoleAssignments__' };
/** Roles of a service principal granted to others. */
export const GRANTED_TO: RoleLists = { list: 'appRoleAssignedTo', add: '__addAppRoleAssignedTo__', remove: '__removeAppRoleAssignedTo__' };

export function roleAttributes({ list, add, remove }: RoleLists, { onRequest }: { readonly onRequest: boolean }): RestAttributes {
  return {
    [list]: object({ multi: true, unsent: 'always', onRequest, notes: ASSIGNMENT }),
    [add]: object({ multi: true, writeOnly: true, notes: `changes ${list}: principalId, resourceId, appRoleId` }),
    [remove]: string({ multi: true, writeOnly: true, notes: `changes ${list}: ids of assignments` }),
  };
}

/** An assignment as callers see it. */
export function shownAssignment(assignment: JsonObject): JsonObject {
  const names = ASSIGNMENT.split(', ');
  return Object.fromEntries(Object.entries(assignment).filter(([name, value]) => names.includes(name) && value !== null));
}

/** Grants come first, so that a role is not lost where one is exchanged for another and the second request fails. */
export function roleSteps(path: GraphPath, { list, add, remove }: RoleLists, commands: Readonly<Record<string, readonly Json[] | undefined>>): readonly Step[] {
  const granted = (commands[add] ?? []).map((value): JsonObject => Object.fromEntries(PARTS.map((part) => [part, requiredText(value, part, add)])));
  const revoked = (commands[remove] ?? []).map((value) => (typeof value === 'string' ? value : refuse(`${remove} takes ids of assignments.`)));
  return [
    ...granted.map((json): Step => async (call, { value: uid }, signal) => { await call.answer(`POST ${path}/{uid}/${list}`, { variables: { uid }, uid, json, signal }); }),
    ...revoked.map((id): Step => async (call, { value: uid }, signal) => { await call.answer(`DELETE ${path}/{uid}/${list}/{id}`, { variables: { uid, id }, signal }); }),
  ];
}
