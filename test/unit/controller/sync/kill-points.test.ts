import { afterEach, describe, expect, it } from 'vitest';
import { testDatabase } from '../../../support/test-database.js';
import { startRecon, type Recon } from '../start-recon.js';
import { Death, DyingDatabase } from './dying-database.js';
import { ChangingFacade, MortalTarget, accountDelta, liveSyncOver } from './sync-world.js';

let recon: Recon;
afterEach(() => recon.stop());
const MAPPINGS: [string, object][] = [
  ['with correlation', { policies: [{ situation: 'SOURCE_MISSING', action: 'DELETE' }] }],
  ['by name only', { correlation: [], policies: [{ situation: 'SOURCE_MISSING', action: 'DELETE' }] }],
];
const sum = async (what: string, from: string): Promise<number> => Number((await recon.database.query<{ n: number }>(`SELECT ${what} AS n FROM ${from}`))[0]?.n);

/** A created, changed and deleted account, and two changes that share a token. */
function prepare(source: ChangingFacade): void {
  source.latestToken = { value: 0 };
  source.add('na', { uid: 'a', mail: '2' }, 'a');
  source.add('nc', { uid: 'c', mail: '1' }, 'c');
  source.deltas.push(accountDelta('a', 1, { uid: 'a', mail: '1' }), accountDelta('b', 2, { uid: 'b', mail: '1' }), accountDelta('c', 2, { uid: 'c', mail: '1' }), accountDelta('a', 3, { uid: 'a', mail: '2' }), accountDelta('b', 4, undefined));
}

/** Everything once to its end, with a process that dies at that step, and another one after it. False when the first got through. */
async function runWithDeath(mapping: object, steps: number): Promise<boolean> {
  const [source, target] = [new ChangingFacade(), new MortalTarget()];
  recon = await startRecon(mapping, { source, target });
  source.latestToken = { value: 0 };
  await liveSyncOver(recon, recon.database).run();
  prepare(source);
  const death = new Death(steps);
  target.death = death;
  await liveSyncOver(recon, new DyingDatabase(recon.database, death)).run().catch(() => undefined);
  target.death = undefined;
  const stage = await liveSyncOver(recon, recon.database).run();
  expect(stage, `dead at step ${steps}`).toMatchObject({ connectorData: { syncToken: 4 } });
  expect(stage).not.toHaveProperty('lastException');
  const left = [...target.objects.values()].map(({ attributes }) => [attributes.get('uid')?.single, attributes.get('mail')?.single]);
  expect(left, `dead at step ${steps}`).toEqual([['a', '2'], ['c', '1']]);
  expect([target.named('create').length, target.named('update').length, target.named('delete').length], `dead at step ${steps}`).toEqual([3, 1, 1]);
  expect(await sum('count(*)', 'link'), `dead at step ${steps}`).toBe(2);
  expect(await sum("count(*)", "audit_entry WHERE topic = 'sync' AND content->>'status' = 'SUCCESS'"), `dead at step ${steps}`).toBe(5);
  expect(await sum('sum(created + updated + deleted + skipped)', 'sync_run'), `dead at step ${steps}`).toBe(5);
  expect(await sum('sum(failed)', 'sync_run')).toBe(0);
  return death.isDead;
}

describe('a controller that dies in liveSync', () => {
  it.each(MAPPINGS)('at any step, %s: every change is in the store once, and done to the target once', async (_name, mapping) => {
    let steps = 1;
    for (; await runWithDeath(mapping, steps); steps += 1) {
      await recon.stop();
      await testDatabase();
    }
    expect(steps).toBeGreaterThan(30);
  }, 300_000);
});
