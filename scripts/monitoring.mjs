/**
 * `node scripts/monitoring.mjs`: lets Prometheus' own promtool look at the metrics pages, the dashboard's queries, the alert rules, and
 * each alert's firing and not firing. It comes with Debian's package prometheus (19 MB to fetch, 96 MB on the disk), so CI does this and npm test does not.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import { alertTests } from './alert-tests.mjs';
import { grafanaDashboard } from './grafana-dashboard.mjs';
import { PROMETHEUS, installPrograms } from './debian-packages.mjs';
import { withTypeScript } from './load-typescript.mjs';
import { root } from './run.mjs';

installPrograms(PROMETHEUS);
const rulesFile = join(root, 'deploy/monitoring/alerts.yaml');
const folder = mkdtempSync(join(tmpdir(), 'causeway-promtool-'));
let failed = 0;
let passed = 0;

function promtool(what, args, input) {
  const { status, stdout, stderr } = spawnSync(PROMETHEUS[0].program, args, { input, encoding: 'utf8' });
  // Promtool says what it does not like of a page on standard error, and then fails.
  if (status === 0) passed += 1;
  else failed += 1;
  console.log(`${status === 0 ? 'ok    ' : 'FAILED'} ${what}${status === 0 ? '' : `\n${stdout}${stderr}`}`);
}

try {
  const pages = await withTypeScript(async (load) => {
    const { samplePages } = await load('/test/monitoring/sample-pages.ts');
    return samplePages();
  });
  for (const [name, page] of Object.entries(pages)) promtool(`metrics of the ${name}`, ['check', 'metrics'], page);
  promtool('alert rules', ['check', 'rules', rulesFile]);
  const queries = grafanaDashboard().panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr.replaceAll('$__rate_interval', '5m')));
  const recorded = queries.map((expr, index) => ({ record: `dashboard:query:${index}`, expr }));
  const queryFile = join(folder, 'queries.yaml');
  writeFileSync(queryFile, stringify({ groups: [{ name: 'dashboard', rules: recorded }] }));
  promtool(`${queries.length} queries of the dashboard`, ['check', 'rules', queryFile]);
  const tests = alertTests(parse(readFileSync(rulesFile, 'utf8')), parse(readFileSync(join(root, 'test/monitoring/alert-cases.yaml'), 'utf8')), rulesFile);
  const testFile = join(folder, 'alerts.test.yaml');
  writeFileSync(testFile, stringify(tests));
  promtool(`${tests.tests.length} unit tests of ${tests.tests.length / 2} alerts`, ['test', 'rules', testFile]);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
