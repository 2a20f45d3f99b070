import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import scriptedSql from '../../../connectors/catalog/scripted-sql/index.js';
import type { ScriptSandbox } from '../../../connectors/engines/scripted/sandbox/index.js';
import { ACCOUNT, Attribute, GuardedString, Name, OperationOptions, type IcfValue } from '../../../protocol/model/index.js';
import { filled, operationSandbox, scriptedSystem, type ScriptedSystem } from '../../support/scripted.js';
import type { TestDatabase } from '../database-table/table-facade.js';
import { tables } from './sql-scripts.js';

export interface ConnectionWorld {
  readonly database: TestDatabase;
  /** A system with these scripts on fresh tables. */
  system(scripts: Readonly<Record<string, string>>, values?: Record<string, IcfValue>): Promise<ScriptedSystem>;
  /** What the text, the body of a function, answers in a script that serves a create. */
  answer(text: string, values?: Record<string, IcfValue>): Promise<unknown>;
}

/** What `connection` does, the same on every database. `more` adds what is this one's only. `bytes`: its type for them. */
export function describeScriptConnection(title: string, start: () => Promise<TestDatabase>, { bytes, more }: { readonly bytes?: string; readonly more?: (world: ConnectionWorld) => void } = {}): void {
  describe(`the connection of a script on ${title}`, () => {
    let database: TestDatabase;
    let runner: ScriptSandbox;
    beforeAll(async () => { [runner, database] = await Promise.all([operationSandbox(), start()]); });
    afterAll(async () => {
      await runner.close();
      await database.stop();
    });
    const system: ConnectionWorld['system'] = async (scripts, values = {}) => {
      const own = filled(scripts);
      for (const statement of tables(bytes)) await database.query(statement);
      return scriptedSystem({ connector: scriptedSql, runner, scripts: own.scripts ?? {}, values: { ...database.configuration, minIdle: 0, ...own.values, ...values } });
    };
    const answer: ConnectionWorld['answer'] = async (text, values) => {
      const own = await system({ create: `return JSON.stringify(await (async () => { ${text} })(), (key, value) => (typeof value === 'bigint' ? Number(value) : value))` }, values);
      return JSON.parse((await own.create([new Name('a'), Attribute.of('secret', new GuardedString('s3cret'))]))!.value) as unknown;
    };

    it('has what Groovy\'s Sql has', async () => {
      expect(await answer(`
        const inserted = await connection.executeInsert('insert into people (uid, mail) values (?, ?)', ['x', 'm'], ['id']);
        const count = await connection.executeUpdate('update people set mail = ? where uid = ?', ['n', 'x']);
        const seen = [];
        await connection.eachRow('select uid, mail from people', (row) => { seen.push(row); });
        for await (const { uid } of connection.stream('select uid from people')) seen.push(uid);
        return { inserted, count, seen, first: await connection.firstRow('select mail from people where uid = ?', ['x']), none: await connection.firstRow('select 1 from people where uid = ?', ['y']), rows: await connection.rows('select 1 as one union all select 2') };
      `)).toEqual({ inserted: [{ id: 1 }], count: 1, seen: [{ uid: 'x', mail: 'n' }, 'x'], first: { mail: 'n' }, none: null, rows: [{ one: 1 }, { one: 2 }] });
    });

    it('binds the values of a template', async () => {
      const hostile = "x'; drop table people; --";
      expect(await answer(`
        const uid = ${JSON.stringify(hostile)};
        await connection.execute\`insert into people (uid, mail) values (\${uid}, \${attributes.secret})\`;
        return connection.rows\`select uid, mail, '?' as mark from people where uid = \${uid}\`;
      `)).toEqual([{ uid: hostile, mail: 's3cret', mark: '?' }]);
    });

    it('is free for the next statement as soon as a loop over rows is left, in a transaction too', async () => {
      expect(await answer(`
        for (const uid of ['a', 'b', 'c']) await connection.execute('insert into people (uid) values (?)', [uid]);
        return connection.withTransaction(async () => {
          const first = await connection.firstRow('select uid from people order by uid');
          const seen = [];
          for await (const { uid } of connection.stream('select uid from people order by uid')) { seen.push(uid); if (uid === 'b') break; }
          try { for await (const row of connection.stream('select uid from people')) throw new Error('left'); } catch (error) { seen.push(error.message); }
          await connection.eachRow('select uid from people order by uid', ({ uid }) => { seen.push(uid); return false; });
          return [first.uid, ...seen, await connection.executeUpdate('update people set mail = ?', ['m'])];
        });
      `)).toEqual(['a', 'a', 'b', 'left', 'a', 3]);
    });

    it('may be used while its rows are being read, but in a transaction', async () => {
      expect(await answer(`
        for (const uid of ['a', 'b']) await connection.execute('insert into people (uid) values (?)', [uid]);
        const groups = [];
        await connection.eachRow('select uid from people order by uid', async ({ uid }) => {
          await connection.execute('insert into groups (person, name) values (?, ?)', [uid, 'g' + uid]);
          groups.push(...await connection.rows('select name from groups where person = ?', [uid]));
        });
        return groups;
      `)).toEqual([{ name: 'ga' }, { name: 'gb' }]);
      expect(await answer(`
        await connection.execute('insert into people (uid) values (?)', ['a']);
        return connection.withTransaction(async () => {
          try { for await (const row of connection.stream('select uid from people')) await connection.rows('select 1'); } catch (error) { return error.message; }
        });
      `)).toMatch(/Within a transaction, read the rows to their end/);
    });

    it('rolls back what a script has begun and not ended', async () => {
      const own = await system({ create: 'await connection.begin(); await connection.execute("insert into people (uid) values (?)", [id]); return id', search: 'await connection.eachRow("select uid from people", handler)' });
      await own.create([new Name('a')]);
      expect((await own.search()).items).toEqual([]);
    });

    it('tells a write that was ended apart: rolled back, committed, in the dark', async () => {
      const outcome = async (text: string) => (await (await system({ create: text })).failure({ kind: 'create', objectClass: ACCOUNT, attributes: [new Name('a')], options: OperationOptions.none })).outcome;
      const insert = 'await connection.execute("insert into people (uid) values (?)", [id]);';
      expect(await outcome(`await connection.rows("select 1"); throw icf.error("retryable", "Later.")`)).toBe('notApplied');
      expect(await outcome(`await connection.withTransaction(async () => { ${insert} throw icf.error("retryable", "Later."); })`)).toBe('notApplied');
      expect(await outcome(`await connection.withTransaction(async () => { ${insert} }); throw icf.error("retryable", "Later.")`)).toBe('unknown');
      expect(await outcome(`${insert} throw icf.error("retryable", "Later.")`)).toBe('unknown');
    });

    more?.({ get database() { return database; }, system, answer });
  });
}

/** One server for several suites of a file: started for the first, stopped after the last. */
export function sharedBy(suites: number, start: () => Promise<TestDatabase>): () => Promise<TestDatabase> {
  let started: Promise<TestDatabase> | undefined;
  let left = suites;
  return async () => {
    const database = await (started ??= start());
    return { ...database, stop: async () => { if (--left === 0) await database.stop(); } };
  };
}
