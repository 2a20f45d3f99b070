import { describe, expect, it } from 'vitest';
import type { AnyConnector } from '../../../../connectors/framework/define-connector.js';
import { MemoryTarget, memoryConnector } from '../../../support/memory-connector.js';
import { ManualTimers } from '../../../support/manual-timers.js';
import { calling, drain, facadeOf } from '../../../support/memory-facade.js';
import {
  ACCOUNT, ConnectorError, DEFAULT_POOL, OperationOptions, Uid, type ApiConfiguration, type ApiOperation, type ObjectPoolConfiguration,
} from '../../../../protocol/model/index.js';

const options = OperationOptions.none;
const searchAll = { kind: 'search' as const, objectClass: ACCOUNT, options, filter: undefined };
const never = new Promise<never>(() => undefined);

function pool(changes: Partial<ObjectPoolConfiguration>): Partial<ApiConfiguration> {
  return { pool: { ...DEFAULT_POOL, ...changes } };
}

function timeouts(...entries: [ApiOperation, number][]): Partial<ApiConfiguration> {
  return { timeouts: new Map(entries) };
}

function subject(changes: Partial<ApiConfiguration> = {}, pooled = true, objects = 3) {
  const target = new MemoryTarget();
  for (let index = 0; index < objects; index++) target.add(`u${index}`);
  const clock = new ManualTimers();
  return { target, clock, ...facadeOf(memoryConnector(target, { pooled }), changes, { clock }) };
}

describe('sessions of failed calls', () => {
  it('destroys the session of a call that failed for reasons of its own, and opens another for the next', async () => {
    const { target, facade } = subject();
    target.before = async () => { throw new Error('connection lost'); };
    await expect(facade.perform({ kind: 'test' }, calling())).rejects.toThrow('connection lost');
    await expect.poll(() => target.openSessions).toBe(0);
    target.before = async () => undefined;
    await facade.perform({ kind: 'test' }, calling());
    expect(target.sessions).toHaveLength(2);
  });

  it('keeps the session of a call that was only refused', async () => {
    const { target, facade } = subject();
    await expect(facade.perform({ kind: 'delete', objectClass: ACCOUNT, options, uid: new Uid('nobody') }, calling())).rejects.toMatchObject({ kind: 'unknownUid' });
    await facade.perform({ kind: 'test' }, calling());
    expect(target.sessions).toHaveLength(1);
    expect(target.openSessions).toBe(1);
  });

  it('does not hand out a session that died in the pool', async () => {
    const { target, facade } = subject();
    await facade.perform({ kind: 'test' }, calling());
    target.sessions[0]!.alive = false;
    await facade.perform({ kind: 'test' }, calling());
    expect(target.sessions.map(({ closed }) => closed)).toEqual([true, false]);
  });

  it('frees the place of a session that could not be opened', async () => {
    const { target, facade } = subject(pool({ maxObjects: 1 }));
    target.openSession = async () => { throw Object.assign(new Error('refused'), { code: 'ECONNREFUSED' }); };
    for (let attempt = 0; attempt < 3; attempt++) {
      await expect(facade.perform({ kind: 'test' }, calling())).rejects.toMatchObject({ kind: 'connectionFailed' });
    }
    expect(facade.status().sessions).toMatchObject({ inUse: 0, waiting: 0 });
  });
});

describe('the pool', () => {
  it('gives up waiting after maxWait, naming the setting', async () => {
    const { target, facade, clock } = subject(pool({ maxObjects: 1, maxWait: 500n }));
    target.before = () => never;
    const busy = facade.perform({ kind: 'test' }, calling()).catch(() => undefined);
    const waiting = facade.perform({ kind: 'test' }, calling());
    const refused = expect(waiting).rejects.toMatchObject({ kind: 'retryable', message: expect.stringContaining('maxObjects') as string });
    await clock.advance(499);
    expect(facade.status().sessions).toMatchObject({ inUse: 1, waiting: 1 });
    await clock.advance(1);
    await refused;
    void facade.dispose();
    await busy;
  });

  it('serves who waits first come first served, and forgets who left', async () => {
    const { target, facade } = subject(pool({ maxObjects: 1 }));
    const gates: (() => void)[] = [];
    const served: string[] = [];
    target.before = (_, call) => new Promise((resolve) => { served.push(String(call.operationId)); gates.push(resolve); });
    const leaving = new AbortController();
    const run = (operationId: string, signal = new AbortController().signal) => facade.perform({ kind: 'test' }, { signal, operationId });
    const first = run('first');
    await expect.poll(() => gates.length).toBe(1);
    const second = run('second');
    const third = run('third', leaving.signal);
    const fourth = run('fourth');
    await expect.poll(() => facade.status().sessions.waiting).toBe(3);
    leaving.abort();
    await expect(third).rejects.toBeInstanceOf(ConnectorError);
    for (let done = 1; done <= 3; done++) {
      await expect.poll(() => gates.length).toBe(done);
      gates[done - 1]!();
    }
    await Promise.all([first, second, fourth]);
    expect(served).toEqual(['first', 'second', 'fourth']);
    expect(target.sessions).toHaveLength(1);
  });

  it('never opens more than maxObjects, and keeps at most maxIdle', async () => {
    const { target, facade } = subject(pool({ maxObjects: 4, maxIdle: 2 }));
    let most = 0;
    target.before = async () => {
      most = Math.max(most, target.openSessions);
      await new Promise((resolve) => { setImmediate(resolve); });
    };
    await Promise.all(Array.from({ length: 20 }, () => facade.perform({ kind: 'test' }, calling())));
    expect(most).toBeLessThanOrEqual(4);
    await expect.poll(() => target.openSessions).toBeLessThanOrEqual(2);
    expect(facade.status().sessions.idle).toBeLessThanOrEqual(2);
  });

  it('closes sessions that idled too long, down to minIdle', async () => {
    const { target, facade, clock } = subject(pool({ maxIdle: 5, minIdle: 1, minEvictableIdleTimeMillis: 1000n }));
    let arrived = 0;
    target.before = async () => { arrived++; while (arrived < 3) await new Promise((resolve) => { setImmediate(resolve); }); };
    await Promise.all([1, 2, 3].map(() => facade.perform({ kind: 'test' }, calling())));
    expect(target.openSessions).toBe(3);
    await clock.advance(999);
    expect(target.openSessions).toBe(3);
    await clock.advance(2);
    expect(target.openSessions).toBe(1);
    await clock.advance(100_000);
    expect(target.openSessions).toBe(1);
    expect(clock.pending).toBe(0);
  });

  it('is not used for a connector that does not pool, nor when the configuration says no', async () => {
    for (const { target, facade } of [subject({}, false), subject({ connectorPoolingSupported: false })]) {
      await facade.perform({ kind: 'test' }, calling());
      await facade.perform({ kind: 'test' }, calling());
      expect(target.sessions).toHaveLength(2);
      await expect.poll(() => target.openSessions).toBe(0);
    }
  });
});

describe('timeouts', () => {
  it('ends a single operation, tells the connector, and closes the session', async () => {
    const { target, facade, clock } = subject(timeouts(['TestApiOp', 300]));
    let aborted = false;
    target.before = (_, call) => new Promise((_resolve, reject) => {
      call.signal.addEventListener('abort', () => { aborted = true; reject(new Error('gave up')); });
    });
    const work = expect(facade.perform({ kind: 'test' }, calling())).rejects.toMatchObject({ kind: 'operationTimeout', message: expect.stringContaining('300 ms') as string });
    await clock.advance(299);
    expect(aborted).toBe(false);
    await clock.advance(1);
    await work;
    expect(aborted).toBe(true);
    await expect.poll(() => target.openSessions).toBe(0);
  });

  it('ends an operation whose connector does not listen, and takes the session from it after a grace', async () => {
    const { target, facade, clock } = subject({ ...timeouts(['TestApiOp', 300]), ...pool({ maxObjects: 1 }) });
    target.before = () => never;
    const work = expect(facade.perform({ kind: 'test' }, calling())).rejects.toMatchObject({ kind: 'operationTimeout' });
    await clock.advance(300);
    await work;
    expect(target.openSessions).toBe(1);
    await clock.advance(5_000);
    expect(target.openSessions).toBe(0);
    expect(facade.status().sessions.inUse).toBe(0);
  });

  it('counts the opening of a session, and closes one that opens too late', async () => {
    const { target, facade, clock } = subject(timeouts(['TestApiOp', 100]));
    let open = (): void => undefined;
    target.openSession = () => new Promise((resolve) => { open = resolve; });
    const work = expect(facade.perform({ kind: 'test' }, calling())).rejects.toMatchObject({ kind: 'operationTimeout' });
    await clock.advance(100);
    await work;
    open();
    await expect.poll(() => target.sessions.length).toBe(1);
    await clock.advance(1);
    expect(target.openSessions).toBe(0);
  });

  it('of a search counts between two objects, and not while the consumer thinks', async () => {
    const { target, facade, clock } = subject(timeouts(['SearchApiOp', 100]));
    const results = facade.stream(searchAll, calling());
    for (let index = 0; index < 3; index++) {
      expect((await results.next()).done).toBe(false);
      await clock.advance(10_000);
    }
    expect((await results.next()).done).toBe(true);

    target.beforeObject = (index) => (index === 1 ? never : Promise.resolve());
    const stuck = facade.stream(searchAll, calling());
    await stuck.next();
    const failed = expect(stuck.next()).rejects.toMatchObject({ kind: 'operationTimeout', message: expect.stringContaining('100 ms') as string });
    await clock.advance(100);
    await failed;
    await clock.advance(5_000);
    expect(target.openSessions).toBeLessThanOrEqual(1);
    expect(facade.status().sessions.inUse).toBe(0);
  });

  it('of 0 mean the framework\'s own 60 seconds, negative ones none', async () => {
    const { target, facade, clock } = subject(timeouts(['TestApiOp', 0], ['SchemaApiOp', -1]));
    target.before = () => never;
    const work = expect(facade.perform({ kind: 'test' }, calling())).rejects.toMatchObject({ kind: 'operationTimeout' });
    await clock.advance(59_999);
    expect(facade.status().operations.running).toBe(1);
    await clock.advance(1);
    await work;
  });

  it('leave no timer behind', async () => {
    const { facade, clock } = subject({ ...timeouts(['SearchApiOp', 1000], ['TestApiOp', 1000]), ...pool({ minIdle: 1 }) });
    await facade.perform({ kind: 'test' }, calling());
    await drain(facade.stream(searchAll, calling()));
    expect(clock.pending).toBe(0);
  });
});

describe('leaving early', () => {
  it('ends the connector\'s search and gives the session back', async () => {
    const { target, facade } = subject();
    for await (const object of facade.stream(searchAll, calling())) {
      expect(object.uid.value).toBe('u0');
      break;
    }
    expect(target.openSearches).toBe(0);
    expect(target.produced).toBe(1);
    expect(facade.status().sessions).toMatchObject({ inUse: 0, idle: 1 });
    expect(facade.status().operations).toEqual({ running: 0, completed: 1, failed: 0 });
  });

  it('starts nothing when nobody pulls', async () => {
    const { target, facade } = subject();
    await facade.stream(searchAll, calling()).return(undefined);
    expect(target.sessions).toHaveLength(0);
  });

  it('pulls no further than its consumer', async () => {
    const { target, facade } = subject({}, true, 100);
    const results = facade.stream(searchAll, calling());
    for (let pulled = 1; pulled <= 5; pulled++) {
      await results.next();
      expect(target.produced).toBe(pulled);
    }
    await results.return(undefined);
  });

  it('by abort ends a step under way and destroys the session', async () => {
    const { target, facade } = subject();
    const abort = new AbortController();
    target.beforeObject = (_, call) => new Promise((_resolve, reject) => { call.signal.addEventListener('abort', () => reject(new Error('aborted'))); });
    const results = facade.stream(searchAll, calling(abort.signal));
    const step = expect(results.next()).rejects.toMatchObject({ message: expect.stringContaining('cancelled') as string });
    await expect.poll(() => target.openSearches).toBe(1);
    abort.abort();
    await step;
    await expect.poll(() => target.openSessions).toBe(0);
    expect(target.openSearches).toBe(0);
  });

  it('by abort frees the session even when nobody pulls any more', async () => {
    const { target, facade } = subject();
    const abort = new AbortController();
    const results = facade.stream(searchAll, calling(abort.signal));
    await results.next();
    abort.abort();
    await expect.poll(() => target.openSessions).toBe(0);
    expect(target.openSearches).toBe(0);
    await expect(results.next()).rejects.toBeInstanceOf(ConnectorError);
  });
});

describe('disposal', () => {
  it('ends what runs, closes every session, refuses what comes, and may be repeated', async () => {
    const { target, facade } = subject();
    await facade.perform({ kind: 'test' }, calling());
    target.before = (_, call) => new Promise((_resolve, reject) => { call.signal.addEventListener('abort', () => reject(new Error('aborted'))); });
    const parked = facade.stream(searchAll, calling());
    await parked.next();
    const running = expect(facade.perform({ kind: 'test' }, calling())).rejects.toMatchObject({ kind: 'connectionBroken' });
    await expect.poll(() => facade.status().operations.running).toBe(2);
    await Promise.all([facade.dispose(), facade.dispose()]);
    await running;
    expect(target.openSessions).toBe(0);
    expect(facade.status()).toMatchObject({ disposed: true, operations: { running: 0 } });
    await expect(facade.perform({ kind: 'test' }, calling())).rejects.toMatchObject({ kind: 'connectionBroken' });
    await expect(facade.stream(searchAll, calling()).next()).rejects.toMatchObject({ kind: 'connectionBroken' });
  });
});

describe('a pool of the connector\'s own', () => {
  function own(parts: Partial<Pick<AnyConnector, 'reusable' | 'poolLimits'>>, changes: Partial<ApiConfiguration> = {}) {
    const target = new MemoryTarget();
    const clock = new ManualTimers();
    const { facade } = facadeOf({ ...memoryConnector(target, { pooled: true }), ...parts }, changes, { clock });
    return { target, clock, facade };
  }
  const limits = { maxObjects: 2, maxIdle: 2, minIdle: 0, maxWait: 100, minEvictableIdleTime: 60_000 };

  it('keeps to the limits of its configuration, whatever the controller says of pooling', async () => {
    const { target, facade, clock } = own({ poolLimits: () => limits }, { connectorPoolingSupported: false, ...pool({ maxObjects: 50 }) });
    const held: (() => void)[] = [];
    target.before = () => new Promise<void>((resolve) => { held.push(resolve); });
    const running = [facade.perform({ kind: 'test' }, calling()), facade.perform({ kind: 'test' }, calling())];
    await expect.poll(() => held.length).toBe(2);
    const third = expect(facade.perform({ kind: 'test' }, calling())).rejects.toMatchObject({ kind: 'retryable' });
    await expect.poll(() => facade.status().sessions.waiting).toBe(1);
    await clock.advance(limits.maxWait);
    await third;
    for (const release of held) release();
    await Promise.all(running);
    expect(facade.status().sessions).toMatchObject({ opened: 2 });
  });

  it.each([['says no', async (): Promise<boolean> => false], ['fails', async (): Promise<boolean> => { throw new Error('gone'); }]] as const)('closes a session whose look on return %s, before anybody gets it', async (_, reusable) => {
    const { target, facade } = own({ reusable, poolLimits: () => ({ ...limits, maxObjects: 1 }) });
    await facade.perform({ kind: 'test' }, calling());
    await facade.perform({ kind: 'test' }, calling());
    expect(target.sessions.map(({ closed }) => closed)[0]).toBe(true);
    await expect.poll(() => target.openSessions).toBe(0);
  });

  it('opens no second session for a call right behind another one, whose session is being looked at', async () => {
    const looks: (() => void)[] = [];
    const { target, facade } = own({ reusable: () => new Promise((resolve) => { looks.push(() => { resolve(true); }); }), poolLimits: () => limits });
    await facade.perform({ kind: 'test' }, calling());
    const second = facade.perform({ kind: 'test' }, calling());
    await expect.poll(() => looks.length).toBe(1);
    looks[0]?.();
    await second;
    expect(target.sessions).toHaveLength(1);
    await expect.poll(() => looks.length).toBe(2);
    looks[1]?.();
    await facade.dispose();
    expect(target.openSessions).toBe(0);
  });

  it('lends a session again that passes the look', async () => {
    let asked = 0;
    const { target, facade } = own({ reusable: async (): Promise<boolean> => { asked++; return true; }, poolLimits: () => limits });
    await facade.perform({ kind: 'test' }, calling());
    await expect.poll(() => facade.status().sessions.idle).toBe(1);
    await facade.perform({ kind: 'test' }, calling());
    expect(target.sessions).toHaveLength(1);
    expect(asked).toBeGreaterThan(0);
    await facade.dispose();
    expect(target.openSessions).toBe(0);
  });
});
