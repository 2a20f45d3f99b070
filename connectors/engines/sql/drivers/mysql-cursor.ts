import type { Readable } from 'node:stream';
import type { DriverCursor } from '../driver-connection.js';
import type { SqlRow } from '../values.js';
import { fromMysql, type MysqlField } from './mysql-values.js';
import { rowOf } from '../driver-connection.js';

/** The part of a command of mysql2 that is used. */
interface Command {
  stream(options: { readonly highWaterMark: number }): Readable;
  on(event: 'error' | 'end' | 'fields', listener: (what: unknown) => void): unknown;
}

export interface CursorConnection {
  kill(): Promise<void>;
  /** The library tells a lost connection to the connection only, not to a command that is streamed. Answers how to stop listening. */
  onLost(listener: (error: Error) => void): () => void;
}

/**
 * Rows as the server sends them; the library stops reading the socket while nobody takes any. To let the rest go the statement is
 * killed from another connection, and its end waited for: a kill that came too late would hit the next statement.
 */
export function mysqlCursor(given: unknown, fetchSize: number, { kill, onLost }: CursorConnection): DriverCursor {
  const command = given as Command;
  let fields: readonly MysqlField[] = [];
  let labels: readonly string[] = [];
  let failure: Error | undefined;
  const ended = new Promise<void>((resolve) => {
    command.on('end', () => resolve());
    const fail = (error: Error): void => {
      failure = error;
      resolve();
    };
    command.on('error', (error) => fail(error as Error));
    const stopListening = onLost((error) => {
      fail(error);
      stream.destroy();
    });
    command.on('end', stopListening);
  });
  let isOver = false;
  void ended.then(() => { isOver = true; });
  command.on('fields', (columns) => {
    if (!Array.isArray(columns)) return;
    fields = columns as readonly MysqlField[];
    labels = fields.map(({ name }) => name);
  });
  const stream = command.stream({ highWaterMark: fetchSize });
  // Told by `failure`; without a listener the process would end.
  stream.on('error', () => {});
  const rowFrom = (values: readonly unknown[]): SqlRow => rowOf(labels, values, (value, index) => fromMysql(value, fields[index] ?? { name: '' }));
  return {
    async next() {
      for (;;) {
        const rows: SqlRow[] = [];
        for (let row: unknown; rows.length < fetchSize && (row = stream.read()) !== null;) {
          // A statement without rows answers an object instead.
          if (Array.isArray(row)) rows.push(rowFrom(row));
        }
        if (rows.length > 0) return rows;
        if (failure !== undefined) throw failure;
        if (stream.readableEnded || stream.destroyed) return undefined;
        await moreOf(stream);
      }
    },
    async close() {
      if (!isOver) {
        await kill();
        stream.destroy();
        await ended;
      }
    },
  };
}

function moreOf(stream: Readable): Promise<void> {
  return new Promise((resolve) => {
    const events = ['readable', 'end', 'close', 'error'];
    const done = (): void => {
      events.forEach((event) => stream.off(event, done));
      resolve();
    };
    events.forEach((event) => stream.on(event, done));
  });
}
