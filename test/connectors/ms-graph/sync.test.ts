import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ACCOUNT, Attribute, GROUP, type SyncToken } from '../../../protocol/model/index.js';
import { failure } from '../../support/connector-caller.js';
import { calling } from '../../support/memory-facade.js';
import { fault } from '../../targets/rest/faults.js';
import { addUser, system, type System } from './system.js';

let at: System;
beforeAll(async () => { at = await system('changes'); });
afterAll(() => at.stop());

const latest = (objectClass: string): Promise<SyncToken | null> => at.caller.facade.perform({ kind: 'latestSyncToken', objectClass }, calling());
async function changes(objectClass: string, token: SyncToken | null) {
  const { items, end } = await at.caller.sync(objectClass, token);
  return { told: items.map(({ kind, uid, object }) => [kind, uid.value, object?.get('memberOf')?.values]), end: end!, items };
}

describe('changes', () => {
  it('of users are told from a token on, deletes among them, with their groups', async () => {
    await addUser(at);
    const token = await latest(ACCOUNT);
    expect((await changes(ACCOUNT, token)).told).toEqual([]);
    const [one, other] = [await addUser(at), await addUser(at)];
    const group = at.fake.add('groups', { displayName: 'Changed' });
    at.fake.members.set(group, new Set([one.value]));
    await at.caller.remove(ACCOUNT, other);
    const { told, end } = await changes(ACCOUNT, token);
    expect(told).toEqual([['CREATE_OR_UPDATE', one.value, [group]], ['DELETE', other.value, undefined]]);
    expect((await changes(ACCOUNT, end)).told).toEqual([]);
    await at.caller.update(ACCOUNT, one, Attribute.of('department', 'Sales'));
    expect((await changes(ACCOUNT, end)).told).toEqual([['CREATE_OR_UPDATE', one.value, [group]]]);
  });

  it('of groups are told when their members change', async () => {
    const user = await addUser(at);
    const group = await at.caller.create(GROUP, Attribute.of('displayName', 'Watched'));
    const token = await latest(GROUP);
    await at.caller.update(GROUP, group, Attribute.of('members', user.value));
    expect((await changes(GROUP, token)).told).toEqual([['CREATE_OR_UPDATE', group.value, undefined]]);
  });

  it('go on in the middle of a run that was broken off', async () => {
    const token = await latest(ACCOUNT);
    const uids: string[] = [];
    for (let index = 0; index < 5; index++) uids.push((await addUser(at)).value);
    at.fake.deltaPage = 2;
    const { items } = await changes(ACCOUNT, token);
    expect(items.map(({ uid }) => uid.value)).toEqual(uids);
    const { told } = await changes(ACCOUNT, items[2]!.token);
    expect(told.map(([, uid]) => uid)).toEqual(uids.slice(2));
    at.fake.deltaPage = 100;
  });

  it.each([410, 400])('begin again where the directory has forgotten the token (%i)', async (status) => {
    at.fake.forgets = status;
    const token = await latest(ACCOUNT);
    at.fake.forgotten = 1_000_000;
    const { told, end } = await changes(ACCOUNT, token);
    at.fake.forgotten = 0;
    expect(told.map(([, uid]) => uid).sort()).toEqual(at.fake.of('users').map(({ id }) => id).sort());
    expect((await changes(ACCOUNT, end)).told).toEqual([]);
    expect(JSON.stringify(at.caller.log.entries)).toContain('has forgotten');
  });

  it('are not told of other classes, and a token of elsewhere is not followed', async () => {
    expect((await failure(at.caller.sync('application', null))).kind).toBe('unsupportedOperation');
    expect((await failure(at.caller.sync(ACCOUNT, { value: 'https://elsewhere.example/v1.0/users/delta' }))).message).toContain('elsewhere');
    at.fake.service.faults.next(fault.answer({ status: 410, body: { error: { code: 'x', message: 'x' } } }), { times: 2, on: 'GET /v1.0/users/delta' });
    expect((await failure(at.caller.sync(ACCOUNT, null))).message).toContain('410');
    at.fake.service.faults.clear();
  });
});
