import { createHash } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { authenticate, resolveUsername } from '../../../connectors/catalog/ldap/authenticate.js';
import type { LdapConfig } from '../../../connectors/catalog/ldap/config.js';
import { create } from '../../../connectors/catalog/ldap/create.js';
import { update } from '../../../connectors/catalog/ldap/update.js';
import { ACCOUNT, ConnectorError, GuardedString, IcfArray, OperationOptions, Uid, type IcfValue } from '../../../protocol/model/index.js';
import { startOpenLdap, type OpenLdap } from '../../targets/openldap.js';
import { configFor } from './ldap-config.js';
import { addEntry, attributes, call, canBind, change, held, openSession, request, type TestSession } from './session.js';

const PEOPLE = 'ou=people,dc=example,dc=com';
const secret = (text: string): GuardedString => new GuardedString(text);
type Settings = Partial<Record<keyof LdapConfig, string | number | boolean | readonly string[] | null>>;

function sha(password: string): string {
  return `{SHA}${createHash('sha1').update(password).digest('base64')}`;
}

/** An account whose password has been too old for years; only slapadd can write such a time. */
const EXPIRED = `dn: cn=short,dc=example,dc=com
objectClass: applicationProcess
objectClass: pwdPolicy
cn: short
pwdAttribute: userPassword
pwdMaxAge: 60

dn: uid=expired,${PEOPLE}
objectClass: inetOrgPerson
uid: expired
cn: expired
sn: x
userPassword: right
pwdChangedTime: 20200101000000Z
pwdPolicySubentry: cn=short,dc=example,dc=com

`;

describe('passwords at OpenLDAP', () => {
  let policed: OpenLdap;
  let plain: OpenLdap;
  const sessions: TestSession[] = [];
  let counter = 0;

  const open = async (settings: Settings = {}, server = policed): Promise<TestSession> => {
    const opened = await openSession(configFor(server, settings));
    sessions.push(opened);
    return opened;
  };
  const person = async (session: TestSession, password: GuardedString | undefined, more: Record<string, IcfValue> = {}): Promise<{ uid: Uid; name: string; dn: string }> => {
    const name = `u${counter++}`;
    const dn = `uid=${name},${PEOPLE}`;
    const values = { __NAME__: dn, cn: `Common ${name}`, sn: 'x', ...more, ...(password === undefined ? {} : { __PASSWORD__: password }) };
    return { uid: await create(session, request(ACCOUNT, { attributes: attributes(values) }), call()), name, dn };
  };
  const login = (session: TestSession, username: string, password: string, options = OperationOptions.none): Promise<Uid> => authenticate(session, { objectClass: ACCOUNT, options, username, password: secret(password) }, call());
  const set = (session: TestSession, uid: Uid, values: Record<string, IcfValue>): Promise<Uid> => update(session, request(ACCOUNT, { uid, attributes: attributes(values) }), call());

  beforeAll(async () => {
    [policed, plain] = await Promise.all([
      startOpenLdap({ passwordPolicy: ['pwdMaxFailure: 3', 'pwdLockout: TRUE', 'pwdMustChange: TRUE', 'pwdInHistory: 2', 'pwdAllowUserChange: TRUE', 'pwdCheckQuality: 0'], ldif: EXPIRED }),
      startOpenLdap({ modules: [], ldif: `dn: uid=hashed,${PEOPLE}\nobjectClass: inetOrgPerson\nuid: hashed\ncn: hashed\nsn: x\nuserPassword: ${sha('before')}\n\n` }),
    ]);
  });
  afterAll(async () => { await Promise.all([policed.stop(), plain.stop()]); });
  afterEach(async () => { await Promise.all(sessions.splice(0).map((each) => each.close())); });

  describe('authenticate', () => {
    it('refuses an unknown user, a wrong and an empty password', async () => {
      const session = await open();
      const { name } = await person(session, secret('right'));
      for (const [username, password] of [['nobody-here', 'x'], [name, 'wrong'], [name, ''], ['', 'right'], ['*', 'right'], [`${name})(uid=*`, 'right']] as const) {
        await expect(login(session, username, password), username).rejects.toMatchObject({ kind: 'invalidCredential' });
      }
    });

    it('finds the account by any user name attribute and answers its uid [ldap 36]', async () => {
      const session = await open();
      const { name, uid } = await person(session, secret('right'));
      expect((await login(session, name, 'right')).value).toBe(uid.value);
      expect((await login(session, `Common ${name}`, 'right')).value).toBe(uid.value);
      expect((await resolveUsername(session, { objectClass: ACCOUNT, options: OperationOptions.none, username: name }, call())).value).toBe(uid.value);
      await expect(resolveUsername(session, { objectClass: ACCOUNT, options: OperationOptions.none, username: 'nobody-here' }, call())).rejects.toMatchObject({ kind: 'invalidCredential' });
    });

    it('looks only where the option says', async () => {
      const session = await open();
      const { name, uid } = await person(session, secret('right'), { mail: `m${counter}@example.com` });
      const byMail = OperationOptions.of({ ldap_uid_attributes: new IcfArray('String', ['mail']) });
      await expect(login(session, name, 'right', byMail)).rejects.toMatchObject({ kind: 'invalidCredential' });
      expect((await login(session, `m${counter - 1}@example.com`, 'right', byMail)).value).toBe(uid.value);
    });

    it('refuses a name that two entries have', async () => {
      const session = await open();
      const { name } = await person(session, secret('right'));
      await person(session, secret('right'), { cn: name });
      await expect(login(session, name, 'right')).rejects.toMatchObject({ kind: 'connectorSecurity', message: expect.stringContaining('ambiguous') as string });
    });

    it('does not let an entry that is no account in', async () => {
      const session = await open();
      await addEntry(session, `cn=device,${PEOPLE}`, { objectClass: ['applicationProcess', 'simpleSecurityObject'], cn: 'device', userPassword: 'right' });
      await expect(login(session, 'device', 'right')).rejects.toMatchObject({ kind: 'invalidCredential' });
    });

    it('refuses a locked account, also with the right password', async () => {
      const session = await open({ respectResourcePasswordPolicyChangeAfterReset: true });
      const { name } = await person(session, secret('right'));
      // More than the policy's three: failures within the same tick of its clock are one to slapd.
      for (let attempt = 0; attempt < 5; attempt++) await expect(login(session, name, 'wrong')).rejects.toMatchObject({ kind: 'invalidCredential' });
      await expect(login(session, name, 'right')).rejects.toMatchObject({ kind: 'invalidCredential', message: expect.stringContaining('locked') as string });
    });

    it('reports a password that was reset with the uid, when policy counts [ldap 53]', async () => {
      const { name, uid, dn } = await person(await open(), secret('right'));
      await change(await open(), dn, { operation: 'replace', attribute: 'pwdReset', values: ['TRUE'] });
      expect((await login(await open(), name, 'right')).value).toBe(uid.value);
      const error = await login(await open({ respectResourcePasswordPolicyChangeAfterReset: true }), name, 'right').catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({ kind: 'passwordExpired', uid: { value: uid.value } });
    });

    it('reports an expired password with the uid, when policy counts [ldap 52]', async () => {
      const session = await open({ respectResourcePasswordPolicyChangeAfterReset: true });
      const [uid = ''] = await held(session, `uid=expired,${PEOPLE}`, 'entryUUID') ?? [];
      await expect(login(session, 'expired', 'right')).rejects.toMatchObject({ kind: 'passwordExpired', uid: { value: uid } });
      await expect(login(await open(), 'expired', 'right')).rejects.toMatchObject({ kind: 'invalidCredential' });
    });

    it('has no secret in its errors', async () => {
      const session = await open();
      const { name } = await person(session, secret('right'));
      const error = await login(session, name, 'sup3rs3cret').catch((thrown: unknown) => thrown as ConnectorError);
      expect(JSON.stringify([error, (error as Error).message, String((error as Error).cause)])).not.toContain('sup3rs3cret');
    });
  });

  describe('change and reset', () => {
    it('refuses a current password alone, and values that are no password', async () => {
      const session = await open();
      const { uid } = await person(session, secret('right'));
      await expect(set(session, uid, { __CURRENT_PASSWORD__: secret('right') })).rejects.toMatchObject({ kind: 'invalidAttributeValue' });
      await expect(set(session, uid, { __PASSWORD__: 5 })).rejects.toMatchObject({ kind: 'invalidAttributeValue' });
    });

    it('refuses attributes generic LDAP has nothing for', async () => {
      const session = await open();
      const { uid } = await person(session, undefined);
      await expect(set(session, uid, { __ENABLE__: false })).rejects.toMatchObject({ kind: 'invalidAttributeValue', message: expect.stringContaining('__ENABLE__') as string });
    });

    it('resets a password without the old one [ldap 50]', async () => {
      const session = await open();
      const { uid, dn } = await person(session, secret('right'));
      await set(session, uid, { __PASSWORD__: secret('better') });
      expect(await canBind(session, dn, secret('better'))).toBe(true);
      expect(await canBind(session, dn, secret('right'))).toBe(false);
    });

    it('clears a password', async () => {
      const session = await open();
      const { uid, dn } = await person(session, secret('right'));
      await set(session, uid, { __PASSWORD__: null });
      expect(await held(session, dn, 'userPassword')).toEqual([]);
    });

    it('leaves everything as it was when the current password is wrong', async () => {
      const session = await open();
      const { uid, dn } = await person(session, secret('right'));
      await expect(set(session, uid, { __CURRENT_PASSWORD__: secret('wrong'), __PASSWORD__: secret('better'), title: 'x' })).rejects.toMatchObject({ kind: 'invalidCredential' });
      expect(await canBind(session, dn, secret('right'))).toBe(true);
      expect(await held(session, dn, 'title')).toEqual([]);
    });

    it('changes a password as its owner: no further change is demanded and history counts', async () => {
      const session = await open({ respectResourcePasswordPolicyChangeAfterReset: true });
      const { uid, name, dn } = await person(session, secret('first'));
      await change(session, dn, { operation: 'replace', attribute: 'pwdReset', values: ['TRUE'] });
      await set(session, uid, { __CURRENT_PASSWORD__: secret('first'), __PASSWORD__: secret('second'), title: 'x' });
      expect((await login(session, name, 'second')).value).toBe(uid.value);
      expect(await held(session, dn, 'title')).toEqual(['x']);
      await expect(set(session, uid, { __CURRENT_PASSWORD__: secret('second'), __PASSWORD__: secret('first') })).rejects.toMatchObject({ kind: 'invalidAttributeValue' });
      expect(await canBind(session, dn, secret('second'))).toBe(true);
    });

    it('changes a hashed password on a server without a policy', async () => {
      const session = await open({ uidAttribute: 'uid' }, plain);
      const dn = `uid=hashed,${PEOPLE}`;
      await expect(set(session, new Uid('hashed'), { __CURRENT_PASSWORD__: secret('wrong'), __PASSWORD__: secret('after') })).rejects.toMatchObject({ kind: 'invalidCredential' });
      await set(session, new Uid('hashed'), { __CURRENT_PASSWORD__: secret('before'), __PASSWORD__: secret('after') });
      expect(await canBind(session, dn, secret('after'))).toBe(true);
      expect(await canBind(session, dn, secret('before'))).toBe(false);
    });

    it('refuses a hash algorithm it does not know before anything is sent [ldap 51]', async () => {
      const session = await open({ passwordHashAlgorithm: 'SSHA' });
      await expect(person(session, secret('x'))).rejects.toMatchObject({ kind: 'configuration' });
    });
  });
});
