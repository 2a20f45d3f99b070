import type { SqlDialect } from '../dialect.js';
import { sql } from '../sql-text.js';
import { catalogName } from '../table-name.js';
import type { SqlKind } from '../values.js';
import { bound, doubleQuoted, isolationStatement, limitOffset } from './plain.js';

const KINDS: Readonly<Record<string, SqlKind>> = {
  boolean: 'boolean', tinyint: 'integer', smallint: 'integer', integer: 'integer', bigint: 'long', real: 'float', double: 'double', float: 'double',
  decimal: 'decimal', smalldecimal: 'decimal', binary: 'binary', varbinary: 'binary', blob: 'binary',
  date: 'date', time: 'time', seconddate: 'timestamp', timestamp: 'timestamp',
};

/** https://help.sap.com/docs/SAP_HANA_PLATFORM/4fe29514fd584807ac9f2a04f6754767: SQL reference and system views. No HANA in the tests. */
export const hana: SqlDialect = {
  name: 'hana',
  title: 'SAP HANA',
  quote: doubleQuoted,
  placeholder: () => '?',
  foldsTo: 'upper',
  page: limitOffset,
  emptyIsNull: false,
  generatedKeys: 'none',
  pingQuery: 'select 1 from dummy',
  typed: bound,
  read: (column) => column,
  columnsQuery: (table) => {
    const [schema, name] = [table.parts.at(-2), table.parts.at(-1)].map((part) => (part === undefined ? null : catalogName(part, 'upper')));
    return sql`select column_name as name, data_type_name as type, case is_nullable when 'TRUE' then 1 else 0 end as nullable,
      case when default_value is not null or generation_type is not null then 1 else 0 end as generated, length as digits, scale as scale from (
        select schema_name, table_name, column_name, data_type_name, is_nullable, default_value, generation_type, length, scale, position from sys.table_columns
        union all select schema_name, view_name, column_name, data_type_name, is_nullable, default_value, null, length, scale, position from sys.view_columns)
      where schema_name = coalesce(${schema ?? null}, current_schema) and table_name = ${name ?? ''} order by position`;
  },
  kindOf: (typeName) => KINDS[typeName] ?? 'text',
  sessionStatements: ({ isolation }) => isolationStatement('SET TRANSACTION ISOLATION LEVEL', isolation === 'readUncommitted' ? 'readCommitted' : isolation),
};
