import { mkdtemp, readFile, readlink, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { AuditLog } from '../../../../controller/store/audit-log.js';
import { lockDataFolder } from '../../../../controller/store/data-lock.js';
import { LinkTable } from '../../../../controller/store/link-table.js';

let isFull = false;
const noSpace = (): Error => Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' });
vi.mock('node:fs/promises', async (importOriginal) => {
  const real = await importOriginal<typeof import('node:fs/promises')>();
  return {
    ...real,
    open: async (...parameters: Parameters<typeof real.open>) => {
      const file = await real.open(...parameters);
      const { appendFile, writeFile } = file;
      file.appendFile = async (data) => {
        await appendFile.call(file, isFull ? String(data).slice(0, 12) : data); // what still fitted
        if (isFull) throw noSpace();
      };
      file.writeFile = async (data) => {
        if (isFull) throw noSpace();
        await writeFile.call(file, data as string);
      };
      return file;
    },
  };
});

let folder: string;
beforeEach(async () => { folder = await mkdtemp(join(tmpdir(), 'causeway-full-')); });
afterEach(async () => {
  isFull = false;
  await rm(folder, { recursive: true, force: true });
});

const RULES = { firstCaseSensitive: true, secondCaseSensitive: true };

describe('links on a full disk', () => {
  it('are refused while it is full, taken again afterwards, and all there at the next start', async () => {
    const path = join(folder, 'links.jsonl');
    const table = await LinkTable.open(path, RULES);
    await table.add('a', '1');
    isFull = true;
    await expect(table.add('b', '2')).rejects.toThrow('ENOSPC');
    await expect(table.add('c', '3')).rejects.toThrow('ENOSPC');
    isFull = false;
    await table.add('d', '4');
    await table.close();
    expect((await readFile(path, 'utf8')).split('\n')).toEqual(['{"add":["a","1"]}', '{"add":["b","2"]}', '{"add":["c","3"]}', '{"add":["d","4"]}', '']);
    const again = await LinkTable.open(path, RULES);
    expect([...again.all()].map(({ secondId }) => secondId)).toEqual(['1', '2', '3', '4']);
    await again.close();
  });

  it('adding one again that could not be written says done only when it is', async () => {
    const table = await LinkTable.open(join(folder, 'links.jsonl'), RULES);
    isFull = true;
    await expect(table.add('a', '1')).rejects.toThrow('ENOSPC');
    await expect(table.add('a', '1')).rejects.toThrow('ENOSPC');
    isFull = false;
    await table.add('a', '1');
    expect(await readFile(join(folder, 'links.jsonl'), 'utf8')).toBe('{"add":["a","1"]}\n');
    await table.close();
  });

  it('closing while it is full leaves no half line behind', async () => {
    const path = join(folder, 'links.jsonl');
    const table = await LinkTable.open(path, RULES);
    await table.add('a', '1');
    isFull = true;
    await table.add('b', '2').catch(() => undefined);
    await expect(table.close()).rejects.toThrow('ENOSPC');
    expect(await readFile(path, 'utf8')).toBe('{"add":["a","1"]}\n');
  });

  it('changes that come together are on the disk when each of them is done', async () => {
    const path = join(folder, 'links.jsonl');
    const table = await LinkTable.open(path, RULES);
    await Promise.all(Array.from({ length: 50 }, async (_, number) => {
      await table.add(`a${number}`, `b${number}`);
      expect(await readFile(path, 'utf8')).toContain(`"a${number}"`);
    }));
    await table.close();
  });
});

describe('the audit of runs on a full disk', () => {
  it('keeps entries and writes them whole when there is room', async () => {
    const audit = new AuditLog(folder, 'sync');
    await audit.write({ n: 1 });
    await audit.flush();
    isFull = true;
    for (let n = 2; n < 5; n++) await audit.write({ n });
    await expect(audit.flush()).rejects.toThrow('ENOSPC');
    isFull = false;
    await audit.write({ n: 5 });
    await audit.flush();
    const lines = (await readFile(join(folder, 'audit/sync.jsonl'), 'utf8')).trim().split('\n');
    expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual([{ n: 1 }, { n: 2 }, { n: 3 }, { n: 4 }, { n: 5 }]);
    await audit.close();
  });

  it('refuses entries rather than hold any number of them', async () => {
    const audit = new AuditLog(folder, 'sync');
    isFull = true;
    let taken = 0;
    const filling = async (): Promise<void> => {
      for (;; taken++) await audit.write({ text: 'x'.repeat(100_000) });
    };
    await expect(filling()).rejects.toThrow('ENOSPC');
    expect(taken).toBeLessThan(20);
    isFull = false;
    await audit.close();
    expect((await readFile(join(folder, 'audit/sync.jsonl'), 'utf8')).trim().split('\n')).toHaveLength(taken);
  });
});

it('a data folder on a full disk can be taken, and by one controller only', async () => {
  isFull = true;
  const unlock = await lockDataFolder(folder);
  // Our own number counts for chance (in a container every process may be number 1), so another process is the holder here.
  expect(await readlink(join(folder, 'controller.lock'))).toBe(String(process.pid));
  await rm(join(folder, 'controller.lock'));
  await symlink(String(process.ppid), join(folder, 'controller.lock'));
  await expect(lockDataFolder(folder)).rejects.toThrow(`is used by process ${process.ppid}`);
  await unlock();
  isFull = false;
  await (await lockDataFolder(folder))();
});
