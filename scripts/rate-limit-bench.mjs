/**
 * `node scripts/rate-limit-bench.mjs`: how much of what a strict server permits the rate limits use, and how often it refuses, under 8
 * operations at a time, in time of its own. Fails when a limit is below its goal (99 %) or refused. See test/bench/rate-limits.ts.
 */
import { withTypeScript } from './load-typescript.mjs';

await withTypeScript(async (load) => {
  const { LIMIT_SCENARIOS, runLimits } = await load('/test/bench/rate-limits.ts');
  for (const scenario of LIMIT_SCENARIOS) {
    const { accepted, permitted, refused, byClient } = await runLimits(scenario);
    const shares = byClient.length > 1 ? `, by client ${byClient.join(' and ')}` : '';
    console.log(`${scenario.name}: ${accepted} of ${permitted} (${((accepted / permitted) * 100).toFixed(2)} %), ${refused} refused${shares}`);
    if (refused > 0 || accepted / permitted < (scenario.goal ?? 0)) process.exitCode = 1;
  }
});
