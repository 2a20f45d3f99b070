/**
 * `npm run bench [-- SCENARIO …]`: measures the build, each figure beside a baseline of the same run. Scenarios: search, payloads,
 * latency, memory, agents, start, writes, wan; all by default. `--size smoke|small|full` (small) says how much, `--profile DIR`
 * writes CPU profiles of agent and controller. Results go to var/bench, one JSON file a scenario; `--write` makes
 * docs/performance.md and its charts of what is there, `--report` does only that. Goals that are missed are printed and do not
 * fail the run: they depend on the machine.
 */
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { withTypeScript } from './load-typescript.mjs';
import { root } from './run.mjs';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { size: { type: 'string', default: 'small' }, profile: { type: 'string' }, write: { type: 'boolean', default: false }, report: { type: 'boolean', default: false } },
});
if (!existsSync(join(root, 'dist/deploy/cli/causeway.js'))) {
  console.error('dist/ is missing: the build is what is measured. Make it with: npm run build');
  process.exit(2);
}
if (values.profile !== undefined) mkdirSync(values.profile, { recursive: true });
await withTypeScript(async (load) => {
  const { SIZES } = await load('/test/bench/suite/scenario.ts');
  const { SCENARIOS } = await load('/test/bench/scenarios/index.ts');
  const { runSuite, writeReport } = await load('/test/bench/suite/run-suite.ts');
  const unknown = positionals.find((name) => !Object.hasOwn(SCENARIOS, name));
  if (unknown !== undefined || !SIZES.includes(values.size)) {
    console.error(unknown === undefined ? `--size is one of ${SIZES.join(', ')}` : `There is no scenario ${unknown}; known: ${Object.keys(SCENARIOS).join(', ')}`);
    process.exitCode = 2;
    return;
  }
  if (!values.report) {
    const failed = await runSuite({ root, names: positionals, size: values.size, profile: values.profile, report: (line) => console.log(line) });
    if (failed.length > 0) {
      console.error(`Not measured: ${failed.join(', ')}`);
      process.exitCode = 1;
    }
  }
  if (values.write || values.report) await writeReport(root);
});
process.exit();
