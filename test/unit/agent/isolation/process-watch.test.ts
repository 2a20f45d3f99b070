import { afterEach, describe, expect, it } from 'vitest';
import type { ProcessEnd } from '../../../../agent/isolation/process-end.js';
import { ProcessWatch } from '../../../../agent/isolation/process-watch.js';
import { FakeClock } from '../../../support/fake-clock.js';

const MIB = 1024 ** 2;
const watches: ProcessWatch[] = [];
afterEach(() => { for (const watch of watches.splice(0)) watch.stop(); });

function setUp({ answers = true }: { answers?: boolean } = {}) {
  const clock = new FakeClock();
  const world = { clock, answers, memory: 100 * MIB as number | undefined, pings: 0, ends: [] as ProcessEnd[] };
  const watch = new ProcessWatch({
    memory: async () => world.memory,
    ping: () => {
      world.pings += 1;
      if (world.answers) queueMicrotask(() => { watch.heard(undefined); });
    },
    onOver: (end) => world.ends.push(end),
  }, { memory: 200 * MIB, hangTime: 10_000 }, clock);
  watches.push(watch);
  return { world, watch };
}

describe('the watch of a process', () => {
  it('ends one that uses more than its budget, once, and says both numbers', async () => {
    const { world } = setUp();
    await world.clock.advance(5_000);
    expect(world.ends).toEqual([]);
    world.memory = 201 * MIB;
    await world.clock.advance(600);
    expect(world.ends).toEqual([{ kind: 'memory', why: 'it used 201 MiB of memory, over its budget of 200 MiB (isolation: memory)' }]);
    await world.clock.advance(60_000);
    expect(world.ends).toHaveLength(1);
  });

  it('takes the process at its word where the system does not say what it uses', async () => {
    const { world, watch } = setUp();
    world.memory = undefined;
    await world.clock.advance(1_000);
    watch.heard(300 * MIB);
    expect(world.ends.map(({ kind }) => kind)).toEqual(['memory']);
  });

  it('kills one that does not answer, after the time it has for it and not before', async () => {
    const { world, watch } = setUp();
    watch.serving();
    await world.clock.advance(30_000);
    expect(world.ends).toEqual([]);
    world.answers = false;
    await world.clock.advance(9_000);
    expect(world.ends).toEqual([]);
    await world.clock.advance(3_000);
    expect(world.ends.map(({ kind }) => kind)).toEqual(['hang']);
    expect(world.ends[0]?.why).toContain('isolation: hangTime');
  });

  it('does not ask one that has not started yet', async () => {
    const { world } = setUp({ answers: false });
    await world.clock.advance(60_000);
    expect(world.pings).toBe(0);
    expect(world.ends).toEqual([]);
  });

  it('does not hold its own standing still against the process', async () => {
    const { world, watch } = setUp();
    watch.serving();
    world.answers = false;
    await world.clock.advance(2_000);
    // A clock that jumps: nobody could read the answer in between.
    const real = world.clock.now.bind(world.clock);
    let jump = 0;
    world.clock.now = () => real() + jump;
    jump = 60_000;
    await world.clock.advance(600);
    expect(world.ends).toEqual([]);
    watch.heard(undefined);
    await world.clock.advance(5_000);
    expect(world.ends).toEqual([]);
  });
});
