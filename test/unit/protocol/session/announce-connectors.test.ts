import { describe, expect, it } from 'vitest';
import { decodeConnectorInfos, encodeOperationRequest } from '../../../../protocol/codec/index.js';
import { OperationOptions } from '../../../../protocol/model/index.js';
import type { ProtocolPeer } from '../../../../protocol/session/contract.js';
import { FIXED } from '../../../../protocol/session/limits.js';
import { KEY, info } from '../../../support/fake-facade.js';
import { settle } from '../../../support/fake-clock.js';
import { diallerToJava, joinedPeers, listenerWithJava } from '../../../support/peers.js';
import { RawPeer } from '../../../support/raw-peer.js';
import { cut, socketPair } from '../../../support/socket-pair.js';

const another = info({ ...KEY, bundleVersion: '2.0' });
async function javaDials(peer: ProtocolPeer): Promise<RawPeer> {
  const { dialler, listener } = socketPair();
  const attaching = peer.attach(listener, 'anonymous');
  const java = new RawPeer(dialler);
  await java.hello('JAVA-1');
  await attaching;
  return java;
}
const search = (id: number) => encodeOperationRequest({ id, connectorKey: KEY, facadeKey: 'FADE', operation: { kind: 'search', objectClass: '__ACCOUNT__', filter: undefined, options: OperationOptions.none } });

describe('connectors that come later', () => {
  it('a controller of ours asks for the list again at once, and no socket is touched', async () => {
    const { agent, controller, sockets } = await joinedPeers(2);
    agent.facade.infos = [another];
    agent.peer.announceConnectors();
    await settle();
    expect(controller.events.filter((event) => event.startsWith('infos'))).toEqual(['infos: 0', 'infos: 1']);
    expect(sockets.every(({ dialler }) => dialler.isOpen)).toBe(true);
  });

  it('a controller of ours is told again when the message was lost', async () => {
    const { agent, controller, sockets, clock } = await joinedPeers();
    agent.facade.infos = [another];
    sockets[0]!.dialler.out.drop(1);
    agent.peer.announceConnectors();
    await settle();
    expect(controller.events).not.toContain('infos: 1');
    await clock.advance(60_000);
    expect(controller.events).toContain('infos: 1');
  });

  it('a Java controller that dials us keeps its sockets, which it would not replace; its next one opens a new session', async () => {
    const { java, raw, peer, facade, clock, log } = await listenerWithJava(2);
    const before = java.last('handshakeResponse').sessionId;
    let finish: () => void = () => undefined;
    facade.onStream = async function* () {
      await new Promise<void>((resolve) => { finish = resolve; });
      yield* facade.accounts(1);
    };
    await java.send(search(5));
    facade.infos = [another];
    peer.announceConnectors();
    await clock.advance(60_000);
    expect(raw.map(({ closed }) => closed)).toEqual([undefined, undefined]);
    expect(log.at('warn')).toEqual([expect.stringContaining('Restart its connection')]);

    const again = await javaDials(peer);
    expect(again.last('handshakeResponse').sessionId).not.toBe(before);
    await clock.advance(FIXED.settleTime);
    expect(again.of('controlRequest')).toHaveLength(1);
    await again.send({ kind: 'controlRequest', id: 1, infoLevels: ['CONNECTOR_INFO'], localRequestIds: [], remoteRequestIds: [1] });
    expect(decodeConnectorInfos(again.last('controlResponse').connectorInfos!)).toHaveLength(1);
    // The same request id in both sessions: they are two groups, and are not mixed up.
    facade.onPerform = async () => undefined;
    await again.send(encodeOperationRequest({ id: 5, connectorKey: KEY, facadeKey: 'FADE', operation: { kind: 'test' } }));
    expect(again.of('operationResponse')).toHaveLength(1);
    finish();
    await settle();
    expect(raw.flatMap((each) => each.of('operationResponse'))).toHaveLength(2);

    const third = await javaDials(peer);
    expect(third.last('handshakeResponse').sessionId).toBe(again.last('handshakeResponse').sessionId);
    for (const { socket } of raw) cut(socket);
    await clock.advance(300_000);
    expect(peer.groups.map(({ socketCount }) => socketCount)).toEqual([2]);
    const fourth = await javaDials(peer);
    expect(fourth.last('handshakeResponse').sessionId).toBe(again.last('handshakeResponse').sessionId);
  });

  it('a Java controller we dial over one socket loses it, but not before everything has ended', async () => {
    const { java, peer, facade } = await diallerToJava();
    let finish: () => void = () => undefined;
    facade.onPerform = () => new Promise<undefined>((resolve) => { finish = () => resolve(undefined); });
    await java.send(encodeOperationRequest({ id: 5, connectorKey: KEY, facadeKey: 'FADE', operation: { kind: 'test' } }));
    peer.announceConnectors();
    await settle();
    expect(java.closed).toBeUndefined();
    finish();
    await settle();
    expect(java.of('operationResponse')).toHaveLength(1);
    expect(java.closed?.code).toBe(1001);
  });

  it('a Java controller we dial: the socket that comes for the one let go speaks of a new session', async () => {
    const { peer, raw, facade } = await diallerToJava(2);
    const before = peer.sessionId;
    facade.infos = [another];
    peer.announceConnectors();
    await settle();
    expect(raw.map(({ closed }) => closed?.code)).toEqual([1000, undefined]);
    expect(peer.sessionId).not.toBe(before);
    const pair = socketPair();
    const java = new RawPeer(pair.listener);
    const attaching = peer.attach(pair.dialler, 'controller');
    await settle();
    expect(java.last('handshakeRequest').sessionId).toBe(peer.sessionId);
    await java.helloBack('JAVA-S');
    expect((await attaching).group.socketCount).toBe(1);
    await settle();
    expect(raw[1]!.closed?.code).toBe(1001);
    expect(peer.groups).toHaveLength(1);
  });

  it('it may happen again before it is over', async () => {
    const { peer, raw, facade } = await listenerWithJava(2);
    facade.infos = [another];
    peer.announceConnectors();
    peer.announceConnectors();
    await settle();
    const first = await javaDials(peer);
    peer.announceConnectors();
    await settle();
    const second = await javaDials(peer);
    expect(new Set([raw[0]!, first, second].map((java) => java.last('handshakeResponse').sessionId)).size).toBe(3);
    expect(peer.groups.filter(({ socketCount }) => socketCount === 1)).toHaveLength(2);
  });

  it('nothing happens while there is nobody to tell', async () => {
    const { peer, attached, java } = await listenerWithJava();
    java.socket.close(1000, 'bye');
    await attached[0]!.closed;
    const before = peer.sessionId;
    peer.announceConnectors();
    await settle();
    expect(peer.sessionId).toBe(before);
  });
});
