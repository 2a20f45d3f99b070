import { afterEach, describe, expect, it } from 'vitest';
import { startRecon, type Recon } from '../start-recon.js';
import { startManaged, type ManagedWorld } from './start-managed.js';

let recon: Recon;
let world: ManagedWorld;
afterEach(async () => {
  await world.stop();
  await recon.stop();
});

const NEW = { 'If-None-Match': '*' };

async function start(mapping: object): Promise<void> {
  recon = await startRecon(mapping, { managed: () => world.part.objects });
  world = await startManaged({ database: recon.database, changes: recon.managedChanges });
}

const outwards = {
  source: 'managed/user', correlation: [{ source: 'userName', target: '/uid' }], policies: [{ situation: 'SOURCE_MISSING', action: 'DELETE' }, { situation: 'ALL_GONE', action: 'UNLINK' }],
  properties: [{ target: 'name', template: 'cn={{dn:userName}},o=x' }, { source: 'userName', target: 'uid' }, { source: 'mail', target: 'mail' }],
};
const inwards = {
  target: 'managed/user', thresholds: { DELETE: 5 }, correlation: [{ source: 'uid', target: '/userName', ignoreCase: true }], policies: [{ situation: 'SOURCE_MISSING', action: 'DELETE' }],
  properties: [{ source: 'uid', target: 'userName' }, { source: 'mail', target: 'mail' }, { target: 'sn', default: 'unknown' }],
};
const uids = (): unknown[] => [...recon.target.objects.values()].map(({ attributes }) => ['uid', 'mail'].map((name) => attributes.get(name)?.single as string).join(' ')).sort();
const users = async (): Promise<string[]> => (await world.call('GET', '/managed/user?_queryFilter=true&_sortKeys=userName')).body.result.map((user) => `${(user as unknown as { userName: string }).userName} ${(user as unknown as { mail: string }).mail}`);

describe('managed objects as a source', () => {
  it('carry each change to the target at once, deletions too', async () => {
    await start(outwards);
    await world.call('PUT', '/managed/user/a', { userName: 'ann', sn: 'x', mail: 'a@example.com' }, NEW);
    expect(uids()).toEqual(['ann a@example.com']);
    await world.call('PATCH', '/managed/user/a', [{ operation: 'replace', field: 'mail', value: 'new@example.com' }]);
    expect(uids()).toEqual(['ann new@example.com']);
    await world.call('DELETE', '/managed/user/a');
    expect([uids(), world.told]).toEqual([[], []]);
  });

  it('are reconciled when implicit synchronisation could not do it', async () => {
    await start({ ...outwards, enableSync: false });
    await world.call('PUT', '/managed/user/a', { userName: 'ann', sn: 'x', mail: 'a@example.com' }, NEW);
    await world.call('PUT', '/managed/user/b', { userName: 'bob', sn: 'x', mail: 'b@example.com' }, NEW);
    expect([uids(), recon.unmapped]).toEqual([[], ['a', 'b']]);
    expect(await recon.run()).toMatchObject({ state: 'SUCCESS', situationSummary: { ABSENT: 2 } });
    expect(await recon.run()).toMatchObject({ state: 'SUCCESS', situationSummary: { CONFIRMED: 2 } });
    expect(uids()).toEqual(['ann a@example.com', 'bob b@example.com']);
  });
});

describe('managed objects as a target', () => {
  it('are created, found, updated and deleted by a reconciliation; one that does not fit fails alone', async () => {
    await start(inwards);
    recon.source.add('s1', { uid: 'ann', mail: 'a@example.com' });
    recon.source.add('s2', { uid: 'bob', mail: 'a@example.com' });
    recon.source.add('s3', { uid: 'cyd', mail: 'c@example.com' }, 's3');
    await world.call('PUT', '/managed/user/there', { userName: 'Cyd', sn: 'x' }, NEW);
    const summary = await recon.run();
    expect(summary).toMatchObject({ statusSummary: { SUCCESS: 2, FAILURE: 1 } });
    expect((await users()).map((user) => user.toLowerCase()).sort()).toEqual([expect.stringMatching(/^(ann|bob) a@example\.com$/), 'cyd c@example.com']);
    recon.source.objects.delete('s3');
    expect(await recon.run()).toMatchObject({ state: 'SUCCESS', situationSummary: { SOURCE_MISSING: 1 } });
    expect((await users()).some((user) => user.toLowerCase().startsWith('cyd'))).toBe(false);
  });
});
