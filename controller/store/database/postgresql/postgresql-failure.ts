import pg from 'pg';
import { DatabaseUnavailable, SqlError } from '../database-errors.js';

/** Of the server's own ending, of its connections, of its limits: https://www.postgresql.org/docs/current/errcodes-appendix.html */
const UNAVAILABLE = /^(?:08|28|53300|53400|57P0|3D000)/;

/** What an error of the driver means here. */
export function postgresqlFailure(error: unknown): Error {
  if (error instanceof DatabaseUnavailable || error instanceof SqlError) return error;
  if (error instanceof pg.DatabaseError && error.code !== undefined) {
    if (UNAVAILABLE.test(error.code)) return new DatabaseUnavailable(`${error.message} (${error.code})`, { outcome: 'unknown', cause: error });
    return new SqlError({ message: error.message, sqlState: error.code, table: error.table, constraint: error.constraint });
  }
  return new DatabaseUnavailable(reasonOf(error), { outcome: 'unknown', cause: error });
}

function reasonOf(error: unknown): string {
  if (error instanceof AggregateError && error.message === '') return error.errors.map(reasonOf).join('; ');
  return error instanceof Error ? error.message : 'unknown reason';
}
