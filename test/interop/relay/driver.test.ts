import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { until } from '../../support/until.js';
import type { JavaConnection } from '../support/java-connection.js';
import { JavaDriver } from '../support/java-driver.js';
import type { JavaFacade } from '../support/java-facade.js';
import { JavaFailure } from '../support/java-failure.js';
import { JavaHost } from '../support/java-host.js';
import type { JavaPropertyInput } from '../support/java-driver-types.js';
import { javaBytes, javaGuarded, javaInteger, javaLong, valuesOf, type JavaObject } from '../support/java-values.js';
import type { Connector, Operation } from '../support/outcome-matrix.js';
import { outcome } from '../support/outcome-table.js';
import { facts, lastSearch } from '../support/test-connector-facts.js';
import { AGENT_KEY, RelayingAgent } from './support/relaying-agent.js';

const ACCOUNT = '__ACCOUNT__';
const TEST = 'io.causeway.interop.connector.TestConnector';
const CSV = 'org.forgerock.openicf.csvfile.CSVFileConnector';
const ICF = 'org.identityconnectors.framework.common.exceptions.';

let folder: string;
let host: JavaHost;
let agent: RelayingAgent;
let driver: JavaDriver;
let direct: JavaConnection;
let relayed: JavaConnection;
let stores = 0;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'causeway-relay-driver-'));
  host = await JavaHost.start({ mode: 'server' });
  agent = await RelayingAgent.start({ relays: [{ name: 'legacy', host: '127.0.0.1', port: host.port, key: 'changeit' }] });
  await agent.connected();
  driver = await JavaDriver.start();
  direct = await driver.connect({ port: host.port });
  relayed = await driver.connect({ port: agent.port, key: AGENT_KEY });
});
afterAll(async () => {
  await driver.stop();
  await agent.stop();
  await host.stop();
  await rm(folder, { recursive: true, force: true });
});

/** The same configuration at the server itself and through the agent. */
interface Pair { readonly direct: JavaFacade; readonly relayed: JavaFacade }

async function pair(connector: string, properties: Readonly<Record<string, JavaPropertyInput>>): Promise<Pair> {
  return { direct: await direct.configure(connector, properties), relayed: await relayed.configure(connector, properties) };
}
const testPair = (properties: Readonly<Record<string, JavaPropertyInput>> = {}): Promise<Pair> => pair(TEST, { store: `relay-${stores++}`, ...properties });

/** What a call gives or how it fails, without what differs from one run to the next. */
async function told(call: Promise<unknown>): Promise<unknown> {
  try {
    return withoutTimes(await call);
  } catch (error) {
    if (!(error instanceof JavaFailure)) throw error;
    const { javaClass, message, remote, causes, delivered } = error as JavaFailure & { readonly delivered?: number };
    return { javaClass, message, remote, causes, delivered };
  }
}
function withoutTimes(answer: unknown): unknown {
  if (typeof answer !== 'object' || answer === null || !('milliseconds' in answer)) return answer;
  return { ...answer, milliseconds: 0, firstMilliseconds: 0 };
}

/** Runs a call that changes nothing both ways: through the relay it has to give, or to fail with, the very same. */
async function same(facades: Pair, call: (facade: JavaFacade) => Promise<unknown>): Promise<unknown> {
  const expected = await told(call(facades.direct));
  expect(await told(call(facades.relayed))).toEqual(expected);
  return expected;
}
const proves = (connector: Connector, operation: Operation, title: string, check: () => Promise<unknown>): void => {
  it(`${operation}: ${title}`, () => outcome({ operation, direction: 'java -> agent -> java (relay)', connector }, check));
};
const unsupported = async (facade: JavaFacade, call: (facade: JavaFacade) => Promise<unknown>, name: string): Promise<void> => {
  expect(facade.supportedOperations).not.toContain(name);
  expect(await told(call(facade))).toMatchObject({ javaClass: 'java.lang.UnsupportedOperationException', message: expect.stringContaining(name) as string });
};

describe('the Java test connector behind an agent, used by the Java framework', () => {
  const on = (operation: Operation, title: string, check: () => Promise<unknown>): void => proves('test', operation, title, check);

  on('list', 'every connector of the server, described as the server does', async () => {
    const byName = async (connection: JavaConnection) => (await connection.infos()).sort((left, right) => (left.connectorName < right.connectorName ? -1 : 1));
    const [expected, listed] = [await byName(direct), await byName(relayed)];
    expect(expected.map(({ connectorName }) => connectorName)).toEqual([TEST, CSV]);
    expect(listed).toEqual(expected);
  });

  on('validate', 'accepted, and refused with the connector\'s own exception', async () => {
    await same(await testPair(), (facade) => facade.validate());
    expect(await same(await testPair({ failValidation: `${ICF}ConfigurationException` }), (facade) => facade.validate())).toMatchObject({ javaClass: `${ICF}ConfigurationException` });
  });

  on('test', 'passed, and failed with the connector\'s own exception', async () => {
    await same(await testPair(), (facade) => facade.test());
    expect(await same(await testPair({ failTest: `${ICF}ConnectionFailedException` }), (facade) => facade.test())).toMatchObject({ javaClass: `${ICF}ConnectionFailedException` });
  });

  on('schema', 'every class, attribute, flag and option', async () => {
    expect(await same(await testPair(), (facade) => facade.schema())).toMatchObject({ objectClasses: expect.arrayContaining([expect.objectContaining({ name: ACCOUNT })]) as unknown });
  });

  on('create', 'values of every kind arrive', async () => {
    const facades = await testPair({ objectCount: 0 });
    const uid = await facades.relayed.create(ACCOUNT, { __NAME__: 'änne "a"', mail: ['a@x', 'b@x'], age: javaInteger(30), photo: javaBytes(Buffer.from([0, 255])), __PASSWORD__: javaGuarded('pw') });
    expect(uid.revision).toBe('1');
    expect(await facades.direct.get(ACCOUNT, uid)).toMatchObject({ name: 'änne "a"' });
    expect(await facades.direct.authenticate(ACCOUNT, 'änne "a"', 'pw')).toMatchObject({ uid: uid.uid });
  });

  on('get', 'an object with every type of value, nothing, and chosen attributes', async () => {
    const facades = await testPair();
    expect(await same(facades, (facade) => facade.get('typed', 'typed-1'))).toMatchObject({ uid: 'typed-1' });
    expect(await same(facades, (facade) => facade.get(ACCOUNT, 'nobody'))).toBeNull();
    await same(facades, (facade) => facade.get(ACCOUNT, 'user-000001', { attributesToGet: ['sn'] }));
  });

  on('search', 'everything, filtered, and nothing', async () => {
    const facades = await testPair({ objectCount: 2_000 });
    expect(await same(facades, (facade) => facade.search(ACCOUNT))).toMatchObject({ ended: 'complete', count: 2_000 });
    expect(await same(facades, (facade) => facade.search(ACCOUNT, { type: 'and', filters: [{ type: 'startsWith', attribute: 'sn', value: 'Family1' }, { type: 'greaterThan', attribute: 'age', value: javaInteger(40) }] }))).toMatchObject({ ended: 'complete' });
    expect(await same(facades, (facade) => facade.search(ACCOUNT, { type: 'equals', attribute: 'sn', values: ['nobody'] }))).toMatchObject({ count: 0 });
    await same(facades, (facade) => facade.search('typed'));
  });

  on('search', 'of 20,000 objects of 500 bytes, over two sockets on either side: all of them, once', async () => {
    const { relayed: facade, direct: server } = await testPair({ objectCount: 20_000, payloadLength: 500 });
    const expected = await server.search(ACCOUNT, null, { countOnly: true });
    const { count, checksum, ended } = await facade.search(ACCOUNT, null, { countOnly: true });
    expect({ count, checksum, ended }).toEqual({ count: 20_000, checksum: expected.checksum, ended: 'complete' });
  });

  on('search-paged', 'cookies, totals and the last page', async () => {
    const facades = await testPair({ objectCount: 25 });
    for (const cookie of [undefined, '10', '20']) {
      const options = { pageSize: 10, ...(cookie === undefined ? {} : { pagedResultsCookie: cookie }), custom: { countTotal: { type: 'Boolean', value: true } } } as const;
      expect(await same(facades, (facade) => facade.search(ACCOUNT, null, { options }))).toMatchObject({ result: { totalPagedResults: 25, pagedResultsCookie: cookie === '20' ? null : cookie === '10' ? '20' : '10' } });
    }
    await same(facades, (facade) => facade.search(ACCOUNT, null, { options: { pageSize: 5, pagedResultsOffset: 7 } }));
  });

  on('search-sorted', 'by two keys', async () => {
    const facades = await testPair({ objectCount: 120 });
    await same(facades, (facade) => facade.search(ACCOUNT, null, { options: { sortKeys: [{ field: 'sn', ascending: false }, { field: '__NAME__', ascending: true }] } }));
  });

  on('search-stopped', 'a handler that returns false: the connector stops and the next search is whole', async () => {
    const facades = await testPair({ objectCount: 5_000, pauseMillis: '1' });
    expect(await facades.relayed.search(ACCOUNT, null, { stopAfter: 5 })).toMatchObject({ ended: 'stopped', count: 5 });
    await until(async () => (await lastSearch(facades.direct)).stopped, 'the connector to be stopped', 10_000);
    expect((await lastSearch(facades.direct)).delivered).toBeLessThan(5_000);
    expect(agent.relayed.findLast(({ operation }) => operation === 'search')).toMatchObject({ outcome: 'left' });
  });

  on('search-cancelled', 'the connector is told', async () => {
    const facades = await testPair({ objectCount: 5_000, pauseMillis: '1' });
    expect(await facades.relayed.search(ACCOUNT, null, { cancelAfter: 6 })).toMatchObject({ ended: 'cancelled', count: 6 });
    await until(async () => (await lastSearch(facades.direct)).stopped, 'the connector to be stopped', 10_000);
  });

  on('sync', 'deltas and the token; without a token the latest one, where Java by itself fails', async () => {
    const facades = await testPair({ objectCount: 0 });
    const uid = await facades.direct.create(ACCOUNT, { __NAME__: 'one' });
    await facades.direct.update(ACCOUNT, uid, { sn: 'x' });
    await facades.direct.delete(ACCOUNT, uid.uid);
    expect(await same(facades, (facade) => facade.sync(ACCOUNT, javaLong(0)))).toMatchObject({ token: javaLong(3) });
    expect(await same(facades, (facade) => facade.sync(ACCOUNT, javaLong(3)))).toMatchObject({ deltas: [] });
    expect(await facades.relayed.sync(ACCOUNT, javaLong(0), { stopAfter: 1 })).toMatchObject({ ended: 'stopped', count: 1 });
    expect(await told(facades.direct.sync(ACCOUNT, null))).toMatchObject({ javaClass: 'java.lang.NullPointerException' });
    expect(await facades.relayed.sync(ACCOUNT, null)).toMatchObject({ ended: 'complete', deltas: [], token: javaLong(3) });
  });

  on('latest-sync-token', 'the connector\'s', async () => {
    expect(await same(await testPair({ objectCount: 3 }), (facade) => facade.latestSyncToken(ACCOUNT))).toBeDefined();
  });

  on('update', 'replaces, with the revision checked', async () => {
    const facades = await testPair({ objectCount: 2 });
    const uid = await facades.relayed.update(ACCOUNT, 'user-000001', { sn: 'New', mail: null });
    const changed = (await facades.direct.get(ACCOUNT, uid.uid))!;
    expect([valuesOf(changed, 'sn'), valuesOf(changed, 'mail')]).toEqual([['New'], null]);
    expect(await told(facades.relayed.update(ACCOUNT, { uid: uid.uid, revision: '99' }, { sn: 'x' }))).toMatchObject({ javaClass: `${ICF}PreconditionFailedException` });
  });

  on('add-values', 'adds', async () => {
    const facades = await testPair({ objectCount: 2 });
    await facades.relayed.addValues(ACCOUNT, 'user-000001', { mail: 'third@x' });
    expect(valuesOf((await facades.direct.get(ACCOUNT, 'user-000001'))!, 'mail')).toEqual(['user1@example.com', 'alias1@example.com', 'third@x']);
  });

  on('remove-values', 'removes', async () => {
    const facades = await testPair({ objectCount: 2 });
    await facades.relayed.removeValues(ACCOUNT, 'user-000001', { mail: 'alias1@example.com' });
    expect(valuesOf((await facades.direct.get(ACCOUNT, 'user-000001'))!, 'mail')).toEqual(['user1@example.com']);
  });

  on('delete', 'deletes', async () => {
    const facades = await testPair({ objectCount: 2 });
    await facades.relayed.delete(ACCOUNT, 'user-000001');
    expect(await facades.direct.get(ACCOUNT, 'user-000001')).toBeNull();
    expect(await told(facades.relayed.delete(ACCOUNT, 'user-000001'))).toMatchObject({ javaClass: `${ICF}UnknownUidException` });
  });

  on('authenticate', 'the right password, a wrong one, nobody', async () => {
    const facades = await testPair({ objectCount: 0 });
    await facades.direct.create(ACCOUNT, { __NAME__: 'anna', __PASSWORD__: javaGuarded('pw') });
    await same(facades, (facade) => facade.authenticate(ACCOUNT, 'anna', 'pw'));
    for (const [name, password] of [['anna', 'wrong'], ['nobody', 'pw']] as const) expect(await same(facades, (facade) => facade.authenticate(ACCOUNT, name, password))).toHaveProperty('javaClass');
  });

  on('resolve-username', 'a uid, and nobody', async () => {
    const facades = await testPair();
    await same(facades, (facade) => facade.resolveUsername(ACCOUNT, 'name-1'));
    expect(await same(facades, (facade) => facade.resolveUsername(ACCOUNT, 'nobody'))).toHaveProperty('javaClass');
  });

  on('script-on-connector', 'arguments and results of every type', async () => {
    const facades = await testPair();
    await same(facades, (facade) => facade.scriptOnConnector({ language: 'echo', text: 'arguments', arguments: { bytes: javaBytes(Buffer.from('x')), number: javaLong(9007199254740993n), none: null } }));
    await same(facades, (facade) => facade.scriptOnConnector({ language: 'echo', text: 'configuration' }));
  });

  on('script-on-resource', 'its result', async () => {
    expect(await same(await testPair(), (facade) => facade.scriptOnResource({ language: 'echo', text: 'place' }))).toBe('resource');
  });

  on('batch', 'each task with its own outcome', async () => {
    const facades = await testPair({ objectCount: 0 });
    const batch = await facades.relayed.batch([
      { kind: 'create', objectClass: ACCOUNT, attributes: { __NAME__: 'b1' } },
      { kind: 'delete', objectClass: ACCOUNT, uid: 'missing' },
      { kind: 'create', objectClass: ACCOUNT, attributes: { __NAME__: 'c1' } },
    ]);
    expect(batch.completed).toBe(true);
    expect(batch.results.map(({ error, resultId }) => [resultId, error])).toEqual([['0', false], ['1', true], ['2', false]]);
    expect((await facades.direct.search(ACCOUNT)).objects.map(({ name }) => name).sort()).toEqual(['b1', 'c1']);
    expect(agent.relayed.findLast(({ operation }) => operation === 'batch')).toMatchObject({ outcome: 'ok', count: 3 });
  });

  on('subscribe-objects', 'events until it is closed, and the connector is told', async () => {
    const facades = await testPair({ objectCount: 0 });
    const subscription = await facades.relayed.subscribeObjects(ACCOUNT, { type: 'startsWith', attribute: '__NAME__', value: 'b' });
    await until(async () => (await facts(facades.direct)).get('subscriptions') === '1', 'the subscription', 10_000);
    for (const name of ['b1', 'c1', 'b2']) await facades.direct.create(ACCOUNT, { __NAME__: name });
    expect((await subscription.events(2)).events.map(({ name }: JavaObject) => name)).toEqual(['b1', 'b2']);
    await subscription.close();
    await until(async () => (await facts(facades.direct)).get('subscriptions') === '0', 'the subscription to be closed', 10_000);
  });

  on('subscribe-changes', 'deltas until the connector ends it', async () => {
    const facades = await testPair({ objectCount: 0 });
    const subscription = await facades.relayed.subscribeChanges(ACCOUNT);
    await until(async () => (await facts(facades.direct)).get('subscriptions') === '1', 'the subscription', 10_000);
    await facades.direct.create(ACCOUNT, { __NAME__: 'one' });
    expect((await subscription.events(1)).events.map(({ deltaType }) => deltaType)).toEqual(['CREATE']);
    await facades.direct.create(ACCOUNT, { __NAME__: 'end-of-events' });
    expect(await subscription.events(99, 5_000)).toMatchObject({ completed: true });
  });

  on('errors', 'of every class, with message and causes, before and in the middle of results', async () => {
    const facades = await testPair({ objectCount: 50 });
    const classes = [
      ...['ConnectorException', 'AlreadyExistsException', 'ConfigurationException', 'ConnectorIOException', 'ConnectionBrokenException', 'ConnectionFailedException', 'ConnectorSecurityException',
        'InvalidCredentialException', 'InvalidPasswordException', 'PasswordExpiredException', 'UnknownUidException', 'PermissionDeniedException', 'InvalidAttributeValueException',
        'OperationTimeoutException', 'PreconditionFailedException', 'PreconditionRequiredException'].map((name) => `${ICF}${name}`),
      'java.lang.UnsupportedOperationException', 'java.lang.IllegalArgumentException', 'java.lang.NullPointerException',
    ];
    for (const javaClass of classes) {
      expect(await same(facades, (facade) => facade.delete(ACCOUNT, `throw:${javaClass}`)), javaClass).toMatchObject({ javaClass, remote: true });
    }
    const options = { custom: { throwAfter: javaInteger(7), throwClass: `${ICF}PermissionDeniedException` } };
    // How many results its caller is handed before the error is a matter of the Java framework's threads, relayed or not.
    const failure = async (facade: JavaFacade) => ({ ...await told(facade.search(ACCOUNT, null, { options })) as object, delivered: 'some' });
    const expected = await failure(facades.direct);
    expect(expected).toMatchObject({ javaClass: `${ICF}PermissionDeniedException`, remote: true });
    expect(await failure(facades.relayed)).toEqual(expected);
    expect(agent.relayed.findLast(({ operation }) => operation === 'search')).toMatchObject({ outcome: 'failed', error: `${ICF}PermissionDeniedException`, relay: 'legacy', connector: TEST });
  });
});

describe('the Java CSV connector behind an agent, used by the Java framework', () => {
  const on = (operation: Operation, title: string, check: () => Promise<unknown>): void => proves('csv', operation, title, check);
  let files = 0;
  const csvPair = async (text = PEOPLE): Promise<Pair & { readonly file: string }> => {
    const file = join(folder, `people-${files++}.csv`);
    await writeFile(file, text);
    return { ...await pair(CSV, { csvFile: file }), file };
  };
  const PEOPLE = `uid,givenName,city,password\n${Array.from({ length: 40 }, (_, n) => `u${String(n).padStart(2, '0')},Anna${n},${n % 2 === 0 ? 'Oslo' : 'Köln'},secret${n}`).join('\n')}\n`;

  on('list', 'is among the server\'s connectors', async () => {
    expect(await relayed.keys()).toEqual(expect.arrayContaining([expect.objectContaining({ connectorName: CSV })]));
  });
  on('validate', 'accepted and refused alike', async () => {
    await same(await csvPair(), (facade) => facade.validate());
    expect(await same(await pair(CSV, {}), (facade) => facade.validate())).toHaveProperty('javaClass');
  });
  on('test', 'passed and failed alike', async () => {
    await same(await csvPair(), (facade) => facade.test());
    expect(await same(await pair(CSV, { csvFile: '/nowhere/at/all.csv' }), (facade) => facade.test())).toHaveProperty('javaClass');
  });
  on('schema', 'the columns', async () => { await same(await csvPair(), (facade) => facade.schema()); });
  on('create', 'a row', async () => {
    const facades = await csvPair();
    expect(await facades.relayed.create(ACCOUNT, { __NAME__: 'new', givenName: 'Zoë 🐈', __PASSWORD__: javaGuarded('pw') })).toEqual({ uid: 'new' });
    expect(await facades.direct.get(ACCOUNT, 'new')).toMatchObject({ uid: 'new', attributes: expect.arrayContaining([{ name: 'givenName', values: ['Zoë 🐈'] }]) as unknown });
  });
  on('get', 'a row, and none', async () => {
    const facades = await csvPair();
    expect(await same(facades, (facade) => facade.get(ACCOUNT, 'u07'))).toMatchObject({ uid: 'u07' });
    expect(await same(facades, (facade) => facade.get(ACCOUNT, 'nobody'))).toBeNull();
  });
  on('search', 'all and filtered', async () => {
    const facades = await csvPair();
    expect(await same(facades, (facade) => facade.search(ACCOUNT))).toMatchObject({ count: 40 });
    await same(facades, (facade) => facade.search(ACCOUNT, { type: 'equals', attribute: 'city', values: ['Köln'] }));
  });
  on('search-paged', 'page by page', async () => {
    const facades = await csvPair();
    let cookie: string | null | undefined;
    const seen: string[] = [];
    for (let page = 0; page < 4 && cookie !== null; page++) {
      const options = { pageSize: 15, ...(cookie === undefined ? {} : { pagedResultsCookie: cookie }) };
      const answer = await same(facades, (facade) => facade.search(ACCOUNT, null, { options })) as { objects: JavaObject[]; result: { pagedResultsCookie: string | null } | null };
      seen.push(...answer.objects.map(({ uid }) => uid));
      if (answer.objects.length < 15) break;
      cookie = answer.result?.pagedResultsCookie ?? null;
    }
    expect(new Set(seen).size).toBe(40);
  });
  on('search-sorted', 'as the connector answers it', async () => {
    await same(await csvPair(), (facade) => facade.search(ACCOUNT, null, { options: { sortKeys: [{ field: '__NAME__', ascending: false }] } }));
  });
  on('search-stopped', 'a handler that returns false', async () => {
    expect(await (await csvPair()).relayed.search(ACCOUNT, null, { stopAfter: 3 })).toMatchObject({ ended: 'stopped', count: 3 });
  });
  on('search-cancelled', 'in the middle', async () => {
    expect(await (await csvPair()).relayed.search(ACCOUNT, null, { cancelAfter: 3 })).toMatchObject({ ended: 'cancelled', count: 3 });
  });
  on('sync', 'what has changed since', async () => {
    const facades = await csvPair();
    const token = await facades.relayed.latestSyncToken(ACCOUNT);
    await facades.relayed.create(ACCOUNT, { __NAME__: 'late', givenName: 'L' });
    // Not asked both ways: this connector's sync changes files beside the data, and fails when two run in one second.
    const answer = await facades.relayed.sync(ACCOUNT, token);
    expect(answer.deltas.map(({ uid }) => uid)).toContain('late');
  });
  on('latest-sync-token', 'a token', async () => { expect(await (await csvPair()).relayed.latestSyncToken(ACCOUNT)).not.toBeNull(); });
  on('update', 'a row', async () => {
    const facades = await csvPair();
    await facades.relayed.update(ACCOUNT, 'u03', { city: 'Bergen' });
    expect(valuesOf((await facades.direct.get(ACCOUNT, 'u03'))!, 'city')).toEqual(['Bergen']);
  });
  // No update of values of its own: the framework at the server reads, merges and replaces.
  on('add-values', 'as the server answers it', async () => { await same(await csvPair(), (facade) => facade.addValues(ACCOUNT, 'nobody', { city: 'x' })); });
  on('remove-values', 'as the server answers it', async () => { await same(await csvPair(), (facade) => facade.removeValues(ACCOUNT, 'nobody', { city: 'x' })); });
  on('delete', 'a row', async () => {
    const facades = await csvPair();
    await facades.relayed.delete(ACCOUNT, 'u05');
    expect(await readFile(facades.file, 'utf8')).not.toContain('u05');
  });
  on('authenticate', 'right and wrong', async () => {
    const facades = await csvPair();
    expect(await same(facades, (facade) => facade.authenticate(ACCOUNT, 'u07', 'secret7'))).toEqual({ uid: 'u07' });
    expect(await same(facades, (facade) => facade.authenticate(ACCOUNT, 'u07', 'wrong'))).toHaveProperty('javaClass');
  });
  on('resolve-username', 'as the server answers it', async () => { await same(await csvPair(), (facade) => facade.resolveUsername(ACCOUNT, 'u07')); });
  // Offered for every connector by the Java framework, which needs a Groovy engine for it; this server has none.
  on('script-on-connector', 'as the server answers it', async () => { await same(await csvPair(), (facade) => facade.scriptOnConnector({ language: 'groovy', text: '1' })); });
  on('script-on-resource', 'refused', async () => unsupported((await csvPair()).relayed, (facade) => facade.scriptOnResource({ language: 'groovy', text: '1' }), 'ScriptOnResourceApiOp'));
  on('batch', 'as the server answers it', async () => {
    const facades = await csvPair();
    await same(facades, (facade) => facade.batch([{ kind: 'delete', objectClass: ACCOUNT, uid: 'nobody' }]));
  });
  on('subscribe-objects', 'refused', async () => unsupported((await csvPair()).relayed, (facade) => facade.subscribeObjects(ACCOUNT), 'ConnectorEventSubscriptionApiOp'));
  on('subscribe-changes', 'refused', async () => unsupported((await csvPair()).relayed, (facade) => facade.subscribeChanges(ACCOUNT), 'SyncEventSubscriptionApiOp'));
  on('errors', 'the connector\'s own', async () => {
    const facades = await csvPair();
    expect(await same(facades, (facade) => facade.create(ACCOUNT, { __NAME__: 'u07' }))).toMatchObject({ javaClass: `${ICF}AlreadyExistsException` });
    expect(await same(facades, (facade) => facade.delete(ACCOUNT, 'nobody'))).toMatchObject({ javaClass: `${ICF}UnknownUidException` });
    expect(await same(facades, (facade) => facade.search('__GROUP__'))).toHaveProperty('javaClass');
  });
});
