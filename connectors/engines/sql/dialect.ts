import type { SqlSettings } from './settings.js';
import type { SqlText } from './sql-text.js';
import type { TableName } from './table-name.js';
import type { SqlColumn, SqlKind, SqlValue } from './values.js';

/** `embedded` is PostgreSQL in process (PGlite): PostgreSQL's SQL, no server. */
export type SqlDialectName = 'postgresql' | 'embedded' | 'mysql' | 'mariadb' | 'sqlserver' | 'oracle' | 'hana';

/** What differs in the text of statements from one kind of database to another; no I/O. See ./dialects/. */
export interface SqlDialect {
  readonly name: SqlDialectName;
  /** For messages: `SQL Server`. */
  readonly title: string;
  /** A delimited identifier, its delimiters within doubled. Refuses what no delimiter makes an identifier (empty, NUL). */
  quote(identifier: string): string;
  /** Stands for the parameter of this number, from 1. */
  placeholder(number: number): string;
  /** What the database makes of an identifier that is not delimited. */
  readonly foldsTo: 'lower' | 'upper' | 'kept';
  /** Rows `offset` to `offset + limit` of a query that ends in ORDER BY. */
  page(query: SqlText, limit: number, offset: number): SqlText;
  /** Characters LIKE takes for more than themselves, besides % and _. */
  readonly wildcards?: string;
  /** An empty string is NULL (Oracle). */
  readonly emptyIsNull: boolean;
  /** How the values come back that the database made for an insert: by RETURNING, as the driver knows, or not. */
  readonly generatedKeys: 'returning' | 'driver' | 'none';
  /** Run by `ping` where the caller has no query of its own. */
  readonly pingQuery: string;
  /** A value to compare with or to store in a column, where the database does not convert it by itself. */
  typed(value: SqlValue, column: SqlColumn): SqlText;
  /** A column to read so that its driver loses nothing of it; the value may come as text of the column's kind. */
  read(column: SqlText, of: SqlColumn): SqlText;
  /**
   * `=` holds for what the column's collation takes for equal (`bob` and `BOB`, `a` and `a `). This holds for the same
   * characters only; undefined where `=` says the same.
   */
  sameCharacters?(column: SqlText, value: SqlText, of: SqlColumn): SqlText | undefined;
  /** Rows of `name, type, nullable, generated, digits, scale`, in the order of the columns; the flags are 1 or 0. */
  columnsQuery(table: TableName): SqlText;
  /** From the catalog's name of a type; `digits` and `scale` of numbers, null where they have none. */
  kindOf(typeName: string, digits: number | null, scale: number | null): SqlKind;
  /** What makes a new connection what the settings say. */
  sessionStatements(settings: SqlSettings): readonly SqlText[];
}
