import { createHash } from 'node:crypto';
import { readFile, rename, writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { JavaDriver } from '../support/java-driver.js';
import type { JavaConnection } from '../support/java-connection.js';
import type { JavaFacade } from '../support/java-facade.js';
import { valuesOf, type JavaDelta } from '../support/java-values.js';
import { startCliAgent, type CliAgent } from './support/cli-agent.js';
import { CSV_KEY } from './support/connector-keys.js';
import { JAVA_CLASS, failureOf } from './support/failure-of.js';
import { KEY } from './support/listening-agent.js';
import { PEOPLE, peopleCsv } from './support/people.js';
import { provenOn } from './support/proven.js';
import { Started } from './support/started.js';

const ACCOUNT = '__ACCOUNT__';
const CSV = peopleCsv();
const proven = provenOn('csv');
/** The one script the agent's policy names. */
const SCRIPT = 'const found = []; await connector.search(icf.ACCOUNT, null, ({ uid }) => { found.push(uid) }); return { count: found.length, sum: first + 2, text: `ä${typeof process}` }';

const started = new Started();
let agent: CliAgent;
let driver: JavaDriver;
let connection: JavaConnection;
let csv: JavaFacade;
let csvFile: string;

beforeAll(async () => {
  agent = started.add(await startCliAgent({ policy: `version: 1\ndefault: allow\nscripts: {sha256: [${createHash('sha256').update(SCRIPT).digest('hex')}]}\n` }));
  csvFile = agent.world.path('people.csv');
  await writeFile(csvFile, CSV);
  driver = started.add(await JavaDriver.start());
  connection = await driver.connect({ port: agent.port, key: KEY });
  csv = await connection.configure(CSV_KEY, { csvFile });
});
afterAll(() => started.stopAll());
beforeEach(() => replaceFile(CSV));

/** As a careful program writes: nobody ever sees half a file. */
async function replaceFile(text: string): Promise<void> {
  await writeFile(`${csvFile}.new`, text);
  await rename(`${csvFile}.new`, csvFile);
}
const rows = async (): Promise<string[]> => (await readFile(csvFile, 'utf8')).split('\n');

describe('configuration', () => {
  it('validate: accepts what is right; refuses a missing file name, an unresolved placeholder and two equal headers with ConfigurationException', () => proven('validate', async () => {
    await csv.validate();
    const wrong = [[{}, /csvFile/], [{ csvFile: '&{launcher.install.dir}/people.csv' }, /placeholder/], [{ csvFile, headerPassword: 'uid' }, /headerUid and headerPassword/]] as const;
    for (const [properties, message] of wrong) {
      const facade = await connection.configure(CSV_KEY, properties);
      const failure = await failureOf(facade.validate());
      expect(failure.javaClass).toBe(JAVA_CLASS.configuration);
      expect(failure.message).toMatch(message);
      expect(await failureOf(facade.test())).toMatchObject({ javaClass: JAVA_CLASS.configuration });
    }
  }));

  it('test: passes with the file there, and names it when it is not', () => proven('test', async () => {
    await csv.test();
    const failure = await failureOf((await connection.configure(CSV_KEY, { csvFile: '/nowhere/at/all.csv' })).test());
    expect(failure.javaClass).toBe(JAVA_CLASS.configuration);
    expect(failure.message).toContain('/nowhere/at/all.csv');
  }));

  it('schema: the columns of the file, with Java types and flags', () => proven('schema', async () => {
    const schema = await csv.schema();
    expect(schema.objectClasses.map(({ name, container }) => ({ name, container }))).toEqual([{ name: ACCOUNT, container: false }]);
    const text = (name: string): object => ({ name, type: 'java.lang.String', flags: [] });
    expect(schema.objectClasses[0]?.attributes).toEqual([
      { name: '__NAME__', type: 'java.lang.String', flags: ['REQUIRED'] },
      { name: '__PASSWORD__', type: 'org.identityconnectors.common.security.GuardedString', flags: expect.arrayContaining(['NOT_READABLE', 'NOT_RETURNED_BY_DEFAULT']) as string[] },
      text('badge'), text('city'), text('department'), text('first_name'), text('lastName'), text('mail'),
    ]);
    expect(schema.options).toContainEqual({ name: 'PAGE_SIZE', type: 'java.lang.Integer' });
    expect(schema.options).toContainEqual({ name: 'ATTRS_TO_GET', type: '[Ljava.lang.String;' });
    expect(Object.keys(schema.objectClassesByOperation)).toEqual(expect.arrayContaining(['CreateApiOp', 'SearchApiOp', 'SyncApiOp', 'UpdateApiOp', 'DeleteApiOp', 'AuthenticationApiOp']));
    for (const classes of Object.values(schema.objectClassesByOperation)) expect(classes).toEqual([ACCOUNT]);
    expect(schema.optionsByOperation['SearchApiOp']).toEqual(expect.arrayContaining(['PAGE_SIZE', 'PAGED_RESULTS_COOKIE']));
  }));
});

describe('objects', () => {
  it('create: a row at the end of the file, quotes, commas, line breaks and emoji included', () => proven('create', async () => {
    const uid = await csv.create(ACCOUNT, { __NAME__: 'new, "one"', first_name: 'Zoë 🐈', lastName: 'two\nlines', badge: { type: 'Integer', value: '7' }, __PASSWORD__: { type: 'GuardedString', value: 'geheim' } });
    expect(uid).toEqual({ uid: 'new, "one"' });
    const text = await readFile(csvFile, 'utf8');
    expect(text.startsWith(CSV)).toBe(true);
    expect(text).toContain('two\nlines');
    expect(text).toContain('geheim');
    expect(await csv.get(ACCOUNT, uid)).toEqual({
      objectClass: ACCOUNT, uid: 'new, "one"', name: 'new, "one"',
      attributes: [{ name: 'badge', values: ['7'] }, { name: 'first_name', values: ['Zoë 🐈'] }, { name: 'lastName', values: ['two\nlines'] }],
    });
  }));

  it('get: the row without its password; null for nobody; only what was asked for', () => proven('get', async () => {
    expect(await csv.get(ACCOUNT, 'katja')).toEqual({
      objectClass: ACCOUNT, uid: 'katja', name: 'katja',
      attributes: [
        { name: 'badge', values: ['600'] }, { name: 'city', values: ['Köln'] }, { name: 'department', values: ['Research'] },
        { name: 'first_name', values: ['Katja "Kat"'] }, { name: 'lastName', values: ['Kowalski, von'] }, { name: 'mail', values: ['katja@example.com'] },
      ],
    });
    expect(await csv.get(ACCOUNT, 'nobody')).toBeNull();
    expect((await csv.get(ACCOUNT, 'elif', { attributesToGet: ['CITY', 'mail'] }))?.attributes.map(({ name }) => name.toLowerCase())).toEqual(['city']);
  }));

  it('update: replaces, clears with a null value, renames', () => proven('update', async () => {
    expect(await csv.update(ACCOUNT, 'amina', { city: 'Bergen', mail: null })).toEqual({ uid: 'amina' });
    const changed = await csv.get(ACCOUNT, 'amina');
    expect(valuesOf(changed!, 'city')).toEqual(['Bergen']);
    expect(valuesOf(changed!, 'mail')).toBeUndefined();
    expect(valuesOf(changed!, 'lastName')).toEqual(['Abara']);
    expect(await csv.update(ACCOUNT, 'amina', { __NAME__: 'amina2' })).toEqual({ uid: 'amina2' });
    expect(await csv.get(ACCOUNT, 'amina')).toBeNull();
    expect(await csv.get(ACCOUNT, 'amina2')).toMatchObject({ name: 'amina2' });
    expect((await rows()).filter((row) => row.includes('Abara'))).toHaveLength(1);
  }));

  it('update add: fills an empty cell; a second value is refused as InvalidAttributeValueException and changes nothing', () => proven('add-values', async () => {
    await csv.addValues(ACCOUNT, 'grace', { city: 'Paris' });
    expect(valuesOf((await csv.get(ACCOUNT, 'grace'))!, 'city')).toEqual(['Paris']);
    const before = await readFile(csvFile, 'utf8');
    expect(await failureOf(csv.addValues(ACCOUNT, 'grace', { city: 'Rome' }))).toMatchObject({ javaClass: JAVA_CLASS.invalidAttributeValue, message: expect.stringContaining('city') as string });
    expect(await readFile(csvFile, 'utf8')).toBe(before);
  }));

  it('update remove: empties the cell that holds the value, leaves another alone', () => proven('remove-values', async () => {
    await csv.removeValues(ACCOUNT, 'boris', { city: 'Rome', mail: 'boris@example.com' });
    const changed = await csv.get(ACCOUNT, 'boris');
    expect(valuesOf(changed!, 'city')).toEqual(['Berlin']);
    expect(valuesOf(changed!, 'mail')).toBeUndefined();
  }));

  it('delete: removes just that row', () => proven('delete', async () => {
    await csv.delete(ACCOUNT, 'elif');
    expect(await csv.get(ACCOUNT, 'elif')).toBeNull();
    expect(await readFile(csvFile, 'utf8')).toBe(peopleCsv(PEOPLE.filter(({ uid }) => uid !== 'elif')));
  }));

  it('errors: the classes a Java CSV connector throws', () => proven('errors', async () => {
    const expected: readonly (readonly [() => Promise<unknown>, string, RegExp])[] = [
      [() => csv.create(ACCOUNT, { __NAME__: 'boris' }), JAVA_CLASS.alreadyExists, /boris/],
      [() => csv.create(ACCOUNT, { city: 'Nowhere' }), JAVA_CLASS.invalidAttributeValue, /__NAME__/],
      [() => csv.create(ACCOUNT, { __NAME__: 'x', shoeSize: '42' }), JAVA_CLASS.invalidAttributeValue, /shoeSize/],
      [() => csv.update(ACCOUNT, 'nobody', { city: 'x' }), JAVA_CLASS.unknownUid, /nobody/],
      [() => csv.addValues(ACCOUNT, 'nobody', { city: 'x' }), JAVA_CLASS.unknownUid, /nobody/],
      [() => csv.delete(ACCOUNT, 'nobody'), JAVA_CLASS.unknownUid, /nobody/],
      [() => csv.search('__GROUP__'), JAVA_CLASS.illegalArgument, /__GROUP__/],
    ];
    for (const [call, javaClass, message] of expected) {
      const failure = await failureOf(call());
      expect(failure.javaClass, failure.message).toBe(javaClass);
      expect(failure.message).toMatch(message);
    }
    expect(await readFile(csvFile, 'utf8')).toBe(CSV);
  }));
});

describe('passwords and names', () => {
  it('authenticate: right, wrong, unknown, empty', () => proven('authenticate', async () => {
    expect(await csv.authenticate(ACCOUNT, 'chloe', 'pw-chloé-ß')).toEqual({ uid: 'chloe' });
    expect(await failureOf(csv.authenticate(ACCOUNT, 'chloe', 'pw-chloe'))).toMatchObject({ javaClass: JAVA_CLASS.invalidPassword });
    expect(await failureOf(csv.authenticate(ACCOUNT, 'nobody', 'pw-chloé-ß'))).toMatchObject({ javaClass: JAVA_CLASS.invalidCredential });
    expect(await failureOf(csv.authenticate(ACCOUNT, 'chloe', ''))).toMatchObject({ javaClass: JAVA_CLASS.invalidPassword });
  }));

  it('resolve username: the uid of a name; InvalidCredentialException for nobody', () => proven('resolve-username', async () => {
    expect(await csv.resolveUsername(ACCOUNT, 'farid')).toEqual({ uid: 'farid' });
    expect(await failureOf(csv.resolveUsername(ACCOUNT, 'nobody'))).toMatchObject({ javaClass: JAVA_CLASS.invalidCredential, message: expect.stringContaining('nobody') as string });
  }));
});

describe('changes', () => {
  const kinds = (deltas: readonly JavaDelta[]): object[] => deltas.map(({ deltaType, uid }) => ({ deltaType, uid })).sort((a, b) => a.uid.localeCompare(b.uid));

  it('latest sync token: stands for the file of now, and only later changes are reported from it', () => proven('latest-sync-token', async () => {
    const token = await csv.latestSyncToken(ACCOUNT);
    expect(token).not.toBeNull();
    const { deltas, token: next } = await csv.sync(ACCOUNT, token);
    expect(deltas).toEqual([]);
    expect(next).toEqual(token);
  }));

  it('sync: creates, updates and deletes, once each; the new token goes on from there', () => proven('sync', async () => {
    const { token } = await csv.sync(ACCOUNT, await csv.latestSyncToken(ACCOUNT));
    await csv.create(ACCOUNT, { __NAME__: 'newcomer', city: 'Riga' });
    await csv.update(ACCOUNT, 'hiro', { city: 'Kyoto' });
    await csv.delete(ACCOUNT, 'lars');
    const changes = await csv.sync(ACCOUNT, token);
    expect(kinds(changes.deltas)).toEqual([{ deltaType: 'UPDATE', uid: 'hiro' }, { deltaType: 'DELETE', uid: 'lars' }, { deltaType: 'CREATE', uid: 'newcomer' }]);
    const created = changes.deltas.find(({ uid }) => uid === 'newcomer');
    expect(created?.object).toEqual({ objectClass: ACCOUNT, uid: 'newcomer', name: 'newcomer', attributes: [{ name: 'city', values: ['Riga'] }] });
    expect(changes.deltas.find(({ uid }) => uid === 'lars')).toMatchObject({ object: null, objectClass: ACCOUNT });
    expect((await csv.sync(ACCOUNT, changes.token)).deltas).toEqual([]);
  }));
});

describe('changes of everything, and parts of objects', () => {
  it('__ALL__ means the accounts; only the attributes asked for come', () => proven('sync', async () => {
    const { token } = await csv.sync('__ALL__', await csv.latestSyncToken('__ALL__'));
    await csv.update(ACCOUNT, 'farid', { city: 'Faro' });
    const { deltas } = await csv.sync('__ALL__', token, { options: { attributesToGet: ['city'] } });
    expect(deltas).toMatchObject([{ deltaType: 'UPDATE', uid: 'farid', objectClass: ACCOUNT }]);
    expect(deltas[0]?.object?.attributes).toEqual([{ name: 'city', values: ['Faro'] }]);
  }));

  it('no token: nothing is reported, and the token of now comes', () => proven('sync', async () => {
    const { deltas, token } = await csv.sync(ACCOUNT, null);
    expect(deltas).toEqual([]);
    await csv.update(ACCOUNT, 'grace', { city: 'Graz' });
    expect((await csv.sync(ACCOUNT, token)).deltas.map(({ uid }) => uid)).toEqual(['grace']);
  }));

  it('a token that is none of the connector\'s is refused', async () => {
    for (const token of ['yesterday', { type: 'Integer', value: '12' }] as const) {
      const failure = await failureOf(csv.sync(ACCOUNT, token));
      expect(failure.message).toMatch(/token/i);
    }
  });
});

describe('scripts', () => {
  const script = { language: 'GROOVY', text: 'return 1' };

  it('script on connector: JavaScript that the policy names runs, with its arguments and the connector; in Groovy it is refused', () => proven('script-on-connector', async () => {
    expect(await csv.scriptOnConnector({ language: 'JavaScript', text: SCRIPT, arguments: { first: { type: 'Integer', value: '40' } } })).toEqual({
      type: 'Map', entries: [['count', { type: 'Integer', value: String(CSV.trim().split('\n').length - 1) }], ['sum', { type: 'Integer', value: '42' }], ['text', 'äundefined']],
    });
    expect(await failureOf(csv.scriptOnConnector({ language: 'GROOVY', text: SCRIPT }))).toMatchObject({ javaClass: 'java.lang.IllegalArgumentException', message: expect.stringMatching(/"GROOVY".*JavaScript/) as string });
  }));

  it('script on connector: refused by a policy that does not name it', () => proven('script-on-connector', async () => {
    const failure = await failureOf(csv.scriptOnConnector(script));
    expect(failure.javaClass).toBe('org.identityconnectors.framework.common.exceptions.PermissionDeniedException');
    expect(failure.message).toMatch(/policy.*script/i);
  }));

  it('script on resource: not offered, so the Java framework refuses it itself', () => proven('script-on-resource', async () => {
    expect(csv.supportedOperations).not.toContain('ScriptOnResourceApiOp');
    expect(await failureOf(csv.scriptOnResource(script))).toMatchObject({ javaClass: JAVA_CLASS.unsupported });
  }));
});

describe('batch and subscriptions', () => {
  it('batch: every task has its result; a failed one says why and stops no other', () => proven('batch', async () => {
    const { results, completed, failure } = await csv.batch([
      { kind: 'create', objectClass: ACCOUNT, attributes: { __NAME__: 'batch1', city: 'Turin' } },
      { kind: 'update', objectClass: ACCOUNT, uid: 'boris', attributes: { city: 'Bonn' } },
      { kind: 'delete', objectClass: ACCOUNT, uid: 'nobody' },
      { kind: 'delete', objectClass: ACCOUNT, uid: 'katja' },
    ]);
    expect({ completed, failure }).toEqual({ completed: true, failure: null });
    expect(results.map(({ resultId, uid, error }) => ({ resultId, uid: uid?.uid, error }))).toEqual([
      { resultId: '0', uid: 'batch1', error: false }, { resultId: '1', uid: 'boris', error: false },
      { resultId: '2', uid: undefined, error: true }, { resultId: '3', uid: undefined, error: false },
    ]);
    expect(results[2]?.message).toContain('nobody');
    expect((await rows()).some((row) => row.includes('Bonn'))).toBe(true);
    expect((await rows()).some((row) => row.includes('katja'))).toBe(false);
  }));

  it('subscribe to changes: a change made to the file from outside arrives as a delta', () => proven('subscribe-changes', async () => {
    const { token } = await csv.sync(ACCOUNT, await csv.latestSyncToken(ACCOUNT));
    const subscription = await csv.subscribeChanges(ACCOUNT, token);
    await replaceFile(CSV.replace('Lyon', 'Nice'));
    const { events, failure } = await subscription.events(1, 20_000);
    expect(failure).toBeNull();
    expect(events).toHaveLength(1);
    expect(events[0]).toMatchObject({ deltaType: 'UPDATE', uid: 'chloe' });
    expect(valuesOf(events[0]!.object!, 'city')).toEqual(['Nice']);
    await subscription.close();
  }));

  it('subscribe to objects: the changed objects that match the filter arrive', () => proven('subscribe-objects', async () => {
    // A subscription to objects begins at the newest token, which from here on stands for the file as it is.
    await csv.sync(ACCOUNT, await csv.latestSyncToken(ACCOUNT));
    const subscription = await csv.subscribeObjects(ACCOUNT, { type: 'equals', attribute: 'city', values: ['Nice'] });
    await replaceFile(CSV.replace('Lyon', 'Nice').replace('Köln', 'Bonn'));
    const { events, failure } = await subscription.events(1, 20_000);
    expect(failure).toBeNull();
    expect(events.map(({ uid }) => uid)).toEqual(['chloe']);
    await subscription.close();
  }));
});
