import { connect as connectTcp, type Socket } from 'node:net';
import type { Connection, ConnectionOptions, QueryError, ResultSetHeader } from 'mysql2';
import type { SqlOutcome } from '../connection.js';
import { rowOf, saidGoodbye, started, type DriverConnection, type DriverCursor } from '../driver-connection.js';
import { duration, isOn, protectionBy, tlsOptions, type DriverOptions, type TlsChoice } from '../driver-options.js';
import type { Server } from '../jdbc-address.js';
import type { RenderedSql } from '../sql-text.js';
import { libraryText } from '../text-values.js';
import type { SqlRow } from '../values.js';
import { mysqlCursor } from './mysql-cursor.js';
import { fromMysql, toMysql, type MysqlField } from './mysql-values.js';
import type { Attempt, Opened } from './open-driver.js';

type Mysql = typeof import('mysql2');
/** Milliseconds for the server to stop a statement. */
const KILL_LIMIT = 5_000;
/** Statements kept prepared for a connection; the server has a limit for all of them together. */
const PREPARED = 64;

/** Connector/J's sslMode, useSSL and the like, and MariaDB's: https://dev.mysql.com/doc/connector-j/en/connector-j-connp-props-security.html */
function tlsChoice(options: DriverOptions): TlsChoice {
  const authorityFile = options.get('serversslcert');
  const mode = options.get('sslmode')?.toLowerCase().replaceAll('-', '_') ?? olderMode(options);
  switch (mode) {
    case 'disable':
    case 'disabled': return { mode: 'off', verify: 'none' };
    case 'required':
    case 'trust': return { mode: 'on', verify: 'none' };
    case 'verify_ca': return { mode: 'on', verify: 'authority', authorityFile };
    case 'verify_identity':
    case 'verify_full': return { mode: 'on', verify: 'full', authorityFile };
    default: return { mode: 'preferred', verify: 'none' };
  }
}

function olderMode(options: DriverOptions): string {
  if (!isOn(options, 'usessl', true)) return 'disabled';
  if (isOn(options, 'verifyservercertificate')) return 'verify_identity';
  return isOn(options, 'requiressl') || (options.has('usessl') && options.has('trustservercertificate')) ? 'required' : 'preferred';
}

function configOf({ address, server, options, user, password, connectTimeout }: Attempt): ConnectionOptions {
  return {
    host: server.host,
    port: server.port,
    ...(user === undefined ? {} : { user }),
    ...(password === undefined ? {} : { password }),
    ...(address.database === undefined ? {} : { database: address.database }),
    charset: 'utf8mb4',
    connectTimeout: duration(options, 'connecttimeout', 1) ?? connectTimeout,
    stream: () => socketTo(server),
    rowsAsArray: true,
    dateStrings: true,
    supportBigNumbers: true,
    bigNumberStrings: true,
    jsonStrings: true,
    multipleStatements: isOn(options, 'allowmultiqueries'),
    maxPreparedStatements: PREPARED,
    // LOAD DATA LOCAL would let a server read the agent's files.
    flags: ['-LOCAL_FILES'],
  };
}

/**
 * Where the host is an address the library hands TLS no name to compare the certificate with; Node.js then takes the one it finds
 * here, and `localhost` without any.
 */
function socketTo({ host, port }: Server): Socket {
  return Object.assign(connectTcp({ host, port, noDelay: true, keepAlive: true }), { _host: host });
}

async function connected(mysql: Mysql, config: ConnectionOptions): Promise<Connection> {
  const connection = mysql.createConnection(config);
  return await new Promise((resolve, reject) => {
    // What is under way learns of it by itself; without a listener the process would end.
    connection.on('error', () => {});
    connection.connect((error) => {
      if (error === null) return resolve(connection);
      connection.destroy();
      reject(error);
    });
  });
}

export async function open(attempt: Attempt): Promise<Opened> {
  const mysql = (await import('mysql2')).default;
  const choice = tlsChoice(attempt.options);
  const plain = configOf(attempt);
  // The library checks names only where it is told so, whatever else the options say.
  const ssl = { ...await tlsOptions(choice, attempt.context), verifyIdentity: choice.verify === 'full' } as NonNullable<ConnectionOptions['ssl']>;
  const secure = choice.mode === 'off' ? plain : { ...plain, ssl };
  let config = secure;
  const connection = await connected(mysql, secure).catch((error: unknown) => {
    if (choice.mode !== 'preferred' || (error as QueryError).code !== 'HANDSHAKE_NO_SSL_SUPPORT') throw error;
    config = plain;
    return connected(mysql, plain);
  });
  return { connection: await started(new MysqlConnection(mysql, connection, config)), protection: config === plain ? 'none' : protectionBy(choice) };
}

class MysqlConnection implements DriverConnection {
  serverVersion = '';
  isLost = false;
  readonly #mysql: Mysql;
  readonly #connection: Connection;
  readonly #config: ConnectionOptions;

  constructor(mysql: Mysql, connection: Connection, config: ConnectionOptions) {
    this.#mysql = mysql;
    this.#connection = connection;
    this.#config = config;
    const lost = (): void => { this.isLost = true; };
    connection.on('error', lost);
    connection.on('end', lost);
  }

  async start(): Promise<void> {
    const { rows } = await this.#query({ text: 'select version()', values: [] });
    this.serverVersion = libraryText([...rows[0]?.values() ?? []][0] ?? '');
  }

  async open({ text, values }: RenderedSql, fetchSize: number): Promise<DriverCursor> {
    const connection = this.#connection;
    return mysqlCursor(connection.execute({ sql: text, values: values.map(toMysql) }), fetchSize, {
      kill: () => this.#kill('QUERY'),
      onLost: (listener) => {
        const onEnd = (): void => listener(new Error('Connection ended'));
        connection.on('error', listener).on('end', onEnd);
        return () => void connection.off('error', listener).off('end', onEnd);
      },
    });
  }

  async run(statement: RenderedSql): Promise<SqlOutcome> {
    const { header, rows } = await this.#query(statement);
    return { rowCount: header?.affectedRows ?? 0, generatedKeys: rows };
  }

  async runForKeys(statement: RenderedSql, keys: readonly string[]): Promise<SqlOutcome> {
    const { header } = await this.#query(statement);
    const [key] = keys;
    const generatedKeys = key === undefined || header === undefined || header.insertId === 0 ? [] : [new Map([[key, BigInt(header.insertId)]])];
    return { rowCount: header?.affectedRows ?? 0, generatedKeys };
  }

  /** Prepared where there are values: then the server, not this process, tells values from SQL. */
  #query({ text, values }: RenderedSql): Promise<{ readonly header: ResultSetHeader | undefined; readonly rows: readonly SqlRow[] }> {
    return new Promise((resolve, reject) => {
      const answer = (error: QueryError | null, result: unknown, fields: unknown): void => {
        if (error !== null) return reject(error);
        if (!Array.isArray(result)) return resolve({ header: result as ResultSetHeader, rows: [] });
        const columns = (fields ?? []) as readonly MysqlField[];
        const isOneSet = columns.length === 0 || !Array.isArray(columns[0]);
        resolve({ header: undefined, rows: isOneSet ? rowsOf(columns, result as readonly (readonly unknown[])[]) : [] });
      };
      if (values.length === 0) this.#connection.query({ sql: text }, answer);
      else this.#connection.execute({ sql: text, values: values.map(toMysql) }, answer);
    });
  }

  async begin(): Promise<void> { await this.#query({ text: 'start transaction', values: [] }); }
  async commit(): Promise<void> { await this.#query({ text: 'commit', values: [] }); }
  async rollback(): Promise<void> { await this.#query({ text: 'rollback', values: [] }); }

  cancel(): Promise<void> { return this.#kill('CONNECTION').catch(() => {}); }

  /** Only another connection can stop what this one does. */
  async #kill(what: 'QUERY' | 'CONNECTION'): Promise<void> {
    const { threadId } = this.#connection;
    const other = await connected(this.#mysql, this.#config);
    try {
      await new Promise<void>((resolve, reject) => {
        other.query({ sql: `KILL ${what} ${threadId}`, timeout: KILL_LIMIT }, (error) => (error === null ? resolve() : reject(error)));
      });
    } finally {
      other.destroy();
    }
  }

  async close(): Promise<void> {
    if (!this.isLost) await saidGoodbye(new Promise<void>((resolve) => { this.#connection.end(() => resolve()); }));
    this.#connection.destroy();
  }
}

export function rowsOf(fields: readonly MysqlField[], rows: readonly (readonly unknown[])[]): SqlRow[] {
  const labels = fields.map(({ name }) => name);
  return rows.map((row) => rowOf(labels, row, (value, index) => fromMysql(value, fields[index] ?? { name: '' })));
}
