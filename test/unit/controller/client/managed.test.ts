import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CausewayClient, CausewayError, type Objects } from '../../../../controller/client/index.js';
import { startManaged, type ManagedWorld } from '../managed/start-managed.js';

interface User { readonly _id: string; readonly _rev: string; readonly userName: string; readonly mail?: string; readonly password?: string }

let world: ManagedWorld;
let users: Objects<User>;
beforeEach(async () => {
  world = await startManaged();
  users = new CausewayClient({ url: world.url, authentication: { session: true } }).managed<User>('user');
});
afterEach(() => world.stop());

async function failure(work: Promise<unknown>): Promise<CausewayError> {
  const error: unknown = await work.then(() => undefined, (caught: unknown) => caught);
  expect(error).toBeInstanceOf(CausewayError);
  return error as CausewayError;
}

async function names(rows: AsyncIterable<User>): Promise<string[]> {
  const found: string[] = [];
  for await (const { userName } of rows) found.push(userName);
  return found;
}

const ANN = { userName: 'ann', sn: 'Lee', mail: 'ann@example.com', password: 'Secret123' };

describe('managed objects by the client', () => {
  it('are made with an id of their own or of the caller, read, changed and deleted; what is private is not answered', async () => {
    const made = await users.create(ANN);
    expect(made).toMatchObject({ userName: 'ann', mail: 'ann@example.com' });
    expect([made._id.length, Object.hasOwn(made, 'password')]).toEqual([36, false]);
    expect(await users.create({ ...ANN, userName: 'bob', mail: 'bob@example.com' }, { id: 'with space-é?' })).toMatchObject({ _id: 'with space-é?' });
    expect(await users.read('with space-é?', { fields: ['userName'] })).toEqual({ _id: 'with space-é?', _rev: expect.any(String) as string, userName: 'bob' });
    const changed = await users.patch(made._id, [{ operation: 'replace', field: 'mail', value: 'new@example.com' }], { revision: made._rev });
    expect([changed.mail, changed._rev === made._rev]).toEqual(['new@example.com', false]);
    expect(await users.update(made._id, { userName: 'anna', sn: 'Lee' }, { revision: changed._rev })).not.toHaveProperty('mail');
    expect(await users.delete(made._id)).toMatchObject({ userName: 'anna' });
    expect(await failure(users.read(made._id))).toMatchObject({ kind: 'refused', status: 404, retryable: false });
  });

  it('are refused with the failed policies, a taken id, another revision, and a type that is none', async () => {
    await users.create(ANN, { id: 'a' });
    const refused = await failure(users.create({ ...ANN, userName: 'Ann', mail: 'other@example.com', password: 'weak' }));
    expect(refused).toMatchObject({ status: 403, retryable: false });
    expect(new Set((refused.detail as { failedPolicyRequirements: { property: string }[] }).failedPolicyRequirements.map(({ property }) => property))).toEqual(new Set(['password', 'userName']));
    expect(await failure(users.create({ ...ANN, userName: 'x', mail: 'x@example.com' }, { id: 'a' }))).toMatchObject({ status: 412 });
    expect(await failure(users.update('a', { userName: 'b', sn: 'x' }, { revision: 'another' }))).toMatchObject({ status: 412 });
    expect(await failure(users.update('none', { userName: 'b', sn: 'x' }))).toMatchObject({ status: 404 });
    expect(await failure(users.delete('a', { revision: 'another' }))).toMatchObject({ status: 412 });
    expect(await failure(new CausewayClient({ url: world.url, authentication: { session: true } }).managed('robot').read('a'))).toMatchObject({ status: 404 });
    expect((await users.read('a')).userName).toBe('ann');
  });

  it('are streamed, and come page by page in order, with their count', async () => {
    for (const letter of 'gfedcba') await users.create({ userName: letter, sn: letter < 'd' ? 'first' : 'last' }, { id: `id ${letter}` });
    expect((await names(users.stream({ id: 'query-all' }))).sort()).toEqual(['a', 'b', 'c', 'd', 'e', 'f', 'g']);
    expect(await names(users.paged({ filter: 'sn eq "last"' }, { pageSize: 3, sortKeys: ['-userName'] }))).toEqual(['g', 'f', 'e', 'd']);
    const first = await users.page({ filter: 'true' }, { pageSize: 5, sortKeys: ['userName'], total: 'EXACT', fields: ['userName'] });
    expect([first.resultCount, first.totalPagedResults, first.totalPagedResultsPolicy, Object.keys(first.result[0] ?? {})]).toEqual([5, 7, 'EXACT', ['_id', '_rev', 'userName']]);
    const second = await users.page({ filter: 'true' }, { pageSize: 5, sortKeys: ['userName'], cookie: first.pagedResultsCookie ?? '' });
    expect([second.result.map(({ userName }) => userName), second.pagedResultsCookie]).toEqual([['f', 'g'], null]);
    expect(await failure(names(users.stream({ filter: 'password eq "Secret123"' })))).toMatchObject({ status: 403 });
    expect(await failure(users.page({ filter: 'sn eq' }, { pageSize: 1 }))).toMatchObject({ status: 400 });
  });
});
