import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { LivePolicy } from '../../../../agent/policy/live-policy.js';
import { askForRelease, isDone } from '../../../../agent/policy/brakes/releases.js';
import { policyStatePaths } from '../../../../agent/policy/state-paths.js';
import { FakeClock } from '../../../support/fake-clock.js';
import { recordedLog } from '../../../support/quiet-log.js';
import { until } from '../../../support/until.js';
import { START, outcome, policed, remove, type Policed } from './support/policed.js';

const DENIES = `${START}rules: [{name: no, effect: deny, operations: [delete]}]\n`;

/** Looks often enough for a change to count. */
async function looked({ live }: Policed): Promise<void> {
  await live.check();
  await live.check();
}

describe('a policy file', () => {
  it('that cannot be used lets no agent start', async () => {
    await expect(policed('version: 1\n')).rejects.toThrow(/default: is missing/);
    const directory = await mkdtemp(join(tmpdir(), 'causeway-live-'));
    onTestFinished(() => rm(directory, { recursive: true, force: true }));
    const options = { checkInterval: 1000, stateDirectory: directory, clock: new FakeClock(), log: recordedLog(), audit: { event: async () => undefined } };
    await expect(LivePolicy.start({ ...options, file: join(directory, 'missing.yaml') })).rejects.toThrow(/missing\.yaml: the policy cannot be read \(ENOENT\)/);
    await expect(LivePolicy.start({ ...options, file: directory })).rejects.toThrow(/the policy cannot be read|is no file/);
  });

  it('is read again when it changes, by itself, and the change is audited', async () => {
    const world = await policed(START);
    expect(await outcome(world.facade, remove())).toBe('done');
    await world.write(DENIES);
    await until(async () => {
      await world.clock.advance(2_000);
      return (await outcome(world.facade, remove())).includes('rule no denies it');
    }, 'the policy to be read again');
    expect(world.events.map(({ kind }) => kind)).toEqual(['policy-loaded', 'policy-reloaded']);
  });

  it('counts only once it has stopped changing: half of it may be a policy too', async () => {
    const world = await policed(DENIES);
    await world.write(START);
    await world.live.check();
    expect(await outcome(world.facade, remove())).toMatch(/rule no/);
    await world.write(`${DENIES}# more\n`);
    await looked(world);
    expect(await outcome(world.facade, remove())).toMatch(/rule no/);
  });

  it('that is wrong, or gone, leaves the policy before it, and says so once in the log, in the audit log, and in the status', async () => {
    const world = await policed(DENIES);
    await world.write('version: 1\nreadOnly: maybe\n');
    await looked(world);
    await looked(world);
    expect(await outcome(world.facade, remove())).toMatch(/rule no/);
    expect(world.live.status().problem).toMatch(/readOnly: expected true or false/);
    expect(world.log.at('error')).toEqual(['The policy file cannot be used; the policy before it still applies.']);
    expect(world.events.map(({ kind }) => kind)).toEqual(['policy-loaded', 'policy-rejected']);
    await rm(world.path);
    await looked(world);
    expect(await outcome(world.facade, remove())).toMatch(/rule no/);
    expect(world.live.status().problem).toMatch(/ENOENT/);
    await world.write(START);
    await looked(world);
    expect(world.live.status()).toMatchObject({ problem: '', rules: 0, digest: expect.stringMatching(/^[0-9a-f]{64}$/) as string });
    expect(await outcome(world.facade, remove())).toBe('done');
  });

  it('that is written back as it was changes nothing', async () => {
    const world = await policed(DENIES);
    await world.write('nonsense');
    await looked(world);
    await world.write(DENIES);
    await looked(world);
    expect(world.live.status().problem).toBe('');
    expect(world.events.map(({ kind }) => kind)).toEqual(['policy-loaded', 'policy-rejected']);
  });
});

it('a release asked for on this machine is done, and its request is gone; one that cannot be read is removed', async () => {
  const world = await policed(`${START}brakes: [{name: few, changes: [delete], limit: 1}]\n`);
  const { releases } = policyStatePaths(dirname(world.path));
  expect(await outcome(world.facade, remove())).toBe('done');
  expect(await outcome(world.facade, remove())).toMatch(/has tripped/);
  const path = await askForRelease(releases, { brake: 'few' });
  await writeFile(join(releases, 'zzz.json'), '{"brake": 7}');
  await world.live.check();
  expect([await isDone(path), await isDone(join(releases, 'zzz.json'))]).toEqual([true, true]);
  expect(await outcome(world.facade, remove())).toBe('done');
  expect(world.log.at('warn')).toContain('A request to release a brake cannot be read; it is ignored.');
});
