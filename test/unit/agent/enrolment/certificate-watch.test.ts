import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CertificateWatch } from '../../../../agent/enrolment/certificate-watch.js';
import { createAuthority, type Authority } from '../../../../certs/index.js';
import { recordingLog } from '../../../integration/agent/support/quiet-log.js';
import { until } from '../../../support/until.js';
import { ManualClock } from '../support/manual-clock.js';

const HOUR = 3_600_000;
let directory: string;
let authority: Authority;
let stop: AbortController;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'causeway-watch-'));
  authority = await createAuthority(join(directory, 'ca'));
  stop = new AbortController();
});
afterEach(async () => {
  stop.abort(new Error('over'));
  await rm(directory, { recursive: true, force: true });
});

const path = (): string => join(directory, 'agent.crt');
const issue = async (days: number): Promise<void> => writeFile(path(), (await authority.issueAgent({ name: 'site-1', days })).certificate);

function setUp() {
  const clock = new ManualClock();
  const log = recordingLog();
  const start = Date.now();
  const watch = new CertificateWatch({ certificates: [{ setting: 'tls.certificate', path: path() }], clock, log, now: () => start + clock.now() });
  void watch.run(stop.signal);
  const hours = async (count: number): Promise<void> => {
    for (let hour = 0; hour < count; hour += 1) {
      await until(() => clock.sleeping === 1, 'the watch to sleep');
      await clock.advance(HOUR);
    }
    await until(() => clock.sleeping === 1, 'the watch to sleep');
  };
  return { watch, log, hours };
}

describe('a certificate of an outside authority', () => {
  it('that nobody renews is told once a day, louder at the end, and after it', async () => {
    await issue(16);
    const { watch, log, hours } = setUp();
    await hours(24);
    expect(log.lines).toEqual([]);
    expect(watch.status()).toMatchObject([{ setting: 'tls.certificate', subject: 'CN=site-1', issuer: 'CN=Causeway local authority', daysLeft: 14.9 }]);
    await hours(16 * 24);
    expect(log.lines.length).toBeGreaterThanOrEqual(14);
    expect(log.lines.length).toBeLessThanOrEqual(16);
    expect(log.lines[0]).toMatchObject({ level: 'warn', message: expect.stringMatching(/expires soon/) as string });
    expect(log.lines.at(-1)).toMatchObject({ level: 'error', message: expect.stringMatching(/HAS EXPIRED/) as string });
  });

  it('that is renewed is quiet, and shown as it is now', async () => {
    await issue(5);
    const { watch, log, hours } = setUp();
    await hours(1);
    expect(log.lines).toHaveLength(1);
    await issue(90);
    await hours(48);
    expect(log.lines).toHaveLength(1);
    expect(watch.status()[0]?.daysLeft).toBeGreaterThan(80);
  });

  it('whose file is gone or holds something else shows nothing, and harms nothing', async () => {
    const { watch, log, hours } = setUp();
    await hours(1);
    expect(watch.status()).toEqual([]);
    await writeFile(path(), 'no certificate');
    await hours(1);
    expect([watch.status(), log.lines]).toEqual([[], []]);
  });
});
