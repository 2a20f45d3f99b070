import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { spawn, type ChildProcess } from 'node:child_process';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { verifyAuditLog } from '../../../../agent/audit/read/verify.js';
import { AuditWorld } from '../../../support/audit-world.js';
import { until } from '../../../support/until.js';

const run = promisify(execFile);
const DIST = resolve(process.env['CAUSEWAY_DIST'] ?? join(import.meta.dirname, '../../../../dist'));
const WRITER = join(import.meta.dirname, '../../../support/audit-writer.mjs');

/** A real process that writes an audit log; the build, not the sources. */
class Writer {
  readonly said: string[] = [];
  readonly #child: ChildProcess;

  constructor(directory: string, options: Readonly<Record<string, unknown>>) {
    this.#child = spawn(process.execPath, [WRITER, DIST, directory, JSON.stringify({ workers: 1, reads: false, pause: 0, ...options })], { stdio: ['ignore', 'pipe', 'inherit'], env: { ...process.env, NODE_OPTIONS: '' } });
    createInterface({ input: this.#child.stdout! }).on('line', (line) => { this.said.push(line); });
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  saying(word: string): string[] {
    return this.said.filter((line) => line.startsWith(`${word} `)).map((line) => line.split(' ')[1] ?? '');
  }

  async kill(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const closed = once(this.#child, 'close');
    this.#child.kill('SIGKILL');
    await closed;
  }
}

let world: AuditWorld;
let writers: Writer[];
beforeEach(async () => {
  world = await AuditWorld.make();
  writers = [];
});
afterEach(async () => {
  await Promise.all(writers.map((writer) => writer.kill()));
  await world.remove();
});

function writer(options: Readonly<Record<string, unknown>>): Writer {
  const made = new Writer(world.path, options);
  writers.push(made);
  return made;
}

const limitFiles = (pid: number, soft: number | 'unlimited'): Promise<unknown> => run('prlimit', ['--pid', String(pid), `--fsize=${soft}:unlimited`]);

describe('a process killed while it writes', () => {
  it.each(['always', 'interval'])('leaves a chain that verifies, with every line it acknowledged (fsync: %s)', async (fsync) => {
    const acknowledged: string[] = [];
    for (let round = 0; round < 8; round++) {
      const child = writer({ workers: 16, fsync, rotateSize: 65_536 });
      const most = 1 + Math.floor(Math.random() * 400);
      await until(() => child.saying('ack').length >= most, `${most} acknowledged lines`);
      await child.kill();
      acknowledged.push(...child.saying('ack'));
    }
    const log = await world.open();                     // what the last one left is recovered here
    await log.close();
    const report = await verifyAuditLog({ directory: world.path });
    expect(report.faults).toEqual([]);
    const kept = new Set((await world.records()).map(({ uid }) => uid));
    expect(acknowledged.filter((uid) => !kept.has(uid))).toEqual([]);
    expect(acknowledged.length).toBeGreaterThan(8);
  }, 120_000);
});

describe('a file that cannot grow', () => {
  it('refuses what changes something, clearly and retryably; reads go on; and everything is written when there is room again', async () => {
    const child = writer({ reads: true, pause: 5 });
    await until(() => child.saying('ack').length > 5, 'lines');
    await limitFiles(child.pid, 8192);
    await until(() => child.saying('refused').length > 5, 'refusals');
    const refusal = child.said.find((line) => line.startsWith('refused'));
    expect(refusal).toMatch(/ConnectorError retryable The audit log of this agent cannot be written \(.+\): operations that change something are refused until it can/);
    const reads = child.saying('read').length;
    await until(() => child.saying('read').length > reads + 20, 'reads to go on');
    const refused = child.saying('refused').length;
    expect((await verifyAuditLog({ directory: world.path })).faults).toEqual([]);
    await limitFiles(child.pid, 'unlimited');
    const before = child.saying('ack').length;
    await until(() => child.saying('ack').length > before + 5, 'writes to be taken again');
    await child.kill();
    const log = await world.open();
    await log.close();
    const records = await world.records();
    const kept = new Set(records.filter(({ operation }) => operation === 'delete').map(({ uid }) => uid));
    expect(child.saying('ack').filter((uid) => !kept.has(uid))).toEqual([]);
    expect(child.saying('refused').filter((uid) => kept.has(uid))).toEqual([]);
    expect(refused).toBeGreaterThan(5);
    expect(records.find(({ kind }) => kind === 'audit-interrupted')).toMatchObject({ detail: { lost: 0, reason: 'EFBIG' } });
    expect((await verifyAuditLog({ directory: world.path })).faults).toEqual([]);
  }, 60_000);

  it('lets everything go on where the configuration says so, and tells how many lines were lost', async () => {
    const child = writer({ workers: 200, pause: 1, whenUnwritable: 'go-on' });
    await until(() => child.saying('ack').length > 5, 'lines');
    await limitFiles(child.pid, 8192);
    const before = child.saying('ack').length;
    await until(() => child.saying('ack').length > before + 6000, 'operations to go on');
    expect(child.saying('refused')).toEqual([]);
    await limitFiles(child.pid, 'unlimited');
    await until(async () => (await world.records()).some(({ kind }) => kind === 'audit-interrupted'), 'the gap to be told');
    await child.kill();
    const told = (await world.records()).find(({ kind }) => kind === 'audit-interrupted');
    expect((told!['detail'] as { lost: number }).lost).toBeGreaterThan(0);
  }, 60_000);
});
