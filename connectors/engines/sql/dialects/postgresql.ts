import type { SqlDialect } from '../dialect.js';
import { renderSql, sql } from '../sql-text.js';
import type { SqlKind } from '../values.js';
import { bound, doubleQuoted, isolationStatement, limitOffset, statement } from './plain.js';

const KINDS: Readonly<Record<string, SqlKind>> = {
  bool: 'boolean', int2: 'integer', int4: 'integer', int8: 'long', float4: 'float', float8: 'double', numeric: 'decimal', bytea: 'binary',
  date: 'date', time: 'time', timestamp: 'timestamp', timestamptz: 'timestampWithZone',
};

/** Types whose `=` ignores case (citext) or trailing blanks (bpchar); `concat` keeps the blanks, which a cast strips. */
const LOOSE = new Set(['citext', 'bpchar']);

/** https://www.postgresql.org/docs/current/sql.html; the catalog: https://www.postgresql.org/docs/current/catalogs.html */
export const postgresql: SqlDialect = {
  name: 'postgresql',
  title: 'PostgreSQL',
  quote: doubleQuoted,
  placeholder: (number) => `$${number}`,
  foldsTo: 'lower',
  page: limitOffset,
  emptyIsNull: false,
  generatedKeys: 'returning',
  pingQuery: 'select 1',
  typed: bound,
  read: (column) => column,
  sameCharacters: (column, value, { typeName }) => (LOOSE.has(typeName) ? sql`concat(${column}) = ${value}` : undefined),
  // to_regclass resolves the name as any statement would: search path, case, delimiters, temporary tables, views.
  columnsQuery: (table) => sql`select a.attname as name, coalesce(b.typname, t.typname) as type, case when a.attnotnull or t.typnotnull then 0 else 1 end as nullable,
    case when a.atthasdef or a.attidentity <> '' then 1 else 0 end as generated, null as digits, null as scale
    from pg_catalog.pg_attribute a join pg_catalog.pg_type t on t.oid = a.atttypid left join pg_catalog.pg_type b on t.typtype = 'd' and b.oid = t.typbasetype
    where a.attrelid = to_regclass(${renderSql(table.text, postgresql).text}) and a.attnum > 0 and not a.attisdropped order by a.attnum`,
  kindOf: (typeName) => KINDS[typeName] ?? 'text',
  // A connection cannot change its database, so `catalog` says nothing; pgjdbc ignores it too.
  sessionStatements: ({ isolation, readOnly }) => [
    ...isolationStatement('SET SESSION CHARACTERISTICS AS TRANSACTION ISOLATION LEVEL', isolation),
    ...(readOnly === true ? [statement('SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY')] : []),
  ],
};

/** PGlite runs PostgreSQL itself. */
export const embedded: SqlDialect = { ...postgresql, name: 'embedded', title: 'Embedded PostgreSQL' };
