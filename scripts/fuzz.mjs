/**
 * `npm run fuzz`: coverage-guided fuzzing of everything that reads input from outside, see test/fuzz/README.md.
 * `--seconds N` for each target (60), `--target NAME` (several times, or all), `--seed N` repeats a run, `--workers N` (2),
 * `--keep` puts crashes under test/fuzz/regressions. Figures go to var/fuzz/figures.json whenever a target is done: those of the
 * last look at each target, and what all runs since the last crash add up to. Ends with `N passed, N failed`.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
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

const directory = join(root, 'var/fuzz');
const figuresFile = join(directory, 'figures.json');
const known = existsSync(figuresFile) ? JSON.parse(readFileSync(figuresFile, 'utf8')) : {};
const at = new Date().toISOString();
const sum = (results, of) => results.reduce((total, result) => total + of(result), 0);
const crashesOf = (results) => sum(results, ({ crashes }) => crashes.length);

/** Of all targets: those this run has looked at as it saw them, the others as an earlier one did. */
function figuresWith(names, results) {
  const before = (known.results ?? []).filter(({ target }) => names.includes(target) && !results.some((result) => result.target === target));
  const inOrder = [...before, ...results].sort((a, b) => names.indexOf(a.target) - names.indexOf(b.target));
  const earlier = known.sinceCrash ?? { at, runs: 0, seconds: 0, inputs: 0 };
  const sinceCrash = crashesOf(results) > 0 ? undefined : {
    at: earlier.at, runs: earlier.runs + 1, seconds: earlier.seconds + sum(results, ({ seconds }) => seconds), inputs: earlier.inputs + sum(results, ({ figures }) => figures.inputs),
  };
  return { at, node: process.version, results: inOrder, sinceCrash };
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
    onResults: (done) => {
      mkdirSync(directory, { recursive: true });
      writeFileSync(figuresFile, `${JSON.stringify(figuresWith(TARGET_NAMES, done), null, 2)}\n`);
    },
  });
  console.log(`${sum(results, ({ figures }) => figures.inputs)} inputs in ${Math.round(sum(results, ({ seconds }) => seconds) / 60)} minutes of fuzzing, ${crashesOf(results)} crashes.`);
  const failed = results.filter(({ crashes }) => crashes.length > 0).length;
  console.log(`${results.length - failed} passed, ${failed} failed`);
  process.exitCode = failed === 0 ? 0 : 1;
});
