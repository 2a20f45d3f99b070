import { spread, type Spread } from '../../interop/bench/figures.js';
import { startBothEnds, type BothEnds } from '../ends/both-ends.js';
import { KeepAliveRest } from '../ends/keep-alive-rest.js';
import { interleaved, ratios, shown, withSpread, type Way } from '../suite/rounds.js';
import { bySize, type BenchContext, type Scenario, type Section, type Table } from '../suite/scenario.js';
import { timedCalls } from '../suite/timed-calls.js';
import { startLdapWrites, startPostgresqlWrites, type WriteTarget } from '../writes/write-targets.js';

const CONCURRENCIES = [1, 16] as const;
const WAYS = ['controller', 'session', 'driver'] as const;
type WayName = (typeof WAYS)[number];
const TITLES: Readonly<Record<WayName, string>> = { controller: 'controller and agent, over REST', session: 'agent and session', driver: 'bare driver' };
/** Target creates a second by another product's own account; see the remark on the page. */
const PUBLISHED = 173;

/** Operations a second. */
interface Rates { readonly creates: Spread; readonly updates: Spread; readonly createRatio: Spread; readonly updateRatio: Spread }
interface Measured { readonly target: string; readonly driver: string; readonly concurrency: number; readonly count: number; readonly ways: Readonly<Record<WayName, Rates>> }
export interface Writes { readonly measured: readonly Measured[] }

interface Run { readonly creates: number; readonly updates: number }

/** Milliseconds of so many calls, that many at a time. */
async function duration(count: number, concurrency: number, one: (number: number) => Promise<unknown>): Promise<number> {
  const startedAt = performance.now();
  await timedCalls(count, concurrency, one);
  return performance.now() - startedAt;
}

/** Each run creates accounts of its own. */
class Names {
  #last = 0;
  next(count: number): string[] {
    return Array.from({ length: count }, () => `made${this.#last++}`);
  }
}

function waysTo(target: WriteTarget, ends: BothEnds, rest: KeepAliveRest, { count, concurrency, names }: { readonly count: number; readonly concurrency: number; readonly names: Names }): Way<Run>[] {
  const rate = (milliseconds: number): number => count / (milliseconds / 1000);
  const facade = ends.facades.get('target') ?? 0;
  return [
    {
      name: 'controller',
      async run() {
        const made = names.next(count);
        const ids: string[] = [];
        const creates = rate(await duration(count, concurrency, async (number) => {
          ids[number] = (JSON.parse(await rest.send('POST', '/openidm/system/target/account?_action=create', target.resource(made[number] ?? ''))) as { _id: string })._id;
        }));
        const updates = rate(await duration(count, concurrency, (number) => rest.send('PATCH', `/openidm/system/target/account/${encodeURIComponent(ids[number] ?? '')}`, [{ operation: 'replace', field: '/title', value: 'Architect' }])));
        return { creates, updates };
      },
    },
    {
      name: 'session',
      async run() {
        const { uids, milliseconds } = await ends.session.call('creates', { facade, accounts: names.next(count).map((name) => target.attributes(name)), concurrency });
        return { creates: rate(milliseconds), updates: rate(await ends.session.call('updates', { facade, uids, attribute: 'title', value: 'Architect', concurrency })) };
      },
    },
    {
      name: 'driver',
      async run() {
        const made = names.next(count);
        const creates = rate(await duration(count, concurrency, (number) => target.createDirectly(made[number] ?? '', number)));
        return { creates, updates: rate(await duration(count, concurrency, (number) => target.updateDirectly(made[number] ?? '', number))) };
      },
    },
  ];
}

async function measure(context: BenchContext, target: WriteTarget): Promise<Measured[]> {
  const ends = await startBothEnds(context, { target: target.provisioner('site1') });
  const rest = new KeepAliveRest(ends.controller.rest, Math.max(...CONCURRENCIES));
  const names = new Names();
  try {
    const measured: Measured[] = [];
    for (const concurrency of CONCURRENCIES) {
      const count = bySize(context, { smoke: 20, small: 500, full: 3_000 });
      context.report(`  ${target.name}, ${concurrency} at once, ${count} creates and updates`);
      const ways = waysTo(target, ends, rest, { count, concurrency, names });
      const results = await interleaved(ways, { rounds: bySize(context, { smoke: 1, small: 5, full: 5 }), warmUps: 1, report: context.report }, (run) => `${shown(run.creates)} creates/s, ${shown(run.updates)} updates/s`);
      const of = (way: string, figure: keyof Run): number[] => (results.get(way) ?? []).map((run) => run[figure]);
      const rates = (way: WayName): Rates => ({
        creates: spread(of(way, 'creates')), updates: spread(of(way, 'updates')), createRatio: ratios(of(way, 'creates'), of('driver', 'creates')), updateRatio: ratios(of(way, 'updates'), of('driver', 'updates')),
      });
      measured.push({ target: target.name, driver: target.driver, concurrency, count, ways: { controller: rates('controller'), session: rates('session'), driver: rates('driver') } });
    }
    return measured;
  } finally {
    rest.close();
    await ends.stop();
  }
}

async function run(context: BenchContext): Promise<Writes> {
  const measured: Measured[] = [];
  for (const start of bySize(context, { smoke: [startLdapWrites], small: [startLdapWrites, startPostgresqlWrites], full: [startLdapWrites, startPostgresqlWrites] })) {
    const target = await start();
    try {
      measured.push(...await measure(context, target));
    } finally {
      await target.stop();
    }
  }
  return { measured };
}

function tableOf({ measured }: Writes, target: string): Table {
  const rows = measured.filter((each) => each.target === target);
  const cell = (rate: Spread, ratio: Spread, way: WayName): string => `${withSpread(rate)}${way === 'driver' ? '' : ` = ${ratio.median.toFixed(2)}`}`;
  return {
    title: `${target}: operations per second = ratio to the bare driver (${rows[0]?.driver ?? ''})`, rows: [
      ['at once', ...WAYS.flatMap((way) => [`creates, ${TITLES[way]}`, `updates, ${TITLES[way]}`])],
      ...rows.map(({ concurrency, ways }) => [String(concurrency), ...WAYS.flatMap((way) => [cell(ways[way].creates, ways[way].createRatio, way), cell(ways[way].updates, ways[way].updateRatio, way)])]),
    ],
  };
}

function section(figures: Writes): Section {
  const { measured } = figures;
  const labels = measured.map(({ target, concurrency }) => `${target} × ${concurrency}`);
  const chart = (file: string, title: string, figure: 'creates' | 'updates') => ({
    file, title, unit: 'per second', kind: 'bars' as const, labels, series: WAYS.map((way) => ({ name: TITLES[way], values: measured.map(({ ways }) => ways[way][figure].median) })),
  });
  const slowest = Math.min(...measured.filter(({ target }) => target === measured[0]?.target).map(({ ways }) => ways.controller.creates.median));
  return {
    method: 'Accounts of ten attributes created, and one attribute of each replaced, one at a time and sixteen at once, with the agent’s journal and audit on as they are by default. The bare driver writes over as many connections, up to ten, as the connector’s pool holds. PostgreSQL runs with `fsync=off` for all.',
    charts: [chart('writes-creates', 'Creates', 'creates'), chart('writes-updates', 'Updates', 'updates')], tables: [...new Set(measured.map(({ target }) => target))].map((target) => tableOf(figures, target)),
    goals: [{
      goal: `More than the published ${PUBLISHED} target creates per second`, reached: `at least ${shown(slowest)} a second over REST into ${measured[0]?.target ?? ''}`, met: slowest > PUBLISHED,
      limit: 'one at a time: the way there and back, the journal’s write before and after, and the target’s own commit',
    }],
    remarks: [`The ${PUBLISHED} a second are a figure published for another product on other hardware: an order of magnitude, no comparison.`],
  };
}

export const writes: Scenario<Writes> = { name: 'writes', title: 'Writes', run, section };
