import { describe, expect, it } from 'vitest';
import { PROTOCOL_ERRORS } from '../../../../protocol/message.js';
import { FIXED } from '../../../../protocol/session/limits.js';
import { settle } from '../../../support/fake-clock.js';
import { diallerToJava, joinedPeers, listenerWithJava, testPeer } from '../../../support/peers.js';
import { RawPeer, vector } from '../../../support/raw-peer.js';
import { cut, socketPair } from '../../../support/socket-pair.js';

const control = { kind: 'controlRequest', id: 4, infoLevels: ['CONNECTOR_INFO'], localRequestIds: [], remoteRequestIds: [4] } as const;

describe('handshake', () => {
  it('a socket that never shakes hands is closed at the deadline, and attaching it fails', async () => {
    for (const role of ['dialler', 'listener'] as const) {
      const { peer, clock } = testPeer(role, { limits: { handshakeTimeout: 5_000 } });
      const pair = socketPair();
      const other = new RawPeer(pair[role === 'dialler' ? 'listener' : 'dialler']);
      const attaching = peer.attach(pair[role], 'p');
      attaching.catch(() => undefined);
      await clock.advance(4_999);
      expect(other.closed).toBeUndefined();
      await clock.advance(1);
      await expect(attaching).rejects.toMatchObject({ kind: 'operationTimeout' });
      expect(other.closed?.code).toBe(1002);
      expect(peer.groups).toEqual([]);
      await clock.advance(60_000);
      expect(clock.sleeping).toBe(0);
    }
  });

  it('a socket that closes before the handshake fails attaching at once', async () => {
    const { peer, clock } = testPeer('dialler');
    const pair = socketPair();
    const attaching = peer.attach(pair.dialler, 'p');
    cut(pair.listener);
    await expect(attaching).rejects.toMatchObject({ kind: 'connectionBroken' });
    await settle();
    expect(clock.sleeping).toBe(0);
  });

  it('a request before the handshake is refused with the text of the specification, under its id', async () => {
    const { peer } = testPeer('listener');
    const pair = socketPair();
    peer.attach(pair.listener, 'p').catch(() => undefined);
    const java = new RawPeer(pair.dialler);
    await java.send(control, vector('V08'));
    expect(java.of('error').map(({ id, message, javaClass }) => ({ id, message, javaClass }))).toEqual([
      { id: 4, message: PROTOCOL_ERRORS.requestBeforeHandshake, javaClass: 'org.identityconnectors.framework.common.exceptions.ConnectorException' },
      { id: 2, message: PROTOCOL_ERRORS.requestBeforeHandshake, javaClass: 'org.identityconnectors.framework.common.exceptions.ConnectorException' },
    ]);
  });

  it('a response before the handshake is refused with its own text, an error is dropped', async () => {
    const { peer } = testPeer('dialler');
    const pair = socketPair();
    peer.attach(pair.dialler, 'p').catch(() => undefined);
    const java = new RawPeer(pair.listener);
    await settle();
    await java.send(vector('V09'), vector('V25'));
    expect(java.of('error').map(({ id, message }) => ({ id, message }))).toEqual([{ id: 2, message: PROTOCOL_ERRORS.responseBeforeHandshake }]);
  });

  it('who only ever sends requests before the handshake is closed', async () => {
    const { peer } = testPeer('listener');
    const pair = socketPair();
    const attaching = peer.attach(pair.listener, 'p');
    attaching.catch(() => undefined);
    const java = new RawPeer(pair.dialler);
    for (let sent = 0; sent < FIXED.refusalsBeforeHandshake; sent++) await java.send(control);
    expect(java.closed?.code).toBe(1002);
    await expect(attaching).rejects.toMatchObject({ kind: 'connectionBroken' });
  });

  it('a handshake in the wrong direction is logged and ignored', async () => {
    const listener = testPeer('listener');
    const toListener = socketPair();
    listener.peer.attach(toListener.listener, 'p').catch(() => undefined);
    const fake = new RawPeer(toListener.dialler);
    await fake.helloBack('X');
    expect(listener.peer.groups).toEqual([]);
    expect(listener.log.at('warn')).toEqual(['Ignored a handshake response from a dialler.']);

    const { java, peer, log } = await diallerToJava();
    const before = java.frames.length;
    await java.hello('Y');
    expect(java.frames).toHaveLength(before);
    expect(peer.groups.map(({ peerSessionId }) => peerSessionId)).toEqual(['JAVA-S']);
    expect(log.at('warn')).toEqual(['Ignored a handshake request from a listener.']);
  });

  it('a second handshake on a joined socket is answered as the first and changes nothing', async () => {
    const { java, peer, group, events } = await listenerWithJava();
    await java.send({ kind: 'handshakeRequest', id: 9, sessionId: 'SOMEBODY-ELSE', serverType: 'JAVA', features: ['credits'] });
    const answers = java.of('handshakeResponse');
    expect(answers.map(({ id }) => id)).toEqual([0, 9]);
    expect(new Set(answers.map(({ sessionId }) => sessionId)).size).toBe(1);
    expect(peer.groups).toHaveLength(1);
    expect(group.features.size).toBe(0);
    expect(events.filter((event) => event === 'opened')).toHaveLength(1);
  });

  it('hazard 07: a dialler sends its handshake first on every socket, with one id, and nothing else before the answer', async () => {
    const { peer, clock } = testPeer('dialler');
    const seen: RawPeer[] = [];
    for (let count = 0; count < 3; count++) {
      const pair = socketPair();
      peer.attach(pair.dialler, 'p').catch(() => undefined);
      seen.push(new RawPeer(pair.listener));
    }
    await clock.advance(1_000);
    for (const java of seen) {
      expect(java.messages.map(({ kind }) => kind)).toEqual(['handshakeRequest']);
      expect(java.last('handshakeRequest')).toMatchObject({ id: 0, sessionId: peer.sessionId });
    }
    expect(peer.sessionId).toMatch(/^[0-9A-F]{40}$/);
  });

  it('a listener never speaks first, echoes the id of the request, and takes the handshake of a Java peer as recorded', async () => {
    const { peer } = testPeer('listener');
    const pair = socketPair();
    const attaching = peer.attach(pair.listener, 'p');
    const java = new RawPeer(pair.dialler);
    await settle();
    expect(java.frames).toEqual([]);
    await java.send(vector('V02'));
    expect(java.messages[0]).toMatchObject({ kind: 'handshakeResponse', id: 0, sessionId: peer.sessionId });
    expect((await attaching).group).toMatchObject({ peerSessionId: 'F75FC0BCF5E2DC779A97981876FEB1FDA817A701', principal: 'p', socketCount: 1 });
  });

  it('a handshake with nothing but a session id is enough, in both directions', async () => {
    const listener = testPeer('listener');
    const first = socketPair();
    const attaching = listener.peer.attach(first.listener, 'p');
    await new RawPeer(first.dialler).send(vector('V01'));
    expect((await attaching).group.peerSessionId).toBe('S1');

    const dialler = testPeer('dialler');
    const second = socketPair();
    const dialling = dialler.peer.attach(second.dialler, 'p');
    await new RawPeer(second.listener).send(vector('V03'));
    expect((await dialling).group.peerSessionId).toBe('S2');
  });

  it('sockets with the same session id form one group', async () => {
    const { peer, group, events } = await listenerWithJava(3);
    expect(peer.groups).toEqual([group]);
    expect(group.socketCount).toBe(3);
    expect(events.filter((event) => event === 'opened')).toHaveLength(1);
  });

  it('whoever presents the session id of another principal gets a group of his own', async () => {
    const { peer, group } = await listenerWithJava();
    const pair = socketPair();
    const attaching = peer.attach(pair.listener, 'somebody else');
    await new RawPeer(pair.dialler).hello(group.peerSessionId);
    const other = (await attaching).group;
    expect(other).not.toBe(group);
    expect(group.socketCount).toBe(1);
  });

  it('features are those both ends offer; a Java peer has none', async () => {
    const { group, agent } = await joinedPeers();
    expect([...group.features].sort()).toEqual(['bookmark', 'complete', 'connectors-changed', 'credits', 'deadline', 'draining', 'known-lists', 'operation-id', 'outcome', 'resend', 'results-batch', 'resume', 'trace-context']);
    expect(agent.peer.groups[0]!.features).toEqual(group.features);
    expect((await listenerWithJava()).group.features.size).toBe(0);
    expect((await diallerToJava()).group.features.size).toBe(0);
  });

  it('a closed peer takes no socket', async () => {
    const { peer } = testPeer('listener');
    await peer.close('done');
    const pair = socketPair();
    const other = new RawPeer(pair.dialler);
    await expect(peer.attach(pair.listener, 'p')).rejects.toMatchObject({ kind: 'connectionFailed' });
    await settle();
    expect(other.closed?.code).toBe(1001);
  });
});

describe('session ids', () => {
  it('hazard 05: no two peers share one, and hazard 04: each path or port can have its own by a peer of its own', () => {
    const ids = Array.from({ length: 100 }, () => testPeer('listener').peer.sessionId);
    expect(new Set(ids).size).toBe(100);
  });

  it('hazard 03: a dialler that had no socket for the expiry time comes back under a new id', async () => {
    const { peer, clock, java, events } = await diallerToJava(1, { limits: { groupExpiry: 300_000 } });
    const first = peer.sessionId;
    cut(java.socket);
    await clock.advance(299_999);
    expect(peer.sessionId).toBe(first);
    await clock.advance(1);
    expect(peer.sessionId).not.toBe(first);
    expect(events.slice(-2)).toEqual(['down', 'closed: the peer stayed away']);
    expect(peer.groups).toEqual([]);
  });

  it('hazard 03: failed attempts in between do not keep the old id alive, and a handshake under way with it is broken off', async () => {
    const { peer, clock, java } = await diallerToJava(1, { limits: { groupExpiry: 300_000, handshakeTimeout: 30_000 } });
    const first = peer.sessionId;
    cut(java.socket);
    await clock.advance(290_000);
    const pair = socketPair();
    const attaching = peer.attach(pair.dialler, 'controller');
    attaching.catch(() => undefined);
    const late = new RawPeer(pair.listener);
    await clock.advance(10_000);
    expect(late.closed?.code).toBe(1001);
    await expect(attaching).rejects.toMatchObject({ kind: 'connectionBroken' });
    expect(peer.sessionId).not.toBe(first);
  });

  it('hazard 03: a peer that is back in time finds its group, its ids and the old session id', async () => {
    const { peer, clock, java, group } = await diallerToJava(1, { limits: { groupExpiry: 300_000 } });
    const first = peer.sessionId;
    cut(java.socket);
    await clock.advance(290_000);
    const pair = socketPair();
    const again = new RawPeer(pair.listener);
    const attaching = peer.attach(pair.dialler, 'controller');
    await again.helloBack('JAVA-S');
    expect((await attaching).group).toBe(group);
    await clock.advance(100_000);
    expect(peer.sessionId).toBe(first);
    const ids = [...java.of('controlRequest'), ...again.of('controlRequest')].map(({ id }) => id);
    expect(ids).toEqual([...new Set(ids)].sort((a, b) => a - b));
  });

  it('hazard 03: a listener that still serves others meets a long absent peer under a new id', async () => {
    const { peer, clock, raw } = await listenerWithJava(1, { limits: { groupExpiry: 300_000 } });
    const shake = async (sessionId: string) => {
      const pair = socketPair();
      const java = new RawPeer(pair.dialler);
      const attaching = peer.attach(pair.listener, 'anonymous');
      await java.hello(sessionId);
      await attaching;
      return java;
    };
    await shake('OTHER');
    cut(raw[0]!.socket);
    await clock.advance(300_000);
    const back = (await shake('JAVA-1')).last('handshakeResponse').sessionId;
    const second = (await shake('JAVA-1')).last('handshakeResponse').sessionId;
    const other = (await shake('OTHER')).last('handshakeResponse').sessionId;
    expect(other).toBe(peer.sessionId);
    expect(back).not.toBe(other);
    expect(second).toBe(back);
  });
});
