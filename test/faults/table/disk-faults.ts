import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { DirectoryTruth } from './directory-truth.js';
import type { FaultWorld } from './fault-world.js';
import type { Fault, Struck } from './fault.js';

/** Reads and writes have to be answered within this while a disk is full. Milliseconds. */
const ANSWER_LIMIT = 60_000;
const REFILL_EVERY = 30;

/** Reads go on; a write is done, or refused with words a user can act on, and then not done. */
async function readsGoOn({ controller: { rest }, truth }: FaultWorld, uid: string): Promise<readonly string[]> {
  const problems: string[] = [];
  const read = await rest.send(`/openidm/system/crowd/account?_queryFilter=${encodeURIComponent('uid eq "user17"')}&_fields=uid`, { timeout: ANSWER_LIMIT });
  if (read.status !== 200 || read.body['resultCount'] !== 1) problems.push(`a read on a full disk is answered ${read.status} ${JSON.stringify(read.body)}`);
  const probe = `${uid}-probe`;
  const body = { dn: DirectoryTruth.dn(probe), uid: probe, cn: probe, sn: probe };
  const write = await rest.send('/openidm/system/ldap/account?_action=create', { method: 'POST', body, timeout: ANSWER_LIMIT });
  const text = `${write.status} ${JSON.stringify(write.body)}`;
  const isDone = write.status >= 200 && write.status < 300;
  if (await truth.exists(probe) !== isDone) problems.push(`a write on a full disk was ${isDone ? 'not ' : ''}done, and answered ${text}`);
  if (!isDone && !/disk|ENOSPC|room/i.test(text)) problems.push(`a write is refused on a full disk without saying why: ${text}`);
  return problems;
}

type Which = 'agent' | 'controller' | 'targets';

/** Fills the disk, and takes whatever is freed on it from then on, as the program that filled it would. Returns the end of that. */
async function keepFull(world: FaultWorld, which: Which): Promise<() => Promise<void>> {
  const disk = world.disks[which];
  await disk.fill();
  const stop = new AbortController();
  const filling = (async () => {
    for (;;) {
      await sleep(REFILL_EVERY, undefined, { signal: stop.signal });
      if (disk.isMounted) await disk.fill();
    }
  })().catch(() => undefined);                            // it is over, or the world was taken away under it
  return async () => {
    stop.abort();
    await filling;
    await healed(world, which);
  };
}

const full = (name: string, which: Which): Fault => ({
  name: `disk: ${name}`,
  strike: async (world) => ({ heal: await keepFull(world, which) }),
});

async function healed(world: FaultWorld, which: Which): Promise<void> {
  await world.disks[which].free();
  if (which !== 'targets') return;
  // What a database that could not write its last page thinks of itself is its own matter.
  await world.ldap.pause();
  await world.ldap.resume();
  await world.truth.reconnect();
}

const startsFull = (which: 'agent' | 'controller'): Fault => ({
  name: `disk: ${which} killed, starts on a full one`,
  strike: async (world, _random, uid) => {
    await world[which].kill();
    const heal = await keepFull(world, which);
    await world[which].restart();
    return fullStart(world, uid, heal);
  },
});

function fullStart(world: FaultWorld, uid: string, heal: Struck['heal']): Struck {
  return {
    meanwhile: async () => {
      await world.controller.systemReady('crowd', ANSWER_LIMIT);
      return readsGoOn(world, uid);
    },
    heal,
  };
}

export const DISK_FAULTS: readonly Fault[] = [
  full('of the agent full', 'agent'),
  startsFull('agent'),
  {
    name: 'disk: agent killed and its state lost, starts on a full one',
    strike: async (world, _random, uid) => {
      await world.agent.kill();
      for (const entry of await readdir(world.stateDirectory)) await rm(join(world.stateDirectory, entry), { recursive: true, force: true });
      const heal = await keepFull(world, 'agent');
      await world.agent.restart();
      return fullStart(world, uid, heal);
    },
  },
  full('of the controller full', 'controller'),
  startsFull('controller'),
  full('of the targets full', 'targets'),
];
