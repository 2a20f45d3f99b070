import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { ALL_FAULTS } from '../../../agent/doctor/all-faults.js';
import { STEPS } from '../../../agent/doctor/finding.js';

const page = readFileSync(new URL('../../../docs/doctor.md', import.meta.url), 'utf8');
const documented = [...page.matchAll(/^\| `([\w-]+)` \| (failed|warning) \| (.+?) \| (.+?) \|$/gm)].map(([, fault, outcome, why, advice]) => ({ fault, outcome, why, advice }));

it('docs/doctor.md lists every fault with its meaning and advice, and nothing else (node scripts/doctor-page.mjs)', () => {
  const known = ALL_FAULTS.flatMap(({ table }) => Object.entries(table).map(([fault, { outcome, why, advice }]) => ({ fault, outcome, why, advice })));
  expect(documented).toEqual(known);
});

it('every step has faults of its own, each named once and told in whole sentences', () => {
  expect(ALL_FAULTS.map(({ step }) => step)).toEqual([...STEPS]);
  const all = ALL_FAULTS.flatMap(({ table }) => Object.entries(table));
  expect(new Set(all.map(([fault]) => fault)).size).toBe(all.length);
  for (const [fault, { why, advice }] of all) expect(`${why} ${advice}`, fault).toMatch(/^[A-Z].*[.?].* \S.*[.?)\]]?$|enroll --replace$/);
});
