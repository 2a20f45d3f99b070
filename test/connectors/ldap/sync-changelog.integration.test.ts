import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { LdapConfig } from '../../../connectors/catalog/ldap/config.js';
import { create } from '../../../connectors/catalog/ldap/create.js';
import { latestSyncToken, sync } from '../../../connectors/catalog/ldap/sync/index.js';
import { update } from '../../../connectors/catalog/ldap/update.js';
import { ACCOUNT, ALL, GROUP, GuardedString, OperationOptions, type SyncDelta, type SyncToken } from '../../../protocol/model/index.js';
import { describeConnectorContract } from '../../contract/connector-contract.js';
import { startDirectory389, type Directory389 } from '../../targets/directory-389.js';
import { configFor, ldapConfig } from './ldap-config.js';
import { peopleUnder } from './people-contract.js';
import { addEntry, attributes, call, canBind, change, held, openSession, request, type TestSession } from './session.js';

const BASE = 'dc=example,dc=com';
const PEOPLE = `ou=people,${BASE}`;
type Settings = Partial<Record<keyof LdapConfig, string | number | boolean | readonly string[] | null>>;
interface Run { readonly deltas: readonly SyncDelta[]; readonly token: SyncToken }

const never = new AbortController().signal;

async function collect(session: TestSession, token: SyncToken | null, objectClass = ACCOUNT): Promise<Run> {
  const changes = sync(session, { objectClass, options: OperationOptions.none, token }, call());
  const deltas: SyncDelta[] = [];
  for (;;) {
    const step = await changes.next();
    if (step.done === true) return { deltas, token: step.value! };
    deltas.push(step.value);
  }
}

let server: Directory389;
beforeAll(async () => { server = await startDirectory389(); });
afterAll(() => server.stop());

describe('389 Directory Server', () => {
  let session: TestSession;
  const sessions: TestSession[] = [];
  let counter = 0;

  const open = async (settings: Settings = {}): Promise<TestSession> => {
    const opened = await openSession(ldapConfig({
      host: server.host, port: server.port, principal: server.adminDn, credentials: new GuardedString(server.adminPassword), baseContexts: [server.baseDn], ...settings,
    }));
    sessions.push(opened);
    return opened;
  };
  const person = async (name = `p${counter++}`, more: Record<string, string> = {}, under = PEOPLE): Promise<string> => {
    await addEntry(session, `uid=${name},${under}`, { objectClass: 'inetOrgPerson', uid: name, cn: name, sn: 'x', ...more });
    return `uid=${name},${under}`;
  };

  beforeAll(async () => {
    session = await open();
    for (const ou of ['people', 'groups']) await addEntry(session, `ou=${ou},${BASE}`, { objectClass: 'organizationalUnit', ou });
  });
  beforeEach(async () => { session = await open(); });
  afterEach(async () => { await Promise.all(sessions.splice(0).map((each) => each.close())); });

  it('refuses a token that is no change number', async () => {
    for (const value of ['20260131235959Z', true, 1.5, null]) await expect(collect(session, { value })).rejects.toMatchObject({ kind: 'invalidAttributeValue' });
  });

  it('reports the whole log without a token, and nothing when there is nothing new [ldap 61]', async () => {
    const dn = await person();
    const { deltas, token } = await collect(session, null);
    expect(deltas.map(({ object }) => object?.name.value)).toContain(dn);
    expect(deltas.every(({ token: { value } }) => Number.isInteger(value))).toBe(true);
    expect(token).toEqual(await latestSyncToken(session, ACCOUNT, call()));
    expect(await collect(session, token)).toEqual({ deltas: [], token });
  });

  it('reports creates, updates, renames and deletes in order with the uid', async () => {
    const start = await latestSyncToken(session, ACCOUNT, call());
    const kept = await person(undefined, { description: 'a long text '.repeat(20).trim() });
    const dn = await person();
    const [uuid] = await held(session, dn, 'entryUUID') ?? [];
    await change(session, kept, { operation: 'replace', attribute: 'mail', values: ['a@example.com'] }, { operation: 'delete', attribute: 'description', values: [] });
    await session.directory.rename(kept, `uid=r${counter}`, `ou=groups,${BASE}`, never);
    await session.directory.remove(dn, false, never);
    const { deltas } = await collect(session, start);
    // What an early record tells of is read as it is now: renamed, or gone.
    expect(deltas.map(({ kind }) => kind)).toEqual(['CREATE', 'UPDATE', 'UPDATE', 'DELETE']);
    expect(deltas.slice(0, 3).map(({ object }) => object?.name.value)).toEqual(Array(3).fill(`uid=r${counter},ou=groups,${BASE}`));
    expect(deltas[3]).toMatchObject({ uid: { value: uuid }, objectClass: ACCOUNT });
    const numbers = deltas.map(({ token }) => token.value as number);
    expect(numbers).toEqual([...numbers].sort((a, b) => a - b));
  });

  it('can be taken up after any change', async () => {
    const start = await latestSyncToken(session, ACCOUNT, call());
    for (let index = 0; index < 4; index++) await person();
    const { deltas, token } = await collect(session, start);
    for (const [index, delta] of deltas.entries()) expect(await collect(session, delta.token)).toMatchObject({ deltas: deltas.slice(index + 1).map(({ uid }) => ({ uid })), token });
  });

  it.each<Settings>([
    { changeLogBlockSize: 2 }, { changeLogBlockSize: 3, filterWithOrInsteadOfAnd: true }, { removeLogEntryObjectClassFromFilter: false },
    { filterWithOrInsteadOfAnd: true, removeLogEntryObjectClassFromFilter: false, changeLogBlockSize: 1 }, { changeNumberAttribute: '' },
  ])('finds every change with %j', async (settings) => {
    const asked = await open(settings);
    const start = await latestSyncToken(asked, ACCOUNT, call());
    const names: string[] = [];
    for (let index = 0; index < 7; index++) names.push(await person());
    expect((await collect(asked, start)).deltas.map(({ object }) => object?.name.value)).toEqual(names);
  });

  it('tells who made a change and what it touched [ldap 73, 74, 75]', async () => {
    const dn = await person();
    const ignoring = await open({ modifiersNamesToFilterOut: ['cn=directory manager'] });
    const picky = await open({ attributesToSynchronize: ['mail'] });
    const start = await latestSyncToken(session, ACCOUNT, call());
    await change(session, dn, { operation: 'replace', attribute: 'title', values: ['x'] });
    expect((await collect(picky, start)).deltas).toEqual([]);
    await change(session, dn, { operation: 'replace', attribute: 'mail', values: ['x@example.com'] });
    expect((await collect(picky, start)).deltas).toHaveLength(1);
    await session.directory.remove(dn, false, never);
    expect(await collect(ignoring, start)).toMatchObject({ deltas: [], token: { value: (start.value as number) + 3 } });
  });

  it('keeps to base contexts, classes and filters [ldap 71, 72, 76, 77]', async () => {
    const start = await latestSyncToken(session, ACCOUNT, call());
    const dn = await person(undefined, { employeeType: 'staff' });
    await person(undefined, { employeeType: 'guest' });
    await person(undefined, { employeeType: 'staff' }, `ou=groups,${BASE}`);
    await addEntry(session, `cn=plain${counter},${PEOPLE}`, { objectClass: 'organizationalPerson', cn: `plain${counter}`, sn: 'x' });
    const limited = await open({ baseContextsToSynchronize: [PEOPLE], accountSynchronizationFilter: '(employeeType=staff)' });
    expect((await collect(limited, start)).deltas.map(({ object }) => object?.name.value)).toEqual([dn]);
    const persons = await open({ accountObjectClasses: ['person'], objectClassesToSynchronize: ['organizationalPerson'], baseContextsToSynchronize: [PEOPLE], accountSynchronizationFilter: '(!(uid=*))' });
    expect((await collect(persons, start)).deltas.map(({ object }) => object?.name.value)).toEqual([`cn=plain${counter},${PEOPLE}`]);
    // As if there were no list: everything is of class top.
    const all = await open({ accountObjectClasses: ['person'], objectClassesToSynchronize: ['top'], baseContextsToSynchronize: [PEOPLE] });
    expect((await collect(all, start)).deltas).toHaveLength(3);
    const searched = await open({ baseContextsToSynchronize: [PEOPLE], accountSearchFilter: '(employeeType=staff)' });
    expect((await collect(searched, start)).deltas.map(({ object }) => object?.name.value)).toEqual([dn]);
  });

  it('reports groups only when their class is listed, and says so [ldap 72]', async () => {
    const start = await latestSyncToken(session, GROUP, call());
    const group = `cn=g${counter++},ou=groups,${BASE}`;
    await addEntry(session, group, { objectClass: ['top', 'groupOfUniqueNames'], cn: group.slice(3).split(',')[0]! });
    expect((await collect(session, start, GROUP)).deltas).toEqual([]);
    expect(session.log.lines.join()).toContain('No change of a group will be reported');
    const listed = await open({ objectClassesToSynchronize: ['inetOrgPerson', 'groupOfUniqueNames'] });
    expect((await collect(listed, start, GROUP)).deltas).toMatchObject([{ objectClass: GROUP, object: { name: { value: group } } }]);
    expect((await collect(listed, start, ALL)).deltas).toMatchObject([{ objectClass: GROUP }]);
  });

  it.each([['never', []], ['first', ['some']], ['last', []]])('deals with a token beyond the log by resetSyncToken %s [ldap 70]', async (policy, found) => {
    const own = await open({ resetSyncToken: policy });
    const last = (await latestSyncToken(own, ACCOUNT, call())).value as number;
    const { deltas, token } = await collect(own, { value: last + 1000 });
    expect(deltas.length > 0).toBe(found.length > 0);
    expect(token.value).toBe(policy === 'never' ? last + 1000 : last);
  });

  it('does not pass over changes which the principal may not see', async () => {
    const reader = await person(undefined, { userPassword: 'reader-secret' });
    // The root DSE is open to everybody, cn=changelog and the schema are not.
    const blind = await open({ readSchema: false });
    const user = { ...blind, directory: (await blind.directory.bindAs(reader, new GuardedString('reader-secret'), never)).directory };
    try {
      await expect(latestSyncToken(user, ACCOUNT, call())).rejects.toMatchObject({ kind: 'permissionDenied' });
      await expect(collect(user, { value: 0 })).rejects.toMatchObject({ kind: 'permissionDenied' });
    } finally {
      await user.directory.close();
    }
  });

  it('changes a password although its owner may not write it', async () => {
    const name = `pw${counter++}`;
    const dn = `uid=${name},${PEOPLE}`;
    const uid = await create(session, request(ACCOUNT, { attributes: attributes({ __NAME__: dn, cn: name, sn: 'x', __PASSWORD__: new GuardedString('first-secret') }) }), call());
    const set = (current: string, next: string): Promise<unknown> => update(session, request(ACCOUNT, { uid, attributes: attributes({ __CURRENT_PASSWORD__: new GuardedString(current), __PASSWORD__: new GuardedString(next) }) }), call());
    await expect(set('wrong', 'second-secret')).rejects.toMatchObject({ kind: 'invalidCredential' });
    await set('first-secret', 'second-secret');
    expect(await canBind(session, dn, new GuardedString('second-secret'))).toBe(true);
  });
});

describeConnectorContract('ldap on 389 Directory Server', async () => {
  const unit = `ou=contract,${BASE}`;
  const session = await openSession(configFor(server));
  await addEntry(session, unit, { objectClass: 'organizationalUnit', ou: 'contract' });
  await session.close();
  return { ...peopleUnder(unit, server, '389 Directory Server'), stop: async () => undefined };
});

describe('389 Directory Server whose log has no ids', () => {
  let server: Directory389;
  beforeAll(async () => { server = await startDirectory389({ logged: [] }); });
  afterAll(async () => { await server.stop(); });

  it('reports deletes by what the name tells, and refuses to lose those it cannot [ldap 32]', async () => {
    const open = (uidAttribute: string): Promise<TestSession> => openSession(ldapConfig({ host: server.host, port: server.port, principal: server.adminDn, credentials: new GuardedString(server.adminPassword), baseContexts: [BASE], uidAttribute }));
    const [byUid, byUuid] = [await open('uid'), await open('entryUUID')];
    try {
      await addEntry(byUid, `uid=x,${BASE}`, { objectClass: 'inetOrgPerson', uid: 'x', cn: 'x', sn: 'x' });
      const start = await latestSyncToken(byUid, ACCOUNT, call());
      await byUid.directory.remove(`uid=x,${BASE}`, false, never);
      expect((await collect(byUid, start)).deltas).toMatchObject([{ kind: 'DELETE', uid: { value: 'x' } }]);
      await expect(collect(byUuid, start)).rejects.toMatchObject({ kind: 'configuration', message: expect.stringContaining('entryUUID:targetentryUUID') as string });
    } finally {
      await Promise.all([byUid.close(), byUuid.close()]);
    }
  });
});
