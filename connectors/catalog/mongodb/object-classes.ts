import { ACCOUNT, ConnectorError } from '../../../protocol/model/index.js';
import type { DescribedObjectClass } from '../../framework/spi.js';
import type { MongoConfig } from './config.js';

export const ROLE = 'role';

/** What the objects of a class are. */
export type ClassTarget = { readonly kind: 'user' } | { readonly kind: 'role' } | { readonly kind: 'document'; readonly collection: string };

export interface MappedCollection { readonly objectClass: string; readonly collection: string }

/** Classes compare as the framework's do: without case. */
const classKey = (name: string): string => name.trim().toLowerCase();
const USERS = new Set([ACCOUNT, 'account'].map(classKey));
const ROLES = new Set([ROLE, '__ROLE__'].map(classKey));

/** The entries of `collections`; throws `configuration` for one that cannot be. */
export function mappedCollections({ collections }: Pick<MongoConfig, 'collections'>): readonly MappedCollection[] {
  const seen = new Set<string>();
  return collections.filter((entry) => entry.trim() !== '').map((entry) => {
    const at = entry.indexOf('=');
    const objectClass = entry.slice(0, at < 0 ? 0 : at).trim();
    const collection = entry.slice(at + 1).trim();
    const refuse = (what: string): never => { throw new ConnectorError('configuration', `collections: ${JSON.stringify(entry)} ${what} An entry is objectClass=collection, such as __ACCOUNT__=people.`); };
    if (objectClass === '' || collection === '') refuse('lacks the object class or the collection.');
    if (classKey(objectClass) === '__all__') refuse('names every object class at once.');
    if (collection.includes('$') || collection.includes('\0') || collection.startsWith('system.')) refuse('names no collection of documents.');
    if (seen.has(classKey(objectClass))) refuse('names an object class for the second time.');
    seen.add(classKey(objectClass));
    return { objectClass, collection };
  });
}

/** Throws `illegalArgument` for a class this configuration does not have. */
export function classTarget(config: Pick<MongoConfig, 'collections'>, objectClass: string): ClassTarget {
  const key = classKey(objectClass);
  const mapped = mappedCollections(config);
  if (mapped.length > 0) {
    const found = mapped.find((entry) => classKey(entry.objectClass) === key || (USERS.has(key) && USERS.has(classKey(entry.objectClass))));
    if (found !== undefined) return { kind: 'document', collection: found.collection };
    throw unknownClass(objectClass, mapped.map((entry) => entry.objectClass));
  }
  if (USERS.has(key)) return { kind: 'user' };
  if (ROLES.has(key)) return { kind: 'role' };
  throw unknownClass(objectClass, [ACCOUNT, ROLE]);
}

function unknownClass(objectClass: string, known: readonly string[]): ConnectorError {
  return new ConnectorError('illegalArgument', `MongoDB: there is no object class ${objectClass} under this configuration; there are ${known.join(', ')} (collections).`, { outcome: 'notApplied' });
}

const ROLES_NOTE = 'names of roles of this database, or maps of role and db; read as maps';
const RESTRICTIONS = { name: 'authenticationRestrictions', type: 'Map', required: false, flags: ['MULTIVALUED', 'NOT_RETURNED_BY_DEFAULT'], notes: 'maps of clientSource and serverAddress' } as const;
const INHERITED = [
  { name: 'inheritedRoles', type: 'Map', required: false, flags: ['MULTIVALUED', 'NOT_CREATABLE', 'NOT_UPDATEABLE', 'NOT_RETURNED_BY_DEFAULT'] },
  { name: 'inheritedPrivileges', type: 'Map', required: false, flags: ['MULTIVALUED', 'NOT_CREATABLE', 'NOT_UPDATEABLE', 'NOT_RETURNED_BY_DEFAULT'] },
] as const;
const READ_ONLY = ['NOT_CREATABLE', 'NOT_UPDATEABLE'] as const;
const OPERATIONS = ['create', 'read', 'query', 'update', 'delete'] as const;

/** After the commands usersInfo and rolesInfo: www.mongodb.com/docs/manual/reference/command/nav-user-management/. */
export const objectClasses: readonly DescribedObjectClass[] = [
  {
    name: ACCOUNT, aliases: ['account'], operations: OPERATIONS,
    attributes: [
      { name: '__NAME__', type: 'String', required: true, flags: ['NOT_UPDATEABLE'], notes: 'name of the user; also the uid. With collections: the field ICFName says' },
      { name: '__PASSWORD__', type: 'GuardedString', required: null, flags: ['NOT_READABLE'], notes: 'required for a user of this database, but not of $external' },
      { name: 'roles', type: 'Map', required: false, flags: ['MULTIVALUED'], notes: ROLES_NOTE },
      { name: 'customData', type: 'Map', required: false, flags: [] },
      { name: 'mechanisms', type: 'String', required: false, flags: ['MULTIVALUED'], notes: 'SCRAM-SHA-1, SCRAM-SHA-256' },
      RESTRICTIONS,
      { name: 'db', type: 'String', required: false, flags: READ_ONLY },
      { name: 'userId', type: 'String', required: false, flags: READ_ONLY, notes: 'UUID the server made' },
      ...INHERITED,
      { name: '<each field of a document, with collections>', type: null, required: null, flags: [] },
    ],
  },
  {
    name: ROLE, aliases: ['__ROLE__'], operations: OPERATIONS,
    attributes: [
      { name: '__NAME__', type: 'String', required: true, flags: ['NOT_UPDATEABLE'], notes: 'name of the role; also the uid' },
      { name: 'roles', type: 'Map', required: false, flags: ['MULTIVALUED'], notes: ROLES_NOTE },
      { name: 'privileges', type: 'Map', required: false, flags: ['MULTIVALUED'], notes: 'maps of resource and actions' },
      RESTRICTIONS,
      { name: 'db', type: 'String', required: false, flags: READ_ONLY },
      { name: 'isBuiltin', type: 'boolean', required: false, flags: READ_ONLY },
      ...INHERITED,
    ],
  },
];
