import { readFile } from 'node:fs/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { LdapConfig } from '../../../connectors/catalog/ldap/config.js';
import { create } from '../../../connectors/catalog/ldap/create.js';
import { remove } from '../../../connectors/catalog/ldap/delete.js';
import { addValues, removeValues, update } from '../../../connectors/catalog/ldap/update.js';
import { ACCOUNT, GROUP, GuardedString, OperationOptions, Uid, type IcfValue } from '../../../protocol/model/index.js';
import { startOpenLdap, type OpenLdap } from '../../targets/openldap.js';
import { configFor } from './ldap-config.js';
import { OpenSessions, addEntry, attributes, call, held, openSession, request, type TestSession } from './session.js';

const PEOPLE = 'ou=people,dc=example,dc=com';
const GROUPS = 'ou=groups,dc=example,dc=com';
type Settings = Partial<Record<keyof LdapConfig, string | number | boolean | readonly string[] | null>>;

/** groupMemberAttribute stays uniqueMember, which this server's refint leaves alone: what happens to it is our doing. */
describe('writing to OpenLDAP', () => {
  let server: OpenLdap;
  let session: TestSession;
  const sessions = new OpenSessions((settings: Settings = {}) => openSession(configFor(server, settings)));
  const { open } = sessions;
  let counter = 0;

  const account = (name: string): Record<string, IcfValue> => ({ __NAME__: `uid=${name},${PEOPLE}`, cn: name, sn: 'Test' });
  const createAccount = (name: string, more: Record<string, IcfValue> = {}, on = session): Promise<Uid> => create(on, request(ACCOUNT, { attributes: attributes({ ...account(name), ...more }) }), call());
  const createGroup = async (name: string, ...members: string[]): Promise<string> => {
    await addEntry(session, `cn=${name},${GROUPS}`, { objectClass: ['top', 'groupOfUniqueNames'], cn: name, uniqueMember: members.length > 0 ? members : ['cn=nobody'] });
    return `cn=${name},${GROUPS}`;
  };
  const createPosixGroup = async (name: string, ...members: string[]): Promise<string> => {
    await addEntry(session, `cn=${name},${GROUPS}`, { objectClass: ['top', 'posixGroup'], cn: name, gidNumber: String(1000 + counter), ...(members.length > 0 ? { memberUid: members } : {}) });
    return `cn=${name},${GROUPS}`;
  };
  const replace = (uid: Uid, values: Record<string, IcfValue>, on = session): Promise<Uid> => update(on, request(ACCOUNT, { uid, attributes: attributes(values) }), call());
  const unique = (prefix: string): string => `${prefix}${counter++}`;

  beforeAll(async () => { server = await startOpenLdap({ modules: ['syncprov', 'memberof', 'refint', 'sssvlv'] }); });
  afterAll(async () => { await server.stop(); });
  beforeEach(async () => { session = await open(); });
  afterEach(() => sessions.close());

  describe('create', () => {
    it('refuses values LDAP has no form for, and creates nothing [ldap 2]', async () => {
      for (const value of [7, true, 10n, [{}] as unknown as IcfValue]) {
        await expect(createAccount('malformed', { employeeNumber: value })).rejects.toMatchObject({ kind: 'invalidAttributeValue', message: expect.stringContaining('employeeNumber') as string });
      }
      expect(await held(session, `uid=malformed,${PEOPLE}`, 'uid')).toBeUndefined();
    });

    it('says which parent is missing', async () => {
      await expect(createAccount('x', { __NAME__: 'uid=x,ou=nowhere,dc=example,dc=com' })).rejects.toMatchObject({ kind: 'invalidAttributeValue', message: expect.stringContaining('ou=nowhere') as string });
    });

    it('reports an entry that exists already', async () => {
      const name = unique('twice');
      await createAccount(name);
      await expect(createAccount(name)).rejects.toMatchObject({ kind: 'alreadyExists' });
    });

    it('reports a name the schema does not allow for the class', async () => {
      await expect(createAccount('y', { __NAME__: `gidNumber=1,${PEOPLE}` })).rejects.toMatchObject({ kind: 'invalidAttributeValue' });
    });

    it('answers the uid the server gave and fills in classes and RDN [ldap 31, 34]', async () => {
      const uid = await create(session, request(ACCOUNT, { attributes: attributes({ __NAME__: `cn=Smith\\, John+uid=js,${PEOPLE}`, sn: 'Smith', description: ['', 'kept'], title: [] }) }), call());
      const dn = `cn=Smith\\, John+uid=js,${PEOPLE}`;
      expect([uid.value]).toEqual(await held(session, dn, 'entryUUID'));
      expect(await held(session, dn, 'cn')).toEqual(['Smith, John']);
      expect(await held(session, dn, 'uid')).toEqual(['js']);
      expect(await held(session, dn, 'description')).toEqual(['kept']);
      expect(await held(session, dn, 'objectClass')).toEqual(['inetOrgPerson', 'organizationalPerson', 'person', 'top']);
    });

    it('takes object classes, bytes and a password from the request [ldap 34, 50]', async () => {
      const name = unique('posix');
      const photo = Uint8Array.from([0xff, 0xd8, 0, 1, 2]);
      const uid = await createAccount(name, {
        objectClass: ['inetOrgPerson', 'posixAccount'], uidNumber: '7', gidNumber: '7', homeDirectory: '/', jpegPhoto: photo, __PASSWORD__: new GuardedString('pässword'),
      });
      const dn = `uid=${name},${PEOPLE}`;
      expect(await held(session, dn, 'objectClass')).toEqual(['inetOrgPerson', 'posixAccount']);
      const entry = await session.directory.read(dn, ['jpegPhoto'], new AbortController().signal);
      expect(entry?.attributes.get('jpegphoto')?.values.map((value) => [...value])).toEqual([[...photo]]);
      await expect(session.directory.checkPassword(dn, new GuardedString('pässword'), new AbortController().signal)).resolves.toBeDefined();
      expect(uid.value).toMatch(/^[0-9a-f-]{36}$/);
    });

    it('transfers certificates in binary', async () => {
      const pem = await readFile(server.tls.clientCertificateFile, 'utf8');
      const der = new Uint8Array(Buffer.from(pem.replace(/-----[^-]+-----|\s/g, ''), 'base64'));
      const name = unique('cert');
      const uid = await createAccount(name, { userCertificate: der });
      const stored = async (): Promise<number | undefined> => (await session.directory.read(`uid=${name},${PEOPLE}`, ['userCertificate'], new AbortController().signal))?.attributes.get('usercertificate;binary')?.values[0]?.length;
      expect(await stored()).toBe(der.length);
      await replace(uid, { userCertificate: null });
      expect(await stored()).toBeUndefined();
    });

    it('says which base context does not exist', async () => {
      const lost = await open({ baseContexts: ['ou=nowhere,dc=example,dc=com'] });
      await expect(replace(new Uid('x'), { sn: 'x' }, lost)).rejects.toMatchObject({ kind: 'configuration', message: expect.stringContaining('ou=nowhere') as string });
    });

    it('answers the DN as the uid when that is the uid attribute [ldap 31]', async () => {
      const byDn = await open({ uidAttribute: 'dn' });
      const name = unique('bydn');
      expect((await createAccount(name, {}, byDn)).value).toBe(`uid=${name},${PEOPLE}`);
    });

    it('puts the account into its groups', async () => {
      const [name, group, posix] = [unique('member'), await createGroup(unique('g')), await createPosixGroup(unique('p'))];
      await createAccount(name, { ldapGroups: [group], posixGroups: [posix] });
      expect(await held(session, group, 'uniqueMember')).toContain(`uid=${name},${PEOPLE}`);
      expect(await held(session, posix, 'memberUid')).toEqual([name]);
    });

    it('says exactly which memberships failed, and names the uid of what was created', async () => {
      const [name, group] = [unique('partial'), await createGroup(unique('g'))];
      const error = await createAccount(name, { ldapGroups: [`cn=missing,${GROUPS}`, group] }).catch((thrown: unknown) => thrown as Error);
      const [uid = ''] = await held(session, `uid=${name},${PEOPLE}`, 'entryUUID') ?? [];
      expect(error).toMatchObject({ kind: 'invalidAttributeValue' });
      const { message } = error as Error;
      expect(message).toContain(`Created "uid=${name},${PEOPLE}" with uid ${uid}`);
      expect(message).toMatch(/Failed: add to "cn=missing.*does not exist/);
      expect(message).toContain(`Done: add to "${group}"`);
      expect(await held(session, group, 'uniqueMember')).toContain(`uid=${name},${PEOPLE}`);
    });
  });

  describe('update', () => {
    it('knows no uid that is not there', async () => {
      await expect(replace(new Uid('00000000-0000-0000-0000-000000000000'), { sn: 'x' })).rejects.toMatchObject({ kind: 'unknownUid' });
    });

    it('replaces, clears, adds and removes values', async () => {
      const name = unique('values');
      const dn = `uid=${name},${PEOPLE}`;
      const uid = await createAccount(name, { mail: ['a@example.com'], title: 'Engineer' });
      expect((await replace(uid, { mail: ['b@example.com', 'c@example.com'], title: null })).value).toBe(uid.value);
      expect(await held(session, dn, 'mail')).toEqual(['b@example.com', 'c@example.com']);
      expect(await held(session, dn, 'title')).toEqual([]);
      await addValues(session, request(ACCOUNT, { uid, attributes: attributes({ mail: ['d@example.com'] }) }), call());
      await removeValues(session, request(ACCOUNT, { uid, attributes: attributes({ mail: ['b@example.com'], description: null }) }), call());
      expect(await held(session, dn, 'mail')).toEqual(['c@example.com', 'd@example.com']);
    });

    it('takes additions that are there and removals that are not for done, and still does the rest', async () => {
      const name = unique('idempotent');
      const uid = await createAccount(name, { mail: ['a@example.com'] });
      await addValues(session, request(ACCOUNT, { uid, attributes: attributes({ mail: ['a@example.com', 'b@example.com'] }) }), call());
      await removeValues(session, request(ACCOUNT, { uid, attributes: attributes({ mail: ['a@example.com', 'zzz@example.com'] }) }), call());
      expect(await held(session, `uid=${name},${PEOPLE}`, 'mail')).toEqual(['b@example.com']);
    });

    it('tells values apart that differ in case where the server does', async () => {
      const name = unique('exact');
      const uid = await createAccount(name, { labeledURI: ['http://a/x'] });
      const links = (): Promise<string[] | undefined> => held(session, `uid=${name},${PEOPLE}`, 'labeledURI');
      await addValues(session, request(ACCOUNT, { uid, attributes: attributes({ labeledURI: ['http://a/x', 'http://a/X'] }) }), call());
      expect(await links()).toEqual(['http://a/X', 'http://a/x']);
      await removeValues(session, request(ACCOUNT, { uid, attributes: attributes({ labeledURI: ['http://a/X', 'HTTP://A/X'] }) }), call());
      expect(await links()).toEqual(['http://a/x']);
    });

    it('explains that a naming attribute is changed by a rename', async () => {
      const uid = await createAccount(unique('naming'));
      await expect(replace(uid, { uid: 'other' })).rejects.toMatchObject({ message: expect.stringContaining('__NAME__') as string });
    });

    it('renames, moves and changes attributes in one request', async () => {
      const [name, renamed] = [unique('old'), unique('new')];
      await addEntry(session, `ou=${renamed},dc=example,dc=com`, { objectClass: 'organizationalUnit', ou: renamed });
      const uid = await createAccount(name, { title: 'x' });
      const dn = `uid=${renamed},ou=${renamed},dc=example,dc=com`;
      expect((await replace(uid, { __NAME__: dn, uid: [`${renamed}-alias`], title: 'y' })).value).toBe(uid.value);
      expect(await held(session, `uid=${name},${PEOPLE}`, 'uid')).toBeUndefined();
      expect(await held(session, dn, 'uid')).toEqual([renamed, `${renamed}-alias`]);
      expect(await held(session, dn, 'title')).toEqual(['y']);
    });

    it('changes the case of a name, and leaves alone one that only is spelled differently', async () => {
      const name = unique('case');
      const uid = await createAccount(name);
      await replace(uid, { __NAME__: `UID=${name} , OU=People,dc=example,DC=com` });
      expect(await held(session, `uid=${name},${PEOPLE}`, 'uid')).toEqual([name]);
      await replace(uid, { __NAME__: `uid=${name.toUpperCase()},${PEOPLE}` });
      expect(await held(session, `uid=${name},${PEOPLE}`, 'uid')).toEqual([name.toUpperCase()]);
    });

    it('refuses to take over another name, and changes nothing', async () => {
      const [one, two] = [unique('one'), unique('two')];
      const uid = await createAccount(one, { title: 'kept' });
      await createAccount(two);
      await expect(replace(uid, { __NAME__: `uid=${two},${PEOPLE}`, title: 'lost' })).rejects.toMatchObject({ kind: 'alreadyExists' });
      expect(await held(session, `uid=${one},${PEOPLE}`, 'title')).toEqual(['kept']);
    });

    it('says that the rename was done when the attributes fail', async () => {
      const [name, renamed] = [unique('half'), unique('done')];
      const uid = await createAccount(name);
      await expect(replace(uid, { __NAME__: `uid=${renamed},${PEOPLE}`, noSuchAttribute: 'x' })).rejects.toMatchObject({ kind: 'invalidAttributeValue', message: expect.stringContaining('already renamed') as string });
    });

    it('answers the new DN as the uid', async () => {
      const byDn = await open({ uidAttribute: 'dn' });
      const [name, renamed] = [unique('dn'), unique('dn')];
      const uid = await createAccount(name, {}, byDn);
      expect((await replace(uid, { __NAME__: `uid=${renamed},${PEOPLE}` }, byDn)).value).toBe(`uid=${renamed},${PEOPLE}`);
    });

    it('answers the new value when the uid attribute is in the name', async () => {
      const byUid = await open({ uidAttribute: 'uid' });
      const [name, renamed] = [unique('u'), unique('u')];
      const uid = await createAccount(name, {}, byUid);
      expect(uid.value).toBe(name);
      expect((await replace(uid, { __NAME__: `uid=${renamed},${PEOPLE}` }, byUid)).value).toBe(renamed);
    });

    it('replaces the members of a large group by what differs', async () => {
      const members = Array.from({ length: 1200 }, (_, index) => `uid=m${index},${PEOPLE}`);
      const group = await createGroup(unique('large'), ...members);
      const [uuid = ''] = await held(session, group, 'entryUUID') ?? [];
      const wanted = [...members.slice(10), 'uid=new1,dc=example,dc=com', 'UID=M0, OU=people,dc=example,dc=com'];
      await update(session, request(GROUP, { uid: new Uid(uuid), attributes: attributes({ uniqueMember: wanted }) }), call());
      const now = await held(session, group, 'uniqueMember');
      expect(now).toHaveLength(1192);
      expect(now).toContain('uid=new1,dc=example,dc=com');
      expect(now).not.toContain(`uid=m5,${PEOPLE}`);
      await addValues(session, request(GROUP, { uid: new Uid(uuid), attributes: attributes({ uniqueMember: Array.from({ length: 1100 }, (_, index) => `uid=more${index},${PEOPLE}`) }) }), call());
      expect(await held(session, group, 'uniqueMember')).toHaveLength(2292);
    });

    it('acts with the rights of the user named by runAsUser', async () => {
      const [name, other] = [unique('self'), unique('other')];
      const self = await createAccount(name, { __PASSWORD__: new GuardedString('secret') });
      const foreign = await createAccount(other);
      const options = OperationOptions.of({ RUN_AS_USER: name, RUN_WITH_PASSWORD: new GuardedString('secret') });
      const as = (uid: Uid): Promise<Uid> => update(session, { objectClass: ACCOUNT, uid, options, attributes: attributes({ title: 'mine' }) }, call());
      await expect(as(foreign)).rejects.toMatchObject({ kind: 'permissionDenied' });
      await as(self);
      expect(await held(session, `uid=${name},${PEOPLE}`, 'title')).toEqual(['mine']);
      expect(await held(session, `uid=${other},${PEOPLE}`, 'title')).toEqual([]);
    });
  });

  describe('memberships', () => {
    it('are set as a whole, joined and left [ldap 54]', async () => {
      const [a, b, c] = [await createGroup(unique('a')), await createGroup(unique('b')), await createGroup(unique('c'))];
      const name = unique('m');
      const dn = `uid=${name},${PEOPLE}`;
      const uid = await createAccount(name, { ldapGroups: [a, b] });
      await replace(uid, { ldapGroups: [b.toUpperCase(), c] });
      const groups = async (): Promise<boolean[]> => await Promise.all([a, b, c].map(async (group) => (await held(session, group, 'uniqueMember'))?.includes(dn) ?? false));
      expect(await groups()).toEqual([false, true, true]);
      await addValues(session, request(ACCOUNT, { uid, attributes: attributes({ ldapGroups: [a, c] }) }), call());
      await removeValues(session, request(ACCOUNT, { uid, attributes: attributes({ ldapGroups: [b] }) }), call());
      expect(await groups()).toEqual([true, false, true]);
      await replace(uid, { ldapGroups: null });
      expect(await groups()).toEqual([false, false, false]);
    });

    it('cannot take the last member out of a class that needs one, and says so', async () => {
      const name = unique('last');
      const dn = `uid=${name},${PEOPLE}`;
      const uid = await createAccount(name);
      const group = await createGroup(unique('g'), dn);
      await expect(replace(uid, { ldapGroups: [] })).rejects.toMatchObject({ kind: 'invalidAttributeValue', message: expect.stringContaining('last member') as string });
      expect(await held(session, group, 'uniqueMember')).toEqual([dn]);
    });

    it.each([[true], [false]])('follow a rename with maintainLdapGroupMembership %s [ldap 55]', async (maintain) => {
      const maintaining = await open({ maintainLdapGroupMembership: maintain });
      const [name, renamed] = [unique('r'), unique('r')];
      const uid = await createAccount(name);
      const group = await createGroup(unique('g'), `uid=${name},${PEOPLE}`);
      await replace(uid, { __NAME__: `uid=${renamed},${PEOPLE}` }, maintaining);
      expect(await held(session, group, 'uniqueMember')).toEqual([`uid=${maintain ? renamed : name},${PEOPLE}`]);
    });

    it.each([[true], [false]])('follow a delete with maintainLdapGroupMembership %s [ldap 55, 57]', async (maintain) => {
      const maintaining = await open({ maintainLdapGroupMembership: maintain });
      const name = unique('d');
      const uid = await createAccount(name);
      const group = await createGroup(unique('g'), `uid=${name},${PEOPLE}`, 'cn=other');
      await remove(maintaining, request(ACCOUNT, { uid }), call());
      expect(await held(session, group, 'uniqueMember')).toEqual(maintain ? ['cn=other'] : ['cn=other', `uid=${name},${PEOPLE}`]);
    });

    it('are no error when the server has maintained them by itself [ldap 57]', async () => {
      const maintaining = await open({ maintainLdapGroupMembership: true, groupMemberAttribute: 'member' });
      const [name, renamed, groupName] = [unique('ri'), unique('ri'), unique('refint')];
      const uid = await createAccount(name);
      const group = `cn=${groupName},${GROUPS}`;
      await addEntry(session, group, { objectClass: 'groupOfNames', cn: groupName, member: [`uid=${name},${PEOPLE}`, 'cn=other'] });
      await replace(uid, { __NAME__: `uid=${renamed},${PEOPLE}` }, maintaining);
      expect(await held(session, group, 'member')).toEqual(['cn=other', `uid=${renamed},${PEOPLE}`]);
      await remove(maintaining, request(ACCOUNT, { uid }), call());
      expect(await held(session, group, 'member')).toEqual(['cn=other']);
    });

    it.each([[true], [false]])('of POSIX groups follow the uid with maintainPosixGroupMembership %s [ldap 56]', async (maintain) => {
      const maintaining = await open({ maintainPosixGroupMembership: maintain });
      const [name, renamed] = [unique('px'), unique('px')];
      const uid = await createAccount(name);
      const group = await createPosixGroup(unique('pg'), name, 'else');
      await replace(uid, { __NAME__: `uid=${renamed},${PEOPLE}` }, maintaining);
      expect(await held(session, group, 'memberUid')).toEqual(['else', maintain ? renamed : name].sort());
      await remove(maintaining, request(ACCOUNT, { uid }), call());
      expect(await held(session, group, 'memberUid')).toEqual(maintain ? ['else'] : ['else', name].sort());
    });

    it('of POSIX groups are set as a whole', async () => {
      const [a, b] = [await createPosixGroup(unique('pa')), await createPosixGroup(unique('pb'))];
      const name = unique('ps');
      const uid = await createAccount(name, { posixGroups: [a] });
      await replace(uid, { posixGroups: [b] });
      expect(await held(session, a, 'memberUid')).toEqual([]);
      expect(await held(session, b, 'memberUid')).toEqual([name]);
    });

    it('of POSIX groups need a uid attribute', async () => {
      const group = await createPosixGroup(unique('pg'));
      const name = unique('nouid');
      await expect(createAccount(name, { __NAME__: `cn=${name},${PEOPLE}`, posixGroups: [group] })).rejects.toMatchObject({ kind: 'invalidAttributeValue', message: expect.stringContaining('no uid attribute') as string });
    });
  });

  describe('delete', () => {
    it('knows no uid that is not there', async () => {
      await expect(remove(session, request(ACCOUNT, { uid: new Uid('00000000-0000-0000-0000-000000000000') }), call())).rejects.toMatchObject({ kind: 'unknownUid' });
    });

    it('leaves an entry with children, says how to delete it, and keeps its memberships', async () => {
      const maintaining = await open({ maintainLdapGroupMembership: true });
      const name = unique('parent');
      const uid = await createAccount(name);
      await addEntry(session, `cn=child,uid=${name},${PEOPLE}`, { objectClass: 'applicationProcess', cn: 'child' });
      const group = await createGroup(unique('g'), `uid=${name},${PEOPLE}`);
      await expect(remove(maintaining, request(ACCOUNT, { uid }), call())).rejects.toMatchObject({ kind: 'connector', message: expect.stringContaining('allowTreeDelete') as string });
      expect(await held(session, group, 'uniqueMember')).toEqual([`uid=${name},${PEOPLE}`]);
    });

    it('says that the entry is gone when its memberships cannot be removed', async () => {
      const maintaining = await open({ maintainLdapGroupMembership: true });
      const name = unique('lastgone');
      const uid = await createAccount(name);
      await createGroup(unique('g'), `uid=${name},${PEOPLE}`);
      await expect(remove(maintaining, request(ACCOUNT, { uid }), call())).rejects.toMatchObject({ message: expect.stringContaining(`Deleted "uid=${name},${PEOPLE}", but`) as string });
      expect(await held(session, `uid=${name},${PEOPLE}`, 'uid')).toBeUndefined();
    });
  });
});
