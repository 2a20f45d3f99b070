import { describe, expect, it } from 'vitest';
import { createBackoff } from '../../../../agent/session/backoff.js';
import { DialError, closeFailure } from '../../../../agent/session/failure-policy.js';
import { keepSession, STABLE_MS, type ServeEnd, type SessionParts } from '../../../../agent/session/keep-session.js';
import { checkMove } from '../../../../agent/session/session-states.js';
import { ManualClock, settle } from '../support/manual-clock.js';

/** A controller that behaves as told: each dial takes the next step of the script. */
type Step = { dial?: Error; handshake?: Error; serve?: (stop: AbortSignal) => Promise<ServeEnd> };

function setUp(script: Step[], random = () => 0.5) {
  const clock = new ManualClock();
  const moves: string[] = [];
  const discarded: number[] = [];
  const drained: unknown[] = [];
  let dials = 0;
  const parts: SessionParts<number, Step> = {
    dial: async (stop) => {
      stop.throwIfAborted();
      const step = script[dials];
      dials += 1;
      if (step?.dial !== undefined) throw step.dial;
      return dials - 1;
    },
    handshake: async (socket) => {
      const step = script[socket] ?? {};
      if (step.handshake !== undefined) throw step.handshake;
      return step;
    },
    serve: async (step, stop) => (step.serve ?? untilStopped)(stop),
    drain: async (_attached, reason) => { drained.push(reason); },
    discard: (socket) => { discarded.push(socket); },
    backoff: createBackoff({ base: 1000, cap: 60_000, random }),
    clock,
    onMove: (_from, to, why) => { moves.push(why === '' ? to : `${to}: ${why}`); },
  };
  return { clock, moves, discarded, drained, parts, dials: () => dials };
}

const untilStopped = (stop: AbortSignal): Promise<ServeEnd> => new Promise((resolve) => {
  stop.addEventListener('abort', () => { resolve({ why: 'stopping' }); }, { once: true });
});
const lost = (code: number) => async (): Promise<ServeEnd> => ({ why: 'lost', failure: closeFailure(code, '') });

describe('a session', () => {
  it('refuses moves its table does not know', () => {
    expect(() => { checkMove('idle', 'serving'); }).toThrow(/cannot go from idle to serving/);
    expect(() => { checkMove('stopped', 'dialing'); }).toThrow();
  });

  it('dials again with growing delays while the controller is away, then serves', async () => {
    const refused = new DialError('connection refused');
    const { parts, clock, moves } = setUp([{ dial: refused }, { dial: refused }, { handshake: new Error('handshake late') }, {}]);
    const stop = new AbortController();
    const done = keepSession(parts, stop.signal);
    await clock.advance(10_000);
    expect(moves).toEqual([
      'dialing', 'waiting: connection refused', 'dialing', 'waiting: connection refused',
      'dialing', 'handshaking', 'waiting: handshake late', 'dialing', 'handshaking', 'serving',
    ]);
    expect(clock.slept).toEqual([500, 1000, 2000]);
    stop.abort('stopping');
    await done;
    expect(moves.slice(-2)).toEqual(['draining: stopping', 'stopped: stopping']);
  });

  it('waits long after a refusal that only a person can end', async () => {
    const { parts, clock } = setUp([{ dial: new DialError('401', { pace: 'slow' }) }]);
    const stop = new AbortController();
    const done = keepSession(parts, stop.signal);
    await settle();
    expect(clock.slept).toEqual([45_000]);
    stop.abort();
    await done;
  });

  it('waits minutes after a refusal somebody meant, and tells that it is one', async () => {
    const { parts, clock } = setUp([{ dial: new DialError('revoked', { pace: 'long' }) }]);
    const paces: unknown[] = [];
    const stop = new AbortController();
    const done = keepSession({ ...parts, onMove: (_from, to, _why, failure) => { if (to === 'waiting') paces.push(failure?.pace); } }, stop.signal);
    await settle();
    expect(clock.slept).toEqual([450_000]);
    expect(paces).toEqual(['long']);
    stop.abort();
    await done;
  });

  it('stays away as long as the other end asks, but no longer than an hour', async () => {
    const { parts, clock } = setUp([{ dial: new DialError('429', { waitAtLeast: 90_000 }) }, { dial: new DialError('429', { waitAtLeast: 1e12 }) }]);
    const stop = new AbortController();
    const done = keepSession(parts, stop.signal);
    await settle();
    await clock.advance(90_000);
    expect(clock.slept).toEqual([90_000, 3_600_000]);
    stop.abort();
    await done;
  });

  it('dials at once when it is woken from a long wait', async () => {
    const { parts, clock, moves } = setUp([{ dial: new DialError('revoked', { pace: 'long' }) }, {}]);
    const awake = new AbortController();
    const stop = new AbortController();
    const done = keepSession({ ...parts, awake: () => awake.signal }, stop.signal);
    await settle();
    expect(moves.at(-1)).toBe('waiting: revoked');
    awake.abort();
    await settle();
    expect(moves.at(-1)).toBe('serving');
    expect(clock.now()).toBe(0);
    stop.abort();
    await done;
  });

  it('stops for good, and says why, when the failure is fatal', async () => {
    const { parts, moves } = setUp([{ dial: new DialError('certificate revoked', { pace: 'fatal' }) }]);
    await expect(keepSession(parts, new AbortController().signal)).rejects.toThrow('certificate revoked');
    expect(moves.at(-1)).toBe('stopped: certificate revoked');
  });

  it('keeps its long delays while the link flaps, and forgets them after a stable connection', async () => {
    const { parts, clock } = setUp([
      { serve: lost(1006) }, { serve: lost(1006) }, { serve: lost(1006) },
      { serve: async () => { await clock.sleep(STABLE_MS); return { why: 'lost', failure: closeFailure(1006, '') }; } },
    ]);
    const stop = new AbortController();
    const done = keepSession(parts, stop.signal);
    await clock.advance(200_000);
    expect(clock.slept).toEqual([500, 1000, 2000, STABLE_MS, 500]);
    stop.abort();
    await done;
  });

  it('ends at once when it is stopped while waiting, and discards every socket once', async () => {
    const { parts, clock, moves, discarded, dials } = setUp([{ serve: lost(1006) }, { handshake: new Error('x') }, { dial: new DialError('x') }]);
    const stop = new AbortController();
    const done = keepSession(parts, stop.signal);
    await clock.advance(2000);
    expect(dials()).toBe(3);
    stop.abort('stopping');
    await done;
    expect(discarded).toEqual([0, 1]);
    expect(moves.at(-1)).toBe('stopped: stopping');
    expect(clock.sleeping).toBe(0);
  });

  it('does nothing when it is stopped before it began', async () => {
    const { parts, dials, moves } = setUp([]);
    await keepSession(parts, AbortSignal.abort());
    expect(dials()).toBe(0);
    expect(moves).toEqual(['stopped: stopping']);
  });

  it('drains with the reason of its stop signal', async () => {
    const { parts, drained } = setUp([{}]);
    const stop = new AbortController();
    const done = keepSession(parts, stop.signal);
    await settle();
    stop.abort('rotated');
    await done;
    expect(drained).toEqual(['rotated']);
  });
});
