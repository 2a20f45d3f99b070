import { describe, expect, it } from 'vitest';
import { createBackoff } from '../../../../agent/session/backoff.js';
import { DialError } from '../../../../agent/session/failure-policy.js';
import { keepSession, type ServeEnd } from '../../../../agent/session/keep-session.js';
import { createGroup, type GroupPlan, type RunLine } from '../../../../agent/session/session-group.js';
import { ManualClock } from '../support/manual-clock.js';

/** Lines that run keepSession; each socket remembers the identity it was dialled with. */
function setUp(plan: Partial<GroupPlan>) {
  const clock = new ManualClock();
  const world = { identity: 'old', refused: new Set<string>(), sockets: new Map<number, string>(), most: 0, least: Infinity, log: [] as string[] };
  const run: RunLine = (line, events, stop) => keepSession<number, number>({
    dial: async () => {
      if (world.refused.has(world.identity)) throw new DialError('refused');
      world.sockets.set(line, world.identity);
      world.most = Math.max(world.most, world.sockets.size);
      return line;
    },
    handshake: async (socket) => socket,
    serve: (_socket, signal) => new Promise<ServeEnd>((resolve) => { signal.addEventListener('abort', () => { resolve({ why: 'stopping' }); }, { once: true }); }),
    drain: async (_socket, reason) => { world.log.push(`${line} drains: ${String(reason)}`); },
    discard: () => {
      world.sockets.delete(line);
      world.least = Math.min(world.least, world.sockets.size);
    },
    backoff: createBackoff({ base: 1000, cap: 10_000, random: () => 0.5 }),
    clock,
    onMove: (from, to, why) => {
      if (to === 'serving') world.log.push(`${line} serves with ${world.sockets.get(line) ?? 'nothing'}`);
      events.onMove(from, to, why);
    },
  }, stop);
  const stop = new AbortController();
  const group = createGroup({ plan: { sockets: 2, maxSockets: 3, connectionTtl: 0, stagger: 100, ...plan }, run, clock, random: () => 0.5 });
  const done = group.run(stop.signal);
  return { clock, world, group, end: async () => { stop.abort('stopping'); await done; expect(clock.sleeping).toBe(0); } };
}

describe('a group whose sockets are renewed', () => {
  it('replaces one after the other, each only once its successor serves', async () => {
    const { clock, world, group, end } = setUp({ sockets: 3, maxSockets: 4 });
    await clock.advance(1000);
    world.log.length = 0;
    world.least = Infinity;
    world.identity = 'new';
    group.renew();
    await clock.advance(1000);
    expect([...world.sockets.values()]).toEqual(['new', 'new', 'new']);
    expect(world.log).toEqual(['4 serves with new', '1 drains: rotated', '5 serves with new', '2 drains: rotated', '6 serves with new', '3 drains: rotated']);
    expect(world.most).toBe(4);
    expect(world.least).toBe(3);
    await end();
  });

  it('keeps every old socket as long as the new identity is refused, and goes on when it is not', async () => {
    const { clock, world, group, end } = setUp({});
    await clock.advance(1000);
    world.identity = 'new';
    world.refused.add('new');
    group.renew();
    await clock.advance(60_000);
    expect([...world.sockets.values()]).toEqual(['old', 'old']);
    world.refused.clear();
    await clock.advance(20_000);
    expect([...world.sockets.values()]).toEqual(['new', 'new']);
    await end();
  });

  it.each([1, 2, 3])('replaces %i in place where there is no room for one more, never two at a time', async (sockets) => {
    const { clock, world, group, end } = setUp({ sockets, maxSockets: sockets });
    await clock.advance(1000);
    world.least = Infinity;
    world.identity = 'new';
    group.renew();
    await clock.advance(1000);
    expect([...world.sockets.values()]).toEqual(Array.from({ length: sockets }, () => 'new'));
    expect(world.least).toBe(sockets - 1);
    expect(world.most).toBe(sockets);
    await end();
  });

  it('is renewed twice when it is told twice, however early the second time', async () => {
    const { clock, world, group, end } = setUp({});
    await clock.advance(1000);
    world.identity = 'new';
    group.renew();
    world.identity = 'newer';
    group.renew();
    await clock.advance(2000);
    expect([...world.sockets.values()]).toEqual(['newer', 'newer']);
    expect(world.most).toBeLessThanOrEqual(3);
    await end();
  });

  it('gets on with rotation by age', async () => {
    const { clock, world, group, end } = setUp({ connectionTtl: 700 });
    for (let round = 0; round < 30; round += 1) {
      await clock.advance(333);
      world.identity = `identity ${round}`;
      group.renew();
    }
    await clock.advance(2000);
    expect(world.sockets.size).toBeGreaterThanOrEqual(2);
    expect(world.most).toBeLessThanOrEqual(3);
    expect(new Set(world.sockets.values())).toEqual(new Set(['identity 29']));
    await end();
  });

  it('may be renewed before it runs and after it has ended', async () => {
    const { clock, group, end } = setUp({});
    group.renew();
    await clock.advance(1000);
    await end();
    group.renew();
  });
});
