import { spread, type Spread } from '../../interop/bench/figures.js';
import type { BenchTarget } from '../connectors/bench-target.js';
import { BENCH_TARGETS } from '../connectors/targets.js';
import { startBothEnds, startRawSocket, type BothEnds } from '../ends/both-ends.js';
import { javaSearch, type JavaSearch } from '../ends/java-search.js';
import type { Chart } from '../report/chart.js';
import { interleaved, ratios, shown, withSpread, type Way } from '../suite/rounds.js';
import { bySize, type BenchContext, type Goal, type Scenario, type Section, type Table } from '../suite/scenario.js';

const TARGETS = ['ldap', 'postgresql', 'csv'] as const;
const WAYS = ['controller', 'session', 'driver', 'socket', 'java'] as const;
type WayName = (typeof WAYS)[number];

const TITLES: Readonly<Record<WayName, string>> = {
  controller: 'controller and agent, JSON over REST', session: 'agent and session, objects counted', driver: 'bare driver', socket: 'raw ws, same bytes', java: 'Java RCS and Java driver',
};

/** Of one way to read so many entries of a target, over the rounds. */
interface Figures {
  readonly perSecond: Spread;
  /** To the driver's figure of the same round. */
  readonly ratio: Spread;
  /** Processor time of an entry in microseconds, by process. */
  readonly cpu: Readonly<Record<string, number>>;
}

interface TargetFigures {
  readonly target: string;
  readonly driver: string;
  readonly entries: number;
  readonly bytesPerEntry: number;
  readonly ways: Readonly<Partial<Record<WayName, Figures>>>;
  readonly javaAbsent: string | undefined;
}

export interface SearchStreams { readonly measured: readonly TargetFigures[] }

interface Run { readonly milliseconds: number; readonly cpuSeconds: Readonly<Record<string, number>> }

const FRAME = 16 * 1024;
const perSecond = (entries: number, { milliseconds }: Run): number => entries / (milliseconds / 1000);

function exactly(entries: number, found: number, who: string): void {
  if (found !== entries) throw new Error(`${who} gave ${found} of ${entries} entries`);
}

function ourWays({ controller, agent, session, facades }: BothEnds, entries: number, note: (bytes: number) => void): Way<Run>[] {
  const cpu = async (work: () => Promise<number>): Promise<Run> => {
    const before = [agent.process.cpuSeconds(), controller.process.cpuSeconds(), session.cpuSeconds()] as const;
    const milliseconds = await work();
    return { milliseconds, cpuSeconds: { agent: agent.process.cpuSeconds() - before[0], controller: controller.process.cpuSeconds() - before[1], session: session.cpuSeconds() - before[2] } };
  };
  return [
    {
      name: 'controller',
      run: () => cpu(async () => {
        const { objects, cut, duration, status } = await controller.rest.stream('/openidm/system/target/account?_queryFilter=true');
        if (cut !== undefined || status !== 200) throw new Error(`The search ended with ${status} ${cut ?? ''}\n${controller.process.tail()}\n${agent.process.tail()}`);
        exactly(entries, objects, 'the controller');
        return duration;
      }),
    },
    {
      name: 'session',
      run: () => cpu(async () => {
        const found = await session.call('search', { facade: facades.get('target') ?? 0 });
        exactly(entries, found.entries, 'the session');
        note(found.bytes);
        return found.milliseconds;
      }),
    },
  ];
}

function driverWay(target: BenchTarget, entries: number): Way<Run> {
  return {
    name: 'driver',
    async run() {
      const [cpuBefore, startedAt] = [process.cpuUsage(), performance.now()];
      exactly(entries, await target.readDirectly(), target.driver);
      const milliseconds = performance.now() - startedAt;
      const { user, system } = process.cpuUsage(cpuBefore);
      return { milliseconds, cpuSeconds: { driver: (user + system) / 1e6 } };
    },
  };
}

async function measure(context: BenchContext, target: BenchTarget, entries: number, rounds: number): Promise<TargetFigures> {
  await target.load(entries);
  let bytes = 0;
  let java: JavaSearch | undefined;
  const ends = await startBothEnds(context, { target: target.provisioner('site1') });
  const raw = await startRawSocket(ends.world);
  let javaAbsent: string | undefined;
  try {
    const ways = [...ourWays(ends, entries, (seen) => { bytes = seen; }), driverWay(target, entries)];
    ways.push({ name: 'socket', run: async () => ({ milliseconds: await raw.dialler.call('receive', { frames: Math.max(1, Math.ceil(bytes / FRAME)), bytes: Math.min(FRAME, bytes) }), cpuSeconds: {} }) });
    try {
      java = await javaSearch(target.java?.());
      const search = java;
      ways.push({ name: 'java', run: async () => ({ milliseconds: await search.milliseconds(entries), cpuSeconds: {} }) });
    } catch (error) {
      javaAbsent = (error as Error).message.split('\n')[0];
    }
    const warmUps = entries <= 1_000 ? 10 : entries <= 100_000 ? 2 : 1;
    const results = await interleaved(ways, { rounds, warmUps: bySize(context, { smoke: 1, small: warmUps, full: warmUps }), report: context.report }, (run) => `${shown(perSecond(entries, run))} entries/s`);
    const speeds = (name: string): number[] => (results.get(name) ?? []).map((run) => perSecond(entries, run));
    const figures = (name: string): Figures => {
      const runs = results.get(name) ?? [];
      const processes = Object.keys(runs[0]?.cpuSeconds ?? {});
      return {
        perSecond: spread(speeds(name)), ratio: ratios(speeds(name), speeds('driver')),
        cpu: Object.fromEntries(processes.map((process) => [process, spread(runs.map(({ cpuSeconds }) => ((cpuSeconds[process] ?? 0) * 1e6) / entries)).median])),
      };
    };
    return { target: target.name, driver: target.driver, entries, bytesPerEntry: bytes / entries, ways: Object.fromEntries(ways.map(({ name }) => [name, figures(name)])), javaAbsent };
  } finally {
    await java?.stop();
    await raw.stop();
    await ends.stop();
  }
}

async function run(context: BenchContext): Promise<SearchStreams> {
  const sizes = bySize(context, { smoke: [500], small: [1_000, 10_000, 100_000], full: [1_000, 10_000, 100_000, 1_000_000] });
  const measured: TargetFigures[] = [];
  for (const name of bySize<readonly string[]>(context, { smoke: ['csv'], small: TARGETS, full: TARGETS })) {
    const target = await BENCH_TARGETS[name]?.();
    if (target === undefined) throw new Error(`There is no target ${name}.`);
    try {
      for (const entries of sizes) {
        context.report(`  ${target.name}, ${entries} entries`);
        measured.push(await measure(context, target, entries, bySize(context, { smoke: 1, small: 3, full: entries > 100_000 ? 3 : 5 })));
      }
    } finally {
      await target.stop();
    }
  }
  return { measured };
}

const targetsOf = ({ measured }: SearchStreams): string[] => [...new Set(measured.map(({ target }) => target))];

function tableOf(figures: SearchStreams, target: string): Table {
  const rows = figures.measured.filter((each) => each.target === target);
  const cell = (way: Figures | undefined, isDriver: boolean): string => (way === undefined ? '–' : `${withSpread(way.perSecond)}${isDriver ? '' : ` = ${way.ratio.median.toFixed(2)}`}`);
  return {
    title: `${target}: entries per second = ratio to the bare driver (${rows[0]?.driver ?? ''})`,
    rows: [['entries', ...WAYS.map((way) => TITLES[way]), 'bytes an entry'], ...rows.map(({ entries, ways, bytesPerEntry }) => [entries.toLocaleString('en'), ...WAYS.map((way) => cell(ways[way], way === 'driver')), shown(bytesPerEntry)])],
  };
}

function cpuTable({ measured }: SearchStreams): Table {
  const micro = (value: number | undefined): string => (value === undefined ? '–' : shown(value));
  return {
    title: 'Processor time of an entry in microseconds, by process',
    rows: [
      ['target', 'entries', 'agent (REST)', 'controller (REST)', 'agent (session)', 'session end', 'driver'],
      ...measured.map(({ target, entries, ways: { controller, session, driver } }) => [
        target, entries.toLocaleString('en'), micro(controller?.cpu['agent']), micro(controller?.cpu['controller']), micro(session?.cpu['agent']), micro(session?.cpu['session']), micro(driver?.cpu['driver']),
      ]),
    ],
  };
}

function chartOf(figures: SearchStreams, target: string): Chart {
  const rows = figures.measured.filter((each) => each.target === target);
  return {
    file: `search-${target.replaceAll(/[^a-z]+/gi, '-').toLowerCase()}`, title: `Search of ${target}`, unit: 'entries per second', kind: 'lines', labels: rows.map(({ entries }) => String(entries)), labelUnit: 'entries',
    series: WAYS.filter((way) => rows.some(({ ways }) => ways[way] !== undefined)).map((way) => ({ name: TITLES[way], values: rows.map(({ ways }) => ways[way]?.perSecond.median) })),
  };
}

const LEAST_SHARE = 0.6;

function goalsOf(figures: SearchStreams): Goal[] {
  return ['ldap', 'PostgreSQL'].flatMap((name) => {
    const rows = figures.measured.filter(({ target }) => target.includes(name));
    const last = rows.at(-1);
    const [controller, session] = [last?.ways.controller?.ratio.median, last?.ways.session?.ratio.median];
    if (last === undefined || controller === undefined || session === undefined) return [];
    const { controller: rest, session: counted, driver } = last.ways;
    const micro = (way: Figures | undefined, process: string): string => shown(way?.cpu[process] ?? NaN);
    return [{
      goal: `At least 60 % of the bare driver's rate, ${last.target}, ${last.entries.toLocaleString('en')} entries`,
      reached: `${Math.round(controller * 100)} % as JSON over REST, ${Math.round(session * 100)} % to the session`, met: controller >= LEAST_SHARE,
      limit: `processor time an entry: agent ${micro(rest, 'agent')} µs, controller ${micro(rest, 'controller')} µs (session alone ${micro(counted, 'session')} µs); the driver alone takes ${micro(driver, 'driver')} µs`,
    }];
  });
}

function section(figures: SearchStreams): Section {
  const targets = targetsOf(figures);
  const absent = [...new Set(figures.measured.flatMap(({ target, javaAbsent }) => (javaAbsent === undefined ? [] : [`${target}: ${javaAbsent}`])))];
  return {
    method: 'One search of every account. *Controller and agent*: the built processes, joined by the agent’s mTLS WebSockets, a client that counts the JSON objects. *Agent and session*: the same agent, to a process that has the session end of a controller and nothing else. *Bare driver*: the same read with the library the connector uses (of CSV, `node:readline` and a split), making an object of each entry. *Raw ws*: as many bytes over the same mutual TLS in frames of 16 KiB, made of nothing and looked at by nobody. *Java*: the released Java connector server and driver, over plain ws, an end to the other.',
    tables: [...targets.map((target) => tableOf(figures, target)), cpuTable(figures)], charts: targets.map((target) => chartOf(figures, target)), goals: goalsOf(figures),
    remarks: absent.length === 0 ? [] : [`Without the Java side: ${absent.join('; ')}.`],
  };
}

export const searchStreams: Scenario<SearchStreams> = { name: 'search', title: 'Search streaming', run, section };
