import { expect, it } from 'vitest';
import { fleetRun } from '../../fleet-run/fleet-run.js';

/** `node scripts/fleet-run.mjs` runs the same for five minutes with 200 callers. */
it('three controllers and four agents lose and double nothing while one of each is killed again and again, and fail only in ways that can be tried again', async () => {
  const { line, errors, reckoning, wrongReads, notRetryable, kills, writesDone, isGood } = await fleetRun({ seconds: 30, callers: 40, killEvery: 12, report: (text) => console.log(text) });
  console.log(line, JSON.stringify(errors));
  expect({ wrongReads, notRetryable, lost: reckoning.lost, doubled: reckoning.doubled, untrue: reckoning.untrue }).toEqual({ wrongReads: [], notRetryable: [], lost: [], doubled: [], untrue: [] });
  expect(kills.length).toBeGreaterThanOrEqual(4);
  expect(writesDone).toBeGreaterThan(20);
  expect(isGood).toBe(true);
}, 300_000);
