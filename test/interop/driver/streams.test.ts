import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { Attribute } from '../../../protocol/model/index.js';
import type { Call } from '../../../connectors/framework/spi.js';
import { until } from '../../support/until.js';
import { valuesOf } from '../support/java-values.js';
import { JAVA_CLASS, failureOf } from './support/failure-of.js';
import { startMemoryWorld, type MemoryWorld } from './support/memory-agent.js';
import { provenOn } from './support/proven.js';
import { uidChecksum } from './support/uid-checksum.js';

const ACCOUNT = '__ACCOUNT__';
const OBJECTS = 20_000;
const uids = Array.from({ length: OBJECTS }, (_, index) => `object-${index}`);
const proven = provenOn('test');

let world: MemoryWorld;
beforeAll(async () => {
  world = await startMemoryWorld();
  for (const uid of uids) world.target.add(uid, { mail: `${uid}@example.com` });
});
afterAll(() => world.stop());
afterEach(() => {
  world.target.before = async () => undefined;
  world.target.beforeObject = async () => undefined;
});

/** Never ends by itself; rejects when the agent gives the operation up. */
const forEver = ({ signal }: Call): Promise<never> => new Promise((_, reject) => { signal.addEventListener('abort', () => { reject(signal.reason as Error); }, { once: true }); });
const atRest = (): Promise<void> => until(() => world.target.openSearches === 0 && world.agent.executing === 0, 'the agent to have let go of the search');

describe('large results', () => {
  it('a search: every object once, in the connector\'s order', () => proven('search', async () => {
    const whole = await world.facade.search(ACCOUNT, null, { countOnly: true, timeout: 120_000 });
    expect(whole).toMatchObject({ ended: 'complete', count: OBJECTS, checksum: uidChecksum(uids) });
    const { objects } = await world.facade.search(ACCOUNT, null, { timeout: 120_000 });
    expect(objects.map(({ uid }) => uid)).toEqual(uids);
  }));

  it('a sync: every delta once, in order, and the token at the end', () => proven('sync', async () => {
    const { deltas, token } = await world.facade.sync(ACCOUNT, { type: 'Integer', value: '0' }, { timeout: 120_000 });
    expect(deltas.map(({ uid }) => uid)).toEqual(uids);
    expect(token).toEqual({ type: 'Integer', value: String(OBJECTS) });
    expect((await world.facade.sync(ACCOUNT, token)).deltas).toEqual([]);
  }));

  it('a handler that takes its time gets everything', () => proven('search', async () => {
    const slow = await world.facade.search(ACCOUNT, { type: 'startsWith', attribute: 'mail', value: 'object-1' }, { pause: 1, countOnly: true, timeout: 100_000 });
    const expected = uids.filter((uid) => uid.startsWith('object-1'));
    expect(slow).toMatchObject({ ended: 'complete', count: expected.length, checksum: uidChecksum(expected) });
  }));

  it('large objects: 200 of 256 KiB each', async () => {
    const text = 'x'.repeat(262_144);
    const keys = Array.from({ length: 200 }, (_, index) => `large-${index}`);
    for (const uid of keys) world.target.put(uid, [Attribute.of('kind', 'large'), Attribute.of('text', text)]);
    try {
      const found = await world.facade.search(ACCOUNT, { type: 'equals', attribute: 'kind', values: ['large'] }, { countOnly: true, timeout: 100_000 });
      expect(found).toMatchObject({ ended: 'complete', count: 200, checksum: uidChecksum(keys) });
      const one = await world.facade.get(ACCOUNT, 'large-7');
      expect(valuesOf(one!, 'text')).toEqual([text]);
    } finally {
      for (const uid of keys) world.target.objects.delete(uid);
      world.target.changes.length = OBJECTS;
    }
  });

  it('twenty searches at once: each complete', () => proven('search', async () => {
    const searches = Array.from({ length: 20 }, (_, index) => world.facade.search(ACCOUNT, { type: 'endsWith', attribute: 'mail', value: `${index % 10}@example.com` }, { countOnly: true, timeout: 100_000 }));
    for (const [index, result] of (await Promise.all(searches)).entries()) {
      expect(result.checksum).toBe(uidChecksum(uids.filter((uid) => uid.endsWith(String(index % 10)))));
    }
  }));
});

describe('ending early', () => {
  /** Objects handed out while `search` ran. */
  async function producedBy(search: () => Promise<unknown>): Promise<number> {
    const before = world.target.produced;
    await search();
    await atRest();
    return world.target.produced - before;
  }

  /** Keeps the connector from being done before anybody can say stop. */
  const unhurried = (): void => { world.target.beforeObject = async (index) => { if (index % 100 === 99) await new Promise((resolve) => { setTimeout(resolve, 5); }); }; };

  it('the handler returns false: nothing more is seen, and the connector stops too', () => proven('search-stopped', async () => {
    unhurried();
    const before = world.agent.logged('search').length;
    const produced = await producedBy(async () => {
      expect(await world.facade.search(ACCOUNT, null, { stopAfter: 10 })).toMatchObject({ ended: 'stopped', count: 10 });
    });
    expect(produced).toBeLessThan(OBJECTS);
    expect(await world.agent.nextLogged('search', before)).toMatchObject({ outcome: 'left' });
  }));

  it('a cancel: the connector stops, its session is good for the next operation', () => proven('search-cancelled', async () => {
    unhurried();
    const before = world.agent.logged('search').length;
    const produced = await producedBy(async () => {
      expect(await world.facade.search(ACCOUNT, null, { cancelAfter: 25 })).toMatchObject({ ended: 'cancelled', count: 25 });
    });
    expect(produced).toBeLessThan(OBJECTS);
    expect(await world.agent.nextLogged('search', before)).toMatchObject({ outcome: 'left' });
    await world.facade.test();
  }));

  it('a cancel while the connector waits for its target', () => proven('search-cancelled', async () => {
    world.target.beforeObject = async (index, call) => { if (index === 5) await forEver(call); };
    // The fifth object makes the handler throw, so that the framework cancels while the agent has nothing to send.
    expect(await world.facade.search(ACCOUNT, null, { cancelAfter: 5 })).toMatchObject({ ended: 'cancelled', count: 5 });
    await atRest();
  }));

  it('an exception of the handler ends the search at the agent', async () => {
    unhurried();
    const produced = await producedBy(async () => {
      // The framework cancels its own promise before it hands the exception over, so that the caller only learns of the cancel.
      expect(await failureOf(world.facade.search(ACCOUNT, null, { failAfter: 7, failWith: 'java.lang.IllegalStateException' }))).toMatchObject({ javaClass: 'java.util.concurrent.CancellationException', delivered: 7 });
    });
    expect(produced).toBeLessThan(OBJECTS);
  });

  it('a sync is stopped in the same way', () => proven('sync', async () => {
    expect(await world.facade.sync(ACCOUNT, { type: 'Integer', value: '0' }, { stopAfter: 3 })).toMatchObject({ ended: 'stopped', count: 3 });
    await until(() => world.agent.executing === 0, 'the agent to be idle');
    await world.facade.test();
  }));

  it('a hundred stopped searches leave nothing behind', async () => {
    unhurried();
    for (let round = 0; round < 10; round++) {
      await Promise.all(Array.from({ length: 10 }, () => world.facade.search(ACCOUNT, null, { stopAfter: 1, countOnly: true })));
    }
    await atRest();
    expect(world.target.openSessions).toBeLessThanOrEqual(10);
  });
});

describe('timeouts of the API configuration', () => {
  it('a single operation: OperationTimeoutException, and the agent gives it up', async () => {
    const facade = await world.configure({ timeouts: { CreateApiOp: 400 } });
    const givenUp: unknown[] = [];
    world.target.before = async (_, call) => forEver(call).catch((error: unknown) => { givenUp.push(error); throw error; });
    expect(await failureOf(facade.create(ACCOUNT, { __NAME__: 'never' }))).toMatchObject({ javaClass: JAVA_CLASS.operationTimeout });
    await until(() => givenUp.length === 1, 'the connector to be told');
  });

  it('test, whose timeout the Java side does not apply itself: the agent\'s OperationTimeoutException says what took too long', async () => {
    const facade = await world.configure({ timeouts: { TestApiOp: 300 } });
    world.target.before = async (_, call) => forEver(call);
    const failure = await failureOf(facade.test());
    expect(failure).toMatchObject({ javaClass: JAVA_CLASS.operationTimeout, remote: true });
    expect(failure.message).toMatch(/test .*300 ms/);
  });

  it('a search: the time between two objects counts, not the whole', async () => {
    const facade = await world.configure({ timeouts: { SearchApiOp: 1_500 } });
    world.target.beforeObject = async () => { await new Promise((resolve) => { setTimeout(resolve, 400); }); };
    expect(await facade.search(ACCOUNT, null, { stopAfter: 6 })).toMatchObject({ ended: 'stopped', count: 6 });
    world.target.beforeObject = async (index, call) => { if (index === 3) await forEver(call); };
    const failure = await failureOf(facade.search(ACCOUNT));
    expect(failure.javaClass).toBe(JAVA_CLASS.operationTimeout);
    expect(failure.delivered).toBeLessThanOrEqual(3);
    await atRest();
  });
});
