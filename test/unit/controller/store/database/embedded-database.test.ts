import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EmbeddedDatabase } from '../../../../../controller/store/database/embedded/embedded-database.js';
import { databaseContract } from '../../../../support/database-contract.js';
import { databaseWorker } from '../../../../support/database-worker.js';
import { testDatabase } from '../../../../support/test-database.js';

describe('the embedded database', () => {
  databaseContract(() => testDatabase({ migrated: false }));

  describe('in a folder', () => {
    let folder: string;
    let worker: URL;
    beforeAll(async () => {
      folder = join(await mkdtemp(join(tmpdir(), 'causeway-database-')), 'database');
      worker = await databaseWorker();
    });
    afterAll(() => rm(dirname(folder), { recursive: true, force: true }));

    it('keeps what was committed when its thread is killed in the middle of a transaction, and nothing of that', async () => {
      let told = '';
      const database = await EmbeddedDatabase.open({ folder, worker }, (error) => { told = error.message; });
      await database.query('CREATE TABLE number (id int PRIMARY KEY)');
      await database.query('INSERT INTO number VALUES (1)');
      const failure: unknown = await database.exclusively('name', async (lease) => {
        const error: unknown = await database.transaction(async (tx) => {
          await tx.query('INSERT INTO number VALUES (2)');
          await database.kill();
          await tx.query('INSERT INTO number VALUES (3)');
        }).catch((thrown: unknown) => thrown);
        expect(lease.aborted).toBe(true);
        return error;
      });
      expect(failure).toMatchObject({ code: 503, outcome: 'notApplied' });
      expect(told).toContain('thread has ended');
      await expect(database.query('SELECT 1')).rejects.toMatchObject({ code: 503 });
      await database.close();
      const again = await EmbeddedDatabase.open({ folder, worker });
      expect(await again.query('SELECT id FROM number')).toEqual([{ id: 1 }]);
      await again.close();
      await again.close();
      await expect(again.query('SELECT 1')).rejects.toMatchObject({ code: 503 });
    });
  });
});
