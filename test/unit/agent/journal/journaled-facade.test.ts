import { describe, expect, it } from 'vitest';
import { Attribute, ConnectorError, ConnectorObject, GuardedString, Name, OperationOptions, Uid, type BatchTask, type CallContext, type Operation } from '../../../../protocol/model/index.js';
import { JournalOutcomes } from '../../../../agent/journal/journal-outcomes.js';
import { journalStage } from '../../../../agent/journal/journaled-facade.js';
import { openWriteJournal } from '../../../../agent/journal/write-journal.js';
import type { FacadeContext } from '../../../../agent/operations/facade-stage.js';
import type { AnyConnector } from '../../../../connectors/framework/index.js';
import { FakeFacade, KEY, configuration } from '../../../support/fake-facade.js';
import { collect } from '../../../support/peers.js';
import { recordedLog } from '../../../support/quiet-log.js';
import { FaultyDisk } from './faulty-disk.js';

const options = OperationOptions.none;
const create = (name = 'anna', more: Attribute[] = []) => ({ kind: 'create', objectClass: '__ACCOUNT__', attributes: [new Name(name), Attribute.of('mail', `${name}@example.com`), Attribute.of('__PASSWORD__', new GuardedString('Sesam#99')), ...more], options }) as const;
const erase = { kind: 'delete', objectClass: '__ACCOUNT__', uid: new Uid('u1'), options } as const;
const origin = { peerSessionId: 's', principal: 'idm', messageId: 1, locale: undefined };

async function agent(disk = new FaultyDisk(), readBack: AnyConnector['readBack'] = { operations: ['create', 'delete'], settles: 0 }, principal = 'idm') {
  const log = recordedLog();
  const journal = await openWriteJournal({ disk, log, maxSize: 64 * 1024 ** 2, retention: 86_400_000 });
  const target = new FakeFacade();
  target.onPerform = async () => new Uid('made');
  const connector = { id: 'fake', readBack } as AnyConnector;
  const context: FacadeContext = { connector, connectorKey: KEY, configuration: configuration(), systemId: 'system-1', origin: { ...origin, principal } };
  const facade = journalStage({ journal })(target, context);
  const clock = { ahead: 0 };
  const outcomes = new JournalOutcomes({ journal, now: () => journal.now() + clock.ahead, systemIdOf: () => 'system-1', findConnector: async () => connector, openFacade: async () => target });
  const ask = (operationId: string, operation: Operation = create(), who = 'idm') => outcomes.outcomeOf({ operationId, age: 60_000, connectorKey: KEY, facadeKey: '', operation, origin: { ...origin, principal: who } }, AbortSignal.timeout(5_000));
  return { disk, log, journal, target, facade, ask, context, clock };
}
const once = (operationId: string, signal = new AbortController().signal): CallContext => ({ signal, operationId, once: true });
const kinds = (target: FakeFacade): string[] => target.performed.map(({ operation }) => operation.kind);
const person = (name: string, mail = `${name}@example.com`): ConnectorObject => new ConnectorObject('__ACCOUNT__', [new Uid(`uid-${name}`), new Name(name), Attribute.of('mail', mail)]);

describe('writes on their way to the connector', () => {
  it('are carried out once under one id, and answered again from the journal, also by the next process', async () => {
    const first = await agent();
    expect(await first.facade.perform(create(), once('op-1'))).toEqual(new Uid('made'));
    expect(await first.facade.perform(create(), once('op-1'))).toEqual(new Uid('made'));
    const next = await agent(first.disk.afterCrash());
    expect(await next.facade.perform(create(), once('op-1'))).toEqual(new Uid('made'));
    expect([kinds(first.target), kinds(next.target)]).toEqual([['create'], []]);
  });

  it('the target\'s refusal is answered again too', async () => {
    const { target, facade } = await agent();
    target.onPerform = async () => { throw new ConnectorError('alreadyExists', 'anna is there'); };
    for (let time = 0; time < 2; time++) await expect(facade.perform(create(), once('op-1'))).rejects.toMatchObject({ kind: 'alreadyExists', message: 'anna is there' });
    expect(kinds(target)).toEqual(['create']);
  });

  it('another write, or another requester, under a used id never reaches the target', async () => {
    const first = await agent();
    await first.facade.perform(create(), once('op-1'));
    await expect(first.facade.perform(create('bert'), once('op-1'))).rejects.toMatchObject({ kind: 'illegalArgument' });
    await expect(first.facade.perform(erase, once('op-1'))).rejects.toMatchObject({ kind: 'illegalArgument' });
    const other = await agent(first.disk.afterCrash(), undefined, 'mallory');
    await expect(other.facade.perform(create(), once('op-1'))).rejects.toMatchObject({ kind: 'permissionDenied' });
    expect([kinds(first.target), kinds(other.target)]).toEqual([['create'], []]);
    await expect(first.ask('op-1', create(), 'mallory')).rejects.toMatchObject({ kind: 'permissionDenied' });
  });

  it('without an id of their own are carried out each time they come: a Java controller names none', async () => {
    const { target, facade } = await agent();
    const call = { signal: new AbortController().signal, operationId: 'same' };
    await facade.perform(create(), call);
    await facade.perform(create(), call);
    expect(kinds(target)).toEqual(['create', 'create']);
  });

  it('reads and logins are not journaled', async () => {
    const { disk, facade } = await agent();
    await facade.perform({ kind: 'get', objectClass: '__ACCOUNT__', uid: new Uid('u'), options }, once('r'));
    await facade.perform({ kind: 'authenticate', objectClass: '__ACCOUNT__', username: 'u', password: new GuardedString('p'), options }, once('a'));
    expect([...disk.files.keys()].filter((name) => name.endsWith('.journal'))).toEqual([]);
  });

  it('no value, and nothing to guess one from, is on the disk', async () => {
    const { disk, facade } = await agent();
    await facade.perform(create('anna', [Attribute.of('phone', '0555-1234')]), once('op-1'));
    const text = Buffer.concat([...disk.files.values()]).toString('latin1');
    for (const value of ['Sesam#99', 'anna', '0555-1234', 'example.com']) expect(text).not.toContain(value);
    expect(text).toContain('op-1');
  });

  it('a journal that cannot be written: writes are refused and never reach the target, reads go on', async () => {
    const { disk, target, facade } = await agent();
    disk.isFull = true;
    await expect(facade.perform(create(), once('op-1'))).rejects.toMatchObject({ kind: 'retryable', outcome: 'notApplied', message: expect.stringContaining('nothing has been changed') as string });
    target.onPerform = async () => null;
    expect(await facade.perform({ kind: 'get', objectClass: '__ACCOUNT__', uid: new Uid('u'), options }, once('r'))).toBeNull();
    expect(kinds(target)).toEqual(['get']);
  });

  it('the outcome is on the disk before the answer leaves', async () => {
    const { disk, facade } = await agent();
    let release: () => void = () => undefined;
    const writing = facade.perform(create(), once('op-1'));
    let answered = false;
    void writing.then(() => { answered = true; });
    await new Promise((resolve) => { setTimeout(resolve, 20); });
    await writing;
    disk.onSync = () => new Promise((resolve) => { release = resolve; });
    answered = false;
    const second = facade.perform(erase, once('op-2'));
    void second.then(() => { answered = true; });
    const tick = (): Promise<void> => new Promise((resolve) => { setImmediate(resolve); });
    for (let turn = 0; turn < 5; turn++) await tick();
    release();                                             // the intent is there
    for (let turn = 0; turn < 5; turn++) await tick();
    expect(answered).toBe(false);
    release();                                             // the outcome is there
    await second;
  });
});

describe('a write that fails without telling its outcome', () => {
  const failing = (kind: 'operationTimeout' | 'connectionBroken', shown?: ConnectorObject) => async () => {
    const world = await agent();
    world.target.onPerform = async (operation) => {
      if (operation.kind === 'get') return shown ?? null;
      throw new ConnectorError(kind, 'The server went quiet.');
    };
    world.target.onStream = async function* () { if (shown !== undefined) yield shown; return undefined; };
    return world;
  };

  it('says in its own message what the agent knows: unknown', async () => {
    const { facade } = await failing('operationTimeout')();
    await expect(facade.perform(create(), { signal: new AbortController().signal })).rejects.toMatchObject({
      kind: 'operationTimeout', outcome: 'unknown', message: expect.stringMatching(/^The server went quiet\. Outcome unknown to the agent: .* Operation [0-9a-f-]{36}\.$/) as string,
    });
  });

  it('cancelled before it began: not applied, and never at the target', async () => {
    const { facade, target } = await agent();
    const reason = new ConnectorError('retryable', 'The connector server is shutting down.');
    await expect(facade.perform(create(), { signal: AbortSignal.abort(reason) })).rejects.toMatchObject({ kind: 'retryable', outcome: 'notApplied', message: expect.stringContaining('Outcome: not applied') as string });
    expect(kinds(target)).toEqual([]);
  });

  it('shut down midway, with the object there: applied, and the error says so', async () => {
    const world = await agent();
    const stop = new AbortController();
    world.target.onPerform = async () => {
      stop.abort();
      throw new ConnectorError('retryable', 'The connector server is shutting down.');
    };
    world.target.onStream = async function* () { yield person('anna'); return undefined; };
    await expect(world.facade.perform(create(), once('op-1', stop.signal))).rejects.toMatchObject({ outcome: 'applied', message: expect.stringContaining('Outcome: applied') as string });
    expect(await world.ask('op-1')).toMatchObject({ state: 'applied', uid: { value: 'uid-anna' } });
  });

  it('a created object that is there as it was sent is the answer', async () => {
    const { facade } = await failing('connectionBroken', person('anna'))();
    expect(await facade.perform(create(), once('op-1'))).toEqual(new Uid('uid-anna'));
  });

  it('an object of that name with other values may be an older one: unknown', async () => {
    const { facade } = await failing('connectionBroken', person('anna', 'other@example.com'))();
    await expect(facade.perform(create(), once('op-1'))).rejects.toMatchObject({ outcome: 'unknown' });
  });

  it('a deleted object that is gone is gone', async () => {
    const { facade } = await failing('connectionBroken')();
    expect(await facade.perform(erase, once('op-1'))).toBeUndefined();
  });

  it('refused for want of a session at the target: not applied', async () => {
    const { facade, target, ask } = await agent();
    target.onPerform = async () => { throw new ConnectorError('operationTimeout', 'no free connection', { outcome: 'notApplied' }); };
    await expect(facade.perform(create(), once('op-1'))).rejects.toMatchObject({ outcome: 'notApplied' });
    expect(await ask('op-1')).toEqual({ state: 'notApplied' });
  });
});

describe('what became of a write', () => {
  /** The agent dies while the target has the write. */
  const crashedDuring = async (operation: Operation, readBack?: AnyConnector['readBack']) => {
    const first = await agent();
    first.target.onPerform = () => new Promise(() => undefined);
    void first.facade.perform(operation as never, once('op-1'));
    while (first.target.performed.length === 0) await new Promise((resolve) => { setImmediate(resolve); });
    return agent(first.disk.afterCrash(), readBack);
  };

  it('is told while it is under way, and when it is over', async () => {
    const { facade, target, ask } = await agent();
    let end: (uid: Uid) => void = () => undefined;
    target.onPerform = () => new Promise((resolve) => { end = resolve; });
    const writing = facade.perform(create(), once('op-1'));
    while (target.performed.length === 0) await new Promise((resolve) => { setImmediate(resolve); });
    expect(await ask('op-1')).toEqual({ state: 'inProgress' });
    end(new Uid('u', 'r2'));
    await writing;
    expect(await ask('op-1')).toEqual({ state: 'applied', uid: new Uid('u', 'r2') });
  });

  it('after a crash is looked for at the target: applied', async () => {
    const { target, ask, facade } = await crashedDuring(create());
    target.onStream = async function* () { yield person('anna'); return undefined; };
    expect(await ask('op-1')).toEqual({ state: 'applied', uid: new Uid('uid-anna') });
    expect(await facade.perform(create(), once('op-1'))).toEqual(new Uid('uid-anna'));
    expect(kinds(target)).not.toContain('create');
  });

  it('after a crash is looked for at the target: not applied, and stays so', async () => {
    const { target, ask, facade } = await crashedDuring(create());
    expect(await ask('op-1')).toEqual({ state: 'notApplied' });
    await expect(facade.perform(create(), once('op-1'))).rejects.toMatchObject({ outcome: 'notApplied' });
    expect(kinds(target)).not.toContain('create');
  });

  it.each([[60_000, 'inProgress'], [300_000, 'unknown']] as const)('whose target may take %i ms to come to it is %s until then, told at once', async (settles, state) => {
    const { target, ask, clock, facade } = await crashedDuring(create(), { operations: ['create'], settles });
    expect(await ask('op-1')).toEqual({ state });
    clock.ahead = settles - 4_000;
    expect(await ask('op-1')).toEqual({ state: 'inProgress' });
    clock.ahead = settles;
    expect(await ask('op-1')).toEqual({ state: 'notApplied' });
    await expect(facade.perform(create(), once('op-1'))).rejects.toMatchObject({ outcome: 'notApplied' });
    expect(kinds(target)).not.toContain('create');
  });

  it('whose target comes to it late was applied', async () => {
    const { target, ask, clock } = await crashedDuring(create(), { operations: ['create'], settles: 60_000 });
    expect(await ask('op-1')).toEqual({ state: 'inProgress' });
    clock.ahead = 5_000;
    target.onStream = async function* () { yield person('anna'); return undefined; };
    expect(await ask('op-1')).toEqual({ state: 'applied', uid: new Uid('uid-anna') });
  });

  it('after a crash during an update, or at a connector that cannot tell, is unknown, and it is not done again', async () => {
    const update = { kind: 'update', objectClass: '__ACCOUNT__', uid: new Uid('u'), updateType: 'REPLACE', attributes: [Attribute.of('mail', 'x')], options } as const;
    for (const { operation, readBack } of [{ operation: update, readBack: undefined }, { operation: create(), readBack: { operations: [], settles: 0 } }]) {
      const { ask, facade, target } = await crashedDuring(operation, readBack);
      expect(await ask('op-1', operation)).toEqual({ state: 'unknown' });
      await expect(facade.perform(operation, once('op-1'))).rejects.toMatchObject({ outcome: 'unknown', retryable: false });
      expect(kinds(target)).toEqual([]);
    }
  });

  it('is not looked for with another write in the question', async () => {
    const { ask, target } = await crashedDuring(create());
    await expect(ask('op-1', create('bert'))).rejects.toMatchObject({ kind: 'illegalArgument' });
    expect(target.pulled + target.performed.length).toBe(0);
  });
});

describe('a batch', () => {
  it('has an intent and an outcome for each task, under the number of the task', async () => {
    const first = await agent();
    first.target.onPerform = async (operation) => {
      if (operation.kind === 'delete') throw new ConnectorError('unknownUid', 'no such row');
      return new Uid(`uid-of-${(operation as ReturnType<typeof create>).attributes[0].values![0] as string}`);
    };
    // Java peers write revision 0 for none; the same object twice is two tasks.
    const same = create('carl');
    const tasks: BatchTask[] = [create('anna'), { ...erase, uid: new Uid('u1', '0') }, same, same, create('bert')];
    const { items } = await collect(first.facade.stream({ kind: 'batch', tasks, options }, once('b')));
    expect(items).toHaveLength(5);
    const next = await agent(first.disk.afterCrash());
    expect(await next.ask('b#0', create('anna'))).toMatchObject({ state: 'applied', uid: { value: 'uid-of-anna' } });
    expect(await next.ask('b#1', erase)).toMatchObject({ state: 'failed', error: { kind: 'unknownUid' } });
    expect(await next.ask('b#3', create('carl'))).toMatchObject({ state: 'applied', uid: { value: 'uid-of-carl' } });
    expect(await next.ask('b#4', create('bert'))).toMatchObject({ state: 'applied', uid: { value: 'uid-of-bert' } });
    const again = await collect(next.facade.stream({ kind: 'batch', tasks, options }, once('b')));
    expect(again.items.map(({ task, uid }) => [task, uid?.value]).sort()).toEqual(items.map(({ task, uid }) => [task, uid?.value]).sort());
    expect(next.target.performed).toEqual([]);
  });
});
