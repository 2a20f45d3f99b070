import type { SqlDialect } from '../dialect.js';
import { checkedIdentifier, id, renderSql, sql, type SqlText } from '../sql-text.js';
import { SqlTemporal, type SqlKind } from '../values.js';
import { isolationStatement, offsetFetch, statement } from './plain.js';

const KINDS: Readonly<Record<string, SqlKind>> = {
  bit: 'boolean', tinyint: 'integer', smallint: 'integer', int: 'integer', bigint: 'long', real: 'float', float: 'double',
  decimal: 'decimal', numeric: 'decimal', money: 'decimal', smallmoney: 'decimal', binary: 'binary', varbinary: 'binary', image: 'binary', timestamp: 'binary', rowversion: 'binary',
  date: 'date', time: 'time', datetime: 'timestamp', datetime2: 'timestamp', smalldatetime: 'timestamp', datetimeoffset: 'timestampWithZone',
};

/** UTF-16 bytes: trailing blanks and case count. */
function bytes(text: SqlText): SqlText {
  return sql`cast(cast(${text} as nvarchar(max)) as varbinary(max))`;
}

/** Style 121 is `yyyy-mm-dd hh:mi:ss.fffffff[ +hh:mm]`. */
const TEXT_KINDS: ReadonlySet<SqlKind> = new Set<SqlKind>(['date', 'time', 'timestamp', 'timestampWithZone']);

/** https://learn.microsoft.com/en-us/sql/t-sql/functions/cast-and-convert-transact-sql, …/sys-columns-transact-sql */
export const sqlserver: SqlDialect = {
  name: 'sqlserver',
  title: 'SQL Server',
  quote: (identifier) => `[${checkedIdentifier(identifier).replaceAll(']', ']]')}]`,
  placeholder: (number) => `@p${number}`,
  foldsTo: 'kept',
  page: offsetFetch,
  wildcards: '[',
  emptyIsNull: false,
  generatedKeys: 'driver',
  pingQuery: 'select 1',
  typed: (value, { kind, typeName }) => {
    // A parameter without a value would be text, which no column of bytes takes.
    if (value === null) return statement('null');
    const text = value instanceof SqlTemporal ? value.text : value;
    if (typeName.endsWith('money')) return sql`convert(${statement(typeName)}, ${text})`;
    if (typeof text !== 'string' || !TEXT_KINDS.has(kind)) return sql`${text}`;
    // A datetime is a little more or less than the same digits as datetime2, and its text is read by the session's language.
    if (typeName === 'datetime' || typeName === 'smalldatetime') return sql`convert(${statement(typeName)}, ${text.replace(/(\.\d{3})\d+$/, '$1')}, 121)`;
    return sql`cast(${text} as ${statement(typeName)})`;
  },
  // The driver rounds decimals to doubles and drops the digits of times behind the millisecond.
  read: (column, { kind, typeName }) => {
    if (typeName.endsWith('money')) return sql`convert(varchar(40), ${column}, 2)`;
    if (kind === 'decimal') return sql`cast(${column} as varchar(60))`;
    return TEXT_KINDS.has(kind) ? sql`convert(varchar(40), ${column}, 121)` : column;
  },
  sameCharacters: (column, value, { kind, typeName }) => (kind === 'text' && typeName !== 'uniqueidentifier' ? sql`${bytes(column)} = ${bytes(value)}` : undefined),
  columnsQuery: (table) => sql`select c.name as name, type_name(c.system_type_id) as type, cast(c.is_nullable as int) as nullable,
    case when c.is_identity = 1 or c.is_computed = 1 or c.default_object_id <> 0 then 1 else 0 end as generated, cast(c.precision as int) as digits, cast(c.scale as int) as scale
    from sys.columns c where c.object_id = object_id(${renderSql(table.text, sqlserver).text}) order by c.column_id`,
  kindOf: (typeName) => KINDS[typeName] ?? 'text',
  sessionStatements: ({ isolation, catalog }) => [
    ...(catalog === null || catalog === undefined || catalog === '' ? [] : [sql`USE ${id(catalog)}`]),
    ...isolationStatement('SET TRANSACTION ISOLATION LEVEL', isolation),
  ],
};
