import { describe, expect, it } from 'vitest';
import { FIXED, sessionLimits } from '../../../../protocol/session/limits.js';
import { Outbox } from '../../../../protocol/session/outbox.js';
import { SocketLink, type Closing } from '../../../../protocol/session/socket-link.js';
import { FakeClock, settle } from '../../../support/fake-clock.js';
import { recordedLog } from '../../../support/quiet-log.js';
import { cut, socketPair } from '../../../support/socket-pair.js';

const frame = (byte: number) => Uint8Array.of(byte);

function link(clock = new FakeClock(), limits: Parameters<typeof sessionLimits>[0] = {}) {
  const pair = socketPair();
  const log = recordedLog();
  const received: Uint8Array[] = [];
  const closings: Closing[] = [];
  const made = new SocketLink(pair.dialler, 'agent-1', {
    clock, log, limits: sessionLimits(limits), traffic: { framesReceived: 0, bytesReceived: 0, framesSent: 0, bytesSent: 0 },
    onFrame: (_link, bytes) => {
      if (bytes[0] === 0xff) throw new Error('handler broke');
      received.push(bytes);
    },
    onClosed: (_link, closing) => closings.push(closing),
  });
  pair.listener.listen({ onFrame: () => undefined, onText: () => undefined, onPong: () => undefined, onClose: () => undefined });
  return { ...pair, clock, log, received, closings, link: made };
}

describe('SocketLink', () => {
  it('hazard 09: pings every interval and cuts a socket that is silent for two of them', async () => {
    const { clock, dialler, listener, closings } = link(undefined, { heartbeatInterval: 25_000 });
    await clock.advance(60_000);
    expect(dialler.pings).toBe(2);
    expect(closings).toEqual([]);
    await listener.send(frame(1));
    await settle();
    dialler.deaf = true;
    await clock.advance(49_999);
    expect(closings).toEqual([]);
    await clock.advance(1);
    expect(dialler.terminated).toBe(true);
    expect(closings).toEqual([{ code: 1006, reason: expect.stringContaining('silent') as string }]);
    expect(clock.sleeping).toBe(0);
  });

  it('an oversized frame closes the socket with 1009', async () => {
    const { listener, dialler, received, closings } = link(undefined, { maxFrameBytes: 10 });
    await listener.send(new Uint8Array(11));
    await settle();
    expect(dialler.closing?.code).toBe(1009);
    expect(received).toEqual([]);
    expect(closings[0]?.code).toBe(1009);
  });

  it('text messages are logged once and ignored', async () => {
    const { dialler, log, closings } = link();
    dialler.in.text();
    dialler.in.text();
    expect(log.at('warn')).toEqual(['Ignored a text message; the protocol knows binary messages only.']);
    expect(closings).toEqual([]);
  });

  it('an error while handling a frame does not reach the socket library', async () => {
    const { listener, log, received } = link();
    await listener.send(frame(0xff));
    await listener.send(frame(1));
    await settle();
    expect(log.at('error')).toEqual(['Handling a socket event failed.']);
    expect(received).toHaveLength(1);
  });

  it('cuts a peer that makes us answer without ever reading the answers', () => {
    const { link: made, dialler } = link();
    dialler.out.stall();
    for (let sent = 0; sent < FIXED.unreadReplies; sent++) made.reply(frame(1));
    expect(dialler.terminated).toBe(false);
    made.reply(frame(1));
    expect(dialler.terminated).toBe(true);
  });

  it('a peer that ignores our close frame is cut', async () => {
    const { link: made, dialler, clock, closings } = link();
    dialler.deaf = true;
    made.close(1001, 'going away');
    await clock.advance(FIXED.closeGrace);
    expect(dialler.terminated).toBe(true);
    expect(closings).toEqual([{ code: 1006, reason: 'no closing handshake after: going away' }]);
  });

  it('retires: takes no new frames, lets those being written end, then closes with 1000', async () => {
    const { link: made, dialler, listener } = link();
    made.join(0, () => undefined);
    dialler.out.stall();
    const written = made.send(frame(1));
    const retired = made.retire(new AbortController().signal);
    await settle();
    expect(made.isUsable).toBe(false);
    expect(dialler.closing).toBeUndefined();
    dialler.out.flow();
    await written;
    await retired;
    expect(dialler.closing).toEqual({ code: 1000, reason: 'socket rotation' });
    expect(listener.in.frames).toHaveLength(1);
  });

  it('a retired socket takes in what the peer had written before, however long that takes', async () => {
    const { link: made, dialler, listener, received, clock, closings } = link();
    made.join(0, () => undefined);
    dialler.deaf = true;                                 // the closing handshake waits behind the peer's frames
    listener.out.hold();
    await listener.send(frame(7));
    const retired = made.retire(new AbortController().signal);
    await clock.advance(20_000);
    expect(closings).toEqual([]);
    listener.out.flow();
    expect(received.map(([byte]) => byte)).toEqual([7]);
    cut(dialler, 1000, 'socket rotation');
    await retired;
    expect(closings).toEqual([{ code: 1000, reason: 'socket rotation' }]);
  });

  it('a retirement that takes too long is cut short', async () => {
    const { link: made, dialler, closings } = link();
    made.join(0, () => undefined);
    dialler.out.stall();
    made.send(frame(1)).catch(() => undefined);
    const stop = new AbortController();
    const retired = made.retire(stop.signal);
    stop.abort();
    await retired;
    expect(closings[0]?.reason).toBe('rotation took too long');
  });
});

describe('Outbox', () => {
  async function group(count: number) {
    const clock = new FakeClock();
    const outbox = new Outbox(clock);
    const ends = Array.from({ length: count }, () => link(clock));
    for (const end of ends) {
      end.link.join(0, () => undefined);
      outbox.add(end.link);
    }
    return { clock, outbox, ends, sent: () => ends.map(({ dialler }) => dialler.out.frames.length) };
  }
  const once = { wait: 0, repeatable: true };

  it('takes sockets in turn', async () => {
    const { outbox, sent } = await group(3);
    for (let message = 0; message < 7; message++) await outbox.send(frame(message), once);
    expect(sent()).toEqual([3, 2, 2]);
  });

  it('hands many frames to one socket in their order, to the one preferred', async () => {
    const { outbox, ends, sent } = await group(2);
    const frames = [frame(1), frame(2), frame(3)];
    const first = await outbox.sendAll(frames, once);
    expect(sent()).toEqual([3, 0]);
    expect(ends[0]!.dialler.out.frames).toEqual(frames);
    await outbox.sendAll(frames, { ...once, prefer: first });
    expect(sent()).toEqual([6, 0]);
    await outbox.sendAll(frames, once);                  // somebody else's
    expect(sent()).toEqual([6, 3]);
  });

  it('goes on by another socket while the preferred one takes nothing, and by that when none does', async () => {
    const { outbox, ends, sent } = await group(2);
    const [first, second] = ends.map(({ dialler }) => dialler.out);
    first!.stall();
    const prefer = ends[0]!.link;
    const stuck = [outbox.sendAll([frame(1)], { ...once, prefer })];
    expect(await outbox.sendAll([frame(2), frame(3)], { ...once, prefer })).toBe(ends[1]!.link);
    second!.stall();
    stuck.push(outbox.sendAll([frame(4)], { ...once, prefer: ends[1]!.link }), outbox.sendAll([frame(5)], { ...once, prefer }));
    expect(sent()).toEqual([2, 3]);
    first!.flow();
    second!.flow();
    await Promise.all(stuck);
  });

  it('sends all of them again by another socket when one of them could not be written', async () => {
    const { outbox, ends } = await group(2);
    ends[0]!.dialler.out.stall();
    const sending = outbox.sendAll([frame(1), frame(2)], once);
    await settle();
    cut(ends[0]!.dialler);
    await sending;
    expect(ends[1]!.dialler.out.frames).toEqual([frame(1), frame(2)]);
  });

  it('waits for a socket with many frames as with one', async () => {
    const { outbox } = await group(0);
    await expect(outbox.sendAll([frame(1), frame(2)], once)).rejects.toMatchObject({ kind: 'connectionFailed' });
  });

  it('sends by the next socket when a write fails', async () => {
    const { outbox, ends, sent } = await group(2);
    ends[0]!.dialler.out.stall();
    const sending = outbox.send(frame(1), once);
    await settle();
    cut(ends[0]!.dialler);
    await sending;
    expect(sent()).toEqual([1, 1]);
  });

  it('does not repeat what must not be done twice, and says that the outcome is unknown', async () => {
    const { outbox, ends, sent } = await group(2);
    ends[0]!.dialler.out.stall();
    const sending = outbox.send(frame(1), { wait: 0, repeatable: false });
    await settle();
    cut(ends[0]!.dialler);
    await expect(sending).rejects.toMatchObject({ kind: 'connectionBroken', message: expect.stringContaining('unknown') as string });
    expect(sent()).toEqual([1, 0]);
  });

  it('leaves out a socket that takes no more frames, so that a write is not failed for nothing during a rotation', async () => {
    const { outbox, ends, sent } = await group(2);
    Object.defineProperty(ends[0]!.dialler, 'isOpen', { value: false });
    await outbox.send(frame(1), { wait: 0, repeatable: false });
    expect(sent()).toEqual([0, 1]);
  });

  it('fails at once without a socket when told not to wait', async () => {
    const { outbox } = await group(0);
    await expect(outbox.send(frame(1), once)).rejects.toMatchObject({ kind: 'connectionFailed' });
  });

  it('waits for a socket to come, no longer than told', async () => {
    const { outbox, clock } = await group(0);
    const sending = outbox.send(frame(1), { wait: 1_000, repeatable: true });
    await clock.advance(900);
    const late = link(clock);
    late.link.join(0, () => undefined);
    outbox.add(late.link);
    await sending;
    expect(late.dialler.out.frames).toHaveLength(1);
    outbox.remove(late.link);
    const vain = outbox.send(frame(1), { wait: 1_000, repeatable: true });
    vain.catch(() => undefined);
    await clock.advance(1_000);
    await expect(vain).rejects.toMatchObject({ kind: 'connectionFailed' });
  });

  it('the caller can stop waiting', async () => {
    const { outbox } = await group(0);
    const stop = new AbortController();
    const sending = outbox.send(frame(1), { wait: 1_000, repeatable: true, signal: stop.signal });
    stop.abort(new Error('enough'));
    await expect(sending).rejects.toThrow('enough');
  });

  it('keeps to the preferred socket and away from the avoided one while there is another', async () => {
    const { outbox, ends, sent } = await group(2);
    for (let message = 0; message < 3; message++) await outbox.send(frame(1), { ...once, prefer: ends[1]!.link });
    expect(sent()).toEqual([0, 3]);
    for (let message = 0; message < 3; message++) await outbox.send(frame(1), { ...once, avoid: ends[1]!.link });
    expect(sent()).toEqual([3, 3]);
    outbox.remove(ends[0]!.link);
    await outbox.send(frame(1), { ...once, avoid: ends[1]!.link });
    expect(sent()).toEqual([3, 4]);
  });
});
