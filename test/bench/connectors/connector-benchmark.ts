import { startAgent, startController } from '../../support/causeway-processes.js';
import { makeWorld } from '../../support/causeway-world.js';
import type { BenchTarget } from './bench-target.js';

export interface Read {
  readonly rows: number;
  readonly milliseconds: number;
  readonly rowsPerSecond: number;
}

/** A read through agent and controller by processes that have done nothing else; memory is the most each ever held, in bytes. */
export interface ChainRead extends Read {
  readonly firstRow: number;
  readonly agentPeak: number;
  readonly controllerPeak: number;
  /** Processor time a row takes in each, in microseconds. */
  readonly agentCpu: number;
  readonly controllerCpu: number;
}

export interface ConnectorBenchmark {
  readonly name: string;
  readonly driver: string;
  readonly direct: Read;
  readonly chain: ChainRead;
  /** Rows per second through the chain over those of the driver, in the same run. */
  readonly ratio: number;
  readonly memory: readonly ChainRead[];
}

export interface BenchmarkOptions {
  /** Rows the throughput is measured with. */
  readonly rows: number;
  /** Numbers of rows the peak of memory is measured with. */
  readonly memory: readonly number[];
  readonly report?: (line: string) => void;
}

const mebibytes = (bytes: number): string => `${(bytes / 1024 ** 2).toFixed(0)} MiB`;

function read(rows: number, milliseconds: number): Read {
  return { rows, milliseconds: Math.round(milliseconds), rowsPerSecond: Math.round(rows / (milliseconds / 1000)) };
}

async function directly(target: BenchTarget, expected: number): Promise<Read> {
  const startedAt = performance.now();
  const rows = await target.readDirectly();
  if (rows !== expected) throw new Error(`${target.driver} gave ${rows} of ${expected} rows`);
  return read(rows, performance.now() - startedAt);
}

async function throughChain(target: BenchTarget, expected: number): Promise<ChainRead> {
  const world = await makeWorld();
  const running: (() => Promise<unknown>)[] = [world.remove];
  try {
    await world.provisioner('target', target.provisioner('site1'));
    const controller = await startController(world);
    running.push(() => controller.stop());
    const agent = await startAgent(world, { controller });
    running.push(() => agent.stop());
    await controller.systemReady('target');
    const before = { agent: agent.process.cpuSeconds(), controller: controller.process.cpuSeconds() };
    const query = await controller.rest.stream('/openidm/system/target/account?_queryFilter=true');
    if (query.cut !== undefined || query.objects !== expected) {
      throw new Error(`The search gave ${query.objects} of ${expected} rows (HTTP ${query.status}, ${query.cut ?? JSON.stringify(query.end)})\n${agent.process.tail()}\n${controller.process.tail()}`);
    }
    const cpu = (seconds: number): number => Math.round((seconds * 1e6) / expected);
    return {
      ...read(query.objects, query.duration), firstRow: Math.round(query.firstObject),
      agentPeak: agent.process.rssPeak(), controllerPeak: controller.process.rssPeak(),
      agentCpu: cpu(agent.process.cpuSeconds() - before.agent), controllerCpu: cpu(controller.process.cpuSeconds() - before.controller),
    };
  } finally {
    for (const end of running.reverse()) await end();
  }
}

/** Throughput beside the driver's, and peaks of memory by the number of rows. Stops the target. */
export async function benchmarkConnector(target: BenchTarget, { rows, memory, report = () => undefined }: BenchmarkOptions): Promise<ConnectorBenchmark> {
  try {
    await target.load(rows);
    await directly(target, rows); // both ways meet a system that has everything in memory
    const chain = await throughChain(target, rows);
    const direct = await directly(target, rows);
    const ratio = chain.rowsPerSecond / direct.rowsPerSecond;
    report(`${target.name}: ${target.driver} ${direct.rowsPerSecond} rows/s, agent and controller ${chain.rowsPerSecond} rows/s, ratio ${ratio.toFixed(2)}; processor time a row ${chain.agentCpu} µs and ${chain.controllerCpu} µs`);
    const peaks: ChainRead[] = [];
    for (const count of memory) {
      await target.load(count);
      const run = await throughChain(target, count);
      peaks.push(run);
      report(`${target.name}: ${count} rows: peak of agent ${mebibytes(run.agentPeak)}, of controller ${mebibytes(run.controllerPeak)}; ${run.rowsPerSecond} rows/s, first row after ${run.firstRow} ms`);
    }
    return { name: target.name, driver: target.driver, direct, chain, ratio, memory: peaks };
  } finally {
    await target.stop();
  }
}
