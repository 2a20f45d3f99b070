import { join } from 'node:path';
import { expect, it } from 'vitest';
import { faultTable } from './table/figures.js';
import { runFaultRounds } from './table/fault-rounds.js';
import { FAULTS } from './table/faults.js';

/** Every fault once, with an operation by chance; `npm run faults` does a thousand rounds. */
const ROUNDS = FAULTS.length;
const WORKERS = 3;

it('under faults of network, processes, clocks, disks, certificates and target: nothing lost, nothing twice, no answer untrue, everything well again', async () => {
  const seed = Math.floor(Math.random() * 2 ** 31);
  const figures = await runFaultRounds({ rounds: ROUNDS, seed, workers: WORKERS, directory: join(import.meta.dirname, '../../var/faults') });
  console.log([`seed ${seed}`, ...faultTable(figures)].join('\n'));
  expect(figures.failures).toEqual([]);
  expect(figures).toMatchObject({ rounds: ROUNDS, lost: 0, twice: 0, untrue: 0 });
}, 900_000);
