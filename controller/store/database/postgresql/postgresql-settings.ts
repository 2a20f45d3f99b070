import { readFile } from 'node:fs/promises';
import type { ConnectionOptions } from 'node:tls';
import type { ClientConfig } from 'pg';
import { DatabaseUnavailable } from '../database-errors.js';
import { columnTypes } from './column-types.js';
import type { PostgresqlUrl } from './postgresql-url.js';

export interface PostgresqlSettings {
  readonly url: PostgresqlUrl;
  /** Asked for each connection, so that a changed one is taken. */
  readonly password: (() => Promise<string>) | undefined;
  readonly poolSize: number;
  /** Milliseconds. */
  readonly connectTimeout: number;
  /** Milliseconds one statement may take. */
  readonly statementTimeout: number;
}

/** How long a transaction may wait for its controller before the server ends it. */
const IDLE_IN_TRANSACTION = 300_000;
/** A server that is gone without a word is noticed after this, beyond the statement's own time. */
const ANSWER_GRACE = 5_000;
const KEEP_ALIVE = 10_000;

export async function clientConfig({ url, password, connectTimeout, statementTimeout }: PostgresqlSettings): Promise<ClientConfig> {
  return {
    host: url.host, port: url.port, user: url.user, database: url.database,
    ...(password === undefined ? {} : { password }),
    ssl: await tlsOptions(url),
    types: columnTypes, application_name: 'causeway-controller',
    connectionTimeoutMillis: connectTimeout, statement_timeout: statementTimeout, query_timeout: statementTimeout + ANSWER_GRACE,
    idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION, keepAlive: true, keepAliveInitialDelayMillis: KEEP_ALIVE,
    options: '-c TimeZone=UTC -c DateStyle=ISO -c IntervalStyle=iso_8601 -c bytea_output=hex -c client_min_messages=warning',
  };
}

async function tlsOptions({ tls, rootCertificate, host }: PostgresqlUrl): Promise<false | ConnectionOptions> {
  if (tls === 'disable') return false;
  const base: ConnectionOptions = { minVersion: 'TLSv1.2', servername: /^[\d.]+$|:/.test(host) ? undefined : host };
  if (tls === 'require') return { ...base, rejectUnauthorized: false };
  const ca = rootCertificate === undefined ? undefined : await readAuthorities(rootCertificate);
  return { ...base, ca, rejectUnauthorized: true, ...(tls === 'verify-ca' ? { checkServerIdentity: () => undefined } : {}) };
}

async function readAuthorities(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    throw new DatabaseUnavailable(`the authorities of its sslrootcert cannot be read (${error instanceof Error ? error.message : 'unknown reason'})`, { cause: error });
  }
}
