import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { narrowed } from '../../../connectors/catalog/database-table/filter.js';
import { RowMapper, textOf } from '../../../connectors/catalog/database-table/mapping.js';
import { Table } from '../../../connectors/catalog/database-table/table.js';
import type { DatabaseTableConfig } from '../../../connectors/catalog/database-table/validate.js';
import { dialects } from '../../../connectors/engines/sql/dialects.js';
import { toOracle } from '../../../connectors/engines/sql/drivers/oracle-values.js';
import { joinSql, renderSql, sql, type SqlText } from '../../../connectors/engines/sql/sql-text.js';
import type { SqlColumn, SqlValue } from '../../../connectors/engines/sql/values.js';
import { Attribute, type IcfValue } from '../../../protocol/model/index.js';
import { freePorts } from '../../support/free-ports.js';
import { ListeningServer } from '../../targets/listening-server.js';
import { h2Database } from '../support/java-build.js';

const { oracle } = dialects;
const column = (name: string, typeName: string, digits: number | null = null, scale: number | null = null): SqlColumn => ({ name, typeName, kind: oracle.kindOf(typeName, digits, scale), nullable: true, generated: false });
const COLUMNS = [column('EMAIL', 'varchar2'), column('AGE', 'number', 9, 0), column('SALARY', 'number', 12, 2), column('HIRED', 'date'), column('SEEN', 'timestamp(6)'), column('ZONED', 'timestamp(6) with time zone')];
const config = { table: 'people', keyColumn: 'email', passwordColumn: null, changeLogColumn: 'seen', quoting: 'NONE', allNative: false, nativeTimestamps: false } as unknown as DatabaseTableConfig;
const table = new Table(config, oracle, COLUMNS);
const mapper = new RowMapper(table, config, undefined, [COLUMNS[4]!]);

/**
 * Nearest to an Oracle database that can be had: H2, which carries out Oracle's functions and ROWNUM in its Oracle mode. Reached by
 * PostgreSQL's protocol, so placeholders are written as that has them.
 */
describe('the statements for Oracle, carried out by H2 in Oracle mode', () => {
  let server: ListeningServer;
  let client: pg.Client;
  beforeAll(async () => {
    const [port] = await freePorts(1) as [number];
    server = new ListeningServer('java', ['-cp', h2Database(), 'org.h2.tools.Server', '-pg', '-pgPort', String(port), '-ifNotExists', '-key', 'mem', 'mem:oracle'], port);
    await server.start();
    client = new pg.Client({ host: '127.0.0.1', port, user: 'sa', password: 'sa', database: 'mem' });
    await client.connect();
    await client.query('set mode Oracle');
    await client.query('create table people (email varchar2(100) primary key, age number(9), salary number(12,2), hired date, seen timestamp(6), zoned timestamp(6) with time zone)');
    for (const [key, second] of [['bob', '09.123456'], ['cid', '09'], ['dan', '10.5']] as const) {
      await run(insert([key, 5, '1.50', '2024-02-29 13:05:09', `2024-02-29 13:05:${second}`, `2024-02-29 13:05:${second}+02:00`]));
    }
  });
  afterAll(async () => {
    await client.end();
    await server.stop();
  });

  async function run(statement: SqlText): Promise<readonly Readonly<Record<string, string>>[]> {
    const { text, values } = renderSql(statement, oracle);
    return (await client.query<Record<string, string>>({ text: text.replace(/:(\d+)/g, '$$$1'), values: values.map(toOracle) })).rows;
  }
  const insert = (values: readonly SqlValue[]): SqlText => sql`insert into ${table.text} (${joinSql(COLUMNS.map((one) => table.identifier(one)), ', ')}) values (${joinSql(COLUMNS.map((one, index) => table.typed(values[index] ?? null, one)), ', ')})`;
  const keysOf = (rows: readonly Readonly<Record<string, string>>[]) => rows.map((row) => Object.values(row)[0]);
  const email = table.identifier(table.key);

  it('read times as they were written, to the last digit', async () => {
    const rows = await run(sql`select ${mapper.list} from ${table.text} order by ${email}`);
    const times = rows.map((row) => mapper.values(new Map(Object.entries(row))));
    expect(times.map((values) => [1, 4, 5].map((index) => textOf(values[index] ?? null)))).toEqual([
      ['2024-02-29 13:05:09.123456', '2024-02-29 13:05:09', '2024-02-29 13:05:09.123456+02:00'],
      ['2024-02-29 13:05:09', '2024-02-29 13:05:09', '2024-02-29 13:05:09+02:00'],
      ['2024-02-29 13:05:10.5', '2024-02-29 13:05:09', '2024-02-29 13:05:10.5+02:00'],
    ]);
  });

  it('[database-table 13] give pages', async () => {
    const from = (skip: number, limit: number) => run(oracle.page(sql`select ${mapper.list} from ${table.text} where ${email} > ${'a'} order by ${email}`, limit, skip));
    expect(keysOf(await from(0, 2))).toEqual(['bob', 'cid']);
    expect(keysOf(await from(2, 2))).toEqual(['dan']);
  });

  it('find, change and delete one row, and the rows behind a time', async () => {
    const filters: [string, 'greaterThanOrEqual' | 'contains' | 'equals', IcfValue, number][] = [['age', 'greaterThanOrEqual', 5, 3], ['hired', 'greaterThanOrEqual', '2024-03-01 00:00:00', 0], ['email', 'contains', 'a', 1], ['email', 'equals', 'cid', 1]];
    for (const [name, kind, value, count] of filters) expect(await run(sql`select ${email} from ${table.text} where ${narrowed({ kind, attribute: Attribute.of(name, value) }, table)!}`), name).toHaveLength(count);
    expect(keysOf(await run(sql`select ${email} from ${table.text} where ${table.identifier(COLUMNS[4]!)} > ${table.typed('2024-02-29 13:05:09.1', COLUMNS[4]!)} order by ${table.identifier(COLUMNS[4]!)}, ${email}`))).toEqual(['bob', 'dan']);
    await run(sql`update ${table.text} set ${table.identifier(COLUMNS[3]!)} = ${table.typed('2024-03-02', COLUMNS[3]!)} where ${table.exactly(table.key, 'cid')}`);
    expect(await run(sql`select ${table.read(COLUMNS[3]!)} as c0 from ${table.text} where ${table.exactly(table.key, 'cid')}`)).toEqual([{ c0: '2024-03-02 00:00:00' }]);
    await run(sql`delete from ${table.text} where ${table.exactly(table.key, 'cid')}`);
    expect(keysOf(await run(sql`select ${email} from ${table.text} order by ${email}`))).toEqual(['bob', 'dan']);
    expect(await run(sql`select ${table.dialect.read(sql`max(${table.identifier(COLUMNS[4]!)})`, COLUMNS[4]!)} as latest from ${table.text}`)).toEqual([{ latest: '2024-02-29 13:05:10.500000000' }]);
  });
});
