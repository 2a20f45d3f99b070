import type { CausewayProcess } from '../../support/causeway-processes.js';
import type { FaultWorld } from './fault-world.js';
import type { Fault } from './fault.js';
import type { HookedProcess } from './hooked-process.js';

const stopped = (name: string, pid: (world: FaultWorld) => number): Fault => ({
  name: `${name}: SIGSTOP`,
  strike: async (world) => {
    const id = pid(world);
    process.kill(id, 'SIGSTOP');
    return { heal: async () => { process.kill(id, 'SIGCONT'); } };
  },
});

type Ours = 'agent' | 'controller';

const killed = (which: Ours): Fault => ({
  name: `${which}: SIGKILL`,
  strike: async ({ [which]: process }) => {
    await process.kill();
    return { heal: () => process.restart() };
  },
});

const terminated = (which: Ours): Fault => ({
  name: `${which}: SIGTERM`,
  strike: async ({ [which]: process }) => {
    process.process.signal('SIGTERM');
    return {
      heal: async () => {
        await process.process.ended;
        await process.restart();
      },
    };
  },
});

export const PROCESS_FAULTS: readonly Fault[] = [
  stopped('agent', ({ agent }) => agent.process.pid),
  stopped('controller', ({ controller }) => controller.process.pid),
  stopped('target', ({ ldap }) => ldap.pid),
  killed('agent'),
  terminated('agent'),
  killed('controller'),
  terminated('controller'),
  {
    name: 'target: SIGKILL',
    strike: async ({ ldap, truth }) => {
      await ldap.pause('SIGKILL');
      return {
        heal: async () => {
          await ldap.resume();
          await truth.reconnect();
        },
      };
    },
  },
];

const HOUR = 3_600_000;

/** Beyond a day it passes what anything is kept for. With the sockets cut or not, by chance. */
const clock = (which: Ours, direction: 1 | -1): Fault => ({
  name: `${which}: clock jumps hours ${direction > 0 ? 'ahead' : 'back'} and returns`,
  strike: async (world, random) => {
    const [hooks, process]: [HookedProcess, CausewayProcess] = [world.hooks[which], world[which]];
    const isCut = random.next() < 0.5;
    await hooks.tell({ clock: direction * random.between(1, 40) * HOUR }, process.process);
    if (isCut) world.network.cut();
    return { heal: () => hooks.tell({ clock: 0 }, process.process) };
  },
});

/** As on a machine whose clock is set only after its services have started. */
const wrongAtStart = (which: Ours): Fault => ({
  name: `${which}: SIGKILL, starts with a clock hours wrong`,
  strike: async (world, random) => {
    await world[which].kill();
    await world.hooks[which].tell({ clock: random.pick([-1, 1]) * random.between(1, 40) * HOUR }, undefined);
    await world[which].restart();
    return { heal: () => world.hooks[which].tell({ clock: 0 }, world[which].process) };
  },
});

export const CLOCK_FAULTS: readonly Fault[] = [clock('agent', 1), clock('agent', -1), wrongAtStart('agent'), clock('controller', 1), clock('controller', -1), wrongAtStart('controller')];
