/**
 * Writes measured figures into docs/reliability.md, each set between its marks (`<!-- fuzz -->` … `<!-- /fuzz -->`); a block
 * whose figures are not there stays as it is. Fuzzing: var/fuzz/figures.json, written by `npm run fuzz`; faults:
 * var/faults/figures.json, written by `npm run faults`; a paused reader: var/paused/figures.json, written by
 * `node scripts/interop-bench.mjs paused`; identities: var/identity/figures.json, written by test/integration/enrolled-agent.test.ts.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './run.mjs';

const page = join(root, 'docs/reliability.md');
const MEBIBYTE = 1024 * 1024;
const grouped = (number) => number.toLocaleString('en-US');

function fuzzBlock({ at, node, results, sinceCrash }) {
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
  const greediest = Math.max(...results.map(({ figures }) => figures.largestGrowth));
  const summary = [
    `Last look at each target, up to ${at.slice(0, 16).replace('T', ' ')} UTC, Node ${node}: **${grouped(inputs)} inputs in ${(seconds / 60).toFixed(0)} minutes of fuzzing, ${crashes} crashes.**`,
    ...(crashes > 0 ? [] : [`Every input kept to its bounds of time and memory; the most one took was ${(greediest / MEBIBYTE).toFixed(1)} MiB.`]),
    ...(sinceCrash === undefined || sinceCrash.runs < 2 ? [] : [`All ${sinceCrash.runs} runs since the last crash, from ${sinceCrash.at.slice(0, 10)} on: ${grouped(sinceCrash.inputs)} inputs in ${(sinceCrash.seconds / 60).toFixed(0)} minutes.`]),
  ];
  return [
    summary.join(' '),
    '', ...table.map((cells) => `| ${cells.join(' | ')} |`),
  ].join('\n');
}

function faultBlock({ at, node, seed, minutes, rounds, lost, twice, untrue, slowestRecovery, table, failures }) {
  return [
    `Last run: ${at.slice(0, 16).replace('T', ' ')} UTC, Node ${node}, seed ${seed}: **${grouped(rounds)} rounds${minutes === undefined ? '' : ` in ${minutes.toFixed(0)} minutes`}, ${lost} lost, ${twice} twice, ${untrue} answers untrue;** `
      + `everything worked again ${grouped(slowestRecovery)} ms after the end of any fault at the latest.`,
    '', ...table, ...(failures.length === 0 ? [] : ['', ...failures.map((failure) => `- ${failure}`)]),
  ].join('\n');
}

function pausedBlock({ at, node, javaOptions, rows, pause, table, ok }) {
  return [
    `Last run: ${at.slice(0, 16).replace('T', ' ')} UTC, Node ${node}, Java with ${javaOptions.join(' ')}, ${grouped(rows)} rows, a pause of ${grouped(pause)} s after half of them: `
      + `**with our agent ${ok ? 'memory flat, every result there and in order' : 'NOT as it should be'}.**`,
    '', ...table,
  ].join('\n');
}

function identityBlock({ at, node, failed, table }) {
  return [`Last run: ${at.slice(0, 16).replace('T', ' ')} UTC, Node ${node}: **${grouped(failed)} operations failed by renewal or by a change of the authority.**`, '', ...table].join('\n');
}

function secretsBlock({ at, node, secrets, patterns, kinds, explained }) {
  const hits = kinds.reduce((sum, kind) => sum + kind.hits, 0);
  const rows = kinds.map(({ kind, files, bytes, explained: known, hits: found }) => [kind, grouped(files), (bytes / MEBIBYTE).toFixed(1), grouped(known), grouped(found)]);
  return [
    `Last run: ${at.slice(0, 16).replace('T', ' ')} UTC, Node ${node}: **${grouped(secrets)} secrets in ${grouped(patterns)} spellings, ${grouped(hits)} where they may not be.**`,
    '', ...[['evidence', 'files', 'MiB', 'hits explained', 'hits'], ['---', ...Array(4).fill('---:')], ...rows].map((cells) => `| ${cells.join(' | ')} |`),
    '', ...explained.map((line) => `- ${line}`),
  ].join('\n');
}

const BLOCKS = [
  { name: 'secrets', file: join(root, 'var/secret-search/figures.json'), write: secretsBlock },
  { name: 'fuzz', file: join(root, 'var/fuzz/figures.json'), write: fuzzBlock },
  { name: 'faults', file: join(root, 'var/faults/figures.json'), write: faultBlock },
  { name: 'paused', file: join(root, 'var/paused/figures.json'), write: pausedBlock },
  { name: 'identity', file: join(root, 'var/identity/figures.json'), write: identityBlock },
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
