import { getEventListeners, once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { anySignal, underLimit } from '../../../../protocol/model/index.js';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

/** How the wait for a signal ends, although everything that can be collected is collected meanwhile. */
async function endOf(wait: Promise<unknown>): Promise<unknown> {
  const collecting = setInterval(collectGarbage, 10);
  try {
    return await Promise.race([wait, delay(5_000, 'never')]);
  } finally {
    clearInterval(collecting);
  }
}

/** Nobody but the listener keeps what `make` returns. */
function fired(make: () => AbortSignal): Promise<unknown> {
  const signal = make();
  return new Promise((resolve) => { signal.addEventListener('abort', (event) => resolve((event.target as AbortSignal).reason), { once: true }); });
}

describe('one signal of several', () => {
  it('fires by a time limit to which nobody else refers, also through another one', async () => {
    const stop = new AbortController();
    expect(await endOf(fired(() => anySignal(stop.signal, AbortSignal.timeout(100))))).toMatchObject({ name: 'TimeoutError' });
    expect(await endOf(fired(() => anySignal(stop.signal, anySignal(new AbortController().signal, AbortSignal.timeout(100)))))).toMatchObject({ name: 'TimeoutError' });
  });

  it('fires with the reason of the first that does, and at once of one that has', async () => {
    const stop = new AbortController();
    const signal = anySignal(new AbortController().signal, stop.signal);
    expect(signal.aborted).toBe(false);
    const reason = new Error('stopped');
    stop.abort(reason);
    expect(signal.reason).toBe(reason);
    expect(anySignal(AbortSignal.timeout(10_000), stop.signal).reason).toBe(reason);
  });
});

describe('work under a limit', () => {
  const work = (signal: AbortSignal): Promise<never> => once(signal, 'abort').then(() => { throw signal.reason; });

  it('is told when its time is over, whatever is collected', async () => {
    const { signal } = new AbortController();
    expect(await endOf(underLimit(signal, 100, work).catch((error: unknown) => error))).toMatchObject({ name: 'TimeoutError', message: 'No answer within 100 ms' });
  });

  it('is told of its owner\'s end, before and meanwhile', async () => {
    const owner = new AbortController();
    const reason = new Error('shut down');
    const running = underLimit(owner.signal, 10_000, work);
    owner.abort(reason);
    await expect(running).rejects.toBe(reason);
    await expect(underLimit(owner.signal, 10_000, async (signal) => { signal.throwIfAborted(); })).rejects.toBe(reason);
  });

  it('leaves nothing behind at its owner, done or failed', async () => {
    const { signal } = new AbortController();
    expect(await underLimit(signal, 10_000, async () => 'done')).toBe('done');
    await expect(underLimit(signal, 10_000, () => Promise.reject(new Error('broken')))).rejects.toThrow('broken');
    expect(getEventListeners(signal, 'abort')).toEqual([]);
  });
});
