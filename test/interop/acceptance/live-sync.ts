import { readFile, stat, utimes, writeFile } from 'node:fs/promises';
import { describe, expect } from 'vitest';
import type { Json } from '../../support/rest-client.js';
import { PEOPLE, PEOPLE_CSV, STAFF } from './acceptance-data.js';
import type { AcceptanceWorld } from './acceptance-world.js';
import type { Proofs } from './proof.js';

const liveSync = (world: AcceptanceWorld, system: string): Promise<Json> => world.post(`?_action=liveSync&source=system/${system}/account`);
const token = (stage: Json): unknown => (stage['connectorData'] as Json)['syncToken'];

/** Writes the file with a later time than it has: both connectors tell states of a file apart by it. */
async function change(world: AcceptanceWorld, text: string): Promise<void> {
  const file = world.file('csv');
  const before = (await stat(file)).mtimeMs;
  await writeFile(file, text);
  const later = new Date(Math.max(Date.now(), before + 1_500));
  await utimes(file, later, later);
}

/** liveSync of a CSV file into another one, and of a directory. */
export function describeLiveSync({ world, proves, expected }: Proofs): void {
  describe('liveSync', () => {
    proves('latest-sync-token', 'csv', 'the first run of a CSV file only notes where it stands', async () => {
      const stage = await liveSync(world(), 'csv');
      expect(stage).toEqual({ _id: 'SYSTEMCSVACCOUNT', _rev: '1', connectorData: { nativeType: expect.stringMatching(/^(JAVA_TYPE_LONG|string)$/) as string, syncToken: expect.anything() as unknown } });
      expect((await world().query('copy', { _queryFilter: 'true' })).result).toEqual([]);
    });

    proves('sync', 'csv', 'the next runs carry creates, updates and deletes into another system', async () => {
      await liveSync(world(), 'csv'); // the Java connector takes its copy of the file only now
      const [, boris, chloe] = PEOPLE;
      await change(world(), PEOPLE_CSV.replace('boris,Boris,', 'boris,Borys,').replace(/^amina.*\n/m, '') + 'hugo,Hugo,Hahn,hugo@example.com,400,Rom,pw-hugo\n');
      const second = await liveSync(world(), 'csv');
      expect(second).not.toHaveProperty('lastException');
      const copied = async (): Promise<Json[]> => [...(await world().query('copy', { _queryFilter: 'true' })).result].sort((left, right) => (String(left['_id']) < String(right['_id']) ? -1 : 1));
      const changed = [{ ...boris, firstName: 'Borys' }, { _id: 'hugo', uid: 'hugo', firstName: 'Hugo', lastName: 'Hahn', email: 'hugo@example.com', badge: 400, city: 'Rom' }];
      // Rows that did not change have not been there before either.
      const [, , , dmitri, elif, farid] = PEOPLE;
      expect(await copied()).toEqual(expected('csv-sync-everything', changed, [dmitri, changed[0], chloe, elif, farid, changed[1]]));

      await change(world(), PEOPLE_CSV.replace(/^amina.*\n/m, '').replace(/^boris.*\n/m, ''));
      const third = await liveSync(world(), 'csv');
      expect(token(third)).not.toEqual(token(second));
      expect((await copied()).map(({ _id }) => _id)).toEqual(expected('csv-sync-everything', [], ['Dmitri', 'chloe', 'elif', 'farid']));
      expect(await readFile(world().file('copy'), 'utf8')).not.toContain('hugo');
      await change(world(), PEOPLE_CSV);
    });

    proves('search', 'csv', 'a reconciliation reads the whole file, and leaves the other system as it should be', async () => {
      const run = await world().rest.post('/openidm/recon?_action=recon&mapping=csv_copy&waitForCompletion=true');
      expect(run).toMatchObject({ state: 'SUCCESS' });
      const { result } = await world().query('copy', { _queryFilter: 'true' });
      expect([...result].sort((left, right) => (Number(left['badge']) - Number(right['badge'])))).toEqual(PEOPLE);
    });

    proves('latest-sync-token', 'ldap', 'the first run of a directory only notes where it stands', async () => {
      expect(await liveSync(world(), 'ldap')).toEqual({ _id: 'SYSTEMLDAPACCOUNT', _rev: '1', connectorData: { nativeType: expect.stringMatching(/^(string|JAVA_TYPE_LONG|integer)$/) as string, syncToken: expect.anything() as unknown } });
    });

    proves('sync', 'ldap', 'a directory\'s token moves with each change, and the stage can be reset', async () => {
      const first = await liveSync(world(), 'ldap');
      await new Promise((resolve) => setTimeout(resolve, 1_100)); // the directory's timestamps have whole seconds
      const { _id } = await world().post('ldap/account?_action=create', { dn: `uid=synced,${STAFF}`, uid: 'synced', cn: 'Synced', sn: 'Synced' });
      const second = await liveSync(world(), 'ldap');
      expect(second).not.toHaveProperty('lastException');
      expect(token(second)).not.toEqual(token(first));
      await world().ok(`ldap/account/${String(_id)}`, { method: 'DELETE' });
      expect(await liveSync(world(), 'ldap')).not.toHaveProperty('lastException');
      const stage = '/openidm/repo/synchronisation/pooledSyncStage/SYSTEMLDAPACCOUNT';
      expect(await world().rest.send(stage, { method: 'DELETE' })).toMatchObject({ status: 200 });
      expect(await liveSync(world(), 'ldap')).toMatchObject({ _id: 'SYSTEMLDAPACCOUNT', _rev: '1' });
    });

    proves('errors', 'csv', 'no source, and one that is none, is refused', async () => {
      expect(await world().send('?_action=liveSync', { method: 'POST' })).toMatchObject({ status: 400, body: { message: expect.stringContaining('source') as string } });
      expect(await world().send('?_action=liveSync&source=system/csv/nothing', { method: 'POST' })).toMatchObject({ status: 404 });
      expect(await world().send('?_action=liveSync&source=system/nothing/account', { method: 'POST' })).toMatchObject({ status: 503 });
    });
  });
}
