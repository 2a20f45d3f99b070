import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { config, type EbsConfig } from '../../../connectors/catalog/oracle-ebs/config.js';
import ebs from '../../../connectors/catalog/oracle-ebs/index.js';
import { closeJdbcSession, jdbcReusable, openJdbcSession, type JdbcSession } from '../../../connectors/engines/sql/jdbc-session.js';
import { sql } from '../../../connectors/engines/sql/sql-text.js';
import { ACCOUNT, Name, OperationOptions } from '../../../protocol/model/index.js';
import { ConnectorCaller, failure } from '../../support/connector-caller.js';
import { calling } from '../../support/memory-facade.js';
import { openContext } from '../../support/open-context.js';
import { until } from '../../support/until.js';
import { FakeEbs, replaceConnections } from '../../targets/oracle-ebs.js';

replaceConnections();

let server: FakeEbs;
let number = 0;
const callers: ConnectorCaller[] = [];
const sessions: JdbcSession[] = [];
const never = new AbortController().signal;
const defaults = Object.fromEntries(Object.entries(config).map(([name, property]) => [name, property.default])) as unknown as EbsConfig;

function connect(changes = {}): ConnectorCaller {
  const caller = new ConnectorCaller(ebs, { url: server.url, username: server.login.user, password: server.login.password, ...changes });
  callers.push(caller);
  return caller;
}

async function session(changes: Partial<EbsConfig> = {}): Promise<JdbcSession> {
  const opened = await openJdbcSession({ ...defaults, url: server.url, username: server.login.user, ...changes }, server.login.password, openContext());
  sessions.push(opened);
  return opened;
}

beforeEach(() => { server = new FakeEbs(`pool${++number}.test`); });
afterEach(async () => {
  await Promise.all(callers.splice(0).map((caller) => caller.dispose()));
  await Promise.all(sessions.splice(0).map((opened) => closeJdbcSession(opened)));
});

const validations = () => server.statements.filter((text) => text === 'select 1 from dual').length;

/** A search of which one object was taken, so that its connection stays in use. */
async function holding(caller: ConnectorCaller) {
  const stream = caller.facade.stream({ kind: 'search', objectClass: ACCOUNT, filter: undefined, options: OperationOptions.none }, calling());
  await stream.next();
  return stream;
}

async function accounts(count: number): Promise<void> {
  const caller = connect();
  for (let index = 0; index < count; index++) await caller.create(ACCOUNT, new Name(`U${index}`));
}

/** The pool itself is the SQL engine's: test/unit/connectors/sql/jdbc-pool.test.ts, and on PostgreSQL test/connectors/database-table/pool.ts. */
describe('the connections of the Oracle EBS connector, by the properties of the Tomcat JDBC pool', () => {
  it('[oracle-ebs 27] rolls back what is left open on return where rollbackOnReturn and commitOnReturn are both set', async () => {
    const left = async (changes: Partial<EbsConfig>) => {
      const opened = await session({ defaultAutoCommit: false, ...changes });
      await opened.connection.execute(sql`begin APPS.FND_USER_PKG.CreateUser(x_user_name => ${'LEFT'}, x_owner => ${'X'}); end;`, never);
      expect(await jdbcReusable(opened, never)).toBe(true);
      return server.users.splice(0).length;
    };
    expect(await left({ commitOnReturn: true })).toBe(1);
    expect(await left({ commitOnReturn: true, rollbackOnReturn: true })).toBe(0);
  });

  it('[oracle-ebs 28] validates a connection before it is lent, and not at all without a validationQuery', async () => {
    const given = { testOnBorrow: true, testOnReturn: true, testWhileIdle: true, validationInterval: 0n };
    const validating = connect(given);
    await validating.search(ACCOUNT);
    await validating.search(ACCOUNT);
    expect(validations()).toBeGreaterThan(0);
    server.statements.length = 0;
    const without = connect({ ...given, validationQuery: '' });
    await without.search(ACCOUNT);
    await without.search(ACCOUNT);
    expect(validations()).toBe(0);
  });

  it('[oracle-ebs 30] takes a connection away as soon as removeAbandonedTimeout passes with abandonWhenPercentageFull 0, later only once enough are in use', async () => {
    await accounts(5);
    const abandoning = { removeAbandoned: true, removeAbandonedTimeout: 1, maxActive: 2, pageSize: 2 };
    const taken = await holding(connect(abandoning));
    const kept = await holding(connect({ ...abandoning, abandonWhenPercentageFull: 80 }));
    const before = server.closed;
    await until(() => server.closed === before + 1, 'the abandoned connection to be closed');
    const rest = async (stream: typeof taken) => { while ((await stream.next()).done !== true); };
    expect((await failure(rest(taken))).retryable).toBe(true);
    await rest(kept);
  });

  it('[oracle-ebs 31] takes timeBetweenEvictionRunsMillis below one second for one second', async () => {
    const caller = connect({ testOnBorrow: false, testWhileIdle: true, timeBetweenEvictionRunsMillis: 1, validationInterval: 0n });
    await caller.search(ACCOUNT);
    await caller.search(ACCOUNT);
    expect(validations()).toBe(0);
  });

  it('[oracle-ebs 32] takes numTestsPerEvictionRun and accessToUnderlyingConnectionAllowed, which do nothing', async () => {
    await connect({ numTestsPerEvictionRun: 7, accessToUnderlyingConnectionAllowed: false }).test();
  });

  it('[oracle-ebs 33] [oracle-ebs 34] leaves commit, read-only and isolation of new connections as the driver has them, unless told otherwise', async () => {
    await session();
    const plain = server.sessionStatements.splice(0);
    await session({ defaultAutoCommit: null, defaultReadOnly: null, defaultTransactionIsolation: -1 });
    expect(server.sessionStatements.splice(0)).toEqual(plain);
    expect(plain).toHaveLength(1);
    await session({ defaultTransactionIsolation: 8 });
    expect(server.sessionStatements).toEqual([...plain, 'ALTER SESSION SET ISOLATION_LEVEL = SERIALIZABLE']);
  });

  it('[oracle-ebs 36] fails a request that waits longer than maxWait for a connection', async () => {
    expect(config.maxWait.default).toBe(30_000);
    await accounts(5);
    const caller = connect({ maxActive: 1, maxWait: 50, pageSize: 2 });
    const held = await holding(caller);
    const error = await failure(caller.test());
    expect([error.kind, error.message]).toEqual(['retryable', expect.stringContaining('50 ms')]);
    await held.return(undefined);
    await caller.test();
  });

  it('[oracle-ebs 37] closes a connection older than maxAge when it is given back', async () => {
    const caller = connect({ maxAge: 1n });
    await until(async () => { await caller.test(); return server.closed > 0; }, 'a connection to be closed');
    const { opened, closed } = server;
    const young = connect({ maxAge: 60_000n });
    await young.test();
    await young.test();
    expect([server.opened, server.closed]).toEqual([opened + 1, closed]);
  });
});
