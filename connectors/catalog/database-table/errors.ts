import { ConnectorError } from '../../../protocol/model/index.js';
import type { Call } from '../../framework/spi.js';
import { translateSqlError, vendorCode } from '../../engines/sql/sql-errors.js';
import type { DatabaseTableSession } from './session.js';

export const translateError = translateSqlError;

/**
 * With rethrowAllSQLExceptions false, errors without a vendor's code are passed over in create, update and search, as the Java
 * connector does. PostgreSQL has no such codes: there it is every error the database answers.
 */
export function swallowed({ config }: DatabaseTableSession, error: unknown, { log, signal }: Call): boolean {
  if (config.rethrowAllSQLExceptions || signal.aborted) return false;
  const source = error instanceof ConnectorError ? error.cause : error;
  if (vendorCode(source) !== 0) return false;
  log.warn({ property: 'rethrowAllSQLExceptions' }, 'An error of the database was passed over');
  return true;
}

export function unknownUid(table: string, uid: string): ConnectorError {
  return new ConnectorError('unknownUid', `The table ${table} has no row with the key ${uid}.`, { outcome: 'notApplied' });
}
