import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { AuditEvent } from '../../../../agent/audit/audit-log.js';
import { BrakeFile } from '../../../../agent/policy/brakes/brake-file.js';
import { Brakes, type CountedChange } from '../../../../agent/policy/brakes/brakes.js';
import type { Change } from '../../../../agent/policy/changes.js';
import type { Brake } from '../../../../agent/policy/policy.js';
import type { TargetFacts } from '../../../../agent/policy/target-facts.js';
import { recordedLog } from '../../../support/quiet-log.js';

const HOUR = 3_600_000;
const brake = (more: Partial<Brake> = {}): Brake => ({ name: 'deletes', changes: new Set<Change>(['delete', 'disable']), limit: 3, window: HOUR, per: 'system', release: 'manual', ...more });
const place = (host: string): TargetFacts => ({ kind: 'server', text: `${host}:389`, host, port: 389, addresses: undefined });
const change = (kind: Change = 'delete', ...hosts: string[]): CountedChange => ({ connector: ['ldap'], targets: (hosts.length === 0 ? ['a'] : hosts).map(place), changes: new Set([kind]), what: `${kind} of __ACCOUNT__`, principal: 'cloud' });

let directory: string;
let now: number;
let events: AuditEvent[];
const file = (): BrakeFile => new BrakeFile(join(directory, 'brakes.json'));
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'causeway-brakes-'));
  now = 1_800_000_000_000;
  events = [];
});
afterEach(() => rm(directory, { recursive: true, force: true }));

async function brakes(list: readonly Brake[], save?: () => Promise<void>): Promise<Brakes> {
  const kept = file();
  const made = new Brakes({ now: () => now, log: recordedLog(), audit: { event: async (event) => { events.push(event); } }, save: save ?? ((counts) => kept.write(counts)) });
  made.restore(await kept.read());
  made.use(list);
  return made;
}
const refused = (promise: Promise<unknown>): Promise<string> => promise.then(() => 'let through', (error: unknown) => `${(error as { kind?: string }).kind ?? ''}: ${(error as Error).message}`);
const times = async (count: number, work: () => Promise<unknown>): Promise<void> => { for (let n = 0; n < count; n++) await work(); };

describe('a brake', () => {
  it('lets its number through, then trips: once in the audit log, and for good', async () => {
    const made = await brakes([brake()]);
    await times(3, () => made.take(change()));
    expect(await refused(made.take(change()))).toMatch(/^permissionDenied: delete of __ACCOUNT__ was refused by the policy of this agent: the brake deletes has tripped at a:389, more than 3 changes in 1 h; it holds until somebody releases it.*causeway policy release --brake deletes/);
    now += 5 * HOUR;
    expect(await refused(made.take(change('disable')))).toMatch(/has tripped/);
    expect(events).toEqual([{ kind: 'brake-tripped', outcome: 'refused', principal: 'cloud', detail: { brake: 'deletes', system: 'a:389', limit: 3, windowMs: HOUR, release: 'manual' } }]);
    expect(made.status()).toEqual([expect.objectContaining({ brake: 'deletes', system: 'a:389', tripped: new Date(1_800_000_000_000).toISOString() })]);
  });

  it('counts what it is about, and each system for itself', async () => {
    const made = await brakes([brake()]);
    await times(10, () => made.take(change('update')));
    await times(3, () => made.take(change('delete', 'a')));
    await times(3, () => made.take(change('delete', 'b')));
    expect(await refused(made.take(change('delete', 'b')))).toMatch(/has tripped/);
  });

  it('is not got round by another list of servers', async () => {
    const made = await brakes([brake()]);
    await made.take(change('delete', 'a'));
    await made.take(change('delete', 'a', 'x'));
    await made.take(change('delete', 'y', 'a'));
    expect(await refused(made.take(change('delete', 'z', 'a')))).toMatch(/has tripped at a:389/);
  });

  it('of the agent counts all systems together', async () => {
    const made = await brakes([brake({ per: 'agent' })]);
    for (const host of ['a', 'b', 'c']) await made.take(change('delete', host));
    expect(await refused(made.take(change('delete', 'd')))).toMatch(/has tripped at all systems/);
  });

  it('lets go when its window has passed, if it may', async () => {
    const made = await brakes([brake({ release: 'window' })]);
    await times(3, () => made.take(change()));
    expect(await refused(made.take(change()))).toMatch(/it holds until 2027-/);
    now += HOUR - 1;
    expect(await refused(made.take(change()))).toMatch(/has tripped/);
    now += 1;
    await made.take(change());
  });

  it('stays shut when the clock goes back', async () => {
    const made = await brakes([brake({ release: 'window' })]);
    await times(3, () => made.take(change()));
    await refused(made.take(change()));
    now -= 10 * HOUR;
    expect(await refused(made.take(change()))).toMatch(/has tripped/);
  });

  it('lets go when somebody says so, and counts anew', async () => {
    const made = await brakes([brake(), brake({ name: 'other', changes: new Set<Change>(['create']) })]);
    await times(3, () => made.take(change()));
    await refused(made.take(change()));
    expect(await made.release({ brake: 'other' }, 'test')).toBe(0);
    expect(await refused(made.take(change()))).toMatch(/has tripped/);
    expect(await made.release({ brake: 'deletes', system: 'a:389' }, 'test')).toBe(1);
    await times(3, () => made.take(change()));
    expect(events.map(({ kind }) => kind)).toEqual(['brake-tripped', 'brake-released']);
  });

  it('does not count a change that was taken back', async () => {
    const made = await brakes([brake()]);
    await times(10, async () => (await made.take(change()))());
    await times(3, () => made.take(change()));
  });
});

describe('a restart', () => {
  it('does not set a brake back, tripped or not, even when the process is killed', async () => {
    await times(3, async () => {
      await (await brakes([brake()])).take(change());   // nobody closes it
    });
    const last = await brakes([brake()]);
    expect(await refused(last.take(change()))).toMatch(/has tripped/);
    expect(await refused((await brakes([brake()])).take(change()))).toMatch(/has tripped/);
  });

  it('does not set it back either after a release, or after a change that was taken back', async () => {
    const first = await brakes([brake({ limit: 1 })]);
    await first.take(change());
    await refused(first.take(change()));
    await first.release({}, 'test');
    await first.take(change());
    expect(await refused((await brakes([brake({ limit: 1 })])).take(change()))).toMatch(/has tripped/);
    await rm(file().path);
    const second = await brakes([brake({ limit: 1 })]);
    (await second.take(change('delete', 'a')))();
    await second.take(change('delete', 'b'));                // the file is written without a's count
    await second.take(change('delete', 'a'));
    expect(await refused((await brakes([brake({ limit: 1 })])).take(change('delete', 'a')))).toMatch(/has tripped/);
  });

  it('leaves a file for the owner only', async () => {
    await (await brakes([brake()])).take(change());
    expect((await stat(file().path)).mode & 0o777).toBe(0o600);
  });

  it('does not start from a file that is damaged', async () => {
    await writeFile(file().path, '{"form":1,"counts":[');
    await expect(brakes([brake()])).rejects.toThrow(/brakes\.json: the counts of the policy's brakes cannot be read/);
  });

  it('keeps counts of a brake that the policy does not have for a while', async () => {
    const made = await brakes([brake()]);
    await times(3, () => made.take(change()));
    made.use([]);
    await made.take(change());
    made.use([brake()]);
    expect(await refused(made.take(change()))).toMatch(/has tripped/);
  });

  it('writes exact counts when it was orderly, and never fewer than there were when it was not', async () => {
    const many = brake({ limit: 1000 });
    const made = await brakes([many]);
    await times(5, () => made.take(change()));
    const counted = async (): Promise<number | undefined> => (JSON.parse(await readFile(file().path, 'utf8')) as { counts: { parts: number[][] }[] }).counts[0]?.parts[0]?.[1];
    expect(await counted()).toBeGreaterThanOrEqual(5);
    await made.close();
    expect(await counted()).toBe(5);
  });
});

it('a count that cannot be kept lets no change through', async () => {
  const made = await brakes([brake()], () => Promise.reject(new Error('ENOSPC')));
  expect(await refused(made.take(change()))).toMatch(/^retryable: delete of __ACCOUNT__ was not begun: .*ENOSPC/);
  await made.take(change('update'));
});

it('never more changes than the limit pass in any window, whatever comes when, and never fewer while it has not tripped', async () => {
  const steps = fc.array(fc.record({ wait: fc.nat(HOUR / 3), back: fc.boolean(), restart: fc.constantFrom('no', 'no', 'orderly', 'killed', 'released') }), { maxLength: 60 });
  await fc.assert(fc.asyncProperty(steps, fc.integer({ min: 0, max: 6 }), async (script, limit) => {
    await rm(file().path, { force: true });
    const list = [brake({ limit, release: 'window' })];
    let made = await brakes(list);
    const passed: number[] = [];
    let tripped = -Infinity;
    let isExact = true;
    for (const { wait, back, restart } of script) {
      now += wait;
      if (restart === 'released') {
        await made.release({}, 'test');
        passed.length = 0;
        tripped = -Infinity;
      } else if (restart !== 'no') {
        if (restart === 'orderly') await made.close();
        else isExact = false;                                // what was taken back may be on the disk
        made = await brakes(list);
      }
      const takeBack = await made.take(change()).catch(() => undefined);
      const within = passed.filter((when) => when > now - HOUR).length;
      if (takeBack === undefined) {
        // A part of the window, a sixtieth, may count too long.
        if (isExact && now >= tripped + HOUR) {
          expect(passed.filter((when) => when > now - HOUR - HOUR / 60).length).toBeGreaterThanOrEqual(limit);
          tripped = now;
        }
      } else if (back) takeBack();
      else {
        expect(within).toBeLessThan(limit);
        passed.push(now);
      }
    }
  }), { numRuns: 100 });
}, 60_000);

it('concurrent changes are counted one by one', async () => {
  const made = await brakes([brake({ limit: 50 })]);
  const outcomes = await Promise.all(Array.from({ length: 200 }, () => refused(made.take(change()))));
  expect(outcomes.filter((outcome) => outcome === 'let through')).toHaveLength(50);
  expect(events).toHaveLength(1);
});
