import { describe, expect, it } from 'vitest';
import {
  Attribute, ConnectorError, ConnectorObject, GuardedString, LAST_PAGE, Name, OperationOptions, Uid, type Operation, type SyncDelta,
} from '../../../../protocol/model/index.js';
import { encodeOperationRequest } from '../../../../protocol/codec/index.js';
import { FIXED } from '../../../../protocol/session/limits.js';
import { KEY, account } from '../../../support/fake-facade.js';
import { settle } from '../../../support/fake-clock.js';
import { listenerWithJava } from '../../../support/peers.js';
import { vector } from '../../../support/raw-peer.js';

const options = OperationOptions.none;
const search: Operation = { kind: 'search', objectClass: '__ACCOUNT__', filter: undefined, options };
const request = (id: number, operation: Operation) => encodeOperationRequest({ id, connectorKey: KEY, facadeKey: 'FADE', operation });
const bob = new ConnectorObject('__ACCOUNT__', [new Uid('1'), new Name('bob')]);

async function agent(...given: Parameters<typeof listenerWithJava>) {
  const made = await listenerWithJava(...given);
  const before = made.java.frames.length;
  return { ...made, answers: () => made.java.frames.slice(before).map((frame) => Buffer.from(frame).toString('hex')) };
}
const hex = (...ids: string[]) => ids.map((id) => Buffer.from(vector(id)).toString('hex'));

describe('answering a Java controller', () => {
  it.each([
    ['test', 'V08', undefined, ['V09']],
    ['validate', 'V10', undefined, ['V11']],
    ['create', 'V12', new Uid('1', '2'), ['V13']],
    ['get', 'V28', bob, ['V29']],
    ['delete', 'V32', undefined, ['V33']],
    ['latest sync token', 'V20', { value: 5 }, ['V21']],
    ['script on connector', 'V30', 1, ['V31']],
  ])('answers %s with the bytes of the specification', async (_name, asked, result, answered) => {
    const { java, facade, answers } = await agent();
    facade.onPerform = async () => result;
    await java.send(vector(asked));
    expect(answers()).toEqual(hex(...answered));
    expect(facade.origins[0]).toMatchObject({ peerSessionId: 'JAVA-1', principal: 'anonymous' });
  });

  it('answers an error with class, message and cause, and hazard 27: without a stack trace', async () => {
    const { java, facade, answers } = await agent();
    facade.onStream = async function* () {
      throw new ConnectorError('unknownUid', 'gone', { cause: new ConnectorError('illegalState', 'x') });
      yield bob;
    };
    await java.send(vector('V15'));
    expect(answers()).toEqual(hex('V25'));
    expect(java.last('error').stackTrace).toBe('');
  });

  it('an error that is none of ours is reported as a ConnectorException with its text', async () => {
    const { java, facade } = await agent();
    facade.onPerform = async () => { throw new TypeError('x is not a function'); };
    await java.send(vector('V08'));
    expect(java.last('error')).toMatchObject({ id: 2, javaClass: 'org.identityconnectors.framework.common.exceptions.ConnectorException', message: 'x is not a function' });
  });

  it('hands the arguments over: object class, attributes, password, locale', async () => {
    const { java, facade } = await agent();
    facade.onPerform = async () => new Uid('1');
    await java.send(vector('V27'), vector('V14'));
    const [authenticate, update] = facade.performed;
    expect(authenticate!.operation).toMatchObject({ kind: 'authenticate', username: 'bob', objectClass: '__ACCOUNT__' });
    expect((authenticate!.operation as { password: GuardedString }).password.equals(new GuardedString('Passw0rd'))).toBe(true);
    expect(authenticate!.call.locale).toMatchObject({ language: 'en' });
    expect(update!.operation).toMatchObject({ kind: 'update', updateType: 'ADD', attributes: [Attribute.of('mail', 'a')] });
  });

  it('an operation the facade does not support is answered with Java\'s text', async () => {
    const { java, facade } = await agent();
    facade.supportedOperations = new Set(['SearchApiOp']);
    await java.send(vector('V08'));
    expect(java.last('error')).toMatchObject({
      javaClass: 'java.lang.UnsupportedOperationException',
      message: "Operation 'interface org.identityconnectors.framework.api.operations.TestApiOp' not supported.",
    });
  });

  it('hazard 19: a sync request with neither alternative gets an error, where Java never answers', async () => {
    const { java } = await agent();
    const empty = { kind: 'operationRequest', id: 77, connectorKey: KEY, facadeKey: 'FADE', locale: undefined, operationId: undefined, operation: { kind: undefined, fields: { syncOpRequest: {} } } } as const;
    await java.send(empty);
    expect(java.last('error').id).toBe(77);
  });

  it('an operation whose value cannot be decoded is answered under its id, and the next one works', async () => {
    const { java } = await agent();
    const broken = Buffer.from(vector('V12'));
    broken[broken.length - 1] = 0xee;
    await java.send(broken, vector('V08'));
    expect(java.last('error').id).toBe(4);
    expect(java.last('operationResponse').id).toBe(2);
  });

  it('requests with the ids 0 and below are executed and answered under them', async () => {
    const { java } = await agent();
    await java.send(request(0, { kind: 'test' }), request(-5, { kind: 'test' }));
    expect(java.of('operationResponse').map(({ id }) => id)).toEqual([0, -5]);
  });
});

describe('answering with a stream', () => {
  it('hazard 20 and 21: results are numbered 1..N, the end message says N and sends unknown counts as -1', async () => {
    const { java, facade, answers } = await agent();
    facade.onStream = async function* () {
      yield bob;
      return LAST_PAGE;
    };
    await java.send(vector('V15'));
    expect(answers()).toEqual(hex('V16', 'V17'));
  });

  it('a search that finds nothing and says nothing ends with sequence 0', async () => {
    const { java, facade, answers } = await agent();
    facade.onStream = () => facade.accounts(0);
    await java.send(vector('V15'));
    expect(answers()).toEqual(hex('V19'));
  });

  it('sync sends deltas and the token to keep; hazard 29: an absent token reaches the connector as null', async () => {
    const { java, facade, answers } = await agent();
    const delta: SyncDelta = { kind: 'DELETE', token: { value: 6 }, uid: new Uid('1'), objectClass: '__ACCOUNT__' };
    facade.onStream = async function* () {
      yield delta;
      return { value: 6 };
    };
    await java.send(vector('V22'));
    expect(answers()).toEqual(hex('V23', 'V24'));
    await java.send(request(30, { kind: 'sync', objectClass: '__ACCOUNT__', token: null, options }));
    expect(facade.performed[1]!.operation).toMatchObject({ kind: 'sync', token: null });
    expect((facade.performed[1]!.operation as { options: OperationOptions }).options.entries.size).toBe(0);
  });

  it('a socket that takes nothing stops the target after a few frames on their way', async () => {
    const { java, facade } = await agent();
    facade.onStream = () => facade.accounts(1_000);
    await java.send(search_(1));
    expect(facade.pulled).toBe(1_000);
    java.socket.in.stall();
    await java.send(search_(2));
    expect(facade.pulled).toBeGreaterThan(1_000);
    expect(facade.pulled).toBeLessThan(1_400);           // 64 KiB of frames
    java.socket.in.flow();
    await settle();
    expect(facade.pulled).toBe(2_000);
  });

  it('a result too large for a frame fails its search, not the socket', async () => {
    const { java, facade, peer } = await agent(1, { limits: { maxFrameBytes: 2_000 } });
    facade.onStream = () => facade.accounts(3, 5_000);
    await java.send(search_(1), request(2, { kind: 'test' }));
    expect(java.last('error')).toMatchObject({ id: 1, message: expect.stringContaining('maxFrameBytes') as string });
    expect(java.last('operationResponse').id).toBe(2);
    expect(facade.open).toBe(0);
    expect(peer.executing).toBe(0);
  });

  it('an error after results leaves a moment behind them: a Java peer has no way to put it in its place', async () => {
    const { java, facade, clock } = await agent();
    facade.onStream = async function* () {
      yield account(1);
      throw new ConnectorError('connectionBroken', 'gone half-way');
    };
    await java.send(search_(6));
    await clock.advance(FIXED.errorSettle - 1);
    expect(java.of('operationResponse')).toHaveLength(1);
    expect(java.of('error')).toEqual([]);
    await clock.advance(1);
    expect(java.last('error')).toMatchObject({ id: 6, message: 'gone half-way' });
  });

  it('hazard 30: a cancelled search closes its cursor and still gets its end message with the number of results sent', async () => {
    const { java, facade, peer } = await agent();
    facade.onStream = (_operation, { signal }) => (async function* () {
      yield account(1);
      yield account(2);
      await new Promise((_, reject) => { signal.addEventListener('abort', () => reject(new Error('aborted'))); });
    })();
    await java.send(search_(6));
    expect(facade.open).toBe(1);
    await java.send(vector('V26'));
    const last = java.last('operationResponse');
    expect(last).toMatchObject({ id: 6, response: { fields: { searchOpResponse: { sequence: 2 } } } });
    expect(last.response.fields.searchOpResponse?.connectorObject).toBeFalsy();
    expect(facade.open).toBe(0);
    expect(peer.executing).toBe(0);
  });

  it('hazard 30: the end message comes even when the connector does not notice the cancel; its place stays taken until it does', async () => {
    const { java, facade, peer } = await agent();
    let finish: () => void = () => undefined;
    facade.onStream = async function* () {
      yield account(1);
      await new Promise<void>((resolve) => { finish = resolve; });
    };
    await java.send(search_(6));
    await java.send(vector('V26'));
    expect(java.last('operationResponse')).toMatchObject({ id: 6, response: { fields: { searchOpResponse: { sequence: 1 } } } });
    expect(peer.executing).toBe(1);
    finish();
    await settle();
    expect(peer.executing).toBe(0);
    expect(facade.open).toBe(0);
  });

  it('hazard 15: a cancel that overtakes its search on another socket stops it before it starts, for a minute', async () => {
    const { raw: [one, two], facade, clock } = await agent(2);
    await one!.send(vector('V26'));
    await two!.send(vector('V15'));
    expect(facade.performed).toEqual([]);
    await clock.advance(60_000);
    await two!.send(vector('V15'));
    expect(facade.performed).toHaveLength(1);
  });

  it('a cancelled write answers what became of it', async () => {
    const { java, facade } = await agent();
    let finish: (uid: Uid) => void = () => undefined;
    facade.onPerform = () => new Promise((resolve) => { finish = resolve; });
    await java.send(vector('V12'), { kind: 'cancel', id: 4 });
    expect(java.of('operationResponse')).toEqual([]);
    expect(facade.performed[0]!.call.signal.aborted).toBe(true);
    finish(new Uid('1', '2'));
    await settle();
    expect(Buffer.from(java.frames.at(-1)!).toString('hex')).toBe(hex('V13')[0]);
  });

  it('subscription: an empty acknowledgement first, then events, then completed; a cancel gets no answer', async () => {
    const { java, facade, answers } = await agent();
    const subscribe = (id: number) => request(id, { kind: 'subscribeToObjects', objectClass: '__ACCOUNT__', filter: undefined, options });
    facade.onStream = () => facade.accounts(0);
    await java.send(subscribe(15));
    expect(answers()).toEqual(hex('V35', 'V36'));
    facade.onStream = (_operation, { signal }) => (async function* () {
      yield account(1);
      await new Promise((_, reject) => { signal.addEventListener('abort', () => reject(new Error('aborted'))); });
    })();
    await java.send(subscribe(16));
    const before = java.frames.length;
    await java.send({ kind: 'cancel', id: 16 });
    expect(java.frames).toHaveLength(before);
    expect(facade.open).toBe(0);
  });

  it('subscription: acknowledged when no change is missed any more, not when it is asked for; one that never begins is an error', async () => {
    const { java, facade, answers } = await agent();
    const subscribe = (id: number) => request(id, { kind: 'subscribeToObjects', objectClass: '__ACCOUNT__', filter: undefined, options });
    let begin: () => void = () => undefined;
    facade.onStream = async function* (_operation, { onSubscribed, signal }) {
      await new Promise<void>((resolve) => { begin = resolve; });
      onSubscribed?.();
      await new Promise((_, reject) => { signal.addEventListener('abort', () => reject(new Error('aborted'))); });
      yield account(1);
    };
    await java.send(subscribe(15));
    expect(answers()).toEqual([]);
    begin();
    await settle();
    expect(answers()).toEqual(hex('V35'));
    facade.onStream = async function* () {
      throw new ConnectorError('permissionDenied', 'no change log for you');
    };
    await java.send(subscribe(16));
    expect(java.of('operationResponse').filter(({ id }) => id === 16)).toEqual([]);
    expect(java.last('error')).toMatchObject({ id: 16, message: 'no change log for you' });
  });

  it('the events of one subscription keep to one socket, since nothing else orders them', async () => {
    const { raw, facade } = await agent(2);
    facade.onStream = () => facade.accounts(20);
    await raw[0]!.send(request(15, { kind: 'subscribeToObjects', objectClass: '__ACCOUNT__', filter: undefined, options }));
    expect(raw.map((java) => java.of('operationResponse').length).sort((a, b) => a - b)).toEqual([0, 22]);
  });

  it('batch: results, then the token message, then the end marker', async () => {
    const { java, facade, answers } = await agent();
    facade.onStream = async function* () {
      yield { task: 0, uid: new Uid('1') };
      yield { task: 1, error: new ConnectorError('unknownUid', 'no such account') };
      return { tokens: [], queryRequired: false, asynchronousResults: false, returnsResults: true };
    };
    await java.send(request(16, { kind: 'batch', tasks: [{ kind: 'delete', objectClass: '__ACCOUNT__', uid: new Uid('1'), options }], options }));
    expect(answers().slice(-2)).toEqual(hex('V38', 'V37'));
    expect(java.of('operationResponse').slice(0, 2).map(({ response }) => response.fields.batchOpResult)).toMatchObject([
      { taskId: '0', uid: { value: '1' } }, { taskId: '1', error: true, emptyResult: { resultMessage: 'no such account' } },
    ]);
  });
});

function search_(id: number): Uint8Array {
  return request(id, search);
}

describe('too much, twice, or while leaving', () => {
  const hang = (signal: AbortSignal) => new Promise<never>((_, reject) => { signal.addEventListener('abort', () => reject(signal.reason as Error)); });

  it('what exceeds the places is refused as busy with a retryable error, and reading goes on', async () => {
    const { java, facade, peer } = await agent(1, { limits: { maxConcurrentRequests: 2, maxQueuedRequests: 1 } });
    facade.onPerform = (_operation, { signal }) => hang(signal);
    for (let id = 1; id <= 4; id++) await java.send(request(id, { kind: 'test' }));
    expect(java.of('error')).toMatchObject([{ id: 4, javaClass: 'org.identityconnectors.framework.common.exceptions.RetryableException', message: expect.stringContaining('busy') as string }]);
    await java.send({ kind: 'cancel', id: 3 });
    expect(java.last('error').id).toBe(3);
    expect(peer.executing).toBe(2);
  });

  it('another request under the id of one that executes is answered as Java does', async () => {
    const { java, facade } = await agent();
    facade.onPerform = (_operation, { signal }) => hang(signal);
    await java.send(request(1, { kind: 'test' }), request(1, { kind: 'schema' }));
    expect(java.last('error')).toMatchObject({ id: 1, javaClass: 'java.lang.IllegalStateException', message: 'Request has been registered with id: 1' });
    expect(facade.performed).toHaveLength(1);
  });

  it('the same frame again, as after a broken write, is executed once', async () => {
    const { raw: [one, two], facade } = await agent(2);
    facade.onPerform = (_operation, { signal }) => hang(signal);
    await one!.send(vector('V12'));
    await two!.send(vector('V12'));
    expect(facade.performed).toHaveLength(1);
    expect([...one!.of('error'), ...two!.of('error')]).toEqual([]);
  });

  it('while draining new operations are refused as retryable, those under way end, subscriptions are closed', async () => {
    const { java, facade, peer } = await agent();
    let finish: () => void = () => undefined;
    facade.onPerform = () => new Promise<void>((resolve) => { finish = resolve; });
    facade.onStream = (_operation, { signal }) => (async function* () { yield await hang(signal); })();
    await java.send(request(1, { kind: 'test' }), request(2, { kind: 'subscribeToObjects', objectClass: '__ACCOUNT__', filter: undefined, options }));
    let drained = false;
    const draining = peer.drain(new AbortController().signal).then(() => { drained = true; });
    await java.send(request(3, { kind: 'test' }));
    expect(java.of('error').map(({ id }) => id).sort()).toEqual([2, 3]);
    for (const { javaClass } of java.of('error')) expect(javaClass).toContain('RetryableException');
    expect(drained).toBe(false);
    finish();
    await draining;
    expect(java.last('operationResponse').id).toBe(1);
  });

  it('draining ends when its signal fires, whatever still runs', async () => {
    const { java, facade, peer } = await agent();
    facade.onPerform = (_operation, { signal }) => hang(signal);
    await java.send(request(1, { kind: 'test' }));
    await peer.drain(AbortSignal.abort());
    expect(peer.executing).toBe(1);
  });

  it('closing stops everything with an error, never with a regular end, then closes the sockets with 1001', async () => {
    const { java, facade, peer, clock, events } = await agent();
    facade.onStream = (_operation, { signal }) => (async function* () {
      yield account(1);
      await hang(signal);
    })();
    await java.send(search_(1));
    const closing = peer.close('maintenance');
    expect(peer.close('again')).toBe(closing);
    await closing;
    expect(java.last('error')).toMatchObject({ id: 1, javaClass: expect.stringContaining('RetryableException') as string, message: expect.stringContaining('maintenance') as string });
    expect(java.closed).toEqual({ code: 1001, reason: 'maintenance' });
    expect(facade.open).toBe(0);
    expect(peer.groups).toEqual([]);
    expect(events.at(-1)).toBe('closed: maintenance');
    await settle();
    expect(clock.sleeping).toBe(0);
  });

  it('closing does not wait for a connector that does not stop', async () => {
    const { java, facade, peer, clock } = await agent();
    facade.onPerform = () => new Promise(() => undefined);
    await java.send(request(1, { kind: 'test' }));
    let closed = false;
    peer.close('now').then(() => { closed = true; }, () => undefined);
    await clock.advance(FIXED.closeGrace);
    expect(closed).toBe(true);
    expect(java.closed?.code).toBe(1001);
  });
});
