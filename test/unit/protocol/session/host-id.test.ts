import { describe, expect, it } from 'vitest';
import { decodeFrame, encodeMessage } from '../../../../protocol/frame.js';
import { diallerToJava, joinedPeers, testPeer } from '../../../support/peers.js';
import { RawPeer } from '../../../support/raw-peer.js';
import { socketPair } from '../../../support/socket-pair.js';

describe('the host id of a dialler', () => {
  it('comes with each socket it opens', async () => {
    const { join } = await joinedPeers(1, { agent: { hostId: 'host-a' } });
    const { listener, dialler } = await join();
    expect(listener.hostId).toBe('host-a');
    expect(dialler.hostId).toBeUndefined();
  });

  it('is that of the socket, not of the session somebody else began', async () => {
    const { peer } = testPeer('listener');
    const seen: (string | undefined)[] = [];
    for (const hostId of ['host-a', 'host-b', undefined]) {
      const { dialler, listener } = socketPair();
      const attaching = peer.attach(listener, 'site1');
      await new RawPeer(dialler).send({ kind: 'handshakeRequest', id: 0, sessionId: 'S', serverType: 'JAVA', features: ['credits'], ...(hostId === undefined ? {} : { hostId }) });
      seen.push((await attaching).hostId);
    }
    expect(seen).toEqual(['host-a', 'host-b', undefined]);
    expect(peer.groups).toHaveLength(1);
  });

  it('is not said by who has none, nor by a listener: those frames are what they were', async () => {
    const { java } = await diallerToJava();
    const first = java.frames[0] ?? new Uint8Array();
    expect(decodeFrame(first)).not.toHaveProperty('hostId', expect.anything());
    const { peer } = testPeer('listener', { hostId: 'host-a' });
    const { dialler, listener } = socketPair();
    peer.attach(listener, 'p').catch(() => undefined);
    const other = new RawPeer(dialler);
    await other.hello('JAVA-1');
    expect(Buffer.from(other.frames[0] ?? []).includes('host-a')).toBe(false);
  });

  it('is field 1002 of the handshake, which a Java peer skips', () => {
    const frame = Buffer.from(encodeMessage({ kind: 'handshakeRequest', id: 0, sessionId: 's', serverType: 'JAVA', features: [], hostId: 'h' }));
    expect(frame.includes(Buffer.from([0xd2, 0x3e, 0x01, 0x68]))).toBe(true); // tag (1002 << 3 | 2), length 1, "h"
  });
});
