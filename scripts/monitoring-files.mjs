/**
 * `node scripts/monitoring-files.mjs`: writes the tables of docs/monitoring.md from the metrics of agent and controller, and the
 * Grafana dashboard. `--check` writes nothing and fails when a file is not what it would write.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { grafanaDashboard } from './grafana-dashboard.mjs';
import { withTypeScript } from './load-typescript.mjs';
import { withTables } from './monitoring-tables.mjs';
import { root } from './run.mjs';

const { values } = parseArgs({ options: { check: { type: 'boolean', default: false } } });
const described = await withTypeScript(async (load) => {
  const { agentSample, controllerSample } = await load('/test/monitoring/sample-pages.ts');
  return { agent: (await agentSample()).described, controller: (await controllerSample()).described };
});
const page = join(root, 'docs/monitoring.md');
const files = [
  [page, withTables(readFileSync(page, 'utf8'), described)],
  [join(root, 'deploy/monitoring/grafana-dashboard.json'), `${JSON.stringify(grafanaDashboard(), null, 2)}\n`],
];
for (const [path, text] of files) {
  let present;
  try {
    present = readFileSync(path, 'utf8');
  } catch {
    present = undefined;
  }
  const state = present === text ? 'current' : values.check ? 'STALE' : 'written';
  if (state === 'written') writeFileSync(path, text);
  if (state === 'STALE') process.exitCode = 1;
  console.log(`${state.padEnd(8)} ${path.slice(root.length + 1)}`);
}
