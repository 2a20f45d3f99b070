import type { SqlDialect } from '../dialect.js';
import { sql, type SqlText } from '../sql-text.js';
import { catalogName } from '../table-name.js';
import { SqlTemporal, type SqlColumn, type SqlKind, type SqlValue } from '../values.js';
import { count, doubleQuoted, isolationStatement, statement } from './plain.js';

/** NUMBER(9) is the largest that fits an int for sure, NUMBER(18) a long. */
function numberKind(digits: number | null, scale: number | null): SqlKind {
  if (digits === null || scale !== 0) return 'decimal';
  return digits <= 9 ? 'integer' : digits <= 18 ? 'long' : 'decimal';
}

/** `timestamp(6) with local time zone` and the like carry their digits in the name. */
function kindOf(typeName: string, digits: number | null, scale: number | null): SqlKind {
  if (typeName === 'number') return numberKind(digits, scale);
  if (typeName === 'float') return 'decimal';
  if (typeName === 'binary_float') return 'float';
  if (typeName === 'binary_double') return 'double';
  if (typeName === 'boolean') return 'boolean';
  if (typeName === 'blob' || typeName === 'raw' || typeName === 'long raw') return 'binary';
  if (typeName.startsWith('timestamp')) return typeName.includes('with') ? 'timestampWithZone' : 'timestamp';
  // Oracle's DATE has a time of day; JDBC calls it TIMESTAMP for that.
  return typeName === 'date' ? 'timestamp' : 'text';
}

const PARTS = /^\d{4}-\d\d-\d\d(?:( \d\d)(:\d\d)?(:\d\d)?(\.\d+)?)?([+-]\d\d:\d\d)?$/;
const ELEMENTS = [' HH24', ':MI', ':SS', '.FF', 'TZH:TZM'];

/** Says of each digit of the text what it is; the whole format for what is no time, so that the database refuses it. */
function formatOf(text: string): SqlText {
  const parts = PARTS.exec(text)?.slice(1) ?? ELEMENTS;
  return statement(`'YYYY-MM-DD${ELEMENTS.filter((_, index) => parts[index] !== undefined).join('')}'`);
}

function typed(value: SqlValue, column: SqlColumn): SqlText {
  const text = value instanceof SqlTemporal ? value.text : value;
  if (typeof text !== 'string') return sql`${text}`;
  if (column.kind === 'timestampWithZone') return sql`to_timestamp_tz(${text}, ${formatOf(text)})`;
  if (column.kind !== 'timestamp') return sql`${text}`;
  // A date has no fraction.
  const whole = text.replace(/\.\d*$/, '');
  return column.typeName === 'date' ? sql`to_date(${whole}, ${formatOf(whole)})` : sql`to_timestamp(${text}, ${formatOf(text)})`;
}

function read(column: SqlText, { kind, typeName }: SqlColumn): SqlText {
  if (kind === 'timestampWithZone') return sql`to_char(${column}, 'YYYY-MM-DD HH24:MI:SS.FFTZH:TZM')`;
  if (kind !== 'timestamp') return column;
  return typeName === 'date' ? sql`to_char(${column}, 'YYYY-MM-DD HH24:MI:SS')` : sql`to_char(${column}, 'YYYY-MM-DD HH24:MI:SS.FF')`;
}

/**
 * https://docs.oracle.com/en/database/oracle/oracle-database/19/sqlrf/. There is no Oracle database in the tests: they hold the
 * statements beside Oracle's reference, and H2 carries out what it knows of them.
 */
export const oracle: SqlDialect = {
  name: 'oracle',
  title: 'Oracle Database',
  quote: doubleQuoted,
  placeholder: (number) => `:${number}`,
  foldsTo: 'upper',
  // ROWNUM also works on 11gR2, which has no FETCH FIRST; `r_` is cut off by whoever reads columns by place.
  page: (query, limit, offset) => sql`select * from (select q_.*, rownum r_ from (${query}) q_ where rownum <= ${count(offset + limit)}) where r_ > ${count(offset)}`,
  emptyIsNull: true,
  generatedKeys: 'driver',
  pingQuery: 'select 1 from dual',
  typed,
  read,
  columnsQuery: (table) => {
    const [owner, name] = [table.parts.at(-2), table.parts.at(-1)].map((part) => (part === undefined ? null : catalogName(part, 'upper')));
    return sql`select c.column_name as name, c.data_type as type, case c.nullable when 'Y' then 1 else 0 end as nullable,
      case when c.default_length is not null then 1 else 0 end as generated, c.data_precision as digits, c.data_scale as scale
      from all_tab_columns c
      where (c.owner, c.table_name) in (
        select coalesce(${owner ?? null}, sys_context('userenv', 'current_schema')), ${name ?? ''} from dual
        union select s.table_owner, s.table_name from all_synonyms s
        where s.synonym_name = ${name ?? ''} and s.owner in (coalesce(${owner ?? null}, sys_context('userenv', 'current_schema')), 'PUBLIC'))
      order by c.column_id`;
  },
  kindOf,
  sessionStatements: ({ isolation }) => isolationStatement('ALTER SESSION SET ISOLATION_LEVEL =', isolation === 'repeatableRead' ? 'serializable' : isolation === 'readUncommitted' ? 'readCommitted' : isolation),
};
