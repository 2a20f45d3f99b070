import { UUID, type Document } from 'bson';
import { typeName } from './bson-values.js';
import { CommandError } from './command-error.js';
import { matches } from './matching.js';
import { MECHANISMS, scramCredential, type ScramCredential, type ScramMechanism } from './scram.js';

/**
 * Users and roles as the commands of the manual have them: www.mongodb.com/docs/manual/reference/command/nav-user-management/ and
 * nav-role-management/.
 */
export interface RoleName { readonly role: string; readonly db: string }
export interface User {
  readonly userId: UUID;
  readonly user: string;
  readonly db: string;
  roles: RoleName[];
  customData?: Document;
  mechanisms: ScramMechanism[];
  authenticationRestrictions: Document[];
  credentials: Map<ScramMechanism, ScramCredential>;
}
interface Role { readonly role: string; readonly db: string; roles: RoleName[]; privileges: Document[]; authenticationRestrictions: Document[] }

const BUILT_IN = ['read', 'readWrite', 'dbAdmin', 'dbOwner', 'userAdmin'];
const BUILT_IN_ADMIN = ['root', 'readAnyDatabase', 'readWriteAnyDatabase', 'userAdminAnyDatabase', 'dbAdminAnyDatabase', 'clusterAdmin', 'clusterMonitor'];

const isBuiltIn = ({ role, db }: RoleName): boolean => BUILT_IN.includes(role) || (db === 'admin' && BUILT_IN_ADMIN.includes(role));
const same = (a: RoleName, b: RoleName): boolean => a.role === b.role && a.db === b.db;
const keyOf = (db: string, name: string): string => `${db}.${name}`;

function requireFields(command: Document, known: readonly string[]): void {
  const generic = ['$db', 'lsid', 'writeConcern', 'comment', '$clusterTime', '$readPreference', 'txnNumber', 'maxTimeMS', 'digestPassword'];
  const [name = '', ...fields] = Object.keys(command);
  const unknown = fields.find((field) => !known.includes(field) && !generic.includes(field));
  if (unknown !== undefined) throw new CommandError(40_415, 'Location40415', `BSON field '${name}.${unknown}' is an unknown field.`);
}

export class Principals {
  readonly #users = new Map<string, User>();
  readonly #roles = new Map<string, Role>();

  user(db: string, name: string): User | undefined {
    return this.#users.get(keyOf(db, name));
  }

  #requireUser(db: string, name: string): User {
    const user = this.user(db, name);
    if (user === undefined) throw new CommandError(11, 'UserNotFound', `Could not find user "${name}" for db "${db}"`);
    return user;
  }

  #requireRole(db: string, name: string): Role {
    const role = this.#roles.get(keyOf(db, name));
    if (role === undefined) throw new CommandError(31, 'RoleNotFound', `Could not find role: ${name}@${db}`);
    return role;
  }

  #roleNames(db: string, given: unknown): RoleName[] {
    if (!Array.isArray(given)) throw new CommandError(14, 'TypeMismatch', 'Role names must be either strings or objects');
    return (given as unknown[]).map((item) => {
      const name = typeof item === 'string' ? { role: item, db } : { role: String((item as Document)['role']), db: String((item as Document)['db']) };
      if (!isBuiltIn(name) && !this.#roles.has(keyOf(name.db, name.role))) throw new CommandError(31, 'RoleNotFound', `Could not find role: ${name.role}@${name.db}`);
      return name;
    });
  }

  #mechanisms(given: unknown): ScramMechanism[] {
    const asked = Array.isArray(given) ? given.map(String) : [...MECHANISMS];
    const unknown = asked.find((name) => !(MECHANISMS as readonly string[]).includes(name));
    if (unknown !== undefined || asked.length === 0) throw new CommandError(2, 'BadValue', `Unknown auth mechanism '${unknown ?? ''}'`);
    return asked as ScramMechanism[];
  }

  createUser(db: string, command: Document): void {
    requireFields(command, ['pwd', 'roles', 'customData', 'mechanisms', 'authenticationRestrictions']);
    const user = String(command['createUser']);
    if (typeof command['pwd'] !== 'string' && db !== '$external') throw new CommandError(2, 'BadValue', 'Must provide a \'pwd\' field for all user documents, except those with \'$external\' as the user\'s source db');
    if (command['roles'] === undefined) throw new CommandError(40_414, 'Location40414', 'BSON field \'createUser.roles\' is missing but a required field');
    const roles = this.#roleNames(db, command['roles']);
    const mechanisms = this.#mechanisms(command['mechanisms']);
    if (this.#users.has(keyOf(db, user))) throw new CommandError(51_003, 'Location51003', `User "${user}@${db}" already exists`);
    this.#users.set(keyOf(db, user), {
      userId: new UUID(), user, db, roles, mechanisms, ...(command['customData'] === undefined ? {} : { customData: command['customData'] as Document }),
      authenticationRestrictions: (command['authenticationRestrictions'] as Document[] | undefined) ?? [],
      credentials: new Map(mechanisms.map((mechanism) => [mechanism, scramCredential(mechanism, user, String(command['pwd']))])),
    });
  }

  updateUser(db: string, command: Document): void {
    requireFields(command, ['pwd', 'roles', 'customData', 'mechanisms', 'authenticationRestrictions']);
    const user = this.#requireUser(db, String(command['updateUser']));
    const given = ['pwd', 'roles', 'customData', 'mechanisms', 'authenticationRestrictions'].filter((field) => command[field] !== undefined);
    if (given.length === 0) throw new CommandError(2, 'BadValue', 'Must specify at least one field to update in updateUser');
    const roles = command['roles'] === undefined ? user.roles : this.#roleNames(db, command['roles']);
    if (command['mechanisms'] !== undefined) {
      const asked = this.#mechanisms(command['mechanisms']);
      if (command['pwd'] === undefined && asked.some((mechanism) => !user.mechanisms.includes(mechanism))) throw new CommandError(2, 'BadValue', 'mechanisms field must be a subset of previously set mechanisms');
      user.mechanisms = asked;
    }
    user.roles = roles;
    if (command['customData'] !== undefined) user.customData = command['customData'] as Document;
    if (command['authenticationRestrictions'] !== undefined) user.authenticationRestrictions = command['authenticationRestrictions'] as Document[];
    if (command['pwd'] !== undefined) user.credentials = new Map(user.mechanisms.map((mechanism) => [mechanism, scramCredential(mechanism, user.user, String(command['pwd']))]));
  }

  dropUser(db: string, command: Document): void {
    const name = String(command['dropUser']);
    if (!this.#users.delete(keyOf(db, name))) throw new CommandError(11, 'UserNotFound', `User '${name}@${db}' not found`);
  }

  createRole(db: string, command: Document): void {
    requireFields(command, ['privileges', 'roles', 'authenticationRestrictions']);
    const role = String(command['createRole']);
    for (const field of ['privileges', 'roles']) if (command[field] === undefined) throw new CommandError(40_414, 'Location40414', `BSON field 'createRole.${field}' is missing but a required field`);
    const roles = this.#roleNames(db, command['roles']);
    if (this.#roles.has(keyOf(db, role))) throw new CommandError(51_002, 'Location51002', `Role "${role}@${db}" already exists`);
    this.#roles.set(keyOf(db, role), { role, db, roles, privileges: command['privileges'] as Document[], authenticationRestrictions: (command['authenticationRestrictions'] as Document[] | undefined) ?? [] });
  }

  updateRole(db: string, command: Document): void {
    requireFields(command, ['privileges', 'roles', 'authenticationRestrictions']);
    const role = this.#requireRole(db, String(command['updateRole']));
    if (command['roles'] !== undefined) role.roles = this.#roleNames(db, command['roles']);
    if (command['privileges'] !== undefined) role.privileges = command['privileges'] as Document[];
    if (command['authenticationRestrictions'] !== undefined) role.authenticationRestrictions = command['authenticationRestrictions'] as Document[];
  }

  dropRole(db: string, command: Document): void {
    this.#requireRole(db, String(command['dropRole']));
    this.#roles.delete(keyOf(db, String(command['dropRole'])));
  }

  /** `grantRolesToUser`, `revokeRolesFromRole` and so on. */
  changeRoles(db: string, command: Document, noun: 'User' | 'Role', grants: boolean): void {
    const name = String(Object.values(command)[0]);
    const holder = noun === 'User' ? this.#requireUser(db, name) : this.#requireRole(db, name);
    const asked = this.#roleNames(db, command['roles']);
    const kept = holder.roles.filter((role) => !asked.some((other) => same(role, other)));
    holder.roles = grants ? [...kept, ...asked] : kept;
  }

  changePrivileges(db: string, command: Document, grants: boolean): void {
    const role = this.#requireRole(db, String(Object.values(command)[0]));
    for (const { resource, actions } of command['privileges'] as Document[]) {
      const index = role.privileges.findIndex((held) => JSON.stringify(held['resource']) === JSON.stringify(resource));
      const held = (role.privileges[index]?.['actions'] as string[] | undefined) ?? [];
      const after = grants ? [...new Set([...held, ...actions as string[]])] : held.filter((action) => !(actions as string[]).includes(action));
      if (index >= 0) role.privileges.splice(index, 1, ...(after.length > 0 ? [{ resource: resource as unknown, actions: after }] : []));
      else if (grants) role.privileges.push({ resource: resource as unknown, actions: after });
    }
  }

  usersInfo(db: string, command: Document): Document[] {
    const asked: unknown = command['usersInfo'];
    const details = command['showPrivileges'] === true || command['showAuthenticationRestrictions'] === true;
    if (typeName(asked) === 'int' && details) throw new CommandError(20, 'IllegalOperation', 'Privilege or restriction details require exact-match usersInfo queries');
    const filter = (command['filter'] as Document | undefined) ?? {};
    return this.#asked(asked, db, [...this.#users.values()], 'user').map((user) => this.#userDocument(user, command)).filter((document) => matches(document, filter));
  }

  #userDocument(user: User, command: Document): Document {
    return {
      _id: keyOf(user.db, user.user), userId: user.userId, user: user.user, db: user.db, ...(user.customData === undefined ? {} : { customData: user.customData }), roles: user.roles, mechanisms: user.mechanisms,
      ...(command['showPrivileges'] === true ? { inheritedRoles: this.inheritedRoles(user.roles), inheritedPrivileges: this.#privileges(user.roles) } : {}),
      ...(command['showAuthenticationRestrictions'] === true ? { authenticationRestrictions: user.authenticationRestrictions } : {}),
    };
  }

  rolesInfo(db: string, command: Document): Document[] {
    const asked: unknown = command['rolesInfo'];
    const all = [...this.#roles.values()];
    const builtIn = (typeName(asked) === 'int' && command['showBuiltinRoles'] !== true ? [] : BUILT_IN.map((role): Role => ({ role, db, roles: [], privileges: [], authenticationRestrictions: [] })));
    return this.#asked(asked, db, [...all, ...builtIn], 'role').map((role) => ({
      _id: keyOf(role.db, role.role), role: role.role, db: role.db, isBuiltin: isBuiltIn(role), roles: role.roles, inheritedRoles: this.inheritedRoles(role.roles),
      ...(command['showPrivileges'] === true ? { privileges: role.privileges, inheritedPrivileges: [...role.privileges, ...this.#privileges(role.roles)] } : {}),
      ...(command['showAuthenticationRestrictions'] === true ? { authenticationRestrictions: role.authenticationRestrictions } : {}),
    }));
  }

  /** All of a database, one by name, or several. */
  #asked<T extends { readonly db: string }>(asked: unknown, db: string, all: readonly T[], noun: string): T[] {
    if (typeName(asked) === 'int' || typeName(asked) === 'double') return all.filter((one) => one.db === db);
    const names = (Array.isArray(asked) ? asked as unknown[] : [asked]).map((item) => (typeof item === 'string' ? { name: item, db } : { name: String((item as Document)[noun]), db: String((item as Document)['db'] ?? db) }));
    return names.flatMap(({ name, db: own }) => all.filter((one) => one.db === own && (one as Document)[noun] === name).slice(0, 1));
  }

  inheritedRoles(roles: readonly RoleName[], seen: RoleName[] = []): RoleName[] {
    for (const role of roles) {
      if (seen.some((other) => same(other, role))) continue;
      seen.push(role);
      this.inheritedRoles(this.#roles.get(keyOf(role.db, role.role))?.roles ?? [], seen);
    }
    return seen;
  }

  #privileges(roles: readonly RoleName[]): Document[] {
    return this.inheritedRoles(roles).flatMap((role) => this.#roles.get(keyOf(role.db, role.role))?.privileges ?? []);
  }
}
