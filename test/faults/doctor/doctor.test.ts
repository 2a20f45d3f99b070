import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Finding } from '../../../agent/doctor/finding.js';
import { DoctorWorld } from './doctor-world.js';
import { seededFaults } from './seeded-faults.js';

let world: DoctorWorld;
const named: string[] = [];
beforeAll(async () => {
  world = await DoctorWorld.start();
});
afterEach(() => world.clear());
afterAll(async () => {
  await world.stop();
  console.log(`doctor: ${named.length} of ${seededFaults.length} seeded faults named correctly`);
});

const wrong = (findings: readonly Finding[]): Finding[] => findings.filter(({ outcome }) => outcome === 'failed' || outcome === 'warning');

describe('a fault is named, with its cause and what to do, and nothing else is blamed', () => {
  it.each(seededFaults)('$name: $fault', async (seeded) => {
    const { findings } = await world.walk(await seeded.seed(world));
    expect(wrong(findings).map(({ fault }) => fault).sort()).toEqual([seeded.fault, ...seeded.also ?? []].sort());
    const found = findings.find(({ fault }) => fault === seeded.fault);
    expect(found).toMatchObject({ step: seeded.step, outcome: seeded.outcome ?? 'failed' });
    expect(`${found?.what ?? ''} ${found?.why ?? ''}`).toMatch(seeded.cause);
    expect(found?.advice).toMatch(seeded.advice);
    const skipped = findings.filter(({ outcome }) => outcome === 'skipped').map(({ step }) => step);
    expect(skipped).toEqual(expect.arrayContaining([...seeded.skips ?? []]));
    named.push(seeded.name);
  });

  it('there are at least twenty of them, each of its own', () => {
    expect(new Set(seededFaults.map(({ fault }) => fault)).size).toBeGreaterThanOrEqual(20);
  });
});
