import { ResourceError } from '../../crest/resource-error.js';

/** What the database said about a statement. Never the detail it adds: that quotes values. */
export interface SqlFailure {
  readonly message: string;
  /** https://www.postgresql.org/docs/current/errcodes-appendix.html */
  readonly sqlState: string;
  readonly table?: string | undefined;
  readonly constraint?: string | undefined;
}

/** A statement was refused. */
export class SqlError extends Error {
  override readonly name = 'SqlError';
  readonly sqlState: string;
  readonly table: string | undefined;
  readonly constraint: string | undefined;

  constructor({ message, sqlState, table, constraint }: SqlFailure) {
    super(message);
    this.sqlState = sqlState;
    this.table = table;
    this.constraint = constraint;
  }
}

/** The database cannot be asked (503). `outcome`: whether what was under way may have been done. */
export class DatabaseUnavailable extends ResourceError {
  readonly outcome: 'notApplied' | 'unknown';

  constructor(reason: string, options: { readonly outcome?: 'notApplied' | 'unknown'; readonly cause?: unknown } = {}) {
    super(503, `The controller's database cannot be used: ${reason}`, { cause: options.cause });
    this.outcome = options.outcome ?? 'notApplied';
  }
}

/** There is nothing to wait for: a person has to do something first. */
export class DatabaseRefused extends DatabaseUnavailable {}

const UNIQUE_VIOLATION = '23505';
/** Serialization failure, deadlock. */
const REPEATABLE: ReadonlySet<string> = new Set(['40001', '40P01']);

/** By its name: in tests a database outlives the modules it came of. */
export function isSqlError(error: unknown): error is SqlError {
  return error instanceof Error && error.name === 'SqlError' && 'sqlState' in error;
}

export function isUniqueViolation(error: unknown): error is SqlError {
  return isSqlError(error) && error.sqlState === UNIQUE_VIOLATION;
}

export function isRepeatable(error: unknown): boolean {
  return isSqlError(error) && REPEATABLE.has(error.sqlState);
}
