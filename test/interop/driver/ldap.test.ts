import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { OpenLdap } from '../../targets/openldap.js';
import type { JavaConnection } from '../support/java-connection.js';
import { JavaDriver } from '../support/java-driver.js';
import type { JavaFacade } from '../support/java-facade.js';
import { javaBytes, valuesOf, type JavaFilter, type JavaObject, type JavaUid } from '../support/java-values.js';
import { startCliAgent, type CliAgent } from './support/cli-agent.js';
import { LDAP_KEY } from './support/connector-keys.js';
import { JAVA_CLASS, failureOf } from './support/failure-of.js';
import { KEY } from './support/listening-agent.js';
import { STAFF, ldapProperties, startPeopleDirectory } from './support/openldap-people.js';
import { provenOn } from './support/proven.js';
import { Started } from './support/started.js';

const ACCOUNT = '__ACCOUNT__';
const GROUP = '__GROUP__';
const GROUPS = 'ou=groups,dc=example,dc=com';
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const proven = provenOn('ldap');

const started = new Started();
let server: OpenLdap;
let agent: CliAgent;
let driver: JavaDriver;
let connection: JavaConnection;
let ldap: JavaFacade;
let counter = 0;

beforeAll(async () => {
  server = started.add(await startPeopleDirectory());
  agent = started.add(await startCliAgent());
  driver = started.add(await JavaDriver.start());
  connection = await driver.connect({ port: agent.port, key: KEY });
  ldap = await connection.configure(LDAP_KEY, ldapProperties(server));
});
afterAll(() => started.stopAll());

const byUid = (uid: string): JavaFilter => ({ type: 'equals', attribute: 'uid', values: [uid] });
const dnOf = (name: string): string => `uid=${name},${STAFF}`;

async function find(uid: string): Promise<JavaObject> {
  const { objects } = await ldap.search(ACCOUNT, byUid(uid));
  expect(objects).toHaveLength(1);
  return objects[0]!;
}

async function person(more: Record<string, string | string[]> = {}): Promise<{ name: string; uid: JavaUid }> {
  const name = `made${counter++}`;
  return { name, uid: await ldap.create(ACCOUNT, { __NAME__: dnOf(name), cn: name, sn: 'Made', uid: name, ...more }) };
}

describe('configuration', () => {
  it('validate: names everything that is wrong, as ConfigurationException', () => proven('validate', async () => {
    await ldap.validate();
    const facade = await connection.configure(LDAP_KEY, ldapProperties(server, { port: 0, authType: 'magic', ssl: true, startTLS: true }));
    const failure = await failureOf(facade.validate());
    expect(failure.javaClass).toBe(JAVA_CLASS.configuration);
    for (const name of ['port', 'authType', 'startTLS']) expect(failure.message).toContain(name);
  }));

  it('test: passes; a server that is not there is ConnectionFailedException, a wrong password InvalidCredentialException', () => proven('test', async () => {
    await ldap.test();
    const nobody = await connection.configure(LDAP_KEY, ldapProperties(server, { port: 1 }));
    expect(await failureOf(nobody.test())).toMatchObject({ javaClass: JAVA_CLASS.connectionFailed });
    const wrong = await connection.configure(LDAP_KEY, ldapProperties(server, { credentials: 'not-the-password' }));
    const failure = await failureOf(wrong.test());
    expect(failure.javaClass).toBe(JAVA_CLASS.invalidCredential);
    expect(failure.message).not.toContain('not-the-password');
  }));

  it('schema: object classes of the server, required attributes, types and flags as Java classes', () => proven('schema', async () => {
    const schema = await ldap.schema();
    const account = schema.objectClasses.find(({ name }) => name === ACCOUNT);
    const attribute = (name: string): unknown => account?.attributes.find((one) => one.name === name);
    expect(attribute('__NAME__')).toEqual({ name: '__NAME__', type: 'java.lang.String', flags: ['REQUIRED'] });
    expect(attribute('__PASSWORD__')).toMatchObject({ type: 'org.identityconnectors.common.security.GuardedString' });
    // RFC 2798 and RFC 4519: sn and cn are required, mail has many values, preferredLanguage one, jpegPhoto is binary.
    expect(attribute('sn')).toEqual({ name: 'sn', type: 'java.lang.String', flags: ['MULTIVALUED', 'REQUIRED'] });
    expect(attribute('mail')).toEqual({ name: 'mail', type: 'java.lang.String', flags: ['MULTIVALUED'] });
    expect(attribute('preferredLanguage')).toEqual({ name: 'preferredLanguage', type: 'java.lang.String', flags: [] });
    expect(attribute('jpegPhoto')).toEqual({ name: 'jpegPhoto', type: '[B', flags: ['MULTIVALUED'] });
    expect(schema.objectClasses.map(({ name }) => name)).toEqual(expect.arrayContaining([ACCOUNT, GROUP, 'inetOrgPerson', 'organizationalUnit', 'groupOfNames']));
    expect(schema.objectClasses.find(({ name }) => name === 'organizationalUnit')).toMatchObject({ container: true });
    expect(schema.options).toContainEqual({ name: 'SCOPE', type: 'java.lang.String' });
    expect(schema.options).toContainEqual({ name: 'CONTAINER', type: 'org.identityconnectors.framework.common.objects.QualifiedUid' });
    expect(schema.objectClassesByOperation['AuthenticationApiOp']).toEqual([ACCOUNT]);
    expect(schema.objectClassesByOperation['CreateApiOp']).toEqual(expect.arrayContaining([ACCOUNT, GROUP]));
  }));
});

describe('objects', () => {
  it('create: an account with many values, bytes, Unicode and a password; its uid is its entryUUID', () => proven('create', async () => {
    const photo = Buffer.from([0xff, 0xd8, 0x00, 0x80, 0x7f, 0xfe]);
    const uid = await ldap.create(ACCOUNT, {
      __NAME__: dnOf('zoë'), uid: 'zoë', cn: ['Zoë', 'Z. 🐈'], sn: 'Ångström', telephoneNumber: ['+1', '+2', '+3'], jpegPhoto: javaBytes(photo),
      __PASSWORD__: { type: 'GuardedString', value: 'pass-ß' },
    });
    expect(uid.uid).toMatch(UUID);
    const created = await ldap.get(ACCOUNT, uid);
    expect(created?.name).toBe(dnOf('zoë'));
    expect([...valuesOf(created!, 'cn')!].sort()).toEqual(['Z. 🐈', 'Zoë']);
    expect([...valuesOf(created!, 'telephoneNumber')!].sort()).toEqual(['+1', '+2', '+3']);
    expect(valuesOf(created!, 'jpegPhoto')).toEqual([javaBytes(photo)]);
    expect(valuesOf(created!, 'userPassword')).toBeUndefined();
    expect(await ldap.authenticate(ACCOUNT, 'zoë', 'pass-ß')).toEqual(uid);
  }));

  it('create: a group with members', async () => {
    const uid = await ldap.create(GROUP, { __NAME__: `cn=readers,${GROUPS}`, cn: 'readers', member: [dnOf('amina'), dnOf('boris')] });
    const group = await ldap.get(GROUP, uid);
    expect([...valuesOf(group!, 'member')!].sort()).toEqual([dnOf('amina'), dnOf('boris')]);
  });

  it('get: by uid, what was asked for, operational attributes too; null for nobody', () => proven('get', async () => {
    const { uid, name } = await find('katja');
    expect(uid).toMatch(UUID);
    const whole = await ldap.get(ACCOUNT, uid);
    expect(whole).toMatchObject({ uid, name, objectClass: ACCOUNT });
    expect(Object.fromEntries(whole!.attributes.map((attribute) => [attribute.name, attribute.values]))).toEqual({
      objectClass: ['inetOrgPerson'], uid: ['katja'], cn: ['Katja "Kat" Kowalski, von'], sn: ['Kowalski, von'], givenName: ['Katja "Kat"'], mail: ['katja@example.com'],
      departmentNumber: ['Research'], employeeNumber: ['600'], l: ['Köln'], telephoneNumber: ['+49 2'],
    });
    const some = await ldap.get(ACCOUNT, uid, { attributesToGet: ['mail', 'createTimestamp'] });
    expect(some?.attributes.map((attribute) => attribute.name)).toEqual(['createTimestamp', 'mail']);
    expect(await ldap.get(ACCOUNT, '00000000-0000-4000-8000-000000000000')).toBeNull();
  }));

  it('update: replaces, clears, renames; sets the password', () => proven('update', async () => {
    const { uid, name } = await person({ title: 'one', description: 'x' });
    expect(await ldap.update(ACCOUNT, uid, { title: ['two', 'three'], description: null })).toEqual(uid);
    const changed = await find(name);
    expect([...valuesOf(changed, 'title')!].sort()).toEqual(['three', 'two']);
    expect(valuesOf(changed, 'description')).toBeUndefined();
    await ldap.update(ACCOUNT, uid, { __PASSWORD__: { type: 'GuardedString', value: 'changed-1' } });
    expect(await ldap.authenticate(ACCOUNT, name, 'changed-1')).toEqual(uid);
    expect(await ldap.update(ACCOUNT, uid, { __NAME__: `uid=${name}-renamed,${STAFF}` })).toEqual(uid);
    expect((await ldap.get(ACCOUNT, uid))?.name).toBe(`uid=${name}-renamed,${STAFF}`);
  }));

  it('update add and remove: single values, the others stay', async () => {
    const { uid, name } = await person({ telephoneNumber: ['+1', '+2'] });
    const phones = async (): Promise<unknown> => [...valuesOf(await find(name), 'telephoneNumber') ?? []].sort();
    await proven('add-values', async () => {
      await ldap.addValues(ACCOUNT, uid, { telephoneNumber: ['+3', '+4'], title: 'new' });
      expect(await phones()).toEqual(['+1', '+2', '+3', '+4']);
    });
    await proven('remove-values', async () => {
      await ldap.removeValues(ACCOUNT, uid, { telephoneNumber: ['+1', '+4'] });
      expect(await phones()).toEqual(['+2', '+3']);
      await ldap.removeValues(ACCOUNT, uid, { telephoneNumber: ['+2', '+3'] });
      expect(await phones()).toEqual([]);
    });
  });

  it('delete', () => proven('delete', async () => {
    const { uid, name } = await person();
    await ldap.delete(ACCOUNT, uid);
    expect(await ldap.get(ACCOUNT, uid)).toBeNull();
    expect((await ldap.search(ACCOUNT, byUid(name))).count).toBe(0);
  }));

  it('errors: the classes a Java LDAP connector throws', () => proven('errors', async () => {
    const { uid } = await person();
    const expected: readonly (readonly [() => Promise<unknown>, string])[] = [
      [() => ldap.create(ACCOUNT, { __NAME__: dnOf('amina'), uid: 'amina', cn: 'x', sn: 'x' }), JAVA_CLASS.alreadyExists],
      [() => ldap.create(ACCOUNT, { __NAME__: dnOf('nosn'), uid: 'nosn', cn: 'x' }), JAVA_CLASS.invalidAttributeValue],
      [() => ldap.create(ACCOUNT, { __NAME__: 'no dn at all', uid: 'x', cn: 'x', sn: 'x' }), JAVA_CLASS.invalidAttributeValue],
      [() => ldap.update(ACCOUNT, uid, { shoeSize: '42' }), JAVA_CLASS.invalidAttributeValue],
      [() => ldap.update(ACCOUNT, '00000000-0000-4000-8000-000000000000', { title: 'x' }), JAVA_CLASS.unknownUid],
      [() => ldap.delete(ACCOUNT, '00000000-0000-4000-8000-000000000000'), JAVA_CLASS.unknownUid],
      [() => ldap.search(ACCOUNT, null, { options: { scope: 'onelevel', container: { objectClass: 'organizationalUnit', uid: '00000000-0000-4000-8000-000000000000' } } }), JAVA_CLASS.unknownUid],
    ];
    for (const [index, [call, javaClass]] of expected.entries()) {
      const failure = await failureOf(call());
      expect(failure.javaClass, `${index}: ${failure.message}`).toBe(javaClass);
      expect(failure.message).not.toBe('');
    }
  }));
});

describe('passwords and names', () => {
  it('authenticate: right, wrong, unknown, empty', () => proven('authenticate', async () => {
    expect(await ldap.authenticate(ACCOUNT, 'chloe', 'pw-chloé-ß')).toEqual({ uid: (await find('chloe')).uid });
    for (const [name, password] of [['chloe', 'pw-chloe'], ['nobody', 'pw-chloé-ß'], ['chloe', ''], ['*', 'pw-chloé-ß']] as const) {
      expect(await failureOf(ldap.authenticate(ACCOUNT, name, password)), `${name}/${password}`).toMatchObject({ javaClass: JAVA_CLASS.invalidCredential });
    }
  }));

  it('resolve username: the uid of a name; InvalidCredentialException for nobody', () => proven('resolve-username', async () => {
    expect(await ldap.resolveUsername(ACCOUNT, 'farid')).toEqual({ uid: (await find('farid')).uid });
    expect(await failureOf(ldap.resolveUsername(ACCOUNT, 'nobody'))).toMatchObject({ javaClass: JAVA_CLASS.invalidCredential });
  }));
});

describe('changes', () => {
  it('latest sync token: only later changes are reported from it', () => proven('latest-sync-token', async () => {
    await person();
    const token = await ldap.latestSyncToken(ACCOUNT);
    expect(token).not.toBeNull();
    expect((await ldap.sync(ACCOUNT, token)).deltas).toEqual([]);
  }));

  it('sync: creates, updates and deletes in their order, with whole objects; the new token goes on from there', () => proven('sync', async () => {
    const [kept, gone] = [await person(), await person()];
    const { token } = await ldap.sync(ACCOUNT, await ldap.latestSyncToken(ACCOUNT));
    const added = await person({ title: 'added' });
    await ldap.update(ACCOUNT, kept.uid, { title: 'kept' });
    await ldap.delete(ACCOUNT, gone.uid);
    const changes = await ldap.sync(ACCOUNT, token);
    expect(changes.deltas.map(({ deltaType, uid }) => ({ deltaType, uid }))).toEqual([
      { deltaType: 'CREATE', uid: added.uid.uid }, { deltaType: 'UPDATE', uid: kept.uid.uid }, { deltaType: 'DELETE', uid: gone.uid.uid },
    ]);
    expect(valuesOf(changes.deltas[0]!.object!, 'title')).toEqual(['added']);
    expect(valuesOf(changes.deltas[1]!.object!, 'title')).toEqual(['kept']);
    expect(changes.deltas[2]!.object).toBeNull();
    expect((await ldap.sync(ACCOUNT, changes.token)).deltas).toEqual([]);
  }));
});

describe('changes of other classes, and parts of objects', () => {
  it('groups by themselves, and everything at once as __ALL__, each delta with its object class', () => proven('sync', async () => {
    const groups = (await ldap.sync(GROUP, await ldap.latestSyncToken(GROUP))).token;
    const whole = await connection.configure(LDAP_KEY, ldapProperties(server, { objectClassesToSynchronize: ['inetOrgPerson', 'groupOfNames'] }));
    const all = (await whole.sync('__ALL__', await whole.latestSyncToken('__ALL__'))).token;
    const group = await ldap.create(GROUP, { __NAME__: `cn=watched,${GROUPS}`, cn: 'watched', member: dnOf('amina') });
    const account = await person();
    expect((await ldap.sync(GROUP, groups)).deltas.map(({ uid, objectClass }) => ({ uid, objectClass }))).toEqual([{ uid: group.uid, objectClass: GROUP }]);
    const everything = (await whole.sync('__ALL__', all)).deltas.map(({ uid, objectClass }) => ({ uid, objectClass }));
    expect(everything).toEqual(expect.arrayContaining([{ uid: group.uid, objectClass: GROUP }, { uid: account.uid.uid, objectClass: ACCOUNT }]));
  }));

  it('only the attributes asked for', () => proven('sync', async () => {
    const { token } = await ldap.sync(ACCOUNT, await ldap.latestSyncToken(ACCOUNT));
    const { uid } = await person({ title: 'asked for', description: 'not asked for' });
    const { deltas } = await ldap.sync(ACCOUNT, token, { options: { attributesToGet: ['title'] } });
    expect(deltas.filter((delta) => delta.uid === uid.uid).map(({ object }) => object?.attributes)).toEqual([[{ name: 'title', values: ['asked for'] }]]);
  }));
});

describe('what the LDAP connector does not do', () => {
  const script = { language: 'GROOVY', text: 'return 1' };

  it('script on connector: refused by the policy of an agent that allows none', () => proven('script-on-connector', async () => {
    const failure = await failureOf(ldap.scriptOnConnector(script));
    expect(failure.javaClass).toBe('org.identityconnectors.framework.common.exceptions.PermissionDeniedException');
    expect(failure.message).toMatch(/policy.*script/i);
  }));

  it('script on resource and batch: not offered, so the Java framework refuses them itself', async () => {
    await proven('script-on-resource', async () => {
      expect(ldap.supportedOperations).not.toContain('ScriptOnResourceApiOp');
      expect(await failureOf(ldap.scriptOnResource(script))).toMatchObject({ javaClass: JAVA_CLASS.unsupported });
    });
    await proven('batch', async () => {
      expect(ldap.supportedOperations).not.toContain('BatchApiOp');
      expect(await failureOf(ldap.batch([{ kind: 'delete', objectClass: ACCOUNT, uid: 'x' }]))).toMatchObject({ javaClass: JAVA_CLASS.unsupported });
    });
  });
});

describe('subscriptions', () => {
  it('to changes: a create and a delete arrive as deltas', () => proven('subscribe-changes', async () => {
    const { token } = await ldap.sync(ACCOUNT, await ldap.latestSyncToken(ACCOUNT));
    const subscription = await ldap.subscribeChanges(ACCOUNT, token);
    const { uid } = await person();
    const first = await subscription.events(1, 20_000);
    expect(first.failure).toBeNull();
    expect(first.events).toMatchObject([{ deltaType: 'CREATE', uid: uid.uid }]);
    await ldap.delete(ACCOUNT, uid);
    const both = await subscription.events(2, 20_000);
    expect(both.events[1]).toMatchObject({ deltaType: 'DELETE', uid: uid.uid, object: null });
    await subscription.close();
  }));

  it('to objects: those that match the filter', () => proven('subscribe-objects', async () => {
    const { uid } = await person({ title: 'unseen' });
    const subscription = await ldap.subscribeObjects(ACCOUNT, { type: 'equals', attribute: 'title', values: ['seen'] });
    // From when on the subscription sees changes is the agent's business, so the change is repeated until it is seen.
    let seen: readonly JavaObject[] = [];
    for (let round = 0; round < 10 && seen.length === 0; round++) {
      await person({ title: 'unseen too' });
      await ldap.update(ACCOUNT, uid, { title: 'seen', description: `round ${round}` });
      seen = (await subscription.events(1, 3_000)).events;
    }
    expect(seen[0]).toMatchObject({ uid: uid.uid });
    expect(new Set(seen.map((object) => object.uid))).toEqual(new Set([uid.uid]));
    await subscription.close();
  }));
});
