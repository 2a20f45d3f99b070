import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LAST_PAGE, OperationOptions } from '../../../../protocol/model/index.js';
import { settle } from '../../../support/fake-clock.js';
import { collect, joinedPeers, never, type JoinedPeers } from '../../../support/peers.js';
import { cut } from '../../../support/socket-pair.js';

const search = { kind: 'search', objectClass: '__ACCOUNT__', filter: undefined, options: OperationOptions.none } as const;

type Step =
  | { readonly what: 'hold' | 'flow' | 'stall'; readonly socket: number; readonly end: 'dialler' | 'listener' }
  | { readonly what: 'release'; readonly socket: number; readonly end: 'dialler' | 'listener' }
  | { readonly what: 'cut'; readonly socket: number }
  | { readonly what: 'join' }
  | { readonly what: 'pass'; readonly milliseconds: number };

const end = fc.constantFrom('dialler' as const, 'listener' as const);
const socket = fc.nat(5);
const steps = fc.array(fc.oneof<fc.Arbitrary<Step>[]>(
  fc.record({ what: fc.constantFrom('hold' as const, 'flow' as const, 'stall' as const), socket, end }),
  fc.record({ what: fc.constant('release' as const), socket, end }),
  fc.record({ what: fc.constant('cut' as const), socket }),
  fc.record({ what: fc.constant('join' as const) }),
  fc.record({ what: fc.constant('pass' as const), milliseconds: fc.nat(800) }),
), { maxLength: 14 });

const alive = ({ sockets }: JoinedPeers) => sockets.filter(({ dialler }) => dialler.out.open);

/** Does to the sockets what a network does: keeps frames back, loses those on their way with a socket, brings new sockets. */
async function happen(joined: JoinedPeers, step: Step): Promise<void> {
  const open = alive(joined);
  switch (step.what) {
    case 'join':
      if (open.length < 4) await joined.join();
      return;
    case 'pass':
      await joined.clock.advance(step.milliseconds);
      return;
    case 'cut': {
      const pair = open[step.socket % Math.max(1, open.length)];
      if (pair !== undefined) cut(pair.dialler);
      return;
    }
    default: {
      const wire = open[step.socket % Math.max(1, open.length)]?.[step.end].out;
      if (wire === undefined) return;
      if (step.what === 'release') {
        if (wire.waiting > 0) wire.release();
      } else wire[step.what]();
      await settle(1);
    }
  }
}

describe('whatever becomes of the sockets', () => {
  it('every result arrives once and in order, and one search is made', async () => {
    await fc.assert(fc.asyncProperty(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 0, max: 400 }), fc.integer({ min: 1, max: 60 }), steps, async (sockets, count, creditWindow, happenings) => {
      const joined = await joinedPeers(sockets, { controller: { limits: { creditWindow } } });
      const { agent, controller, clock, facade } = joined;
      agent.facade.onStream = () => agent.facade.accounts(count, 0, LAST_PAGE);
      agent.facade.onPerform = async () => null;
      const searching = collect(facade.stream(search, { signal: never }));
      const reading = facade.perform({ kind: 'test' }, { signal: never });
      for (const promise of [searching, reading]) promise.catch(() => undefined);
      for (const step of happenings) await happen(joined, step);
      if (alive(joined).length === 0) await joined.join();
      for (const { dialler, listener } of alive(joined)) {
        dialler.out.flow();
        listener.out.flow();
      }
      await clock.advance(5_000);
      const { items, end: last } = await searching;
      expect(items.map(({ uid }) => uid.value)).toEqual(Array.from({ length: count }, (_, n) => `u${n + 1}`));
      expect(last).toEqual(LAST_PAGE);
      await reading;
      // At most once each: a search that was asked for twice because its request was lost is made once.
      expect(agent.facade.performed.map(({ operation }) => operation.kind).sort()).toEqual(['search', 'test']);
      await Promise.all([agent.peer.close('over'), controller.peer.close('over'), clock.advance(10_000)]);
      expect(clock.sleeping).toBe(0);
    }), { numRuns: 40 });
  }, 60_000);
});
