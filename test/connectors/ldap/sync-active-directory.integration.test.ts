import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { latestSyncToken } from '../../../connectors/catalog/ldap/sync/index.js';
import { ACCOUNT, ALL, GROUP, GuardedString, Uid, type SyncDelta, type SyncToken } from '../../../protocol/model/index.js';
import { startSamba, type Samba } from '../../targets/samba.js';
import { add, addGroup, changesSince, drop, openAd, put } from './samba-session.js';
import { OpenSessions, addEntry, call, change, type TestSession } from './session.js';

let server: Samba;
let session: TestSession;
let people: string;
let elsewhere: string;
let counter = 0;
const sessions = new OpenSessions((values: Parameters<typeof openAd>[1]) => openAd(server, values));
const { open } = sessions;

/** A second server to fail over to, which nobody reaches: sync may not count on the numbers of one server then. */
const severalServers = (): Parameters<typeof openAd>[1] => ({ failover: ['ldaps://127.0.0.1:9/'] });
const ways: readonly (readonly [string, () => Parameters<typeof openAd>[1]])[] = [['update sequence numbers', () => ({})], ['DirSync', severalServers]];

async function person(parent = people): Promise<{ readonly dn: string; readonly uid: Uid }> {
  const name = `s${counter++}`;
  const dn = `CN=${name},${parent}`;
  return { dn, uid: await add(session, dn, { sAMAccountName: name }) };
}

/** The update sequence number in a token. */
const numberOf = ({ value }: SyncToken): string => (value as string).split(' ')[0]!;

function summary(deltas: readonly SyncDelta[]): string[] {
  return deltas.map(({ kind, uid, object }) => `${kind === 'DELETE' ? 'DELETE' : 'CHANGE'} ${object?.name.value ?? uid.value}`);
}

beforeAll(async () => {
  server = await startSamba();
  people = `OU=people,${server.baseDn}`;
  elsewhere = `OU=elsewhere,${server.baseDn}`;
  session = await open();
  for (const dn of [people, elsewhere]) await addEntry(session, dn, { objectClass: 'organizationalUnit' });
});
afterAll(async () => {
  await sessions.close();
  await server.stop();
});

describe.each(ways)('sync of Active Directory by %s', (way, settings) => {
  const from = (on: TestSession, objectClass = ACCOUNT): Promise<SyncToken> => latestSyncToken(on, objectClass, call());
  const here = (more: Parameters<typeof openAd>[1] = {}): Promise<TestSession> => open({ ...settings(), baseContextsToSynchronize: [people], ...more });

  it('refuses a token of another kind', async () => {
    const on = await here();
    await expect(changesSince(on, { value: 'nonsense' })).rejects.toMatchObject({ kind: 'invalidAttributeValue', message: expect.stringContaining('Reset the token') as string });
    await expect(changesSince(on, { value: 'dirsync:AA==.AA==' })).rejects.toMatchObject({ kind: 'invalidAttributeValue' });
  });

  it('reports nothing without a token, and the position of now', async () => {
    const on = await here();
    await person();
    const first = await changesSince(on, null);
    expect(first.deltas).toEqual([]);
    expect((await changesSince(on, first.token)).deltas).toEqual([]);
  });

  it('is the native way, and reports creates, updates, renames and deletes once, in order, with the uid [ldap 61] [ldap 106]', async () => {
    const on = await here();
    const token = await from(on);
    const [a, b, c] = [await person(), await person(), await person()];
    await put(session, a.uid, { description: 'changed' });
    await put(session, b.uid, { dn: `CN=renamed${counter++},${people}` });
    await drop(session, c.uid);
    const { deltas, token: next } = await changesSince(on, token);
    const last = new Map(deltas.map((delta) => [delta.uid.value, delta]));
    expect(last.size).toBe(deltas.length);
    expect([...last.keys()].sort()).toEqual([a.uid.value, b.uid.value, c.uid.value].sort());
    const old = await person();
    const afterwards = await from(on);
    await put(session, old.uid, { description: 'changed' });
    expect(deltas.map(({ uid, kind }) => [uid.value, kind])).toEqual(expect.arrayContaining([[a.uid.value, 'CREATE'], [b.uid.value, 'CREATE'], [c.uid.value, 'DELETE']]));
    expect((await changesSince(on, afterwards)).deltas.map(({ uid, kind }) => [uid.value, kind])).toEqual([[old.uid.value, 'CREATE_OR_UPDATE']]);
    expect(last.get(a.uid.value)!.object!.get('description')?.single).toBe('changed');
    expect(last.get(b.uid.value)!.object!.name.value).toMatch(/^CN=renamed/);
    expect((await changesSince(on, next)).deltas.map(({ uid }) => uid.value)).toEqual([old.uid.value]);
  });

  it('can be taken up after any change: exactly the rest comes, and what was changed again since', async () => {
    const on = await here();
    const token = await from(on);
    const made = [];
    for (let i = 0; i < 5; i++) made.push(await person());
    await drop(session, made[2]!.uid);
    const { deltas } = await changesSince(on, token);
    expect(deltas).toHaveLength(5);
    for (const [index, { token: at }] of deltas.entries()) expect(summary((await changesSince(on, at)).deltas)).toEqual(summary(deltas.slice(index + 1)));
    const told = deltas.find(({ kind }) => kind !== 'DELETE')!;
    await put(session, told.uid, { description: 'changed again' });
    for (const { token: at } of deltas.slice(deltas.indexOf(told))) expect(summary((await changesSince(on, at)).deltas)).toContain(`CHANGE ${told.object!.name.value}`);
  });

  it('keeps to base contexts, object class and filters, for what was deleted too [ldap 71] [ldap 76]', async () => {
    const on = await here({ accountSynchronizationFilter: '(!(description=hidden))' });
    const token = await from(on);
    const groups = await from(on, GROUP);
    const inside = await person();
    const outside = await person(elsewhere);
    const hidden = await person();
    await put(session, hidden.uid, { description: 'hidden' });
    const group = await addGroup(session, `CN=g${counter++},${people}`);
    const gone = await person(elsewhere);
    await drop(session, gone.uid);
    const ou = `OU=below${counter++},${people}`;
    await addEntry(session, ou, { objectClass: 'organizationalUnit' });
    expect(summary((await changesSince(on, token)).deltas)).toEqual([`CHANGE ${inside.dn}`]);
    const ofGroups = await changesSince(on, groups, GROUP);
    expect(ofGroups.deltas.map(({ uid, objectClass }) => [uid.value, objectClass])).toEqual([[group.value, GROUP]]);
    expect(outside.dn).toContain(elsewhere);
  });

  it('reports a tree that was deleted with what was in it', async () => {
    const on = await here();
    const ou = `OU=tree${counter++},${people}`;
    await addEntry(session, ou, { objectClass: 'organizationalUnit' });
    await addEntry(session, `OU=inner,${ou}`, { objectClass: 'organizationalUnit' });
    const member = await person(`OU=inner,${ou}`);
    const token = await from(on);
    await session.directory.remove(ou, true, new AbortController().signal);
    expect(summary((await changesSince(on, token)).deltas)).toEqual([`DELETE ${member.uid.value}`]);
  });

  it('tells mixed changes exactly once and in order, read in many runs', async () => {
    const on = await here();
    let token = await from(on);
    const made: { readonly dn: string; readonly uid: Uid }[] = [];
    for (let i = 0; i < 60; i++) made.push(await person());
    for (const { uid } of made.slice(0, 30)) await put(session, uid, { description: 'changed' });
    for (const { uid } of made.slice(20, 30)) await drop(session, uid);
    const kinds = new Map<string, string>();
    const order: string[] = [];
    // Every run stops after some changes and goes on from the token of the last one it looked at.
    for (let last = -1; last !== kinds.size;) {
      last = kinds.size;
      const { deltas } = await changesSince(on, token);
      // An answer of DirSync has one cookie: its token moves on at its end.
      for (const delta of way === 'DirSync' ? deltas : deltas.slice(0, 17)) {
        expect(kinds.get(delta.uid.value) ?? delta.kind).toBe(delta.kind);
        if (!kinds.has(delta.uid.value)) order.push(delta.uid.value);
        kinds.set(delta.uid.value, delta.kind);
        token = delta.token;
      }
    }
    expect(kinds.size).toBe(60);
    expect([...kinds].filter(([, kind]) => kind === 'DELETE').map(([uid]) => uid).sort()).toEqual(made.slice(20, 30).map(({ uid }) => uid.value).sort());
    // What was changed last comes last: the untouched, the changed, the deleted.
    if (way !== 'DirSync') expect(order).toEqual([...made.slice(30), ...made.slice(0, 20), ...made.slice(20, 30)].map(({ uid }) => uid.value));
  });

  it('over all classes tells accounts and groups apart [ldap 72]', async () => {
    const on = await here({ objectClassesToSynchronize: ['user', 'group'] });
    const token = await from(on, ALL);
    const account = await person();
    const group = await addGroup(session, `CN=g${counter++},${people}`);
    await addEntry(session, `OU=unit${counter++},${people}`, { objectClass: 'organizationalUnit' });
    const { deltas } = await changesSince(on, token, ALL);
    expect(new Map(deltas.map(({ uid, objectClass }) => [uid.value, objectClass]))).toEqual(new Map([[account.uid.value, ACCOUNT], [group.value, GROUP]]));
  });

  it('does not look at attributesToSynchronize and modifiersNamesToFilterOut, which are for change logs [ldap 73] [ldap 74]', async () => {
    const on = await here({ attributesToSynchronize: ['title'], modifiersNamesToFilterOut: [server.adminDn] });
    const token = await from(on);
    const { dn } = await person();
    expect(summary((await changesSince(on, token)).deltas)).toEqual([`CHANGE ${dn}`]);
  });

  it('tells deletes by the DN where that is the uid', async () => {
    const on = await here({ uidAttribute: 'dn' });
    const token = await from(on);
    const { dn, uid } = await person();
    await drop(session, uid);
    expect(summary((await changesSince(on, token)).deltas)).toEqual([`DELETE ${dn}`]);
  });

  it('says which attribute deleted entries no longer have', async () => {
    const on = await here({ uidAttribute: 'userPrincipalName' });
    const { dn, uid } = await person();
    await put(session, uid, { userPrincipalName: `u${counter}@example.test` });
    const token = await from(on);
    await drop(session, uid);
    await expect(changesSince(on, token)).rejects.toMatchObject({ kind: 'configuration', message: expect.stringContaining('objectGUID') as string });
    expect(dn).toContain(people);
  });

  it('tells of deletes only to who may read deleted entries; who may not is told so', async () => {
    const name = `reader${counter++}`;
    await add(session, `CN=${name},${people}`, { sAMAccountName: name, userPrincipalName: `${name}@example.test`, userAccountControl: '512', __PASSWORD__: new GuardedString('Passw0rd!reader') });
    const asReader = { principal: `${name}@example.test`, credentials: new GuardedString('Passw0rd!reader') };
    const [blind, token] = [await here(asReader), await from(await here(asReader))];
    const [kept, gone] = [await person(), await person()];
    await drop(session, gone.uid);
    expect(summary((await changesSince(blind, token)).deltas)).toEqual([`CHANGE ${kept.dn}`]);
    expect(blind.log.lines.join('\n')).toContain('Deletes below');
    await server.allowReadingDeleted(name);
    const seeing = await here(asReader);
    expect(new Set(summary((await changesSince(seeing, token)).deltas))).toEqual(new Set([`CHANGE ${kept.dn}`, `DELETE ${gone.uid.value}`]));
    expect(seeing.log.lines.join('\n')).not.toContain('Deletes below');
  });

  it('is chosen by the servers of the configuration, and a token goes on the way it came', async () => {
    const token = await from(await here());
    expect((token.value as string).startsWith('dirsync:')).toBe(way === 'DirSync');
    const other = await open({ ...(way === 'DirSync' ? {} : severalServers()), baseContextsToSynchronize: [people] });
    const { dn } = await person();
    expect(summary((await changesSince(other, token)).deltas)).toEqual([`CHANGE ${dn}`]);
  });
});

describe('update sequence numbers', () => {
  it('of another server are refused, not taken for those of this one [ldap 106]', async () => {
    const token = { value: '5 00000000-0000-0000-0000-000000000001' };
    await expect(changesSince(session, token)).rejects.toMatchObject({ kind: 'illegalState', message: expect.stringContaining('another server') as string });
  });

  it('of the Java connector are taken as they are', async () => {
    const token = numberOf(await latestSyncToken(session, ACCOUNT, call()));
    const { dn } = await person();
    for (const value of [token, Number(token), BigInt(token)]) expect(summary((await changesSince(session, { value })).deltas)).toEqual([`CHANGE ${dn}`]);
  });

  it.each([['never', 0], ['last', 0]])('beyond the highest one: resetSyncToken %s [ldap 70]', async (resetSyncToken, count) => {
    const own = await open({ resetSyncToken });
    const { deltas, token } = await changesSince(own, { value: '999999999' });
    expect(deltas).toHaveLength(count);
    expect(numberOf(token)).toBe(resetSyncToken === 'never' ? '999999999' : numberOf(await latestSyncToken(own, ACCOUNT, call())));
    expect(own.log.lines.join('\n')).toContain('beyond the update sequence numbers');
  });
});

describe('timestamps', () => {
  it('take the place of numbers with useTimestampsForSync, and tell of no deletes [ldap 64] [ldap 65]', async () => {
    const own = await open({ useTimestampsForSync: true, baseContextsToSynchronize: [people] });
    const token = await latestSyncToken(own, ACCOUNT, call());
    expect(token.value).toMatch(/^\d{14}\.0Z/);
    const [kept, gone] = [await person(), await person()];
    await drop(session, gone.uid);
    const { deltas } = await changesSince(own, token);
    expect(summary(deltas)).toContain(`CHANGE ${kept.dn}`);
    expect(deltas.every(({ kind }) => kind !== 'DELETE')).toBe(true);
  });

  it('are what a global catalog is followed by, without deletes [ldap 63] [ldap 104]', async () => {
    const catalog = await open({ port: server.globalCatalogTlsPort, baseContextsToSynchronize: [people] });
    const token = await latestSyncToken(catalog, ACCOUNT, call());
    expect(token.value).toMatch(/^\d{14}\.0Z/);
    const [kept, gone] = [await person(), await person()];
    await drop(session, gone.uid);
    await change(session, kept.dn, { operation: 'replace', attribute: 'givenName', values: ['x'] });
    const { deltas } = await changesSince(catalog, token);
    expect(summary(deltas)).toContain(`CHANGE ${kept.dn}`);
    expect(deltas.every(({ kind }) => kind !== 'DELETE')).toBe(true);
  });
});
