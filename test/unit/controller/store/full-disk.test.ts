import { mkdtemp, readFile, readlink, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { AuditFile } from '../../../../controller/store/audit-file.js';
import { lockDataFolder } from '../../../../controller/store/data-lock.js';

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

describe('the audit of enrolment on a full disk', () => {
  it('keeps entries and writes them whole when there is room', async () => {
    const audit = new AuditFile(folder, 'enrolment');
    await audit.write({ n: 1 });
    await audit.flush();
    isFull = true;
    for (let n = 2; n < 5; n++) await audit.write({ n });
    await expect(audit.flush()).rejects.toThrow('ENOSPC');
    isFull = false;
    await audit.write({ n: 5 });
    await audit.flush();
    const lines = (await readFile(join(folder, 'audit/enrolment.jsonl'), 'utf8')).trim().split('\n');
    expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual([{ n: 1 }, { n: 2 }, { n: 3 }, { n: 4 }, { n: 5 }]);
    await audit.close();
  });

  it('refuses entries rather than hold any number of them', async () => {
    const audit = new AuditFile(folder, 'enrolment');
    isFull = true;
    let taken = 0;
    const filling = async (): Promise<void> => {
      for (;; taken++) await audit.write({ text: 'x'.repeat(100_000) });
    };
    await expect(filling()).rejects.toThrow('ENOSPC');
    expect(taken).toBeLessThan(20);
    isFull = false;
    await audit.close();
    expect((await readFile(join(folder, 'audit/enrolment.jsonl'), 'utf8')).trim().split('\n')).toHaveLength(taken);
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
