/**
 * `node scripts/reconcile-run.mjs [people] [--kill]`: a reconciliation of OpenLDAP with a table of PostgreSQL through two agents, by the
 * build: whole, whole again after 500 changes, and a delta after 500 more. Situations are compared with SQL over both sides' data, which knows
 * nothing of the product. `--kill`: controller, both agents, PostgreSQL and NATS are each killed (SIGKILL) once during the first run. Fails
 * when a run does not succeed, or situations differ.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { withTypeScript } from './load-typescript.mjs';
import { root } from './run.mjs';

const given = process.argv.slice(2);
const people = Number(given.find((argument) => /^\d+$/.test(argument)) ?? 10_000);
const kills = given.includes('--kill');
const failures = [];
const mib = (bytes) => (bytes / 1024 ** 2).toFixed(2);

await withTypeScript(async (load) => {
  const { reconcilePeople } = await load('/test/bench/reconciliation/reconcile-people.ts');
  const { runs, memory } = await reconcilePeople({ people, kills, say: (line) => console.log(line) });
  console.log(`\n${people} people, Node ${process.version}\n\n| run | seconds | directory's agent, MiB | table's agent, MiB | killed | situations |\n| --- | ---: | ---: | ---: | --- | --- |`);
  for (const { name, seconds, bytes, situations, expected, state, summary, kills: killed } of runs) {
    const same = JSON.stringify(Object.entries(situations).sort()) === JSON.stringify(Object.entries(expected).sort());
    console.log(`| ${name} | ${seconds.toFixed(1)} | ${mib(bytes.ldap)} | ${mib(bytes.db)} | ${killed.join(', ') || '-'} | ${same ? `as SQL says: ${JSON.stringify(situations)}` : `DIFFER: ${JSON.stringify(situations)}, SQL ${JSON.stringify(expected)}`} |`);
    console.log(`  ${JSON.stringify({ progress: summary.progress, status: summary.statusSummary, delta: summary.delta, durations: Object.fromEntries(Object.entries(summary.durationSummary).map(([key, { sum }]) => [key, sum])) })}`);
    if (state !== 'SUCCESS' || summary.statusSummary.FAILURE > 0) failures.push(`${name}: ${state}, ${summary.statusSummary.FAILURE} objects failed: ${summary.message ?? ''}`);
    if (!same) failures.push(`${name}: situations differ from those of SQL`);
  }
  console.log(`\nMost in memory, MiB: ${Object.entries(memory).map(([name, most]) => `${name} ${most.toFixed(0)}`).join(', ')}`);
  mkdirSync(join(root, 'var/reconciliation'), { recursive: true });
  writeFileSync(join(root, `var/reconciliation/${people}${kills ? '-kill' : ''}.json`), JSON.stringify({ people, runs, memory }, null, 2));
});

for (const failure of failures) console.error(`Missed: ${failure}`);
console.log(`reconcile run: ${failures.length === 0 ? 'passed' : 'FAILED'}`);
process.exitCode = failures.length === 0 ? 0 : 1;
