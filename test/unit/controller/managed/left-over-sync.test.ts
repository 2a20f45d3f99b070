import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { ManagedChangeHandler } from '../../../../controller/managed/objects/managed-change.js';
import { PendingSync } from '../../../../controller/managed/store/pending-sync.js';
import type { Database } from '../../../../controller/store/database/database.js';
import { EmbeddedDatabase } from '../../../../controller/store/database/embedded/embedded-database.js';
import { MIGRATIONS } from '../../../../controller/store/migrations/index.js';
import { migrate } from '../../../../controller/store/migrations/migrate.js';
import { DeadLetters } from '../../../../controller/sync/dead-letters.js';
import { managedChanges } from '../../../../controller/sync/managed-changes.js';
import { replayLetter } from '../../../../controller/sync/replay-letter.js';
import { databaseWorker } from '../../../support/database-worker.js';
import { testDatabase } from '../../../support/test-database.js';
import { until } from '../../../support/until.js';
import { startRecon, type Recon } from '../start-recon.js';
import { Death, DyingDatabase } from '../sync/dying-database.js';
import { MortalTarget, liveSyncOver } from '../sync/sync-world.js';
import { startManaged, type ManagedWorld, type WorldOptions } from './start-managed.js';

let recon: Recon;
let world: ManagedWorld;
afterEach(async () => {
  await world.stop();
  await recon.stop();
});

const NEW = { 'If-None-Match': '*' };
const OUTWARDS = {
  source: 'managed/user', correlation: [{ source: 'userName', target: '/uid' }], policies: [{ situation: 'SOURCE_MISSING', action: 'DELETE' }],
  properties: [{ target: 'name', template: 'cn={{dn:userName}},o=x' }, { source: 'userName', target: 'uid' }, { source: 'mail', target: 'mail' }],
};

/** What one controller does with changes of managed objects, on the database as it sees it. */
function handlerOver(database: Database): ManagedChangeHandler {
  return managedChanges({ database, changes: liveSyncOver(recon, database).changes, book: recon.book, deadLetters: new DeadLetters(database) });
}
/** A controller on that database, in the place of the one before. */
async function controller(database: Database, options: WorldOptions = {}): Promise<ManagedWorld> {
  world = await startManaged({ database, changes: handlerOver(database), ...options });
  return world;
}
const mails = (target: MortalTarget): unknown[] => [...target.objects.values()].map(({ attributes }) => attributes.get('mail')?.single);
const noted = async (database = recon.database): Promise<number> => (await database.query('SELECT 1 FROM managed_sync')).length;
const stored = async (): Promise<unknown[]> => (await recon.database.query<{ content: { mail: unknown } }>('SELECT content FROM managed_object')).map(({ content }) => content.mail);

const CHANGES: [string, 'create' | 'update' | 'delete', (at: ManagedWorld) => Promise<unknown>][] = [
  ['a new object', 'create', (at) => at.call('PUT', '/managed/user/a', { userName: 'ann', sn: 'x', mail: 'a@example.com' }, NEW)],
  ['a changed one', 'update', (at) => at.call('PATCH', '/managed/user/a', [{ operation: 'replace', field: 'mail', value: 'new@example.com' }])],
  ['a deleted one', 'delete', (at) => at.call('DELETE', '/managed/user/a')],
];

/** The change, in a controller that dies at that step, and another one after it. False when the first got through. */
async function changedWithDeath(kind: 'create' | 'update' | 'delete', change: (at: ManagedWorld) => Promise<unknown>, steps: number): Promise<boolean> {
  const target = new MortalTarget();
  recon = await startRecon(OUTWARDS, { target, managed: () => world.part.objects });
  if (kind !== 'create') {
    await CHANGES[0]?.[2](await controller(recon.database));
    await world.stop();
  }
  const before = [await stored(), target.named(kind).length];
  const death = new Death(steps);
  target.death = death;
  await change(await controller(new DyingDatabase(recon.database, death)));
  await world.stop();
  target.death = undefined;
  await controller(recon.database);
  await world.part.leftOver.look();
  const isChanged = JSON.stringify(await stored()) !== JSON.stringify(before[0]);
  expect(mails(target), `dead at step ${steps}`).toEqual(await stored());
  expect(target.named(kind).length, `dead at step ${steps}`).toBe(isChanged ? 1 : 0);
  expect(await recon.database.query('SELECT 1 FROM link'), `dead at step ${steps}`).toHaveLength((await stored()).length);
  expect(await noted(), `dead at step ${steps}`).toBe(0);
  return death.isDead;
}

describe('a controller that dies between the change of a managed object and its synchronisation', () => {
  it.each(CHANGES)('at any step: another one carries %s on, once', async (_name, kind, change) => {
    let steps = 1;
    for (; await changedWithDeath(kind, change, steps); steps += 1) {
      await world.stop();
      await recon.stop();
      await testDatabase();
    }
    expect(steps).toBeGreaterThan(8);
  }, 120_000);

  it('by its database: opened again, it carries the change on when it looks', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'causeway-left-over-'));
    const open = async (): Promise<EmbeddedDatabase> => EmbeddedDatabase.open({ worker: await databaseWorker(), folder: join(folder, 'database') });
    const target = new MortalTarget();
    recon = await startRecon(OUTWARDS, { target, managed: () => world.part.objects });
    const first = await open();
    await migrate(first, MIGRATIONS);
    const whole = handlerOver(first);
    const closed = await controller(first, { changes: { ...whole, handle: async (...given) => { await first.close(); await whole.handle(...given); } } });
    await closed.call('PUT', '/managed/user/a', { userName: 'ann', sn: 'x', mail: 'a@example.com' }, NEW);
    expect([mails(target), closed.told.join()]).toEqual([[], expect.stringContaining('it is tried again')]);
    await closed.stop();
    const second = await open();
    try {
      (await controller(second)).part.leftOver.watch();
      await until(async () => await noted(second) === 0, 'the change to be carried on');
      expect([mails(target), target.named('create').length]).toEqual([['a@example.com'], 1]);
      expect(await second.query("SELECT 1 FROM audit_entry WHERE content->>'situation' = 'ABSENT'")).toHaveLength(1);
    } finally {
      await world.part.close();
      await second.close();
      await rm(folder, { recursive: true, force: true });
    }
  }, 120_000);
});

describe('what is yet to be carried on', () => {
  it('is the object as it is now, and nothing where no mapping asks or one has failed', async () => {
    const target = new MortalTarget();
    recon = await startRecon(OUTWARDS, { target, managed: () => world.part.objects });
    const whole = handlerOver(recon.database);
    const cutOff = { ...whole, handle: () => Promise.reject(new Error('cut off')) };
    await controller(recon.database, { changes: cutOff });
    for (const [, , change] of CHANGES.slice(0, 2)) await change(world);
    expect([mails(target), await noted()]).toEqual([[], 1]);
    await world.stop();
    await controller(recon.database);
    await world.part.leftOver.look();
    expect([mails(target), await noted()]).toEqual([['new@example.com'], 0]);
    target.failures.set('update', new Error('the target refuses'));
    await world.call('PATCH', '/managed/user/a', [{ operation: 'replace', field: 'mail', value: 'third@example.com' }]);
    expect([await noted(), world.told.join()]).toEqual([0, expect.stringContaining('the next reconciliation does')]);
    await world.stop();
    await controller(recon.database, { changes: { ...cutOff, covers: () => Promise.resolve(false) } });
    await world.call('PATCH', '/managed/user/a', [{ operation: 'replace', field: 'mail', value: 'fourth@example.com' }]);
    expect(await noted()).toBe(0);
  });

  it('waits for a target that is away when the controller starts again', async () => {
    const target = new MortalTarget();
    recon = await startRecon(OUTWARDS, { target, managed: () => world.part.objects });
    await controller(recon.database, { changes: { ...handlerOver(recon.database), handle: () => Promise.reject(new Error('cut off')) } });
    await CHANGES[0]?.[2](world);
    await world.stop();
    await controller(recon.database, { pending: new PendingSync(recon.database, { pause: 1 }) });
    target.failures.set('create', new Error('the target is away'));
    await world.part.leftOver.look();
    expect([mails(target), await noted()]).toEqual([[], 1]);
    target.failures.clear();
    await until(async () => { await world.part.leftOver.look(); return await noted() === 0; }, 'the next try', 20_000, 1);
    expect([mails(target), target.objects.size]).toEqual([['a@example.com'], 1]);
  });

  it('is given up after some tries, and can be carried through as a dead letter', async () => {
    const target = new MortalTarget();
    recon = await startRecon(OUTWARDS, { target, managed: () => world.part.objects });
    const { database, changes, setOf } = recon;
    const deadLetters = new DeadLetters(database);
    let tries = 0;
    await controller(database, {
      pending: new PendingSync(database, { heldFor: 0, pause: 0 }),
      changes: { ...handlerOver(database), handle: () => { tries += 1; return Promise.reject(new Error('no end of it')); } },
    });
    await CHANGES[0]?.[2](world);
    await until(async () => { await world.part.leftOver.look(); return (await deadLetters.tokens('managed')).length > 0; }, 'the dead letter', 20_000, 1);
    const [token = ''] = await deadLetters.tokens('managed');
    expect([tries, await noted(), await deadLetters.read('managed', token)]).toMatchObject([9, 0, { systemIdentifier: 'managed', objectType: 'managed/user', uid: 'a', failureCause: 'no end of it' }]);
    await replayLetter({ database, changes, deadLetters, setOf }, 'managed', token, { signal: AbortSignal.timeout(10_000), caller: 'tester', transactionId: 't' });
    expect([mails(target), await deadLetters.tokens('managed')]).toEqual([['a@example.com'], []]);
  });
});
