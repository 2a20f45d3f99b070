import { ACCOUNT, Attribute, ConnectorError, ConnectorObject, NAME, Name, UID, Uid, attributeKey } from '../../../protocol/model/index.js';
import { numberKey, textKey, type KeyColumn } from '../../engines/sql/keyset.js';
import { columnText } from '../../engines/sql/read-rows.js';
import { joinSql, sql, type SqlText } from '../../engines/sql/sql-text.js';
import type { SqlRow } from '../../engines/sql/values.js';
import type { HanaSession } from './connection.js';
import { APPLICATION_PRIVILEGES, OBJECT_CLASSES, ROLES, SYSTEM_PRIVILEGES } from './object-classes.js';
import { USER_COLUMNS, accountObject, usersOf } from './users.js';

/** How the objects of a class are read from a system view, one row each. */
export interface Listing {
  /** What is selected, from where, and what always restricts it; ends in a condition. */
  selection(session: HanaSession): SqlText;
  /** The column rows are ordered by, whose value is the uid. */
  readonly key: KeyColumn;
  /** Uids are numbers. */
  readonly numeric: boolean;
  /** Attributes, by key, whose equality the database decides: the column each stands for. */
  readonly searchable: ReadonlyMap<string, SqlText>;
  objects(session: HanaSession, rows: readonly SqlRow[], attributesToGet: readonly string[] | undefined, signal: AbortSignal): Promise<ConnectorObject[]>;
}

const searchable = (entries: readonly (readonly [attribute: string, column: SqlText])[]): ReadonlyMap<string, SqlText> => new Map(entries.map(([name, column]) => [attributeKey(name), column]));

const userId = sql`USER_ID`;
const userName = sql`USER_NAME`;
const roleId = sql`ROLE_ID`;
const roleName = sql`ROLE_NAME`;
const privilegeName = sql`NAME`;

const accounts: Listing = {
  selection: ({ config }) => {
    const ignored = config.ignoreUsers.map((name) => name.trim().toUpperCase()).filter((name) => name !== '');
    const rest = ignored.length === 0 ? sql`1 = 1` : sql`upper(USER_NAME) not in (${joinSql(ignored.map((name) => sql`${name}`), ', ')})`;
    return sql`select ${USER_COLUMNS} from SYS.USERS where ${rest}`;
  },
  key: numberKey('USER_ID', userId), numeric: true,
  searchable: searchable([[UID, userId], ['USER_ID', userId], [NAME, userName], ['USER_NAME', userName]]),
  objects: async (session, rows, attributesToGet, signal) => (await usersOf(session, rows, attributesToGet, signal)).map(accountObject),
};

const ROLE_COLUMNS = ['ROLE_ID', 'ROLE_NAME', 'ROLE_MODE', 'ROLE_SCHEMA_NAME', 'GLOBAL_IDENTITY'] as const;

const roles: Listing = {
  selection: () => sql`select ROLE_ID, ROLE_NAME, ROLE_MODE, ROLE_SCHEMA_NAME, GLOBAL_IDENTITY from SYS.ROLES where 1 = 1`,
  key: numberKey('ROLE_ID', roleId), numeric: true,
  searchable: searchable([[UID, roleId], ['ROLE_ID', roleId], [NAME, roleName], ['ROLE_NAME', roleName]]),
  objects: async (_session, rows) => rows.map((row) => new ConnectorObject(ROLES, [
    new Uid(columnText(row, 'ROLE_ID') ?? ''), new Name(columnText(row, 'ROLE_NAME') ?? ''),
    ...ROLE_COLUMNS.map((column) => { const value = columnText(row, column); return new Attribute(column, value === undefined ? [] : [value]); }),
  ])),
};

function privilegesOf(objectClass: string, type: string): Listing {
  return {
    selection: () => sql`select NAME from SYS.PRIVILEGES where TYPE = ${type}`,
    key: textKey('NAME', privilegeName), numeric: false,
    searchable: searchable([[UID, privilegeName], [NAME, privilegeName]]),
    objects: async (_session, rows) => rows.map((row) => { const name = columnText(row, 'NAME') ?? ''; return new ConnectorObject(objectClass, [new Uid(name), new Name(name)]); }),
  };
}

const LISTINGS: ReadonlyMap<string, Listing> = new Map<string, Listing>([
  [ACCOUNT, accounts], [ROLES, roles],
  [SYSTEM_PRIVILEGES, privilegesOf(SYSTEM_PRIVILEGES, 'SYSTEMPRIVILEGE')], [APPLICATION_PRIVILEGES, privilegesOf(APPLICATION_PRIVILEGES, 'APPLICATIONPRIVILEGE')],
]);

export function listingOf(objectClass: string): Listing {
  const listing = LISTINGS.get(objectClass.toUpperCase());
  if (listing === undefined) throw new ConnectorError('illegalArgument', `SAP HANA has no object class ${objectClass}: it has ${OBJECT_CLASSES.join(', ')}.`);
  return listing;
}

export function knownListing(objectClass: string): Listing | undefined {
  return LISTINGS.get(objectClass.toUpperCase());
}
