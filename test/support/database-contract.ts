import { describe, expect, it } from 'vitest';
import type { Database } from '../../controller/store/database/database.js';
import { migrate } from '../../controller/store/migrations/migrate.js';

const one = { id: 1, name: '001-first', up: 'CREATE TABLE first_one (id int PRIMARY KEY); INSERT INTO first_one VALUES (1);' };
const two = { id: 2, name: '002-second', up: 'CREATE TABLE second_one (id int PRIMARY KEY);' };
const broken = { id: 2, name: '002-broken', up: 'CREATE TABLE broken_one (id int); SELECT no_such_function();' };
const anySignal = new AbortController().signal;

/** What holds for every database. `fresh` answers one whose schema is empty; `another` is a second one on the same, where there can be one. */
export function databaseContract(fresh: () => Promise<Database>, another?: () => Promise<Database>): void {
  describe('transactions', () => {
    it('leaves nothing of a work that throws', async () => {
      const database = await numbers(fresh);
      await expect(database.transaction(async (tx) => {
        await tx.query('INSERT INTO number VALUES (1)');
        throw new Error('changed its mind');
      })).rejects.toThrow('changed its mind');
      expect(await count(database)).toBe(0);
    });

    it('is not committed when a statement failed and the work went on regardless', async () => {
      const database = await numbers(fresh);
      await expect(database.transaction(async (tx) => {
        await tx.query('INSERT INTO number VALUES (1)');
        await tx.query('INSERT INTO number VALUES (1)').catch(() => undefined);
      })).rejects.toMatchObject({ name: 'SqlError', sqlState: '23505', table: 'number', constraint: 'number_pkey' });
      expect(await count(database)).toBe(0);
    });

    it('ends with its signal, and undoes what it did', async () => {
      const database = await numbers(fresh);
      const stop = new AbortController();
      await expect(database.transaction(async (tx) => {
        await tx.query('INSERT INTO number VALUES (1)');
        stop.abort(new Error('stopped'));
        await tx.query('INSERT INTO number VALUES (2)');
      }, stop.signal)).rejects.toThrow('stopped');
      expect(await count(database)).toBe(0);
    });

    it('is done again after a serialization failure, but not for ever', async () => {
      const database = await numbers(fresh);
      let tries = 0;
      const failing = (times: number) => database.transaction(async (tx) => {
        tries += 1;
        await tx.query('INSERT INTO number VALUES ($1)', [tries]);
        if (tries <= times) await tx.query("DO $$ BEGIN RAISE EXCEPTION SQLSTATE '40001'; END $$");
      });
      await failing(2);
      expect([tries, await count(database)]).toEqual([3, 1]);
      tries = 0;
      await database.query('DELETE FROM number');
      await expect(failing(1_000)).rejects.toMatchObject({ sqlState: '40001' });
      expect(tries).toBe(5);
    });

    it('refuses the database inside a transaction, which would wait for itself, and the transaction after its end', async () => {
      const database = await numbers(fresh);
      await expect(database.transaction(() => database.query('SELECT 1'))).rejects.toThrow('only the transaction may be used');
      const after = await database.transaction((tx) => Promise.resolve(() => tx.query('SELECT 1')));
      await expect(after()).rejects.toThrow('has ended');
    });

    it('serves many at once, each whole', async () => {
      const database = await numbers(fresh);
      await Promise.all(Array.from({ length: 50 }, (_, index) => database.transaction(async (tx) => {
        await tx.query('INSERT INTO number VALUES ($1)', [index * 2]);
        await tx.query('INSERT INTO number VALUES ($1)', [index * 2 + 1]);
      })));
      expect(await count(database)).toBe(100);
    });
  });

  describe('values', () => {
    it('come back as they went in', async () => {
      const database = await fresh();
      const [row] = await database.query(`SELECT $1::text AS text, $2::int8 AS large, $3::int8 AS small, $4::bytea AS bytes, $5::jsonb AS json, $6::bool AS flag, $7::text[] AS texts,
        $8::timestamptz AS moment, $9::numeric AS exact, $10::date AS day, $11::text AS missing, $12::bytea[] AS more, $13::float8 AS float`, [
        'a "quoted" \\ text, with {braces} and ünïcode 😀', 9_007_199_254_740_993n, 42, new Uint8Array([0, 255, 92]), '{"a":[1,9007199254740993,"x"]}', true, ['a', null, '', 'NULL', 'x,"y\\'],
        '2026-11-23T10:00:00.123Z', '12.3400', '2026-02-28', null, [new Uint8Array([1, 2])], 0.1,
      ]);
      expect(row).toEqual({
        text: 'a "quoted" \\ text, with {braces} and ünïcode 😀', large: 9_007_199_254_740_993n, small: 42, bytes: new Uint8Array([0, 255, 92]), json: { a: [1, 9_007_199_254_740_993n, 'x'] }, flag: true,
        texts: ['a', null, '', 'NULL', 'x,"y\\'], moment: new Date('2026-11-23T10:00:00.123Z'), exact: '12.3400', day: '2026-02-28', missing: null, more: [new Uint8Array([1, 2])], float: 0.1,
      });
    });

    it('refuses what a text cannot hold, and goes on', async () => {
      const database = await fresh();
      await expect(database.query('SELECT $1::text', ['a\0b'])).rejects.toThrow('NUL');
      expect(await database.query('SELECT 1 AS one')).toEqual([{ one: 1 }]);
    });

    it('tells of a refused statement without its values', async () => {
      const database = await numbers(fresh);
      await database.query('CREATE TABLE word (word text PRIMARY KEY)');
      await database.query('INSERT INTO word VALUES ($1)', ['hush-hush']);
      const error: unknown = await database.query('INSERT INTO word VALUES ($1)', ['hush-hush']).catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({ name: 'SqlError', sqlState: '23505' });
      expect(`${String(error)} ${JSON.stringify(error)}`).not.toContain('hush');
    });

    it('inserts many rows, all of them or none', async () => {
      const database = await numbers(fresh);
      const table = { table: 'number', columns: [{ name: 'id', type: 'int' }] };
      await expect(database.insertRows(table, [...Array.from({ length: 6_000 }, (_, id) => [id]), [0]])).rejects.toMatchObject({ sqlState: '23505' });
      expect(await count(database)).toBe(0);
      await database.insertRows(table, Array.from({ length: 6_000 }, (_, id) => [id]));
      await database.insertRows({ ...table, skipExisting: true }, [[1], [7_000]]);
      await database.insertRows(table, []);
      expect(await count(database)).toBe(6_001);
      await expect(database.insertRows({ table: 'number; DROP TABLE number', columns: [] }, [[1]])).rejects.toThrow('no name');
    });
  });

  describe('streams', () => {
    const all = 'SELECT id FROM number WHERE id >= $1 ORDER BY id';

    it('lets others write in between, and shows what there was when it began', async () => {
      const database = await numbers(fresh, 10);
      const sizes: number[] = [];
      for await (const rows of database.stream(all, [2], { batch: 3, signal: anySignal })) {
        sizes.push(rows.length);
        await database.transaction((tx) => tx.query('INSERT INTO number VALUES ($1)', [1_000 + sizes.length]));
      }
      expect([sizes, await count(database)]).toEqual([[3, 3, 2], 13]);
    });

    it('gives its cursor and its connection back when it is abandoned, again and again', async () => {
      const database = await numbers(fresh, 10);
      for (let time = 0; time < 20; time += 1) {
        for await (const rows of database.stream(all, [0], { batch: 2, signal: anySignal })) {
          expect(rows).toEqual([{ id: 0 }, { id: 1 }]);
          break;
        }
      }
      expect(await database.query("SELECT count(*) AS open FROM pg_cursors WHERE name LIKE 'stream%'")).toEqual([{ open: 0 }]);
    });

    it('ends with its signal', async () => {
      const database = await numbers(fresh, 10);
      const stop = new AbortController();
      await expect((async () => {
        for await (const rows of database.stream(all, [0], { batch: 2, signal: stop.signal })) if (rows.length > 0) stop.abort(new Error('stopped'));
      })()).rejects.toThrow('stopped');
      expect(await database.query("SELECT count(*) AS open FROM pg_cursors WHERE name LIKE 'stream%'")).toEqual([{ open: 0 }]);
    });

    it('tells of a statement that fails under way', async () => {
      const database = await numbers(fresh, 10);
      await expect((async () => {
        for await (const rows of database.stream('SELECT 1 / (5 - id) AS part FROM number', [], { batch: 2, signal: anySignal })) expect(rows.length).toBe(2);
      })()).rejects.toMatchObject({ name: 'SqlError', sqlState: '22012' });
      expect(await count(database)).toBe(10);
    });
  });

  describe('exclusively', () => {
    it('has one owner of a name, who gives it back', async () => {
      const database = await fresh();
      const other = await another?.() ?? database;
      const outcome = await database.exclusively('a', async (lease) => [lease.aborted, await other.exclusively('a', () => Promise.resolve('two')), await other.exclusively('b', () => Promise.resolve('other'))]);
      expect(outcome).toEqual([false, undefined, 'other']);
      await expect(database.exclusively('a', () => Promise.reject(new Error('failed')))).rejects.toThrow('failed');
      expect(await other.exclusively('a', () => Promise.resolve('mine'))).toBe('mine');
    });
  });

  describe('migrations', () => {
    it('are done once, in order, and known again', async () => {
      const database = await fresh();
      expect(await migrate(database, [one])).toEqual(['001-first']);
      expect(await migrate(database, [one, two])).toEqual(['002-second']);
      expect(await migrate(database, [one, two])).toEqual([]);
      expect(await database.query('SELECT id FROM first_one')).toEqual([{ id: 1 }]);
    });

    it('keep nothing of a step that fails, and all before it', async () => {
      const database = await fresh();
      await expect(migrate(database, [one, broken])).rejects.toThrow(/002-broken .*failed.*Nothing of the step was kept/);
      expect(await database.query("SELECT to_regclass('broken_one') AS broken, count(*) AS steps FROM schema_migration")).toEqual([{ broken: null, steps: 1 }]);
      expect(await migrate(database, [one, two])).toEqual(['002-second']);
    });

    it('refuse a database that a newer version changed, and one whose step was another', async () => {
      const database = await fresh();
      await migrate(database, [one, two]);
      await expect(migrate(database, [one])).rejects.toThrow(/newer version.*002-second/);
      await expect(migrate(database, [one, { ...two, up: 'SELECT 1' }])).rejects.toThrow(/002-second is not the one/);
      await expect(migrate(database, [two, one])).rejects.toThrow('out of order');
    });

    it('are done by one of two who come at once', async () => {
      const database = await fresh();
      const other = await another?.() ?? database;
      const done = await Promise.all([migrate(database, [one, two]), migrate(other, [one, two])]);
      expect(done.flat().sort()).toEqual(['001-first', '002-second']);
    });
  });
}

async function numbers(fresh: () => Promise<Database>, rows = 0): Promise<Database> {
  const database = await fresh();
  await database.query('CREATE TABLE number (id int PRIMARY KEY)');
  await database.insertRows({ table: 'number', columns: [{ name: 'id', type: 'int' }] }, Array.from({ length: rows }, (_, id) => [id]));
  return database;
}

async function count(database: Database): Promise<number> {
  const [row] = await database.query<{ readonly n: number }>('SELECT count(*) AS n FROM number');
  return row?.n ?? -1;
}
