import { describe, expect, it } from 'vitest';
import { PROTOCOL_ERRORS } from '../../../../protocol/message.js';
import { encodeOperationRequest, facadeKeyOf } from '../../../../protocol/codec/index.js';
import type { Operation } from '../../../../protocol/model/index.js';
import { FIXED } from '../../../../protocol/session/limits.js';
import { KEY, configuration, info } from '../../../support/fake-facade.js';
import { settle } from '../../../support/fake-clock.js';
import { diallerToJava, joinedPeers, listenerWithJava, never, testPeer } from '../../../support/peers.js';
import { RawPeer, vector } from '../../../support/raw-peer.js';
import { cut, socketPair } from '../../../support/socket-pair.js';

const test: Operation = { kind: 'test' };
const request = (id: number, operation: Operation) => encodeOperationRequest({ id, connectorKey: KEY, facadeKey: 'FADE', operation });
const refused = (id: number, message: string = PROTOCOL_ERRORS.requestBeforeHandshake) =>
  ({ kind: 'error', id, javaClass: 'org.identityconnectors.framework.common.exceptions.ConnectorException', message, causes: [], stackTrace: '' } as const);

async function freshListener() {
  const tested = testPeer('listener');
  const pair = socketPair();
  const attaching = tested.peer.attach(pair.listener, 'anonymous');
  const java = new RawPeer(pair.dialler);
  await java.hello('JAVA-1');
  return { ...tested, java, group: (await attaching).group };
}

describe('connector lists', () => {
  it('hazard 02: a listener waits before its first request, and before its first answer, on a socket of a Java dialler', async () => {
    const { java, clock } = await freshListener();
    await java.send(vector('V04'));
    await clock.advance(FIXED.settleTime - 1);
    expect(java.messages.map(({ kind }) => kind)).toEqual(['handshakeResponse']);
    await clock.advance(1);
    expect(java.messages.map(({ kind }) => kind).sort()).toEqual(['controlRequest', 'controlResponse', 'handshakeResponse']);
  });

  it('hazard 02: asks again, ever more slowly, when it is refused because of the handshake', async () => {
    const { java, clock, group } = await freshListener();
    await clock.advance(FIXED.settleTime);
    const times: number[] = [];
    for (let attempt = 0; attempt < 4; attempt++) {
      const asked = java.of('controlRequest').length;
      expect(asked).toBe(attempt + 1);
      await java.send(refused(java.last('controlRequest').id));
      const from = clock.now();
      while (java.of('controlRequest').length === asked) await clock.advance(100);
      times.push(clock.now() - from);
    }
    expect(times).toEqual([500, 1_000, 2_000, 4_000]);
    await java.send(Buffer.concat([Uint8Array.of(8, java.last('controlRequest').id), vector('V05').subarray(2)]));
    await expect(group.connectorInfos(never)).resolves.toEqual([]);
    const asked = java.of('controlRequest').length;
    await clock.advance(30_000);
    expect(java.of('controlRequest')).toHaveLength(asked);
  });

  it('asks again when the list cannot be decoded or does not come, and its users wait', async () => {
    const { java, clock, group, peer } = await freshListener();
    await clock.advance(FIXED.settleTime);
    let infos: unknown;
    group.connectorInfos(never).then((list) => { infos = list; }, () => undefined);
    await java.send({ kind: 'controlResponse', id: java.last('controlRequest').id, connectorInfos: Uint8Array.of(1, 2, 3) });
    await clock.advance(500);
    expect(java.of('controlRequest')).toHaveLength(2);
    await clock.advance(31_000);
    expect(java.of('controlRequest')).toHaveLength(3);
    expect(infos).toBeUndefined();
    expect(peer.groups).toHaveLength(1);
    await java.answerControl();
    expect(infos).toEqual([]);
  });

  it('waiting for the list ends with the caller\'s signal or the group', async () => {
    const { group, peer, clock } = await freshListener();
    await expect(group.connectorInfos(AbortSignal.abort(new Error('enough')))).rejects.toThrow('enough');
    const waiting = group.connectorInfos(never);
    waiting.catch(() => undefined);
    await peer.close('over');
    await expect(waiting).rejects.toMatchObject({ kind: 'connectionBroken' });
    await settle();
    expect(clock.sleeping).toBe(0);
  });

  it('hazard 12: answers with an empty list when it hosts nothing, byte for byte', async () => {
    const { java } = await listenerWithJava(1, { executor: undefined });
    await java.send(vector('V04'));
    expect(java.frames.at(-1)).toEqual(vector('V05'));
    await java.send(vector('V06'));
    expect(java.frames.at(-1)).toEqual(vector('V07'));
  });

  it('answers on the socket of the request', async () => {
    const { raw } = await listenerWithJava(2);
    for (const java of [raw[1]!, raw[0]!, raw[0]!]) {
      const before = raw.map((one) => one.frames.length);
      await java.send(vector('V04'));
      expect(raw.map((one, index) => one.frames.length - before[index]!)).toEqual(raw.map((one) => (one === java ? 1 : 0)));
    }
  });

  it('a list that cannot be made is answered with an error, so that the peer asks again', async () => {
    const { java, facade } = await listenerWithJava();
    facade.connectorInfos = () => Promise.reject(new Error('disk on fire'));
    await java.send(vector('V04'));
    expect(java.last('error')).toMatchObject({ id: 1, javaClass: expect.stringContaining('RetryableException') as string });
    expect(java.last('error').message).not.toContain('fire');
  });

  it('two of ours learn each other\'s connectors at once, and again when the group comes back', async () => {
    const joined = await joinedPeers();
    joined.agent.facade.infos = [info()];
    expect(joined.controller.events).toEqual(['opened', 'infos: 0']);
    cut(joined.sockets[0]!.dialler);
    await settle();
    await joined.join();
    expect(joined.controller.events).toEqual(['opened', 'infos: 0', 'down', 'opened', 'infos: 1']);
    expect((await joined.group.connectorInfos(never)).map(({ key }) => key)).toEqual([KEY]);
  });

  it('hazard 26: towards a Java controller operations are answered by another socket than the one of the last list, where there is one', async () => {
    const { raw, group, attached } = await listenerWithJava(2);
    const answers = () => raw.map((java) => java.of('operationResponse').length);
    await raw[0]!.send(vector('V04'));
    for (let id = 10; id < 14; id++) await raw[0]!.send(request(id, test));
    expect(answers()).toEqual([0, 4]);
    await raw[1]!.send(vector('V04'));
    for (let id = 20; id < 24; id++) await raw[1]!.send(request(id, test));
    expect(answers()).toEqual([4, 4]);
    await attached[0]!.retire(never);
    await raw[1]!.send(request(30, test));
    expect(answers()).toEqual([4, 5]);
    expect(group.socketCount).toBe(1);
  });
});

describe('request reconciliation', () => {
  it('hazard 25: every control request lists all that executes and all that is awaited, itself included', async () => {
    const { java, facade, clock, group, peer } = await listenerWithJava(1, { limits: { groupCheckInterval: 60_000 } });
    facade.onPerform = (_operation, { signal }) => new Promise((_, reject) => { signal.addEventListener('abort', () => reject(new Error('stop'))); });
    await java.send(request(3, test), request(300, test));
    group.facade(KEY, facadeKeyOf(configuration())).perform({ kind: 'schema' }, { signal: never }).catch(() => undefined);
    await settle();
    const awaited = java.last('operationRequest').id;
    await clock.advance(60_000);
    const check = java.last('controlRequest');
    expect(check.infoLevels).toEqual([]);
    expect([...check.localRequestIds].sort((a, b) => a - b)).toEqual([3, 300]);
    expect([...check.remoteRequestIds].sort((a, b) => a - b)).toEqual([awaited, check.id]);
    await peer.close('done');
  });

  it('hazard 25: queued operations are listed too', async () => {
    const { java, facade, clock, peer } = await listenerWithJava(1, { limits: { maxConcurrentRequests: 1, groupCheckInterval: 60_000, maxQueueTime: 120_000 } });
    facade.onPerform = () => new Promise(() => undefined);
    for (const id of [1, 2, 3]) await java.send(request(id, test));
    await clock.advance(60_000);
    expect([...java.last('controlRequest').localRequestIds].sort()).toEqual([1, 2, 3]);
    peer.close('done').catch(() => undefined);
  });

  it('what the peer no longer awaits is cancelled after three control requests, and its search ends regularly', async () => {
    const { java, facade, clock } = await listenerWithJava(1, { limits: { groupCheckInterval: 60_000 } });
    facade.onStream = (_operation, { signal }) => (async function* () {
      yield await new Promise<never>((_, reject) => { signal.addEventListener('abort', () => reject(new Error('stop'))); });
    })();
    await java.send(vector('V15'));
    for (let id = 50; id < 53; id++) await java.send({ kind: 'controlRequest', id, infoLevels: [], localRequestIds: [], remoteRequestIds: [id] }).then(() => clock.advance(5_000));
    expect(java.of('operationResponse')).toEqual([]);
    await clock.advance(60_000);
    expect(java.of('operationResponse')).toMatchObject([{ id: 6, response: { fields: { searchOpResponse: {} } } }]);
    expect(facade.open).toBe(0);
  });

  it('what the peer does not execute is failed after three control requests; its loss is not reported as an answer', async () => {
    const { java, clock, group } = await diallerToJava(1, { limits: { groupCheckInterval: 60_000 } });
    const facade = group.facade(KEY, facadeKeyOf(configuration()));
    const lost = facade.perform({ kind: 'test' }, { signal: never });
    const kept = facade.perform({ kind: 'schema' }, { signal: never });
    lost.catch(() => undefined);
    kept.catch(() => undefined);
    await settle();
    const [, keptId] = java.of('operationRequest').map(({ id }) => id);
    for (let id = 50; id < 53; id++) await java.send({ kind: 'controlRequest', id, infoLevels: [], localRequestIds: [keptId!], remoteRequestIds: [id] }).then(() => clock.advance(5_000));
    await clock.advance(60_000);
    await expect(lost).rejects.toMatchObject({ kind: 'connectionBroken', message: expect.stringContaining('no longer knows the test') as string });
    expect(group.pending).toBe(2);
    expect(java.of('controlResponse')).toHaveLength(3);
  });

  it('lists that come in a burst count as one: what is still on its way is not struck out', async () => {
    const { java, clock, group } = await diallerToJava(1, { limits: { groupCheckInterval: 60_000 } });
    const testing = group.facade(KEY, facadeKeyOf(configuration())).perform({ kind: 'test' }, { signal: never });
    testing.catch(() => undefined);
    await settle();
    for (let id = 50; id < 60; id++) await java.send({ kind: 'controlRequest', id, infoLevels: [], localRequestIds: [], remoteRequestIds: [id] });
    await clock.advance(60_000);
    await java.send(vector('V07'), Buffer.concat([Uint8Array.of(8, java.last('operationRequest').id), vector('V09').subarray(2)]));
    await expect(testing).resolves.toBeUndefined();
  });

  it('an unanswered control request is given up and repeated, without piling up', async () => {
    const { java, clock, group } = await diallerToJava(1, { limits: { groupCheckInterval: 60_000 } });
    for (let minute = 0; minute < 10; minute++) await clock.advance(60_000);
    expect(java.of('controlRequest').length).toBeGreaterThan(5);
    expect(group.pending).toBeLessThanOrEqual(1);
  });
});
