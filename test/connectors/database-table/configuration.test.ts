import { describe, expect, it } from 'vitest';
import databaseTable from '../../../connectors/catalog/database-table/index.js';
import { loadConnector } from '../../../connectors/registry.js';
import { offeredOperations } from '../../../connectors/framework/offered-operations.js';
import { connectorInfo } from '../../../connectors/framework/default-configuration.js';
import { OperationOptions, Script, type IcfValue } from '../../../protocol/model/index.js';
import { translateSqlError, vendorCode } from '../../../connectors/engines/sql/sql-errors.js';
import { dialects } from '../../../connectors/engines/sql/dialects.js';
import { renderSql, sql } from '../../../connectors/engines/sql/sql-text.js';
import { TableFacade, failing, type TestDatabase } from './table-facade.js';

const nowhere: TestDatabase = { name: 'none', isReal: false, configuration: { url: 'jdbc:pglite:memory' }, createTable: async () => {}, query: async () => [], stop: async () => {} };

async function refusal(changes: Record<string, IcfValue>): Promise<string> {
  const facade = await TableFacade.on(nowhere, changes);
  try {
    return (await failing(facade.facade.perform({ kind: 'validate' }, facade.context))).message;
  } finally {
    await facade.dispose();
  }
}

async function accepts(changes: Record<string, IcfValue>): Promise<void> {
  const facade = await TableFacade.on(nowhere, changes);
  await facade.facade.perform({ kind: 'validate' }, facade.context).finally(() => facade.dispose());
}

describe('the configuration of the database-table connector', () => {
  it('[database-table 1, 2] is published under the bundle and version of the Java connector', async () => {
    expect(connectorInfo(databaseTable).key).toMatchObject({
      bundleName: 'org.forgerock.openicf.connectors.databasetable-connector', bundleVersion: '1.5.20.26', connectorName: 'org.identityconnectors.databasetable.DatabaseTableConnector',
    });
    expect((await loadConnector('database-table'))?.displayName).toBe('Database Table Connector');
  });

  it('[database-table 3] needs a url, a table and a keyColumn, and user and password only where the database does', async () => {
    expect(await refusal({ url: null })).toMatch(/url is missing/);
    expect(await refusal({ table: '' })).toMatch(/table/);
    expect(await refusal({ keyColumn: '' })).toMatch(/keyColumn/);
    await accepts({ username: null, password: null, driverClassName: null });
  });

  it('refuses what could not work before it connects', async () => {
    expect(await refusal({ quoting: 'Curly' })).toMatch(/quoting is "Curly"/);
    expect(await refusal({ table: 'people; drop table people' })).toMatch(/no name of a table/);
    expect(await refusal({ keyColumn: 'email', passwordColumn: 'EMAIL' })).toMatch(/both name the column/);
    expect(await refusal({ defaultTransactionIsolation: 3 })).toMatch(/defaultTransactionIsolation is 3/);
    expect(await refusal({ url: 'jdbc:db2://host:50000/db' })).toMatch(/Db2 .*as400/s);
    expect(await refusal({ url: 'jdbc:h2:mem:x' })).toMatch(/H2/);
  });

  it('[database-table 31] takes the sample configuration as it stands', async () => {
    await accepts({
      url: 'jdbc:mysql://localhost:3306/contractordb?serverTimezone=UTC', driverClassName: 'com.mysql.cj.jdbc.Driver', username: 'root', password: 'password', table: 'people', keyColumn: 'EMAIL',
      passwordColumn: '', changeLogColumn: 'CHANGE_TIMESTAMP', disablePaging: false, enableEmptyString: false, quoting: '', rethrowAllSQLExceptions: true, nativeTimestamps: false, allNative: false,
      suppressPassword: true, validationQueryTimeout: -1, validationQuery: 'SELECT 1 FROM DUAL', validationInterval: 3000n, initialSize: 10, maxIdle: 100, minIdle: 10, maxWait: 30_000, maxActive: 100,
      maxAge: 0n, minEvictableIdleTimeMillis: 60_000, timeBetweenEvictionRunsMillis: 5000, testWhileIdle: false, testOnBorrow: true,
    });
  });

  it('[database-table 20] knows the quotes by their names in any letter case', async () => {
    for (const quoting of ['NONE', 'none', '', 'Single', 'Double', 'Back', 'BRACKETS']) await accepts({ quoting });
  });

  it('[database-table 32] offers Script on Connector, which the agent runs with the connector at hand', async () => {
    const facade = await TableFacade.on(nowhere);
    const error = await failing(facade.facade.perform({ kind: 'scriptOnConnector', script: new Script('javascript', '1'), scriptArguments: new Map(), options: OperationOptions.none }, facade.context));
    expect(error.kind).toBe('unsupportedOperation');
    await facade.dispose();
    expect(offeredOperations(databaseTable).has('ScriptOnConnectorApiOp')).toBe(true);
  });

  it('[database-table 13] pages unless told otherwise, in the form each database has', () => {
    expect(databaseTable.properties.disablePaging.default).toBe(false);
    const query = sql`select 1 as c0 from people order by email`;
    const written = Object.values(dialects).map((dialect) => [dialect.name, renderSql(dialect.page(query, 2, 4), dialect).text.replace('select 1 as c0 from people order by email', 'Q')]);
    expect(Object.fromEntries(written)).toEqual({
      postgresql: 'Q limit 2 offset 4', embedded: 'Q limit 2 offset 4', mysql: 'Q limit 2 offset 4', mariadb: 'Q limit 2 offset 4', hana: 'Q limit 2 offset 4',
      sqlserver: 'Q offset 4 rows fetch next 2 rows only', oracle: 'select * from (select q_.*, rownum r_ from (Q) q_ where rownum <= 6) where r_ > 4',
    });
  });
});

describe('errors of databases', () => {
  const failure = (fields: object, message = 'said so') => Object.assign(new Error(message), fields);

  it('become ICF\'s by their codes', () => {
    const cases: [object, string][] = [
      [{ code: '23505' }, 'alreadyExists'], [{ code: '23502' }, 'invalidAttributeValue'], [{ code: '22P02' }, 'invalidAttributeValue'], [{ code: '28P01' }, 'invalidCredential'], [{ code: '42P01' }, 'configuration'],
      [{ code: '42501' }, 'permissionDenied'], [{ code: '40001' }, 'retryable'], [{ code: '57P01' }, 'connectionBroken'], [{ code: '57014' }, 'operationTimeout'], [{ code: '42601' }, 'connector'],
      [{ code: 'ER_DUP_ENTRY', errno: 1062, sqlState: '23000' }, 'alreadyExists'], [{ code: 'ER_NO_SUCH_TABLE', errno: 1146, sqlState: '42S02' }, 'configuration'], [{ code: 'ER_LOCK_DEADLOCK', errno: 1213, sqlState: '40001' }, 'retryable'],
      [{ code: 'PROTOCOL_CONNECTION_LOST' }, 'connectionBroken'], [{ code: 'EREQUEST', number: 2601 }, 'alreadyExists'], [{ code: 'ELOGIN' }, 'invalidCredential'], [{ code: 'ORA-00001', errorNum: 1 }, 'alreadyExists'],
      [{ code: 'ORA-01017', errorNum: 1017 }, 'invalidCredential'], [{ code: 'ORA-28001', errorNum: 28_001 }, 'passwordExpired'], [{ code: 'ER_ACCESS_DENIED_ERROR', errno: 1045, sqlState: '28000' }, 'invalidCredential'], [{ number: 18_456 }, 'invalidCredential'],
      [{ code: 414 }, 'passwordExpired'], [{ code: 'NJS-500' }, 'connectionBroken'], [{ code: 301 }, 'alreadyExists'], [{ code: 10 }, 'invalidCredential'], [{ code: 'SELF_SIGNED_CERT_IN_CHAIN' }, 'connectorSecurity'],
    ];
    for (const [fields, kind] of cases) expect(translateSqlError(failure(fields))?.kind, JSON.stringify(fields)).toBe(kind);
    expect(translateSqlError(failure({ code: 'ECONNREFUSED' }))).toBeUndefined();
    expect(translateSqlError(failure({}))).toBeUndefined();
  });

  it('have a vendor\'s code, which is 0 for PostgreSQL and none for what no database answered', () => {
    expect([failure({ code: '23505' }), failure({ errno: 1062, sqlState: '23000', code: 'ER_DUP_ENTRY' }), failure({ number: 2627, code: 'EREQUEST' }), failure({ errorNum: 1, code: 'ORA-00001' }), failure({ code: 301 }), failure({ code: 'ECONNRESET' }), failure({ code: '57P01' })].map(vendorCode))
      .toEqual([0, 1062, 2627, 1, 301, undefined, undefined]);
  });
});
