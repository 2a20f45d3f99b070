import { beforeEach, describe, expect, it } from 'vitest';
import { UserStore } from '../../../../controller/authentication/user-store.js';
import { SharedEndedSessions, sharedSessionKeys } from '../../../../controller/console/session/shared-sessions.js';
import { Sessions } from '../../../../controller/console/session/sessions.js';
import type { Database } from '../../../../controller/store/database/database.js';
import { DatabaseUnavailable } from '../../../../controller/store/database/database-errors.js';
import { testDatabase } from '../../../support/test-database.js';

const MINUTE = 60_000;
const anna = { name: 'anna', passwordHash: 'hash', roles: ['causeway-operator'] };
let database: Database;
let now: number;
beforeEach(async () => {
  database = await testDatabase();
  now = 1_800_000_000_000;
});
/** Those of one of the controllers. */
const sessions = (at = database): Sessions => new Sessions({ keys: sharedSessionKeys(at), ended: new SharedEndedSessions(at, () => now), users: new UserStore([anna]), life: 120 * MINUTE, idle: 30 * MINUTE, now: () => now });
const open = (at: Sessions): Promise<string> => at.open({ name: 'anna', roles: anna.roles, method: 'password' });

describe('sessions of a fleet', () => {
  it('of one controller count at the others, also when each made a key at the same moment', async () => {
    const controllers = [sessions(), sessions(), sessions()];
    const cookies = await Promise.all(controllers.map(open));
    for (const each of controllers) for (const cookie of cookies) expect(await each.read(cookie)).toMatchObject({ name: 'anna' });
  });

  it('end everywhere when they are ended at one', async () => {
    const [a, b] = [sessions(), sessions()];
    const cookie = await open(a);
    const session = await b.read(cookie);
    if (session === undefined) throw new Error('it does not count');
    await b.end(session);
    expect(await a.read(cookie)).toBeUndefined();
  });

  it('do not count while nobody can say whether they have ended', async () => {
    let isAway = false;
    const at = sessions({ ...database, query: (sql: string, values: never) => (isAway ? Promise.reject(new DatabaseUnavailable('it is away')) : database.query(sql, values)) });
    const cookie = await open(at);
    isAway = true;
    await expect(at.read(cookie)).rejects.toThrow('it is away');
  });

  it('that are over by themselves are not kept as ended', async () => {
    const ended = new SharedEndedSessions(database, () => now);
    expect(await ended.end('first', now + MINUTE)).toBe(true);
    expect(await ended.end('first', now + MINUTE)).toBe(false);
    now += 2 * MINUTE;
    await ended.end('second', now + MINUTE);
    expect(await database.query('SELECT id FROM console_ended_session')).toEqual([{ id: 'second' }]);
  });
});
