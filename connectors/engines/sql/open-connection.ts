import type { OpenContext } from '../../framework/spi.js';
import type { SqlConnection } from './connection.js';
import { dialects } from './dialects.js';
import { openDriver } from './drivers/open-driver.js';
import { DialectConnection } from './dialect-connection.js';
import { parseJdbcUrl } from './jdbc-url.js';
import type { SqlSettings } from './settings.js';

export type { SqlSettings } from './settings.js';

/**
 * Opens one connection. The address (or the driver's class) says which kind of database it is; only that driver is loaded.
 * Rejects with the driver's error, or with `configuration` where the address is not understood.
 */
export async function openSqlConnection(settings: SqlSettings, context: OpenContext): Promise<SqlConnection> {
  const address = parseJdbcUrl(settings.url);
  const driver = await openDriver(address, settings, context);
  const connection = new DialectConnection(dialects[address.dialect], driver, settings.autoCommit ?? true, context.traffic);
  try {
    await connection.prepare(settings, context.signal);
    return connection;
  } catch (error) {
    await connection.close();
    throw error;
  }
}
