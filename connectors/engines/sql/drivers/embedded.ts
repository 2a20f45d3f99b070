import { resolve as absolute } from 'node:path';
import type { SqlOutcome } from '../connection.js';
import { rowOf, type DriverConnection, type DriverCursor } from '../driver-connection.js';
import type { RenderedSql } from '../sql-text.js';
import type { SqlRow } from '../values.js';
import { acquireDatabase, releaseDatabase, type EmbeddedDatabase } from './embedded-databases.js';
import type { Attempt, Opened } from './open-driver.js';
import { fromText, toText } from './postgresql-values.js';

export async function open({ address, context }: Attempt): Promise<Opened> {
  const directory = address.directory === undefined ? undefined : absolute(address.directory);
  const database = await context.shared(`pglite ${directory ?? 'memory'}`, () => acquireDatabase(directory), releaseDatabase);
  const { rows } = await database.alone(() => database.instance.query<{ server_version: string }>('show server_version'));
  // Nothing leaves this process.
  return { connection: new EmbeddedConnection(database, rows[0]?.server_version ?? ''), protection: 'verified' };
}

let cursors = 0;

/**
 * One of several that share the one session PGlite has: statements take turns, and a transaction keeps the others waiting until
 * its end. Cursors are WITH HOLD, so that one which is read slowly holds nobody up.
 */
class EmbeddedConnection implements DriverConnection {
  readonly serverVersion: string;
  readonly isLost = false;
  readonly #database: EmbeddedDatabase;
  readonly #cursors = new Set<string>();
  #endTurn: (() => void) | undefined;

  constructor(database: EmbeddedDatabase, serverVersion: string) {
    this.#database = database;
    this.serverVersion = serverVersion;
  }

  async open(query: RenderedSql, fetchSize: number): Promise<DriverCursor> {
    const name = `causeway_${++cursors}`;
    const isQuery = /^\s*(?:\(|select\b|with\b|values\b|table\b)/i.test(query.text) && !/\breturning\b|\binsert\b|\bupdate\b|\bdelete\b/i.test(query.text);
    if (!isQuery) return this.#allAtOnce(query);
    await this.#query({ text: `declare ${name} no scroll cursor with hold for ${query.text}`, values: query.values });
    this.#cursors.add(name);
    let isOver = false;
    return {
      next: async () => {
        if (isOver) return undefined;
        const { rows } = await this.#query({ text: `fetch ${Math.trunc(fetchSize)} from ${name}`, values: [] });
        isOver = rows.length < fetchSize;
        return rows.length === 0 ? undefined : rows;
      },
      close: async () => {
        isOver = true;
        this.#cursors.delete(name);
        await this.#query({ text: `close ${name}`, values: [] });
      },
    };
  }

  /** Rows of what no cursor can be declared for, such as an insert that returns some. */
  async #allAtOnce(query: RenderedSql): Promise<DriverCursor> {
    let rows: readonly SqlRow[] | undefined = (await this.#query(query)).rows;
    return {
      next: async () => {
        const all = rows;
        rows = undefined;
        return all;
      },
      close: async () => {},
    };
  }

  async run(statement: RenderedSql): Promise<SqlOutcome> {
    if (statement.values.length > 0) {
      const { rows, rowCount } = await this.#query(statement);
      return { rowCount, generatedKeys: rows };
    }
    // Several statements in one text, as scripts have them.
    const results = await this.#turn(() => this.#database.instance.exec(statement.text, this.#database.asText));
    const last = results.at(-1);
    return { rowCount: last?.affectedRows ?? 0, generatedKeys: [] };
  }

  async #query({ text, values }: RenderedSql): Promise<{ readonly rows: readonly SqlRow[]; readonly rowCount: number }> {
    const { rows, fields, affectedRows } = await this.#turn(() => this.#database.instance.query<(string | null)[]>(text, values.map(toText), this.#database.asText));
    const labels = fields.map(({ name }) => name);
    return {
      rows: rows.map((row) => rowOf(labels, row, (value, index) => fromText(value as string | null, fields[index]?.dataTypeID ?? 0))),
      rowCount: affectedRows ?? 0,
    };
  }

  /** Within a transaction the turn is ours already. */
  #turn<T>(work: () => Promise<T>): Promise<T> {
    return this.#endTurn === undefined ? this.#database.alone(work) : work();
  }

  async begin(): Promise<void> {
    const endTurn = await this.#database.takeTurn();
    try {
      await this.#database.instance.exec('begin');
      this.#endTurn = endTurn;
    } catch (error) {
      endTurn();
      throw error;
    }
  }

  commit(): Promise<void> { return this.#end('commit'); }
  rollback(): Promise<void> { return this.#end('rollback'); }

  async #end(how: 'commit' | 'rollback'): Promise<void> {
    const endTurn = this.#endTurn;
    if (endTurn === undefined) return;
    try {
      await this.#database.instance.exec(how);
    } finally {
      this.#endTurn = undefined;
      endTurn();
    }
  }

  /** A statement runs to its end: there is nobody to be told. */
  async cancel(): Promise<void> {}

  async close(): Promise<void> {
    await this.#end('rollback').catch(() => {});
    for (const name of this.#cursors) await this.#query({ text: `close ${name}`, values: [] }).catch(() => {});
    this.#cursors.clear();
  }
}
