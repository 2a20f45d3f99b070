import { mebibytes } from '../../interop/bench/figures.js';
import { startController, type Controller } from '../../support/causeway-processes.js';
import { makeWorld, type World } from '../../support/causeway-world.js';
import { CSV_REF } from '../../support/provisioners.js';
import { personTypes } from '../connectors/bench-target.js';
import { KeepAliveRest } from '../ends/keep-alive-rest.js';
import { memoryBetween, samplingInto, type MemoryUse } from '../ends/sampled-memory.js';
import { agentName, type SimulatedAgentsMethods } from '../ends/simulated-agents.js';
import { Child } from '../suite/child.js';
import { quantile, shown } from '../suite/rounds.js';
import { bySize, type BenchContext, type Goal, type Scenario, type Section } from '../suite/scenario.js';
import { timedCalls } from '../suite/timed-calls.js';

/** At most so many agents in a process that simulates them. */
const PER_PROCESS = 1_250;
/** Agents that are asked for something while the others idle. */
const ASKED = 100;
/** Of fewer, what the controller's memory varies by without them is more than theirs. */
const FEWEST_TOLD = 1_000;
const CONCURRENCY = 10;

interface Level {
  readonly agents: number;
  readonly sockets: number;
  /** Of the controller, while nothing happens. */
  readonly idle: MemoryUse;
  /** Share of one processor the idle controller takes. */
  readonly idleCpu: number;
  /** Seconds until all were connected, from when the first dialled; all those who came with this level. */
  readonly connectSeconds: number;
  readonly active: MemoryUse;
  /** Gets a second over REST, processor time of one in the controller in milliseconds, and the 99th percentile of their latency. */
  readonly getsPerSecond: number;
  readonly cpuPerGet: number;
  readonly p99: number;
  /** Seconds from when the restarted controller answers until every agent is back; measured at the last level of a run. */
  readonly reconnectSeconds: number | undefined;
}

export interface ManyAgents { readonly alone: MemoryUse; readonly levels: readonly Level[] }

interface Fleet { readonly world: World; readonly controller: Controller; readonly memory: string; readonly processes: Child<SimulatedAgentsMethods>[]; readonly sockets: number; agents: number }

const pause = (milliseconds: number): Promise<void> => new Promise((resolve) => { setTimeout(resolve, milliseconds); });

async function memoryFor(fleet: Pick<Fleet, 'memory'>, milliseconds: number): Promise<MemoryUse> {
  const from = Date.now();
  await pause(milliseconds);
  return memoryBetween(fleet.memory, from, Date.now());
}

async function grow(fleet: Fleet, to: number): Promise<number> {
  const startedAt = performance.now();
  const starts: Promise<unknown>[] = [];
  for (let from = fleet.agents; from < to; from += PER_PROCESS) {
    const child = await Child.start<SimulatedAgentsMethods>('/test/bench/ends/simulated-agents.ts');
    fleet.processes.push(child);
    starts.push(child.call('start', { authority: fleet.world.path('ca'), url: fleet.controller.gatewayUrl, from, to: Math.min(to, from + PER_PROCESS), sockets: fleet.sockets }));
  }
  await Promise.all(starts);
  fleet.agents = to;
  return (performance.now() - startedAt) / 1000;
}

/** Gets of systems behind agents that are spread over the fleet. */
async function ask(fleet: Fleet, systems: readonly number[], count: number): Promise<Pick<Level, 'active' | 'getsPerSecond' | 'cpuPerGet' | 'p99'>> {
  const rest = new KeepAliveRest(fleet.controller.rest, CONCURRENCY);
  const connected = systems.filter((agent) => agent < fleet.agents);
  try {
    const get = (number: number): Promise<string> => rest.send('GET', `/openidm/system/system${connected[number % connected.length] ?? 0}/account/amina`);
    await timedCalls(connected.length, CONCURRENCY, get);
    const [from, cpuBefore, startedAt] = [Date.now(), fleet.controller.process.cpuSeconds(), performance.now()];
    const taken = await timedCalls(count, CONCURRENCY, get);
    const seconds = (performance.now() - startedAt) / 1000;
    await pause(200);
    return { active: await memoryBetween(fleet.memory, from, Date.now()), getsPerSecond: count / seconds, cpuPerGet: ((fleet.controller.process.cpuSeconds() - cpuBefore) * 1000) / count, p99: quantile(taken, 0.99) };
  } finally {
    rest.close();
  }
}

async function reconnect(fleet: Fleet): Promise<number> {
  await fleet.controller.kill();
  await fleet.controller.restart();
  const startedAt = performance.now();
  await Promise.all(fleet.processes.map((child) => child.call('allConnected', { sockets: 1 })));
  return (performance.now() - startedAt) / 1000;
}

async function measureLevels(context: BenchContext, levels: readonly number[], sockets: number): Promise<ManyAgents> {
  const world = await makeWorld();
  const memory = world.path('controller.memory');
  const most = Math.max(...levels);
  const systems = [...new Set(Array.from({ length: Math.min(ASKED, most) }, (_, index) => (index < 2 ? index : Math.floor((index * most) / ASKED))))];
  for (const agent of systems) {
    await world.provisioner(`system${agent}`, { name: `system${agent}`, connectorRef: { ...CSV_REF, connectorHostRef: agentName(agent) }, configurationProperties: { csvFile: '/nowhere.csv' }, objectTypes: personTypes() });
  }
  const idleMs = bySize(context, { smoke: 300, small: 10_000, full: 30_000 });
  const controller = await startController(world, { nodeOptions: [...context.nodeOptions('controller'), ...samplingInto(memory)], config: { gateway: { maxConnections: 20_000 }, log: { level: 'warn' } } });
  const fleet: Fleet = { world, controller, memory, processes: [], sockets, agents: 0 };
  try {
    const alone = await memoryFor(fleet, Math.min(idleMs, 3_000));
    const found: Level[] = [];
    for (const agents of levels) {
      const connectSeconds = await grow(fleet, agents);
      await pause(Math.min(idleMs, 2_000));
      const cpuBefore = controller.process.cpuSeconds();
      const idle = await memoryFor(fleet, idleMs);
      const idleCpu = (controller.process.cpuSeconds() - cpuBefore) / (idleMs / 1000);
      const asked = await ask(fleet, systems, bySize(context, { smoke: 20, small: 2_000, full: 10_000 }));
      const reconnectSeconds = agents === most ? await reconnect(fleet) : undefined;
      found.push({ agents, sockets, idle, idleCpu, connectSeconds, ...asked, reconnectSeconds });
      context.report(`  ${agents} agents with ${sockets} sockets: ${mebibytes(idle.rssMedian)} MiB idle, ${(idleCpu * 100).toFixed(1)} % of a processor, connected in ${connectSeconds.toFixed(1)} s${reconnectSeconds === undefined ? '' : `, back after ${reconnectSeconds.toFixed(1)} s`}; ${shown(asked.getsPerSecond)} gets/s`);
    }
    return { alone, levels: found };
  } finally {
    await Promise.all(fleet.processes.map((child) => child.stop()));
    await controller.kill();
    await world.remove();
  }
}

async function run(context: BenchContext): Promise<ManyAgents> {
  const levels = bySize(context, { smoke: [2], small: [1, 100, 1_000], full: [1, 100, 1_000, 5_000] });
  const one = await measureLevels(context, levels, 1);
  if (context.size === 'smoke') return one;
  const two = await measureLevels(context, levels.slice(-1), 2);
  return { alone: one.alone, levels: [...one.levels, ...two.levels] };
}

const MOST_BYTES = 400e6;

function goalsOf({ alone, levels }: ManyAgents): Goal[] {
  const most = Math.max(...levels.map(({ agents }) => agents));
  return levels.filter(({ agents }) => agents === most).map(({ agents, sockets, idle }) => {
    const each = (idle.rssMedian - alone.rssMedian) / agents;
    const at5000 = alone.rssMedian + each * 5_000;
    return {
      goal: `5,000 idle agents under 400 MB in the controller, ${sockets === 1 ? 'one socket' : 'two sockets'} each`, reached: `${agents.toLocaleString('en')} agents: ${(idle.rssMedian / 1e6).toFixed(0)} MB${agents === 5_000 ? '' : `, which makes ${(at5000 / 1e6).toFixed(0)} MB for 5,000`}`,
      met: at5000 < MOST_BYTES, limit: `${(each / 1024).toFixed(0)} KiB an agent over the ${(alone.rssMedian / 1e6).toFixed(0)} MB of the controller alone: TLS and WebSocket of each socket, the session’s state`,
    };
  });
}

function section(figures: ManyAgents): Section {
  const { alone, levels } = figures;
  const ones = levels.filter(({ sockets }) => sockets === 1);
  return {
    method: `One controller of the build and simulated agents over real sockets: each has a certificate of its own, dials, keeps and reconnects its session by the code of an agent (so with its back-off of 0.5 to 30 s, full jitter), and publishes all connectors an agent publishes. Memory is the controller’s, sampled ten times a second. *Active*: ${CONCURRENCY} gets at once over REST, of systems behind ${ASKED} agents spread over the fleet. *Back*: the controller is killed and started again; from when it answers until every agent is connected. An agent keeps two sockets unless configured otherwise.`,
    charts: [{
      file: 'agents-memory', title: 'Memory of the controller by connected agents', unit: 'MiB', kind: 'lines', labels: ones.map(({ agents }) => String(agents)), labelUnit: 'agents',
      series: [{ name: 'idle', values: ones.map(({ idle }) => idle.rssMedian / 1024 ** 2) }, { name: 'active', values: ones.map(({ active }) => active.rssMedian / 1024 ** 2) }, { name: 'heap in use, idle', values: ones.map(({ idle }) => idle.heapMedian / 1024 ** 2) }],
    }],
    tables: [{
      title: `Controller (alone: ${mebibytes(alone.rssMedian)} MiB)`, rows: [
        ['agents × sockets', 'idle, MiB', 'KiB an agent', 'idle CPU, % of one', 'active, MiB', 'gets/s', 'CPU ms a get', 'p99 ms', 'connected, s', 'back, s'],
        ...levels.map(({ agents, sockets, idle, idleCpu, active, getsPerSecond, cpuPerGet, p99, connectSeconds, reconnectSeconds }) => [
          `${agents.toLocaleString('en')} × ${sockets}`, mebibytes(idle.rssMedian), agents < FEWEST_TOLD ? '–' : ((idle.rssMedian - alone.rssMedian) / agents / 1024).toFixed(0), (idleCpu * 100).toFixed(1), mebibytes(active.rssMedian), shown(getsPerSecond), shown(cpuPerGet), shown(p99),
          connectSeconds.toFixed(1), reconnectSeconds === undefined ? '–' : reconnectSeconds.toFixed(1),
        ]),
      ],
    }],
    goals: goalsOf(figures), remarks: [],
  };
}

export const manyAgents: Scenario<ManyAgents> = { name: 'agents', title: 'Agents of one controller', run, section };
