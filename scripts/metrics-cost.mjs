/**
 * `node --expose-gc scripts/metrics-cost.mjs [--rounds N]`: what the figures of operations cost: gets and searches with and without them,
 * in turn and in one process, by processor time, and the counting alone. Fails where either is clearly above two of a hundred: three
 * quarters of the rounds, or the counting as a share of a get. On a machine with other work, rounds scatter by more than that.
 */
import { parseArgs } from 'node:util';
import { withTypeScript } from './load-typescript.mjs';

const MOST = 0.02;
const { values } = parseArgs({ options: { rounds: { type: 'string', default: '10' } } });
const percent = (share) => `${(share * 100).toFixed(2)} %`;
await withTypeScript(async (load) => {
  const { measureMetricsCost } = await load('/test/bench/metrics-cost.ts');
  const { costs, bare } = await measureMetricsCost(Number(values.rounds));
  console.log('| what | a second without | cost of the figures | middle half of the rounds |\n| --- | --- | --- | --- |');
  for (const { subject, rate, share, quartiles } of costs) console.log(`| ${subject} | ${rate.toLocaleString('en')} | ${percent(share)} | ${quartiles.map(percent).join(' … ')} |`);
  console.log(`counting alone: ${Math.round(bare.operation)} ns an operation, ${bare.chunk.toFixed(1)} ns a chunk of results`);
  const counting = bare.operation / (1e9 / costs[0].rate);
  console.log(`that is ${percent(counting)} of a get`);
  if (counting > MOST || costs.some(({ quartiles: [low] }) => low > MOST)) {
    console.error(`Clearly more than ${percent(MOST)}.`);
    process.exitCode = 1;
  }
});
