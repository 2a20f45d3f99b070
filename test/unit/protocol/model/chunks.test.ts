import { describe, expect, it } from 'vitest';
import { chunksOf, itemsOf, mapChunks, type Chunks } from '../../../../protocol/model/index.js';

interface Source { readonly chunks: Chunks<number, string>; readonly log: string[] }

/** Gives the chunks, then ends or fails; notes when it was pulled and when it was closed. */
function source(chunks: readonly (readonly number[])[], failure?: Error): Source {
  const log: string[] = [];
  async function* give(): Chunks<number, string> {
    try {
      for (const chunk of chunks) {
        log.push(`give ${chunk.join()}`);
        yield chunk;
      }
      if (failure !== undefined) throw failure;
      return 'the end';
    } finally {
      log.push('closed');
    }
  }
  return { chunks: give(), log };
}

async function drain<T, End>(results: AsyncGenerator<T, End, void>): Promise<{ readonly items: T[]; readonly end?: End; readonly error?: unknown }> {
  const items: T[] = [];
  try {
    for (;;) {
      const step = await results.next();
      if (step.done === true) return { items, end: step.value };
      items.push(step.value);
    }
  } catch (error) {
    return { items, error };
  }
}

describe('results of chunks, one at a time', () => {
  it('come in order, with the end, and pull a chunk only when the one before is used up', async () => {
    const { chunks, log } = source([[1, 2], [3]]);
    const items = itemsOf(chunks);
    expect(log).toEqual([]);
    await items.next();
    await items.next();
    expect(log).toEqual(['give 1,2']);
    expect(await drain(items)).toEqual({ items: [3], end: 'the end' });
    expect(log).toEqual(['give 1,2', 'give 3', 'closed']);
  });

  it('come before the failure behind them', async () => {
    const failure = new Error('broken');
    expect(await drain(itemsOf(source([[1, 2]], failure).chunks))).toEqual({ items: [1, 2], error: failure });
  });

  it('close the chunks when they are left in the middle of one, and when nobody has pulled any', async () => {
    for (const pulls of [0, 1]) {
      const { chunks, log } = source([[1, 2], [3]]);
      const items = itemsOf(chunks);
      for (let pull = 0; pull < pulls; pull++) await items.next();
      await items.return('early');
      expect(await items.next()).toEqual({ done: true, value: undefined });
      expect(log.at(-1)).toBe(pulls === 0 ? undefined : 'closed');
      expect(await chunks.next()).toEqual({ done: true, value: undefined });
    }
  });

  it('drop the rest of a chunk when it is over, and meet what ends the chunks', async () => {
    const failure = new Error('aborted');
    let over = false;
    const items = itemsOf(source([[1, 2, 3]], failure).chunks, () => over);
    expect((await items.next()).value).toBe(1);
    over = true;
    await expect(items.next()).rejects.toBe(failure);
  });

  it('answers pulls in their order that do not wait for one another', async () => {
    const items = itemsOf(source([[1, 2], [3]]).chunks);
    const steps = await Promise.all([items.next(), items.next(), items.next(), items.next()]);
    expect(steps.map(({ value }) => value)).toEqual([1, 2, 3, 'the end']);
  });
});

describe('the chunks behind results', () => {
  it('are those they were made of', async () => {
    const { chunks } = source([[1, 2], [3]]);
    expect(await drain(chunksOf(itemsOf(chunks)))).toEqual({ items: [[1, 2], [3]], end: 'the end' });
  });

  it('are chunks of one for a generator that gives them singly: nobody waits for a second', async () => {
    let pulled = 0;
    async function* singly(): AsyncGenerator<number, string, void> {
      for (const item of [1, 2]) {
        pulled++;
        yield item;
      }
      return 'the end';
    }
    const chunks = chunksOf(singly());
    expect(await chunks.next()).toEqual({ done: false, value: [1] });
    expect(pulled).toBe(1);
    expect(await drain(chunks)).toEqual({ items: [[2]], end: 'the end' });
  });

  it('close a generator that is left early', async () => {
    let closed = false;
    async function* singly(): AsyncGenerator<number, string, void> {
      try {
        yield 1;
        return 'the end';
      } finally {
        closed = true;
      }
    }
    const chunks = chunksOf(singly());
    await chunks.next();
    await chunks.return('left');
    expect(closed).toBe(true);
  });
});

describe('mapped chunks', () => {
  it('leave out what is mapped to nothing, and chunks nothing is left of', async () => {
    const even = mapChunks(source([[1, 2, 4], [3], [6]]).chunks, (item) => item % 2 === 0 ? item * 10 : undefined);
    expect(await drain(even)).toEqual({ items: [[20, 40], [60]], end: 'the end' });
  });

  it('give what came before an item that cannot be mapped, then the error, and close', async () => {
    const { chunks, log } = source([[1, 2, 3], [4]]);
    const failure = new Error('three');
    const mapped = mapChunks(chunks, (item) => {
      if (item === 3) throw failure;
      return item;
    });
    expect(await drain(mapped)).toEqual({ items: [[1, 2]], error: failure });
    expect(log).toEqual(['give 1,2,3', 'closed']);
  });
});
