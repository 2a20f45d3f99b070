import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { destination, pino } from 'pino';
import { WebSocket, WebSocketServer } from 'ws';
import { AgentExecutor } from '../../agent/operations/executor.js';
import { systemClock } from '../../agent/system-clock.js';
import csv from '../../connectors/catalog/csv/index.js';
import { createFacade, defaultConfiguration, type AnyConnector } from '../../connectors/framework/index.js';
import { silentLog } from '../../controller/log.js';
import { MetricsRegistry } from '../../deploy/runtime/metrics/metrics-registry.js';
import { OperationMetrics, type OperationMetering } from '../../deploy/runtime/metrics/operation-metrics.js';
import { facadeKeyOf } from '../../protocol/codec/index.js';
import { IcfFile, OperationOptions, Uid, type CallContext, type ConnectorFacade, type IcfValue } from '../../protocol/model/index.js';
import { createPeer } from '../../protocol/session/peer.js';
import { linkWebSocket } from '../../protocol/transport/websocket-link.js';
import { MemoryTarget, memoryConnector } from '../support/memory-connector.js';

/** What the figures of operations cost. Shares of the processor time of one operation or entry, both ends and the connector included. */
export interface MetricsCost {
  readonly subject: string;
  /** Per second of processor time, without the figures. */
  readonly rate: number;
  /** Median of the shares by which a round with them took more than one without; below 0 where that is lost in the noise. */
  readonly share: number;
  /** A quarter of the rounds was below the first and a quarter above the second. */
  readonly quartiles: readonly [number, number];
}

const ENTRIES = 10_000;
const GETS = 4_000;
const AT_ONCE = 10;
const CALL: CallContext = { signal: new AbortController().signal };

interface Side { readonly memory: ConnectorFacade; readonly csv: ConnectorFacade; close(): Promise<void> }

function memoryOf(entries: number): AnyConnector {
  const target = new MemoryTarget();
  for (let index = 0; index < entries; index++) target.add(`u${index}`, { mail: `u${index}@example.com`, sn: `Surname ${index}`, givenName: 'Given', title: 'Engineer' });
  return memoryConnector(target);
}

function keyOf(connector: AnyConnector, given: Readonly<Record<string, IcfValue>>): string {
  const configuration = defaultConfiguration(connector);
  return facadeKeyOf({ ...configuration, properties: configuration.properties.map((property) => ({ ...property, value: given[property.name] ?? property.value })) });
}

/** An agent's executor and a requester, joined by a WebSocket on loopback. */
async function openSide(memory: AnyConnector, csvFile: string, metering: OperationMetering | undefined): Promise<Side> {
  const log = pino({ level: 'info' }, destination({ dest: '/dev/null', sync: false })); // a line an operation, as the agent writes it
  const executor = new AgentExecutor({
    enabled: ['memory', 'csv'], maxFacades: 10, facadeIdle: 600_000, stateDirectory: tmpdir(), clock: systemClock, log, metering,
    load: async (id) => (id === 'csv' ? csv : memory),
    open: (connector, configuration) => createFacade(connector, configuration, { log: silentLog, stateRoot: tmpdir() }),
  });
  const agent = createPeer({ role: 'dialler', executor, log: silentLog });
  const requester = createPeer({ role: 'listener', log: silentLog });
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1', perMessageDeflate: false });
  await once(server, 'listening');
  const socket = new WebSocket(`ws://127.0.0.1:${(server.address() as AddressInfo).port}`, { perMessageDeflate: false });
  const upgraded = once(socket, 'upgrade') as Promise<[IncomingMessage]>;
  const [accepted, request] = await once(server, 'connection') as [WebSocket, IncomingMessage];
  const joined = requester.attach(linkWebSocket(accepted, 'agent', request.socket), 'agent');
  const [{ socket: transport }] = await upgraded;
  if (socket.readyState !== WebSocket.OPEN) await once(socket, 'open');
  const [{ group }] = await Promise.all([joined, agent.attach(linkWebSocket(socket, 'requester', transport), 'requester')]);
  const csvConnector = csv as unknown as AnyConnector;
  return {
    memory: group.facade(memory.key, keyOf(memory, { host: 'here' })),
    csv: group.facade(csvConnector.key, keyOf(csvConnector, { csvFile: new IcfFile(csvFile), headerUid: 'uid' })),
    close: async () => {
      await Promise.all([agent.close('done'), requester.close('done')]);
      server.close();
      await executor.close();
    },
  };
}

async function searchAll(facade: ConnectorFacade): Promise<number> {
  let count = 0;
  const results = facade.stream({ kind: 'search', objectClass: '__ACCOUNT__', filter: undefined, options: OperationOptions.none }, CALL);
  while ((await results.next()).done !== true) count++;
  if (count !== ENTRIES) throw new Error(`${count} entries instead of ${ENTRIES}`);
  return count;
}

async function getMany(facade: ConnectorFacade): Promise<number> {
  let next = 0;
  const one = async (): Promise<void> => {
    while (next++ < GETS) await facade.perform({ kind: 'get', objectClass: '__ACCOUNT__', uid: new Uid('u0'), options: OperationOptions.none }, CALL);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, one));
  return GETS;
}

/** Microseconds of processor time. */
async function cpuOf(work: () => Promise<unknown>): Promise<number> {
  global.gc?.();
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return user + system;
}

const at = (sorted: readonly number[], share: number): number => sorted[Math.floor((sorted.length - 1) * share)] ?? Number.NaN;

async function compare(subject: string, rounds: number, work: { readonly without: () => Promise<number>; readonly withFigures: () => Promise<number> }): Promise<MetricsCost> {
  const count = await work.without();
  for (let warm = 0; warm < 4; warm++) await (warm % 2 === 0 ? work.withFigures() : work.without());
  const shares: number[] = [];
  const times: number[] = [];
  for (let round = 0; round < rounds; round++) {
    // There and back again, and the other way round the next time: what comes first, or behind itself, is faster or slower for that alone.
    const [outer, inner] = round % 2 === 0 ? [work.without, work.withFigures] : [work.withFigures, work.without];
    const first = await cpuOf(outer);
    const middle = await cpuOf(inner) + await cpuOf(inner);
    const around = first + await cpuOf(outer);
    const [without, withFigures] = round % 2 === 0 ? [around, middle] : [middle, around];
    shares.push(withFigures / without - 1);
    times.push(without / 2);
  }
  shares.sort((left, right) => left - right);
  times.sort((left, right) => left - right);
  return { subject, rate: Math.round(count / (at(times, 0.5) / 1e6)), share: at(shares, 0.5), quartiles: [at(shares, 0.25), at(shares, 0.75)] };
}

/** Nanoseconds of counting one operation from begin to end, and one chunk. */
export function bareCost(metering: OperationMetering, times = 200_000): { readonly operation: number; readonly chunk: number } {
  const operations = (): void => { for (let index = 0; index < times; index++) metering.begin('memory', 'get', '__ACCOUNT__').ended('ok', undefined); };
  operations();
  const startedAt = performance.now();
  operations();
  const operation = (performance.now() - startedAt) * 1e6 / times;
  const meter = metering.begin('memory', 'search', '__ACCOUNT__');
  const chunks = (): void => { for (let index = 0; index < times * 10; index++) meter.entries(16); };
  chunks();
  const chunksAt = performance.now();
  chunks();
  const chunk = (performance.now() - chunksAt) * 1e6 / (times * 10);
  meter.ended('ok', undefined);
  return { operation, chunk };
}

/** Gets and searches with and without the figures of operations, in turn, in one process. */
export async function measureMetricsCost(rounds: number): Promise<{ readonly costs: readonly MetricsCost[]; readonly bare: ReturnType<typeof bareCost> }> {
  const folder = await mkdtemp(join(tmpdir(), 'causeway-cost-'));
  const csvFile = join(folder, 'people.csv');
  await writeFile(csvFile, `uid,mail,sn,givenName,title\n${Array.from({ length: ENTRIES }, (_, index) => `u${index},u${index}@example.com,Surname ${index},Given,Engineer`).join('\n')}\n`);
  const metering = new OperationMetrics(new MetricsRegistry('cost_'), { subject: 'connector' });
  const [few, many] = [memoryOf(1), memoryOf(ENTRIES)]; // a get looks at each object there is
  const [plain, metered] = [await openSide(many, csvFile, undefined), await openSide(many, csvFile, metering)];
  const [plainFew, meteredFew] = [await openSide(few, csvFile, undefined), await openSide(few, csvFile, metering)];
  try {
    const costs = [
      await compare('get, memory', rounds, { without: () => getMany(plainFew.memory), withFigures: () => getMany(meteredFew.memory) }),
      await compare('entry of a search, memory', rounds, { without: () => searchAll(plain.memory), withFigures: () => searchAll(metered.memory) }),
      await compare('entry of a search, CSV', rounds, { without: () => searchAll(plain.csv), withFigures: () => searchAll(metered.csv) }),
    ];
    return { costs, bare: bareCost(metering) };
  } finally {
    await Promise.all([plain, metered, plainFew, meteredFew].map((side) => side.close()));
    await rm(folder, { recursive: true, force: true });
  }
}
