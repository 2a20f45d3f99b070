import { join } from 'node:path';
import { tmpdir } from 'node:os';
import { afterEach, describe, expect, it } from 'vitest';
import type { IsolationConfig } from '../../../../agent/config/isolation-settings.js';
import { createFacade, type AnyConnector, type FacadeEnvironment, type FacadeHandle } from '../../../../connectors/framework/index.js';
import type { Call } from '../../../../connectors/framework/spi.js';
import { ACCOUNT, Attribute, ConnectorError, GuardedString, OperationOptions, Uid, type CallContext, type ConnectorTarget, type PermitTarget } from '../../../../protocol/model/index.js';
import { playedIsolation } from '../../../support/isolated-world.js';
import { calling, configured, drain } from '../../../support/memory-facade.js';
import { MemoryTarget, memoryConnector, type MemoryOptions } from '../../../support/memory-connector.js';
import { recordedLog } from '../../../support/quiet-log.js';
import { until } from '../../../support/until.js';

const PASSWORD = 'swordfish-of-the-directory';
const options = OperationOptions.none;
const search = { kind: 'search', objectClass: ACCOUNT, filter: undefined, options } as const;

const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => { for (const close of closers.splice(0).reverse()) await close(); });

function setUp({ settings = {}, environment = {}, connector: change = {}, load }: { settings?: Partial<IsolationConfig>; environment?: Partial<FacadeEnvironment>; connector?: MemoryOptions; load?: () => Promise<AnyConnector> } = {}) {
  const target = new MemoryTarget();
  const connector = memoryConnector(target, change);
  const { isolation, processes, log: agentLog } = playedIsolation(load ?? (async () => connector), settings);
  const log = recordedLog();
  const configuration = configured(connector, { host: 'directory.example', credentials: new GuardedString(PASSWORD) });
  const stateRoot = join(tmpdir(), 'causeway-unused');
  const open = (): FacadeHandle => isolation.open(connector, configuration, { log, stateRoot, ...environment });
  const facade = open();
  closers.push(() => isolation.close(), () => facade.dispose());
  return { target, facade, open, isolation, processes, log, agentLog, direct: createFacade(connector, configuration, { log, stateRoot }) };
}

/** A promise, and what resolves it. */
function gate(): { readonly promise: Promise<void>; readonly resolve: () => void } {
  let resolve = (): void => undefined;
  const promise = new Promise<void>((settle) => { resolve = settle; });
  return { promise, resolve };
}

const failureOf = (work: Promise<unknown>): Promise<ConnectorError> => work.then(() => { throw new Error('did not fail'); }, (error: unknown) => error as ConnectorError);

describe('a connector in a process of its own answers as one in the agent', () => {
  it('searches: the same objects in the same order, and the same end', async () => {
    const { target, facade, direct } = setUp();
    for (let index = 0; index < 1_000; index++) target.add(`u${index}`, { mail: `u${index}@example.com`, groups: ['a', 'b'] });
    const own = await drain(facade.stream(search, calling()));
    const other = await drain(direct.stream(search, calling()));
    expect(own.items.map((object) => JSON.stringify(object))).toEqual(other.items.map((object) => JSON.stringify(object)));
    expect(own.items).toHaveLength(1_000);
    expect(own.end).toEqual(other.end);
  });

  it('says from where a search can be gone on with, and the agent itself goes on there', async () => {
    const { target, facade, direct } = setUp();
    for (let index = 0; index < 1_200; index++) target.add(`u${index}`);
    const bookmarks: { given: number; cookie: string }[] = [];
    let given = 0;
    for await (const { uid } of facade.stream(search, { ...calling(), onBookmark: (cookie) => bookmarks.push({ given, cookie }) })) {
      expect(uid.value).toBe(`u${given}`);
      given += 1;
    }
    expect(bookmarks.length).toBeGreaterThan(0);
    for (const { given: before, cookie } of bookmarks) {
      const { items } = await drain(direct.stream({ ...search, options: OperationOptions.of({ PAGED_RESULTS_COOKIE: cookie }) }, calling()));
      expect(items.map(({ uid }) => uid.value)).toEqual(Array.from({ length: 1_200 - before }, (_, index) => `u${before + index}`));
    }
  });

  it('writes, and errors of writes: kind, message and uid', async () => {
    const { target, facade } = setUp();
    const uid = await facade.perform({ kind: 'create', objectClass: ACCOUNT, attributes: [Attribute.of('__NAME__', 'anna')], options }, calling());
    expect(target.objects.get(uid!.value)?.name.value).toBe('anna');
    const error = await failureOf(facade.perform({ kind: 'delete', objectClass: ACCOUNT, uid: new Uid('nobody'), options }, calling()));
    expect(error).toMatchObject({ kind: 'unknownUid', message: "There is no account 'nobody'.", outcome: undefined });
  });

  it('batches: each task with its own error', async () => {
    const { facade } = setUp();
    const tasks = [
      { kind: 'create', objectClass: ACCOUNT, attributes: [Attribute.of('__NAME__', 'anna')], options },
      { kind: 'create', objectClass: ACCOUNT, attributes: [Attribute.of('__NAME__', 'anna')], options },
    ] as const;
    const { items, end } = await drain(facade.stream({ kind: 'batch', tasks, options: OperationOptions.of({ REQUIRE_SERIAL: 'true' }) }, calling()));
    expect(items.map(({ task, error }) => [task, error?.kind])).toEqual([[0, undefined], [1, 'alreadyExists']]);
    expect(end.returnsResults).toBe(true);
  });

  it('offers what the configuration allows, and refuses the rest without starting anything', async () => {
    const { facade, direct, processes } = setUp({ connector: { without: ['sync', 'latestSyncToken'] } });
    expect([...facade.supportedOperations].sort()).toEqual([...direct.supportedOperations].sort());
    expect(facade.supportedOperations.has('SyncApiOp')).toBe(false);
    expect(processes).toHaveLength(0);
  });

  it('says when a subscription misses nothing any more', async () => {
    const { target, facade } = setUp({ environment: { subscriptionInterval: 5 } });
    target.add('before');
    const stop = new AbortController();
    const told = gate();
    const changes = facade.stream({ kind: 'subscribeToChanges', objectClass: ACCOUNT, token: null, options }, { ...calling(stop.signal), onSubscribed: () => { told.resolve(); } });
    const first = changes.next();
    await told.promise;
    target.add('after');
    expect((await first).value).toMatchObject({ uid: { value: 'after' } });
    stop.abort();
    await changes.return(undefined);
  });

  it('tells the connector the operation id its caller gave, and no other', async () => {
    const { target, facade } = setUp();
    const seen: Call[] = [];
    target.before = async (_, call) => { seen.push(call); };
    await facade.perform({ kind: 'test' }, { signal: new AbortController().signal, operationId: '7:x' });
    await facade.perform({ kind: 'test' }, { signal: new AbortController().signal, permitTarget: async () => undefined });
    expect(seen.map(({ operationId }) => operationId)).toEqual(['7:x', undefined]);
  });
});

describe('what only the agent can say', () => {
  const asking = (target: MemoryTarget, place: ConnectorTarget): void => { target.before = async (_, call) => { await call.permitTarget?.(place); }; };
  const permitting = (permitTarget: PermitTarget): CallContext => ({ ...calling(), permitTarget });

  it('is asked for each operation that has a say of its own', async () => {
    const { target, facade } = setUp();
    const asked: ConnectorTarget[] = [];
    asking(target, { host: 'other.example', port: 636 });
    await facade.perform({ kind: 'test' }, permitting(async (place) => { asked.push(place); }));
    expect(asked).toEqual([{ host: 'other.example', port: 636 }]);
    const error = await failureOf(facade.perform({ kind: 'test' }, permitting(async () => { throw new ConnectorError('permissionDenied', 'rule 3 says no'); })));
    expect(error).toMatchObject({ kind: 'permissionDenied', message: 'rule 3 says no' });
    await facade.perform({ kind: 'test' }, calling());
    expect(asked).toHaveLength(1);
  });

  it('is asked for sessions', async () => {
    const asked: ConnectorTarget[] = [];
    const { facade } = setUp({
      environment: { permitTarget: async (place) => { asked.push(place); } },
      connector: { extra: { open: async (_, { permitTarget }) => {
        await permitTarget?.({ path: '/srv/data' });
        return {};
      } } },
    });
    await facade.perform({ kind: 'test' }, calling());
    expect(asked).toEqual([{ path: '/srv/data' }]);
  });

  it('and log lines are written by the agent, with fields a log can take', async () => {
    const { target, facade, log } = setUp();
    target.before = async (_, call) => { call.log.warn({ reason: new Error('slow'), size: 12n }, 'The target is slow'); };
    await facade.perform({ kind: 'test' }, calling());
    const line = log.entries.find(({ message }) => message === 'The target is slow');
    expect(line).toMatchObject({ level: 'warn', fields: { connector: 'memory', operation: 'test', size: '12', pid: 1000, reason: { message: 'slow' } } });
  });

  it('secrets of a configuration go over the pipe once, and are taken out of errors there', async () => {
    const { target, facade, processes } = setUp({ environment: { secrets: () => ['secret-from-the-store'] } });
    target.before = async () => { throw new Error('login with secret-from-the-store refused'); };
    for (let round = 0; round < 5; round++) {
      const error = await failureOf(facade.perform({ kind: 'test' }, calling()));
      expect(error.message).toContain('***');
      expect(error.message).not.toContain('secret-from-the-store');
    }
    expect(processes[0]!.received.split('secret-from-the-store').length - 1).toBe(1);
    expect(processes[0]!.received).not.toContain(PASSWORD);
  });
});

describe('when the process ends', () => {
  it('a read is told why and may be tried again, and the next one is served', async () => {
    const { target, facade, processes, isolation } = setUp();
    target.add('anna');
    target.before = () => new Promise(() => undefined);
    const reading = failureOf(facade.perform({ kind: 'test' }, calling()));
    await until(() => facade.status().operations.running === 1 && processes[0] !== undefined && isolation.status()[0]?.memory !== undefined, 'the process to be looked at');
    processes[0]!.bytes = 600 * 1024 ** 2;
    const error = await reading;
    expect(error).toMatchObject({ kind: 'retryable', retryable: true });
    expect(error.message).toBe('The process of connector memory ended during the test, because it used 600 MiB of memory, over its budget of 512 MiB (isolation: memory). Nothing was changed; the agent goes on and starts another one. Try again.');
    target.before = async () => undefined;
    expect((await drain(facade.stream(search, calling()))).items).toHaveLength(1);
    expect(processes).toHaveLength(2);
    expect(isolation.status()).toMatchObject([{ connector: 'memory', pid: 1001, restarts: 1, lastEnd: { why: expect.stringContaining('600 MiB') as string } }]);
  });

  it('a write that was under way says that its outcome is unknown', async () => {
    const { target, facade, processes } = setUp();
    const reached = gate();
    target.before = () => {
      reached.resolve();
      return new Promise(() => undefined);
    };
    const writing = failureOf(facade.perform({ kind: 'create', objectClass: ACCOUNT, attributes: [Attribute.of('__NAME__', 'anna')], options }, calling()));
    await reached.promise;
    processes[0]!.exit({ code: 3, signal: null });
    const error = await writing;
    expect(error).toMatchObject({ kind: 'connectionBroken', outcome: 'unknown', retryable: false });
    expect(error.message).toMatch(/^The process of connector memory ended during the create of __ACCOUNT__, because it exited with code 3\. Whether .* is unknown/);
  });

  it('a search half-way is an error, never a shorter result', async () => {
    const { target, facade, processes } = setUp();
    for (let index = 0; index < 2_000; index++) target.add(`u${index}`);
    const results = facade.stream(search, calling());
    for (let count = 0; count < 10; count++) expect((await results.next()).done).toBe(false);
    processes[0]!.exit({ code: null, signal: 'SIGSEGV' });
    const error = await failureOf(drain(results));
    expect(error.message).toContain('because it was ended by SIGSEGV');
    expect(error.retryable).toBe(true);
  });

  it('what cannot be loaded says so, and nothing was done', async () => {
    const { facade, processes } = setUp({ load: async () => { throw new Error('libldap.so.2 is missing'); } });
    const error = await failureOf(facade.perform({ kind: 'test' }, calling()));
    expect(error).toMatchObject({ kind: 'retryable', outcome: 'notApplied' });
    expect(error.message).toContain('libldap.so.2 is missing');
    expect(processes).toHaveLength(1);
  });
});

describe('cancelling', () => {
  it('ends the work in the process, and the caller hears the reason it gave', async () => {
    const { target, facade } = setUp();
    for (let index = 0; index < 5_000; index++) target.add(`u${index}`);
    const stop = new AbortController();
    const results = facade.stream(search, calling(stop.signal));
    await results.next();
    stop.abort(new ConnectorError('retryable', 'The connector server is shutting down; try again later.'));
    expect(await failureOf(drain(results))).toMatchObject({ kind: 'retryable', message: 'The connector server is shutting down; try again later.' });
    await until(() => target.openSearches === 0, 'the search to end in the process');
    expect(target.produced).toBeLessThan(5_000);
  });

  it('work that goes on all the same ends with its process', async () => {
    const { target, facade, processes, isolation } = setUp({ settings: { cancelGrace: 20 } });
    target.before = () => new Promise(() => undefined);
    const stop = new AbortController();
    const reading = failureOf(facade.perform({ kind: 'test' }, calling(stop.signal)));
    await until(() => facade.status().operations.running === 1 && processes[0]?.received.includes('"start"') === true && isolation.status()[0]?.memory !== undefined, 'the test to be under way');
    stop.abort();
    await reading;
    await until(() => isolation.status()[0]?.restarts === 1, 'the process to be ended');
    expect(isolation.status()[0]?.lastEnd?.why).toBe('an operation (test) had been cancelled and did not end within 20 ms (isolation: cancelGrace)');
  });

  it('a consumer that stops reading stops the connector too', async () => {
    const { target, facade } = setUp();
    for (let index = 0; index < 20_000; index++) target.add(`u${index}`, { note: 'x'.repeat(200) });
    const results = facade.stream(search, calling());
    await results.next();
    let before = -1;
    await until(() => {
      const stands = target.produced === before;
      before = target.produced;
      return stands;
    }, 'the search to stand still', 20_000, 50);
    expect(target.produced).toBeLessThan(5_000);
    expect((await drain(results)).items).toHaveLength(19_999);
  });
});

describe('configurations come and go', () => {
  it('share one process, which ends with the last of them', async () => {
    const { facade, open, processes, isolation } = setUp();
    const other = open();
    await facade.perform({ kind: 'test' }, calling());
    await other.perform({ kind: 'test' }, calling());
    expect(processes).toHaveLength(1);
    expect(isolation.status()).toMatchObject([{ configurations: 2 }]);
    await other.dispose();
    await facade.perform({ kind: 'test' }, calling());
    await facade.dispose();
    expect(isolation.status()).toMatchObject([{ configurations: 0, pid: undefined, restarts: 0 }]);
    expect(await failureOf(facade.perform({ kind: 'test' }, calling()))).toMatchObject({ kind: 'connectionBroken', outcome: 'notApplied' });
  });

  it('have one each where that is wanted', async () => {
    const { facade, open, processes, isolation } = setUp({ settings: { perSystem: true } });
    const other = open();
    await facade.perform({ kind: 'test' }, calling());
    await other.perform({ kind: 'test' }, calling());
    expect(isolation.status().map(({ pid }) => pid)).toEqual([1000, 1001]);
    processes[0]!.exit({ code: 1, signal: null });
    await other.perform({ kind: 'test' }, calling());
    expect(processes).toHaveLength(2);
    await other.dispose();
    expect(isolation.status()).toHaveLength(1);
  });

  it('closing one ends what is under way in it', async () => {
    const { target, facade } = setUp();
    const reached = gate();
    target.before = (_, { signal }) => new Promise((_resolve, reject) => {
      signal.addEventListener('abort', () => { reject(new Error('aborted')); }, { once: true });
      reached.resolve();
    });
    const reading = failureOf(facade.perform({ kind: 'test' }, calling()));
    await reached.promise;
    await facade.dispose();
    expect((await reading).kind).toBe('connectionBroken');
    expect(facade.status()).toMatchObject({ disposed: true, operations: { running: 0 } });
  });
});
