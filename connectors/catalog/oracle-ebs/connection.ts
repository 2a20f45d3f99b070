import type { SqlConnection } from '../../engines/sql/connection.js';
import { closeJdbcSession, jdbcIsAlive, jdbcReusable, openJdbcSession, type JdbcSession } from '../../engines/sql/jdbc-session.js';
import type { OpenContext } from '../../framework/spi.js';
import type { EbsConfig } from './config.js';

/** One database connection with its configuration: what every operation works with. */
export interface EbsSession {
  readonly jdbc: JdbcSession;
  readonly connection: SqlConnection;
  readonly config: EbsConfig;
  /** Columns this release of EBS has in FND_RESPONSIBILITY_VL, in upper case; asked for once. */
  responsibilityColumns(signal: AbortSignal): Promise<ReadonlySet<string>>;
}

export async function open(config: EbsConfig, context: OpenContext): Promise<EbsSession> {
  const jdbc = await openJdbcSession(config, config.password, context);
  const { connection } = jdbc;
  let columns: ReadonlySet<string> | undefined;
  return {
    jdbc, connection, config,
    responsibilityColumns: async (signal) => {
      columns ??= new Set((await connection.columns('APPS.FND_RESPONSIBILITY_VL', signal)).map(({ name }) => name.toUpperCase()));
      return columns;
    },
  };
}

export function close({ jdbc }: EbsSession): Promise<void> {
  return closeJdbcSession(jdbc);
}

export function isAlive({ jdbc }: EbsSession, signal: AbortSignal): Promise<boolean> {
  return jdbcIsAlive(jdbc, signal);
}

export function reusable({ jdbc }: EbsSession, signal: AbortSignal): Promise<boolean> {
  return jdbcReusable(jdbc, signal);
}
