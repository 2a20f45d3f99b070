/**
 * `npm run faults`: operations under faults of network, processes, clocks, disks, certificates and target, round after round,
 * judged by the target's own log. `--rounds N` (1000), `--workers N` worlds at once (two a core), `--seed N` repeats a run:
 * the same rounds are drawn. `--faults TEXT`, `--operations TEXT`: only those whose names hold it (several times: one of them).
 * Figures go to var/faults/figures.json (a run of some faults or operations only: figures-some.json), everything about a round
 * that failed to var/faults/SEED-ROUND.log. Ends with `N passed, N failed`. Root gets disks that are really full.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { withTypeScript } from './load-typescript.mjs';
import { root } from './run.mjs';

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '1000' }, workers: { type: 'string' }, seed: { type: 'string' },
    faults: { type: 'string', multiple: true }, operations: { type: 'string', multiple: true },
  },
});
const rounds = Number(values.rounds);
const workers = values.workers === undefined ? 2 * availableParallelism() : Number(values.workers);
const seed = values.seed === undefined ? Math.floor(Math.random() * 2 ** 31) : Number(values.seed);
if (!Number.isSafeInteger(rounds) || rounds < 1 || !Number.isSafeInteger(workers) || workers < 1 || !Number.isSafeInteger(seed) || seed < 0) {
  console.error('--rounds, --workers and --seed must be whole numbers.');
  process.exit(2);
}
const stop = new AbortController();
process.once('SIGINT', () => {
  console.error('No further rounds begin; those under way come to their end. Again to end at once.');
  stop.abort();
});
await withTypeScript(async (load) => {
  const [{ runFaultRounds }, { faultTable }] = [await load('/test/faults/table/fault-rounds.ts'), await load('/test/faults/table/figures.ts')];
  const directory = join(root, 'var/faults');
  const startedAt = performance.now();
  console.log(`seed ${seed}, ${rounds} rounds, ${workers} worlds at once`);
  const figures = await runFaultRounds({ rounds, seed, workers, directory, faults: values.faults, operations: values.operations, stop: stop.signal, report: (line) => console.log(line) });
  const minutes = (performance.now() - startedAt) / 60_000;
  mkdirSync(directory, { recursive: true });
  const file = values.faults === undefined && values.operations === undefined ? 'figures.json' : 'figures-some.json';
  writeFileSync(join(directory, file), `${JSON.stringify({ at: new Date().toISOString(), node: process.version, minutes, workers, ...figures, table: faultTable(figures) }, null, 2)}\n`);
  console.log([...faultTable(figures), ...figures.failures].join('\n'));
  console.log(`${figures.rounds} rounds of seed ${seed} in ${minutes.toFixed(1)} minutes: lost ${figures.lost}, twice ${figures.twice}, untrue ${figures.untrue}, slowest recovery ${figures.slowestRecovery} ms`);
  const failed = figures.failures.length;
  console.log(`${Math.max(0, figures.rounds - failed)} passed, ${failed} failed`);
  process.exitCode = failed === 0 ? 0 : 1;
});
process.exit();
