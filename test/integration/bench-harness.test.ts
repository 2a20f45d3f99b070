import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { runSuite, RESULTS, writeReport } from '../bench/suite/run-suite.js';
import { SCENARIOS } from '../bench/scenarios/index.js';

/** Every scenario of `npm run bench` in its smallest size: that they measure something, not what they find. */
let root: string;
beforeAll(async () => { root = await mkdtemp(join(tmpdir(), 'causeway-bench-')); });
afterAll(() => rm(root, { recursive: true, force: true }));

it('every scenario measures, and its figures make a page', async () => {
  const lines: string[] = [];
  const failed = await runSuite({ root, names: [], size: 'smoke', profile: undefined, report: (line) => lines.push(line) });
  expect(failed, lines.join('\n')).toEqual([]);
  expect((await readdir(join(root, RESULTS))).sort()).toEqual(Object.keys(SCENARIOS).map((name) => `${name}.json`).sort());
  await writeReport(root);
  const page = await readFile(join(root, 'docs/performance.md'), 'utf8');
  const charts = new Set(await readdir(join(root, 'docs/images/performance')));
  const shown = [...page.matchAll(/\]\(images\/performance\/([^)]+)\)/g)].map(([, file = '']) => file);
  expect(shown.length).toBeGreaterThan(Object.keys(SCENARIOS).length);
  expect(shown.filter((file) => !charts.has(file))).toEqual([]);
  expect(page).not.toMatch(/NaN|undefined/);
}, 180_000);
