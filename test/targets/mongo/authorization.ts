import type { Document } from 'bson';
import { CommandError } from './command-error.js';
import type { Principals, RoleName } from './principals.js';

/** What a client may do before it has logged in. */
const BEFORE_LOGIN = new Set(['hello', 'ismaster', 'ping', 'buildinfo', 'saslstart', 'saslcontinue', 'endsessions', 'connectionstatus', 'getnonce', 'logout']);
const READS = new Set(['find', 'aggregate', 'count', 'distinct', 'listcollections']);
const WRITES = new Set(['insert', 'update', 'delete', 'findandmodify', 'createindexes', 'drop']);
const PRINCIPALS = /^(?:create|update|drop)(?:user|role)$|info$|^(?:grant|revoke)/;

const ALLOWED: readonly { readonly applies: (command: string) => boolean; readonly here: readonly string[]; readonly everywhere: readonly string[] }[] = [
  { applies: (command) => READS.has(command), here: ['read', 'readWrite', 'dbOwner'], everywhere: ['root', 'readAnyDatabase', 'readWriteAnyDatabase'] },
  { applies: (command) => WRITES.has(command), here: ['readWrite', 'dbOwner'], everywhere: ['root', 'readWriteAnyDatabase'] },
  { applies: (command) => PRINCIPALS.test(command), here: ['userAdmin', 'dbOwner'], everywhere: ['root', 'userAdminAnyDatabase'] },
];

/** Throws as a server with access control does. Privileges of roles of one's own are not looked at, only what they inherit. */
export function authorize(principals: Principals, user: { readonly roles: readonly RoleName[] } | undefined, database: string, command: Document): void {
  const name = Object.keys(command)[0] ?? '';
  const key = name.toLowerCase();
  if (BEFORE_LOGIN.has(key)) return;
  if (user === undefined) throw new CommandError(13, 'Unauthorized', `Command ${name} requires authentication`);
  const rule = ALLOWED.find(({ applies }) => applies(key));
  if (rule === undefined) return;
  const held = principals.inheritedRoles(user.roles);
  if (held.some(({ role, db }) => (db === database && rule.here.includes(role)) || (db === 'admin' && rule.everywhere.includes(role)))) return;
  throw new CommandError(13, 'Unauthorized', `not authorized on ${database} to execute command { ${name}: ${JSON.stringify(Object.values(command)[0])} }`);
}
