import type { ConfigOf } from '../../framework/properties.js';
import type { poolProperties } from './pool-properties.js';

/** The pool's properties as a connector's configuration has them. */
export type PoolConfig = ConfigOf<typeof poolProperties>;

export type TransactionIsolation = 'readUncommitted' | 'readCommitted' | 'repeatableRead' | 'serializable';

/** What opens a connection. Everything but `url` may be left out. */
export interface SqlSettings {
  /** JDBC address, e.g. `jdbc:postgresql://host:5432/hr?ssl=true`, `jdbc:pglite:memory`. See ./jdbc-url.ts. */
  readonly url: string;
  readonly user?: string | null;
  /** Handed to the driver and nowhere else. */
  readonly password?: string | null;
  /** Driver properties by JDBC's names, besides those of the address. Which are known: ./driver-options.ts */
  readonly properties?: ReadonlyMap<string, string>;
  readonly autoCommit?: boolean | null;
  readonly readOnly?: boolean | null;
  readonly isolation?: TransactionIsolation | null;
  readonly catalog?: string | null;
  /** Run once when the connection is open. */
  readonly initSql?: string | null;
  /** Milliseconds to connect. @default 30000 */
  readonly connectTimeout?: number;
}
