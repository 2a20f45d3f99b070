import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { until } from '../../support/until.js';
import type { JavaConnection } from './java-connection.js';
import { JavaDriver } from './java-driver.js';
import type { JavaFacade } from './java-facade.js';
import { JavaFailure } from './java-failure.js';
import { JavaHost } from './java-host.js';
import { javaBytes, javaGuarded, javaInteger, javaLong, type JavaValue, valuesOf } from './java-values.js';

const TEST = 'io.causeway.interop.connector.TestConnector';
const CSV = 'org.forgerock.openicf.csvfile.CSVFileConnector';

/** The entries of a Map whose values are numbers or text, as text. */
function factsOf(value: JavaValue): Map<JavaValue, unknown> {
  if (value === null || typeof value === 'string' || value.type !== 'Map') throw new Error('not a Map');
  return new Map(value.entries.map(([key, one]) => [key, one !== null && typeof one === 'object' && 'value' in one ? one.value : one]));
}

describe('the Java programs with each other', () => {
  let folder: string;
  let host: JavaHost;
  let driver: JavaDriver;
  let connection: JavaConnection;
  let store = 0;

  const testFacade = (properties = {}): Promise<JavaFacade> => connection.configure(TEST, { store: `store-${store++}`, ...properties });

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'java-programs-'));
    host = await JavaHost.start({ mode: 'server' });
    driver = await JavaDriver.start();
    connection = await driver.connect({ port: host.port });
  });

  afterAll(async () => {
    await driver.stop();
    await host.stop();
    await rm(folder, { recursive: true, force: true });
  });

  it('lists the connectors of the bundles with their whole default configuration', async () => {
    const infos = await connection.infos();
    expect(infos.map(({ connectorName }) => connectorName).sort()).toEqual([TEST, CSV]);
    const info = infos.find(({ connectorName }) => connectorName === TEST)!;
    expect(info).toMatchObject({ bundleName: 'io.causeway.interop.test-connector', bundleVersion: '1.0.0', displayName: 'Interop test connector' });
    expect(info.properties[0]).toMatchObject({ name: 'store', type: 'java.lang.String', required: true, order: 1, helpMessage: 'Facades of the same store see the same objects.' });
    expect(info.properties.find(({ name }) => name === 'password')).toMatchObject({ confidential: true, value: { type: 'GuardedString', value: 'Passw0rd' } });
    expect(info.properties.find(({ name }) => name === 'pauseMillis')!.operations).toEqual(expect.arrayContaining(['SearchApiOp', 'SyncApiOp']));
    expect(info.messages['de']!['store.display']).toBe('Ablage');
    expect(info.supportedOperations).toHaveLength(16);
  });

  it('carries configuration values of every type', async () => {
    const facade = await testFacade({
      texts: ['a', 'b'], separator: ';', ratio: 0.25, limit: '9007199254740993', limits: ['1', '2'], optionalFlag: false, directory: '/tmp',
      password: 'new secret', location: 'http://example.com/', secrets: ['s1'], keyBytes: { type: 'GuardedByteArray', value: 'AQID' },
    });
    const seen = await facade.scriptOnConnector({ language: 'echo', text: 'configuration' });
    expect(Object.fromEntries((seen as unknown as { entries: [string, unknown][] }).entries)).toMatchObject({
      separator: { type: 'Character', value: ';' }, limit: { type: 'Long', value: '9007199254740993' }, optionalCount: null,
      password: { type: 'GuardedString', value: 'new secret' }, directory: { type: 'File', value: '/tmp' },
      optionalFlag: { type: 'Boolean', value: false }, keyBytes: { type: 'GuardedByteArray', value: 'AQID' },
    });
  });

  it('creates, reads, updates and deletes', async () => {
    const facade = await testFacade();
    const uid = await facade.create('__ACCOUNT__', { __NAME__: 'anna', mail: ['a@x', 'b@x'], age: javaInteger(30), __PASSWORD__: javaGuarded('pw'), nothing: null });
    expect(uid.revision).toBe('1');
    const object = (await facade.get('__ACCOUNT__', uid))!;
    expect(object).toMatchObject({ objectClass: '__ACCOUNT__', name: 'anna', uid: uid.uid });
    expect(valuesOf(object, 'mail')).toEqual(['a@x', 'b@x']);
    expect(valuesOf(object, 'age')).toEqual([{ type: 'Integer', value: '30' }]);
    expect(await facade.authenticate('__ACCOUNT__', 'anna', 'pw')).toMatchObject({ uid: uid.uid });
    expect(await facade.resolveUsername('__ACCOUNT__', 'anna')).toMatchObject({ uid: uid.uid });
    const updated = await facade.update('__ACCOUNT__', uid, { age: javaInteger(31) });
    expect(updated.revision).toBe('2');
    await facade.addValues('__ACCOUNT__', updated, { mail: 'c@x' });
    await facade.removeValues('__ACCOUNT__', uid.uid, { mail: 'a@x' });
    expect(valuesOf((await facade.get('__ACCOUNT__', uid.uid))!, 'mail')).toEqual(['b@x', 'c@x']);
    await facade.delete('__ACCOUNT__', uid.uid);
    expect(await facade.get('__ACCOUNT__', uid.uid)).toBeNull();
    await expect(facade.authenticate('__ACCOUNT__', 'nobody', 'pw')).rejects.toMatchObject({ javaClass: 'org.identityconnectors.framework.common.exceptions.InvalidCredentialException' });
  });

  it('carries attribute values of every type', async () => {
    const facade = await testFacade();
    const { objects } = await facade.search('typed');
    const typed = objects[0]!;
    expect(valuesOf(typed, 'aLong')).toEqual(['-9223372036854775808', '9007199254740993', '9223372036854775807'].map((value) => ({ type: 'Long', value })));
    expect(valuesOf(typed, 'bytes')).toEqual([{ type: 'ByteArray', value: 'AAH/f4A=' }, { type: 'ByteArray', value: '' }]);
    expect(valuesOf(typed, 'aBigDecimal')).toEqual([{ type: 'BigDecimal', value: '1234567890.123456789012345678900' }]);
    expect(valuesOf(typed, 'nothing')).toBeNull();
    expect(valuesOf(typed, 'empty')).toEqual([]);
    expect(valuesOf(typed, 'aMap')).toMatchObject([{ type: 'Map' }]);
  });

  it('searches: filters, order, pages, attributes, stop, cancel, count', async () => {
    const facade = await testFacade({ objectCount: 200 });
    const all = await facade.search('__ACCOUNT__', null, { countOnly: true });
    expect(all).toMatchObject({ ended: 'complete', count: 200, objects: [] });
    const some = await facade.search('__ACCOUNT__', { type: 'and', filters: [{ type: 'startsWith', attribute: 'sn', value: 'Family1' }, { type: 'not', filter: { type: 'equals', attribute: 'sn', values: ['Family1'] } }] });
    expect(some.count).toBe(40);
    const page = await facade.search('__ACCOUNT__', null, { options: { pageSize: 3, sortKeys: [{ field: '__NAME__', ascending: false }], attributesToGet: ['sn'], custom: { countTotal: { type: 'Boolean', value: true } } } });
    expect(page.objects.map(({ name }) => name)).toEqual(['name-99', 'name-98', 'name-97']);
    expect(page.objects[0]!.attributes).toEqual([{ name: 'sn', values: ['Family49'] }]);
    expect(page.result).toEqual({ pagedResultsCookie: '3', totalPagedResultsPolicy: 'EXACT', totalPagedResults: 200, remainingPagedResults: 197 });
    expect(await facade.search('__ACCOUNT__', null, { stopAfter: 5 })).toMatchObject({ ended: 'stopped', count: 5 });
    expect(await facade.search('__ACCOUNT__', null, { cancelAfter: 6 })).toMatchObject({ ended: 'cancelled', count: 6 });
  });

  it('fails with the exception that was thrown, after what was delivered', async () => {
    const facade = await testFacade();
    const unknown = 'org.identityconnectors.framework.common.exceptions.PermissionDeniedException';
    await expect(facade.get('__ACCOUNT__', 'user-000001')).resolves.not.toBeNull();
    await expect(facade.delete('__ACCOUNT__', `throw:${unknown}`)).rejects.toMatchObject({ javaClass: unknown, message: 'the connector was told to throw this' });
    const failure = await facade.search('__ACCOUNT__', null, { options: { custom: { throwAfter: javaInteger(7), throwClass: unknown } } }).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(JavaFailure);
    // The error overtakes objects that wait for their turn in the caller's buffer: a Java caller may see fewer than were sent.
    expect(failure).toMatchObject({ javaClass: unknown, remote: true });
    expect((failure as JavaFailure).delivered).toBeLessThanOrEqual(7);
    expect(await facade.search('__ACCOUNT__', null, { countOnly: true })).toMatchObject({ count: 100 });
  });

  it.each([
    ...['AlreadyExists', 'Configuration', 'ConnectionBroken', 'ConnectionFailed', 'Connector', 'ConnectorIO', 'ConnectorSecurity', 'InvalidAttributeValue', 'InvalidCredential',
      'InvalidPassword', 'OperationTimeout', 'PasswordExpired', 'PermissionDenied', 'PreconditionFailed', 'PreconditionRequired', 'UnknownUid']
      .map((name) => `org.identityconnectors.framework.common.exceptions.${name}Exception`),
    'java.lang.IllegalArgumentException', 'java.lang.NullPointerException', 'java.lang.UnsupportedOperationException', 'java.lang.IllegalStateException', 'java.util.ConcurrentModificationException',
  ])('throws %s', async (javaClass) => {
    const facade = await testFacade({ objectCount: 0 });
    await expect(facade.delete('__ACCOUNT__', `throw:${javaClass}`)).rejects.toMatchObject({ javaClass, remote: true });
  });

  it('synchronises', async () => {
    const facade = await testFacade({ objectCount: 0 });
    const start = await facade.latestSyncToken('__ACCOUNT__');
    expect(start).toEqual(javaLong(0));
    const uid = await facade.create('__ACCOUNT__', { __NAME__: 'one' });
    await facade.delete('__ACCOUNT__', uid);
    const changes = await facade.sync('__ACCOUNT__', start);
    expect(changes.deltas.map(({ deltaType }) => deltaType)).toEqual(['CREATE', 'DELETE']);
    expect(changes.token).toEqual(javaLong(2));
    expect(await facade.sync('__ACCOUNT__', javaLong(0), { stopAfter: 1 })).toMatchObject({ ended: 'stopped', count: 1 });
    // A Java agent of this release reads no token as a token without a value (protocol section 7.6).
    await expect(facade.sync('__ACCOUNT__', null)).rejects.toMatchObject({ remote: true, javaClass: 'java.lang.NullPointerException' });
  });

  it('runs scripts, batches and subscriptions', async () => {
    const facade = await testFacade({ objectCount: 0 });
    expect(await facade.scriptOnResource({ language: 'echo', text: 'place' })).toBe('resource');
    expect(await facade.scriptOnConnector({ language: 'echo', text: 'arguments', arguments: { bytes: javaBytes(Buffer.from('x')) } }))
      .toEqual({ type: 'Map', entries: [['bytes', javaBytes(Buffer.from('x'))]] });
    const objects = await facade.subscribeObjects('__ACCOUNT__', { type: 'startsWith', attribute: '__NAME__', value: 'b' });
    const changes = await facade.subscribeChanges('__ACCOUNT__');
    // Java's subscribe returns before the agent has it.
    await until(async () => factsOf(await facade.scriptOnConnector({ language: 'echo', text: 'facts' })).get('subscriptions') === '2', 'both subscriptions');
    const batch = await facade.batch([
      { kind: 'create', objectClass: '__ACCOUNT__', attributes: { __NAME__: 'b1' } },
      { kind: 'delete', objectClass: '__ACCOUNT__', uid: 'missing' },
      { kind: 'create', objectClass: '__ACCOUNT__', attributes: { __NAME__: 'c1' } },
    ]);
    expect(batch.results.map(({ error, resultId }) => [resultId, error])).toEqual([['0', false], ['1', true], ['2', false]]);
    expect((await objects.events(1)).events.map(({ name }) => name)).toEqual(['b1']);
    expect((await changes.events(2)).events.map(({ deltaType }) => deltaType)).toEqual(['CREATE', 'CREATE']);
    await facade.create('__ACCOUNT__', { __NAME__: 'end-of-events' });
    expect(await changes.events(99, 5000)).toMatchObject({ completed: true });
    await objects.close();
  });

  it('serves the released CSV connector', async () => {
    const file = join(folder, 'people.csv');
    await writeFile(file, 'uid,givenName,password\nu1,Anna,secret1\nu2,Ben,secret2\n');
    const facade = await connection.configure(CSV, { csvFile: file });
    await facade.validate();
    await facade.test();
    expect((await facade.schema()).objectClasses.map(({ name }) => name)).toEqual(['__ACCOUNT__']);
    expect((await facade.search('__ACCOUNT__')).objects.map(({ name }) => name)).toEqual(['u1', 'u2']);
    expect(await facade.authenticate('__ACCOUNT__', 'u1', 'secret1')).toEqual({ uid: 'u1' });
  });
});
