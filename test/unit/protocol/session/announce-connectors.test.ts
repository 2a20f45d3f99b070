import { describe, expect, it } from 'vitest';
import { encodeOperationRequest } from '../../../../protocol/codec/index.js';
import { OperationOptions } from '../../../../protocol/model/index.js';
import { FIXED } from '../../../../protocol/session/limits.js';
import { KEY, info } from '../../../support/fake-facade.js';
import { settle } from '../../../support/fake-clock.js';
import { diallerToJava, joinedPeers, listenerWithJava } from '../../../support/peers.js';
import { RawPeer } from '../../../support/raw-peer.js';
import { socketPair } from '../../../support/socket-pair.js';

const another = info({ ...KEY, bundleVersion: '2.0' });
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

  it('a Java controller that dials us is let go once nothing is under way, and meets another session', async () => {
    const { java, raw, peer, facade, clock, events } = await listenerWithJava(2);
    const before = java.last('handshakeResponse').sessionId;
    let finish: () => void = () => undefined;
    facade.onStream = async function* () {
      await new Promise<void>((resolve) => { finish = resolve; });
      yield* facade.accounts(1);
    };
    await java.send(search(5));
    peer.announceConnectors();
    await clock.advance(60_000);
    expect(raw.map(({ closed }) => closed)).toEqual([undefined, undefined]);
    finish();
    await settle();
    expect(raw.flatMap(({ messages }) => messages).filter(({ kind }) => kind === 'operationResponse')).toHaveLength(2);
    expect(raw.map(({ closed }) => closed?.code)).toEqual([1001, 1001]);
    expect(events).toContain('closed: the connector list has grown');

    const pair = socketPair();
    const attaching = peer.attach(pair.listener, 'anonymous');
    const again = new RawPeer(pair.dialler);
    await again.hello('JAVA-1');
    await attaching;
    expect(again.last('handshakeResponse').sessionId).not.toBe(before);
    await clock.advance(FIXED.settleTime);
    expect(again.of('controlRequest')).toHaveLength(1);
  });

  it('a Java controller we dial: sockets are closed when idle, and the next ones speak of a new session', async () => {
    const { peer, raw, facade } = await diallerToJava(2);
    const before = peer.sessionId;
    facade.infos = [another];
    peer.announceConnectors();
    await settle();
    expect(raw.map(({ closed }) => closed?.code)).toEqual([1001, 1001]);
    expect(peer.sessionId).not.toBe(before);
    expect(peer.groups).toEqual([]);
    const pair = socketPair();
    const java = new RawPeer(pair.listener);
    const attaching = peer.attach(pair.dialler, 'controller');
    await settle();
    expect(java.last('handshakeRequest').sessionId).toBe(peer.sessionId);
    await java.helloBack('JAVA-S');
    expect((await attaching).group.socketCount).toBe(1);
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
