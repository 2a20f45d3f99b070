import type { BindParameters, Connection, Metadata, Result } from 'oracledb';
import type { SqlOutcome } from '../connection.js';
import { rowOf, saidGoodbye, started, type DriverConnection, type DriverCursor } from '../driver-connection.js';
import type { RenderedSql } from '../sql-text.js';
import type { SqlRow } from '../values.js';
import type { Attempt, Opened } from './open-driver.js';
import { fetchTypeHandler, fromOracle, toOracle } from './oracle-values.js';

type Oracle = typeof import('oracledb');

/** What text is of numbers and times, whatever the server's country. */
const SESSION = 'begin execute immediate \'alter session set nls_numeric_characters = \'\'.,\'\' nls_date_format = \'\'YYYY-MM-DD HH24:MI:SS\'\' nls_timestamp_format = \'\'YYYY-MM-DD HH24:MI:SS.FF\'\' nls_timestamp_tz_format = \'\'YYYY-MM-DD HH24:MI:SS.FFTZH:TZM\'\'\'; end;';

/** The thin driver: no Oracle client has to be installed. https://node-oracledb.readthedocs.io/en/latest/user_guide/initialization.html */
export async function open({ address, options, user, password, connectTimeout }: Attempt): Promise<Opened> {
  const oracledb = (await import('oracledb')).default;
  const { connectString = '' } = address;
  const wallet = options.get('oracle.net.wallet_location') ?? options.get('wallet_location');
  const connection = await oracledb.getConnection({
    ...(user === undefined ? {} : { user }),
    ...(password === undefined ? {} : { password }),
    connectString,
    connectTimeout: Math.ceil(connectTimeout / 1000),
    transportConnectTimeout: Math.ceil(connectTimeout / 1000),
    ...(wallet === undefined ? {} : { walletLocation: wallet.replace(/^\(?.*DIRECTORY=([^)]*)\).*$/i, '$1') }),
  } as Parameters<Oracle['getConnection']>[0]);
  // The driver checks the certificate wherever it uses TLS.
  return { connection: await started(new OracleConnection(oracledb, connection)), protection: /^tcps:|\(\s*PROTOCOL\s*=\s*TCPS\s*\)/i.test(connectString) ? 'verified' : 'none' };
}

export class OracleConnection implements DriverConnection {
  readonly #oracledb: Oracle;
  readonly #connection: Connection;
  /** A transaction begins by itself with a statement that is not committed. */
  #isInTransaction = false;

  constructor(oracledb: Oracle, connection: Connection) {
    this.#oracledb = oracledb;
    this.#connection = connection;
  }

  async start(): Promise<void> {
    await this.#connection.execute(SESSION);
  }

  get isLost(): boolean { return !this.#connection.isHealthy(); }
  get serverVersion(): string { return this.#connection.oracleServerVersionString; }

  #execute(text: string, binds: BindParameters, more: { readonly resultSet?: boolean; readonly fetchArraySize?: number } = {}): Promise<Result<unknown[]>> {
    return this.#connection.execute<unknown[]>(text, binds, {
      autoCommit: !this.#isInTransaction, outFormat: this.#oracledb.OUT_FORMAT_ARRAY, fetchTypeHandler: fetchTypeHandler(this.#oracledb), ...more,
    });
  }

  async open({ text, values }: RenderedSql, fetchSize: number): Promise<DriverCursor> {
    const { resultSet, metaData = [] } = await this.#execute(text, values.map(toOracle), { resultSet: true, fetchArraySize: fetchSize });
    let isOpen = resultSet !== undefined;
    return {
      next: async () => {
        if (!isOpen || resultSet === undefined) return undefined;
        const rows = await resultSet.getRows(fetchSize);
        return rows.length === 0 ? undefined : rowsOf(metaData, rows);
      },
      close: async () => {
        if (isOpen) await resultSet?.close();
        isOpen = false;
      },
    };
  }

  async run({ text, values }: RenderedSql): Promise<SqlOutcome> {
    const { rowsAffected = 0, rows = [], metaData = [] } = await this.#execute(text, values.map(toOracle));
    return { rowCount: rowsAffected, generatedKeys: rowsOf(metaData, rows) };
  }

  async runForKeys({ text, values }: RenderedSql, keys: readonly string[]): Promise<SqlOutcome> {
    const { BIND_OUT, STRING } = this.#oracledb;
    const names = keys.map((key) => `"${key.replaceAll('"', '""')}"`).join(', ');
    const places = keys.map((_, index) => `:${values.length + index + 1}`).join(', ');
    const out = keys.map(() => ({ dir: BIND_OUT, type: STRING, maxSize: 4000 }));
    const { rowsAffected = 0, outBinds } = await this.#execute(`${text} returning ${names} into ${places}`, [...values.map(toOracle), ...out]);
    // One list for each output: a statement may have changed several rows.
    const lists = (outBinds ?? []) as readonly (readonly string[])[];
    const rows = (lists[0] ?? []).map((_, row) => new Map(keys.map((key, column): [string, string | null] => [key, lists[column]?.[row] ?? null])));
    return { rowCount: rowsAffected, generatedKeys: rows };
  }

  async begin(): Promise<void> { this.#isInTransaction = true; }

  async commit(): Promise<void> {
    await this.#connection.commit();
    this.#isInTransaction = false;
  }

  async rollback(): Promise<void> {
    await this.#connection.rollback();
    this.#isInTransaction = false;
  }

  async cancel(): Promise<void> {
    await this.#connection.break().catch(() => {});
  }

  async close(): Promise<void> {
    await saidGoodbye(this.#connection.close());
  }
}

function rowsOf(columns: readonly Metadata<unknown[]>[], rows: readonly (readonly unknown[])[]): SqlRow[] {
  const labels = columns.map(({ name }) => name);
  return rows.map((row) => rowOf(labels, row, (value, index) => fromOracle(value, columns[index])));
}
