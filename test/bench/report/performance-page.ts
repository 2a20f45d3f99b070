import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isQuiet } from '../suite/environment.js';
import type { Result } from '../suite/results.js';
import type { Goal, Section, Table } from '../suite/scenario.js';
import { barChart } from './bar-chart.js';
import { lineChart } from './line-chart.js';

export interface Measured {
  readonly result: Result;
  readonly title: string;
  readonly section: Section;
}

const PAGE = 'docs/performance.md';
const IMAGES = 'images/performance';
/** Written by hand: what was tried. */
const TRIED = 'test/bench/report/tried.md';

const cell = (text: string): string => text.replaceAll('|', '\\|');

function markdown({ title, rows }: Table): string[] {
  const [head = [], ...rest] = rows;
  const line = (row: readonly string[]): string => `| ${row.map(cell).join(' | ')} |`;
  return [`**${title}**`, '', line(head), line(head.map((_, column) => (column === 0 ? '---' : '---:'))), ...rest.map(line), ''];
}

function machine(measured: readonly Measured[]): string[] {
  const environment = measured[0]?.result.environment;
  if (environment === undefined) return [];
  const versions = Object.entries(environment.versions).map(([name, version]) => `${name} ${version}`).join(', ');
  return [`Machine: ${environment.processor}, ${environment.processors} processors, ${Math.round(environment.memoryBytes / 1024 ** 3)} GiB, ${environment.kernel}. Versions: ${versions}.`, ''];
}

function goals(measured: readonly Measured[]): string[] {
  const all = measured.flatMap(({ section }) => section.goals);
  const row = ({ goal, reached, met, limit }: Goal): readonly string[] => [goal, met ? 'met' : '**missed**', reached, limit];
  return ['## Goals', '', ...markdown({ title: 'How far from the goals', rows: [['Goal', '', 'Reached', 'What limits it'], ...all.map(row)] })];
}

function runOf({ size, startedAt, load }: Result): string {
  const provisional = isQuiet(load) ? '' : ` The machine had other work to do (load ${load.toFixed(1)} at the start): **absolute figures are provisional**, and ratios suffer too, though less: a way of four busy processes loses more to other work than one of two.`;
  return `*Size \`${size}\`, ${startedAt.slice(0, 10)}.${provisional}*`;
}

function sectionOf({ result, title, section }: Measured): string[] {
  return [
    `## ${title}`, '', section.method, '', runOf(result), '', ...section.charts.flatMap(({ file, title: alt }) => [`![${alt}](${IMAGES}/${file}.svg)`, '']), ...section.tables.flatMap(markdown),
    ...section.remarks.flatMap((remark) => [remark, '']),
  ];
}

/** Writes the page and its pictures below `root`. */
export async function writePage(root: string, measured: readonly Measured[]): Promise<void> {
  await mkdir(join(root, 'docs', IMAGES), { recursive: true });
  for (const chart of measured.flatMap(({ section }) => section.charts)) {
    await writeFile(join(root, 'docs', IMAGES, `${chart.file}.svg`), chart.kind === 'lines' ? lineChart(chart) : barChart(chart));
  }
  const tried = existsSync(join(root, TRIED)) ? await readFile(join(root, TRIED), 'utf8') : '';
  await writeFile(join(root, PAGE), [
    '# Performance', '',
    `Made by \`npm run bench -- --size full --write\` from what was measured; do not edit by hand (what was tried stands in \`${TRIED}\`). Every figure stands beside a baseline of the same run, in rounds that alternate; a figure is the median of the rounds with the smallest and the largest in brackets.`, '',
    ...machine(measured), ...goals(measured), ...measured.flatMap(sectionOf), tried,
  ].join('\n').replaceAll(/\n{3,}/g, '\n\n').replace(/\n*$/, '\n'));
}
