import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { OrderingBuffer } from '../../../../protocol/session/ordering-buffer.js';

const MEBIBYTE = 1_048_576;

function drain(buffer: OrderingBuffer<string, string>): string[] {
  const taken: string[] = [];
  for (;;) {
    const next = buffer.take();
    if (next === undefined) return taken;
    taken.push(next.kind === 'item' ? next.item : next.value);
    if (next.kind === 'end') return taken;
  }
}

describe('OrderingBuffer', () => {
  it('hazard 20: refuses sequence number 0, which would make the stream wait for ever for one result', () => {
    const buffer = new OrderingBuffer<string, string>(MEBIBYTE);
    expect(() => buffer.add(0, 'a', 1)).toThrow(/sequence number 0/);
  });

  it('hazard 13: an end message that announces fewer results than were received is an error, not a short answer', () => {
    const buffer = new OrderingBuffer<string, string>(MEBIBYTE);
    buffer.add(3, 'c', 1);
    expect(() => buffer.finish(2, 'end')).toThrow(/announces 2 results, but result 3/);
  });

  it('refuses a result beyond the announced end', () => {
    const buffer = new OrderingBuffer<string, string>(MEBIBYTE);
    buffer.finish(1, 'end');
    expect(() => buffer.add(2, 'b', 1)).toThrow(/result 2 although its end message announced 1/);
  });

  it('refuses to hold more than its limit and names the limit', () => {
    const buffer = new OrderingBuffer<string, string>(10_000);
    buffer.add(1, 'a', 6_000);
    expect(() => buffer.add(2, 'b', 6_000)).toThrow(/maxBufferedBytes/);
  });

  it('takes one result larger than the limit when nothing else is held, since it can be handed out at once', () => {
    const buffer = new OrderingBuffer<string, string>(100);
    buffer.add(1, 'a', 6_000);
    expect(drain(buffer)).toEqual(['a']);
    expect(buffer.bytes).toBe(0);
  });

  it('hazard 13: is not complete while a result is missing, even when the end is here', () => {
    const buffer = new OrderingBuffer<string, string>(MEBIBYTE);
    buffer.add(1, 'a', 1);
    buffer.add(3, 'c', 1);
    buffer.finish(3, 'end');
    expect(drain(buffer)).toEqual(['a']);
    expect(buffer.hasGap).toBe(true);
    expect(buffer.progress).toBe('result 2 is missing, 3 is the highest received, the end message announced 3 results');
    buffer.add(2, 'b', 1);
    expect(drain(buffer)).toEqual(['b', 'c', 'end']);
  });

  it('hazard 13: hands out any order with any repeats as 1..N, once each, then the end', () => {
    fc.assert(fc.property(
      fc.integer({ min: 0, max: 40 }).chain((count) => fc.record({
        count: fc.constant(count),
        order: fc.shuffledSubarray(Array.from({ length: count + 1 }, (_, index) => index), { minLength: count + 1 }),
        repeats: fc.array(fc.nat(Math.max(count, 1)), { maxLength: 20 }),
      })),
      ({ count, order, repeats }) => {
        const buffer = new OrderingBuffer<string, string>(MEBIBYTE);
        const out: string[] = [];
        for (const index of [...order, ...repeats.filter((at) => at <= count)]) {
          if (out.at(-1) === 'end') break;
          if (index === 0) buffer.finish(count, 'end');
          else buffer.add(index, String(index), 10);
          out.push(...drain(buffer));
        }
        expect(out).toEqual([...Array.from({ length: count }, (_, index) => String(index + 1)), 'end']);
        expect(buffer.bytes).toBe(0);
      },
    ));
  });
});
