import { appendFile, chmod, mkdir, readFile, readdir, rm, stat, truncate, utimes, writeFile } from 'node:fs/promises';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { verifyAuditLog } from '../../../../agent/audit/read/verify.js';
import { FakeClock } from '../../../support/fake-clock.js';
import { AuditWorld, deletion } from '../../../support/audit-world.js';
import { until } from '../../../support/until.js';

let world: AuditWorld;
beforeEach(async () => { world = await AuditWorld.make(); });
afterEach(() => world.remove());

const kinds = async (): Promise<unknown[]> => (await world.records()).map(({ kind }) => kind);

describe('a line', () => {
  it('holds the SHA-256 of the previous line\'s hash and its own content, as canonical JSON', async () => {
    const log = await world.open();
    await log.operation(deletion('u1'));
    await log.operation(deletion('u2'));
    let previous = '0'.repeat(64);
    for (const line of await world.lines('audit-00000001.jsonl')) {
      const content = line.slice(0, line.lastIndexOf(',"hash":'));
      const expected = createHash('sha256').update(`${previous}${content}`).digest('hex');
      expect(line).toBe(`${content},"hash":"${expected}"}`);
      const members = Object.keys(JSON.parse(line) as object).slice(0, -1);
      expect(members).toEqual([...members].sort());
      previous = expected;
    }
  });

  it('tells who did what to which object, with which outcome', async () => {
    const log = await world.open();
    const record = deletion('uid=a', { operationId: 'op-7', system: 'abc', targets: ['ldap.example:636'], name: 'anna', outcome: 'failed', error: 'x.UnknownUidException', attributes: ['mail', 'sn'] });
    await log.operation(record);
    expect((await world.records()).at(-1)).toMatchObject({
      kind: 'operation', operation: 'delete', operationId: 'op-7', system: 'abc', targets: ['ldap.example:636'], objectClass: '__ACCOUNT__', uid: 'uid=a', name: 'anna',
      principal: 'controller-1', session: 'S', messageId: 1, ms: 3, outcome: 'failed', error: 'x.UnknownUidException', attributes: ['mail', 'sn'], seq: 2,
      at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/) as string,
    });
  });

  it('cannot be forged by a value with a line break, a quote or a whole line in it', async () => {
    const log = await world.open();
    const forged = '{"at":"2026-01-01T00:00:00.000Z","kind":"operation","outcome":"ok","seq":3,"hash":"0"}';
    await log.operation(deletion(`u\n${forged}\n`, { principal: '","seq":99,"hash":"', name: '\u001b[31m' }));
    const lines = await world.lines('audit-00000001.jsonl');
    expect(lines).toHaveLength(2);
    expect(JSON.parse(lines[1]!)).toMatchObject({ uid: `u\n${forged}\n`, principal: '","seq":99,"hash":"', seq: 2 });
    expect((await verifyAuditLog({ directory: world.path })).ok).toBe(true);
  });

  it('is never longer than a reader takes: long texts are cut, endless lists too, and both say so', async () => {
    const log = await world.open();
    await log.operation(deletion('x'.repeat(100_000), { attributes: Array.from({ length: 100_000 }, (_, n) => `a${n}`) }));
    await log.operation(deletion('u', { attributes: Array.from({ length: 300 }, () => '\u0000'.repeat(5000)) }));
    await log.event({ kind: 'some-event', detail: { list: Array.from({ length: 500 }, () => 'y'.repeat(3000)) } });
    const lines = await world.lines('audit-00000001.jsonl');
    for (const line of lines) expect(line.length).toBeLessThan(262_144);
    expect(JSON.parse(lines[1]!)).toMatchObject({ uid: expect.stringContaining('… (100000 characters)') as string });
    expect(JSON.parse(lines[2]!)).toMatchObject({ isShortened: true, uid: 'u' });
    expect((await verifyAuditLog({ directory: world.path })).ok).toBe(true);
  });
});

describe('files', () => {
  it('are readable for their owner only, in a directory that is too', async () => {
    const log = await world.open();
    await log.operation(deletion('u'));
    expect((await stat(world.path)).mode & 0o777).toBe(0o700);
    for (const name of await readdir(world.path)) expect((await stat(join(world.path, name))).mode & 0o077).toBe(0);
  });

  it('go on with the chain and the numbers after a restart and a rotation', async () => {
    for (let start = 0; start < 3; start++) {
      const log = await world.open({ rotateSize: 2000 });
      for (let n = 0; n < 5; n++) await log.operation(deletion(`u${start}-${n}`));
      await log.close();
    }
    expect((await world.files()).length).toBeGreaterThan(1);
    expect((await world.records()).map(({ seq }) => seq)).toEqual((await world.records()).map((_, index) => index + 1));
    expect(await verifyAuditLog({ directory: world.path })).toMatchObject({ ok: true });
  });

  it('begin anew when the old one is of age', async () => {
    const log = await world.open({ rotateAge: 30 });
    await log.operation(deletion('u1'));
    await until(async () => {
      await log.operation(deletion('u2'));
      return (await world.files()).length > 1;
    }, 'a second file');
    expect((await verifyAuditLog({ directory: world.path })).ok).toBe(true);
  });

  it('are written by one process only', async () => {
    await world.open();
    await expect(world.open()).rejects.toThrow(/two agents cannot share an audit log/);
  });

  it('are taken over from a machine that is gone, not from one that is there', async () => {
    await mkdir(world.path, { recursive: true });
    const lock = join(world.path, 'lock');
    await writeFile(lock, JSON.stringify({ pid: 1, host: 'another-container', began: '1' }));
    const old = new Date(Date.now() - 60_000);
    const opening = world.open();                       // it waits: the lock is fresh
    await until(async () => (await readFile(lock, 'utf8')).includes('another-container'), 'the lock');
    await utimes(lock, old, old);
    const log = await opening;
    await log.operation(deletion('u'));
    expect(JSON.parse(await readFile(lock, 'utf8'))).toMatchObject({ pid: process.pid });
  });

  it('are taken over from a process that is gone', async () => {
    await mkdir(world.path, { recursive: true });
    const { hostname } = await import('node:os');
    await writeFile(join(world.path, 'lock'), JSON.stringify({ pid: process.pid, host: hostname(), began: 'another time' }));
    const log = await world.open();
    await log.operation(deletion('u'));
    expect(await kinds()).toEqual(['file-begun', 'operation']);
  });
});

describe('after a crash', () => {
  const lastFile = async (): Promise<string> => join(world.path, (await world.files()).at(-1)!);

  it('a torn line is set aside, told of, and the chain goes on', async () => {
    let log = await world.open();
    await log.operation(deletion('u1'));
    await log.close();
    const torn = '{"at":"2026-11-22T00:00:00.000Z","kind":"operation","torn';
    await appendFile(await lastFile(), torn);
    log = await world.open();
    await log.operation(deletion('u2'));
    await log.close();
    expect(await kinds()).toEqual(['file-begun', 'operation', 'audit-torn-line', 'operation']);
    const aside = (await readdir(world.path)).find((name) => name.startsWith('torn-'));
    expect(await readFile(join(world.path, aside!), 'latin1')).toBe(torn);
    expect((await world.records())[2]).toMatchObject({ detail: { bytes: torn.length, keptIn: aside } });
    const report = await verifyAuditLog({ directory: world.path });
    expect(report).toMatchObject({ ok: true, faults: [] });
    expect(report.notes.join()).toContain('cut short by a crash');
  });

  it('what a power cut left as zeros is set aside, whole lines behind it too', async () => {
    let log = await world.open();
    for (let n = 0; n < 5; n++) await log.operation(deletion(`u${n}`));
    await log.close();
    const path = await lastFile();
    const bytes = await readFile(path);
    await appendFile(path, Buffer.concat([Buffer.alloc(700), Buffer.from('\n'), bytes.subarray(bytes.indexOf(0x0a) + 1)]));
    log = await world.open();
    await log.operation(deletion('after'));
    await log.close();
    expect((await kinds()).filter((kind) => kind === 'audit-torn-line')).toHaveLength(1);
    expect((await verifyAuditLog({ directory: world.path })).ok).toBe(true);
  });

  it('lines behind a head that was not brought up to date are kept', async () => {
    let log = await world.open();
    await log.operation(deletion('u1'));
    const head = await readFile(join(world.path, 'head.json'));
    for (let n = 2; n < 6; n++) await log.operation(deletion(`u${n}`));
    await log.close();
    await writeFile(join(world.path, 'head.json'), head);
    log = await world.open();
    await log.operation(deletion('u6'));
    await log.close();
    expect((await world.records()).slice(1).map(({ uid }) => uid)).toEqual(['u1', 'u2', 'u3', 'u4', 'u5', 'u6']);
    expect(await verifyAuditLog({ directory: world.path })).toMatchObject({ ok: true, notes: [] });
  });

  it('lines that are missing at the end are told of, and a check finds that', async () => {
    let log = await world.open();
    for (let n = 0; n < 4; n++) await log.operation(deletion(`u${n}`));
    await log.close();
    const path = await lastFile();
    const lines = await world.lines('audit-00000001.jsonl');
    await truncate(path, lines.slice(0, -2).reduce((sum, line) => sum + line.length + 1, 0));
    log = await world.open();
    await log.close();
    expect((await world.records()).at(-1)).toMatchObject({ kind: 'audit-lines-missing', detail: { expected: 5, found: 3 } });
    expect(world.log.at('error').join()).toContain('not found as it should be');
    const report = await verifyAuditLog({ directory: world.path });
    expect(report.faults.map(({ kind, line }) => [kind, line])).toEqual([['told', 4]]);
  });

  it('a line that was changed while the agent was down is told of, and stays as it is for the check', async () => {
    let log = await world.open();
    for (let n = 0; n < 4; n++) await log.operation(deletion(`u${n}`));
    await log.close();
    await rm(join(world.path, 'head.json'));
    const lines = await world.lines('audit-00000001.jsonl');
    lines[2] = lines[2]!.replace('u1', 'u9');
    await world.write('audit-00000001.jsonl', lines);
    log = await world.open();
    await log.close();
    expect(await kinds()).toEqual(expect.arrayContaining(['audit-head-amiss', 'audit-chain-broken']));
    expect((await verifyAuditLog({ directory: world.path })).faults[0]).toMatchObject({ kind: 'changed', line: 3 });
  });

  it('a file whose first line was torn is begun again', async () => {
    let log = await world.open();
    await log.operation(deletion('u1'));
    await log.close();
    await writeFile(join(world.path, 'audit-00000002.jsonl'), '{"at":"20');
    log = await world.open({ rotateSize: 1 });
    await log.operation(deletion('u2'));
    await log.close();
    expect(await verifyAuditLog({ directory: world.path })).toMatchObject({ ok: true, files: 3 });
  });
});

describe('group commit', () => {
  it('answers any number of concurrent operations, in order, each when its line is there', async () => {
    const log = await world.open({ fsync: 'always' });
    const seen: string[] = [];
    await Promise.all(Array.from({ length: 5000 }, async (_, n) => {
      await log.operation(deletion(`u${n}`));
      seen.push(`u${n}`);
    }));
    expect(log.status()).toMatchObject({ sequence: 5001, waiting: 0, lost: 0 });
    expect((await world.records()).slice(1).map(({ uid }) => uid)).toEqual(Array.from({ length: 5000 }, (_, n) => `u${n}`));
    expect(seen).toHaveLength(5000);
  });

  it('has the line in the file when an operation is answered', async () => {
    const log = await world.open({ fsync: 'interval' });
    for (let n = 0; n < 20; n++) {
      await log.operation(deletion(`u${n}`));
      expect((await world.records()).at(-1)).toMatchObject({ uid: `u${n}` });
    }
  });

  it('loses nothing on closing, when nobody waited for the lines', async () => {
    const log = await world.open({ fsync: 'never' });
    for (let n = 0; n < 1000; n++) void log.operation(deletion(`u${n}`));
    await log.close();
    expect(await verifyAuditLog({ directory: world.path })).toMatchObject({ ok: true, last: 1001 });
  });
});

describe('a check while the agent writes', () => {
  it('finds nothing amiss, however often files are begun and removed', async () => {
    const log = await world.open({ fsync: 'interval', rotateSize: 20_000, retention: { keepFiles: 4 } });
    let isWriting = true;
    const writing = (async () => {
      for (let n = 0; isWriting; n++) {
        await log.operation(deletion(`u${n}`));
        await new Promise((resolve) => { setImmediate(resolve); });
      }
    })();
    try {
      for (let check = 0; check < 15; check++) expect((await verifyAuditLog({ directory: world.path })).faults).toEqual([]);
    } finally {
      isWriting = false;
      await writing;
    }
    expect(log.status()).toMatchObject({ problem: '', lost: 0 });
    expect(log.status().sequence).toBeGreaterThan(15);
  });
});

describe('retention', () => {
  it('removes old files, says so before it does, and a check accepts that', async () => {
    const log = await world.open({ rotateSize: 2000, retention: { keepFiles: 3 } });
    for (let n = 0; n < 60; n++) await log.operation(deletion(`u${n}`));
    await until(async () => (await world.files()).length <= 4, 'old files to go');
    await log.close();
    expect((await world.files())[0]).not.toBe('audit-00000001.jsonl');
    const report = await verifyAuditLog({ directory: world.path });
    expect(report).toMatchObject({ ok: true, faults: [] });
    expect(report.notes.join()).toContain('old files were removed as configured');
  });

  it('keeps all files together below a size', async () => {
    const log = await world.open({ rotateSize: 2000, retention: { keepSize: 8000 } });
    for (let n = 0; n < 200; n++) await log.operation(deletion(`u${n}`));
    await log.close();
    const sizes = await Promise.all((await world.files()).map(async (name) => (await stat(join(world.path, name))).size));
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(12_000);
    expect((await verifyAuditLog({ directory: world.path })).ok).toBe(true);
  });
});

describe('an anchor', () => {
  it('is written now and then, and only when there is something new', async () => {
    const clock = new FakeClock();
    const log = await world.open({ anchorInterval: 5000, clock, writeTimeout: 1_000_000 });
    await log.operation(deletion('u1'));
    await clock.advance(6000);
    await until(async () => (await kinds()).includes('audit-anchor'), 'an anchor');
    await clock.advance(60_000);
    await log.operation(deletion('u2'));
    expect(await kinds()).toEqual(['file-begun', 'operation', 'audit-anchor', 'operation']);
    await log.close();
  });
});

describe('a directory that cannot be used', () => {
  it('keeps the log from opening', async () => {
    await writeFile(join(world.directory, 'audit'), 'a file');
    await expect(world.open()).rejects.toThrow(/EEXIST|ENOTDIR/);
    await chmod(join(world.directory, 'audit'), 0o600);
  });
});
