import { describe, expect, it } from 'vitest';
import { ConnectorError } from '../../../../protocol/model/index.js';
import { ExecutingRequests, type Arrival, type ExecutingRequest, type RequestNature } from '../../../../protocol/session/executing-requests.js';
import { sessionLimits } from '../../../../protocol/session/limits.js';
import { FakeClock, settle } from '../../../support/fake-clock.js';

/** Requests that run until the test ends them. */
function table(limits: Parameters<typeof sessionLimits>[0] = {}) {
  const clock = new FakeClock();
  const started: number[] = [];
  const requests = new Map<number, ExecutingRequest>();
  const end = new Map<number, () => void>();
  let idle = 0;
  const executing = new ExecutingRequests(clock, sessionLimits(limits), () => { idle++; });
  const arrival = (id: number, nature: RequestNature = 'read', frame = Uint8Array.of(id & 255)): Arrival => ({
    id, nature, frame,
    run: (request) => {
      started.push(id);
      requests.set(id, request);
      return new Promise((resolve) => { end.set(id, resolve); });
    },
  });
  return { clock, executing, started, requests, arrival, idle: () => idle, finish: async (id: number) => { end.get(id)?.(); await settle(); } };
}

describe('ExecutingRequests', () => {
  it('refuses what exceeds the running and the waiting places', () => {
    const { executing, arrival, started } = table({ maxConcurrentRequests: 2, maxQueuedRequests: 1 });
    expect([1, 2, 3, 4].map((id) => executing.admit(arrival(id)))).toEqual(['accepted', 'accepted', 'waiting', 'busy']);
    expect(started).toEqual([1, 2]);
  });

  it('refuses what exceeds the bytes it may hold, but never everything', () => {
    const { executing, arrival } = table({ maxBufferedBytes: 1_000 });
    expect(executing.admit(arrival(1, 'write', new Uint8Array(5_000)))).toBe('accepted');
    expect(executing.admit(arrival(2, 'write', new Uint8Array(1)))).toBe('busy');
  });

  it('subscriptions take no place of other operations, and are bounded themselves', () => {
    const { executing, arrival } = table({ maxConcurrentRequests: 1, maxQueuedRequests: 0 });
    expect(executing.admit(arrival(1, 'subscription'))).toBe('accepted');
    expect(executing.admit(arrival(2, 'subscription'))).toBe('busy');
    expect(executing.admit(arrival(3, 'read'))).toBe('accepted');
  });

  it('starts the waiting in order as places become free', async () => {
    const { executing, arrival, started, finish, idle } = table({ maxConcurrentRequests: 1 });
    for (const id of [1, 2, 3]) executing.admit(arrival(id));
    await finish(1);
    expect(started).toEqual([1, 2]);
    await finish(2);
    await finish(3);
    expect(started).toEqual([1, 2, 3]);
    expect(executing.size).toBe(0);
    expect(idle()).toBe(1);
  });

  it('tells the same frame sent twice from another request under an id in use', () => {
    const { executing, arrival, started } = table();
    executing.admit(arrival(7, 'read', Uint8Array.of(1, 2)));
    expect(executing.admit(arrival(7, 'read', Uint8Array.of(1, 2)))).toBe('repeated');
    expect(executing.admit(arrival(7, 'read', Uint8Array.of(9, 9)))).toBe('conflict');
    expect(started).toEqual([7]);
  });

  it('drops an operation whose cancel came first, within the time a cancel is remembered', async () => {
    const { executing, arrival, clock } = table({ parkedCancelTime: 60_000 });
    executing.cancel(5);
    executing.cancel(6);
    expect(executing.admit(arrival(5))).toBe('cancelled');
    await clock.advance(60_000);
    expect(executing.admit(arrival(6))).toBe('accepted');
  });

  it('remembers a bounded number of cancels, the latest ones', () => {
    const { executing, arrival } = table();
    for (let id = 1; id <= 2_000; id++) executing.cancel(id);
    expect(executing.admit(arrival(2_000))).toBe('cancelled');
    expect(executing.admit(arrival(1))).toBe('accepted');
  });

  it('a cancelled request that waits for its turn is started at once, to give its answer', () => {
    const { executing, arrival, started, requests } = table({ maxConcurrentRequests: 1 });
    executing.admit(arrival(1));
    executing.admit(arrival(2));
    executing.cancel(2);
    expect(started).toEqual([1, 2]);
    expect(requests.get(2)!.cancelled).toBe(true);
    expect(requests.get(2)!.signal.aborted).toBe(true);
  });

  it('hazard 25: ends a request the peer does not list three times in a row, and forgives when it lists it again', () => {
    const { executing, arrival, requests } = table();
    executing.admit(arrival(1));
    executing.admit(arrival(2));
    for (const awaited of [[1], [1], [1, 2], [1], [1]]) executing.strike(new Set(awaited), true);
    expect(executing.endStruckOut()).toEqual([]);
    executing.strike(new Set([1]), false);
    expect(executing.endStruckOut()).toEqual([]);
    executing.strike(new Set([1]), true);
    expect(executing.endStruckOut()).toEqual([2]);
    expect(requests.get(2)!.cancelled).toBe(true);
    expect(requests.get(1)!.signal.aborted).toBe(false);
  });

  it('when the peer stays away, reads are stopped and writes go on', () => {
    const { executing, arrival, requests } = table();
    executing.admit(arrival(1, 'read'));
    executing.admit(arrival(2, 'write'));
    executing.admit(arrival(3, 'subscription'));
    executing.abort(new ConnectorError('connectionBroken', 'gone'), ['read', 'subscription']);
    expect([1, 2, 3].map((id) => requests.get(id)!.signal.aborted)).toEqual([true, false, true]);
    expect(requests.get(1)!.cancelled).toBe(false);
  });

  it('a credit that overtakes its request is kept for it', async () => {
    const { executing, arrival, requests } = table();
    executing.credit(9, 4);
    executing.admit(arrival(9));
    await requests.get(9)!.credits.pass(4, requests.get(9)!.signal);
    let passed = false;
    requests.get(9)!.credits.pass(5, requests.get(9)!.signal)!.then(() => { passed = true; }, () => undefined);
    await settle();
    expect(passed).toBe(false);
    executing.credit(9, 5);
    await settle();
    expect(passed).toBe(true);
  });
});
