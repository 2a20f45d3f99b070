import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { spread, type Spread } from '../../interop/bench/figures.js';
import { startAgent, startController } from '../../support/causeway-processes.js';
import { makeWorld } from '../../support/causeway-world.js';
import { startCsvTarget } from '../connectors/csv-target.js';
import type { SessionEndMethods } from '../ends/session-end.js';
import { Child } from '../suite/child.js';
import { interleaved, shown, withSpread, type Way } from '../suite/rounds.js';
import { bySize, type BenchContext, type Scenario, type Section } from '../suite/scenario.js';

const WAYS = { node: 'bare Node (node -e 0)', agent: 'agent: to its first operation', controller: 'controller: to its first answer', both: 'controller and agent together: to the first get over REST' } as const;
type WayName = keyof typeof WAYS;
const POLL_MS = 5;
const LIMIT_MS = 60_000;

/** Milliseconds from the start of the process. */
export interface FirstOperation { readonly ways: Readonly<Record<WayName, Spread>> }

async function bareNode(): Promise<number> {
  const startedAt = performance.now();
  await once(spawn(process.execPath, ['-e', '0'], { stdio: 'ignore' }), 'exit');
  return performance.now() - startedAt;
}

async function untilTrue(condition: () => Promise<boolean>, startedAt: number): Promise<number> {
  while (!await condition()) {
    if (performance.now() - startedAt > LIMIT_MS) throw new Error('nothing was served within a minute');
    await new Promise((resolve) => { setTimeout(resolve, POLL_MS); });
  }
  return performance.now() - startedAt;
}

/** The agent's reconnecting as it is without settings of a test. */
const USUAL = { session: { backoffBase: '500ms', backoffCap: '30s' } };

async function run(context: BenchContext): Promise<FirstOperation> {
  const world = await makeWorld();
  const target = await startCsvTarget();
  const session = await Child.start<SessionEndMethods>('/test/bench/ends/session-end.ts');
  try {
    await target.load(100);
    const provisioner = target.provisioner('site1');
    await world.provisioner('target', provisioner);
    const port = await session.call('listen', { keys: world.controllerKeys });
    const url = `wss://localhost:${port}/openicf`;
    const answers = (rest: { send(path: string): Promise<{ status: number }> }, path: string) => (): Promise<boolean> => rest.send(path).then(({ status }) => status === 200, () => false);
    const ways: Way<number>[] = [
      { name: 'node', run: bareNode },
      {
        name: 'agent',
        async run() {
          await session.call('forget');
          const startedAt = performance.now();
          const starting = startAgent(world, { controller: { gatewayUrl: url }, config: USUAL, connected: false, nodeOptions: context.nodeOptions('agent') });
          await session.call('test', { facade: await session.call('configure', { provisioner: { ...provisioner } }) });
          const taken = performance.now() - startedAt;
          await (await starting).stop();
          return taken;
        },
      },
      {
        name: 'controller',
        async run() {
          const startedAt = performance.now();
          const controller = await startController(world, { nodeOptions: context.nodeOptions('controller') });
          const taken = await untilTrue(answers(controller.rest, '/openidm/info/ping'), startedAt);
          await controller.stop();
          return taken;
        },
      },
      {
        name: 'both',
        async run() {
          const startedAt = performance.now();
          const controller = await startController(world);
          const agent = await startAgent(world, { controller, config: USUAL, connected: false });
          const taken = await untilTrue(answers(controller.rest, '/openidm/system/target/account/user7'), startedAt);
          await agent.stop();
          await controller.stop();
          return taken;
        },
      },
    ];
    const results = await interleaved(ways, { rounds: bySize(context, { smoke: 1, small: 5, full: 15 }), warmUps: context.size === 'smoke' ? 0 : 1, report: context.report }, (taken) => `${shown(taken)} ms`);
    const of = (name: WayName): Spread => spread(results.get(name) ?? []);
    return { ways: { node: of('node'), agent: of('agent'), controller: of('controller'), both: of('both') } };
  } finally {
    await session.stop();
    await target.stop();
    await world.remove();
  }
}

const names = Object.keys(WAYS) as WayName[];

function section({ ways }: FirstOperation): Section {
  return {
    method: 'Cold processes, the files of the build in the page cache. *Agent*: from the start of the process until a controller that waits for it has the answer to a `test` of a CSV system, TLS, handshake and list of connectors included. *Controller*: until it answers REST. *Together*: controller, then agent, until a get over REST succeeds.',
    charts: [{ file: 'start', title: 'Start to the first served operation', unit: 'milliseconds', kind: 'bars', labels: names.map((name) => WAYS[name]), series: [{ name: 'median', values: names.map((name) => ways[name].median) }] }],
    tables: [{ title: 'Milliseconds from the start of the process', rows: [['', 'ms', 'to bare Node'], ...names.map((name) => [WAYS[name], withSpread(ways[name]), (ways[name].median / ways.node.median).toFixed(1)])] }],
    goals: [{ goal: 'Start to the first operation under 1 s, agent', reached: `${withSpread(ways.agent)} ms`, met: ways.agent.median < 1_000, limit: `${shown(ways.node.median)} ms are Node itself; the rest is loading modules` }],
    remarks: [],
  };
}

export const firstOperation: Scenario<FirstOperation> = { name: 'start', title: 'Start', run, section };
