import { rename, rm } from 'node:fs/promises';
import { describe, expect } from 'vitest';
import { until } from '../../support/until.js';
import { PEOPLE } from './acceptance-data.js';
import type { Proofs } from './proof.js';

const READS = ['csv/account/amina', 'csv/account?_queryFilter=true'] as const;

/** What callers are told while something behind the controller is down, and that it works again afterwards. */
export function describeFailures({ world, proves, host }: Proofs): void {
  describe('when something is down', () => {
    proves('errors', 'csv', 'a CSV file that is gone: 503 for objects, ok false with the reason for the test, and back when it is back', async () => {
      const file = world().file('csv');
      await rename(file, `${file}.away`);
      try {
        for (const path of READS) expect(await world().send(path)).toMatchObject({ status: 503, body: { code: 503, reason: 'Service Unavailable' } });
        expect(await world().send('csv/account?_action=create', { method: 'POST', body: { uid: 'x' } })).toMatchObject({ status: 503, body: { code: 503 } });
        expect(await world().post('csv?_action=test')).toMatchObject({ name: 'csv', ok: false, error: expect.stringContaining(file) as string });
      } finally {
        await rm(file, { force: true });
        await rename(`${file}.away`, file);
      }
      expect((await world().query('csv', { _queryFilter: 'true' })).result).toEqual(PEOPLE);
      expect(await world().post('csv?_action=test')).toMatchObject({ ok: true });
    });

    proves('errors', 'ldap', 'a directory that is down: 503 for objects, ok false for the test, and back when it is back', async () => {
      const [anna] = (await world().query('ldap', { _queryFilter: 'uid eq "anna"' })).result;
      await world().ldap.pause();
      try {
        for (const path of [`ldap/account/${String(anna?.['_id'])}`, 'ldap/account?_queryFilter=true']) {
          expect(await world().send(path)).toMatchObject({ status: 503, body: { code: 503, reason: 'Service Unavailable' } });
        }
        expect(await world().post('ldap?_action=test')).toMatchObject({ name: 'ldap', ok: false, error: expect.stringMatching(/./) as string });
      } finally {
        await world().ldap.resume();
      }
      await world().controller.systemReady('ldap');
      expect(await world().ok(`ldap/account/${String(anna?.['_id'])}`)).toEqual(anna);
    });

    proves('errors', 'csv', `${host.kind === 'java' ? 'the Java server' : 'our agent'} that is gone: 503 for objects, and everything works when it is back, with the same controller`, async () => {
      await world().host.kill();
      await until(async () => (await world().send(READS[0])).status === 503, 'the controller to notice', 60_000);
      for (const path of READS) expect(await world().send(path)).toMatchObject({ status: 503, body: { code: 503, reason: 'Service Unavailable' } });
      expect(await world().post('csv?_action=test')).toMatchObject({ name: 'csv', ok: false, error: 'connector not available' });
      await world().host.restart();
      await world().controller.systemReady('csv', 60_000);
      await world().controller.systemReady('ldap', 60_000);
      expect((await world().query('csv', { _queryFilter: 'true' })).result).toEqual(PEOPLE);
      expect((await world().query('ldap', { _queryFilter: 'uid eq "anna"' })).resultCount).toBe(1);
      expect(world().controller.process.isRunning).toBe(true);
    }, 180_000);
  });
}
