import { describe, expect, it } from 'vitest';
import { createBackoff } from '../../../../agent/session/backoff.js';
import { DialError, closeFailure } from '../../../../agent/session/failure-policy.js';
import { keepSession, type ServeEnd } from '../../../../agent/session/keep-session.js';
import { keepGroup, type GroupPlan, type RunLine } from '../../../../agent/session/session-group.js';
import { ManualClock, settle } from '../support/manual-clock.js';

/** Lines that really run keepSession over a controller that is up or down. */
function setUp(plan: Partial<GroupPlan>, up = true) {
  const clock = new ManualClock();
  const world = { up, refuse: new DialError('refused'), sockets: new Set<number>(), most: 0, dials: 0, log: [] as string[], drops: new Map<number, () => void>() };
  const run: RunLine = (line, events, stop) => keepSession<number, number>({
    dial: async () => {
      world.dials += 1;
      if (!world.up) throw world.refuse;
      world.sockets.add(line);
      world.most = Math.max(world.most, world.sockets.size);
      return line;
    },
    handshake: async (socket) => socket,
    serve: (_socket, signal) => new Promise<ServeEnd>((resolve) => {
      world.drops.set(line, () => { resolve({ why: 'lost', failure: closeFailure(1006, '') }); });
      signal.addEventListener('abort', () => { resolve({ why: 'stopping' }); }, { once: true });
    }),
    drain: async (_socket, reason) => { world.log.push(`${line} drains: ${String(reason)}`); },
    discard: () => { world.sockets.delete(line); },
    backoff: createBackoff({ base: 1000, cap: 10_000, random: () => 0.5 }),
    clock,
    onMove: (from, to, why) => {
      if (to === 'serving') world.log.push(`${line} serves`);
      events.onMove(from, to, why);
    },
  }, stop);
  const stop = new AbortController();
  const done = keepGroup({ plan: { sockets: 2, maxSockets: 3, connectionTtl: 0, stagger: 200, ...plan }, run, clock, random: () => 0.5 }, stop.signal);
  return { clock, world, stop, done };
}

describe('a group of sockets', () => {
  it('knocks with one line only while the controller has never answered', async () => {
    const { clock, world, stop, done } = setUp({ sockets: 4, maxSockets: 5 }, false);
    await clock.advance(4000);
    expect(world.dials).toBeLessThanOrEqual(4);
    expect(world.sockets.size).toBe(0);
    world.up = true;
    await clock.advance(20_000);
    expect([...world.sockets]).toEqual([1, 2, 3, 4]);
    stop.abort();
    await done;
  });

  it('never holds more sockets than allowed, however long the controller flaps (no multiplying)', async () => {
    const { clock, world, stop, done } = setUp({ sockets: 3, maxSockets: 4, connectionTtl: 5000 });
    for (let round = 0; round < 20; round += 1) {
      await clock.advance(7000);
      world.up = !world.up;
      for (const drop of world.drops.values()) drop();
    }
    world.up = true;
    await clock.advance(120_000);
    expect(world.most).toBeLessThanOrEqual(4);
    expect(world.sockets.size).toBeGreaterThanOrEqual(3);
    stop.abort();
    await done;
    expect(world.sockets.size).toBe(0);
    expect(clock.sleeping).toBe(0);
  });

  it('starts its sockets one after the other', async () => {
    const { clock, world, stop, done } = setUp({ sockets: 3, maxSockets: 4 });
    await settle();
    expect(world.sockets.size).toBe(1);
    await clock.advance(200);
    expect(world.sockets.size).toBe(2);
    await clock.advance(200);
    expect(world.sockets.size).toBe(3);
    await clock.advance(600_000);
    expect(world.dials).toBe(3);
    stop.abort();
    await done;
  });

  it('retires an old socket only after its successor serves', async () => {
    const { clock, world, stop, done } = setUp({ sockets: 1, maxSockets: 2, connectionTtl: 10_000 });
    await clock.advance(10_000);
    expect(world.log).toEqual(['1 serves', '2 serves', '1 drains: rotated']);
    expect([...world.sockets]).toEqual([2]);
    stop.abort('stopping');
    await done;
    expect(world.log.at(-1)).toBe('2 drains: stopping');
  });

  it('keeps the old socket as long as no successor can be had', async () => {
    const { clock, world, stop, done } = setUp({ sockets: 1, maxSockets: 2, connectionTtl: 10_000 });
    await settle();
    world.up = false;
    await clock.advance(60_000);
    expect([...world.sockets]).toEqual([1]);
    world.up = true;
    await clock.advance(10_000);
    expect([...world.sockets]).toEqual([2]);
    stop.abort();
    await done;
  });

  it('leaves the dialling to the successor when the old socket is lost first', async () => {
    const { clock, world, stop, done } = setUp({ sockets: 1, maxSockets: 2, connectionTtl: 10_000 });
    await settle();
    world.up = false;
    await clock.advance(11_000);
    world.drops.get(1)?.();
    await clock.advance(30_000);
    world.up = true;
    await clock.advance(10_000);
    expect([...world.sockets]).toEqual([2]);
    expect(world.most).toBe(1);
    stop.abort();
    await done;
  });

  it('does not rotate where no socket above the wanted number is allowed', async () => {
    const { clock, world, stop, done } = setUp({ sockets: 2, maxSockets: 2, connectionTtl: 1000 });
    await clock.advance(60_000);
    expect([...world.sockets]).toEqual([1, 2]);
    stop.abort();
    await done;
  });

  it('ends with the reason, all lines stopped, when one line failed for good', async () => {
    const { clock, world, done } = setUp({ sockets: 2, maxSockets: 3, connectionTtl: 10_000 });
    const failed = expect(done).rejects.toThrow('revoked');
    await clock.advance(1000);
    world.refuse = new DialError('revoked', { pace: 'fatal' });
    world.up = false;
    world.drops.get(1)?.();
    await clock.advance(20_000);
    await failed;
    expect(world.sockets.size).toBe(0);
  });
});
