import type { SqlDialect, SqlDialectName } from '../dialect.js';
import { checkedIdentifier, id, sql, type SqlText } from '../sql-text.js';
import type { SqlKind } from '../values.js';
import { bound, isolationStatement, limitOffset, statement } from './plain.js';

const KINDS: Readonly<Record<string, SqlKind>> = {
  tinyint: 'integer', smallint: 'integer', mediumint: 'integer', int: 'integer', year: 'integer', bigint: 'long', float: 'float', double: 'double',
  decimal: 'decimal', bit: 'binary', binary: 'binary', varbinary: 'binary', tinyblob: 'binary', blob: 'binary', mediumblob: 'binary', longblob: 'binary',
  date: 'date', time: 'time', datetime: 'timestamp', timestamp: 'timestamp',
};

function back(identifier: string): string {
  return `\`${checkedIdentifier(identifier).replaceAll('`', '``')}\``;
}

/** Bytes, so that neither case nor accents nor trailing blanks are overlooked. */
function bytes(text: SqlText): SqlText {
  return sql`cast(convert(${text} using utf8mb4) as binary)`;
}

function dialectOf(name: SqlDialectName, title: string): SqlDialect {
  return {
    name,
    title,
    quote: back,
    placeholder: () => '?',
    foldsTo: 'kept',
    page: limitOffset,
    emptyIsNull: false,
    generatedKeys: 'driver',
    pingQuery: 'select 1',
    typed: bound,
    read: (column) => column,
    sameCharacters: (column, value, { kind }) => (kind === 'text' ? sql`${bytes(column)} = ${bytes(value)}` : undefined),
    // tinyint(1) and bit(1) are MySQL's booleans, as Connector/J has it (tinyInt1isBit); unsigned int does not fit Java's int.
    columnsQuery: ({ parts }) => sql`select column_name as name,
      case when column_type in ('tinyint(1)', 'bit(1)') then 'boolean' when column_type like 'int%unsigned%' then 'bigint' when column_type like 'bigint%unsigned%' then 'decimal' else data_type end as type,
      case is_nullable when 'YES' then 1 else 0 end as nullable,
      case when extra like '%auto_increment%' or extra like '%GENERATED%' or (column_default is not null and column_default <> 'NULL') then 1 else 0 end as generated,
      numeric_precision as digits, numeric_scale as scale
      from information_schema.columns
      where table_schema = coalesce(${parts.at(-2)?.name ?? null}, database()) and table_name = ${parts.at(-1)?.name ?? ''} order by ordinal_position`,
    kindOf: (typeName) => (typeName === 'boolean' ? 'boolean' : KINDS[typeName] ?? 'text'),
    sessionStatements: ({ isolation, readOnly, catalog }) => [
      ...(catalog === null || catalog === undefined || catalog === '' ? [] : [sql`USE ${id(catalog)}`]),
      ...isolationStatement('SET SESSION TRANSACTION ISOLATION LEVEL', isolation),
      ...(readOnly === true ? [statement('SET SESSION TRANSACTION READ ONLY')] : []),
    ],
  };
}

/** https://dev.mysql.com/doc/refman/8.4/en/information-schema-columns-table.html */
export const mysql = dialectOf('mysql', 'MySQL');
/** https://mariadb.com/kb/en/information-schema-columns-table/ */
export const mariadb = dialectOf('mariadb', 'MariaDB');
