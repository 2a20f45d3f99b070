import { describe, expect, it } from 'vitest';
import { tracedFacade } from '../../agent/observe/operation-span.js';
import { ACCOUNT, OperationOptions, Uid, type ConnectorFacade, type Tracer } from '../../protocol/model/index.js';
import { startTelemetry } from '../../deploy/runtime/telemetry/start-telemetry.js';
import { MemoryTarget, memoryConnector } from '../support/memory-connector.js';
import { drain, facadeOf } from '../support/memory-facade.js';
import { Collector } from '../support/otlp/collector.js';
import { recordedLog } from '../support/quiet-log.js';

/** `npx vitest run --config test/bench/tracing.vitest.config.ts`: what tracing costs an agent's operation whose target takes no time. */

const ROUNDS = 7;
const SECONDS = 0.7;
const call = { signal: new AbortController().signal, operationId: 'f3b6c7de-7f2a-4d6c-8f0b-0c6b0c6f1c11/1' };
const get = { kind: 'get', objectClass: ACCOUNT, uid: new Uid('u1'), options: OperationOptions.none } as const;
const search = { kind: 'search', objectClass: ACCOUNT, filter: undefined, options: OperationOptions.none } as const;

async function rate(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  let count = 0;
  while (performance.now() - started < SECONDS * 1_000) {
    for (let n = 0; n < 20; n++) await work();
    count += 20;
    await new Promise((resolve) => { setImmediate(resolve); });
  }
  return count / ((performance.now() - started) / 1_000);
}

const median = (values: readonly number[]): number => [...values].sort((left, right) => left - right)[Math.floor(values.length / 2)] ?? 0;

function report(title: string, rates: readonly number[]): string {
  const [off, again, unsampled, all] = rates as [number, number, number, number];
  const ratio = (value: number): string => (value / off).toFixed(2);
  return `${title}: off ${Math.round(off)}/s; ratios to it: off again ${ratio(again)}, not sampled ${ratio(unsampled)}, all ${ratio(all)} (${(1e6 / all - 1e6 / off).toFixed(1)} µs an operation, the collector in the same process)`;
}

describe('operations a second', () => {
  it.each([
    ['get', (facade: ConnectorFacade) => facade.perform(get, call)],
    ['search of 100 objects', (facade: ConnectorFacade) => drain(facade.stream(search, call))],
  ])('%s: off, off once more, not sampled, all of them', async (title, run) => {
    const collector = await Collector.start();
    const settings = { service: 'bench', version: undefined, instance: undefined, endpoint: new URL(collector.url), protocol: 'http/protobuf', headers: async () => ({}), resource: {}, timeout: 5_000, interval: 1_000, queueSize: 4_096, ca: undefined, proxy: undefined } as const;
    const telemetry = [0, 1].map((sampleRatio) => startTelemetry({ ...settings, sampleRatio }, recordedLog(), {}));
    const target = new MemoryTarget();
    for (let index = 0; index < 100; index++) target.add(`u${index}`);
    const { facade } = facadeOf(memoryConnector(target, { pooled: true }));
    const traced = (tracer: Tracer | undefined): ConnectorFacade => (tracer === undefined ? facade : tracedFacade(facade, tracer, 'memory'));
    const ways = [undefined, undefined, telemetry[0]?.tracer, telemetry[1]?.tracer].map((tracer) => ({ facade: traced(tracer), rates: [] as number[] }));
    for (const way of ways) await rate(() => run(way.facade));
    for (let round = 0; round < ROUNDS; round++) {
      // In turns, so that whatever else the machine does is shared.
      for (const way of ways) {
        target.searches.length = 0;
        way.rates.push(await rate(() => run(way.facade)));
      }
    }
    const status = telemetry[1]?.status();
    await Promise.all([...telemetry.map((each) => each?.close(AbortSignal.timeout(2_000))), collector.close()]);
    const rates = ways.map((way) => median(way.rates));
    console.log(`${report(title, rates)}; ${JSON.stringify(status)}`);
    expect(Math.min(...rates)).toBeGreaterThan(0);
  });
});
