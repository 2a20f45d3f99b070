import { afterEach, describe, expect, it, vi } from 'vitest';
import { after, systemClock } from '../../../../protocol/session/clock.js';
import { DEFAULT_LIMITS, sessionLimits } from '../../../../protocol/session/limits.js';
import { operationTimeout } from '../../../../protocol/session/operation-timeout.js';
import { strayError } from '../../../../protocol/session/stray-errors.js';
import { FakeClock } from '../../../support/fake-clock.js';
import { recordedLog } from '../../../support/quiet-log.js';

describe('limits', () => {
  it.each([['maxFrameBytes', 0], ['heartbeatInterval', -1], ['creditWindow', 0.5], ['resendTimeout', Number.NaN], ['groupExpiry', Infinity]])(
    'refuses %s = %s, naming it', (name, value) => {
      expect(() => sessionLimits({ [name]: value })).toThrow(name);
    });

  it('keeps the defaults for what is not set; a queue of none is allowed', () => {
    expect(sessionLimits({ maxQueuedRequests: 0, heartbeatInterval: undefined } as object)).toEqual({ ...DEFAULT_LIMITS, maxQueuedRequests: 0 });
  });
});

describe('system clock', () => {
  afterEach(() => { vi.useRealTimers(); });

  it('sleeps, and wakes early with the reason of the signal', async () => {
    vi.useFakeTimers();
    const sleeping = systemClock.sleep(1_000);
    vi.advanceTimersByTime(1_000);
    await sleeping;
    const stop = new AbortController();
    const aborted = systemClock.sleep(1_000, stop.signal);
    stop.abort(new Error('stop'));
    await expect(aborted).rejects.toThrow('stop');
    await expect(systemClock.sleep(1_000, stop.signal)).rejects.toThrow('stop');
    expect(vi.getTimerCount()).toBe(0);
  });

  it('a timer whose action fails is logged; a stopped one does nothing', async () => {
    const clock = new FakeClock();
    const log = recordedLog();
    after(clock, 10, log, () => { throw new Error('no'); });
    const stop = after(clock, 10, log, () => { throw new Error('never'); });
    stop();
    await clock.advance(20);
    expect(log.at('error')).toEqual(['A timer of the session failed.']);
  });
});

describe('operation timeouts', () => {
  const timeouts = (milliseconds: number) => ({ timeouts: new Map([['SearchApiOp', milliseconds], ['CreateApiOp', milliseconds], ['SyncEventSubscriptionApiOp', milliseconds]] as const) });

  it('come from the configuration: above 0 as set, -1 and absent none, 0 a minute for streams', () => {
    expect(operationTimeout(timeouts(5_000), 'search')).toBe(5_000);
    expect(operationTimeout(timeouts(5_000), 'create')).toBe(5_000);
    expect(operationTimeout(timeouts(-1), 'search')).toBeUndefined();
    expect(operationTimeout(timeouts(5_000), 'get')).toBeUndefined();
    expect(operationTimeout(timeouts(0), 'search')).toBe(60_000);
    expect(operationTimeout(timeouts(0), 'create')).toBeUndefined();
    expect(operationTimeout(timeouts(5_000), 'subscribeToChanges')).toBeUndefined();
  });
});

describe('errors that answer nothing', () => {
  it('hazard 18: are known by their whole text, not by a part of it', () => {
    expect(strayError('Connection received request before handshake')).toBe('refused');
    expect(strayError('Unknown Request message')).toBe('stray');
    expect(strayError('LDAP said: Unknown Request message')).toBeUndefined();
    expect(strayError('')).toBeUndefined();
  });
});
