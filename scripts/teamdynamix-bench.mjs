/**
 * `node scripts/teamdynamix-bench.mjs [people]`: a full aggregation of people in 14 applications against a fake with the limits
 * TeamDynamix publishes, in virtual time, by one agent and partitioned over four behind one address; then searches of another system
 * beside one, in real time. 5,500 people take half a minute, 55,000 some minutes. Fails below 99 % of what is permitted, at any
 * refusal, and where somebody is missing or comes twice.
 */
import { withTypeScript } from './load-typescript.mjs';

const people = Number(process.argv[2] ?? 5_500);

await withTypeScript(async (load) => {
  const { aggregate, besideAggregation } = await load('/test/bench/teamdynamix.ts');
  for (const agents of [1, 4]) {
    const from = performance.now();
    const { people: found, byAgent, twice, hours, requests, whole, together, refused } = await aggregate({ people, agents });
    const percent = ({ read, permitted }) => (read / permitted) * 100;
    const parts = agents > 1 ? ` (while all agents read: ${percent(together).toFixed(2)} %; their parts: ${byAgent.join(', ')})` : '';
    console.log(`${agents} agent${agents > 1 ? 's, partitioned' : ''}: ${found} of ${people} people with ${requests} requests in ${hours.toFixed(2)} h, ${percent(whole).toFixed(2)} % of the permitted rate${parts}, ${refused} refused; took ${((performance.now() - from) / 1_000).toFixed(1)} s`);
    if (found !== people || requests !== people || twice > 0 || refused > 0 || percent(together) < 99) process.exitCode = 1;
  }
  const { alone, beside, waiting } = await besideAggregation();
  for (const [name, { searches, median, p95 }] of Object.entries({ alone, beside })) console.log(`${searches} searches of a CSV file ${name === 'alone' ? 'alone' : 'beside a waiting aggregation'}: median ${median.toFixed(2)} ms, 95 % within ${p95.toFixed(2)} ms`);
  if (!waiting || beside.median > alone.median * 1.5 + 1) process.exitCode = 1;
});
