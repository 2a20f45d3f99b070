import { describe, expect, it } from 'vitest';
import { RowMapper, textOf, valueOf } from '../../../../connectors/catalog/database-table/mapping.js';
import { Table } from '../../../../connectors/catalog/database-table/table.js';
import { keyValue, emptied } from '../../../../connectors/catalog/database-table/column-value.js';
import { narrowed } from '../../../../connectors/catalog/database-table/filter.js';
import type { DatabaseTableConfig } from '../../../../connectors/catalog/database-table/validate.js';
import { dialects } from '../../../../connectors/engines/sql/dialects.js';
import { OracleConnection } from '../../../../connectors/engines/sql/drivers/oracle.js';
import { renderSql, sql } from '../../../../connectors/engines/sql/sql-text.js';
import { parseTableName } from '../../../../connectors/engines/sql/table-name.js';
import type { SqlColumn } from '../../../../connectors/engines/sql/values.js';
import { Attribute, IcfBigDecimal } from '../../../../protocol/model/index.js';

const { oracle } = dialects;
const column = (name: string, typeName: string, digits: number | null = null, scale: number | null = null): SqlColumn => (
  { name, typeName, kind: oracle.kindOf(typeName, digits, scale), nullable: name !== 'EMAIL', generated: false });
const COLUMNS = [column('EMAIL', 'varchar2'), column('AGE', 'number', 9, 0), column('BIG', 'number', 18, 0), column('SALARY', 'number', 12, 2), column('HIRED', 'date'), column('SEEN', 'timestamp(6)'), column('PHOTO', 'blob')];
const config = { table: 'hr.people', keyColumn: 'email', passwordColumn: null, changeLogColumn: 'seen', quoting: 'NONE', allNative: false, nativeTimestamps: false } as unknown as DatabaseTableConfig;
const table = new Table(config, oracle, COLUMNS);
const text = (part: Parameters<typeof renderSql>[0]) => renderSql(part, oracle);

it('a time is read in one form, whichever way its database writes it', () => {
  const zoned = (text: string) => textOf(valueOf(text, { name: 'SEEN', typeName: 'datetimeoffset', kind: 'timestampWithZone', nullable: true, generated: false }));
  expect(['2024-01-02 03:04:05.1200000 +02:00', '2024-01-02 03:04:05.12+02:00', '2024-01-02 03:04:05.12+02'].map(zoned)).toEqual(Array(3).fill('2024-01-02 03:04:05.12+02:00'));
});

/** There is no Oracle database in the tests: these hold the statements beside Oracle's SQL reference, and the driver's calls beside its manual. */
describe('statements for Oracle', () => {
  it('number their parameters, page by ROWNUM as 11gR2 has it, and read times with all their digits', () => {
    const mapper = new RowMapper(table, config, undefined);
    const query = sql`select ${mapper.list} from ${table.text} where ${table.exactly(table.key, 'bob')} order by ${table.identifier(table.key)}`;
    expect(text(oracle.page(query, 10, 5))).toEqual({
      text: 'select * from (select q_.*, rownum r_ from (select EMAIL as c0, AGE as c1, BIG as c2, SALARY as c3, to_char(HIRED, \'YYYY-MM-DD HH24:MI:SS\') as c4 from hr.people where EMAIL = :1 order by EMAIL) q_ where rownum <= 15) where r_ > 5',
      values: ['bob'],
    });
    expect(text(table.read(COLUMNS[5]!)).text).toBe('to_char(SEEN, \'YYYY-MM-DD HH24:MI:SS.FF\')');
  });

  it('say what a time is, for a text would be read by the session\'s format', () => {
    expect(text(table.typed('2024-01-02 03:04:05.123', COLUMNS[5]!))).toEqual({ text: 'to_timestamp(:1, \'YYYY-MM-DD HH24:MI:SS.FF\')', values: ['2024-01-02 03:04:05.123'] });
    expect(text(table.typed('2024-01-02 03:04:05', COLUMNS[5]!)).text).toBe('to_timestamp(:1, \'YYYY-MM-DD HH24:MI:SS\')');
    expect(text(table.typed('2024-01-02 03:04:05+02:00', column('ZONED', 'timestamp(6) with time zone'))).text).toBe('to_timestamp_tz(:1, \'YYYY-MM-DD HH24:MI:SSTZH:TZM\')');
    expect(text(table.typed('2024-01-02 03:04:05.0', COLUMNS[4]!)).values).toEqual(['2024-01-02 03:04:05']);
    expect(text(narrowed({ kind: 'lessThan', attribute: Attribute.of('hired', '2024-01-02 00:00:00') }, table)!).text).toBe('HIRED <= to_date(:1, \'YYYY-MM-DD HH24:MI:SS\')');
  });

  it('escape LIKE\'s own signs only: Oracle refuses an escape in front of any other (ORA-01424)', () => {
    expect(text(narrowed({ kind: 'startsWith', attribute: Attribute.of('email', 'a[b]_%!') }, table)!)).toEqual({ text: 'EMAIL like :1 escape \'!\'', values: ['a[b]!_!%!!%'] });
  });

  it('[database-table 17] leave empty texts NULL, whatever enableEmptyString says', () => {
    expect(emptied('', COLUMNS[0]!, table, true)).toBeNull();
  });

  it('take numbers by their digits', () => {
    expect(COLUMNS.map(({ kind }) => kind)).toEqual(['text', 'integer', 'long', 'decimal', 'timestamp', 'timestamp', 'binary']);
    expect([keyValue('007', COLUMNS[1]!), keyValue('7', COLUMNS[1]!), keyValue('99999999999', COLUMNS[1]!)]).toEqual([undefined, 7n, undefined]);
  });

  it('look the table up where the name leads, synonyms included', () => {
    const { text: query, values } = text(oracle.columnsQuery(parseTableName('hr.people')));
    expect(query).toMatch(/all_tab_columns[\s\S]*all_synonyms/);
    expect(values).toEqual(['HR', 'PEOPLE', 'PEOPLE', 'HR']);
    expect(text(oracle.columnsQuery(parseTableName('"Mixed"'))).values).toEqual([null, 'Mixed', 'Mixed', null]);
  });

  it('[database-table 21] ask for generated keys by RETURNING INTO, which returnGeneratedKeys false leaves out', async () => {
    const calls: unknown[][] = [];
    const library = { BIND_OUT: 3003, STRING: 2001, OUT_FORMAT_ARRAY: 4001 };
    const connection = {
      execute: async (...call: unknown[]) => {
        calls.push(call);
        return { rowsAffected: 1, outBinds: [['42']] };
      },
    };
    const driver = new OracleConnection(library as never, connection as never);
    expect(await driver.runForKeys({ text: 'insert into t (A) values (:1)', values: ['x'] }, ['ID'])).toEqual({ rowCount: 1, generatedKeys: [new Map([['ID', '42']])] });
    expect(calls[0]?.slice(0, 2)).toEqual(['insert into t (A) values (:1) returning "ID" into :2', ['x', { dir: 3003, type: 2001, maxSize: 4000 }]]);
    await driver.begin();
    await driver.run({ text: 'delete from t', values: [] });
    expect([calls[0]?.[2], calls[1]?.[2]]).toMatchObject([{ autoCommit: true }, { autoCommit: false }]);
    expect(calls[1]?.[1]).toEqual([]);
  });

  it('bind numbers of many digits as text, which the session reads with a point', async () => {
    const calls: unknown[][] = [];
    const driver = new OracleConnection({} as never, { execute: async (...call: unknown[]) => { calls.push(call); return {}; } } as never);
    await driver.run({ text: 'x', values: [new IcfBigDecimal(12_345n, 2), 2n ** 60n, true, 5] });
    expect(calls[0]?.[1]).toEqual(['123.45', '1152921504606846976', 1, 5]);
  });
});
