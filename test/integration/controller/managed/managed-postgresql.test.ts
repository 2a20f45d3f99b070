import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Database } from '../../../../controller/store/database/database.js';
import { MIGRATIONS } from '../../../../controller/store/migrations/index.js';
import { migrate } from '../../../../controller/store/migrations/migrate.js';
import { PostgresqlDatabase } from '../../../../controller/store/database/postgresql/postgresql-database.js';
import { parsePostgresqlUrl } from '../../../../controller/store/database/postgresql/postgresql-url.js';
import { PendingSync } from '../../../../controller/managed/store/pending-sync.js';
import { until } from '../../../support/until.js';
import type { DatabaseServer } from '../../../targets/database-server.js';
import { startPostgresql } from '../../../targets/postgresql.js';
import { failures, startManaged, type ManagedWorld } from '../../../unit/controller/managed/start-managed.js';

const NEW = { 'If-None-Match': '*' };
const OWN = "pid <> pg_backend_pid() AND application_name = 'causeway-controller'";

describe('managed objects of two controllers on one PostgreSQL', () => {
  let server: DatabaseServer;
  const opened: Database[] = [];
  let [one, two]: ManagedWorld[] = [];
  const open = async (): Promise<Database> => {
    const database = await PostgresqlDatabase.open({
      url: parsePostgresqlUrl(`postgresql://${server.user}@127.0.0.1:${server.port}/${server.database}`), password: () => Promise.resolve(server.password), poolSize: 5, connectTimeout: 5_000, statementTimeout: 30_000,
    });
    opened.push(database);
    return database;
  };
  const worlds = (): readonly [ManagedWorld, ManagedWorld] => {
    if (one === undefined || two === undefined) throw new Error('not started');
    return [one, two];
  };
  beforeAll(async () => { server = await startPostgresql(); });
  beforeEach(async () => {
    await server.query('DROP SCHEMA public CASCADE; CREATE SCHEMA public;');
    const database = await open();
    await migrate(database, MIGRATIONS);
    one = await startManaged({ database });
    two = await startManaged({ database: await open() });
  });
  afterEach(async () => {
    await Promise.all(worlds().map((world) => world.stop()));
    await Promise.all(opened.splice(0).map((database) => database.close()));
  });
  afterAll(() => server.stop());

  it('let one of many have a unique value and one of many an id', async () => {
    const [a, b] = worlds();
    const names = await Promise.all(Array.from({ length: 20 }, (_, index) => (index % 2 === 0 ? a : b).call('PUT', `/managed/user/u${index}`, { userName: index % 3 === 0 ? 'SAME' : 'same', sn: 'x' }, NEW)));
    expect(names.map(({ status }) => status).sort()).toEqual([201, ...Array.from({ length: 19 }, () => 403)]);
    expect(new Set(names.filter(({ status }) => status === 403).flatMap(failures))).toEqual(new Set(['userName UNIQUE']));
    const places = await Promise.all(Array.from({ length: 20 }, (_, index) => (index % 2 === 0 ? a : b).call('PUT', '/managed/user/one', { userName: `name${index}`, sn: 'x' }, NEW)));
    expect(places.map(({ status }) => status).sort()).toEqual([201, ...Array.from({ length: 19 }, () => 412)]);
  });

  it('let one at a time carry on what implicit synchronisation left, when nobody holds it any more', async () => {
    const [a, b] = worlds();
    const [first, second] = [new PendingSync(a.database), new PendingSync(b.database)];
    const pass = (): Promise<unknown> => a.database.query("UPDATE managed_sync SET due = now() - interval '1 second'");
    await a.database.transaction((tx) => first.note(tx, { type: 'user', id: 'x', change: 'c1', transactionId: 't' }));
    expect(await second.take(5)).toEqual([]);
    await pass();
    await first.hold(['c1']);
    expect(await second.take(5)).toEqual([]);
    await pass();
    const taken = await Promise.all([first.take(5), second.take(5)]);
    expect(taken.flat()).toEqual([{ type: 'user', id: 'x', change: 'c1', transactionId: 't', tries: 1 }]);
    expect([await first.take(5), await second.take(5)]).toEqual([[], []]);
    await pass();
    await first.postpone({ type: 'user', id: 'x', change: 'c1', transactionId: 't', tries: 2 });
    expect(await a.database.query("SELECT 1 FROM managed_sync WHERE due BETWEEN now() + interval '3 seconds' AND now() + interval '6 seconds'")).toHaveLength(1);
    await b.database.transaction((tx) => second.note(tx, { type: 'user', id: 'x', change: 'c2', transactionId: 't' }));
    expect([await first.remove({ type: 'user', id: 'x', change: 'c1' }), await first.remove({ type: 'user', id: 'x', change: 'c2' })]).toEqual([false, true]);
  });

  it('let two writers who swap unique values end, each with a whole object', async () => {
    const [a, b] = worlds();
    await a.call('PUT', '/managed/user/x', { userName: 'x', sn: 's', mail: 'x@example.com' }, NEW);
    await a.call('PUT', '/managed/user/y', { userName: 'y', sn: 's', mail: 'y@example.com' }, NEW);
    for (let time = 0; time < 10; time += 1) {
      const answers = await Promise.all([
        a.call('PUT', '/managed/user/x', { userName: `n${time}`, sn: 's', mail: 'm@example.com' }), b.call('PUT', '/managed/user/y', { userName: `n${time}`, sn: 's', mail: 'm@example.com' }),
      ]);
      expect(answers.every(({ status }) => status === 200 || status === 403)).toBe(true);
      const found = await server.query("SELECT content->>'userName' AS name, content->>'mail' AS mail FROM managed_object");
      expect([new Set(found.map(({ name }) => name)).size, new Set(found.map(({ mail }) => mail)).size]).toEqual([2, 2]);
    }
  });

  it('lose no increment of twenty at once', async () => {
    const [a, b] = worlds();
    await a.call('PUT', '/managed/user/x', { userName: 'x', sn: 's', age: 0 }, NEW);
    const answers = await Promise.all(Array.from({ length: 12 }, (_, index) => (index % 2 === 0 ? a : b).call('PATCH', '/managed/user/x', [{ operation: 'increment', field: 'age', value: 1 }])));
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
    expect((await b.call('GET', '/managed/user/x')).body.age).toBe(12);
  });

  it('answer 503 when the database is lost in a write, leave nothing of it, and go on', async () => {
    const [a] = worlds();
    await server.query(`CREATE FUNCTION slowly() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(30); RETURN NEW; END $$;
      CREATE TRIGGER slow BEFORE INSERT ON managed_unique_value FOR EACH ROW EXECUTE FUNCTION slowly();`);
    const write = a.call('PUT', '/managed/user/x', { userName: 'x', sn: 's' }, NEW);
    await until(async () => (await server.query(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE ${OWN} AND state = 'active' AND query LIKE 'INSERT INTO managed_unique_value%'`)).length > 0, 'the write to be under way');
    expect((await write).status).toBe(503);
    await server.query('DROP TRIGGER slow ON managed_unique_value');
    expect(a.changes).toEqual([]);
    expect((await a.call('GET', '/managed/user/x')).status).toBe(404);
    expect((await a.call('PUT', '/managed/user/x', { userName: 'x', sn: 's' }, NEW)).status).toBe(201);
  });

  it('find and order texts by code points, whatever the locale of the database', async () => {
    const [a] = worlds();
    const names = ['Zoë', 'apple', 'İstanbul', 'ΣΊΣΥΦΟΣ', 'ß', '\u{1F600}', '\uFFFD'];
    for (const [index, sn] of names.entries()) await a.call('PUT', `/managed/user/u${index}`, { userName: `u${index}`, sn }, NEW);
    const { body } = await a.call('GET', '/managed/user?_queryFilter=true&_sortKeys=sn');
    expect(body.result.map((row) => (row as unknown as { sn: string }).sn)).toEqual(['apple', 'İstanbul', 'Zoë', 'ß', 'ΣΊΣΥΦΟΣ', '\uFFFD', '\u{1F600}']);
    expect((await a.call('GET', `/managed/user?_queryFilter=${encodeURIComponent('sn eq "σίσυφος" or sn sw "i\u0307"')}`)).body.resultCount).toBe(2);
  });

  it('find by equality through the index', async () => {
    const [a] = worlds();
    await server.query(`INSERT INTO managed_object SELECT 'user', 'u' || n, 'r', '{}', jsonb_build_object('username', 'u' || n, 'userName', 'name' || n), now(), now() FROM generate_series(1, 20000) AS n; ANALYZE managed_object;`);
    expect((await a.call('GET', '/managed/user?_queryId=for-userName&uid=NAME777')).body.result).toMatchObject([{ _id: 'u777' }]);
    const plan = await server.query(`EXPLAIN SELECT id FROM managed_object WHERE type = 'user' AND (folded @> '{"userName":"name777"}' OR folded @> '{"userName":["name777"]}')`);
    expect(JSON.stringify(plan)).toContain('managed_object_folded');
  });
});
