import { expect, it } from 'vitest';
import { FAULTS } from './table/faults.js';
import { faultTable, runFaultRounds } from './table/fault-rounds.js';

/** A sample of every fault with every operation; `npm run faults` does a thousand rounds. */
const ROUNDS = 2 * FAULTS.length;

it('under faults of network, processes and target: nothing lost, nothing twice, no answer untrue, everything well again', async () => {
  const seed = Math.floor(Math.random() * 2 ** 31);
  const figures = await runFaultRounds({ rounds: ROUNDS, seed });
  console.log([`seed ${seed}`, ...faultTable(figures)].join('\n'));
  expect(figures.failures).toEqual([]);
  expect(figures).toMatchObject({ rounds: ROUNDS, lost: 0, twice: 0, untrue: 0 });
}, 900_000);
