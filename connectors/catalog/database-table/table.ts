import { ConnectorError, NAME, PASSWORD, UID } from '../../../protocol/model/index.js';
import type { SqlDialect } from '../../engines/sql/dialect.js';
import { identifiers, sql, type IdentifierQuoting, type SqlText } from '../../engines/sql/sql-text.js';
import { parseTableName } from '../../engines/sql/table-name.js';
import type { SqlColumn, SqlValue } from '../../engines/sql/values.js';
import { named, quotingOf, type DatabaseTableConfig } from './validate.js';

/** The configured table as the database describes it, and which of its columns ICF's names stand for. */
export class Table {
  readonly name: string;
  /** For FROM and the like. */
  readonly text: SqlText;
  readonly dialect: SqlDialect;
  readonly columns: readonly SqlColumn[];
  readonly key: SqlColumn;
  readonly password: SqlColumn | undefined;
  readonly changeLog: SqlColumn | undefined;
  readonly #quoting: IdentifierQuoting;
  readonly #byName: ReadonlyMap<string, SqlColumn>;

  /** Throws `configuration` where the table or one of the columns that the configuration names is not there. */
  constructor(config: DatabaseTableConfig, dialect: SqlDialect, columns: readonly SqlColumn[]) {
    this.name = config.table;
    this.text = parseTableName(config.table).text;
    this.dialect = dialect;
    this.columns = columns;
    this.#quoting = quotingOf(config);
    this.#byName = new Map(columns.map((column) => [column.name.toLowerCase(), column]));
    if (columns.length === 0) throw new ConnectorError('configuration', `There is no table ${config.table} in the database, or the database user may not see it. Correct the property table (its default is TABLE_NAME), or grant access.`);
    this.key = this.#configured('keyColumn', config.keyColumn);
    this.password = named(config.passwordColumn) === undefined ? undefined : this.#configured('passwordColumn', config.passwordColumn ?? '');
    this.changeLog = named(config.changeLogColumn) === undefined ? undefined : this.#configured('changeLogColumn', config.changeLogColumn ?? '');
  }

  #configured(property: string, name: string): SqlColumn {
    const column = this.#byName.get(name.trim().toLowerCase());
    if (column !== undefined) return column;
    throw new ConnectorError('configuration', `The table ${this.name} has no column ${name}, which the property ${property} names. It has: ${this.columns.map((one) => one.name).join(', ')}.`);
  }

  /** The column an attribute stands for; undefined for one the table does not have. */
  columnOf(attribute: string): SqlColumn | undefined {
    const name = attribute.toLowerCase();
    if (name === UID.toLowerCase() || name === NAME.toLowerCase()) return this.key;
    if (name === PASSWORD.toLowerCase()) return this.password;
    return this.#byName.get(name);
  }

  /** What the columns are called as attributes: those the configuration gives a part of their own do not show as themselves. */
  get attributeColumns(): readonly SqlColumn[] {
    return this.columns.filter((column) => column !== this.key && column !== this.password && column !== this.changeLog);
  }

  identifier(column: SqlColumn): SqlText {
    return identifiers([column.name], this.#quoting);
  }

  /** As it is selected: read so that nothing is lost. */
  read(column: SqlColumn): SqlText {
    return this.dialect.read(this.identifier(column), column);
  }

  typed(value: SqlValue, column: SqlColumn): SqlText {
    return this.dialect.typed(value, column);
  }

  /** Rows whose column has this value and no other that the database's collation takes for the same. */
  exactly(column: SqlColumn, value: SqlValue): SqlText {
    const identifier = this.identifier(column);
    const typed = this.typed(value, column);
    const equal = sql`${identifier} = ${typed}`;
    const same = this.dialect.sameCharacters?.(identifier, typed, column);
    return same === undefined ? equal : sql`${equal} and ${same}`;
  }
}
