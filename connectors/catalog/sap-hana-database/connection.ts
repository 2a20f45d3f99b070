import type { SqlConnection } from '../../engines/sql/connection.js';
import { closeJdbcSession, jdbcIsAlive, jdbcReusable, openJdbcSession, type JdbcSession } from '../../engines/sql/jdbc-session.js';
import type { ConnectorLog, OpenContext } from '../../framework/spi.js';
import type { HanaConfig } from './config.js';

/** One database connection with its configuration: what every operation works with. */
export interface HanaSession {
  readonly jdbc: JdbcSession;
  readonly connection: SqlConnection;
  readonly config: HanaConfig;
  readonly log: ConnectorLog;
}

export async function open(config: HanaConfig, context: OpenContext): Promise<HanaSession> {
  const jdbc = await openJdbcSession(config, config.password, context);
  return { jdbc, connection: jdbc.connection, config, log: context.log };
}

export function close({ jdbc }: HanaSession): Promise<void> {
  return closeJdbcSession(jdbc);
}

export function isAlive({ jdbc }: HanaSession, signal: AbortSignal): Promise<boolean> {
  return jdbcIsAlive(jdbc, signal);
}

export function reusable({ jdbc }: HanaSession, signal: AbortSignal): Promise<boolean> {
  return jdbcReusable(jdbc, signal);
}

/** Names of users nobody may see or change through this connector; HANA's names differ by case, those of the property do not. */
export function isIgnored({ config }: HanaSession, userName: string): boolean {
  return config.ignoreUsers.some((ignored) => ignored.trim().toUpperCase() === userName.toUpperCase());
}
