import { describe, expect, it } from 'vitest';
import { FleetLink, LINK_WINDOW } from '../../../../controller/fleet/fleet-link.js';
import { LINK_MESSAGES, encodeTotal, type LinkMessage } from '../../../../controller/fleet/link-message.js';
import { settle } from '../../../support/fake-clock.js';

interface End { readonly link: FleetLink; readonly sent: LinkMessage[]; readonly frames: Uint8Array[]; readonly closed: string[]; readonly ended: { why: string; isLoss: boolean }[] }

function end(maxFrameBytes = 32 * 1_024 ** 2): End {
  const [sent, frames, closed, ended]: [LinkMessage[], Uint8Array[], string[], End['ended']] = [[], [], [], []];
  const link = new FleetLink({
    id: 7n, partner: 'c2', description: 'test link', maxFrameBytes, maxMessageBytes: 1_048_576,
    publish: (message) => sent.push({ ...message, body: Uint8Array.from(message.body) }), onEnded: (why, isLoss) => ended.push({ why, isLoss }),
  });
  link.socket.listen({ onFrame: (frame) => frames.push(frame), onText: () => undefined, onPong: () => undefined, onClose: (code, reason) => closed.push(`${code} ${reason}`) });
  return { link, sent, frames, closed, ended };
}
const pass = (from: End, to: End): void => { for (const message of from.sent.splice(0)) to.link.receive(message); };

describe('a link between two controllers', () => {
  it('ends when a message was lost, and hands nothing on from behind the gap', async () => {
    const [here, there] = [end(), end()];
    for (const byte of [1, 2, 3]) {
      void here.link.socket.send(Uint8Array.of(byte));
      await settle();
    }
    here.sent.splice(1, 1);
    pass(here, there);
    expect(there.frames).toEqual([Uint8Array.of(1)]);
    expect(there.ended).toEqual([{ why: 'message 2 was lost', isLoss: true }]);
    expect(there.closed).toEqual(['1006 message 2 was lost']);
    pass(there, here);
    expect(here.closed).toEqual(['1002 message 2 was lost']);
  });

  it('ends when a message comes twice', async () => {
    const [here, there] = [end(), end()];
    void here.link.socket.send(Uint8Array.of(1));
    await settle();
    const [message] = here.sent;
    there.link.receive(message!);
    there.link.receive(message!);
    expect(there.frames).toHaveLength(1);
    expect(there.ended[0]?.isLoss).toBe(true);
  });

  it.each([
    ['a frame larger than the limit', LINK_MESSAGES.data, Uint8Array.of(0, 16, 0, 0)],
    ['more bytes taken than were sent', LINK_MESSAGES.taken, encodeTotal(1)],
    ['a total that is none', LINK_MESSAGES.taken, Uint8Array.of(1)],
    ['a goodbye that is no JSON', LINK_MESSAGES.close, Uint8Array.of(1, 2)],
    ['a second wish', LINK_MESSAGES.open, new Uint8Array(0)],
  ])('ends at %s', (_what, kind, body) => {
    const { link, ended, frames } = end(1_000);
    link.receive({ kind, link: 7n, sequence: 1, body });
    expect(ended).toMatchObject([{ isLoss: true }]);
    expect(frames).toEqual([]);
  });

  it('sends no more than a window ahead, and lets the sender wait', async () => {
    const [here, there] = [end(), end()];
    let isSent = false;
    const frame = new Uint8Array(3 * LINK_WINDOW).fill(5);
    const sending = here.link.socket.send(frame).then(() => { isSent = true; });
    await settle();
    const ahead = (): number => here.sent.reduce((sum, { body }) => sum + body.length, 0);
    expect(ahead()).toBe(LINK_WINDOW);
    expect(isSent).toBe(false);
    expect(here.link.socket.isCongested).toBe(true);
    while (here.sent.length > 0) {
      pass(here, there);
      pass(there, here);
      expect(ahead()).toBeLessThanOrEqual(LINK_WINDOW);
    }
    await sending;
    expect(there.frames.map(({ length }) => length)).toEqual([frame.length]);
    expect(here.link.socket.isCongested).toBe(false);
  });

  it('tells senders that wait when it ends', async () => {
    const here = end();
    const sending = here.link.socket.send(new Uint8Array(2 * LINK_WINDOW));
    await settle();
    here.link.lose('NATS is not connected');
    await expect(sending).rejects.toThrow('NATS is not connected');
    await expect(here.link.socket.send(Uint8Array.of(1))).rejects.toThrow();
  });
});
