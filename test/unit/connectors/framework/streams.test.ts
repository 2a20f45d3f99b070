import { describe, expect, it } from 'vitest';
import { MemoryTarget, memoryConnector, type MemoryOptions } from '../../../support/memory-connector.js';
import { ManualTimers } from '../../../support/manual-timers.js';
import { calling, drain, facadeOf } from '../../../support/memory-facade.js';
import {
  ACCOUNT, ALL, Attribute, ConnectorError, ConnectorObject, IcfArray, Name, OPTION, OperationOptions, Uid,
  type BatchTask, type Filter, type IcfValue, type SyncDelta,
} from '../../../../protocol/model/index.js';

const none = OperationOptions.none;
const object = (uid: string) => new ConnectorObject(ACCOUNT, [new Uid(uid), new Name(uid)]);

function subject(options: MemoryOptions = {}, environment = {}) {
  const target = new MemoryTarget();
  const clock = new ManualTimers();
  return { target, clock, ...facadeOf(memoryConnector(target, options), {}, { clock, subscriptionInterval: 1000, ...environment }) };
}

describe('sync', () => {
  const token = { value: 1 };
  const bad: [string, SyncDelta, string][] = [
    ['a DELETE of __ALL__ without object class', { kind: 'DELETE', token, uid: new Uid('a'), objectClass: undefined }, 'object class'],
    ['an UPDATE without object', { kind: 'UPDATE', token, uid: new Uid('a'), objectClass: ACCOUNT }, 'without the object'],
    ['an object of another uid', { kind: 'CREATE', token, uid: new Uid('a'), objectClass: ACCOUNT, object: object('b') }, "'b'"],
    ['a CREATE with previous uid', { kind: 'CREATE', token, uid: new Uid('a'), objectClass: ACCOUNT, object: object('a'), previousUid: new Uid('b') }, 'previous uid'],
  ];
  it.each(bad)('fails on %s, naming it', async (_, delta, says) => {
    const { facade } = subject({ operations: { async *sync() { yield delta; return undefined; } } });
    await expect(drain(facade.stream({ kind: 'sync', objectClass: ALL, options: none, token: null }, calling())))
      .rejects.toMatchObject({ kind: 'connector', message: expect.stringContaining(says) as string });
  });

  it('adds the object class where it is clear', async () => {
    const { facade } = subject({ operations: { async *sync() { yield { kind: 'DELETE', token, uid: new Uid('a'), objectClass: undefined }; return undefined; } } });
    const { items } = await drain(facade.stream({ kind: 'sync', objectClass: ACCOUNT, options: none, token: null }, calling()));
    expect(items[0]?.objectClass).toBe(ACCOUNT);
  });

  it('gives changes after the token with the attributes asked for, and the token to store', async () => {
    const { facade, target } = subject();
    target.add('a', { mail: 'm', team: 't' });
    const { value } = (await facade.perform({ kind: 'latestSyncToken', objectClass: ACCOUNT }, calling()))!;
    target.add('a', { mail: 'n', team: 't' });
    target.remove('a');
    const options = OperationOptions.of({ [OPTION.attributesToGet]: new IcfArray('String', ['MAIL']) });
    const { items, end } = await drain(facade.stream({ kind: 'sync', objectClass: ACCOUNT, options, token: { value } }, calling()));
    expect(items.map(({ kind }) => kind)).toEqual(['UPDATE', 'DELETE']);
    expect(items[0]?.object?.attributes.map(({ name }) => name).sort()).toEqual(['__NAME__', '__UID__', 'mail']);
    expect(end).toEqual({ value: 3 });
  });
});

describe('batch', () => {
  const create = (name: string): BatchTask => ({ kind: 'create', objectClass: ACCOUNT, options: none, attributes: [Attribute.of('__NAME__', name)] });
  const remove = (uid: string, revision?: string): BatchTask => ({ kind: 'delete', objectClass: ACCOUNT, options: none, uid: new Uid(uid, revision) });
  const run = (facade: ReturnType<typeof subject>['facade'], tasks: readonly BatchTask[], entries: Record<string, IcfValue> = {}, signal?: AbortSignal) =>
    drain(facade.stream({ kind: 'batch', options: OperationOptions.of(entries), tasks }, calling(signal)));

  it('answers every task once, whatever fails', async () => {
    const { facade, target } = subject();
    target.add('keep');
    const tasks = [create('anna'), remove('nobody'), create('keep'), remove('keep', '0'), create('bert')];
    const { items, end } = await run(facade, tasks);
    expect(items.map(({ task }) => task).sort()).toEqual([0, 1, 2, 3, 4]);
    const failed = items.filter(({ error }) => error !== undefined);
    expect(failed.map(({ task, error }) => [task, error?.kind]).sort()).toEqual([[1, 'unknownUid'], [2, 'alreadyExists']]);
    expect(items.find(({ task }) => task === 0)?.uid).toBeInstanceOf(Uid);
    // A Java controller waits five seconds for more unless the last task's result is marked.
    expect(items.filter(({ last }) => last === true).map(({ task }) => task)).toEqual([4]);
    expect(end).toEqual({ tokens: [], queryRequired: false, asynchronousResults: false, returnsResults: true });
  });

  it('reads the revision "0" of Java peers as none', async () => {
    const seen: (string | undefined)[] = [];
    const { facade } = subject({ operations: { delete: async (_, { uid }) => { seen.push(uid.revision); } } });
    await run(facade, [remove('a', '0'), remove('b', '7')], { [OPTION.requireSerial]: 'true' });
    expect(seen).toEqual([undefined, '7']);
  });

  it('runs a bounded number at a time, or one after the other on demand', async () => {
    for (const [entries, most] of [[{}, 3], [{ [OPTION.requireSerial]: 'true' }, 1]] as const) {
      const { facade, target } = subject({}, { batchConcurrency: 3 });
      let running = 0;
      let highest = 0;
      target.before = async () => {
        highest = Math.max(highest, ++running);
        await new Promise((resolve) => { setImmediate(resolve); });
        running--;
      };
      const { items } = await run(facade, Array.from({ length: 10 }, (_, index) => create(`n${index}`)), entries);
      expect(items).toHaveLength(10);
      expect(highest).toBe(most);
    }
  });

  it('does what is asked of one object in order, also when it runs several at a time', async () => {
    const { facade, target } = subject();
    target.add('a', { v: 'old' });
    let first = true;
    target.before = async () => {
      if (!first) return;
      first = false;
      for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => { setImmediate(resolve); });
    };
    const update = (v: string): BatchTask => ({ kind: 'update', updateType: 'REPLACE', objectClass: ACCOUNT, options: none, uid: new Uid('a'), attributes: [Attribute.of('v', v)] });
    const { items } = await run(facade, [update('one'), update('two'), create('other')]);
    expect(items).toHaveLength(3);
    expect(target.objects.get('a')?.get('v')?.single).toBe('two');
    expect((await run(facade, [update('three'), remove('a'), update('four')])).items.map(({ error }) => error?.kind)).toEqual([undefined, undefined, 'unknownUid']);
  });

  it('stops at the first failure on demand, and says of the rest that it was not run', async () => {
    const { facade, target } = subject();
    const { items } = await run(facade, [create('a'), remove('nobody'), create('b'), create('c')], { [OPTION.failOnError]: true, [OPTION.requireSerial]: 'true' });
    expect(items.map(({ task }) => task)).toEqual([0, 1, 2, 3]);
    expect(items[2]?.error?.message).toContain('not run, because task 1 failed');
    expect(target.objects.size).toBe(1);
  });

  it('ends on abort', async () => {
    const { facade, target } = subject();
    const abort = new AbortController();
    target.before = async () => { abort.abort(); };
    await expect(run(facade, [create('a'), create('b')], { [OPTION.requireSerial]: 'true' }, abort.signal)).rejects.toBeInstanceOf(ConnectorError);
  });
});

describe('subscriptions', () => {
  const subscribe = (facade: ReturnType<typeof subject>['facade'], signal: AbortSignal) =>
    facade.stream({ kind: 'subscribeToChanges', objectClass: ACCOUNT, options: none, token: null }, calling(signal));

  it('end with an error that will not go away', async () => {
    const { facade } = subject({ operations: { latestSyncToken: async () => { throw new ConnectorError('permissionDenied', 'no'); } } });
    await expect(subscribe(facade, new AbortController().signal).next()).rejects.toMatchObject({ kind: 'permissionDenied' });
  });

  it('outlive an error that may go away, and repeat no change', async () => {
    const { facade, target, clock, log } = subject();
    const abort = new AbortController();
    const changes = subscribe(facade, abort.signal);
    const first = changes.next();
    await clock.advance(10);
    target.openSession = async () => { throw new ConnectorError('connectionFailed', 'away'); };
    target.sessions.forEach((session) => { session.alive = false; });
    await clock.advance(1000);
    expect(log.at('warn')).toHaveLength(1);
    target.openSession = async () => undefined;
    target.add('a');
    target.add('b');
    await clock.advance(10_000);
    expect((await first).value?.uid.value).toBe('a');
    expect((await changes.next()).value?.uid.value).toBe('b');
    const third = changes.next();
    const ended = expect(third).rejects.toBeInstanceOf(ConnectorError);
    await clock.advance(5000);
    abort.abort();
    await ended;
    expect(facade.status().operations.running).toBe(0);
  });

  it('say when they have begun: the very next change is given', async () => {
    const { facade, target, clock } = subject();
    const abort = new AbortController();
    let begun = 0;
    const onSubscribed = () => {
      begun++;
      target.add('at once');
    };
    const changes = facade.stream({ kind: 'subscribeToChanges', objectClass: ACCOUNT, options: none, token: null }, { ...calling(abort.signal), onSubscribed });
    const first = changes.next();
    await clock.advance(3000);
    expect((await first).value?.uid.value).toBe('at once');
    expect(begun).toBe(1);
    await changes.return(undefined);
  });

  it('to objects give what matches the filter, as it was asked for', async () => {
    const { facade, target, clock } = subject();
    const abort = new AbortController();
    const filter: Filter = { kind: 'equals', attribute: Attribute.of('team', 'red') };
    const options = OperationOptions.of({ [OPTION.attributesToGet]: new IcfArray('String', ['mail']) });
    target.add('before', { team: 'red' });
    const objects = facade.stream({ kind: 'subscribeToObjects', objectClass: ACCOUNT, options, filter }, calling(abort.signal));
    const next = objects.next();
    await clock.advance(10);
    target.add('blue', { team: 'blue' });
    target.add('red', { team: 'red', mail: 'm' });
    target.remove('blue');
    await clock.advance(1000);
    const found = (await next).value;
    expect(found?.uid.value).toBe('red');
    expect(found?.attributes.map(({ name }) => name).sort()).toEqual(['__NAME__', '__UID__', 'mail']);
    await objects.return(undefined);
    expect(clock.pending).toBe(0);
  });
});
