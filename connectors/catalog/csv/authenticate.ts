import { createHash, timingSafeEqual } from 'node:crypto';
import { ConnectorError, Uid } from '../../../protocol/model/index.js';
import type { AuthenticateRequest, Call, ResolveUsernameRequest } from '../../framework/spi.js';
import { trimmed } from './format/columns.js';
import { findRow } from './lookup/find-row.js';
import { dataFile, requireAccount, type CsvSession } from './session.js';

/** One text for a wrong name and a wrong password, so that names cannot be guessed by it. The kinds are Java's. */
const REFUSED = 'Invalid username and/or password.';

/** Compares digests, so that the time tells nothing about content or length. */
function equal(given: string, held: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text, 'utf8').digest();
  return timingSafeEqual(digest(given), digest(held));
}

/**
 * Checks a password against the row's password column. Throws `invalidCredential` for an unknown user, `invalidPassword`
 * for a wrong or empty password or a row without one, and `configuration` when the file has no password column.
 */
export async function authenticate(session: CsvSession, request: AuthenticateRequest, call: Call): Promise<Uid> {
  requireAccount(request.objectClass);
  if (request.username.trim() === '') throw new ConnectorError('invalidCredential', 'The user name is blank.');
  const given = request.password.reveal();
  if (given === '') throw new ConnectorError('invalidPassword', 'The password is empty.');
  const file = await dataFile(session);
  return findRow(file, session.layout, request.username, call.signal, (row, table) => {
    const { password } = table.columns;
    if (password === undefined) {
      throw new ConnectorError('configuration', `${table.path} has no column ${JSON.stringify(session.layout.headerPassword)} to check passwords against: add it, or set headerPassword to the one that holds them.`);
    }
    const held = row?.fields[password] ?? '';
    // The Java connector trims cells; a password written by us may have blanks at its ends.
    const asWritten = equal(given, held);
    const asTrimmed = equal(given, trimmed(held));
    if (row === undefined) throw new ConnectorError('invalidCredential', REFUSED);
    if (trimmed(held) === '' || !(asWritten || asTrimmed)) throw new ConnectorError('invalidPassword', REFUSED);
    return new Uid(row.uid);
  });
}

/** The uid of the row with this name. Throws `invalidCredential`, as Java does, when there is none. */
export async function resolveUsername(session: CsvSession, request: ResolveUsernameRequest, call: Call): Promise<Uid> {
  requireAccount(request.objectClass);
  if (request.username.trim() === '') throw new ConnectorError('invalidCredential', 'The user name is blank.');
  const file = await dataFile(session);
  return findRow(file, session.layout, request.username, call.signal, (row) => {
    if (row === undefined) throw new ConnectorError('invalidCredential', `Account ${request.username} does not exist in ${file.path}.`);
    return new Uid(row.uid);
  });
}
