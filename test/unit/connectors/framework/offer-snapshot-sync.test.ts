import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createFacade, defaultConfiguration, describeConnector, offerSnapshotSync, type FacadeHandle } from '../../../../connectors/framework/index.js';
import { ACCOUNT, ConnectorError, OperationOptions, type ApiOperation, type IcfValue, type SyncDelta, type SyncToken } from '../../../../protocol/model/index.js';
import { MemoryTarget, memoryConnector, type MemoryOptions } from '../../../support/memory-connector.js';
import { calling, configured, drain } from '../../../support/memory-facade.js';
import { recordedLog } from '../../../support/quiet-log.js';

const SYNC: readonly ApiOperation[] = ['SyncApiOp', 'SyncEventSubscriptionApiOp', 'ConnectorEventSubscriptionApiOp'];

let stateRoot: string;
let target: MemoryTarget;
const facades: FacadeHandle[] = [];
beforeEach(async () => {
  stateRoot = await mkdtemp(join(tmpdir(), 'causeway-offered-'));
  target = new MemoryTarget();
});
afterEach(async () => {
  await Promise.all(facades.splice(0).map((facade) => facade.dispose()));
  await rm(stateRoot, { recursive: true, force: true });
});

const WITHOUT_SYNC: MemoryOptions = { without: ['sync', 'latestSyncToken'] };

function open(values: Record<string, IcfValue>, options: MemoryOptions = WITHOUT_SYNC): FacadeHandle {
  const connector = offerSnapshotSync(memoryConnector(target, options));
  const facade = createFacade(connector, configured(connector, { host: 'localhost', ...values }), { log: recordedLog(), stateRoot });
  facades.push(facade);
  return facade;
}
const latest = (facade: FacadeHandle) => facade.perform({ kind: 'latestSyncToken', objectClass: ACCOUNT }, calling());
async function changes(facade: FacadeHandle, token: SyncToken | null | undefined) {
  const { items, end } = await drain(facade.stream({ kind: 'sync', objectClass: ACCOUNT, token: token ?? null, options: OperationOptions.none }, calling()));
  return { deltas: items.map(({ kind, uid }: SyncDelta) => `${kind} ${uid.value}`).sort(), token: end };
}

describe('snapshotSync, off', () => {
  it('leaves a connector without changes of its own without them, and says so', async () => {
    const facade = open({});
    expect(SYNC.filter((operation) => facade.supportedOperations.has(operation))).toEqual([]);
    await expect(latest(facade)).rejects.toMatchObject({ kind: 'unsupportedOperation' });
    await expect(changes(facade, null)).rejects.toBeInstanceOf(ConnectorError);
  });

  it('leaves the target\'s own changes as they are', async () => {
    const facade = open({}, { extra: { unavailable: () => [] } });
    target.add('a');
    expect(await latest(facade)).toEqual({ value: 1 });
    target.remove('a');
    expect((await changes(facade, { value: 1 })).deltas).toEqual(['DELETE a']);
  });

  it('is offered to connectors whose target tells no deletes, and to none that has all it takes', async () => {
    const offered = (extra: MemoryOptions['extra']) => Object.hasOwn(offerSnapshotSync(memoryConnector(target, extra === undefined ? {} : { extra })).properties, 'snapshotSync');
    expect([offered(undefined), offered({ syncMissesDeletes: true })]).toEqual([false, true]);
    const off = open({}, { extra: { syncMissesDeletes: true } });
    target.add('a');
    expect(await latest(off)).toEqual({ value: 1 });
    const on = open({ snapshotSync: true }, { extra: { syncMissesDeletes: true } });
    const { token } = await changes(on, null);
    target.remove('a');
    expect((await changes(on, token)).deltas).toEqual(['DELETE a']);
  });
});

describe('snapshotSync, on', () => {
  it('finds creates, updates and deletes by comparing, for the subscriptions too, and after a restart', async () => {
    const first = open({ snapshotSync: true });
    expect(SYNC.filter((operation) => first.supportedOperations.has(operation))).toEqual(SYNC);
    for (const uid of ['a', 'b', 'c']) target.add(uid, { mail: 'm' });
    const token = await latest(first);
    await first.dispose();
    target.add('a', { mail: 'other' });
    target.remove('b');
    target.add('d');
    const second = open({ snapshotSync: true });
    const { deltas, token: next } = await changes(second, token);
    expect(deltas).toEqual(['CREATE d', 'DELETE b', 'UPDATE a']);
    expect((await changes(second, next)).deltas).toEqual([]);
    expect(target.openSearches).toBe(0);
  });

  it('takes the place of changes the target would tell, and steps in where a configuration has none', async () => {
    for (const unavailable of [() => [], () => SYNC]) {
      const facade = open({ snapshotSync: true }, { extra: { unavailable } });
      target.add('a', { mail: 'm' });
      const token = await latest(facade);
      expect(typeof token?.value).toBe('string');
      target.add('a', { mail: `${unavailable.name} ${Math.random()}` });
      expect((await changes(facade, token)).deltas).toEqual(['UPDATE a']);
    }
  });

  it('works on sessions that are pooled, checked and closed by the connector\'s own rules', async () => {
    const facade = open({ snapshotSync: true });
    target.add('a');
    await latest(facade);
    for (const session of target.sessions) session.alive = false;
    await latest(facade);
    expect(target.sessions).toHaveLength(2);
    await facade.dispose();
    expect(target.openSessions).toBe(0);
  });
});

describe('what is offered', () => {
  it('is one property of ours, off by default, behind the others; nothing for a connector whose target always tells', () => {
    const own = memoryConnector(target);
    expect(offerSnapshotSync(own)).toBe(own);
    const plain = memoryConnector(target, WITHOUT_SYNC);
    const offered = offerSnapshotSync(plain);
    expect(offerSnapshotSync(plain)).toBe(offered);
    expect(defaultConfiguration(offered).properties.at(-1)).toMatchObject({ name: 'snapshotSync', type: 'boolean', value: false, required: false });
    expect(Object.keys(offered.properties)).toEqual([...Object.keys(plain.properties), 'snapshotSync']);
    expect(describeConnector(offered).interfaces).toContain('Sync');
  });

  it('is nothing where there is no search to compare', () => {
    const writer = memoryConnector(target, { without: ['search', 'sync', 'latestSyncToken'] });
    expect(offerSnapshotSync(writer)).toBe(writer);
    const facade = open({ snapshotSync: true }, { ...WITHOUT_SYNC, extra: { unavailable: () => ['SearchApiOp', ...SYNC] } });
    expect(SYNC.filter((operation) => facade.supportedOperations.has(operation))).toEqual([]);
  });
});
