import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mappedInOrder } from '../../../../connectors/engines/rest/ordered-concurrency.js';

const quiet = new AbortController().signal;

async function collected<T>(chunks: AsyncIterable<readonly T[]>): Promise<T[]> {
  const all: T[] = [];
  for await (const chunk of chunks) all.push(...chunk);
  return all;
}

describe('requests for the objects of a list', () => {
  it('give results in the order of the list, whichever ends first, with no more under way than allowed', async () => {
    await fc.assert(fc.asyncProperty(fc.scheduler(), fc.integer({ min: 0, max: 30 }), fc.integer({ min: 1, max: 8 }), async (scheduler, count, concurrency) => {
      const items = Array.from({ length: count }, (_, index) => index);
      let running = 0;
      let most = 0;
      const slow = async (item: number): Promise<number> => {
        most = Math.max(most, ++running);
        await scheduler.schedule(Promise.resolve());
        running--;
        return item * 2;
      };
      const all = collected(mappedInOrder(items, slow, quiet, concurrency));
      await scheduler.waitFor(all);
      expect(await all).toEqual(items.map((item) => item * 2));
      expect(most).toBeLessThanOrEqual(concurrency);
    }), { numRuns: 50 });
  });

  it('hand out what came before a failure, then fail, and tell those under way', async () => {
    const told: number[] = [];
    const chunks = mappedInOrder([1, 2, 3, 4], (item, signal) => {
      if (item === 3) return Promise.reject(new Error('third'));
      if (item < 3) return Promise.resolve(item);
      return new Promise<number>((resolve) => { signal.addEventListener('abort', () => { told.push(item); resolve(item); }); });
    }, quiet, 4);
    const all: number[] = [];
    await expect((async () => { for await (const chunk of chunks) all.push(...chunk); })()).rejects.toThrow('third');
    expect(all).toEqual([1, 2]);
    expect(told).toEqual([4]);
  });

  it('start no more once the consumer has left', async () => {
    const started: number[] = [];
    const chunks = mappedInOrder([1, 2, 3, 4, 5], async (item) => { started.push(item); return item; }, quiet, 1);
    await chunks.next();
    await chunks.return();
    expect(started.length).toBeLessThan(5);
  });
});
