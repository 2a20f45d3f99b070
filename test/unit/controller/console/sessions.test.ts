import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { UserStore } from '../../../../controller/authentication/user-store.js';
import { EndedSessionFile } from '../../../../controller/console/session/ended-sessions.js';
import { openToken, sealToken } from '../../../../controller/console/session/sealed-token.js';
import { sessionKeyFile } from '../../../../controller/console/session/session-keys.js';
import { Sessions } from '../../../../controller/console/session/sessions.js';

const MINUTE = 60_000;
const anna = { name: 'anna', passwordHash: 'hash of the first password', roles: ['causeway-operator'] };

let folder: string;
let now: number;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'causeway-sessions-'));
  now = Date.UTC(2026, 0, 1);
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** What a controller that starts anew on the folder makes of cookies. */
function sessions(users = [anna]): Sessions {
  return new Sessions({ keys: sessionKeyFile(folder), ended: new EndedSessionFile(folder, () => now), users: new UserStore(users), life: 120 * MINUTE, idle: 30 * MINUTE, now: () => now });
}
const opened = (of = sessions()): Promise<string> => of.open({ name: 'anna', roles: anna.roles, method: 'password' });

describe('a session', () => {
  it('counts over a restart, until it is idle for half an hour', async () => {
    const cookie = await opened();
    now += 29 * MINUTE;
    expect(await sessions().read(cookie)).toMatchObject({ name: 'anna', roles: ['causeway-operator'], method: 'password' });
    now += 2 * MINUTE;
    expect(await sessions().read(cookie)).toBeUndefined();
  });

  it('that is used goes on, with a new cookie a minute at most, but not beyond two hours', async () => {
    const all = sessions();
    let cookie = await opened(all);
    const first = await all.read(cookie);
    expect(await all.refreshed(first!)).toBeUndefined();
    for (let minutes = 0; minutes < 100; minutes += 20) {
      now += 20 * MINUTE;
      const session = await all.read(cookie);
      expect(session?.id).toBe(first!.id);
      cookie = (await all.refreshed(session!))!;
    }
    now += 19 * MINUTE;
    expect(await all.read(cookie)).toBeDefined();
    now += 2 * MINUTE;
    expect(await all.read(cookie)).toBeUndefined();
  });

  it('that was ended stays so, with every cookie it ever had, over a restart', async () => {
    const all = sessions();
    const cookie = await opened(all);
    now += 2 * MINUTE;
    const session = (await all.read(cookie))!;
    const later = (await all.refreshed(session))!;
    const other = await opened(all);
    await all.end(session);
    expect([await sessions().read(cookie), await sessions().read(later)]).toEqual([undefined, undefined]);
    expect(await sessions().read(other)).toBeDefined();
  });

  it('has the roles its user has now, and ends with the user or the password', async () => {
    const cookie = await opened();
    expect(await sessions([{ ...anna, roles: ['causeway-auditor'] }]).read(cookie)).toMatchObject({ roles: ['causeway-auditor'] });
    expect(await sessions([{ ...anna, passwordHash: 'hash of another password' }]).read(cookie)).toBeUndefined();
    expect(await sessions([]).read(cookie)).toBeUndefined();
  });

  it('changed by a character, sealed for something else, or with another key, is none', async () => {
    const cookie = await opened();
    const changed = cookie.slice(0, -3) + (cookie.at(-3) === 'A' ? 'B' : 'A') + cookie.slice(-2);
    const keys = sessionKeyFile(folder);
    const attempt = await sealToken(keys, 'oidc-sign-in', { jti: '1', sub: 'anna', roles: [], method: 'oidc', ends: now + MINUTE, used: now }, now + MINUTE);
    for (const token of [changed, attempt, '', 'a.b.c.d.e', 'eyJhbGciOiJub25lIn0.e30.']) expect(await sessions().read(token)).toBeUndefined();
    expect(await openToken(keys, 'oidc-sign-in', attempt, now)).toMatchObject({ sub: 'anna' });
    await rm(join(folder, 'console', 'session-key.json'));
    expect(await sessions().read(cookie)).toBeUndefined();
  });

  it('shows nothing of what it says, and its key is the owner\'s alone', async () => {
    const cookie = await opened();
    expect(cookie.split('.').map((part) => Buffer.from(part, 'base64url').toString('latin1')).join(' ')).not.toMatch(/anna|operator/);
    expect((await stat(join(folder, 'console', 'session-key.json'))).mode & 0o777).toBe(0o600);
  });
});

describe('files of sessions', () => {
  it('that are damaged are told, not made up for', async () => {
    await opened();
    await writeFile(join(folder, 'console', 'session-key.json'), '{"id":"x","secret":"AAAA"}');
    await expect(opened()).rejects.toThrow(/holds no key/);
    await writeFile(join(folder, 'console', 'ended-sessions.json'), '[]');
    await expect(new EndedSessionFile(folder).hasEnded('x')).rejects.toThrow(/damaged/);
  });

  it('forget ended sessions whose tokens have run out', async () => {
    const ended = new EndedSessionFile(folder, () => now);
    await ended.end('short', now + MINUTE);
    now += 2 * MINUTE;
    await ended.end('long', now + MINUTE);
    expect(Object.keys(JSON.parse(await readFile(join(folder, 'console', 'ended-sessions.json'), 'utf8')) as object)).toEqual(['long']);
    expect([await ended.end('long', now), await ended.hasEnded('long')]).toEqual([false, true]);
  });
});
