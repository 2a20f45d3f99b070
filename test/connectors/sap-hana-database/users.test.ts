import { beforeEach, describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { ACCOUNT, Attribute, GuardedString, Uid } from '../../../protocol/model/index.js';
import { failure, type ConnectorCaller } from '../../support/connector-caller.js';
import { HanaError, type FakeHana } from '../../targets/hana.js';
import { connected } from './system.js';

let server: FakeHana;
let caller: ConnectorCaller;

beforeEach(async () => { ({ server, caller } = await connected()); });

const password = (text = 'Password123') => Attribute.of('PASSWORD', new GuardedString(text));
const create = (name: string, ...more: Attribute[]) => caller.create(ACCOUNT, Attribute.of('USER_NAME', name), password(), ...more);
const wrote = () => server.statements.filter((statement) => !/^select/i.test(statement));

describe('creating SAP HANA users', () => {
  it('[sap-hana-database 9] needs USER_NAME and PASSWORD, and without either nothing is sent', async () => {
    expect((await failure(caller.create(ACCOUNT, password()))).message).toContain('USER_NAME');
    expect((await failure(caller.create(ACCOUNT, Attribute.of('USER_NAME', 'NOBODY')))).message).toContain('PASSWORD');
    expect(wrote()).toEqual([]);
  });

  it.each(['short1A', 'nodigitsAtAll', 'alllower123', 'ALLUPPER123'])('[sap-hana-database 10] lets the database refuse a password against its policy: %s', async (text) => {
    const error = await failure(caller.create(ACCOUNT, Attribute.of('USER_NAME', 'WEAK'), password(text)));
    expect(error.kind).toBe('invalidPassword');
    expect(error.message).not.toContain(text);
    expect(server.users.has('WEAK')).toBe(false);
  });

  it('[sap-hana-database 11] hands special characters of a password over unchanged; which are good is the policy of the database', async () => {
    await caller.create(ACCOUNT, Attribute.of('USER_NAME', 'SPECIAL'), password('Aa1_"quote\'; DROP USER SYS --'));
    expect(server.users.get('SPECIAL')?.password).toBe('Aa1_"quote\'; DROP USER SYS --');
    expect(server.users.has('SYS')).toBe(true);
  });

  it('[sap-hana-database 12] makes a restricted user without roles, and gives every other PUBLIC', async () => {
    const restricted = await create('RESTRICTED_ONE', Attribute.of('IS_RESTRICTED', true));
    const open = await create('OPEN_ONE');
    expect(await caller.values(ACCOUNT, restricted)).toMatchObject({ IS_RESTRICTED: true, ROLES: [] });
    expect(await caller.values(ACCOUNT, open)).toMatchObject({ IS_RESTRICTED: false, ROLES: 'PUBLIC' });
  });

  it('[sap-hana-database 13] adds the roles asked for to PUBLIC', async () => {
    expect(await caller.values(ACCOUNT, await create('MODELLER', Attribute.of('ROLES', 'MODELING')))).toMatchObject({ ROLES: ['PUBLIC', 'MODELING'] });
  });

  it('[sap-hana-database 14] [sap-hana-database 15] takes times with AM or PM, without, and dates alone, and gives them out as they were', async () => {
    const uid = await create('TIMED', Attribute.of('VALID_FROM', '2024-12-12 12:30'), Attribute.of('VALID_UNTIL', '2025-12-12 03:00 PM'));
    expect(await caller.values(ACCOUNT, uid)).toMatchObject({ VALID_FROM: '2024-12-12 12:30', VALID_UNTIL: '2025-12-12 15:00' });
    await caller.update(ACCOUNT, uid, Attribute.of('VALID_FROM', '2023-09-06'), Attribute.of('VALID_UNTIL', '2023-12-31'));
    expect(await caller.values(ACCOUNT, uid)).toMatchObject({ VALID_FROM: '2023-09-06', VALID_UNTIL: '2023-12-31' });
    const error = await failure(caller.update(ACCOUNT, uid, Attribute.of('VALID_FROM', '2023-02-30')));
    expect([error.kind, error.outcome]).toEqual(['invalidAttributeValue', 'notApplied']);
  });

  it('keeps the end of the validity that an update leaves out, which HANA would reset', async () => {
    const uid = await create('HALF', Attribute.of('VALID_FROM', '2024-01-01'), Attribute.of('VALID_UNTIL', '2030-01-01'));
    await caller.update(ACCOUNT, uid, Attribute.of('VALID_UNTIL', '2031-01-01'));
    expect(await caller.values(ACCOUNT, uid)).toMatchObject({ VALID_FROM: '2024-01-01', VALID_UNTIL: '2031-01-01' });
    await caller.update(ACCOUNT, uid, new Attribute('VALID_UNTIL', null));
    const after = await caller.values(ACCOUNT, uid);
    expect(after['VALID_FROM']).toBe('2024-01-01');
    expect(after).not.toHaveProperty('VALID_UNTIL');
  });

  it('[sap-hana-database 16] refuses a SAML provider that does not exist before anything is created', async () => {
    const error = await failure(create('SAML_USER', new Attribute('SAML_PROVIDERS', [new Map([['SAML_PROVIDER_NAME', 'UNKNOWN'], ['EXTERNAL_IDENTITY', 'x']])])));
    expect([error.kind, error.outcome]).toEqual(['invalidAttributeValue', 'notApplied']);
    expect(error.message).toContain('UNKNOWN');
    expect(wrote()).toEqual([]);
  });

  it('[sap-hana-database 17] maps users to SAML providers, with an identity or with any', async () => {
    const both = [new Map([['SAML_PROVIDER_NAME', 'PROVIDER_NAME'], ['EXTERNAL_IDENTITY', null]]), new Map([['SAML_PROVIDER_NAME', 'AC_SAML'], ['EXTERNAL_IDENTITY', "o'hara"]])];
    const uid = await create('SAML_USER', new Attribute('SAML_PROVIDERS', both), Attribute.of('IS_SAML_ENABLED', true));
    expect(server.users.get('SAML_USER')?.saml).toEqual([{ provider: 'PROVIDER_NAME', identity: null }, { provider: 'AC_SAML', identity: "o'hara" }]);
    await caller.update(ACCOUNT, uid, new Attribute('SAML_PROVIDERS', [both[1]!]));
    expect(await caller.values(ACCOUNT, uid)).toMatchObject({ IS_SAML_ENABLED: true, SAML_PROVIDERS: { SAML_PROVIDER_NAME: 'AC_SAML', EXTERNAL_IDENTITY: "o'hara" } });
  });

  it('[sap-hana-database 18] [sap-hana-database 19] answers what was not sent as the database has it', async () => {
    expect(await caller.values(ACCOUNT, await create('DEFAULTS'))).toMatchObject({ USER_MODE: 'LOCAL', IS_RESTRICTED: false, PASSWORD_CHANGE_NEEDED: false, HAS_REMOTE_USERS: false, CREATOR: 'USERADM' });
    expect((await failure(create('FORGED', Attribute.of('CREATOR', 'ME')))).message).toContain('CREATOR');
  });

  it('[sap-hana-database 20] never gives a password out, and logs none', async () => {
    const uid = await create('SECRET');
    const shown = await caller.values(ACCOUNT, uid);
    expect(Object.keys(shown)).not.toContain('PASSWORD');
    expect(JSON.stringify([shown, caller.log.entries])).not.toContain('Password123');
  });

  it('[sap-hana-database 21] grants roles of the catalog by GRANT, of the repository by its procedures, of a schema by their full name', async () => {
    const uid = await create('MANY_ROLES', new Attribute('ROLES', ['sap.hana.ide.roles::Developer', 'HR.READER', 'MODELING']));
    expect((await caller.values(ACCOUNT, uid))['ROLES']).toEqual(['PUBLIC', 'HR.READER', 'MODELING', 'sap.hana.ide.roles::Developer']);
    expect(wrote().join('\n')).toMatch(/CALL "_SYS_REPO"\."GRANT_ACTIVATED_ROLE"[\s\S]*GRANT "HR"\."READER" TO "MANY_ROLES"/);
    await caller.update(ACCOUNT, uid, Attribute.of('ROLES', 'PUBLIC'));
    expect([...server.users.get('MANY_ROLES')!.roles]).toEqual(['PUBLIC']);
  });

  it('[sap-hana-database 22] says which rights are missing, and drops the new user again', async () => {
    server.failing = { statement: /^GRANT "MODELING"/, error: new HanaError(258, 'insufficient privilege: Not authorized') };
    const error = await failure(create('UNGRANTED', Attribute.of('ROLES', 'MODELING'), Attribute.of('IS_KERBEROS_ENABLED', true)));
    expect([error.kind, error.outcome]).toEqual(['permissionDenied', 'notApplied']);
    expect(error.message).toMatch(/grant the role MODELING.*enable kerberos.*dropped again/s);
    expect(server.users.has('UNGRANTED')).toBe(false);
  });

  it('tells of the user it could neither finish nor drop', async () => {
    server.failing = { statement: /^(GRANT "MODELING"|DROP)/, error: new HanaError(258, 'insufficient privilege') };
    const error = await failure(create('LEFT_OVER', Attribute.of('ROLES', 'MODELING')));
    expect(error.outcome).toBe('applied');
    expect(error.message).toContain('LEFT_OVER exists now');
  });

  it('creates the sample of the documentation', async () => {
    const uid = await create('SAPHANADB_NEWUSER', Attribute.of('EMAIL_ADDRESS', 'SAPHANADB_NEWUSER@example.com'), Attribute.of('CLIENT', '001'), Attribute.of('TIME_ZONE', 'GMT'),
      Attribute.of('IS_SAML_ENABLED', true), Attribute.of('IS_KERBEROS_ENABLED', true), Attribute.of('IS_PASSWORD_ENABLED', true), Attribute.of('IS_CLIENT_CONNECT_ENABLED', true),
      Attribute.of('APPLICATION_PRIVILEGES', 'sap.hana.backup::Admin'), new Attribute('SYSTEM_PRIVILEGES', ['REPO.EXPORT', 'REPO.IMPORT', 'REPO.MAINTAIN_DELIVERY_UNITS']));
    expect(await caller.values(ACCOUNT, uid)).toMatchObject({
      __NAME__: 'SAPHANADB_NEWUSER', USER_NAME: 'SAPHANADB_NEWUSER', EMAIL_ADDRESS: 'SAPHANADB_NEWUSER@example.com', CLIENT: '001', TIME_ZONE: 'GMT', IS_SAML_ENABLED: true, IS_KERBEROS_ENABLED: true,
      APPLICATION_PRIVILEGES: 'sap.hana.backup::Admin', SYSTEM_PRIVILEGES: ['REPO.EXPORT', 'REPO.IMPORT', 'REPO.MAINTAIN_DELIVERY_UNITS'],
    });
  });

  it('keeps every name and text apart from the statement', async () => {
    await fc.assert(fc.asyncProperty(fc.string({ minLength: 1, maxLength: 20 }).filter((text) => text.trim() !== '' && !text.includes('\0')), fc.string({ minLength: 1 }).filter((text) => !text.includes('\0')), async (name, mail) => {
      const uid = await create(`U${name}`, Attribute.of('EMAIL_ADDRESS', mail));
      expect(server.users.get(`U${name}`)?.parameters.get('EMAIL ADDRESS')).toBe(mail);
      await caller.remove(ACCOUNT, uid);
    }), { numRuns: 60 });
    expect([...server.users.keys()]).toEqual(['SYS', 'SYSTEM']);
  });
});

describe('changing SAP HANA users', () => {
  it('[sap-hana-database 23] [sap-hana-database 25] changes what the sample changes and answers the whole user', async () => {
    const uid = await create('USERNAME');
    await caller.update(ACCOUNT, uid, Attribute.of('EMAIL_ADDRESS', 'NEW_MAIL@EMAIL.COM'), Attribute.of('CLIENT', '002'), Attribute.of('TIME_ZONE', 'PST'), Attribute.of('VALID_FROM', '2023-09-06'),
      Attribute.of('VALID_UNTIL', '2023-12-31'), Attribute.of('IS_KERBEROS_ENABLED', true), Attribute.of('IS_SAML_ENABLED', true), Attribute.of('IS_PASSWORD_ENABLED', true), Attribute.of('PASSWORD_CHANGE_NEEDED', true),
      Attribute.of('IS_CLIENT_CONNECT_ENABLED', true), Attribute.of('EXTERNAL_IDENTITY', '999'), new Attribute('ROLES', ['PUBLIC', 'RESTRICTED_USER_JDBC_ACCESS']));
    expect(await caller.values(ACCOUNT, uid)).toMatchObject({
      USER_NAME: 'USERNAME', EMAIL_ADDRESS: 'NEW_MAIL@EMAIL.COM', IS_RESTRICTED: false, CLIENT: '002', TIME_ZONE: 'PST', VALID_FROM: '2023-09-06', VALID_UNTIL: '2023-12-31', IS_KERBEROS_ENABLED: true,
      PASSWORD_CHANGE_NEEDED: true, EXTERNAL_IDENTITY: '999', ROLES: ['PUBLIC', 'RESTRICTED_USER_JDBC_ACCESS'], APPLICATION_PRIVILEGES: [], SYSTEM_PRIVILEGES: [], SAML_PROVIDERS: [],
    });
  });

  it('[sap-hana-database 24] leaves exactly the roles that are sent', async () => {
    const uid = await create('EXACT', Attribute.of('ROLES', 'MODELING'));
    await caller.update(ACCOUNT, uid, new Attribute('ROLES', ['PUBLIC', 'RESTRICTED_USER_JDBC_ACCESS']));
    expect((await caller.values(ACCOUNT, uid))['ROLES']).toEqual(['PUBLIC', 'RESTRICTED_USER_JDBC_ACCESS']);
    await caller.update(ACCOUNT, uid, Attribute.of('EMAIL_ADDRESS', 'a@b.example'));
    expect((await caller.values(ACCOUNT, uid))['ROLES']).toEqual(['PUBLIC', 'RESTRICTED_USER_JDBC_ACCESS']);
  });

  it('sends nothing for values that are there already', async () => {
    const uid = await create('SAME', Attribute.of('EMAIL_ADDRESS', 'a@b.example'));
    server.statements.length = 0;
    await caller.update(ACCOUNT, uid, Attribute.of('EMAIL_ADDRESS', 'a@b.example'), Attribute.of('USER_MODE', 'LOCAL'), Attribute.of('IS_RESTRICTED', false), Attribute.of('ROLES', 'PUBLIC'));
    expect(wrote()).toEqual([]);
  });

  it('refuses to rename, to set what HANA sets, and to take a forced change of password back without a new one', async () => {
    const uid = await create('FIXED', Attribute.of('PASSWORD_CHANGE_NEEDED', true));
    for (const wrong of [Attribute.of('USER_NAME', 'OTHER'), Attribute.of('CREATOR', 'ME'), Attribute.of('PASSWORD_CHANGE_NEEDED', false), Attribute.of('NO_SUCH', 'x'), Attribute.of('ROLES', 'NO_SUCH_ROLE'), Attribute.of('SYSTEM_PRIVILEGES', 'CATALOG READ TO SYS')]) {
      expect((await failure(caller.update(ACCOUNT, uid, wrong))).outcome).toBe('notApplied');
    }
    await caller.update(ACCOUNT, uid, Attribute.of('PASSWORD_CHANGE_NEEDED', false), password('Another1Password'));
    expect(server.users.get('FIXED')).toMatchObject({ changeNeeded: false, password: 'Another1Password' });
  });

  it('says what was done and what was not when a change stops half way', async () => {
    const uid = await create('HALFWAY');
    server.failing = { statement: /ENABLE KERBEROS/, error: Object.assign(new Error('Connection closed by peer'), { code: 'EHDBCLOSE' }) };
    const error = await failure(caller.update(ACCOUNT, uid, Attribute.of('CLIENT', '9'), Attribute.of('IS_KERBEROS_ENABLED', true), Attribute.of('ROLES', 'MODELING')));
    expect(error.outcome).toBe('unknown');
    expect(error.message).toMatch(/could not enable kerberos[\s\S]*Done before: set CLIENT\.[\s\S]*Not tried: grant the role MODELING/);
  });

  it('restricts a user and frees it again', async () => {
    const uid = await create('TURNED');
    await caller.update(ACCOUNT, uid, Attribute.of('IS_RESTRICTED', true));
    expect(server.users.get('TURNED')).toMatchObject({ createAny: false, roles: new Set() });
    await caller.update(ACCOUNT, uid, Attribute.of('IS_RESTRICTED', false));
    expect(server.users.get('TURNED')).toMatchObject({ createAny: true, roles: new Set(['PUBLIC']) });
  });

  it('[sap-hana-database 26] [sap-hana-database 27] deletes by USER_ID, and knows no user by its name', async () => {
    const uid = await create('GOING');
    expect(uid.value).toMatch(/^\d+$/);
    expect(await caller.get(ACCOUNT, new Uid('GOING'))).toBeNull();
    expect((await failure(caller.remove(ACCOUNT, new Uid('GOING')))).kind).toBe('unknownUid');
    await caller.remove(ACCOUNT, uid);
    expect(server.users.has('GOING')).toBe(false);
  });

  it('[sap-hana-database 4] neither returns nor changes users of ignoreUsers', async () => {
    const id = new Uid(String(server.users.get('SYS')!.id));
    expect(await caller.get(ACCOUNT, id)).toBeNull();
    expect((await failure(caller.remove(ACCOUNT, id))).kind).toBe('unknownUid');
    expect((await failure(caller.update(ACCOUNT, id, Attribute.of('CLIENT', '1')))).kind).toBe('unknownUid');
    expect((await failure(create('system'))).kind).toBe('permissionDenied');
    expect(wrote()).toEqual([]);
  });

  it('[sap-hana-database 31] only lists roles and privileges', async () => {
    for (const objectClass of ['ROLES', 'SYSTEM_PRIVILEGES', 'APPLICATION_PRIVILEGES']) {
      expect((await failure(caller.create(objectClass, Attribute.of('__NAME__', 'X')))).kind).toBe('unsupportedOperation');
      expect((await failure(caller.remove(objectClass, new Uid('X')))).kind).toBe('unsupportedOperation');
    }
  });
});
