/**
 * `node scripts/limit-figures.mjs [people] [--write]`: how much of what strict servers permit the rate limits use, and how often they are
 * refused, in time of its own: fixed and adaptive limits under 8 operations at a time (test/bench/rate-limits.ts); a whole aggregation of
 * people in 14 applications against a fake with the limits TeamDynamix publishes, by one agent and partitioned over four behind one
 * address (test/bench/teamdynamix.ts); and, in real time, searches of another system beside one. Fails where a goal is missed, at any
 * refusal, and where somebody is missing or comes twice. 5,500 people take some seconds, 55,000 a minute. `--write`: into
 * docs/rate-limits.md.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { withTypeScript } from './load-typescript.mjs';

const PAGE = fileURLToPath(new URL('../docs/rate-limits.md', import.meta.url));
const GOAL = 0.99;
const given = process.argv.slice(2);
const people = Number(given.find((argument) => /^\d+$/.test(argument)) ?? 5_500);

const lines = [];
const failures = [];
const say = (line = '') => { console.log(line); lines.push(line); };
const row = (...cells) => say(`| ${cells.join(' | ')} |`);
const percent = (part) => `${(part * 100).toFixed(2)} %`;
const require = (holds, what) => { if (!holds) failures.push(what); };

await withTypeScript(async (load) => {
  const { LIMIT_SCENARIOS, runLimits } = await load('/test/bench/rate-limits.ts');
  say(`Last run: ${new Date().toISOString().slice(0, 10)}, Node ${process.version}. Goal: ${percent(GOAL)} of what is permitted, nothing refused.`);
  say();
  row('limit, under 8 operations at a time', 'sent', 'permitted', 'part', 'refused (429)', 'goal');
  row('---', '---:', '---:', '---:', '---:', '---');
  for (const scenario of LIMIT_SCENARIOS) {
    const { accepted, permitted, refused } = await runLimits(scenario);
    row(scenario.name, accepted, permitted, percent(accepted / permitted), refused, scenario.goal === undefined ? '' : percent(scenario.goal));
    require(refused === 0 && accepted / permitted >= (scenario.goal ?? 0), `${scenario.name}: ${percent(accepted / permitted)}, ${refused} refused`);
  }

  const { aggregate, besideAggregation } = await load('/test/bench/teamdynamix.ts');
  say();
  row('TeamDynamix, all people', 'people', 'requests', 'hours (virtual)', 'part of the permitted rate', 'until the first is done', 'refused (429)', 'took');
  row('---', '---:', '---:', '---:', '---:', '---:', '---:', '---:');
  for (const agents of [1, 4]) {
    const from = performance.now();
    const { people: found, twice, hours, requests, whole, together, refused } = await aggregate({ people, agents });
    const [all, first] = [whole, together].map(({ read, permitted }) => read / permitted);
    const name = agents === 1 ? 'one agent' : `${agents} agents, each its part of people and budget`;
    row(name, found, requests, hours.toFixed(2), percent(all), percent(first), refused, `${((performance.now() - from) / 1_000).toFixed(0)} s`);
    require(found === people && requests === people && twice === 0 && refused === 0 && first >= GOAL, `TeamDynamix, ${name}: ${found} of ${people} people, ${twice} twice, ${requests} requests, ${percent(first)}, ${refused} refused`);
  }

  const { alone, beside, waiting } = await besideAggregation();
  say();
  row('another system: searches of a CSV file, 500 rows, real time', 'searches', 'median', '95 % within');
  row('---', '---:', '---:', '---:');
  for (const [name, { searches, median, p95 }] of [['alone', alone], ['while an aggregation of TeamDynamix waits for its limit', beside]]) row(name, searches, `${median.toFixed(2)} ms`, `${p95.toFixed(2)} ms`);
  require(waiting, 'The aggregation was over before the searches beside it were.');
  require(beside.median <= alone.median * 2 + 2, `Searches beside an aggregation take ${beside.median.toFixed(2)} ms, and ${alone.median.toFixed(2)} ms alone.`);
});

if (given.includes('--write')) {
  const page = await readFile(PAGE, 'utf8');
  await writeFile(PAGE, page.replace(/(<!-- figures -->\n)[^]*(<!-- \/figures -->)/, (_, begin, end) => `${begin}${lines.join('\n')}\n${end}`));
}
for (const failure of failures) console.error(`Missed: ${failure}`);
process.exitCode = failures.length === 0 ? 0 : 1;
