/**
 * Measurements against the Java side, after `npm run test:interop -- --no-bench` built everything. `csv [ROUNDS]` compares our
 * agent with the Java connector server, `relay [ROUNDS]` a relayed search with a direct one; both fail when results are missing
 * or differ, while a goal that is missed is printed, not failed, because it depends on the machine. `paused [--pause 300]
 * [--rows 500000]`: a reader that stops in the middle of a search; fails when our agent's memory grows or its results are not
 * complete. Its figures go into docs/reliability.md by `node scripts/reliability.mjs`.
 */
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { withTypeScript } from './load-typescript.mjs';
import { root } from './run.mjs';

const { values, positionals: [which = '', rounds = '5'] } = parseArgs({ allowPositionals: true, options: { pause: { type: 'string', default: '300' }, rows: { type: 'string', default: '500000' } } });
const report = (line) => console.log(line);
const rounded = (module, name) => async (load) => {
  const { complete } = await (await load(module))[name]({ rounds: Number(rounds), report, output: join(root, `var/interop/bench-${which}.json`) });
  return complete ? undefined : 'A search gave other results than it should.';
};

async function paused(load) {
  const pause = Number(values.pause);
  const rows = Number(values.rows);
  if (!(pause >= 1) || !Number.isSafeInteger(rows) || rows < 1000) {
    console.error('--pause is at least 1 (seconds), --rows a whole number of at least 1000.');
    process.exit(2);
  }
  const { benchmarkPaused } = await load('/test/interop/bench/paused-consumer.ts');
  const { ok } = await benchmarkPaused({ pause, rows, report, output: join(root, 'var/paused/figures.json') });
  return ok ? undefined : 'With our agent, the result was not complete or its memory not flat.';
}

const benches = { csv: rounded('/test/interop/bench/csv-100k.ts', 'benchmarkCsv'), relay: rounded('/test/interop/bench/relay-100k.ts', 'benchmarkRelay'), paused };
if (!Object.hasOwn(benches, which)) {
  console.error(`Which one? ${Object.keys(benches).join(', ')}`);
  process.exit(2);
}
await withTypeScript(async (load) => {
  const failure = await benches[which](load);
  if (failure !== undefined) {
    console.error(failure);
    process.exitCode = 1;
  }
});
