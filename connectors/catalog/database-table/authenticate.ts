import { createHash, timingSafeEqual } from 'node:crypto';
import { ConnectorError, Uid } from '../../../protocol/model/index.js';
import type { AuthenticateRequest, Call, ResolveUsernameRequest } from '../../framework/spi.js';
import { readRows } from '../../engines/sql/read-rows.js';
import { sql, type SqlText } from '../../engines/sql/sql-text.js';
import type { SqlValue } from '../../engines/sql/values.js';
import { keyValue } from './column-value.js';
import { textOf, valueOf } from './mapping.js';
import { requireAccount, withTable, type DatabaseTableSession } from './session.js';
import type { Table } from './table.js';

/** One text for a wrong name and a wrong password, so that names cannot be guessed by it. */
const REFUSED = 'Invalid username and/or password.';

/** Compares digests, so that the time tells nothing about content or length. */
function equal(given: string, held: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text, 'utf8').digest();
  return timingSafeEqual(digest(given), digest(held));
}

/** Checks a password against the row's passwordColumn, in which it stands in clear. */
export async function authenticate(session: DatabaseTableSession, request: AuthenticateRequest, call: Call): Promise<Uid> {
  requireAccount(request.objectClass);
  if (request.username.trim() === '') throw new ConnectorError('invalidCredential', 'The user name is blank.');
  const given = request.password.reveal();
  if (given === '') throw new ConnectorError('invalidCredential', 'The password is empty.');
  return await withTable(session, call, [], async (table) => {
    const { password } = table;
    if (password === undefined) throw new ConnectorError('unsupportedOperation', 'Authenticate needs the property passwordColumn: the column with the passwords.');
    const row = await rowOf(session, table, request.username, sql`, ${table.read(password)} as c1`, call);
    const held = textOf(row?.[1] ?? null) ?? '';
    // char(n) pads what is written to it.
    const isPadded = /^(?:bp|n)?char$/.test(password.typeName);
    const asWritten = equal(given, held);
    const asPadded = isPadded && equal(given, held.trimEnd());
    if (row === undefined || held === '' || !(asWritten || asPadded)) throw new ConnectorError('invalidCredential', REFUSED);
    return new Uid(request.username);
  });
}

/** The uid of the row with this name. Throws `invalidCredential`, as Java does, when there is none. */
export async function resolveUsername(session: DatabaseTableSession, request: ResolveUsernameRequest, call: Call): Promise<Uid> {
  requireAccount(request.objectClass);
  if (request.username.trim() === '') throw new ConnectorError('invalidCredential', 'The user name is blank.');
  return await withTable(session, call, [], async (table) => {
    const row = await rowOf(session, table, request.username, sql``, call);
    if (row === undefined) throw new ConnectorError('invalidCredential', `Account ${request.username} does not exist in ${table.name}.`);
    return new Uid(request.username);
  });
}

/** Key and what else is selected of the one row with this name; several are none, for who is meant cannot be told. */
async function rowOf(session: DatabaseTableSession, table: Table, username: string, more: SqlText, call: Call): Promise<readonly SqlValue[] | undefined> {
  const key = keyValue(username, table.key);
  if (key === undefined) return undefined;
  const rows = await readRows(session.connection, sql`select ${table.read(table.key)} as c0${more} from ${table.text} where ${table.exactly(table.key, key)}`, call.signal);
  const found = rows.map((row) => [...row.values()]).filter(([uid]) => textOf(valueOf(uid ?? null, table.key)) === username);
  return found.length === 1 ? found[0] : undefined;
}
