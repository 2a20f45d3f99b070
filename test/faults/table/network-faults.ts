import { GATEWAY_NAME, ADDRESSES, type FaultWorld } from './fault-world.js';
import type { Fault } from './fault.js';
import type { NameAnswer } from './hooked-process.js';
import type { Random } from './random.js';
import type { ProxyMood } from './connect-proxy.js';

const network = (name: string, strike: (world: FaultWorld, random: Random) => void): Fault => ({
  name: `network: ${name}`,
  strike: async (world, random) => {
    strike(world, random);
    return {
      heal: async () => {
        world.network.refuse(false);
        world.network.calm();
      },
    };
  },
});

export const NETWORK_FAULTS: readonly Fault[] = [
  network('slow', ({ network: link }, random) => { link.change({ delay: random.between(20, 400) }); }),
  network('one byte at a time', ({ network: link }) => { link.change({ pieceBytes: 1 }); }),
  network('pieces with pauses', ({ network: link }, random) => { link.change({ pieceBytes: random.between(1, 300), pieceDelay: random.between(1, 20) }); }),
  network('stalled', ({ network: link }) => { link.change({ stalled: true }); }),
  network('sockets overtake each other', ({ network: link }, random) => { link.change({ jitter: random.between(20, 500) }); }),
  network('one socket late', ({ network: link }, random) => { link.changeOne({ delay: random.between(50, 600) }); }),
  network('one socket stalled', ({ network: link }) => { link.changeOne({ stalled: true }); }),
  network('one socket cut', ({ network: link }) => { link.cut('one'); }),
  network('all sockets cut', ({ network: link }) => { link.cut(); }),
  network('half closed', ({ network: link }) => { link.halfClose(); }),
  network('cut and refused', ({ network: link }) => {
    link.refuse(true);
    link.cut();
  }),
];

const tellNames = (world: FaultWorld, answer: NameAnswer): Promise<void> => world.hooks.agent.tell({ names: { [GATEWAY_NAME]: answer } }, world.agent.process);

const name = (what: string, answer: NameAnswer): Fault => ({
  name: `name: ${what}`,
  way: 'direct',
  strike: async (world) => {
    await tellNames(world, answer);
    world.network.cut();
    return { heal: () => tellNames(world, { address: ADDRESSES[world.address] }) };
  },
});

export const NAME_FAULTS: readonly Fault[] = [
  name('does not exist any more', { error: 'ENOTFOUND' }),
  name('name server silent', { silent: true }),
  {
    name: 'name: another address',
    way: 'direct',
    // The address it leads to is gone, and the name leads there still; then it leads to the new one.
    strike: async (world) => {
      const next = world.address === 0 ? 1 : 0;
      world.network.refuse(true, world.address);
      world.network.refuse(false, next);
      world.network.cut();
      return {
        heal: async () => {
          world.address = next;
          await tellNames(world, { address: ADDRESSES[next] });
        },
      };
    },
  },
];

const proxy = (what: string, mood: ProxyMood): Fault => ({
  name: `proxy: ${what}`,
  way: 'proxied',
  strike: async (world) => {
    world.proxy.feel(mood);
    world.proxy.cut();
    return {
      heal: async () => {
        world.proxy.feel('fair');
        world.proxy.cut();                            // who is kept waiting comes again
      },
    };
  },
});

export const PROXY_FAULTS: readonly Fault[] = [
  {
    name: 'proxy: stopped',
    way: 'proxied',
    strike: async (world) => {
      await world.proxy.stop();
      return { heal: () => world.proxy.startAgain() };
    },
  },
  proxy('accepts and is silent', 'silent'),
  proxy('answers 502', 502),
  proxy('answers 407', 407),
];
