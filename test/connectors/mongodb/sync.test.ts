import { Int32, Timestamp } from 'bson';
import { describe, expect, it } from 'vitest';
import { ACCOUNT, ALL, Attribute, GROUP, Name, OperationOptions, type IcfValue, type SyncToken } from '../../../protocol/model/index.js';
import { calling, drain } from '../../support/memory-facade.js';
import { failureOf } from '../../support/scripted.js';
import { until } from '../../support/until.js';
import { DATABASE, PEOPLE, byHost, mongo, mongoSystem, person, type MongoSystem } from './fixture.js';

async function changes(system: MongoSystem, token: SyncToken | null, objectClass = ACCOUNT) {
  const { items, end } = await drain(system.facade.stream({ kind: 'sync', objectClass, token, options: OperationOptions.none }, calling()));
  return { items, token: end ?? null, seen: items.map(({ kind, uid, objectClass: type, object }) => `${kind} ${object?.name.value ?? uid.value}${type === GROUP ? ' (group)' : ''}`) };
}
const latest = (system: MongoSystem, objectClass = ACCOUNT) => system.perform({ kind: 'latestSyncToken', objectClass });

describe('changes by change streams', () => {
  const STREAM: Record<string, IcfValue> = { ...PEOPLE, syncMode: 'changeStream' };

  it('need a replica set: a server by itself is refused as configuration', async () => {
    const server = await mongo({ replicaSet: false });
    const system = await mongoSystem({ ...byHost(server), ...STREAM });
    const error = await failureOf(latest(system));
    expect(error).toMatchObject({ kind: 'configuration' });
    expect(error.message).toMatch(/replica set.*another syncMode/);
  });

  it('of a token that is none, of other collections, or too old are refused with what to do', async () => {
    const server = await mongo();
    const system = await mongoSystem({ ...byHost(server), ...STREAM });
    const old = await latest(system);
    for (const token of [{ value: 'x' }, { value: 5n }, { value: '{}' }, await latest(system, GROUP)]) {
      const error = await failureOf(changes(system, token));
      expect(error).toMatchObject({ kind: 'illegalArgument' });
      expect(error.message).toMatch(/reconciliation/);
    }
    server.storage.oplogSize = 2;
    for (let index = 0; index < 5; index++) await system.create(person(`p${index}`));
    const error = await failureOf(changes(system, old));
    expect(error).toMatchObject({ kind: 'illegalState' });
    expect(error.message).toMatch(/oplog.*reconciliation/);
  });

  it('come once each, in order, deletions among them, and those of other collections not', async () => {
    const server = await mongo();
    const system = await mongoSystem({ ...byHost(server), ...STREAM });
    const start = await latest(system);
    expect((await changes(system, start)).seen).toEqual([]);
    const ann = (await system.create(person('ann')))!.value;
    await system.create([new Name('staff')], GROUP);
    await system.create(person('bob'));
    await system.change('REPLACE', ann, [Attribute.of('mail', 'a@x')]);
    const first = await changes(system, start);
    expect(first.seen).toEqual(['CREATE ann', 'CREATE bob', 'UPDATE ann']);
    await system.remove(ann);
    const second = await changes(system, first.token);
    expect(second.seen).toEqual([`DELETE ${ann}`]);
    expect((await changes(system, second.token)).seen).toEqual([]);
    // The update of a document that is gone by now is left to its deletion.
    expect((await changes(system, start)).seen).toEqual(['CREATE ann', 'CREATE bob', `DELETE ${ann}`]);
  });

  it('are gone on with after any one of them, on another agent too', async () => {
    const server = await mongo();
    const system = await mongoSystem({ ...byHost(server), ...STREAM });
    let token = await latest(system);
    for (let index = 0; index < 40; index++) await system.create(person(`p${index}`));
    const seen: string[] = [];
    for (let round = 0; seen.length < 40; round++) {
      const agent = round % 2 === 0 ? system : await mongoSystem({ ...byHost(server), ...STREAM });
      const results = agent.facade.stream({ kind: 'sync', objectClass: ACCOUNT, token, options: OperationOptions.none }, calling());
      for (let taken = 0; taken < 7; taken++) {
        const step = await results.next();
        if (step.done === true) break;
        seen.push(step.value.object?.name.value ?? '');
        ({ token } = step.value);
      }
      await results.return(undefined);
    }
    expect(seen).toEqual(Array.from({ length: 40 }, (_, index) => `p${index}`));
    expect(server.cursors.count).toBe(0);
  });

  it('that nobody wants any more leave no cursor behind, also when the caller goes', async () => {
    const server = await mongo();
    const system = await mongoSystem({ ...byHost(server), ...STREAM });
    const token = await latest(system);
    for (let index = 0; index < 1_200; index++) server.storage.insert(DATABASE, 'people', { name: `p${index}` });
    for (const leaves of ['waiting', 'between two changes']) {
      const abort = new AbortController();
      const results = system.facade.stream({ kind: 'sync', objectClass: ACCOUNT, token, options: OperationOptions.none }, calling(abort.signal));
      if (leaves === 'between two changes') await results.next();
      const next = leaves === 'waiting' ? results.next().catch(() => undefined) : undefined;
      await until(() => server.cursors.count > 0, 'the stream to be open');
      abort.abort();
      await next;
      await results.next().catch(() => undefined);
      await until(() => server.cursors.count === 0, 'the cursor to be closed');
    }
  });

  it('of all classes come together, each under its own', async () => {
    const server = await mongo();
    const system = await mongoSystem({ ...byHost(server), ...STREAM });
    const start = await latest(system, ALL);
    server.storage.insert(DATABASE, 'unrelated', { name: 'x' });
    await system.create(person('ann'));
    await system.create([new Name('staff')], GROUP);
    expect((await changes(system, start, ALL)).seen).toEqual(['CREATE ann', 'CREATE staff (group)']);
  });

  it('end when the collection is dropped, which no run can follow', async () => {
    const server = await mongo();
    const system = await mongoSystem({ ...byHost(server), ...STREAM });
    const start = await latest(system);
    await system.create(person('ann'));
    server.storage.drop(DATABASE, 'people');
    const error = await failureOf(changes(system, start));
    expect(error).toMatchObject({ kind: 'illegalState' });
    expect(error.message).toMatch(/drop.*reconciliation/);
  });
});

describe('changes by timestamps', () => {
  const STAMPED: Record<string, IcfValue> = { ...PEOPLE, syncMode: 'timestamp', timestampField: 'changed' };
  const ago = (seconds: number): Date => new Date(Date.now() - seconds * 1000);

  it('of a token that is none are refused', async () => {
    const system = await mongoSystem({ ...byHost(await mongo()), ...STAMPED });
    expect(await failureOf(changes(system, { value: 'x' }))).toMatchObject({ kind: 'illegalArgument' });
  });

  it('come once each in the order of their times, those of one time by _id, and the youngest wait', async () => {
    const server = await mongo();
    const system = await mongoSystem({ ...byHost(server), ...STAMPED });
    const put = (id: string, changed: unknown) => { server.storage.insert(DATABASE, 'people', { _id: id, name: id, changed }); };
    const same = ago(50);
    for (const [id, at] of [['c', ago(30)], ['b', same], ['a', same], ['young', ago(-5)], ['none', null]] as const) put(id, at);
    const first = await changes(system, null);
    expect(first.seen).toEqual(['CREATE_OR_UPDATE a', 'CREATE_OR_UPDATE b', 'CREATE_OR_UPDATE c']);
    expect((await changes(system, first.token)).seen).toEqual([]);
    put('d', ago(10));
    const second = await changes(system, first.token);
    expect(second.seen).toEqual(['CREATE_OR_UPDATE d']);
    // A run that ended after the first of two of one time.
    expect((await changes(system, first.items[0]!.token)).seen).toEqual(['CREATE_OR_UPDATE b', 'CREATE_OR_UPDATE c', 'CREATE_OR_UPDATE d']);
  });

  it('begin at now with the latest token, by counters and server times as well', async () => {
    for (const [before, after] of [[ago(60), ago(0.5)], [new Int32(5), new Int32(6)], [new Timestamp({ t: 1_000_000, i: 1 }), new Timestamp({ t: 1_000_000, i: 2 })]]) {
      const server = await mongo();
      const system = await mongoSystem({ ...byHost(server), ...STAMPED });
      expect(await latest(system)).toBeNull();
      server.storage.insert(DATABASE, 'people', { name: 'old', changed: before });
      const token = await latest(system);
      expect((await changes(system, token)).seen).toEqual([]);
      server.storage.insert(DATABASE, 'people', { name: 'new', changed: after });
      if (after instanceof Int32) expect((await changes(system, token)).seen).toEqual(['CREATE_OR_UPDATE new']);
    }
  });
});

describe('changes without a way', () => {
  it('are not offered, and changes of users are left to snapshots [mongodb 22]', async () => {
    const server = await mongo();
    const system = await mongoSystem({ ...byHost(server), ...PEOPLE });
    expect(system.facade.supportedOperations.has('SyncApiOp')).toBe(false);
    expect(await failureOf(latest(system))).toMatchObject({ kind: 'unsupportedOperation' });
  });
});
