import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import {
  Attribute, GuardedString, IcfArray, IcfBigDecimal, IcfDouble, NAME, OPTION, PASSWORD, Uid, type Filter, type IcfValue,
} from '../../../protocol/model/index.js';
import { until } from '../../support/until.js';
import { TableFacade, failing, type TestDatabase } from './table-facade.js';

const toGet = (...names: string[]): Record<string, IcfValue> => ({ [OPTION.attributesToGet]: new IcfArray('String', names) });

/** What is the same on every database. Each test has a table of its own. */
export function describeBehaviours(title: string, start: () => Promise<TestDatabase>, quoting: 'Double' | 'Back'): void {
  describe(`the database-table connector on ${title}`, () => {
    let database: TestDatabase;
    let number = 0;
    const open: TableFacade[] = [];
    beforeAll(async () => { database = await start(); });
    afterEach(async () => { await Promise.all(open.splice(0).map((facade) => facade.dispose())); });
    afterAll(() => database.stop());

    async function table(changes: Record<string, IcfValue> = {}, isNew = true): Promise<TableFacade & { readonly table: string }> {
      const name = isNew ? `people_${++number}` : `people_${number}`;
      if (isNew) await database.createTable(name);
      const facade = await TableFacade.on(database, { table: name, ...changes });
      open.push(facade);
      return Object.assign(facade, { table: name });
    }

    it('[database-table 3] fails for a wrong password, a table or a column that is not there, and says which property to correct', async () => {
      const on = async (changes: Record<string, IcfValue>) => failing((await table(changes, false)).facade.perform({ kind: 'test' }, { signal: new AbortController().signal }));
      await table();
      if (database.configuration['password'] !== null) {
        const refused = await on({ password: 'wrong-password-1' });
        expect(refused.kind).toBe('invalidCredential');
        expect(refused.message).not.toContain('wrong-password-1');
      }
      const missing = await on({ table: 'nowhere' });
      expect([missing.kind, missing.message]).toEqual(['configuration', expect.stringContaining('nowhere')]);
      expect((await on({ keyColumn: 'nokey' })).message).toMatch(/nokey, which the property keyColumn names/);
      expect((await on({ changeLogColumn: 'nolog' })).message).toMatch(/changeLogColumn/);
      expect((await on({ validationQuery: 'select nonsense from nowhere' })).message).toMatch(/nowhere/);
    });

    it('[database-table 7] defaults table to TABLE_NAME and keyColumn to KEY_COLUMN', async () => {
      const facade = await TableFacade.on(database, { keyColumn: 'KEY_COLUMN', passwordColumn: null, changeLogColumn: null });
      open.push(facade);
      expect((await failing(facade.facade.perform({ kind: 'test' }, facade.context))).message).toMatch(/no table TABLE_NAME/);
      await database.query('create table TABLE_NAME (KEY_COLUMN varchar(20) primary key, mail varchar(20))');
      await facade.facade.perform({ kind: 'test' }, facade.context);
      expect((await facade.create('a', { mail: 'm' })).value).toBe('a');
    });

    it('[database-table 5] identifies a row by the value of keyColumn', async () => {
      const facade = await table();
      expect((await facade.create('bob', { name: 'Bob' })).value).toBe('bob');
      const found = await facade.get('bob');
      expect([found?.uid.value, found?.name.value, found?.get('name')?.values]).toEqual(['bob', 'bob', ['Bob']]);
      expect(found?.get('email')).toBeUndefined();
      expect((await failing(facade.create('bob'))).kind).toBe('alreadyExists');
      for (const other of ['BOB', 'bob ', 'böb', 'bo%', '\'; drop table people_1; --']) {
        expect(await facade.get(other), other).toBeNull();
        expect((await failing(facade.update(other, { name: 'x' }))).kind).toBe('unknownUid');
        expect((await failing(facade.delete(other))).kind).toBe('unknownUid');
      }
      expect((await facade.update('bob', { [NAME]: 'rob', age: 3 })).value).toBe('rob');
      expect((await facade.get('rob'))?.get('age')?.values).toEqual([3]);
      await facade.delete('rob');
      expect(await facade.uids()).toEqual([]);
    });

    it('[database-table 6] creates nothing where __NAME__ and the key column\'s own attribute are both given', async () => {
      const facade = await table();
      const error = await failing(facade.create('bob', { email: 'bob@example.com' }));
      expect([error.kind, error.outcome, error.message]).toEqual(['invalidAttributeValue', 'notApplied', expect.stringContaining('keyColumn')]);
      expect(await facade.uids()).toEqual([]);
    });

    it('refuses what the database refuses, with its own words, and applies nothing of it', async () => {
      const facade = await table();
      await facade.create('bob', { name: 'Bob' });
      const tooLong = await failing(facade.update('bob', { age: 5, name: 'x'.repeat(60) }));
      expect([tooLong.kind, tooLong.outcome]).toEqual(['invalidAttributeValue', 'notApplied']);
      expect((await failing(facade.update('bob', { age: 'many' }))).kind).toBe('invalidAttributeValue');
      expect((await failing(facade.update('bob', { must: null }))).kind).toBe('invalidAttributeValue');
      const noColumn = await failing(facade.create('cid', { shoe: 'x' }));
      expect([noColumn.kind, noColumn.message]).toEqual(['invalidAttributeValue', expect.stringMatching(/no column for shoe: its columns are email, name/)]);
      expect((await failing(facade.facade.perform({ kind: 'update', updateType: 'REPLACE', uid: new Uid('bob'), attributes: [new Attribute('name', ['a', 'b'])], ...facade.on() }, facade.context))).message).toMatch(/one value, 2 were given/);
      expect((await facade.get('bob'))?.get('age')?.values).toBeNull();
      expect(await facade.uids()).toEqual(['bob']);
    });

    it('keeps every kind of value to its last digit', async () => {
      const facade = await table();
      const values = {
        name: 'Zoë \u{1F600} \'"`\\', age: -2_147_483_648, big: 9_007_199_254_740_993n, salary: new IcfBigDecimal(123_456_789_012n, 2), score: new IcfDouble(0.1), active: true,
        photo: new Uint8Array([0, 255, 39]), hired: '2024-02-29', starts: '13:05:09', seen: '2024-02-29 13:05:09.123456',
      };
      await facade.create('bob', values);
      const found = await facade.get('bob', toGet(...Object.keys(values)));
      for (const [name, value] of Object.entries(values)) {
        const held = found?.get(name)?.values?.[0];
        if (value instanceof Uint8Array) expect([...held as Uint8Array]).toEqual([...value]);
        else expect(held, name).toEqual(value);
      }
      expect((await facade.get('bob'))?.get('photo'), 'bytes are not returned by default').toBeUndefined();
      await facade.update('bob', { age: '7', salary: '1.50', active: 'false', big: 5 });
      const again = await facade.get('bob');
      expect(['age', 'salary', 'active', 'big'].map((name) => again?.get(name)?.single)).toEqual([7, new IcfBigDecimal(150n, 2), false, 5n]);
    });

    it('[database-table 19] returns times as the database writes them, with nativeTimestamps or allNative as java.sql.Timestamp does', async () => {
      const facade = await table();
      await facade.create('bob', { seen: '2024-02-29 13:05:09', hired: '2024-02-29', starts: '13:05:09' });
      expect((await facade.get('bob'))?.get('seen')?.single).toBe('2024-02-29 13:05:09');
      for (const property of ['nativeTimestamps', 'allNative']) {
        const native = await (await table({ [property]: true }, false)).get('bob');
        expect([native?.get('seen')?.single, native?.get('hired')?.single, native?.get('starts')?.single]).toEqual(['2024-02-29 13:05:09.0', '2024-02-29', '13:05:09']);
      }
    });

    it('[database-table 12] replaces the whole value in a PATCH that adds; there is one value at most', async () => {
      const facade = await table();
      await facade.create('bob', { name: 'Bob' });
      await facade.update('bob', { name: 'Rob' }, 'ADD');
      // What is there already is as good as changed.
      expect((await facade.update('bob', { name: 'Rob' })).value).toBe('bob');
      expect((await facade.get('bob'))?.get('name')?.values).toEqual(['Rob']);
      await facade.update('bob', { name: 'Rob' }, 'REMOVE');
      expect((await facade.get('bob'))?.get('name')?.values).toBeNull();
    });

    it('[database-table 18] passes over errors without a vendor code with rethrowAllSQLExceptions false, and over no others', async () => {
      const facade = await table({ rethrowAllSQLExceptions: false });
      await facade.create('bob', { name: 'Bob' });
      const hasCodes = quoting === 'Back';
      const outcome = await facade.update('bob', { name: 'x'.repeat(60) }).then(({ value }) => value, (error: unknown) => (error as { kind: string }).kind);
      expect(outcome).toBe(hasCodes ? 'invalidAttributeValue' : 'bob');
      const again = await facade.create('bob').then(({ value }) => value, (error: unknown) => (error as { kind: string }).kind);
      expect(again).toBe(hasCodes ? 'alreadyExists' : 'bob');
      expect(facade.log.at('warn').length > 0).toBe(!hasCodes);
      expect((await facade.get('bob'))?.get('name')?.values).toEqual(['Bob']);
      // What the connector itself finds is no error of the database.
      expect((await failing(facade.update('nobody', { name: 'x' }))).kind).toBe('unknownUid');
    });

    it('[database-table 17] writes an empty text as NULL, with enableEmptyString as such into columns that may not be NULL', async () => {
      const without = await table();
      await without.create('ann', { note: '' });
      expect((await without.get('ann'))?.get('note')?.values).toBeNull();
      expect((await failing(without.create('bob', { must: '' }))).kind).toBe('invalidAttributeValue');
      const enabled = await table({ enableEmptyString: true }, false);
      await enabled.create('cid', { must: '', note: '' });
      expect([(await enabled.get('cid'))?.get('must')?.values, (await enabled.get('cid'))?.get('note')?.values]).toEqual([[''], null]);
      await enabled.update('cid', { must: null });
      expect((await enabled.get('cid'))?.get('must')?.values).toEqual(['']);
    });

    it('[database-table 15] returns passwords never while suppressPassword is true, and else when asked for by name only', async () => {
      const suppressed = await table();
      const password = new GuardedString('pa55-of-bob');
      await suppressed.create('bob', { [PASSWORD]: password });
      expect((await suppressed.get('bob', toGet(PASSWORD, 'secret')))?.attributes).toHaveLength(2);
      const open = await table({ suppressPassword: false }, false);
      expect((await open.get('bob'))?.get(PASSWORD)).toBeUndefined();
      expect(((await open.get('bob', toGet(PASSWORD)))?.get(PASSWORD)?.single as GuardedString).reveal()).toBe('pa55-of-bob');
    });

    it('[database-table 16, 22] checks passwords where there is a passwordColumn, and finds uids by user name', async () => {
      const facade = await table();
      await facade.create('bob', { [PASSWORD]: new GuardedString('pa55-of-bob') });
      await facade.create('ann');
      const login = (username: string, password: string) => facade.facade.perform({ kind: 'authenticate', username, password: new GuardedString(password), ...facade.on() }, facade.context);
      expect((await login('bob', 'pa55-of-bob'))?.value).toBe('bob');
      for (const [name, password] of [['bob', 'PA55-OF-BOB'], ['bob', 'pa55-of-bob '], ['bob', ''], ['ann', ''], ['nobody', 'x'], ['BOB', 'pa55-of-bob']] as const) {
        expect((await failing(login(name, password))).kind, `${name} ${password}`).toBe('invalidCredential');
      }
      const resolve = (username: string) => facade.facade.perform({ kind: 'resolveUsername', username, ...facade.on() }, facade.context);
      expect((await resolve('ann'))?.value).toBe('ann');
      expect((await failing(resolve('ANN'))).kind).toBe('invalidCredential');
      const without = await table({ passwordColumn: '' }, false);
      expect(without.facade.supportedOperations.has('AuthenticationApiOp')).toBe(false);
      expect((await failing(without.create('cid', { [PASSWORD]: new GuardedString('x') }))).message).toMatch(/no passwordColumn/);
    });

    it(`[database-table 20] puts the chosen quotes around column names (${quoting})`, async () => {
      const name = `quoted_${++number}`;
      const [open, close] = quoting === 'Back' ? ['`', '`'] : ['"', '"'];
      await database.query(`create table ${name} (${open}Key of it${close} varchar(20) primary key, ${open}order${close} varchar(20), plain varchar(20))`);
      const facade = await TableFacade.on(database, { table: name, keyColumn: 'Key of it', passwordColumn: null, changeLogColumn: null, quoting });
      try {
        await facade.create('a', { order: '1', plain: 'p' });
        await facade.update('a', { order: '2' });
        expect((await facade.get('a'))?.get('order')?.values).toEqual(['2']);
        expect((await facade.search({ kind: 'startsWith', attribute: Attribute.of('order', '2') })).items).toHaveLength(1);
        const bare = await TableFacade.on(database, { table: name, keyColumn: 'Key of it', passwordColumn: null, changeLogColumn: null });
        expect((await failing(bare.get('a'))).message).toMatch(/"Key of it" is not a plain SQL name/);
        await bare.dispose();
      } finally {
        await facade.dispose();
      }
    });

    it('[database-table 13] gives pages in the order of the key, each once, counted on request', async () => {
      const facade = await table();
      for (let index = 0; index < 12; index++) await facade.create(`user${String(index).padStart(2, '0')}`, { age: index });
      const seen: string[] = [];
      let cookie: string | undefined;
      for (let page = 0; page < 10; page++) {
        const { items, end } = await facade.search(undefined, { [OPTION.pageSize]: 5, [OPTION.totalPagedResultsPolicy]: 'EXACT', ...(cookie === undefined ? {} : { [OPTION.pagedResultsCookie]: cookie }) });
        seen.push(...items.map(({ uid }) => uid.value));
        if (page === 0) {
          expect([end?.totalPagedResults, end?.remainingPagedResults]).toEqual([12, 7]);
          // Rows behind and before the page's end come and go.
          await facade.delete('user00');
          await facade.create('user045');
        }
        cookie = end?.pagedResultsCookie ?? undefined;
        if (cookie === undefined) break;
      }
      expect(seen).toEqual(['user00', 'user01', 'user02', 'user03', 'user04', 'user045', 'user05', 'user06', 'user07', 'user08', 'user09', 'user10', 'user11']);
      expect((await facade.search(undefined, { [OPTION.pageSize]: 3, [OPTION.pagedResultsOffset]: 4 })).items.map(({ uid }) => uid.value)).toEqual(['user045', 'user05', 'user06']);
    });

    it('[database-table 14] gives everything at once with disablePaging', async () => {
      const facade = await table({ disablePaging: true });
      for (const name of ['a', 'b', 'c']) await facade.create(name);
      const { items, end } = await facade.search(undefined, { [OPTION.pageSize]: 2 });
      expect([items.length, end?.pagedResultsCookie]).toEqual([3, null]);
    });

    it('finds what a filter means, whatever the collation', async () => {
      const facade = await table();
      await facade.create('a', { name: 'Straße', age: 1, note: '50%_[x]!', seen: '2024-01-01 00:00:00.5' });
      await facade.create('b', { name: 'straße', age: 2, note: 'abc ', seen: '2024-01-01 00:00:00' });
      await facade.create('c', { name: null, age: 3, note: 'abc', seen: '2024-01-02 00:00:00' });
      const cases: [Filter, string[]][] = [
        [{ kind: 'equals', attribute: Attribute.of('name', 'straße') }, ['b']],
        [{ kind: 'equals', attribute: Attribute.of('note', 'abc') }, ['c']],
        [{ kind: 'contains', attribute: Attribute.of('note', '%_[x]!') }, ['a']],
        [{ kind: 'endsWith', attribute: Attribute.of('note', 'c ') }, ['b']],
        [{ kind: 'startsWith', attribute: Attribute.of('name', 'S') }, ['a']],
        [{ kind: 'greaterThan', attribute: Attribute.of('age', 1) }, ['b', 'c']],
        [{ kind: 'lessThanOrEqual', attribute: Attribute.of('age', 2n) }, ['a', 'b']],
        [{ kind: 'equals', attribute: Attribute.of('age', '2') }, []],
        [{ kind: 'equals', attribute: Attribute.of('age', 99_999_999_999n) }, []],
        [{ kind: 'greaterThan', attribute: Attribute.of('seen', '2024-01-01 00:00:00') }, ['a', 'c']],
        [{ kind: 'not', operand: { kind: 'equals', attribute: Attribute.of('name', 'straße') } }, ['a', 'c']],
        [{ kind: 'or', operands: [{ kind: 'equals', attribute: Attribute.of('age', 3) }, { kind: 'startsWith', attribute: Attribute.of('name', 'Str') }] }, ['a', 'c']],
        [{ kind: 'and', operands: [{ kind: 'presence', name: 'name' }, { kind: 'lessThan', attribute: Attribute.of('age', 2) }] }, ['a']],
      ];
      for (const [filter, expected] of cases) expect(await facade.uids(filter), JSON.stringify(filter, (_, value: unknown) => (typeof value === 'bigint' ? String(value) : value))).toEqual(expected);
    });

    it('[database-table 8, 9, 10] sends rows changed after the token, oldest first, never deletes; none without changeLogColumn', async () => {
      const facade = await table();
      const at = (second: number) => `2024-01-01 00:00:0${second}`;
      for (const [name, second] of [['a', 1], ['b', 2], ['c', 3]] as const) await facade.create(name, { changed: at(second) });
      const latest = await facade.facade.perform({ kind: 'latestSyncToken', objectClass: '__ACCOUNT__' }, facade.context);
      expect(latest?.value).toBe(at(3));
      const all = await facade.sync(null);
      expect(all.items.map(({ uid, kind, token }) => [uid.value, kind, token.value])).toEqual([['a', 'CREATE_OR_UPDATE', at(1)], ['b', 'CREATE_OR_UPDATE', at(2)], ['c', 'CREATE_OR_UPDATE', at(3)]]);
      expect(all.end?.value).toBe(at(3));
      expect((await facade.sync(latest)).items).toEqual([]);
      await facade.update('a', { changed: at(4) });
      await facade.delete('b');
      const changes = await facade.sync(latest);
      expect(changes.items.map(({ uid }) => uid.value)).toEqual(['a']);
      expect(changes.items[0]?.object?.get('changed')).toBeUndefined();
      expect((await facade.sync(changes.end ?? null)).items).toEqual([]);
      expect((await failing(facade.sync({ value: 'yesterday' }))).message).toMatch(/no value of changed/);
      const without = await table({ changeLogColumn: null }, false);
      expect(without.facade.supportedOperations.has('SyncApiOp')).toBe(false);
    });

    it('[database-table 10, 11] repeats the rows of the token\'s own time with inclusiveSync', async () => {
      const facade = await table({ inclusiveSync: true });
      for (const name of ['a', 'b']) await facade.create(name, { changed: '2024-01-01 00:00:01' });
      const token = { value: '2024-01-01 00:00:01' };
      expect((await facade.sync(token)).items.map(({ uid }) => uid.value)).toEqual(['a', 'b']);
      expect((await (await table({}, false)).sync(token)).items).toEqual([]);
    });

    it('goes on behind the last change whose token was stored, also among rows of one instant', async () => {
      const facade = await table();
      const expected: string[] = [];
      for (let index = 0; index < 40; index++) {
        expected.push(`user${String(index).padStart(2, '0')}`);
        // The first five have no change time.
        await facade.create(expected[index]!, { changed: index < 5 ? null : `2024-01-01 00:00:0${Math.floor(index / 7)}` });
      }
      const { items, end } = await facade.sync(null);
      expect(items.map(({ uid }) => uid.value)).toEqual(expected);
      expect(end?.value).toBe('2024-01-01 00:00:05');
      for (const [index, { token }] of items.entries()) expect((await facade.sync(token)).items.map(({ uid }) => uid.value)).toEqual(expected.slice(index + 1));
    });

    it('streams a large table and lets go of it when the reader leaves', async () => {
      const facade = await table();
      const rows = Array.from({ length: 3000 }, (_, index) => `('user${String(index).padStart(5, '0')}', 'x')`);
      await database.query(`insert into ${facade.table} (email, must) values ${rows.join(', ')}`);
      expect((await facade.search(undefined, toGet())).items).toHaveLength(3000);
      const stream = facade.facade.stream({ kind: 'search', filter: undefined, ...facade.on() }, facade.context);
      expect((await stream.next()).done).toBe(false);
      await stream.return(undefined);
      await facade.create('after');
      expect(await facade.get('after')).not.toBeNull();
      await until(() => facade.facade.status().sessions.inUse === 0, 'the connections to be given back');
    });

    it('[database-table 21] learns a key the database makes, as long as returnGeneratedKeys lets it ask', async () => {
      const name = `generated_${++number}`;
      await database.query(`create table ${name} (id ${quoting === 'Back' ? 'int auto_increment' : 'serial'} primary key, mail varchar(20))`);
      const on = async (returnGeneratedKeys: boolean) => {
        const facade = await TableFacade.on(database, { table: name, keyColumn: 'id', passwordColumn: null, changeLogColumn: null, returnGeneratedKeys });
        open.push(facade);
        return facade;
      };
      const asking = await on(true);
      const created = await asking.facade.perform({ kind: 'create', attributes: [Attribute.of('mail', 'a')], ...asking.on() }, asking.context);
      expect((await asking.get(created!.value))?.get('mail')?.values).toEqual(['a']);
      expect(await asking.get('007')).toBeNull();
      const silent = await on(false);
      expect((await failing(silent.facade.perform({ kind: 'create', attributes: [Attribute.of('mail', 'b')], ...silent.on() }, silent.context))).message).toMatch(/returnGeneratedKeys/);
      expect((await silent.create('70', { mail: 'c' })).value).toBe('70');
    });

    it('[database-table 33] tests the connection, the table, its columns and the right to read', async () => {
      const facade = await table({ validationQuery: 'select 1' });
      await facade.facade.perform({ kind: 'test' }, facade.context);
      await database.query(`drop table ${facade.table}`);
      expect((await failing(facade.facade.perform({ kind: 'test' }, facade.context))).kind).toBe('configuration');
    });

    it('follows the table where columns come and go', async () => {
      const facade = await table();
      await facade.create('bob', { changed: '2024-01-01 00:00:01' });
      await database.query(`alter table ${facade.table} add column shoe varchar(5)`);
      await facade.update('bob', { shoe: '42' });
      expect((await facade.get('bob'))?.get('shoe')?.values).toEqual(['42']);
      await database.query(`alter table ${facade.table} drop column shoe`);
      for (const read of [() => facade.sync(null), () => facade.search()]) {
        // The first may find out on its connection.
        await read().catch(() => undefined);
        expect((await read()).items.map(({ uid }) => uid.value)).toEqual(['bob']);
      }
    });

    it('describes the columns as attributes with Java\'s types', async () => {
      const facade = await table();
      const { objectClasses } = (await facade.facade.perform({ kind: 'schema' }, facade.context))!;
      const types = Object.fromEntries(objectClasses[0]!.attributes.map(({ name, type, flags }) => [name, [type, ...flags].join(' ')]));
      expect(types).toEqual({
        __NAME__: 'String REQUIRED', __PASSWORD__: 'GuardedString NOT_READABLE NOT_RETURNED_BY_DEFAULT', name: 'String', age: 'Integer', big: 'Long', salary: 'BigDecimal', score: 'Double',
        active: 'Boolean', photo: 'byte[] NOT_RETURNED_BY_DEFAULT', hired: 'String', starts: 'String', seen: 'String', note: 'String', must: 'String',
      });
    });
  });
}
