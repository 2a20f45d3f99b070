import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CertificateJudge } from '../../../../controller/enrolment/certificate-judge.js';
import { CertificateRegister, type NewCertificate } from '../../../../controller/enrolment/certificate-register.js';
import { importRegister, requireOwnRegister } from '../../../../controller/enrolment/import-register.js';
import { RegisterTable } from '../../../../controller/enrolment/register-table.js';
import { silentLog } from '../../../../controller/log.js';
import type { Database } from '../../../../controller/store/database/database.js';
import { DatabaseUnavailable } from '../../../../controller/store/database/database-errors.js';
import { trustBundle } from '../../../../certs/trust-bundle.js';
import { testDatabase } from '../../../support/test-database.js';

/** Registers of several controllers over one database. */

const HOUR = 3_600_000;
let database: Database;
let folder: string;
let clock: number;
let isAway: boolean;
const calendar = 1_800_000_000_000;

beforeEach(async () => {
  database = await testDatabase();
  folder = await mkdtemp(join(tmpdir(), 'causeway-register-table-'));
  clock = 0;
  isAway = false;
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** The database as one controller reaches it: not at all while it is away. */
function reached(): Database {
  const gone = (): Promise<never> => Promise.reject(new DatabaseUnavailable('it is away'));
  return { ...database, kind: 'postgresql', query: (sql, values) => (isAway ? gone() : database.query(sql, values)), transaction: (work, signal) => (isAway ? gone() : database.transaction(work, signal)) };
}
const controller = (): CertificateRegister => new CertificateRegister(new RegisterTable(reached(), () => clock), () => calendar);
let count = 0;
function certificate(key: string): NewCertificate {
  count += 1;
  return { fingerprint: count.toString(16).padStart(64, '0'), serial: `A${count}`, issuer: 'cd'.repeat(32), keyHash: Buffer.from(key).toString('hex').padEnd(64, '0'), notAfter: calendar + 30 * 24 * HOUR, pem: 'PEM', given: 'r1' };
}
const token = (at: CertificateRegister, agent: string) => at.createToken({ agent, life: HOUR, url: 'https://cloud.example', fingerprint: 'ab'.repeat(32), others: 'kept' });
async function enrolled(at: CertificateRegister, agent: string): Promise<string> {
  const exchange = await at.redeem((await token(at, agent)).id, certificate(`${agent}${count}`), undefined);
  if (!('record' in exchange)) throw new Error(exchange.outcome);
  return exchange.record.fingerprint;
}

describe('a register that controllers share', () => {
  it('gives one certificate for a token that is used at all of them at once', async () => {
    const controllers = [controller(), controller(), controller()];
    const { id } = await token(controllers[0] as CertificateRegister, 'site1');
    const outcomes = (await Promise.all(controllers.map((each, index) => each.redeem(id, certificate(`key${index}`), undefined)))).map(({ outcome }) => outcome);
    expect(outcomes.sort()).toEqual(['issued', 'stolen', 'stolen']);
    for (const each of controllers) {
      await each.refresh();
      expect(each.state.certificates.size).toBe(1);
    }
  });

  it('tells of enrolments and revocations of the others', async () => {
    const [a, b] = [controller(), controller()];
    const fingerprint = await enrolled(a, 'site1');
    expect(await b.refresh()).toBe(true);
    expect(b.state.certificates.get(fingerprint)?.agent).toBe('site1');
    await b.revokeAgent('site1');
    const before = a.version;
    expect(await a.refresh()).toBe(true);
    expect(a.version).not.toBe(before);
    expect(a.state.certificates.get(fingerprint)?.revokedAt).toBe(calendar);
    expect(await a.refresh()).toBe(false);
  });

  it('enrols nobody while the database is away, and a token that was tried is as good as before', async () => {
    const a = controller();
    const { id } = await token(a, 'site1');
    isAway = true;
    await expect(a.redeem(id, certificate('k'), undefined)).rejects.toThrow('it is away');
    expect(a.state.certificates.size).toBe(0);
    isAway = false;
    expect((await a.redeem(id, certificate('k'), undefined)).outcome).toBe('issued');
  });

  it('is written anew without what says nothing more, and the others follow', async () => {
    const [a, b] = [controller(), controller()];
    const fingerprint = await enrolled(a, 'site1');
    await b.refresh();
    for (let round = 0; round < 600; round += 1) {
      await a.revokeAgent('other');
      await a.restoreAgent('other');
    }
    await a.compact();
    const [{ rows } = { rows: 0 }] = await database.query<{ rows: number }>('SELECT count(*)::int AS rows FROM certificate_event');
    expect(rows).toBeLessThan(10);
    await enrolled(a, 'site2');
    await b.refresh();
    expect([...b.state.certificates.values()].map(({ agent }) => agent)).toEqual(['site1', 'site2']);
    expect(b.state.certificates.has(fingerprint)).toBe(true);
  }, 60_000);

  it('is refused when a part of it is damaged, and what was known before stays', async () => {
    const a = controller();
    await enrolled(a, 'site1');
    await database.query(`INSERT INTO certificate_event VALUES (99, '{"kind":"revoked')`);
    await database.query('UPDATE certificate_register SET last = 99');
    await expect(a.refresh()).rejects.toThrow('event 99 of its register of certificates is damaged');
    expect(a.state.certificates.size).toBe(1);
  });
});

describe('a judge whose register cannot be read', () => {
  const shown = { name: 'site1', fingerprint: '', serial: 'A1', notAfter: Number.POSITIVE_INFINITY, chain: [], group: undefined } as never;

  it('lets nobody in before it was read once', () => {
    const judge = new CertificateJudge(controller(), () => ({ bundle: trustBundle(), lists: undefined }));
    expect(judge.certificate(shown, { isNew: true })).toMatchObject({ counts: false, fault: 'unknown' });
    expect(judge.revokedName('site1')).toContain('was not read yet');
  });

  it('goes by what it knows for the time that is set, and by nothing after it', async () => {
    const register = controller();
    await register.refresh();
    const judge = new CertificateJudge(register, () => ({ bundle: trustBundle(), lists: undefined }), { grace: HOUR });
    clock = HOUR;
    expect(judge.revokedName('site1')).toBeUndefined();
    clock = HOUR + 1;
    expect(judge.revokedName('site1')).toContain('could not be read for 3600 s');
    expect(judge.certificate(shown, { isNew: false })).toMatchObject({ counts: false, fault: 'unknown' });
    await register.refresh();
    expect(judge.revokedName('site1')).toBeUndefined();
  });
});

describe('a register in a file', () => {
  const inFile = (): Promise<CertificateRegister> => CertificateRegister.open(folder, () => calendar);

  it('goes into the database once, with what was revoked, and is not gone back to', async () => {
    const file = await inFile();
    const [first, second] = [await enrolled(file, 'site1'), await enrolled(file, 'site2')];
    await file.revokeAgent('site2');
    await importRegister(database, folder, silentLog);
    await importRegister(database, folder, silentLog);
    const register = controller();
    await register.refresh();
    expect(register.state.certificates.get(first)?.revokedAt).toBeUndefined();
    expect(register.state.certificates.get(second)?.revokedAt).toBe(calendar);
    await expect(requireOwnRegister(folder)).rejects.toThrow('Set store.url again');
    const [{ rows } = { rows: 0 }] = await database.query<{ rows: number }>('SELECT count(*)::int AS rows FROM certificate_event');
    expect(rows).toBe(register.state.size);
  });

  it('is not taken over twice after a crash behind the COMMIT', async () => {
    await enrolled(await inFile(), 'site1');
    await importRegister(database, folder, silentLog);
    const marker = join(folder, 'enrolment', 'register-in-database.json');
    await writeFile(marker, (await readFile(marker, 'utf8')).replace('true', 'false'));
    const register = controller();
    await register.refresh();
    const before = register.version;
    await importRegister(database, folder, silentLog);
    await register.refresh();
    expect(register.version).toBe(before);
  });

  it('lifts no revocation of the database', async () => {
    const fingerprint = await enrolled(await inFile(), 'site1');
    const copy = await mkdtemp(join(tmpdir(), 'causeway-register-copy-'));
    const other = await CertificateRegister.open(copy, () => calendar);
    await rm(join(copy, 'enrolment', 'register.jsonl'), { force: true });
    await writeFile(join(copy, 'enrolment', 'register.jsonl'), await readFile(join(folder, 'enrolment', 'register.jsonl')));
    expect(other.state.size).toBe(0);
    await importRegister(database, folder, silentLog);
    const register = controller();
    await register.refresh();
    await register.revokeSerial(register.state.certificates.get(fingerprint)?.serial ?? '', undefined);
    await importRegister(database, copy, silentLog);
    await register.refresh();
    expect(register.state.certificates.get(fingerprint)?.revokedAt).toBe(calendar);
    await rm(copy, { recursive: true });
  });

  it('that is damaged leaves the database as it was', async () => {
    const file = await inFile();
    await enrolled(file, 'site1');
    await writeFile(join(folder, 'enrolment', 'register.jsonl'), 'what\n');
    await expect(importRegister(database, folder, silentLog)).rejects.toThrow('nothing of it was taken over');
    expect(await database.query('SELECT 1 FROM certificate_event')).toEqual([]);
  });
});
