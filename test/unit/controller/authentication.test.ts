import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hashPassword, isPasswordHash, verifyPassword } from '../../../controller/authentication/password-hash.js';
import { UserStore } from '../../../controller/authentication/user-store.js';
import { startRest, type Rest } from './start-rest.js';

let rest: Rest;
beforeAll(async () => { rest = await startRest(); });
afterAll(() => rest.stop());

async function status(headers: Record<string, string>, path = '/openidm/system/memory/account?_queryFilter=true', method = 'GET'): Promise<number> {
  const response = await fetch(rest.url + path, { method, headers });
  await response.text();
  return response.status;
}
const basic = (name: string, password: string): string => `Basic ${Buffer.from(`${name}:${password}`).toString('base64')}`;

describe('callers', () => {
  it.each([
    ['nobody', {}, 403], ['a wrong password', { 'X-OpenIDM-Username': 'openidm-admin', 'X-OpenIDM-Password': 'x' }, 401], ['an unknown user', { Authorization: basic('x', 'openidm-admin') }, 401],
    ['a name alone', { 'X-OpenIDM-Username': 'openidm-admin' }, 401], ['a token where none are taken', { Authorization: 'Bearer x.y.z' }, 401], ['half a Basic header', { Authorization: 'Basic b3Blbg==' }, 401],
    ['the CSRF header alone', { 'X-Requested-With': 'x' }, 401],
    ['both headers', { 'X-OpenIDM-Username': 'openidm-admin', 'X-OpenIDM-Password': 'openidm-admin' }, 200], ['RFC 5987', { 'X-OpenIDM-Username': "UTF-8''openidm%2Dadmin", 'X-OpenIDM-Password': "utf-8'en'openidm%2dadmin" }, 200],
    ['Basic', { Authorization: basic('openidm-admin', 'openidm-admin') }, 200],
  ])('with %s', async (_what, headers, expected) => {
    expect(await status(headers as Record<string, string>)).toBe(expected);
  });

  it('who forge are stopped before anything else, a plain read asks for a login', async () => {
    expect(await status({}, '/openidm/system?_action=test', 'POST')).toBe(403);
    expect(await status({}, '/openidm/system/memory/account/1')).toBe(401);
  });

  it('may ping without a login and get the documented error body', async () => {
    expect(await (await fetch(`${rest.url}/openidm/info/ping`)).json()).toEqual({ _id: '', _rev: '', shortDesc: 'OpenIDM ready', state: 'ACTIVE_READY' });
    const refused = await fetch(`${rest.url}/openidm/system/memory/account/1`);
    expect(await refused.json()).toEqual({ code: 401, reason: 'Unauthorized', message: 'Access Denied' });
    expect(refused.headers.get('www-authenticate')).toBeNull();
  });
});

describe('passwords', () => {
  it('are stored as scrypt hashes and unreadable hashes match nothing', async () => {
    const hash = await hashPassword('pässword');
    expect(isPasswordHash(hash)).toBe(true);
    expect([await verifyPassword('pässword', hash), await verifyPassword('password', hash), await verifyPassword('', 'scrypt$1$1$1$AA$AA')]).toEqual([true, false, false]);
    expect(isPasswordHash('scrypt$1073741824$8$1$AAAAAAAAAAAAAAAAAAAAAA==$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=')).toBe(false);
  });

  it('that were right are remembered for a while, wrong ones never, and long ones are not cut', async () => {
    let now = 0;
    const long = 'x'.repeat(100);
    const store = new UserStore([{ name: 'u', passwordHash: await hashPassword(long), roles: [] }], () => now);
    expect(await store.authenticate('u', long)).toMatchObject({ name: 'u' });
    expect(await store.authenticate('u', `${long}y`)).toBeUndefined();
    expect(await store.authenticate('u', 'x'.repeat(72))).toBeUndefined();
    now = 10 * 60_000;
    expect(await store.authenticate('u', long)).toMatchObject({ name: 'u' });
  });
});
