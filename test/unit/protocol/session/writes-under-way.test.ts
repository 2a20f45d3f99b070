import { describe, expect, it } from 'vitest';
import { WritesUnderWay } from '../../../../protocol/session/writes-under-way.js';

interface Write { readonly promise: Promise<void>; done(): void; fail(error: Error): void }

function write(): Write {
  let done: () => void = () => undefined;
  let fail: (error: Error) => void = () => undefined;
  const promise = new Promise<void>((resolve, reject) => { done = resolve; fail = reject; });
  return { promise, done: () => done(), fail: (error) => fail(error) };
}

const settle = (): Promise<void> => new Promise((resolve) => { setImmediate(resolve); });

/** Whether the promise has resolved once everything that can run has run. */
async function isResolved(promise: Promise<unknown>): Promise<boolean> {
  let resolved = false;
  promise.then(() => { resolved = true; }, () => undefined);
  await settle();
  return resolved;
}

describe('frames on their way', () => {
  it('lets the next frame come until 64 are on their way, and again when one has been flushed', async () => {
    const writes = new WritesUnderWay();
    const first = write();
    await writes.add(first.promise, 10);
    for (let n = 1; n < 63; n++) await writes.add(write().promise, 10);
    const last = writes.add(write().promise, 10)!;
    expect(await isResolved(last)).toBe(false);
    first.done();
    expect(await isResolved(last)).toBe(true);
  });

  it('counts bytes too: one large frame is waited for', async () => {
    const writes = new WritesUnderWay();
    const large = write();
    const added = writes.add(large.promise, 1_000_000)!;
    expect(await isResolved(added)).toBe(false);
    large.done();
    expect(await isResolved(added)).toBe(true);
  });

  it('a failed write is thrown at the next frame and at the end, and is not counted as flushed', async () => {
    const writes = new WritesUnderWay();
    const [good, bad] = [write(), write()];
    await writes.add(good.promise, 1);
    await writes.add(bad.promise, 1);
    good.done();
    bad.fail(new Error('socket gone'));
    await settle();
    await expect(writes.add(Promise.resolve(), 1)).rejects.toThrow('socket gone');
    await expect(writes.settled()).rejects.toThrow('socket gone');
    await writes.idle();
    expect(writes.flushed).toBe(2);
  });

  it('is settled only when the last frame has left', async () => {
    const writes = new WritesUnderWay();
    const [one, two] = [write(), write()];
    await writes.add(one.promise, 1);
    await writes.add(two.promise, 1);
    const settled = writes.settled();
    one.done();
    expect(await isResolved(settled)).toBe(false);
    two.done();
    expect(await isResolved(settled)).toBe(true);
  });
});
