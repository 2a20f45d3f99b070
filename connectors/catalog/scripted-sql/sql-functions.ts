import { ConnectorError, type IcfValue } from '../../../protocol/model/index.js';
import { Cursors, type CursorSource } from '../../engines/scripted/cursors.js';
import type { SqlConnection } from '../../engines/sql/connection.js';
import { translateSqlError } from '../../engines/sql/sql-errors.js';
import type { SqlText } from '../../engines/sql/sql-text.js';
import type { SqlRow } from '../../engines/sql/values.js';
import type { HostFunction } from '../../framework/script-runner.js';
import type { ConnectorLog } from '../../framework/spi.js';
import { clearPassword, type Credentials, type SqlSession } from './sql-session.js';
import { rowValue, statementOf } from './sql-values.js';

/** Of a batch. */
const MOST_STATEMENTS = 10_000;
/** Held in memory. */
const MOST_NESTED_ROWS = 50_000;

/** What ./sql-library.ts makes `connection` of: the statements of one run of a script, one after the other. */
export class SqlFunctions {
  readonly #session: SqlSession;
  readonly #log: ConnectorLog;
  readonly #cursors = new Cursors();
  /** Cursors on the main connection that have not ended. */
  #reading = 0;
  #asked: Credentials;
  #turn: Promise<unknown> = Promise.resolve();
  #hasWritten = false;
  /** In a transaction that nobody has committed yet. */
  #hasWrittenPending = false;

  /** Begins with the configured user's connection, whoever the run before has made it that of. */
  constructor(session: SqlSession, log: ConnectorLog) {
    this.#session = session;
    this.#asked = session.configured;
    this.#log = log;
  }

  get hasWritten(): boolean {
    return this.#hasWritten || this.#hasWrittenPending;
  }

  functions(): Map<string, HostFunction> {
    return new Map<string, HostFunction>([
      ['connection.open', ([statement], signal) => this.#inTurn(() => this.#open(statement, signal))],
      ...[...this.#cursors.functions('connection')].map(([name, work]): [string, HostFunction] => [name, (given, signal) => this.#inTurn(() => translated(() => work(given, signal)))]),
      ['connection.execute', ([statement], signal) => this.#inTurn(() => this.#execute(statement, signal))],
      ['connection.insert', ([statement, keys], signal) => this.#inTurn(() => this.#insert(statement, keys, signal))],
      ['connection.batch', ([statements], signal) => this.#inTurn(() => this.#batch(statements, signal))],
      ['connection.begin', (_, signal) => this.#inTurn(() => this.#transaction('begin', signal))],
      ['connection.commit', (_, signal) => this.#inTurn(() => this.#transaction('commit', signal))],
      ['connection.rollback', (_, signal) => this.#inTurn(() => this.#transaction('rollback', signal))],
      ['connection.as', ([username, password], signal) => this.#inTurn(() => this.#as(username, password, signal))],
    ]);
  }

  /** One statement at a time, whatever the script does not wait for. */
  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#turn.then(work);
    this.#turn = result.catch(() => undefined);
    return result;
  }

  /** The connection for the next statement: the spare one while rows of the main one are read. */
  async #connection(signal: AbortSignal): Promise<SqlConnection> {
    if (this.#reading === 0) await this.#session.become(this.#asked, signal);
    const { connection } = this.#session.main;
    if (this.#reading === 0) return connection;
    if (connection.inTransaction) throw new ConnectorError('illegalState', 'Within a transaction, read the rows to their end before the next statement: connection.rows gives them as a list.', { outcome: 'notApplied' });
    return this.#session.spare(signal);
  }

  /** Runs the query, so that its errors are those of the line it stands in. */
  async #open(given: IcfValue | undefined, signal: AbortSignal): Promise<number> {
    const statement = statementOf(given);
    const connection = await translated(() => this.#connection(signal));
    // Of a second cursor, all rows at once: its connection has to be free for the next statement.
    if (connection !== this.#session.main.connection) return this.#cursors.open(listed(await translated(() => allRows(connection, statement, signal))));
    const rows = connection.rows(statement, signal);
    this.#reading++;
    try {
      const first = await translated(() => rows.next());
      return this.#cursors.open(this.#source(first, rows));
    } catch (error) {
      this.#reading--;
      throw error;
    }
  }

  #source(first: IteratorResult<readonly SqlRow[], void>, rows: AsyncGenerator<readonly SqlRow[], void, void>): CursorSource {
    let step: IteratorResult<readonly SqlRow[], void> | undefined = first;
    let isOpen = true;
    const end = (): void => {
      if (isOpen) this.#reading--;
      isOpen = false;
    };
    return {
      next: async () => {
        const { done, value } = step ?? await translated(() => rows.next());
        step = undefined;
        if (done !== true) return value.map(rowValue);
        end();
        return undefined;
      },
      close: async () => {
        await rows.return().catch(() => undefined);
        end();
      },
    };
  }

  async #execute(given: IcfValue | undefined, signal: AbortSignal): Promise<IcfValue> {
    const statement = statementOf(given);
    const { rowCount, generatedKeys } = await this.#written(signal, (connection) => connection.execute(statement, signal));
    return new Map<IcfValue, IcfValue>([['rowCount', rowCount], ['generatedKeys', generatedKeys.map(rowValue)]]);
  }

  async #insert(given: IcfValue | undefined, keys: IcfValue | undefined, signal: AbortSignal): Promise<IcfValue> {
    const statement = statementOf(given);
    const names = Array.isArray(keys) ? keys.map(String) : [];
    const { rowCount, generatedKeys } = await this.#written(signal, (connection) => connection.insert(statement, names, signal));
    return new Map<IcfValue, IcfValue>([['rowCount', rowCount], ['generatedKeys', generatedKeys.map(rowValue)]]);
  }

  async #batch(given: IcfValue | undefined, signal: AbortSignal): Promise<IcfValue> {
    const statements = Array.isArray(given) ? given.map((statement: IcfValue) => statementOf(statement)) : [];
    if (statements.length > MOST_STATEMENTS) throw new ConnectorError('illegalArgument', `A batch has at most ${MOST_STATEMENTS} statements.`, { outcome: 'notApplied' });
    const counts: number[] = [];
    for (const statement of statements) counts.push((await this.#written(signal, (connection) => connection.execute(statement, signal))).rowCount);
    return counts;
  }

  async #written<T>(signal: AbortSignal, work: (connection: SqlConnection) => Promise<T>): Promise<T> {
    const connection = await translated(() => this.#connection(signal));
    const isPending = connection.inTransaction || !connection.autoCommit;
    const before = isPending ? this.#hasWrittenPending : this.#hasWritten;
    this.#mark(isPending, true);
    try {
      return await translated(() => work(connection));
    } catch (error) {
      if (error instanceof ConnectorError && error.outcome === 'notApplied') this.#mark(isPending, before);
      throw error;
    }
  }

  #mark(isPending: boolean, value: boolean): void {
    if (isPending) this.#hasWrittenPending = value;
    else this.#hasWritten = value;
  }

  async #transaction(step: 'begin' | 'commit' | 'rollback', signal: AbortSignal): Promise<null> {
    if (this.#reading > 0) throw new ConnectorError('illegalState', 'Read the rows to their end before a transaction begins or ends.', { outcome: 'notApplied' });
    const connection = await translated(() => this.#connection(signal));
    await translated(() => connection[step](signal));
    if (step === 'commit') this.#hasWritten ||= this.#hasWrittenPending;
    if (step !== 'begin') this.#hasWrittenPending = false;
    return null;
  }

  async #as(username: IcfValue | undefined, password: IcfValue | undefined, signal: AbortSignal): Promise<boolean> {
    if (this.#reading > 0) throw new ConnectorError('illegalState', 'Read the rows to their end before the connection becomes another one.', { outcome: 'notApplied' });
    if (this.#session.main.connection.inTransaction) throw new ConnectorError('illegalState', 'Commit or roll back before the connection becomes another one: it takes the transaction with it.', { outcome: 'notApplied' });
    const asked = typeof username === 'string' ? { username, password: clearPassword(password) } : this.#session.configured;
    const done = await translated(() => this.#session.become(asked, signal));
    if (done) this.#asked = asked;
    else this.#log.warn({}, 'A script asked for a connection of another user, but alternateUsernameAllowed is not set: it goes on with the configured one.');
    return done;
  }

  /**
   * Without auto-commit, the pool commits when the connection is given back (commitOnReturn): after the operation was answered. Here it is
   * done before, so that a commit the database refuses fails the operation.
   */
  async finish(signal: AbortSignal): Promise<void> {
    await this.#cursors.closeAll();
    const { connection } = this.#session.main;
    if (connection.autoCommit || !connection.inTransaction || !this.#session.commitsOnReturn) return;
    await translated(() => connection.commit(signal));
    this.#hasWritten ||= this.#hasWrittenPending;
    this.#hasWrittenPending = false;
  }

  /** Cursors the script left open, and a transaction it neither committed nor rolled back. Never rejects. */
  async close(): Promise<void> {
    await this.#turn;
    await this.#cursors.closeAll();
    const { connection } = this.#session.main;
    if (connection.autoCommit && connection.inTransaction) await connection.rollback(AbortSignal.timeout(5_000)).catch(() => undefined);
  }
}

async function allRows(connection: SqlConnection, statement: SqlText, signal: AbortSignal): Promise<IcfValue[]> {
  const all: IcfValue[] = [];
  for await (const rows of connection.rows(statement, signal)) {
    all.push(...rows.map(rowValue));
    if (all.length > MOST_NESTED_ROWS) throw new ConnectorError('illegalState', `A query within the rows of another one has more than ${MOST_NESTED_ROWS} rows: read the outer ones first, or ask for less.`, { outcome: 'notApplied' });
  }
  return all;
}

function listed(rows: readonly IcfValue[]): CursorSource {
  let left: readonly IcfValue[] | undefined = rows;
  return {
    next: async () => {
      const given = left;
      left = undefined;
      return given;
    },
    close: async () => undefined,
  };
}

async function translated<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw translateSqlError(error) ?? error;
  }
}
