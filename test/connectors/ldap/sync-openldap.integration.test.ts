import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { LdapConfig } from '../../../connectors/catalog/ldap/config.js';
import { latestSyncToken, sync } from '../../../connectors/catalog/ldap/sync/index.js';
import { ACCOUNT, ALL, GROUP, GuardedString, IcfArray, OperationOptions, type SyncDelta, type SyncToken } from '../../../protocol/model/index.js';
import { startOpenLdap, type OpenLdap } from '../../targets/openldap.js';
import { configFor, people } from './ldap-config.js';
import { OpenSessions, addEntry, call, change, held, openSession, type TestSession } from './session.js';

const BASE = 'dc=example,dc=com';
const PEOPLE = `ou=people,${BASE}`;
type Settings = Partial<Record<keyof LdapConfig, string | number | boolean | readonly string[] | GuardedString | null>>;
interface Run { readonly deltas: readonly SyncDelta[]; readonly token: SyncToken }

const never = new AbortController().signal;

async function collect(session: TestSession, token: SyncToken | null, objectClass = ACCOUNT, options = OperationOptions.none): Promise<Run> {
  const changes = sync(session, { objectClass, options, token }, call());
  const deltas: SyncDelta[] = [];
  for (;;) {
    const step = await changes.next();
    if (step.done === true) return { deltas, token: step.value! };
    deltas.push(step.value);
  }
}

function summary(deltas: readonly SyncDelta[]): string[] {
  return deltas.map(({ kind, object, uid }) => `${kind} ${object?.name.value ?? uid.value}`);
}

/** Waits until the server's clock shows another second than at the start. */
async function nextSecond(session: TestSession, name: string): Promise<void> {
  const now = async (): Promise<string> => {
    await change(session, name, { operation: 'replace', attribute: 'description', values: [String(Math.random())] });
    return (await held(session, name, 'modifyTimestamp'))?.[0] ?? '';
  };
  const start = await now();
  while (await now() === start) await new Promise((resolve) => setTimeout(resolve, 20));
}

describe.each(['timestamps', 'access log'] as const)('sync of OpenLDAP by %s', (way) => {
  let server: OpenLdap;
  let session: TestSession;
  const sessions = new OpenSessions((settings: Settings = {}) => openSession(configFor(server, settings)));
  const { open } = sessions;
  let counter = 0;

  const person = async (name = `p${counter++}`, more: Record<string, string> = {}): Promise<string> => {
    await addEntry(session, `uid=${name},${PEOPLE}`, { objectClass: 'inetOrgPerson', uid: name, cn: name, sn: 'x', ...more });
    return `uid=${name},${PEOPLE}`;
  };

  beforeAll(async () => { server = await startOpenLdap(way === 'timestamps' ? { modules: ['syncprov'], databaseConfig: ['limits users size.soft=20 size.hard=20 size.prtotal=unlimited'] } : { modules: ['syncprov', 'accesslog'] }); });
  afterAll(async () => { await server.stop(); });
  beforeEach(async () => { session = await open(); });
  afterEach(() => sessions.close());

  it('refuses a token that is no time', async () => {
    for (const value of [42, 'yesterday', '2026', null]) await expect(collect(session, { value })).rejects.toMatchObject({ kind: 'invalidAttributeValue' });
  });

  it('reports nothing without a token, and the position of now', async () => {
    await person();
    const first = await collect(session, null);
    expect(first.deltas).toEqual([]);
    const dn = await person();
    expect(summary((await collect(session, first.token)).deltas).at(-1)).toContain(dn);
  });

  it('reports nothing on an idle directory, again and again', async () => {
    await person();
    let token = await latestSyncToken(session, ACCOUNT, call());
    for (let run = 0; run < 3; run++) {
      const result = await collect(session, token);
      expect(result.deltas).toEqual([]);
      token = result.token;
    }
  });

  it('loses no change made within one second', async () => {
    const dn = await person();
    let { token } = await collect(session, await latestSyncToken(session, ACCOUNT, call()));
    for (let round = 0; round < 30; round++) {
      await change(session, dn, { operation: 'replace', attribute: 'title', values: [`t${round}`] });
      const other = await person();
      const result = await collect(session, token);
      const titles = result.deltas.filter(({ object }) => object?.name.value === dn).map(({ object }) => object?.get('title')?.single);
      expect(titles.at(-1)).toBe(`t${round}`);
      expect(summary(result.deltas).some((line) => line.includes(other))).toBe(true);
      token = result.token;
    }
    expect((await collect(session, token)).deltas).toEqual([]);
  });

  it('takes a token of the Java connector', async () => {
    const dn = await person();
    const [time = ''] = await held(session, dn, 'createTimestamp') ?? [];
    expect(summary((await collect(session, { value: time })).deltas)).toContainEqual(expect.stringContaining(dn));
  });

  it('reports changes oldest first, with tokens from which nothing is missed', async () => {
    const start = await latestSyncToken(session, ACCOUNT, call());
    const [one, two, three] = [await person(), await person(), await person()];
    await nextSecond(session, one);
    await nextSecond(session, two);
    await change(session, three, { operation: 'replace', attribute: 'title', values: ['last'] });
    const { deltas } = await collect(session, start);
    expect(deltas.at(-1)?.object?.get('title')?.single).toBe('last');
    for (const [index, { token }] of deltas.entries()) {
      if (index % 20 !== 0 && index < deltas.length - 2) continue;
      const resumed = summary((await collect(session, token)).deltas);
      for (const missing of summary(deltas.slice(index + 1))) expect(resumed).toContain(missing);
    }
  });

  it('keeps to base contexts, object class and filters [ldap 71, 76]', async () => {
    const start = await latestSyncToken(session, ACCOUNT, call());
    const inside = await person(undefined, { employeeType: 'staff' });
    await person(undefined, { employeeType: 'guest' });
    const ou = `ou=o${counter++},${BASE}`;
    await addEntry(session, ou, { objectClass: 'organizationalUnit', ou: ou.slice(3).split(',')[0]! });
    await addEntry(session, `uid=far${counter},${ou}`, { objectClass: 'inetOrgPerson', uid: `far${counter}`, cn: 'x', sn: 'x', employeeType: 'staff' });
    await addEntry(session, `cn=room${counter},${PEOPLE}`, { objectClass: 'applicationProcess', cn: `room${counter}` });
    const limited = await open({ baseContextsToSynchronize: [PEOPLE], accountSynchronizationFilter: 'employeeType=staff' });
    expect(new Set(summary((await collect(limited, start)).deltas).map((line) => line.split(' ')[1]))).toEqual(new Set([inside]));
  });

  it('tells accounts, groups and other classes apart', async () => {
    const startAll = await latestSyncToken(session, ALL, call());
    const startGroups = await latestSyncToken(session, GROUP, call());
    const account = await person();
    const group = `cn=g${counter++},ou=groups,${BASE}`;
    await addEntry(session, group, { objectClass: ['top', 'groupOfUniqueNames'], cn: group.slice(3).split(',')[0]!, uniqueMember: account });
    const ou = `ou=c${counter++},${BASE}`;
    await addEntry(session, ou, { objectClass: 'organizationalUnit', ou: ou.slice(3).split(',')[0]! });
    expect((await collect(session, startGroups, GROUP)).deltas.map(({ objectClass, object }) => [objectClass, object?.name.value])).toEqual([[GROUP, group]]);
    const everything = await open({ objectClassesToSynchronize: ['inetOrgPerson', 'groupOfUniqueNames', 'organizationalUnit'] });
    const classes = new Map((await collect(everything, startAll, ALL)).deltas.map(({ objectClass, object }) => [object?.name.value, objectClass]));
    expect([account, group, ou].map((dn) => classes.get(dn))).toEqual([ACCOUNT, GROUP, 'organizationalUnit']);
    expect((await collect(session, startAll, 'organizationalUnit')).deltas.map(({ object }) => object?.name.value)).toContain(ou);
  });

  it('returns the attributes asked for', async () => {
    const start = await latestSyncToken(session, ACCOUNT, call());
    await person(undefined, { title: 'x', mail: 'a@example.com' });
    const options = OperationOptions.of({ ATTRS_TO_GET: new IcfArray('String', ['mail']) });
    const delta = (await collect(session, start, ACCOUNT, options)).deltas.at(-1);
    expect(delta?.object?.attributes.map(({ name }) => name).sort()).toEqual(['__NAME__', '__UID__', 'mail']);
  });

  it('stops when the caller leaves or cancels', async () => {
    const start = await latestSyncToken(session, ACCOUNT, call());
    for (let index = 0; index < 5; index++) await person();
    const changes = sync(session, { objectClass: ACCOUNT, options: OperationOptions.none, token: start }, call());
    await changes.next();
    await changes.return(undefined);
    const cancel = new AbortController();
    const cancelled = sync(session, { objectClass: ACCOUNT, options: OperationOptions.none, token: start }, call(cancel.signal));
    await cancelled.next();
    cancel.abort(new Error('enough'));
    await expect((async () => { for (;;) if ((await cancelled.next()).done === true) return; })()).rejects.toThrow();
    expect(await session.directory.isAlive(never)).toBe(true);
  });

  if (way === 'timestamps') describe('with timestamps', () => {
    it('finds its way through more changes than it holds in memory', async () => {
      const start = await latestSyncToken(session, ACCOUNT, call());
      await server.load(people(4500, `bulk${counter++}-`));
      const reopened = await open();
      const { deltas, token } = await collect(reopened, start);
      expect(new Set(deltas.map(({ uid }) => uid.value)).size).toBeGreaterThanOrEqual(4500);
      expect((await collect(reopened, token)).deltas).toEqual([]);
    });

    it('reads in pages where the server limits what it returns at once', async () => {
      const name = `paged${counter++}`;
      await person(name, { userPassword: 'secret' });
      const limited: Settings = { principal: `uid=${name},${PEOPLE}`, credentials: new GuardedString('secret') };
      const start = await latestSyncToken(session, ACCOUNT, call());
      for (let index = 0; index < 25; index++) await person();
      await expect(collect(await open(limited), start)).rejects.toMatchObject({ message: expect.stringContaining('useBlocks') as string });
      expect((await collect(await open({ ...limited, useBlocks: true, usePagedResultControl: true, blockSize: 10 }), start)).deltas.length).toBeGreaterThanOrEqual(25);
    });

    it('says which base context does not exist', async () => {
      const lost = await open({ baseContextsToSynchronize: ['ou=nowhere,dc=example,dc=com'] });
      await expect(latestSyncToken(lost, ACCOUNT, call())).rejects.toMatchObject({ kind: 'configuration', message: expect.stringContaining('ou=nowhere') as string });
    });

    it('does not notice deletes [ldap 65]', async () => {
      const dn = await person();
      const { token } = await collect(session, await latestSyncToken(session, ACCOUNT, call()));
      await session.directory.remove(dn, false, never);
      expect((await collect(session, token)).deltas.filter(({ kind }) => kind === 'DELETE')).toEqual([]);
    });

    it('goes back by the offset when something has appeared there [ldap 66]', async () => {
      const offset = await open({ timestampSyncOffset: 3600 });
      const early = await person();
      await nextSecond(session, early);
      const late = await person();
      const { token } = await collect(offset, await latestSyncToken(offset, ACCOUNT, call()));
      expect((await collect(offset, token)).deltas).toEqual([]);
      // A replica brings an entry that was changed before.
      await change(session, early, { operation: 'replace', attribute: 'title', values: ['x'] });
      const names = summary((await collect(offset, token)).deltas);
      expect(names).toContain(`CREATE_OR_UPDATE ${early}`);
      expect(names).toContain(`CREATE_OR_UPDATE ${late}`);
    });
  });

  if (way === 'access log') describe('with the access log', () => {
    it('reports deletes with the uid, and none of other classes', async () => {
      const dn = await person();
      const [uuid] = await held(session, dn, 'entryUUID') ?? [];
      const room = `cn=gone${counter++},${PEOPLE}`;
      await addEntry(session, room, { objectClass: 'applicationProcess', cn: room.slice(3).split(',')[0]! });
      const token = await latestSyncToken(session, ACCOUNT, call());
      await session.directory.remove(dn, false, never);
      await session.directory.remove(room, false, never);
      expect((await collect(session, token)).deltas).toMatchObject([{ kind: 'DELETE', uid: { value: uuid }, objectClass: ACCOUNT }]);
    });

    it('reports deletes by DN and by an attribute of the entry', async () => {
      for (const [uidAttribute, uid] of [['dn', (name: string) => `uid=${name},${PEOPLE}`], ['mail', (name: string) => `${name}@example.com`]] as const) {
        const name = `del${counter++}`;
        const own = await open({ uidAttribute });
        await person(name, { mail: `${name}@example.com` });
        const token = await latestSyncToken(own, ACCOUNT, call());
        await session.directory.remove(`uid=${name},${PEOPLE}`, false, never);
        expect((await collect(own, token)).deltas).toMatchObject([{ kind: 'DELETE', uid: { value: uid(name) } }]);
      }
    });

    it('reports renames with the previous uid', async () => {
      const byDn = await open({ uidAttribute: 'dn' });
      const dn = await person();
      const token = await latestSyncToken(byDn, ACCOUNT, call());
      await session.directory.rename(dn, `uid=renamed${counter}`, `ou=groups,${BASE}`, never);
      expect((await collect(byDn, token)).deltas).toMatchObject([
        { kind: 'UPDATE', uid: { value: `uid=renamed${counter},ou=groups,${BASE}` }, previousUid: { value: dn } },
      ]);
    });

    it('reports everything below a renamed entry', async () => {
      const ou = `tree${counter++}`;
      await addEntry(session, `ou=${ou},${BASE}`, { objectClass: 'organizationalUnit', ou });
      for (const name of ['a', 'b']) await addEntry(session, `uid=${ou}${name},ou=${ou},${BASE}`, { objectClass: 'inetOrgPerson', uid: `${ou}${name}`, cn: 'x', sn: 'x' });
      const byDn = await open({ uidAttribute: 'dn' });
      const token = await latestSyncToken(byDn, ACCOUNT, call());
      await session.directory.rename(`ou=${ou},${BASE}`, `ou=${ou}-new`, undefined, never);
      const { deltas } = await collect(byDn, token);
      expect(deltas.map(({ uid, previousUid }) => [uid.value, previousUid?.value])).toEqual(['a', 'b'].map((name) => [`uid=${ou}${name},ou=${ou}-new,${BASE}`, `uid=${ou}${name},ou=${ou},${BASE}`]));
      expect((await collect(byDn, deltas[0]!.token)).deltas).toHaveLength(2);
    });

    it('is not put off by a tree that was renamed twice', async () => {
      const ou = `twice${counter++}`;
      await addEntry(session, `ou=${ou},${BASE}`, { objectClass: 'organizationalUnit', ou });
      const dn = `uid=${ou},ou=${ou},${BASE}`;
      await addEntry(session, dn, { objectClass: 'inetOrgPerson', uid: ou, cn: 'x', sn: 'x' });
      const token = await latestSyncToken(session, ACCOUNT, call());
      await change(session, dn, { operation: 'add', attribute: 'title', values: ['x'] });
      await session.directory.rename(`ou=${ou},${BASE}`, `ou=${ou}-b`, undefined, never);
      await session.directory.rename(`ou=${ou}-b,${BASE}`, `ou=${ou}-c`, undefined, never);
      // The modification finds the entry by its uid where it is now; the first rename finds nothing any more.
      expect(summary((await collect(session, token)).deltas)).toEqual(Array(2).fill(`UPDATE uid=${ou},ou=${ou}-c,${BASE}`));
    });

    it('reports an entry that leaves the base contexts as deleted, and one that enters', async () => {
      const limited = await open({ baseContexts: [PEOPLE] });
      const dn = await person();
      const [uuid] = await held(session, dn, 'entryUUID') ?? [];
      const token = await latestSyncToken(limited, ACCOUNT, call());
      await session.directory.rename(dn, dn.split(',')[0]!, `ou=groups,${BASE}`, never);
      const left = await collect(limited, token);
      expect(left.deltas).toMatchObject([{ kind: 'DELETE', uid: { value: uuid } }]);
      await session.directory.rename(`${dn.split(',')[0]!},ou=groups,${BASE}`, dn.split(',')[0]!, PEOPLE, never);
      expect((await collect(limited, left.token)).deltas).toMatchObject([{ kind: 'CREATE_OR_UPDATE', uid: { value: uuid } }]);
    });

    it('tells creates from updates, and leaves out what was deleted meanwhile', async () => {
      const token = await latestSyncToken(session, ACCOUNT, call());
      const dn = await person();
      await change(session, dn, { operation: 'add', attribute: 'title', values: ['x'] });
      const short = await person();
      await session.directory.remove(short, false, never);
      const { deltas } = await collect(session, token);
      expect(deltas.map(({ kind }) => kind)).toEqual(['CREATE', 'UPDATE', 'DELETE']);
    });

    it('drops changes by ignored authors, and those that touch no listed attribute', async () => {
      const dn = await person();
      const ignoring = await open({ modifiersNamesToFilterOut: ['CN=Admin, dc=example,dc=com'] });
      const picky = await open({ attributesToSynchronize: ['MAIL'] });
      const token = await latestSyncToken(session, ACCOUNT, call());
      await change(session, dn, { operation: 'replace', attribute: 'title', values: ['y'] });
      expect((await collect(ignoring, token)).deltas).toEqual([]);
      expect((await collect(picky, token)).deltas).toEqual([]);
      await change(session, dn, { operation: 'replace', attribute: 'mail', values: ['y@example.com'] });
      expect((await collect(picky, token)).deltas).toHaveLength(1);
    });

    it('keeps to timestamps when told so [ldap 64]', async () => {
      const byTime = await open({ useTimestampsForSync: true });
      const dn = await person();
      const token = await latestSyncToken(byTime, ACCOUNT, call());
      await session.directory.remove(dn, false, never);
      expect((await collect(byTime, token)).deltas.filter(({ kind }) => kind === 'DELETE')).toEqual([]);
    });

    it('falls back to timestamps where the log may not be read [ldap 63]', async () => {
      const name = `reader${counter++}`;
      await person(name, { userPassword: 'secret' });
      const reader = await open({ principal: `uid=${name},${PEOPLE}`, credentials: new GuardedString('secret') });
      const dn = await person();
      const token = await latestSyncToken(reader, ACCOUNT, call());
      await session.directory.remove(dn, false, never);
      const other = await person();
      expect(summary((await collect(reader, token)).deltas)).toContain(`CREATE_OR_UPDATE ${other}`);
    });
  });
});
