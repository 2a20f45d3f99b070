import type { ClassTarget } from '../object-classes.js';

/** The commands for users or roles: www.mongodb.com/docs/manual/reference/command/nav-user-management/ and nav-role-management/. */
export interface PrincipalKind {
  readonly noun: 'user' | 'role';
  readonly create: string;
  readonly update: string;
  readonly drop: string;
  readonly info: string;
  /** Where the answer of `info` has its objects. */
  readonly list: string;
  readonly grantRoles: string;
  readonly revokeRoles: string;
  /** Lists of values, by attribute key, as the commands take them. */
  readonly lists: ReadonlyMap<string, string>;
  /** Attributes that are read but never written, by attribute key. */
  readonly readOnly: ReadonlySet<string>;
  /** Given only when asked for: they cost more, or take an exact name. */
  readonly onRequest: ReadonlySet<string>;
}

const byKey = (...names: string[]): ReadonlyMap<string, string> => new Map(names.map((name) => [name.toLowerCase(), name]));
const DETAILS = new Set(['inheritedroles', 'inheritedprivileges', 'authenticationrestrictions']);

export const USER: PrincipalKind = {
  noun: 'user', create: 'createUser', update: 'updateUser', drop: 'dropUser', info: 'usersInfo', list: 'users', grantRoles: 'grantRolesToUser', revokeRoles: 'revokeRolesFromUser',
  lists: byKey('roles', 'mechanisms', 'authenticationRestrictions'), readOnly: new Set(['db', 'userid', 'inheritedroles', 'inheritedprivileges']), onRequest: DETAILS,
};

export const ROLE_KIND: PrincipalKind = {
  noun: 'role', create: 'createRole', update: 'updateRole', drop: 'dropRole', info: 'rolesInfo', list: 'roles', grantRoles: 'grantRolesToRole', revokeRoles: 'revokeRolesFromRole',
  lists: byKey('roles', 'privileges', 'authenticationRestrictions'), readOnly: new Set(['db', 'isbuiltin', 'inheritedroles', 'inheritedprivileges']), onRequest: DETAILS,
};

export function principalKind({ kind }: ClassTarget): PrincipalKind {
  return kind === 'role' ? ROLE_KIND : USER;
}
