/**
 * Writes measured figures into docs/reliability.md, each set between its marks (`<!-- fuzz -->` … `<!-- /fuzz -->`); a block
 * whose figures are not there stays as it is. Fuzzing: var/fuzz/figures.json, written by `npm run fuzz`; faults:
 * var/faults/figures.json, written by `npm run faults`.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './run.mjs';

const page = join(root, 'docs/reliability.md');
const MEBIBYTE = 1024 * 1024;
const grouped = (number) => number.toLocaleString('en-US');

function fuzzBlock({ at, node, results }) {
  const inputs = results.reduce((sum, { figures }) => sum + figures.inputs, 0);
  const crashes = results.reduce((sum, result) => sum + result.crashes.length, 0);
  const seconds = results.reduce((sum, result) => sum + result.seconds, 0);
  const rows = results.map(({ target, seconds: time, seed, figures, crashes: found }) => [
    target, grouped(time), String(seed), grouped(figures.inputs), grouped(figures.places), grouped(figures.newPlaces), grouped(figures.corpus),
    `${figures.slowestMilliseconds.toFixed(1)} (${grouped(figures.slowestBytes)} bytes)`, (figures.peakMemory / MEBIBYTE).toFixed(0), (figures.largestGrowth / MEBIBYTE).toFixed(1), String(found.length),
  ]);
  const table = [
    ['target', 'seconds', 'seed', 'inputs', 'places reached', 'beyond the seeds', 'corpus', 'slowest input, ms', 'peak memory, MiB', 'most for one input, MiB', 'crashes'],
    ['---', ...Array(10).fill('---:')], ...rows,
  ];
  return [
    `Last run: ${at.slice(0, 16).replace('T', ' ')} UTC, Node ${node}: **${grouped(inputs)} inputs in ${(seconds / 60).toFixed(0)} minutes of fuzzing, ${crashes} crashes.**`,
    '', ...table.map((cells) => `| ${cells.join(' | ')} |`),
  ].join('\n');
}

function faultBlock({ at, node, seed, rounds, lost, twice, untrue, slowestRecovery, table, failures }) {
  return [
    `Last run: ${at.slice(0, 16).replace('T', ' ')} UTC, Node ${node}, seed ${seed}: **${grouped(rounds)} rounds, ${lost} lost, ${twice} twice, ${untrue} answers untrue;** `
      + `everything worked again ${grouped(slowestRecovery)} ms after the end of any fault at the latest.`,
    '', ...table, ...(failures.length === 0 ? [] : ['', ...failures.map((failure) => `- ${failure}`)]),
  ].join('\n');
}

const BLOCKS = [
  { name: 'fuzz', file: join(root, 'var/fuzz/figures.json'), write: fuzzBlock },
  { name: 'faults', file: join(root, 'var/faults/figures.json'), write: faultBlock },
];

/** The text with what stands between the marks of `name` replaced. Throws when the marks are not there exactly once. */
function replaceBlock(text, name, content) {
  const [begin, end] = [`<!-- ${name} -->`, `<!-- /${name} -->`];
  const [before, rest, ...more] = text.split(begin);
  const [, after, ...others] = rest?.split(end) ?? [];
  if (after === undefined || more.length > 0 || others.length > 0) throw new Error(`docs/reliability.md must hold ${begin} and ${end} once each.`);
  return `${before}${begin}\n${content}\n${end}${after}`;
}

let text = readFileSync(page, 'utf8');
for (const { name, file, write } of BLOCKS) {
  if (existsSync(file)) text = replaceBlock(text, name, write(JSON.parse(readFileSync(file, 'utf8'))));
  else console.log(`${file} is not there: the ${name} block stays as it is.`);
}
writeFileSync(page, text);
