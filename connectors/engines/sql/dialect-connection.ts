import { anySignal, ConnectorError, IcfBigDecimal } from '../../../protocol/model/index.js';
import { tracedChunks, tracedRequest } from '../../framework/operation-spans.js';
import type { TargetTraffic } from '../../framework/traffic.js';
import type { SqlConnection, SqlOutcome } from './connection.js';
import type { SqlDialect } from './dialect.js';
import type { DriverConnection, DriverCursor } from './driver-connection.js';
import type { SqlSettings } from './settings.js';
import { statementSpan } from './statement-span.js';
import { id, jdbcSql, joinSql, renderSql, sql, type SqlText } from './sql-text.js';
import { parseTableName } from './table-name.js';
import type { SqlColumn, SqlRow, SqlValue } from './values.js';

const FETCH_SIZE = 500;
/** Milliseconds for a server to close a cursor. */
const CLOSE_LIMIT = 5_000;

/** A driver's connection with everything that is the same for all: rendering, abort signals, transactions, catalog. */
export class DialectConnection implements SqlConnection {
  readonly dialect: SqlDialect;
  readonly autoCommit: boolean;
  readonly #driver: DriverConnection;
  readonly #traffic: TargetTraffic | undefined;
  #inTransaction = false;
  #isBusy = false;
  #isGivenUp = false;

  constructor(dialect: SqlDialect, driver: DriverConnection, autoCommit: boolean, traffic?: TargetTraffic) {
    this.dialect = dialect;
    this.#driver = driver;
    this.#traffic = traffic;
    this.autoCommit = autoCommit;
  }

  get serverVersion(): string { return this.#driver.serverVersion; }
  get inTransaction(): boolean { return this.#inTransaction; }
  get isLost(): boolean { return this.#isGivenUp || this.#driver.isLost; }

  /** What the settings ask for before anybody uses the connection. */
  async prepare(settings: SqlSettings, signal: AbortSignal): Promise<void> {
    const { initSql } = settings;
    const ofOurs = this.dialect.sessionStatements(settings);
    const all = initSql === null || initSql === undefined || initSql.trim() === '' ? ofOurs : [...ofOurs, jdbcSql(initSql)];
    for (const statement of all) await this.#alone(signal, () => this.#driver.run(this.#render(statement)));
  }

  rows(query: SqlText, signal: AbortSignal, { fetchSize = FETCH_SIZE }: { readonly fetchSize?: number } = {}): AsyncGenerator<readonly SqlRow[], void, void> {
    return this.#tracedRows(query, signal, fetchSize, true);
  }

  #tracedRows(query: SqlText, signal: AbortSignal, fetchSize: number, reads: boolean): AsyncGenerator<readonly SqlRow[], void, void> {
    return tracedChunks(signal, this.dialect.title, () => statementSpan(this.dialect, query), this.#rows(query, signal, fetchSize, reads));
  }

  async *#rows(query: SqlText, signal: AbortSignal, fetchSize: number, reads: boolean): AsyncGenerator<readonly SqlRow[], void, void> {
    this.#tell(query, reads);
    this.#occupy();
    let cursor: DriverCursor | undefined;
    try {
      await this.#beginIfNeeded(signal);
      const opened = await this.#guarded(signal, () => this.#driver.open(this.#render(query), fetchSize));
      cursor = opened;
      for (;;) {
        const chunk = await this.#guarded(signal, () => opened.next()).catch((error: unknown) => {
          // The server has closed it with its error.
          cursor = undefined;
          throw error;
        });
        if (chunk === undefined) return;
        if (chunk.length > 0) yield chunk;
      }
    } finally {
      await this.#letGo(cursor);
      this.#isBusy = false;
    }
  }

  /** Whatever the caller's signal says, for the rows are read no further; a connection whose cursor cannot be closed is of no use. */
  async #letGo(cursor: DriverCursor | undefined): Promise<void> {
    if (cursor === undefined || this.isLost) return;
    await this.#guarded(AbortSignal.timeout(CLOSE_LIMIT), () => cursor.close()).catch(() => { this.#isGivenUp = true; });
  }

  async execute(statement: SqlText, signal: AbortSignal): Promise<SqlOutcome> {
    this.#tell(statement, false);
    return await tracedRequest(signal, this.dialect.title, () => statementSpan(this.dialect, statement), () => this.#alone(signal, async () => {
      await this.#beginIfNeeded(signal);
      return await this.#driver.run(this.#render(statement));
    }));
  }

  async insert(statement: SqlText, keys: readonly string[], signal: AbortSignal): Promise<SqlOutcome> {
    const driver = this.#driver;
    if (keys.length === 0 || this.dialect.generatedKeys === 'none') return await this.execute(statement, signal);
    if (driver.runForKeys !== undefined) {
      this.#tell(statement, false);
      const { runForKeys } = driver;
      return await tracedRequest(signal, this.dialect.title, () => statementSpan(this.dialect, statement), () => this.#alone(signal, async () => {
        await this.#beginIfNeeded(signal);
        return await runForKeys.call(driver, this.#render(statement), keys);
      }));
    }
    const answering = sql`${statement} returning ${joinSql(keys.map((key) => id(key)), ', ')}`;
    const generatedKeys: SqlRow[] = [];
    for await (const chunk of this.#tracedRows(answering, signal, FETCH_SIZE, false)) generatedKeys.push(...chunk);
    return { rowCount: generatedKeys.length, generatedKeys };
  }

  async columns(table: string, signal: AbortSignal): Promise<readonly SqlColumn[]> {
    const columns: SqlColumn[] = [];
    for await (const chunk of this.rows(this.dialect.columnsQuery(parseTableName(table)), signal)) {
      columns.push(...chunk.map((row) => this.#column([...row.values()])));
    }
    return columns;
  }

  #column([name, type, nullable, generated, digits, scale]: readonly (SqlValue | undefined)[]): SqlColumn {
    const typeName = textOf(type).toLowerCase();
    return {
      name: textOf(name),
      kind: this.dialect.kindOf(typeName, numberOf(digits), numberOf(scale)),
      typeName,
      nullable: numberOf(nullable) === 1,
      generated: numberOf(generated) === 1,
    };
  }

  async begin(signal: AbortSignal): Promise<void> {
    await this.#alone(signal, () => this.#driver.begin());
    this.#inTransaction = true;
  }

  async commit(signal: AbortSignal): Promise<void> {
    if (!this.#inTransaction) return;
    await this.#alone(signal, () => this.#driver.commit());
    this.#inTransaction = false;
  }

  async rollback(signal: AbortSignal): Promise<void> {
    if (!this.#inTransaction) return;
    await this.#alone(signal, () => this.#driver.rollback());
    this.#inTransaction = false;
  }

  async ping(query: string | null, timeout: number, signal: AbortSignal): Promise<void> {
    const limited = timeout > 0 ? anySignal(signal, AbortSignal.timeout(timeout)) : signal;
    await this.#alone(limited, () => this.#driver.run(this.#render(jdbcSql(query === null || query.trim() === '' ? this.dialect.pingQuery : query))));
  }

  async close(): Promise<void> {
    this.#isGivenUp = true;
    if (this.#isBusy) await this.#driver.cancel();
    await this.#driver.close();
  }

  /** The text only: values of statements are nobody's to see but the database's. */
  #tell(statement: SqlText, reads: boolean): void {
    this.#traffic?.native?.({ text: this.#render(statement).text, reads });
  }

  #render(statement: SqlText): ReturnType<typeof renderSql> {
    return renderSql(statement, this.dialect);
  }

  async #beginIfNeeded(signal: AbortSignal): Promise<void> {
    if (this.autoCommit || this.#inTransaction) return;
    await this.#guarded(signal, () => this.#driver.begin());
    this.#inTransaction = true;
  }

  /** A statement sent while rows of another one are still to come would wait for them for ever, or mix with them. */
  #occupy(): void {
    if (this.#isGivenUp) throw new ConnectorError('connectionBroken', `The connection to ${this.dialect.title} was closed.`, { outcome: 'notApplied' });
    if (this.#isBusy) throw new ConnectorError('illegalState', `The connection to ${this.dialect.title} still has a statement under way: read its rows to the end, or stop reading them, before the next one.`, { outcome: 'notApplied' });
    this.#isBusy = true;
  }

  async #alone<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    this.#occupy();
    try {
      return await this.#guarded(signal, work);
    } finally {
      this.#isBusy = false;
    }
  }

  /** An abort has the database stop; the connection is of no use afterwards. */
  async #guarded<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    signal.throwIfAborted();
    let onAbort = (): void => {};
    const aborted = new Promise<never>((_resolve, reject) => {
      onAbort = () => {
        this.#isGivenUp = true;
        void this.#driver.cancel();
        reject(signal.reason as Error);
      };
      signal.addEventListener('abort', onAbort, { once: true });
    });
    const working = work();
    working.catch(() => {});
    try {
      return await Promise.race([working, aborted]);
    } finally {
      signal.removeEventListener('abort', onAbort);
      aborted.catch(() => {});
    }
  }
}

function textOf(value: SqlValue | undefined): string {
  return typeof value === 'string' ? value : '';
}

/** Catalogs answer numbers in every type they have. */
function numberOf(value: SqlValue | undefined): number | null {
  if (typeof value === 'number') return value;
  if (typeof value === 'bigint' || typeof value === 'boolean') return Number(value);
  return value instanceof IcfBigDecimal ? Number(value.toString()) : null;
}
