import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import csv from '../../connectors/catalog/csv/index.js';
import teamdynamix from '../../connectors/catalog/teamdynamix/index.js';
import { createFacade, type AnyConnector, type FacadeHandle } from '../../connectors/framework/index.js';
import { ACCOUNT, GuardedString, OperationOptions, type IcfValue } from '../../protocol/model/index.js';
import { FakeTeamDynamix } from '../connectors/teamdynamix/fake.js';
import { StrictLimits } from '../connectors/teamdynamix/limits.js';
import { noise } from '../support/limited-load.js';
import { calling, configured } from '../support/memory-facade.js';
import { recordedLog } from '../support/quiet-log.js';
import { VirtualTime } from '../support/virtual-time.js';

const BEGINNING = Date.UTC(2024, 8, 2, 8);
const METHOD = 'GET people/{}';
const PERMITTED_PER_MINUTE = 60;

export interface Achieved { readonly read: number; readonly permitted: number }

export interface AggregationFigures {
  readonly people: number;
  /** Of all, by agent. */
  readonly byAgent: readonly number[];
  /** Uids given more than once. */
  readonly twice: number;
  /** Virtual hours from the first request for a person to the last. */
  readonly hours: number;
  readonly requests: number;
  /** People read, and as many as the limit allows in that time: until the last agent is done, and until the first one is. */
  readonly whole: Achieved;
  readonly together: Achieved;
  readonly refused: number;
}

function facadeOf(connector: AnyConnector, values: Record<string, IcfValue>, clock?: VirtualTime): FacadeHandle {
  return createFacade(connector, configured(connector, values), { log: recordedLog(), stateRoot: join(tmpdir(), 'causeway-unused'), ...(clock === undefined ? {} : { clock }) });
}

async function count(facade: FacadeHandle, seen: (uid: string) => void): Promise<number> {
  let found = 0;
  for await (const { uid } of facade.stream({ kind: 'search', objectClass: ACCOUNT, filter: undefined, options: OperationOptions.none }, calling())) {
    seen(uid.value);
    found++;
  }
  return found;
}

/** People with groups, roles and 14 applications. */
function populate(fake: FakeTeamDynamix, people: number): void {
  const applications = Array.from({ length: 14 }, (_, index) => fake.addApplication(`Application ${index + 1}`));
  const roles = applications.map((app) => fake.addRole(`Role of ${app}`, app));
  const groups = Array.from({ length: 20 }, (_, index) => Number(fake.addGroup(`Group ${index + 1}`)));
  for (let index = 0; index < people; index++) {
    const own = [index % 14, (index * 5) % 14].filter((each, at, all) => all.indexOf(each) === at);
    fake.addPerson({ UserName: `user${index}`, GroupIDs: [groups[index % 20]], Applications: ['TDNext'], OrgApplications: own.map((each) => ({ ID: applications[each], Name: `Application ${each + 1}`, SecurityRoleId: roles[each], IsAdministrator: false })) });
  }
}

/**
 * One aggregation of all people through the whole connector, over HTTP, in virtual time. Each agent knows nothing of the others, reads a
 * part of the people with a part of the budget, and comes from the same address.
 */
export async function aggregate({ people, agents, latency = [20, 60] }: { readonly people: number; readonly agents: number; readonly latency?: readonly [number, number] }): Promise<AggregationFigures> {
  const time = new VirtualTime();
  const random = noise(people + agents);
  const limits = new StrictLimits(() => BEGINNING + 7_321 + time.now());
  const fake = await FakeTeamDynamix.start({ limits, delay: () => time.takes(latency[0] + random() * (latency[1] - latency[0])) });
  populate(fake, people);
  const services = [fake.service, ...await Promise.all(Array.from({ length: agents - 1 }, () => fake.listen()))];
  const facades = services.map(({ origin }, index) => facadeOf(teamdynamix, {
    serviceUri: `${origin}/TDWebApi`, beid: fake.beid, webServicesKey: new GuardedString(fake.webServicesKey), rateLimitShare: `1/${agents}`, ...(agents > 1 ? { partition: `${index + 1}/${agents}` } : {}),
  }, time));
  const seen = new Set<string>();
  let [twice, first, last] = [0, -1, 0];
  const note = (uid: string): void => {
    if (seen.has(uid)) twice++;
    seen.add(uid);
    if (first < 0) first = time.now();
    last = time.now();
  };
  const since = (): Achieved => ({ read: seen.size, permitted: ((last - first) / 60_000) * PERMITTED_PER_MINUTE });
  let together: Achieved | undefined;
  const all = facades.map(async (facade) => {
    const found = await count(facade, note);
    together ??= since();
    return found;
  });
  const byAgent = await time.until(Promise.all(all));
  await time.until(Promise.all(facades.map((facade) => facade.dispose())));
  await Promise.all(services.map((service) => service.stop()));
  return { people: seen.size, byAgent, twice, hours: (last - first) / 3_600_000, requests: limits.accepted.get(METHOD) ?? 0, whole: since(), together: together ?? since(), refused: limits.refusals };
}

export interface BesideFigures { readonly searches: number; readonly median: number; readonly p95: number }

/** Milliseconds that searches of 500 rows of a file take, in real time, one after the other, so many times. */
async function timed(facade: FacadeHandle, times: number): Promise<BesideFigures> {
  const taken: number[] = [];
  for (let turn = 0; turn < times; turn++) {
    const from = performance.now();
    await count(facade, () => undefined);
    taken.push(performance.now() - from);
  }
  taken.sort((one, other) => one - other);
  return { searches: times, median: taken[Math.floor(times / 2)]!, p95: taken[Math.floor(times * 0.95)]! };
}

/** Searches of a CSV file alone, and while an aggregation of TeamDynamix in 4 partitions waits for its limit; real time. */
export async function besideAggregation(times = 200): Promise<{ readonly alone: BesideFigures; readonly beside: BesideFigures; readonly waiting: boolean }> {
  const directory = await mkdtemp(join(tmpdir(), 'causeway-beside-'));
  const file = join(directory, 'people.csv');
  await writeFile(file, `uid,name\n${Array.from({ length: 500 }, (_, index) => `u${index},Name ${index}\n`).join('')}`);
  const other = facadeOf(csv, { csvFile: file, headerUid: 'uid' });
  const fake = await FakeTeamDynamix.start({ limits: new StrictLimits() });
  populate(fake, 2_000);
  const values = { serviceUri: `${fake.service.origin}/TDWebApi`, beid: fake.beid, webServicesKey: new GuardedString(fake.webServicesKey) };
  const facades = [1, 2, 3, 4].map((part) => facadeOf(teamdynamix, { ...values, partition: `${part}/4` }));
  try {
    await timed(other, 50);
    const alone = await timed(other, times);
    let ended = 0;
    const running = facades.map((facade) => count(facade, () => undefined).then(() => { ended++; }, () => { ended++; }));
    const beside = await timed(other, times);
    const waiting = ended === 0;
    await Promise.all(facades.map((facade) => facade.dispose()));
    await Promise.all(running);
    return { alone, beside, waiting };
  } finally {
    await other.dispose();
    await fake.service.stop();
    await rm(directory, { recursive: true, force: true });
  }
}
