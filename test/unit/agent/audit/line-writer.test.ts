import { mkdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AuditFile } from '../../../../agent/audit/audit-file.js';
import { plainChain } from '../../../../agent/audit/chain-hash.js';
import { DiskReserve } from '../../../../agent/audit/disk-reserve.js';
import { HeadFile } from '../../../../agent/audit/head-file.js';
import { LineWriter } from '../../../../agent/audit/line-writer.js';
import { verifyAuditLog } from '../../../../agent/audit/read/verify.js';
import { filesToRemove, type KeptFile } from '../../../../agent/audit/retention.js';
import { AuditWorld } from '../../../support/audit-world.js';
import { FakeClock } from '../../../support/fake-clock.js';
import { until } from '../../../support/until.js';

let world: AuditWorld;
const closing: (() => Promise<void>)[] = [];
beforeEach(async () => {
  world = await AuditWorld.make();
  await mkdir(world.path);
});
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
  await world.remove();
});

/** A writer on a disk whose faults the test makes. */
async function writerOn(fault: { append?: () => void; sync?: () => void | Promise<void> }, reserve = new DiskReserve(world.path, 65_536)) {
  const clock = new FakeClock();
  const first = await world.open();
  await first.event({ kind: 'first-event' });
  await first.close();
  const lines = await world.lines('audit-00000001.jsonl');
  const size = lines.reduce((sum, line) => sum + line.length + 1, 0);
  const { seq: sequence, hash } = JSON.parse(lines.at(-1)!) as { seq: number; hash: string };
  const file = await AuditFile.resume(world.path, 1, size, Date.now());
  const append = file.append.bind(file);
  const sync = file.sync.bind(file);
  file.append = async (bytes) => {
    fault.append?.();
    await append(bytes);
  };
  file.sync = async () => {
    await fault.sync?.();
    await sync();
  };
  const head = await HeadFile.open(world.path, plainChain);
  const writer = new LineWriter({
    directory: world.path, chain: plainChain, reserve, log: world.log, clock, rotateSize: 1024 ** 2, rotateAge: 86_400_000, fsyncInterval: 1000, writeTimeout: 10_000, origin: {}, onProgress: () => undefined,
  }, head, { file: 1, size, sequence, hash }, file);
  closing.push(() => writer.close());
  return { writer, clock, reserve, head };
}

const full = (): never => { throw Object.assign(new Error('no space left on device'), { code: 'ENOSPC' }); };
const kinds = async (): Promise<unknown[]> => (await world.records()).slice(2).map(({ kind }) => kind);

describe('a full disk', () => {
  it('is met with the reserve: what was under way is written, nothing new is taken on until the reserve is back', async () => {
    const reserve = new DiskReserve(world.path, 65_536);
    expect(await reserve.keep()).toBe(true);
    expect((await stat(join(world.path, 'reserve'))).blocks * 512).toBeGreaterThanOrEqual(65_536);
    const { writer } = await writerOn({ append: () => { if (reserve.isKept) full(); } }, reserve);
    await writer.append({ kind: 'under-way' }, 'durable');
    await until(() => writer.waiting === 0, 'the line to be written');
    expect(await kinds()).toEqual(['under-way']);
    expect(writer.problem).toBe('the disk is full (ENOSPC)');
    await expect(stat(join(world.path, 'reserve'))).rejects.toThrow('ENOENT');
    // The disk has room again: the reserve can be taken, and from now on appends work with it.
    const keep = reserve.keep.bind(reserve);
    reserve.keep = async () => {
      await keep();
      Object.defineProperty(reserve, 'isKept', { value: false });
      return true;
    };
    await writer.check();
    expect(writer.problem).toBe('');
    await until(async () => (await kinds()).length === 2, 'the line about it');
    expect((await world.records()).at(-1)).toMatchObject({ kind: 'audit-interrupted', detail: { reason: 'the disk is full (ENOSPC)', lost: 0 } });
  });

  it('keeps lines until there is room, in order, and then writes them all', async () => {
    let isFull = true;
    const { writer, clock } = await writerOn({ append: () => { if (isFull) full(); } });
    for (let n = 0; n < 10; n++) await writer.append({ kind: `line-${n}` }, 'durable');
    expect(writer.problem).not.toBe('');
    expect(writer.waiting).toBe(10);
    isFull = false;
    await until(async () => {
      await clock.advance(1000);
      return writer.waiting === 0 && writer.problem === '';
    }, 'the lines to be written');
    expect(await kinds()).toEqual([...Array.from({ length: 10 }, (_, n) => `line-${n}`), 'audit-interrupted']);
    expect((await verifyAuditLog({ directory: world.path })).ok).toBe(true);
  });

  it('holds a bounded number of lines; what is beyond is counted, and told when there is room', async () => {
    let isFull = true;
    const { writer, clock } = await writerOn({ append: () => { if (isFull) full(); } });
    for (let n = 0; n < 5000; n++) await writer.append({ kind: 'line' }, 'durable');
    expect(writer).toMatchObject({ waiting: 4096, lost: 904 });
    isFull = false;
    await until(async () => {
      await clock.advance(1000);
      return writer.problem === '' && writer.waiting === 0;
    }, 'the lines to be written');
    expect((await world.records()).at(-1)).toMatchObject({ kind: 'audit-interrupted', detail: { lost: 904 } });
  });
});

describe('a disk that fails', () => {
  it('to take the head has no line written twice', async () => {
    const { writer, clock, head } = await writerOn({});
    const write = head.write.bind(head);
    let failing = true;
    head.write = async (end) => {
      if (failing) throw Object.assign(new Error('i/o'), { code: 'EIO' });
      await write(end);
    };
    await writer.append({ kind: 'line' }, 'durable');
    await until(() => writer.problem === 'EIO', 'the fault to be noticed');
    failing = false;
    await until(async () => {
      await clock.advance(1000);
      return writer.problem === '' && writer.waiting === 0;
    }, 'the head to be written');
    expect(await kinds()).toEqual(['line', 'audit-interrupted']);
    expect((await verifyAuditLog({ directory: world.path })).faults).toEqual([]);
  });

  it('to bring lines to disk has them written again, once each', async () => {
    let failing = true;
    const { writer, clock } = await writerOn({ sync: () => { if (failing) throw Object.assign(new Error('i/o'), { code: 'EIO' }); } });
    await writer.append({ kind: 'line' }, 'durable');
    expect(writer.problem).toBe('EIO');
    failing = false;
    await until(async () => {
      await clock.advance(1000);
      return writer.problem === '' && writer.waiting === 0;
    }, 'the line to be written');
    expect(await kinds()).toEqual(['line', 'audit-interrupted']);
    expect((await verifyAuditLog({ directory: world.path })).ok).toBe(true);
  });

  it('to answer holds nobody up for longer than the time given to it', async () => {
    let answer: () => void = () => undefined;
    const hanging = new Promise<void>((resolve) => { answer = resolve; });
    const { writer, clock } = await writerOn({ sync: () => hanging });
    let released = false;
    const waiting = writer.append({ kind: 'line' }, 'durable').then(() => { released = true; });
    await clock.advance(9_000);
    await writer.check();
    expect(released).toBe(false);
    await clock.advance(2_000);
    await writer.check();
    await waiting;
    expect(writer.problem).toContain('has not answered for 10000 ms');
    answer();
    await until(() => writer.problem === '' && writer.waiting === 0, 'the disk to be well again');
    expect(await kinds()).toEqual(['line', 'audit-interrupted']);
  });
});

describe('retention', () => {
  const day = 86_400_000;
  const files: KeptFile[] = [1, 2, 3, 4, 5].map((number) => ({ number, path: `/a/${number}`, size: 100, changed: number * day }));
  const removed = (...args: Parameters<typeof filesToRemove>): number[] => filesToRemove(...args).files.map(({ number }) => number);

  it.each<[string, Parameters<typeof filesToRemove>, number[]]>([
    ['removes nothing without limits', [files, {}, 5, 100 * day], []],
    ['keeps so many files', [files, { keepFiles: 3 }, 5, 6 * day], [1, 2]],
    ['removes what is older than so many days', [files, { keepDays: 3 }, 5, 6 * day], [1, 2]],
    ['keeps all together below a size', [files, { keepSize: 250 }, 5, 6 * day], [1, 2, 3]],
    ['never removes the file that is written', [files, { keepFiles: 1, keepDays: 1, keepSize: 1 }, 6, 100 * day], [1, 2, 3, 4]],
    ['keeps what is not shipped yet', [files, { keepFiles: 1 }, 3, 6 * day], [1, 2]],
    ['but not beyond the size', [files, { keepFiles: 1, keepSize: 250 }, 2, 6 * day], [1, 2, 3]],
  ])('%s', (_title, args, expected) => {
    expect(removed(...args)).toEqual(expected);
  });

  it('says when what it removes was not shipped', () => {
    expect(filesToRemove(files, { keepSize: 250 }, 2, 0).isUnshipped).toBe(true);
    expect(filesToRemove(files, { keepSize: 250 }, 5, 0).isUnshipped).toBe(false);
  });
});
