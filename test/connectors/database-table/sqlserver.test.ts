import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Attribute, GuardedString, IcfBigDecimal, OPTION, PASSWORD, type IcfValue } from '../../../protocol/model/index.js';
import { startFakeTds, type FakeTds, type TdsAnswer, type TdsStatement } from '../../targets/fake-tds.js';
import { until } from '../../support/until.js';
import { fakeSqlServerDatabase } from './databases.js';
import { describeTableContract } from './table-contract.js';
import { TableFacade, failing } from './table-facade.js';

const COLUMNS: readonly (readonly [name: string, type: string, nullable: number, generated: number])[] = [
  ['email', 'nvarchar', 0, 0], ['age', 'int', 1, 0], ['salary', 'decimal', 1, 0], ['active', 'bit', 1, 0], ['photo', 'varbinary', 1, 0], ['seen', 'datetime', 1, 0], ['secret', 'nvarchar', 1, 0], ['changed', 'datetime2', 1, 0],
];
const catalog: TdsAnswer = {
  columns: [['name', 'text'], ['type', 'text'], ['nullable', 'int'], ['generated', 'int'], ['digits', 'int'], ['scale', 'int']],
  rows: COLUMNS.map(([name, type, nullable, generated]) => [name, type, nullable, generated, 10, 0]),
};

/** Statements and what is read of answers; SQL Server itself is not in the tests (see test/targets/fake-tds.ts). */
describe('the database-table connector on a fake SQL Server', () => {
  let server: FakeTds;
  let facade: TableFacade;
  let answer: (statement: TdsStatement) => TdsAnswer;
  beforeAll(async () => { server = await startFakeTds(); });
  beforeEach(() => {
    server.statements.length = 0;
    answer = () => ({ rowCount: 1 });
    server.answer = (statement) => {
      if (statement.text.includes('serverproperty')) return { columns: [['version', 'text']], rows: [['16.0.4135.4']] };
      return statement.text.includes('sys.columns') ? catalog : answer(statement);
    };
  });
  afterEach(() => facade.dispose());
  afterAll(() => server.stop());

  async function open(changes: Record<string, IcfValue> = {}): Promise<TableFacade> {
    facade = await TableFacade.on({
      name: 'fake', isReal: false, stop: async () => {}, createTable: async () => {}, query: async () => [],
      configuration: { url: `jdbc:sqlserver://127.0.0.1:${server.port};databaseName=hr;encrypt=false`, driverClassName: 'com.microsoft.sqlserver.jdbc.SQLServerDriver', username: 'sa', password: 'pa55word-of-sa', table: 'dbo.people' },
    }, { quoting: 'Brackets', ...changes });
    return facade;
  }
  const last = () => server.statements.filter(({ text }) => !['BEGIN', 'COMMIT', 'ROLLBACK', 'ATTENTION'].includes(text)).at(-1)!;

  it('[database-table 20] writes brackets around columns, binds values and reads pages by OFFSET and FETCH', async () => {
    await open();
    answer = ({ text }) => ({ columns: [...text.matchAll(/ as (c\d+)/g)].map(([, label]) => [label!, 'text'] as const), rows: [['bob', '5', '1.50', 'x', '2024-01-02 03:04:05.1230000'], ['cid', null, null, null, null]] });
    const { items, end } = await facade.search({ kind: 'startsWith', attribute: Attribute.of('email', 'b[%') }, { [OPTION.pageSize]: 1 });
    expect(items).toEqual([]);
    expect(end?.pagedResultsCookie ?? null).toBeDefined();
    const { text, parameters } = server.statements.find((statement) => statement.text.startsWith('select [email]'))!;
    expect(text).toBe('select [email] as c0, [age] as c1, cast([salary] as varchar(60)) as c2, [active] as c3, convert(varchar(40), [seen], 121) as c4 from dbo.people where [email] like @p1 escape \'!\' order by [email] offset 0 rows fetch next 501 rows only');
    expect(parameters).toEqual({ p1: 'b![!%%' });
  });

  it('reads values without losing digits, and the key of one row by its characters', async () => {
    await open();
    answer = () => ({ columns: [['c0', 'text'], ['c1', 'int'], ['c2', 'text'], ['c3', 'bit'], ['c4', 'text']], rows: [['bob', 5, '123456789012345678.50', true, '2024-01-02 03:04:05.1230000']] });
    const found = await facade.get('bob');
    expect(['age', 'salary', 'active', 'seen'].map((name) => found?.get(name)?.single)).toEqual([5, new IcfBigDecimal(12_345_678_901_234_567_850n, 2), true, '2024-01-02 03:04:05.123']);
    expect(last().text).toMatch(/where \[email\] = @p1 and cast\(cast\(\[email\] as nvarchar\(max\)\) as varbinary\(max\)\) = cast\(cast\(@p2 as nvarchar\(max\)\) as varbinary\(max\)\)$/);
    expect(last().parameters).toEqual({ p1: 'bob', p2: 'bob' });
  });

  it('writes within a transaction, types what text would be misread as, and takes back what hits several rows', async () => {
    await open();
    await facade.create('bob', { age: 7, seen: '2024-01-02 03:04:05', photo: null, [PASSWORD]: new GuardedString('pa55-of-bob') });
    expect(server.statements.map(({ text }) => text).slice(-3)).toEqual(['BEGIN', 'insert into dbo.people ([email], [age], [seen], [photo], [secret]) values (@p1, @p2, convert(datetime, @p3, 121), null, @p4)', 'COMMIT']);
    expect(last().parameters).toEqual({ p1: 'bob', p2: 7, p3: '2024-01-02 03:04:05', p4: 'pa55-of-bob' });
    answer = () => ({ rowCount: 2 });
    const several = await failing(facade.update('bob', { age: 8 }));
    expect([several.kind, several.outcome]).toEqual(['illegalArgument', 'notApplied']);
    expect(server.statements.at(-1)?.text).toBe('ROLLBACK');
  });

  it('begins transactions at the session\'s isolation level, which defaultTransactionIsolation sets', async () => {
    await open({ defaultTransactionIsolation: 8 });
    await facade.create('bob', { age: 7 });
    expect(server.statements.map(({ text }) => text)).toContain('SET TRANSACTION ISOLATION LEVEL SERIALIZABLE');
    expect(server.statements.find(({ text }) => text === 'BEGIN')?.parameters).toEqual({ isolation: 0 });
  });

  it('counts what the statement itself has changed, whatever triggers do besides', async () => {
    await open();
    answer = () => ({ triggered: [3, 1], rowCount: 1 });
    expect((await facade.update('bob', { age: 8 })).value).toBe('bob');
    answer = () => ({ triggered: [1], rowCount: 0 });
    expect((await failing(facade.update('nobody', { age: 8 }))).kind).toBe('unknownUid');
  });

  it('tells a violated key, a refused value and a lost connection apart', async () => {
    await open();
    for (const [number, kind] of [[2627, 'alreadyExists'], [515, 'invalidAttributeValue'], [229, 'permissionDenied'], [1205, 'retryable'], [50_000, 'connector']] as const) {
      answer = () => ({ error: { number, message: `error ${number}` } });
      const error = await failing(facade.create('bob'));
      expect([error.kind, error.outcome, error.message]).toEqual([kind, 'notApplied', expect.stringContaining(`error ${number}`)]);
    }
    answer = () => {
      server.cut();
      return {};
    };
    const lost = await failing(facade.create('bob'));
    expect(lost.retryable).toBe(true);
    answer = () => ({ rowCount: 1 });
    expect((await facade.create('bob')).value).toBe('bob');
  });

  it('cancels the statement when the reader leaves, and keeps the connection', async () => {
    await open();
    answer = () => ({ columns: [['c0', 'text']], rows: Array.from({ length: 2000 }, (_, index) => [`user${index}`]), hangs: true });
    const stream = facade.facade.stream({ kind: 'search', filter: undefined, ...facade.on() }, facade.context);
    expect((await stream.next()).done).toBe(false);
    await stream.return(undefined);
    expect(server.statements.at(-1)?.text).toBe('ATTENTION');
    await until(() => facade.facade.status().sessions.idle === 1, 'the connection to be given back');
    const { logins } = server;
    answer = () => ({ rowCount: 1 });
    await facade.delete('user1');
    expect(server.logins).toBe(logins);
  });

  it('asks for changes by a typed time', async () => {
    await open();
    answer = () => ({ columns: [['c0', 'text'], ['c1', 'text']], rows: [['bob', '2024-01-02 03:04:05.1234567']] });
    const { items } = await facade.sync({ value: '2024-01-02 03:04:05' });
    expect(items.map(({ token }) => token.value)).toEqual(['2024-01-02 03:04:05.1234567']);
    expect(last().text).toMatch(/where \[changed\] > cast\(@p1 as datetime2\) order by \[changed\], \[email\]$/);
  });

  it('goes on behind a change of a column of bytes, such as rowversion', async () => {
    await open({ changeLogColumn: 'photo' });
    answer = () => ({ columns: [['c0', 'text'], ['c1', 'text']], rows: [] });
    await facade.sync({ value: '0aff>bob' });
    expect(last().text).toMatch(/where \(\[photo\] > @p1 or \(\[photo\] = @p2 and \[email\] > @p3\)\)/);
    expect(last().parameters).toEqual({ p1: Buffer.from([10, 255]), p2: Buffer.from([10, 255]), p3: 'bob' });
  });

  it('refuses Windows logins, which the driver cannot do', async () => {
    facade = await TableFacade.on({
      name: 'fake', isReal: false, stop: async () => {}, createTable: async () => {}, query: async () => [],
      configuration: { url: `jdbc:sqlserver://127.0.0.1:${server.port};encrypt=false;integratedSecurity=true`, table: 'dbo.people' },
    });
    expect((await failing(facade.get('bob'))).message).toMatch(/integratedSecurity needs Kerberos/);
  });
});

describeTableContract('database-table on a fake SQL Server', fakeSqlServerDatabase);
