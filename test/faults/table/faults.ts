import type { FaultWorld } from './fault-world.js';
import type { Random } from './random.js';

/** Something that goes wrong. `strike` does it and gives what makes it right again. */
export interface Fault {
  readonly name: string;
  strike(world: FaultWorld, random: Random): Promise<() => Promise<void>>;
}

const network = (name: string, strike: (world: FaultWorld, random: Random) => void): Fault => ({
  name,
  strike: async (world, random) => {
    strike(world, random);
    return async () => { world.network.calm(); };
  },
});

const stopped = (name: string, pid: (world: FaultWorld) => number): Fault => ({
  name,
  strike: async (world) => {
    const id = pid(world);
    process.kill(id, 'SIGSTOP');
    return async () => { process.kill(id, 'SIGCONT'); };
  },
});

export const FAULTS: readonly Fault[] = [
  { name: 'none', strike: async () => async () => undefined },
  network('network: slow', ({ network: link }, random) => { link.change({ delay: random.between(20, 400) }); }),
  network('network: one byte at a time', ({ network: link }) => { link.change({ pieceBytes: 1 }); }),
  network('network: stalled', ({ network: link }) => { link.change({ stalled: true }); }),
  network('network: one socket late', ({ network: link }, random) => { link.changeOne({ delay: random.between(50, 600) }); }),
  network('network: one socket stalled', ({ network: link }) => { link.changeOne({ stalled: true }); }),
  network('network: one socket cut', ({ network: link }) => { link.cut('one'); }),
  network('network: all sockets cut', ({ network: link }) => { link.cut(); }),
  network('network: half closed', ({ network: link }) => { link.halfClose(); }),
  network('network: cut and refused', ({ network: link }) => {
    link.refuse(true);
    link.cut();
  }),
  stopped('agent: SIGSTOP', ({ agent }) => agent.process.pid),
  stopped('controller: SIGSTOP', ({ controller }) => controller.process.pid),
  stopped('target: SIGSTOP', ({ ldap }) => ldap.pid),
  { name: 'agent: SIGKILL', strike: async ({ agent }) => { await agent.kill(); return () => agent.restart(); } },
  { name: 'agent: SIGTERM', strike: async ({ agent }) => { agent.process.signal('SIGTERM'); return async () => { await agent.process.ended; await agent.restart(); }; } },
  { name: 'controller: SIGKILL', strike: async ({ controller }) => { await controller.kill(); return () => controller.restart(); } },
  {
    name: 'target: SIGKILL',
    strike: async ({ ldap, truth }) => {
      await ldap.pause('SIGKILL');
      return async () => {
        await ldap.resume();
        await truth.reconnect();
      };
    },
  },
];
