import { X509Certificate, createPrivateKey } from 'node:crypto';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CertificateError, createAuthority, openAuthority, showCertificates, writeIssued, type Authority } from '../../../certs/index.js';

const DAY = 86_400_000;
let directory: string;
let authority: Authority;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'causeway-certs-'));
  authority = await createAuthority(join(directory, 'ca'));
});
afterAll(() => rm(directory, { recursive: true, force: true }));

const mode = async (path: string): Promise<string> => ((await stat(path)).mode & 0o777).toString(8);

describe('the local authority refuses', () => {
  it('to replace an authority that exists', async () => {
    const before = await readFile(join(directory, 'ca', 'ca.key'), 'utf8');
    await expect(createAuthority(join(directory, 'ca'))).rejects.toThrow(/exists already/);
    expect(await readFile(join(directory, 'ca', 'ca.key'), 'utf8')).toBe(before);
  });

  it('to open a directory without one, and says how to make it', async () => {
    await expect(openAuthority(join(directory, 'nowhere'))).rejects.toThrow(/causeway certs init --dir .*nowhere/);
  });

  it('a controller without names, an agent with a bad name, and a life longer than its own', async () => {
    await expect(authority.issueController({ names: [] })).rejects.toThrow(CertificateError);
    await expect(authority.issueAgent({ name: 'a/b' })).rejects.toThrow(/no agent name/);
    await expect(authority.issueAgent({ name: 'a', days: 5000 })).rejects.toThrow(/outlive its authority/);
    await expect(authority.issueAgent({ name: 'a', days: -1 })).rejects.toThrow(RangeError);
  });

  it('certificates of another authority, expired, not yet valid, or for the other use', async () => {
    const other = await createAuthority(join(directory, 'other'));
    const foreign = await other.issueAgent({ name: 'a' });
    await expect(authority.verify(foreign.certificate, 'agent')).rejects.toThrow(/was not signed by/);
    const { certificate } = await authority.issueAgent({ name: 'a', days: 1 });
    await expect(authority.verify(certificate, 'agent', new Date(Date.now() + 2 * DAY))).rejects.toThrow(/expired on/);
    await expect(authority.verify(certificate, 'agent', new Date(Date.now() - DAY))).rejects.toThrow(/not valid before/);
    await expect(authority.verify(certificate, 'controller')).rejects.toThrow(/not for use by a controller/);
    await expect(authority.verify('rubbish', 'agent')).rejects.toThrow(/no X.509 certificate/);
  });
});

describe('the local authority issues', () => {
  it('a root that may sign certificates, and one level only', () => {
    const root = new X509Certificate(authority.certificate);
    expect(root.ca).toBe(true);
    expect(root.checkIssued(root)).toBe(true);
    expect(root.verify(root.publicKey)).toBe(true);
    expect(root.publicKey.asymmetricKeyDetails).toEqual({ namedCurve: 'prime256v1' });
  });

  it('controller certificates for serverAuth, with DNS names and IP addresses', async () => {
    const issued = await authority.issueController({ names: ['cloud.example', '192.0.2.7', '::1'] });
    const certificate = new X509Certificate(issued.certificate);
    const root = new X509Certificate(authority.certificate);
    expect(certificate.checkIssued(root)).toBe(true);
    expect(certificate.verify(root.publicKey)).toBe(true);
    expect(certificate.ca).toBe(false);
    expect(certificate.checkHost('cloud.example')).toBe('cloud.example');
    expect(certificate.checkHost('evil.example')).toBeUndefined();
    expect(certificate.checkIP('192.0.2.7')).toBe('192.0.2.7');
    expect(certificate.checkIP('::1')).toBe('::1');
    expect(certificate.keyUsage).toEqual(['1.3.6.1.5.5.7.3.1']);
    expect(certificate.checkPrivateKey(createPrivateKey(issued.privateKey))).toBe(true);
    await expect(authority.verify(issued.certificate, 'controller')).resolves.toBeUndefined();
  });

  it('agent certificates for clientAuth, named after agent and group', async () => {
    const issued = await authority.issueAgent({ name: 'site-1', group: 'berlin', organization: 'Example', days: 30 });
    const certificate = new X509Certificate(issued.certificate);
    expect(certificate.subject.split('\n')).toEqual(expect.arrayContaining(['CN=site-1', 'OU=berlin', 'O=Example']));
    expect(certificate.keyUsage).toEqual(['1.3.6.1.5.5.7.3.2']);
    const life = Date.parse(certificate.validTo) - Date.now();
    expect(life).toBeGreaterThan(29.9 * DAY);
    expect(life).toBeLessThan(30.1 * DAY);
    expect(Date.parse(certificate.validFrom)).toBeLessThan(Date.now() - 60_000);
  });

  it('different serial numbers, positive ones', async () => {
    const serials = await Promise.all(Array.from({ length: 8 }, async () => new X509Certificate((await authority.issueAgent({ name: 'a' })).certificate).serialNumber));
    expect(new Set(serials).size).toBe(8);
    for (const serial of serials) expect(Number.parseInt(serial.slice(0, 2), 16)).toBeLessThan(0x80);
  });

  it('the same after it was opened again from its files', async () => {
    const again = await openAuthority(join(directory, 'ca'));
    const issued = await again.issueAgent({ name: 'a' });
    await expect(authority.verify(issued.certificate, 'agent')).resolves.toBeUndefined();
  });

  it('files that only their owner reads', async () => {
    const out = join(directory, 'out');
    const paths = await writeIssued(out, 'agent', await authority.issueAgent({ name: 'a' }), authority);
    await writeIssued(out, 'agent', await authority.issueAgent({ name: 'b' }), authority);
    expect(await mode(out)).toBe('700');
    expect(await mode(join(directory, 'ca'))).toBe('700');
    expect(await mode(join(directory, 'ca', 'ca.key'))).toBe('600');
    for (const path of Object.values(paths)) expect(await mode(path)).toBe('600');
    const [summary] = await showCertificates(paths.certificate);
    expect(summary?.subject).toContain('CN=b');
    expect(summary?.usages).toEqual(['clientAuth']);
    expect(summary?.daysLeft).toBe(89);
  });
});
