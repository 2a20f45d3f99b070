/**
 * `node scripts/connector-bench.mjs [target …]`: throughput of a search of 100,000 rows through the built controller and agent as
 * a ratio to the bare driver's, and the peak memory of both processes at 10,000, 100,000 and 1,000,000 rows. Targets: see
 * test/bench/connectors/targets.ts; all by default. `--rows N`, `--memory N,N` change the sizes. Fails when a process needs over
 * 60 MB more for the most rows than for the fewest.
 */
import { parseArgs } from 'node:util';
import { withTypeScript } from './load-typescript.mjs';

const LIMIT = 60_000_000;
const { values, positionals } = parseArgs({
  allowPositionals: true, options: { rows: { type: 'string', default: '100000' }, memory: { type: 'string', default: '10000,100000,1000000' } },
});
await withTypeScript(async (load) => {
  const { BENCH_TARGETS } = await load('/test/bench/connectors/targets.ts');
  const { benchmarkConnector } = await load('/test/bench/connectors/connector-benchmark.ts');
  const names = positionals.length > 0 ? positionals : Object.keys(BENCH_TARGETS);
  for (const name of names) {
    if (BENCH_TARGETS[name] === undefined) throw new Error(`There is no target ${name}; known: ${Object.keys(BENCH_TARGETS).join(', ')}`);
    const { memory } = await benchmarkConnector(await BENCH_TARGETS[name](), {
      rows: Number(values.rows), memory: values.memory.split(',').filter((part) => part !== '').map(Number), report: (line) => console.log(line),
    });
    const [few, many] = [memory[0], memory.at(-1)];
    if (few === undefined || many === undefined) continue;
    for (const process of ['agentPeak', 'controllerPeak']) {
      if (many[process] - few[process] <= LIMIT) continue;
      console.error(`${name}: ${process} grew by ${Math.round((many[process] - few[process]) / 1e6)} MB: memory is not bounded.`);
      globalThis.process.exitCode = 1;
    }
  }
});
