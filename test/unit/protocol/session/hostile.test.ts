import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeOperationRequest, encodeStreamItem, facadeKeyOf } from '../../../../protocol/codec/index.js';
import { OperationOptions } from '../../../../protocol/model/index.js';
import { PROTOCOL_ERRORS } from '../../../../protocol/message.js';
import { FIXED } from '../../../../protocol/session/limits.js';
import { KEY, account, configuration } from '../../../support/fake-facade.js';
import { settle } from '../../../support/fake-clock.js';
import { diallerToJava, listenerWithJava, never, testPeer } from '../../../support/peers.js';
import { RawPeer, vector } from '../../../support/raw-peer.js';
import { cut, socketPair } from '../../../support/socket-pair.js';

const ids = Array.from({ length: 39 }, (_, index) => `V${String(index + 1).padStart(2, '0')}`);

/** A frame of the specification with some bytes changed, or its end cut off; or no frame at all. */
const anyFrame = fc.oneof(
  fc.uint8Array({ maxLength: 200 }),
  fc.record({ id: fc.constantFrom(...ids), changes: fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 4 }), cut: fc.option(fc.nat(), { nil: undefined }) })
    .map(({ id, changes, cut: length }) => {
      const frame = Uint8Array.from(vector(id));
      for (const [at, byte] of changes) frame[at % frame.length] = byte;
      return length === undefined ? frame : frame.subarray(0, length % (frame.length + 1));
    }),
);

describe('whatever a peer sends', () => {
  it('never breaks the session, in either role, before or after the handshake', async () => {
    await fc.assert(fc.asyncProperty(fc.array(anyFrame, { maxLength: 12 }), fc.boolean(), fc.boolean(), async (frames, isListener, isJoined) => {
      const role = isListener ? 'listener' as const : 'dialler' as const;
      const { peer, clock, log, facade } = testPeer(role, { limits: { handshakeTimeout: 1_000 } });
      const pair = socketPair();
      const java = new RawPeer(pair[isListener ? 'dialler' : 'listener']);
      const attaching = peer.attach(pair[role], 'p');
      attaching.catch(() => undefined);
      if (isJoined) await (isListener ? java.hello('J') : java.helloBack('J'));
      for (const frame of frames) await java.socket.send(frame).catch(() => undefined);
      await clock.advance(isJoined ? 300 : 0);
      if (isJoined && java.closed === undefined) {
        facade.onPerform = async () => undefined;
        await java.send(encodeOperationRequest({ id: 4_000_001, connectorKey: KEY, facadeKey: 'FADE', operation: { kind: 'test' } }));
        expect(java.last('operationResponse').id).toBe(4_000_001);
      }
      const closing = peer.close('end of test');
      await clock.advance(10_000);
      await closing;
      expect(log.at('error').filter((message) => message !== 'The list of connectors could not be made.')).toEqual([]);
      expect(clock.sleeping).toBe(0);
    }), { numRuns: 150 });
  }, 60_000);

  it('a frame that is no message is logged once and dropped', async () => {
    const { java, log, peer } = await listenerWithJava();
    for (let count = 0; count < 5; count++) await java.send(Uint8Array.of(0xff, 0xff, 0xff));
    expect(log.at('warn')).toEqual(['Dropped a frame that could not be decoded.']);
    expect(peer.groups[0]!.isOperational).toBe(true);
  });

  it('an empty message and an unknown request are answered with their texts; errors about errors are not', async () => {
    const { java } = await listenerWithJava();
    await java.send(new Uint8Array(), { kind: 'unknownRequest', id: 8 }, { kind: 'unknownResponse', id: 9 });
    expect(java.of('error').map(({ id, message }) => [id, message])).toEqual([
      [0, PROTOCOL_ERRORS.unknownMessage], [8, PROTOCOL_ERRORS.unknownRequest], [9, PROTOCOL_ERRORS.unknownRequest],
    ]);
    const before = java.frames.length;
    await java.send(vector('V25'));
    expect(java.frames).toHaveLength(before);
  });

  it('text messages and oversized frames cost at most the socket', async () => {
    const { raw, group } = await listenerWithJava(2, { limits: { maxFrameBytes: 1_000 } });
    raw[0]!.socket.out.text();
    await raw[0]!.send(new Uint8Array(1_001));
    expect(raw[0]!.closed?.code).toBe(1009);
    expect(group.socketCount).toBe(1);
    await raw[1]!.send(vector('V08'));
    expect(raw[1]!.last('operationResponse').id).toBe(2);
  });

  it('a flood of control requests whose answers are not read costs the socket, not memory', async () => {
    const { java, peer } = await listenerWithJava();
    java.socket.in.stall();
    for (let count = 0; count < 2 * FIXED.unreadReplies && java.closed === undefined; count++) {
      await java.send(vector('V04')).catch(() => undefined);
    }
    expect(java.closed?.code).toBe(1006);
    expect(peer.groups[0]!.socketCount).toBe(0);
  });

  it('control requests beyond a few at a time are refused as retryable while the list is being made', async () => {
    const { java, facade } = await listenerWithJava();
    facade.connectorInfos = () => new Promise(() => undefined);
    for (let id = 1; id <= FIXED.controlAnswers + 1; id++) {
      await java.send({ kind: 'controlRequest', id, infoLevels: ['CONNECTOR_INFO'], localRequestIds: [], remoteRequestIds: [id] });
    }
    expect(java.of('error').map(({ id }) => id)).toEqual([FIXED.controlAnswers + 1]);
  });

  it('session ids by the thousand: groups that are down give way, groups that are up are kept', async () => {
    const { peer, events } = testPeer('listener');
    for (let count = 0; count <= FIXED.groups; count++) {
      const pair = socketPair();
      const attaching = peer.attach(pair.listener, 'p');
      await pair.dialler.send(Buffer.concat([Uint8Array.of(0x12, 0x0a, 0x0a, 0x08, 0x0a, 0x06), Buffer.from(String(100_000 + count))]));
      await attaching;
      if (count > 0) cut(pair.dialler);
    }
    expect(peer.groups).toHaveLength(FIXED.groups);
    expect(peer.groups.filter(({ isOperational }) => isOperational)).toHaveLength(1);
    expect(events).toContain('closed: too many sessions');
    await peer.close('done');
  });

  it('an event handler of the owner that throws is logged and does no harm', async () => {
    const { java, log, group } = await listenerWithJava(1, { onGroupOpened: () => { throw new Error('mine'); } });
    expect(log.at('error')).toEqual(['An event handler of the session failed.']);
    await java.send(vector('V08'));
    expect(java.last('operationResponse').id).toBe(2);
    expect(group.isOperational).toBe(true);
  });

  it('results for a stream that is over, or was never asked for, are dropped', async () => {
    const { java, group } = await diallerToJava();
    const facade = group.facade(KEY, facadeKeyOf(configuration()));
    const results = facade.stream({ kind: 'search', objectClass: '__ACCOUNT__', filter: undefined, options: OperationOptions.none }, { signal: never });
    const first = results.next();
    await settle();
    const { id } = java.last('operationRequest');
    await java.send(encodeStreamItem(id, 'search', account(1), 1));
    await first;
    await results.return(undefined);
    for (let n = 2; n < 50; n++) await java.send(encodeStreamItem(id, 'search', account(n), n), encodeStreamItem(id + 1_000, 'search', account(n), n));
    expect(group.pending).toBe(0);
  });

  it('credits and cancels for requests that never come are forgotten with the sockets', async () => {
    const { java, facade, peer, clock } = await listenerWithJava();
    await java.send({ kind: 'cancel', id: 2 });
    cut(java.socket);
    await settle();
    const pair = socketPair();
    const again = new RawPeer(pair.dialler);
    const attaching = peer.attach(pair.listener, 'anonymous');
    await again.hello('JAVA-1');
    await attaching;
    await clock.advance(FIXED.settleTime);
    await again.send(vector('V08'));
    expect(facade.performed).toHaveLength(1);
  });
});
