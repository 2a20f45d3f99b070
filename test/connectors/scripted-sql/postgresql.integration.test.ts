import { expect, it } from 'vitest';
import { Name, OPTION, GuardedString, OperationOptions, ACCOUNT } from '../../../protocol/model/index.js';
import { postgresqlDatabase } from '../database-table/databases.js';
import { describeScriptConnection, sharedBy } from './script-connection.js';
import { describeSqlContract } from './sql-contract.js';

const start = sharedBy(2, postgresqlDatabase);

describeScriptConnection('PostgreSQL', start, {
  more: (world) => {
    it('becomes that of another user where alternateUsernameAllowed says so, and is the configured one\'s again for the next operation [scripted-sql 26, 27]', async () => {
      await world.database.query('drop role if exists other');
      await world.database.query("create role other login password 'other-pw'");
      const create = 'if (options.runAsUser) await connection.as(options.runAsUser, options.runWithPassword); return (await connection.firstRow("select current_user as name")).name';
      const as = async (password: string, values: Record<string, boolean>): Promise<unknown[]> => {
        const own = await world.system({ create }, values);
        const options = OperationOptions.of({ [OPTION.runAsUser]: 'other', [OPTION.runWithPassword]: new GuardedString(password) });
        const asked = { kind: 'create', objectClass: ACCOUNT, attributes: [new Name('a')], options } as const;
        return [await own.perform(asked).then((uid) => uid?.value, (error: unknown) => (error as { kind: string }).kind), (await own.create([new Name('a')]))?.value];
      };
      const { username } = world.database.configuration;
      expect(await as('other-pw', { alternateUsernameAllowed: true })).toEqual(['other', username]);
      expect(await as('wrong', { alternateUsernameAllowed: true })).toEqual(['invalidCredential', username]);
      expect(await as('other-pw', {})).toEqual([username, username]);
    });

    it('commits without auto-commit, or fails, before the operation is answered', async () => {
      const create = 'await connection.execute("insert into people (uid) values (?)", [id]); await connection.execute("insert into groups values (?, ?)", ["nobody", "g"]); return id';
      const count = async (): Promise<unknown> => (await world.database.query('select count(*)::int as count from people'))[0]?.['count'];
      const own = await world.system({ create }, { defaultAutoCommit: false, commitOnReturn: true });
      await own.create([new Name('a')]);
      expect(await count()).toBe(1);
      await world.database.query('delete from groups');
      await world.database.query('alter table groups add constraint person_exists foreign key (person) references people (uid) deferrable initially deferred');
      const error = await own.failure({ kind: 'create', objectClass: ACCOUNT, attributes: [new Name('b')], options: OperationOptions.none });
      expect(error.message).toMatch(/person_exists/);
      expect(await count()).toBe(1);
      const rolledBack = await world.system({ create }, { defaultAutoCommit: false, commitOnReturn: true, rollbackOnReturn: true });
      await rolledBack.create([new Name('c')]);
      expect(await count()).toBe(0);
    });

    it('has a second connection that may break between two operations', async () => {
      const search = 'await connection.eachRow("select 1 as n", async () => { const [{ pid }] = await connection.rows("select pg_backend_pid() as pid"); await handler({ uid: String(pid) }); })';
      const own = await world.system({ search }, { testOnBorrow: true, validationQuery: 'select 1', validationInterval: 0n, maxActive: 1 });
      const pid = async (): Promise<string | undefined> => (await own.search()).items[0]?.uid.value;
      const first = await pid();
      expect(await pid()).toBe(first);
      await world.database.query(`select pg_terminate_backend(${first ?? ''}, 5000)`);
      expect(await pid()).not.toBe(first);
    });
  },
});
describeSqlContract('scripted-sql on PostgreSQL', start);
