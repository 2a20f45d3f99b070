import { sleep, type Clock } from '../../connectors/framework/clock.js';
import type { Throttle } from '../../connectors/engines/http/limits/throttle.js';
import type { HttpRequest } from '../../connectors/engines/http/http-client.js';
import type { LimitedServer } from './limited-server.js';

export interface Load {
  /** Operations that send one request after the other. */
  readonly operations: number;
  /** Milliseconds a request is under way in one direction. */
  latency(): number;
  readonly request?: Partial<HttpRequest>;
  /** Milliseconds an operation does something else after each answer. */
  readonly pause?: number;
}

/** Numbers from 0 to 1 that look random and are the same in each run (a linear congruential generator). */
export function noise(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/** Sends until the signal fires; `status` is told of each answer. */
export function generate(clock: Clock, throttle: Throttle, server: LimitedServer, load: Load, signal: AbortSignal, status: (code: number) => void = () => undefined): void {
  const request: HttpRequest = { method: 'GET', url: new URL('https://example.com/'), headers: new Map(), ...load.request };
  for (let operation = 0; operation < load.operations; operation++) void work(operation).catch(() => undefined);

  async function work(lane: number): Promise<void> {
    for (;;) {
      const place = await throttle.pass({ lane, ...request }, signal);
      await sleep(clock, load.latency(), signal);
      const answer = server.answer();
      await sleep(clock, load.latency(), signal);
      place.answered(answer);
      status(answer.status);
      if (load.pause !== undefined) await sleep(clock, load.pause, signal);
    }
  }
}
