import { writeFile } from 'node:fs/promises';
import { startAgent, startController, type Controller } from '../../support/causeway-processes.js';
import { makeWorld, type World } from '../../support/causeway-world.js';
import { CSV_REF } from '../../support/provisioners.js';
import { COLUMNS, personRow, personTypes } from '../connectors/bench-target.js';
import { startRawSocket } from '../ends/both-ends.js';
import type { RawSocketMethods } from '../ends/raw-socket.js';
import { Child } from '../suite/child.js';
import { shown } from '../suite/rounds.js';
import { bySize, type BenchContext, type Scenario, type Section } from '../suite/scenario.js';
import { WanLink, type LinkPlan } from '../wan/wan-link.js';

const PLAN: LinkPlan = { roundTrip: 50, bitsPerSecond: 20e6 };

/** What one way to bring the other side up to date took. */
interface Synchronised { readonly what: string; readonly seconds: number; readonly up: number; readonly down: number }

export interface WideArea {
  readonly people: number;
  readonly changed: number;
  readonly runs: readonly Synchronised[];
  /** Seconds the raw socket takes over the same line for the bytes of the full run. */
  readonly rawSeconds: number;
  /** Bytes of the file that is reconciled. */
  readonly fileBytes: number;
}

function csv(people: number, changed: number): string {
  const rows = Array.from({ length: people }, (_, number) => {
    const row = [...personRow(number)];
    if (number < changed) row[5] = 'Architect';
    return row.map((value) => `"${value}"`).join(',');
  });
  return `${COLUMNS.join(',')}\n${rows.join('\n')}\n`;
}

async function system(world: World, name: string, file: string): Promise<void> {
  await world.provisioner(name, { name, connectorRef: { ...CSV_REF, connectorHostRef: 'site1' }, configurationProperties: { csvFile: world.path(file), headerUid: 'uid' }, objectTypes: personTypes() });
}

const MAPPING = {
  name: 'people', source: 'system/people/account', target: 'system/copy/account', correlation: [{ source: '/uid', target: '/uid' }], properties: COLUMNS.map((column) => ({ source: column, target: column })),
};

async function measured(link: WanLink, what: string, work: () => Promise<void>): Promise<Synchronised> {
  const [before, startedAt] = [link.bytes, performance.now()];
  await work();
  return { what, seconds: (performance.now() - startedAt) / 1000, up: link.bytes.up - before.up, down: link.bytes.down - before.down };
}

async function reconcile({ rest }: Controller): Promise<void> {
  const { body, status } = await rest.send('/openidm/recon?_action=recon&mapping=people&waitForCompletion=true', { method: 'POST', timeout: 3_600_000 });
  const summary = await rest.ok(`/openidm/recon/${String(body['_id'])}`);
  if (summary['state'] !== 'SUCCESS') throw new Error(`The reconciliation ended ${status} ${JSON.stringify(summary)}`);
}

async function liveSync({ rest }: Controller): Promise<void> {
  await rest.ok('/openidm/system?_action=liveSync&source=system/people/account', { method: 'POST', timeout: 3_600_000 });
}

async function rawOverTheLine(world: World, bytes: number): Promise<number> {
  const raw = await startRawSocket(world);
  const listener = await Child.start<RawSocketMethods>('/test/bench/ends/raw-socket.ts');
  const link = await WanLink.start(await listener.call('listen', { keys: world.controllerKeys }), PLAN);
  try {
    await raw.dialler.call('dial', { keys: await world.agentKeys('raw'), port: link.port });
    return await raw.dialler.call('receive', { frames: Math.ceil(bytes / 16_384), bytes: 16_384 }) / 1000;
  } finally {
    await link.stop();
    await listener.stop();
    await raw.stop();
  }
}

async function run(context: BenchContext): Promise<WideArea> {
  const people = bySize(context, { smoke: 200, small: 5_000, full: 50_000 });
  const changed = Math.ceil(people / 100);
  const world = await makeWorld();
  const running: (() => Promise<unknown>)[] = [world.remove];
  try {
    await system(world, 'people', 'people.csv');
    await system(world, 'copy', 'copy.csv');
    const before = csv(people, 0);
    await writeFile(world.path('people.csv'), before);
    await writeFile(world.path('copy.csv'), before);
    await writeFile(world.path('conf', 'sync.json'), JSON.stringify({ mappings: [MAPPING] }));
    const controller = await startController(world, { nodeOptions: context.nodeOptions('controller') });
    running.push(() => controller.stop());
    const link = await WanLink.start(Number(new URL(controller.gatewayUrl).port), PLAN);
    running.push(() => link.stop());
    const agent = await startAgent(world, { controller: { gatewayUrl: `wss://localhost:${link.port}/openicf` }, nodeOptions: context.nodeOptions('agent') });
    running.push(() => agent.stop());
    await controller.systemReady('people');
    await controller.systemReady('copy');
    await reconcile(controller);                     // makes the links, as the first run of a mapping does
    await liveSync(controller);                      // from here on, changes are known
    const full = await measured(link, 'full, nothing changed', () => reconcile(controller));
    context.report(describe(full));
    const idle = await measured(link, 'delta, nothing changed', () => liveSync(controller));
    context.report(describe(idle));
    await writeFile(world.path('people.csv'), csv(people, changed));
    const delta = await measured(link, `delta, ${changed} changed`, () => liveSync(controller));
    context.report(describe(delta));
    const first = await controller.rest.ok('/openidm/system/copy/account/user0');
    if (first['title'] !== 'Architect') throw new Error(`The change did not arrive: ${JSON.stringify(first)}`);
    const rawSeconds = await rawOverTheLine(world, full.up + full.down);
    return { people, changed, runs: [full, idle, delta], rawSeconds, fileBytes: Buffer.byteLength(before) };
  } finally {
    for (const end of running.reverse()) await end();
  }
}

const describe = ({ what, seconds, up, down }: Synchronised): string => `  ${what}: ${seconds.toFixed(2)} s, ${((up + down) / 1e6).toFixed(2)} MB`;

function section({ people, changed, runs, rawSeconds, fileBytes }: WideArea): Section {
  const [full, , delta] = runs;
  const line = full === undefined ? NaN : ((full.up + full.down) * 8) / PLAN.bitsPerSecond;
  return {
    method: `Agent and controller with a line of ${PLAN.roundTrip} ms round trip and ${PLAN.bitsPerSecond / 1e6} Mbit/s each way between them (a TCP proxy). *Full*: a reconciliation of a mapping between two CSV files of ${people.toLocaleString('en')} people (${(fileBytes / 1e6).toFixed(1)} MB each) behind the agent, linked before: both are read whole over the line. *Delta*: liveSync of the source, by the snapshot the agent keeps; ${changed.toLocaleString('en')} people (1 %) have changed, and each is written to the target over the line. One run each: bytes do not vary, and seconds are the line’s.`,
    charts: [
      { file: 'wan-bytes', title: 'Bytes over the line', unit: 'MB', kind: 'bars', labels: runs.map(({ what }) => what), series: [{ name: 'to the controller', values: runs.map(({ up }) => up / 1e6) }, { name: 'to the agent', values: runs.map(({ down }) => down / 1e6) }] },
      { file: 'wan-seconds', title: 'Seconds over the line', unit: 'seconds', kind: 'bars', labels: runs.map(({ what }) => what), series: [{ name: 'seconds', values: runs.map(({ seconds }) => seconds) }] },
    ],
    tables: [{
      title: 'Over the line', rows: [
        ['', 'seconds', 'MB to the controller', 'MB to the agent', 'of the full run, bytes'],
        ...runs.map(({ what, seconds, up, down }) => [what, shown(seconds), shown(up / 1e6), shown(down / 1e6), full === undefined ? '–' : `${(((up + down) / (full.up + full.down)) * 100).toFixed(2)} %`]),
        ['raw ws, bytes of the full run', shown(rawSeconds), '', '', '100 %'], ['the line itself, computed', shown(line), '', '', '100 %'],
      ],
    }],
    goals: [], remarks: delta === undefined ? [] : [`A change takes ${shown((delta.seconds * 1000) / changed)} ms: ${(delta.seconds * 1000 / changed / PLAN.roundTrip).toFixed(1)} round trips, because changes are worked off one after the other, each reading its target before it writes. In bytes a delta is small; in seconds it pays while fewer than about ${Math.round((full?.seconds ?? 0) * changed / delta.seconds).toLocaleString('en')} of ${people.toLocaleString('en')} have changed.`],
  };
}

export const wideArea: Scenario<WideArea> = { name: 'wan', title: 'Over a long line', run, section };
