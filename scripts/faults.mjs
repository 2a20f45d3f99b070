/**
 * `npm run faults`: operations under faults of network, processes and target, round after round, judged by the target's own
 * log. `--rounds N` (1000), `--seed N` repeats a run. Figures go to var/faults/figures.json. Ends with `N passed, N failed`.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { withTypeScript } from './load-typescript.mjs';
import { root } from './run.mjs';

const { values } = parseArgs({ options: { rounds: { type: 'string', default: '1000' }, seed: { type: 'string' } } });
const rounds = Number(values.rounds);
const seed = values.seed === undefined ? Math.floor(Math.random() * 2 ** 31) : Number(values.seed);
if (!Number.isSafeInteger(rounds) || rounds < 1 || !Number.isSafeInteger(seed) || seed < 0) {
  console.error('--rounds and --seed must be whole numbers.');
  process.exit(2);
}
await withTypeScript(async (load) => {
  const { runFaultRounds, faultTable } = await load('/test/faults/table/fault-rounds.ts');
  console.log(`seed ${seed}`);
  const figures = await runFaultRounds({ rounds, seed, report: (line) => console.log(line) });
  const directory = join(root, 'var/faults');
  mkdirSync(directory, { recursive: true });
  writeFileSync(join(directory, 'figures.json'), `${JSON.stringify({ at: new Date().toISOString(), node: process.version, ...figures, table: faultTable(figures) }, null, 2)}\n`);
  console.log([...faultTable(figures), ...figures.failures].join('\n'));
  console.log(`${figures.rounds} rounds of seed ${seed}: lost ${figures.lost}, twice ${figures.twice}, untrue ${figures.untrue}, slowest recovery ${figures.slowestRecovery} ms`);
  const failed = figures.failures.length;
  console.log(`${figures.rounds - failed} passed, ${failed} failed`);
  process.exitCode = failed === 0 ? 0 : 1;
});
