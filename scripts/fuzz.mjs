/**
 * `npm run fuzz`: coverage-guided fuzzing of everything that reads input from outside, see test/fuzz/README.md.
 * `--seconds N` for each target (60), `--target NAME` (several times, or all), `--seed N` repeats a run, `--workers N` (2),
 * `--keep` puts crashes under test/fuzz/regressions. Figures go to var/fuzz/figures.json. Ends with `N passed, N failed`.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { withTypeScript } from './load-typescript.mjs';
import { root } from './run.mjs';

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '60' }, target: { type: 'string', multiple: true }, seed: { type: 'string' },
    workers: { type: 'string', default: '2' }, keep: { type: 'boolean', default: false },
  },
});

function positive(name, text) {
  const number = Number(text);
  if (!Number.isSafeInteger(number) || number < 1) throw new Error(`--${name} must be a whole number of at least 1, not "${text}".`);
  return number;
}

await withTypeScript(async (load) => {
  const { TARGET_NAMES } = await load('/test/fuzz/targets/names.ts');
  const targets = values.target ?? TARGET_NAMES;
  const unknown = targets.filter((name) => !TARGET_NAMES.includes(name));
  if (unknown.length > 0) throw new Error(`There is no target ${unknown.join(', ')}; there are ${TARGET_NAMES.join(', ')}.`);
  const { fuzz } = await load('/test/fuzz/engine/runner.ts');
  const results = await fuzz({
    root, targets, seconds: positive('seconds', values.seconds), seed: values.seed === undefined ? undefined : positive('seed', values.seed),
    workers: positive('workers', values.workers), keep: values.keep, report: (line) => console.log(line),
  });
  const directory = join(root, 'var/fuzz');
  mkdirSync(directory, { recursive: true });
  writeFileSync(join(directory, 'figures.json'), `${JSON.stringify({ at: new Date().toISOString(), node: process.version, results }, null, 2)}\n`);
  const inputs = results.reduce((sum, { figures }) => sum + figures.inputs, 0);
  console.log(`${inputs} inputs, ${results.reduce((sum, { crashes }) => sum + crashes.length, 0)} crashes.`);
  const failed = results.filter(({ crashes }) => crashes.length > 0).length;
  console.log(`${results.length - failed} passed, ${failed} failed`);
  process.exitCode = failed === 0 ? 0 : 1;
});
