import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import teamdynamix from '../../../connectors/catalog/teamdynamix/index.js';
import { createFacade, type FacadeHandle } from '../../../connectors/framework/index.js';
import { ACCOUNT, OperationOptions, type IcfValue } from '../../../protocol/model/index.js';
import { aggregate } from '../../bench/teamdynamix.js';
import { memoryConnector, MemoryTarget } from '../../support/memory-connector.js';
import { calling, configured, drain, facadeOf } from '../../support/memory-facade.js';
import { recordedLog } from '../../support/quiet-log.js';
import { VirtualTime } from '../../support/virtual-time.js';
import { FakeTeamDynamix } from './fake.js';
import { StrictLimits } from './limits.js';
import { configuration } from './system.js';

vi.setConfig({ testTimeout: 120_000 });

const BEGINNING = Date.UTC(2024, 8, 2, 8);
const search = (facade: FacadeHandle) => drain(facade.stream({ kind: 'search', objectClass: ACCOUNT, filter: undefined, options: OperationOptions.none }, calling()));

async function inVirtualTime<T>(people: number, work: (system: { readonly time: VirtualTime; readonly limits: StrictLimits; readonly fake: FakeTeamDynamix; open(changes?: Record<string, IcfValue>): FacadeHandle }) => Promise<T>): Promise<T> {
  const time = new VirtualTime();
  const limits = new StrictLimits(() => BEGINNING + time.now());
  const fake = await FakeTeamDynamix.start({ limits, delay: () => time.takes(30) });
  for (let index = 0; index < people; index++) fake.addPerson({ UserName: `user${index}` });
  const facades: FacadeHandle[] = [];
  const open = (changes: Record<string, IcfValue> = {}): FacadeHandle => {
    const facade = createFacade(teamdynamix, configured(teamdynamix, configuration(fake, changes)), { log: recordedLog(), stateRoot: join(tmpdir(), 'causeway-unused'), clock: time });
    facades.push(facade);
    return facade;
  };
  try {
    return await time.until(work({ time, limits, fake, open }));
  } finally {
    await time.until(Promise.all(facades.map((facade) => facade.dispose())));
    await fake.service.stop();
  }
}

describe('the limits of TeamDynamix', () => {
  it('[teamdynamix 12] are kept to by requests that wait: an aggregation is refused nothing and reads at the rate that is permitted', async () => {
    const { people, requests, whole, refused } = await aggregate({ people: 300, agents: 1 });
    expect({ people, requests, refused }).toEqual({ people: 300, requests: 300, refused: 0 });
    expect(whole.read / whole.permitted).toBeGreaterThan(0.99);
  });

  it('are shared by agents behind one address, each with its part of people and budget', async () => {
    const { people, twice, refused, together } = await aggregate({ people: 400, agents: 4 });
    expect({ people, twice, refused }).toEqual({ people: 400, twice: 0, refused: 0 });
    expect(together.read / together.permitted).toBeGreaterThan(0.97);
  });

  it('[teamdynamix 14] are of the address: partitions of one agent share its rate, and are refused nothing', async () => {
    await inVirtualTime(180, async ({ time, limits, open }) => {
      const found = await Promise.all(['1/3', '2/3', '3/3'].map((partition) => search(open({ partition }))));
      expect(found.reduce((sum, { items }) => sum + items.length, 0)).toBe(180);
      expect(limits.refusals).toBe(0);
      // Three windows of 60: not before the third has begun.
      expect(time.now()).toBeGreaterThan(120_000);
      expect(time.now()).toBeLessThan(190_000);
    });
  });

  it('[teamdynamix 10] are waited for after a refusal as long as the window lasts, and not longer', async () => {
    await inVirtualTime(1, async ({ time, limits, fake, open }) => {
      const facade = open();
      await search(facade);
      const began = time.now();
      // Somebody else at the same address takes all that is left.
      while (!limits.count('GET people/{}', '127.0.0.1').refused) continue;
      const refusedBefore = limits.refusals;
      expect((await search(facade)).items).toHaveLength(1);
      expect(time.now() - began).toBeGreaterThan(58_000);
      expect(time.now() - began).toBeLessThan(63_000);
      expect(limits.refusals - refusedBefore).toBeLessThanOrEqual(1);
      expect(fake.people.size).toBe(1);
    });
  });

  it('of one method do not hold up another', async () => {
    await inVirtualTime(1, async ({ time, limits, open }) => {
      const facade = open();
      await search(facade);
      while (!limits.count('GET people/{}', '127.0.0.1').refused) continue;
      const from = time.now();
      await facade.perform({ kind: 'test' }, calling());
      expect(time.now() - from).toBeLessThan(1_000);
    });
  });

  it('[teamdynamix 15] hold up nobody else: searches of another system pass while one waits', async () => {
    const limits = new StrictLimits();
    const fake = await FakeTeamDynamix.start({ limits });
    for (let index = 0; index < 100; index++) fake.addPerson({});
    const waiting = createFacade(teamdynamix, configured(teamdynamix, configuration(fake)), { log: recordedLog(), stateRoot: join(tmpdir(), 'causeway-unused') });
    const target = new MemoryTarget();
    target.add('a');
    const { facade: other } = facadeOf(memoryConnector(target));
    let ended = false;
    const aggregation = Promise.all(Array.from({ length: 8 }, () => search(waiting))).catch(() => undefined).finally(() => { ended = true; });
    for (let turn = 0; turn < 50; turn++) expect((await search(other)).items).toHaveLength(1);
    expect(ended).toBe(false);
    await waiting.dispose();
    await aggregation;
    await other.dispose();
    await fake.service.stop();
  });
});
