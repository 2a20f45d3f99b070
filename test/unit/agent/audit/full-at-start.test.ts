import { appendFile, readFile, readdir, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { lockDirectory } from '../../../../agent/audit/directory-lock.js';
import { AuditWorld, deletion } from '../../../support/audit-world.js';
import { until } from '../../../support/until.js';

/** Bytes the disk has left; undefined: enough. */
let room: number | undefined;
const noSpace = (): Error => Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' });
const take = (bytes: number): void => {
  if (room === undefined) return;
  if (bytes > room) throw noSpace();
  room -= bytes;
};
vi.mock('node:fs/promises', async (importOriginal) => {
  const real = await importOriginal<typeof import('node:fs/promises')>();
  return {
    ...real,
    statfs: async () => ({ blocks: 1_000, bavail: room ?? 2 ** 30, bsize: 1 }),
    rm: async (path: string, options: object) => {
      const size = await real.stat(path).then((stats) => stats.size, () => 0);
      await real.rm(path, options);
      if (room !== undefined) room += size;
    },
    writeFile: async (path: string, text: string, options: object) => {
      take(text.length);
      await real.writeFile(path, text, options);
    },
    open: async (...parameters: Parameters<typeof real.open>) => {
      const file = await real.open(...parameters);
      const { write, writeFile: whole } = file;
      file.write = (async (bytes: Buffer, ...rest: number[]) => {
        take(rest[1] ?? bytes.length);
        return (write as (bytes: Buffer, ...rest: number[]) => Promise<unknown>).call(file, bytes, ...rest);
      }) as unknown as typeof file.write;
      file.writeFile = async (data) => {
        take((data as Buffer).length);
        await whole.call(file, data as string);
      };
      return file;
    },
  };
});

let world: AuditWorld;
beforeEach(async () => { world = await AuditWorld.make(); });
afterEach(async () => {
  room = undefined;
  await world.remove();
});

it('a disk without a byte left: it opens, refuses what changes something, and tells of it when there is room', async () => {
  room = 0;
  const log = await world.open();
  await log.event({ kind: 'agent-started' });
  expect(log.refusal('create')).toMatch(/cannot be written.*full/);
  expect(log.refusal('search')).toBeUndefined();
  room = undefined;
  await until(() => log.refusal('create') === undefined, 'the log to be written again');
  await until(async () => (await world.records().catch(() => [])).some(({ kind }) => kind === 'audit-interrupted'), 'the line about it');
  expect((await world.records()).map(({ kind }) => kind)).toEqual(expect.arrayContaining(['file-begun', 'agent-started', 'audit-interrupted']));
  await until(() => stat(join(world.path, 'reserve')).then(() => true, () => false), 'the space for a full disk to be taken after all');
});

it('its lock has no name on a full disk, and keeps others out all the same; it gets one when there is room', async () => {
  await (await world.open()).close();
  room = 0;
  const lock = await lockDirectory(world.path);
  const file = join(world.path, 'lock');
  expect(await readFile(file, 'utf8')).toBe('');
  let isTaken = false;
  const second = lockDirectory(world.path).then((other) => {
    isTaken = true;
    return other;
  });
  const refused = expect(second).rejects.toThrow(/two agents cannot share an audit log/); // from now on: it may be at any moment below
  await lock.refresh();
  await until(() => true, 'a turn');
  expect(isTaken).toBe(false);
  room = undefined;
  await lock.refresh();
  expect(JSON.parse(await readFile(file, 'utf8'))).toMatchObject({ pid: process.pid });
  await refused;
  await lock.release();
});

it('a lock without a name that nobody refreshes is taken over', async () => {
  await (await world.open()).close();
  const file = join(world.path, 'lock');
  await writeFile(file, '', {});
  const old = new Date(Date.now() - 60_000);
  await utimes(file, old, old);
  const lock = await lockDirectory(world.path);
  await lock.release();
});

it.each([['without a name', ''], ['of another machine', JSON.stringify({ pid: 1, host: 'another-container', began: '1' })]])('a lock %s that nobody refreshes is taken over by a machine whose clock is hours behind', async (_, text) => {
  await (await world.open()).close();
  const file = join(world.path, 'lock');
  await writeFile(file, text, {});
  const ahead = new Date(Date.now() + 40 * 3_600_000);
  await utimes(file, ahead, ahead);
  const real = performance.now.bind(performance);
  const began = real();
  const hasty = vi.spyOn(performance, 'now').mockImplementation(() => began + (real() - began) * 40);
  try {
    const lock = await lockDirectory(world.path);
    expect(JSON.parse(await readFile(file, 'utf8'))).toMatchObject({ pid: process.pid });
    await lock.release();
  } finally {
    hasty.mockRestore();
  }
});

it('a lock without a name that is refreshed keeps others out, and they say so', async () => {
  await (await world.open()).close();
  room = 0;
  const lock = await lockDirectory(world.path);
  const refreshing = setInterval(() => { void lock.refresh(); }, 20);
  const real = performance.now.bind(performance);
  const began = real();
  const hasty = vi.spyOn(performance, 'now').mockImplementation(() => began + (real() - began) * 20);
  try {
    await expect(lockDirectory(world.path)).rejects.toThrow(/is written by another process: two agents cannot share an audit log/);
  } finally {
    clearInterval(refreshing);
    hasty.mockRestore();
  }
  await lock.release();
});

it('a torn line on a full disk is set aside into the space kept for one', async () => {
  const log = await world.open();
  await log.operation(deletion('u1'));
  await log.close();
  const torn = '{"at":"2026-11-22T00:00:00.000Z","torn';
  await appendFile(join(world.path, (await world.files()).at(-1)!), torn);
  room = 0;
  const again = await world.open();
  room = undefined;
  await until(async () => (await world.records()).some(({ kind }) => kind === 'audit-torn-line'), 'the line about it');
  const aside = (await readdir(world.path)).find((name) => name.startsWith('torn-'));
  expect(await readFile(join(world.path, aside!), 'latin1')).toBe(torn);
  await again.close();
});

it('without even that space, what there was of the line is told with the note', async () => {
  const log = await world.open();
  await log.operation(deletion('u1'));
  await log.close();
  await rm(join(world.path, 'reserve'), { force: true });
  const torn = '{"at":"2026-11-22T00:00:00.000Z","torn';
  await appendFile(join(world.path, (await world.files()).at(-1)!), torn);
  room = 0;
  await world.open();
  room = undefined;
  await until(async () => (await world.records()).some(({ kind }) => kind === 'audit-torn-line'), 'the line about it');
  expect((await world.records()).find(({ kind }) => kind === 'audit-torn-line')).toMatchObject({ detail: { bytes: torn.length, text: torn } });
});
