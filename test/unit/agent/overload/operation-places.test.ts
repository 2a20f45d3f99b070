import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { OperationPlaces, type PlaceLimits } from '../../../../agent/overload/operation-places.js';
import { FakeClock, settle } from '../../../support/fake-clock.js';

const LIMITS: PlaceLimits = { operations: 100, perConnector: 100, connectors: {}, perSystem: 100, queue: 10, queueTime: 1_000 };

function setUp(limits: Partial<PlaceLimits>) {
  const clock = new FakeClock();
  const places = new OperationPlaces({ ...LIMITS, ...limits }, clock);
  /** Who got a place, in order, and what gives it back. */
  const begun: { who: string; leave: () => void }[] = [];
  const refused: string[] = [];
  const ask = (who: string, { connector = 'ldap', system = 's', signal = new AbortController().signal } = {}): void => {
    const note = (error: unknown): void => { refused.push(`${who}: ${(error as Error).message}`); };
    try {
      const place = places.take({ controller: who, connector, system }, signal);
      if (typeof place === 'function') begun.push({ who, leave: place });
      else place.then((leave) => begun.push({ who, leave }), note);
    } catch (error) {
      note(error);
    }
  };
  return { clock, places, begun, refused, ask, who: () => begun.map(({ who }) => who).join('') };
}

describe('limits', () => {
  it.each([
    ['limits.perSystem', { perSystem: 2 }, /2 operations on this ldap system are under way \(limits\.perSystem: 2\)/],
    ['limits.perConnector', { perConnector: 2 }, /2 operations of the connector ldap are under way \(limits\.perConnector: 2\)/],
    ['limits.connectors', { connectors: { ldap: 2 } }, /of the connector ldap are under way \(limits\.connectors\.ldap: 2\)/],
    ['limits.operations', { operations: 2 }, /2 operations are under way \(limits\.operations: 2\)/],
  ])('%s: what is beyond waits, and is refused by name when nothing becomes free', async (_name, limits, message) => {
    const { clock, ask, who, refused, places } = setUp(limits);
    for (const one of 'aaa') ask(one);
    expect(who()).toBe('aa');
    expect(places.waiting).toBe(1);
    await clock.advance(1_000);
    expect(refused).toHaveLength(1);
    expect(refused[0]).toMatch(message);
    expect(refused[0]).toMatch(/busy.*1000 ms \(limits\.queueTime\).*Nothing was done/);
    expect(places).toMatchObject({ running: 2, waiting: 0, refused: 1 });
  });

  it('the queue is short: one more is refused at once', () => {
    const { ask, refused } = setUp({ perSystem: 1, queue: 2 });
    for (const one of 'aaaa') ask(one);
    expect(refused).toHaveLength(1);
    expect(refused[0]).toMatch(/2 wait \(limits\.queue\)/);
  });

  it('a full system does not hold up another one', () => {
    const { ask, who } = setUp({ perSystem: 1 });
    ask('a');
    ask('a');
    ask('a', { system: 'other' });
    expect(who()).toBe('aa');
  });

  it('who gives up waiting leaves the queue, and no place is lost', async () => {
    const { ask, begun, places, refused } = setUp({ perSystem: 1 });
    const gone = new AbortController();
    ask('a');
    ask('a', { signal: gone.signal });
    ask('b');
    gone.abort(new Error('cancelled'));
    await settle();
    expect(refused).toEqual(['a: cancelled']);
    begun[0]!.leave();
    begun[0]!.leave();
    await settle();
    expect(begun.map(({ who }) => who)).toEqual(['a', 'b']);
    begun[1]!.leave();
    expect(places).toMatchObject({ running: 0, waiting: 0 });
  });
});

describe('fairness between controllers', () => {
  it('they take turns, whoever came first and asks most', async () => {
    const { ask, begun, who } = setUp({ operations: 1 });
    for (const one of 'aaaaab') ask(one);
    for (let turn = 0; turn < 5; turn++) {
      begun.at(-1)!.leave();
      await settle();
    }
    expect(who()).toBe('aabaaa');
  });

  it('one that asks for everything leaves room for the others, once there are others', async () => {
    const { ask, begun, who, refused, clock } = setUp({ perSystem: 8, queue: 100 });
    for (let count = 0; count < 8; count++) ask('a');
    expect(who()).toBe('aaaaaaaa');
    ask('b');
    expect(who()).toBe('aaaaaaaa');
    for (let count = 0; count < 20; count++) ask('a');
    begun[0]!.leave();
    await settle();
    expect(who()).toBe('aaaaaaaab');
    // Two of the eight places are b's from now on, although a has 20 waiting.
    begun[1]!.leave();
    await settle();
    ask('b');
    expect(who()).toBe('aaaaaaaabb');
    await clock.advance(1_000);
    expect(refused).toHaveLength(20);
  });

  it('never more than a limit, never a place lost, whatever the order', async () => {
    const step = fc.oneof(
      fc.record({ ask: fc.constantFrom('a', 'b', 'c'), system: fc.constantFrom('s', 't') }),
      fc.record({ leave: fc.nat(30) }),
    );
    await fc.assert(fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
      const { ask, begun, places } = setUp({ perSystem: 3, operations: 5, queue: 100, queueTime: 1_000_000 });
      let left = 0;
      for (const action of steps) {
        if ('ask' in action) ask(action.ask, { system: action.system });
        else if (begun.length > 0) {
          const [place] = begun.splice(action.leave % begun.length, 1);
          place!.leave();
          left++;
        }
        await settle(1);
        expect(places.running).toBeLessThanOrEqual(5);
      }
      const asked = steps.filter((action) => 'ask' in action).length;
      for (let round = 0; round < 100 && begun.length > 0; round++) {
        for (const { leave } of begun.splice(0)) {
          leave();
          left++;
        }
        await settle(1);
      }
      expect(left).toBe(asked);
      expect(places).toMatchObject({ running: 0, waiting: 0, refused: 0 });
    }), { numRuns: 60 });
  });
});
