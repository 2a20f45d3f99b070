import { anySignal, type Chunks, type IcfValue } from '../../../protocol/model/index.js';
import type { HostFunction } from '../../framework/script-runner.js';
import { ResultChannel } from './result-channel.js';

/** What a script gets to end by itself when nobody wants more of it. Milliseconds. */
const GRACE = 500;

/** Starts the script: `take` is its handler's other side; the signal ends it at once. */
export type StartScript = (take: HostFunction, signal: AbortSignal) => Promise<IcfValue>;

/**
 * The results of a script as it makes them, and what it answers at its end. An early return tells its handler that no more is
 * wanted, and ends it where it goes on all the same.
 */
export async function* scriptResults<T>(start: StartScript, convert: (given: IcfValue) => T, signal: AbortSignal): Chunks<T, IcfValue> {
  const channel = new ResultChannel<T, IcfValue>();
  const stop = new AbortController();
  const take: HostFunction = async ([items]) => channel.offer(Array.isArray(items) ? items.map(convert) : []);
  const running = start(take, anySignal(signal, stop.signal)).then((value) => { channel.end(value); }, (error: unknown) => { channel.fail(error); });
  try {
    for (;;) {
      const step = await channel.next();
      if ('end' in step) return step.end;
      yield step.items;
    }
  } finally {
    channel.stop();
    const timer = setTimeout(() => { stop.abort(new Error('Nobody wants more results.')); }, GRACE);
    await running;
    clearTimeout(timer);
  }
}
