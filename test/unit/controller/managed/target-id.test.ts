import { afterEach, describe, expect, it } from 'vitest';
import type { JsonObject } from '../../../../controller/crest/json.js';
import { startRecon, type Recon } from '../start-recon.js';
import { ChangingFacade, accountDelta, liveSyncOver } from '../sync/sync-world.js';
import { USER, startManaged, type ManagedWorld } from './start-managed.js';

let recon: Recon;
let world: ManagedWorld;
afterEach(async () => {
  await world.stop();
  await recon.stop();
});

const PERSON = { ...USER, name: 'person' };

async function start(mapping: object, source = new ChangingFacade()): Promise<ChangingFacade> {
  recon = await startRecon({ target: 'managed/user', thresholds: { DELETE: 5 }, correlation: [{ source: 'uid', target: '/userName' }], ...mapping }, { source, managed: () => world.part.objects });
  world = await startManaged({ database: recon.database, types: { objects: [USER, PERSON] }, changes: recon.managedChanges });
  return source;
}

const withId = (source: string): JsonObject[] => [{ source, target: '_id' }, { source: 'uid', target: 'userName' }, { source: 'mail', target: 'mail' }, { target: 'sn', default: 'x' }];
const users = async (type = 'user'): Promise<JsonObject[]> => (await world.call('GET', `/managed/${type}?_queryFilter=true&_sortKeys=userName&_fields=userName,mail`)).body.result as unknown as JsonObject[];
const links = async (): Promise<unknown> => (await recon.database.query<{ first_id: string; second_id: string }>('SELECT first_id, second_id FROM link ORDER BY first_id')).map((row) => [row.first_id, row.second_id]);
const GENERATED = expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f-]{27}$/) as string;

describe('the _id of a managed object that a mapping creates', () => {
  it('is the one that a reconciliation maps, also when it is mapped again', async () => {
    const source = await start({ properties: withId('uid') });
    source.add('s1', { uid: 'ann', mail: 'a@example.com' }, 's1');
    expect(await recon.run()).toMatchObject({ state: 'SUCCESS', situationSummary: { ABSENT: 1 } });
    const made = await users();
    expect(made).toMatchObject([{ _id: 'ann', userName: 'ann', mail: 'a@example.com' }]);
    expect(await links()).toEqual([['s1', 'ann']]);
    expect(await recon.run()).toMatchObject({ state: 'SUCCESS', situationSummary: { CONFIRMED: 1 } });
    expect(await users(), 'nothing was written').toEqual(made);
    source.add('s1', { uid: 'ann', mail: 'new@example.com' }, 's1');
    expect(await recon.run()).toMatchObject({ state: 'SUCCESS', statusSummary: { SUCCESS: 1, FAILURE: 0 } });
    expect(await users()).toMatchObject([{ _id: 'ann', mail: 'new@example.com' }]);
  });

  it('is generated where the mapping says none, or has none for the object, which later runs leave as it is', async () => {
    const source = await start({ properties: withId('kind') });
    source.add('s1', { uid: 'ann', mail: 'a@example.com' }, 's1');
    expect(await recon.run()).toMatchObject({ state: 'SUCCESS', situationSummary: { ABSENT: 1 } });
    const made = await users();
    expect(made).toMatchObject([{ _id: GENERATED, userName: 'ann' }]);
    expect(await recon.run()).toMatchObject({ state: 'SUCCESS', situationSummary: { CONFIRMED: 1 } });
    expect(await users(), 'nothing was written').toEqual(made);
    expect(await recon.database.query("SELECT 1 FROM audit_entry WHERE content->>'outcome' = 'updated'")).toEqual([]);
  });

  it('that is taken or cannot be one fails that object alone; that of an object that is there is never changed', async () => {
    const source = await start({ properties: withId('kind') });
    await world.call('PUT', '/managed/user/taken', { userName: 'zoe', sn: 'x' }, { 'If-None-Match': '*' });
    await world.call('PUT', '/managed/user/there', { userName: 'bob', sn: 'x' }, { 'If-None-Match': '*' });
    source.add('s1', { uid: 'ann', mail: 'a@example.com', kind: 'taken' }, 's1');
    source.add('s2', { uid: 'bob', mail: 'b@example.com', kind: 'other' }, 's2');
    source.add('s3', { uid: 'cyd', mail: 'c@example.com', kind: 'with/slash' }, 's3');
    source.add('s4', { uid: 'dan', mail: 'd@example.com', kind: 'dan' }, 's4');
    expect(await recon.run()).toMatchObject({ statusSummary: { SUCCESS: 2, FAILURE: 3 } });
    expect((await users()).map(({ _id, userName, mail }) => [_id, userName, mail])).toEqual([['there', 'bob', undefined], ['dan', 'dan', 'd@example.com'], ['taken', 'zoe', undefined]]);
    const told = await recon.database.query<{ message: string }>("SELECT content->>'message' AS message FROM audit_entry WHERE content->>'status' = 'FAILURE' ORDER BY 1");
    expect(told.map(({ message }) => message)).toEqual([expect.stringContaining('Sub-objects'), expect.stringContaining('_id of managed/user/there cannot be changed'), expect.stringContaining('exists already')]);
  });

  it('is the one that liveSync maps', async () => {
    const source = await start({ properties: withId('uid') });
    source.latestToken = { value: 0 };
    const liveSync = liveSyncOver(recon, recon.database);
    await liveSync.run();
    source.deltas.push(accountDelta('s1', 1, { uid: 'ann', mail: 'a@example.com' }), accountDelta('s1', 2, { uid: 'ann', mail: 'new@example.com' }));
    expect(await liveSync.run()).not.toHaveProperty('lastException');
    expect(await users()).toMatchObject([{ _id: 'ann', userName: 'ann', mail: 'new@example.com' }]);
    expect(await links()).toEqual([['s1', 'ann']]);
  });

  it('is the one that implicit synchronisation maps', async () => {
    await start({ source: 'managed/person', correlation: [], properties: [{ source: '_id', target: '_id' }, ...['userName', 'mail', 'sn'].map((name) => ({ source: name, target: name }))] });
    await world.call('PUT', '/managed/person/p1', { userName: 'ann', sn: 'x', mail: 'a@example.com' }, { 'If-None-Match': '*' });
    expect(await users()).toMatchObject([{ _id: 'p1', userName: 'ann' }]);
    await world.call('PATCH', '/managed/person/p1', [{ operation: 'replace', field: 'mail', value: 'new@example.com' }]);
    expect([await users(), world.told]).toMatchObject([[{ _id: 'p1', mail: 'new@example.com' }], []]);
  });
});
