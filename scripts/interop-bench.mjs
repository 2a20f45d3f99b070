/**
 * Measurements against the Java side, after `npm run test:interop -- --no-bench` built everything: `csv` compares our agent
 * with the Java connector server, `relay` a relayed search with a direct one. Fails when results are missing or differ;
 * a goal that is missed is printed, not failed, because it depends on the machine.
 */
import { join } from 'node:path';
import { withTypeScript } from './load-typescript.mjs';
import { root } from './run.mjs';

const benches = {
  csv: { module: '/test/interop/bench/csv-100k.ts', name: 'benchmarkCsv' },
  relay: { module: '/test/interop/bench/relay-100k.ts', name: 'benchmarkRelay' },
};
const which = process.argv[2] ?? '';
const bench = benches[which];
if (bench === undefined) {
  console.error(`Which one? ${Object.keys(benches).join(' or ')}`);
  process.exit(2);
}
await withTypeScript(async (load) => {
  const run = (await load(bench.module))[bench.name];
  const { complete } = await run({ rounds: Number(process.argv[3] ?? 5), report: (line) => console.log(line), output: join(root, `var/interop/bench-${which}.json`) });
  if (!complete) {
    console.error('A search gave other results than it should.');
    process.exitCode = 1;
  }
});
