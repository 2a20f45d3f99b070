/**
 * `npm run bench`: a search of 200,000 OpenLDAP entries through the built controller and agent, beside the same search made
 * with ldapts. Fails when a process needs over 60 MB more than for 20,000 entries. `--small N --large N` change the sizes,
 * `--profile DIR` writes CPU profiles of both processes.
 */
import { mkdirSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { withTypeScript } from './load-typescript.mjs';

const LIMIT = 60_000_000;
const { values } = parseArgs({ options: { small: { type: 'string', default: '20000' }, large: { type: 'string', default: '200000' }, profile: { type: 'string' } } });
const profile = (name) => (values.profile === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${values.profile}`, `--cpu-prof-name=${name}-${Date.now()}.cpuprofile`]);
if (values.profile !== undefined) mkdirSync(values.profile, { recursive: true });
await withTypeScript(async (load) => {
  const { benchmarkSearch, mebibytes } = await load('/test/bench/search-200k.ts');
  const { direct, large, growth, ratio } = await benchmarkSearch({
    small: Number(values.small), large: Number(values.large), report: (line) => console.log(line),
    nodeOptions: { agent: profile('agent'), controller: profile('controller') },
  });
  console.log(`ratio to the direct search: ${ratio.toFixed(2)} (${large.entriesPerSecond} / ${direct.entriesPerSecond} entries a second)`);
  console.log(`peak memory grew by ${mebibytes(growth.agent)} (agent) and ${mebibytes(growth.controller)} (controller)`);
  if (growth.agent > LIMIT || growth.controller > LIMIT) {
    console.error(`More than ${LIMIT / 1_000_000} MB: memory is not bounded.`);
    process.exitCode = 1;
  }
});
