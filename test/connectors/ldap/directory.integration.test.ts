import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { GuardedString } from '../../../protocol/model/index.js';
import type { Directory, DirectorySearch, DirectorySearchEnd, Entry } from '../../../connectors/catalog/ldap/directory/contract.js';
import { firstText, texts } from '../../../connectors/catalog/ldap/directory/entry.js';
import { openDirectory } from '../../../connectors/catalog/ldap/directory/open-directory.js';
import { startOpenLdap, type OpenLdap } from '../../targets/openldap.js';
import { LogKeeper, configFor, people, quiet } from './ldap-config.js';

const PEOPLE = 5000;
const containing = (text: string): string => expect.stringContaining(text) as string;
let server: OpenLdap;
let directory: Directory;
const log = new LogKeeper();

beforeAll(async () => {
  server = await startOpenLdap({ ldif: people(PEOPLE, 'user', (i) => (i < 300 ? `description: ${'x'.repeat(4000)}\n` : '')), passwordPolicy: ['pwdMaxFailure: 3', 'pwdLockout: TRUE', 'pwdMustChange: TRUE'] });
  directory = await openDirectory(configFor(server), log, quiet());
});
afterAll(async () => {
  await directory.close();
  await server.stop();
});

const all: DirectorySearch = { base: 'ou=people,dc=example,dc=com', scope: 'sub', filter: '(objectClass=inetOrgPerson)', attributes: ['uid'] };

async function collect(search: DirectorySearch, from: Directory = directory): Promise<{ entries: Entry[]; end: unknown }> {
  const results = from.search(search, quiet());
  const entries: Entry[] = [];
  for (;;) {
    const step = await results.next();
    if (step.done === true) return { entries, end: step.value };
    entries.push(step.value);
  }
}

describe('search', () => {
  test.each([1, 99, 100, 101, 4999, 5000, 5001])('pages of %d give every entry once', async (pageSize) => {
    const limited = pageSize === 1 ? { ...all, filter: '(uid=user1*)', base: 'ou=people,dc=example,dc=com' } : all;
    const { entries, end } = await collect({ ...limited, pageSize });
    const expected = pageSize === 1 ? 1111 : PEOPLE;
    expect(new Set(entries.map((entry) => entry.dn)).size).toBe(expected);
    expect(entries.length).toBe(expected);
    expect(end).toMatchObject({ cookie: undefined });
  });

  test('without pages a slow consumer gets all 5,000 entries and other requests are answered meanwhile', async () => {
    const results = directory.search({ ...all, attributes: undefined }, quiet());
    let count = 0;
    for await (const entry of results) {
      count++;
      expect(entry.dn).toContain('ou=people');
      if (count % 100 === 0) await new Promise((resolve) => setImmediate(resolve));
      if (count === 1 || count === 2500) expect(await directory.read('ou=groups,dc=example,dc=com', ['ou'], quiet())).toBeDefined();
    }
    expect(count).toBe(PEOPLE);
  });

  test('an early return abandons the search and leaves the connection usable', async () => {
    for await (const entry of directory.search({ ...all, attributes: undefined }, quiet())) {
      expect(entry.dn).not.toBe('');
      break;
    }
    expect((await collect({ ...all, limit: 3 })).entries.length).toBe(3);
    expect(await directory.isAlive(quiet())).toBe(true);
  });

  test('a limit ends the search without an error, with and without pages', async () => {
    expect((await collect({ ...all, limit: 7 })).entries.length).toBe(7);
    expect((await collect({ ...all, limit: 7, pageSize: 3 })).entries.length).toBe(7);
    expect((await collect({ ...all, limit: 7, window: { size: 3, offset: 1 }, sortKeys: [{ attribute: 'uid', ascending: true, orderingRule: 'caseIgnoreOrderingMatch' }] })).entries.length).toBe(7);
  });

  test('the size limit of the server is an error, never a short result', async () => {
    const own = await startOpenLdap({ modules: [], ldif: people(60), databaseConfig: ['limits dn.exact="uid=user0,ou=people,dc=example,dc=com" size=50'] });
    try {
      const limited = await openDirectory(configFor(own, { principal: null, credentials: null }), log, quiet());
      await limited.close();
      const admin = await openDirectory(configFor(own), log, quiet());
      await admin.modify('uid=user0,ou=people,dc=example,dc=com', [{ operation: 'replace', attribute: 'userPassword', values: ['secret'] }], quiet());
      await admin.close();
      const user = await openDirectory(configFor(own, { principal: 'uid=user0,ou=people,dc=example,dc=com', credentials: new GuardedString('secret') }), log, quiet());
      await expect(collect(all, user)).rejects.toMatchObject({ kind: 'connector', message: containing('sizeLimitExceeded') });
      await expect(collect({ ...all, limit: 55 }, user)).rejects.toThrow('sizeLimitExceeded');
      await user.close();
    } finally {
      await own.stop();
    }
  });

  test('a page can be resumed by its cookie on the same connection', async () => {
    const first = await collect({ ...all, pageSize: 2000, onePage: true });
    expect(first.entries.length).toBe(2000);
    const { cookie, lane } = first.end as DirectorySearchEnd;
    // Other searches in between, paged ones too, do not disturb it.
    await collect({ ...all, pageSize: 500 });
    const another = await openDirectory(configFor(server), log, quiet());
    const second = await collect({ ...all, pageSize: 2000, onePage: true, cookie, lane }, another);
    expect(new Set([...first.entries, ...second.entries].map((entry) => entry.dn)).size).toBe(4000);
    await (second.end as DirectorySearchEnd).lane!.close();
    await another.close();
  });

  test('virtual list views give every entry once, in order', async () => {
    const sortKeys = [{ attribute: 'uid', ascending: true, orderingRule: 'caseIgnoreOrderingMatch' }];
    for (const size of [100, 999, 5000, 6000]) {
      const { entries } = await collect({ ...all, window: { size, offset: 1 }, sortKeys });
      const uids = entries.map((entry) => firstText(entry, 'uid')!);
      expect(uids.length).toBe(PEOPLE);
      expect(uids).toEqual([...uids].sort());
    }
    const { entries, end } = await collect({ ...all, window: { size: 10, offset: 4996 }, sortKeys, onePage: true });
    expect(entries.length).toBe(5);
    expect(end).toEqual({ cookie: undefined, estimate: PEOPLE });
    expect((await collect({ ...all, window: { size: 10, offset: 6000 }, sortKeys })).entries.length).toBeLessThanOrEqual(1);
  });

  test('the server sorts both ways, and says so when it cannot', async () => {
    const sorted = async (ascending: boolean) => (await collect({ ...all, filter: '(uid=user12*)', sortKeys: [{ attribute: 'uid', ascending, orderingRule: 'caseIgnoreOrderingMatch' }] })).entries.map((entry) => firstText(entry, 'uid'));
    const up = await sorted(true);
    expect(up.length).toBe(111);
    expect(up).toEqual([...up].sort());
    expect(await sorted(false)).toEqual([...up].reverse());
    await expect(collect({ ...all, sortKeys: [{ attribute: 'cn', ascending: true }] })).rejects.toMatchObject({ message: containing('inappropriateMatching') });
  });

  test('an attribute that an entry lacks is absent, one that was asked for only by another name too', async () => {
    const entry = await directory.read('uid=user400,ou=people,dc=example,dc=com', ['uid', 'title', 'description'], quiet());
    expect([...entry!.attributes.keys()]).toEqual(['uid']);
    expect([...(await directory.read('uid=user400,ou=people,dc=example,dc=com', [], quiet()))!.attributes.keys()]).toEqual([]);
  });

  test('an entry that is not there reads as undefined, a missing search base is an error', async () => {
    expect(await directory.read('uid=nobody,ou=people,dc=example,dc=com', undefined, quiet())).toBeUndefined();
    await expect(collect({ ...all, base: 'ou=nowhere,dc=example,dc=com' })).rejects.toMatchObject({ kind: 'connector', message: containing('ou=nowhere,dc=example,dc=com') });
  });

  test('abort ends a search with an error and abandons it', async () => {
    const abort = new AbortController();
    const results = directory.search({ ...all, attributes: undefined }, abort.signal);
    await results.next();
    abort.abort();
    await expect((async () => { for await (const entry of results) expect(entry.dn).not.toBe(''); })()).rejects.toMatchObject({ kind: 'operationTimeout' });
    expect(await directory.isAlive(quiet())).toBe(true);
  });

  test('a connection lost in the middle of a search is an error, not an end, and the directory stays dead', async () => {
    const own = await startOpenLdap({ modules: [], ldif: people(3000, 'user', () => `description: ${'y'.repeat(2000)}\n`) });
    const doomed = await openDirectory(configFor(own), log, quiet());
    try {
      const results = doomed.search({ ...all, attributes: undefined }, quiet());
      await results.next();
      await own.pause('SIGKILL');
      await expect((async () => { for await (const entry of results) expect(entry.dn).not.toBe(''); })()).rejects.toMatchObject({ kind: 'connectionBroken' });
      await own.resume();
      expect(await doomed.isAlive(quiet())).toBe(false);
      await expect(doomed.read(own.baseDn, undefined, quiet())).rejects.toMatchObject({ kind: 'connectionBroken' });
      await expect(collect(all, doomed)).rejects.toMatchObject({ kind: 'connectionBroken' });
    } finally {
      await doomed.close();
      await own.stop();
    }
  });
});

describe('values and names', () => {
  test('bytes come back as they went in, whether they look like text or not', async () => {
    const dn = 'uid=bytes,ou=people,dc=example,dc=com';
    const photos = [Uint8Array.from(Buffer.from('plain text')), Uint8Array.from([0xff, 0xd8, 0x00, 0xfe]), Uint8Array.from({ length: 70_000 }, (_, i) => i % 251), Uint8Array.from({ length: 65_536 }, (_, i) => i % 7)];
    await directory.add(dn, [
      { name: 'objectClass', values: ['inetOrgPerson'] }, { name: 'cn', values: ['B'] }, { name: 'sn', values: ['B'] }, { name: 'jpegPhoto', values: photos },
    ], quiet());
    const entry = await directory.read(dn, ['jpegPhoto'], quiet());
    const values = entry!.attributes.get('jpegphoto')!.values.map((value) => Buffer.from(value).toString('hex'));
    expect(values.sort()).toEqual(photos.map((photo) => Buffer.from(photo).toString('hex')).sort());
    await directory.modify(dn, [{ operation: 'add', attribute: 'userPassword', values: [Uint8Array.from([0xff, 0xd8, 0x00, 0xfe])] }], quiet());
    const found = await collect({ ...all, filter: '(userPassword=\\ff\\d8\\00\\fe)' });
    expect(found.entries.map((one) => one.dn)).toEqual([dn]);
    await directory.remove(dn, false, quiet());
  });

  test.each(['Grüße, 世界 😀', 'plus+equals=', 'back\\slash', '"quoted"', ' leading', 'trailing ', '#hash', '<a;b>', 'nul\u0000byte'])('a name with %j is added, found, renamed and removed', async (cn) => {
    const escaped = cn.replace(/[\\,+"<>;=]/g, '\\$&').replace(/\0/g, '\\00').replace(/^[ #]/, '\\$&').replace(/ $/, '\\ ');
    const dn = `cn=${escaped},ou=people,dc=example,dc=com`;
    await directory.add(dn, [{ name: 'objectClass', values: ['inetOrgPerson'] }, { name: 'cn', values: [cn] }, { name: 'sn', values: ['special'] }], quiet());
    const { entries: [entry] } = await collect({ ...all, filter: '(sn=special)', attributes: ['cn'] });
    expect(texts(entry!, 'cn')).toEqual([cn]);
    expect(await directory.read(entry!.dn, [], quiet())).toBeDefined();
    await directory.rename(entry!.dn, 'cn=moved\\5c', 'ou=groups,dc=example,dc=com', quiet());
    await directory.remove('cn=moved\\5c,ou=groups,dc=example,dc=com', false, quiet());
    expect((await collect({ ...all, base: 'dc=example,dc=com', filter: '(sn=special)' })).entries).toEqual([]);
  });
});

describe('writes', () => {
  test.each([
    ['an entry twice', () => directory.add('uid=user1,ou=people,dc=example,dc=com', [{ name: 'objectClass', values: ['inetOrgPerson'] }, { name: 'cn', values: ['x'] }, { name: 'sn', values: ['x'] }], quiet()), 'alreadyExists'],
    ['an entry without its parent', () => directory.add('uid=x,ou=nowhere,dc=example,dc=com', [{ name: 'objectClass', values: ['inetOrgPerson'] }, { name: 'cn', values: ['x'] }, { name: 'sn', values: ['x'] }], quiet()), 'connector'],
    ['an entry without a required attribute', () => directory.add('uid=x,ou=people,dc=example,dc=com', [{ name: 'objectClass', values: ['inetOrgPerson'] }, { name: 'cn', values: ['x'] }], quiet()), 'invalidAttributeValue'],
    ['an unknown attribute', () => directory.modify('uid=user1,ou=people,dc=example,dc=com', [{ operation: 'replace', attribute: 'noSuchThing', values: ['x'] }], quiet()), 'invalidAttributeValue'],
    ['a change of nobody', () => directory.modify('uid=nobody,ou=people,dc=example,dc=com', [{ operation: 'replace', attribute: 'title', values: ['x'] }], quiet()), 'unknownUid'],
    ['a removal of nobody', () => directory.remove('uid=nobody,ou=people,dc=example,dc=com', false, quiet()), 'unknownUid'],
    ['a removal of a parent', () => directory.remove('ou=people,dc=example,dc=com', false, quiet()), 'connector'],
  ])('%s is refused with the right kind', async (_what, act, kind) => {
    await expect(act()).rejects.toMatchObject({ kind });
  });

  test('an error names operation, entry and server, and no value', async () => {
    const error: unknown = await directory.modify('uid=user1,ou=people,dc=example,dc=com', [{ operation: 'replace', attribute: 'noSuchThing', values: ['s3cret-value'] }], quiet()).catch((caught: unknown) => caught);
    expect((error as Error).message).toMatch(/modify of "uid=user1,ou=people,dc=example,dc=com" at ldap:\/\/127\.0\.0\.1:\d+ failed: undefinedAttributeType \(17\)/);
    expect((error as Error).message).not.toContain('s3cret-value');
  });

  test('many requests at once on one connection all get their own answers', async () => {
    const answers = await Promise.all(Array.from({ length: 40 }, (_, i) => directory.read(`uid=user${i},ou=people,dc=example,dc=com`, ['uid'], quiet())));
    expect(answers.map((entry) => firstText(entry!, 'uid'))).toEqual(Array.from({ length: 40 }, (_, i) => `user${i}`));
  });
});

describe('binds', () => {
  test('a wrong password, an empty one and no password at all [ldap 20]', async () => {
    await expect(openDirectory(configFor(server, { credentials: new GuardedString('wrong') }), log, quiet())).rejects.toMatchObject({ kind: 'invalidCredential' });
    await expect(openDirectory(configFor(server, { credentials: new GuardedString('') }), log, quiet())).rejects.toMatchObject({ kind: 'invalidCredential', message: containing('needs a password') });
    await expect(openDirectory(configFor(server, { credentials: null }), log, quiet())).rejects.toMatchObject({ kind: 'invalidCredential' });
    await expect(directory.checkPassword('uid=user1,ou=people,dc=example,dc=com', new GuardedString(''), quiet())).rejects.toMatchObject({ kind: 'invalidCredential' });
  });

  test('GSSAPI without its package is refused with what to install or use instead [ldap 18]', async () => {
    await expect(openDirectory(configFor(server, { authType: 'SASL-GSSAPI' }), log, quiet())).rejects.toMatchObject({ kind: 'configuration', message: containing('EXTERNAL') });
  });

  test('passwords of others are checked apart from the own bind', async () => {
    const dn = 'uid=user2,ou=people,dc=example,dc=com';
    await directory.modify(dn, [{ operation: 'replace', attribute: 'userPassword', values: ['right'] }], quiet());
    expect(await directory.checkPassword(dn, new GuardedString('right'), quiet())).toEqual({ secondsToExpiry: undefined, graceLoginsLeft: undefined, mustChange: false });
    await expect(directory.checkPassword(dn, new GuardedString('wrong'), quiet())).rejects.toMatchObject({ kind: 'invalidCredential' });
    // Still bound as the administrator: only he may read the password.
    expect((await directory.read(dn, ['userPassword'], quiet()))!.attributes.size).toBe(1);
  });

  test('with the password policy controls a reset password and a locked account are told [ldap 52]', async () => {
    const policy = await openDirectory(configFor(server, { respectResourcePasswordPolicyChangeAfterReset: true }), log, quiet());
    try {
      const dn = 'uid=user3,ou=people,dc=example,dc=com';
      await policy.modify(dn, [{ operation: 'replace', attribute: 'userPassword', values: ['right'] }], quiet());
      await policy.modify(dn, [{ operation: 'replace', attribute: 'pwdReset', values: ['TRUE'] }], quiet());
      expect(await policy.checkPassword(dn, new GuardedString('right'), quiet())).toMatchObject({ mustChange: true });
      // More than the policy's three: failures within the same tick of its clock are one to slapd.
      for (let i = 0; i < 5; i++) await expect(policy.checkPassword(dn, new GuardedString('wrong'), quiet())).rejects.toMatchObject({ kind: 'invalidCredential' });
      await expect(policy.checkPassword(dn, new GuardedString('right'), quiet())).rejects.toMatchObject({ kind: 'invalidCredential' });
    } finally {
      await policy.close();
    }
  });
});

describe('root DSE', () => {
  test('names the family, the naming contexts and the controls', async () => {
    const dse = await directory.rootDse(quiet());
    expect(dse.serverType).toBe('openLdap');
    expect(dse.namingContexts).toContain('dc=example,dc=com');
    expect(dse.supportedControls.has('1.2.840.113556.1.4.319')).toBe(true);
    expect(dse.supportedControls.has('2.16.840.1.113730.3.4.9')).toBe(true);
    expect(dse.subschemaSubentry).toBe('cn=Subschema');
  });
});

test('nothing secret is in the log', () => {
  expect(log.lines.join('\n')).not.toContain(server.adminPassword);
});

test('close lets the process end: no socket stays open', async () => {
  const own = await openDirectory(configFor(server), log, quiet());
  for await (const entry of own.search(all, quiet())) {
    expect(entry.dn).not.toBe('');
    break;
  }
  await own.close();
  await own.close();
  await expect(own.read('', [], quiet())).rejects.toMatchObject({ kind: 'connectionBroken' });
});
