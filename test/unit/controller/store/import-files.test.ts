import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { silentLog, type Log } from '../../../../controller/log.js';
import type { Database } from '../../../../controller/store/database/database.js';
import { CASE_SENSITIVE } from '../../../../controller/store/link-keys.js';
import { LinkTable } from '../../../../controller/store/link-table.js';
import { importFiles } from '../../../../controller/store/import/import-files.js';
import { DeadLetters } from '../../../../controller/sync/dead-letters.js';
import { SyncStageStore } from '../../../../controller/sync/sync-stage-store.js';
import { testDatabase } from '../../../support/test-database.js';

const EITHER_CASE = { firstCaseSensitive: false, secondCaseSensitive: false };
const LETTER = { token: '7', systemIdentifier: 'hr', objectType: 'account', uid: 'u', failedRecord: null, failureCause: 'no' };

describe('what earlier versions kept in files', () => {
  let folder: string;
  let database: Database;
  let warnings: string[];
  const put = async (path: string, text: string): Promise<void> => {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), text);
  };
  const run = (into = database): Promise<void> => {
    const log: Log = { ...silentLog, warn: (_, message) => { warnings.push(message); } };
    return importFiles(into, { dataFolder: folder, log, rulesOf: (type) => Promise.resolve(type === 'any case' ? EITHER_CASE : CASE_SENSITIVE) });
  };
  const links = (type: string) => new LinkTable(database, type, type === 'any case' ? EITHER_CASE : CASE_SENSITIVE);

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'causeway-import-'));
    database = await testDatabase();
    warnings = [];
    await put('links/m.jsonl', '{"add":["a","x"]}\n{"add":["b\\\\\\"","y"]}\n{"remove":["a","x"]}\n{"add":["c","x"]}\n{"add":["torn",');
    await put('links/any%20case.jsonl', '{"add":["Ann","X"]}\n{"remove":["ANN","x"]}\n{"add":["Bob","Y"]}\n');
    await put('livesync/system%2Fhr%2Faccount.json', '{"revision":4,"connectorData":{"nativeType":"JAVA_TYPE_LONG","syncToken":12345678901234567890}}');
    await put('dead-letters/hr/abc.json', JSON.stringify(LETTER));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  it('is taken over once, and the files stay', async () => {
    await run();
    expect([await links('m').size(), await links('m').byFirst('b\\"'), await links('m').bySecond('x')]).toEqual([2, { firstId: 'b\\"', secondId: 'y' }, { firstId: 'c', secondId: 'x' }]);
    expect([await links('any case').size(), await links('any case').byFirst('BOB')]).toEqual([1, { firstId: 'Bob', secondId: 'Y' }]);
    expect(await new SyncStageStore(database).read('system/hr/account')).toEqual({ revision: 4, connectorData: { nativeType: 'JAVA_TYPE_LONG', syncToken: 12_345_678_901_234_567_890n } });
    expect(await new DeadLetters(database).read('hr', '7')).toEqual(LETTER);
    await links('m').remove({ firstId: 'c', secondId: 'x' });
    await run();
    expect([await links('m').size(), warnings]).toEqual([1, []]);
    expect(await readFile(join(folder, 'links/m.jsonl'), 'utf8')).toContain('"torn"');
  });

  it('is not taken over again after a crash right behind the commit', async () => {
    await run();
    const marker = join(folder, 'files-in-database.json');
    await writeFile(marker, (await readFile(marker, 'utf8')).replace('true', 'false'));
    await links('m').remove({ firstId: 'c', secondId: 'x' });
    await run();
    expect(await links('m').size()).toBe(1);
    expect(JSON.parse(await readFile(marker, 'utf8'))).toMatchObject({ done: true });
  });

  it('is not taken over into a second database, where it would be out of date', async () => {
    await run();
    database = await testDatabase();
    await run();
    expect([await links('m').size(), warnings]).toEqual([0, [expect.stringContaining('not taken over again')]]);
  });

  it.each([
    ['links/m.jsonl', '{"add":["a","x"]}\nnonsense\n{"add":["c","y"]}\n', 'm.jsonl is damaged in line 2'],
    ['links/m.jsonl', '{"add":["a"]}\n', 'm.jsonl is damaged in line 1'],
    ['livesync/system%2Fhr%2Faccount.json', '{"revi', 'account.json is damaged'],
    ['livesync/system%2Fhr%2Faccount.json', '{}', 'is no liveSync state'],
    ['dead-letters/hr/abc.json', '[]', 'is no dead letter'],
    ['files-in-database.json', '{}', 'files-in-database.json is damaged'],
  ])('is taken over not at all while %s holds %s, and whole once that is put right', async (path, text, message) => {
    const good = await readFile(join(folder, path), 'utf8').catch(() => undefined);
    await put(path, text);
    await expect(run()).rejects.toThrow(message);
    expect([await links('m').size(), await new DeadLetters(database).tokens('hr'), await new SyncStageStore(database).sources()]).toEqual([0, [], []]);
    await (good === undefined ? rm(join(folder, path)) : put(path, good));
    await run();
    expect([await links('m').size(), await new DeadLetters(database).tokens('hr'), await new SyncStageStore(database).sources()]).toEqual([2, ['7'], ['system/hr/account']]);
  });
});
