import { describe, expect, it } from 'vitest';
import { ConnectorError } from '../../../../protocol/model/index.js';
import { CreditGate, CreditWindow } from '../../../../protocol/session/credits.js';
import { StreamInbox } from '../../../../protocol/session/stream-inbox.js';
import { FakeClock, settle } from '../../../support/fake-clock.js';

function inbox(timeout: number | undefined, gapTimeout = 60_000, maxBytes = 100_000) {
  const clock = new FakeClock();
  const made = new StreamInbox<string, string>({
    clock, timeout, gapTimeout, maxBytes,
    onTimeout: (progress) => new ConnectorError('operationTimeout', `late: ${progress}`),
    onGap: (progress) => new ConnectorError('connectionBroken', `lost: ${progress}`),
  });
  const item = (sequence: number, bytes = 10) => made.accept((buffer) => { buffer.add(sequence, String(sequence), bytes); });
  const end = (count: number) => made.accept((buffer) => { buffer.finish(count, 'end'); });
  return { clock, inbox: made, item, end };
}

describe('StreamInbox', () => {
  it('hazard 13: a missing end message fails at the timeout between messages, and says what is missing', async () => {
    const { clock, inbox: made, item } = inbox(5_000);
    item(1);
    await made.take();
    const waiting = made.take();
    waiting.catch(() => undefined);
    await clock.advance(4_000);
    item(2);
    await expect(waiting).resolves.toMatchObject({ items: ['2'] });
    const vain = made.take();
    vain.catch(() => undefined);
    await clock.advance(5_000);
    await expect(vain).rejects.toThrow('late: result 3 is missing, 2 is the highest received, the end has not arrived');
  });

  it('a slow consumer does not make its own stream time out', async () => {
    const { clock, inbox: made, item, end } = inbox(5_000);
    item(1);
    await made.take();
    await clock.advance(60_000);
    item(2);
    end(2);
    await expect(made.take()).resolves.toMatchObject({ items: ['2'] });
    await expect(made.take()).resolves.toMatchObject({ kind: 'end' });
  });

  it('a result lost with its socket fails the stream even when the operation has no timeout', async () => {
    const { clock, inbox: made, item } = inbox(undefined, 60_000);
    item(2);
    const waiting = made.take();
    waiting.catch(() => undefined);
    await clock.advance(59_000);
    item(3);
    await clock.advance(1_000);
    await expect(waiting).rejects.toThrow('lost: result 1 is missing, 3 is the highest received');
  });

  it('a gap that closes in time is no failure, and the next one has its own time', async () => {
    const { clock, inbox: made, item } = inbox(undefined, 60_000);
    item(2);
    item(4);
    await clock.advance(40_000);
    item(1);
    await expect(made.take()).resolves.toMatchObject({ items: ['1', '2'] });
    await clock.advance(40_000);
    item(3);
    await expect(made.take()).resolves.toMatchObject({ items: ['3', '4'] });
  });

  it('hands out what came before the peer failed, then the failure', async () => {
    const { inbox: made, item } = inbox(undefined);
    item(1);
    made.fail(new ConnectorError('unknownUid', 'gone'));
    await expect(made.take()).resolves.toMatchObject({ items: ['1'] });
    await expect(made.take()).rejects.toMatchObject({ kind: 'unknownUid' });
  });

  it('hands out what is here together, up to the number asked for and 256 KiB, never beyond a gap, and the end alone', async () => {
    const { inbox: made, item, end } = inbox(undefined, 60_000, 1_000_000);
    for (let sequence = 1; sequence <= 5; sequence++) item(sequence, sequence);
    item(7);
    await expect(made.take(() => 2)).resolves.toEqual({ kind: 'items', items: ['1', '2'], largest: 2 });
    await expect(made.take()).resolves.toEqual({ kind: 'items', items: ['3', '4', '5'], largest: 5 });
    item(6, 200 * 1024);
    for (let sequence = 8; sequence <= 100; sequence++) item(sequence, sequence === 8 ? 100 * 1024 : 10);
    end(100);
    await expect(made.take()).resolves.toMatchObject({ items: ['6', '7', '8'], largest: 200 * 1024 });
    await expect(made.take()).resolves.toMatchObject({ items: { length: 64 } });
    await expect(made.take()).resolves.toMatchObject({ items: { length: 28 } });
    await expect(made.take()).resolves.toMatchObject({ kind: 'end' });
  });

  it('stopping throws at once and frees what is held', async () => {
    const { inbox: made, item } = inbox(undefined);
    item(1);
    made.stop(new Error('enough'));
    await expect(made.take()).rejects.toThrow('enough');
    expect(made.bytes).toBe(0);
  });

  it('a flood fails the stream and frees it, whatever is sent afterwards', async () => {
    const { inbox: made, item } = inbox(undefined, 60_000, 10_000);
    for (let sequence = 1; sequence <= 100; sequence++) item(sequence, 1_000);
    expect(made.bytes).toBe(0);
    await expect(made.take()).rejects.toThrow(/maxBufferedBytes/);
  });

  it('leaves no timer behind', async () => {
    const { clock, inbox: made } = inbox(5_000);
    await settle();
    expect(clock.sleeping).toBe(2);
    made.dispose();
    await settle();
    expect(clock.sleeping).toBe(0);
  });
});

describe('credits', () => {
  it('the window stays within half of the buffer for large results, and is at least one', () => {
    const window = new CreditWindow(256, 1_000_000);
    expect(window.granted).toBe(8);
    for (let taken = 1; taken <= 100; taken++) {
      window.consumed(100_000);
      expect(window.granted - taken).toBeLessThanOrEqual(Math.max(5, 8 - taken));
      expect(window.granted - taken).toBeGreaterThan(0);
    }
    const huge = new CreditWindow(256, 1_000);
    for (let taken = 1; taken <= 8; taken++) huge.consumed(100_000);
    expect(huge.granted).toBe(9);
  });

  it('small results soon get the whole window, with few messages', () => {
    const window = new CreditWindow(256, 64_000_000);
    let messages = 0;
    for (let taken = 1; taken <= 10_000; taken++) if (window.consumed(200) !== undefined) messages++;
    expect(window.granted).toBeGreaterThan(10_128);
    expect(window.granted).toBeLessThanOrEqual(10_256);
    expect(messages).toBeLessThan(100);
  });

  it('a credit that comes late or twice changes nothing, because credits are totals', async () => {
    const gate = new CreditGate(new FakeClock());
    const never = new AbortController();
    gate.grant(10);
    gate.grant(5);
    gate.grant(10);
    await gate.pass(10, never.signal);
    const waiting = gate.pass(11, never.signal);
    never.abort(new Error('cancelled'));
    await expect(waiting).rejects.toThrow('cancelled');
  });
});
