import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CertificateError, createAuthority, openAuthority } from '../../../certs/index.js';
import { readRoles } from '../../../certs/authority-directory.js';
import { withLock } from '../../../certs/exclusive-lock.js';
import { readRevocationLists } from '../../../certs/revocation-list.js';
import { activateRotation, finishRotation, prepareRotation } from '../../../certs/rotation.js';
import { certificatesOf, fingerprintOf, serialText, trustBundle } from '../../../certs/trust-bundle.js';
import * as x509 from '@peculiar/x509';
import { revocationList } from '../../support/revocation-lists.js';

let directory: string;
beforeEach(async () => { directory = await mkdtemp(join(tmpdir(), 'causeway-certs-files-')); });
afterEach(() => rm(directory, { recursive: true, force: true }));

describe('a directory for an authority', () => {
  it('is refused with a reason where none can be made, and does not keep anybody waiting', async () => {
    await expect(createAuthority('/proc/x')).rejects.toThrow(/\/proc\/x cannot be made/);
    await expect(createAuthority('/proc/x/y/z')).rejects.toThrow(CertificateError);
    await writeFile(join(directory, 'file'), '');
    await expect(createAuthority(join(directory, 'file'))).rejects.toThrow(/something else of that name/);
    await expect(createAuthority(join(directory, 'file', 'below'))).rejects.toThrow(CertificateError);
  });

  it('is made with those above it', async () => {
    await createAuthority(join(directory, 'a', 'b', 'ca'));
    expect(((await stat(join(directory, 'a', 'b'))).mode & 0o777).toString(8)).toBe('700');
  });
});

describe('a lock', () => {
  const path = (): string => join(directory, 'lock');

  it('lets one in at a time', async () => {
    let inside = 0;
    let most = 0;
    await Promise.all(Array.from({ length: 8 }, () => withLock(path(), async () => {
      most = Math.max(most, ++inside);
      await new Promise((resolve) => { setImmediate(resolve); });
      inside -= 1;
    })));
    expect(most).toBe(1);
    expect(existsSync(path())).toBe(false);
  });

  it('of a process that is gone, or that was left behind long ago, is taken over', async () => {
    const { hostname } = await import('node:os');
    await writeFile(path(), JSON.stringify({ pid: 2 ** 22 + 1, host: hostname() }));
    await expect(withLock(path(), async () => 'in')).resolves.toBe('in');
    await writeFile(path(), 'cut sho');
    await utimes(path(), 1, 1);
    await expect(withLock(path(), async () => 'in')).resolves.toBe('in');
  });

  it('is given back when what was done under it fails', async () => {
    await expect(withLock(path(), async () => { throw new Error('no'); })).rejects.toThrow('no');
    expect(existsSync(path())).toBe(false);
  });
});

describe('replacing an authority', () => {
  const ca = (): string => join(directory, 'ca');

  it('goes in its order only', async () => {
    await createAuthority(ca());
    await expect(activateRotation(ca())).rejects.toThrow(/no next authority/);
    await expect(finishRotation(ca())).rejects.toThrow(/no previous authority/);
    await prepareRotation(ca());
    await expect(prepareRotation(ca())).rejects.toThrow(/there already/);
  });

  it('signs with the old one until it is activated, trusts both until it is finished, and destroys the old key', async () => {
    const first = await createAuthority(ca());
    await prepareRotation(ca());
    const prepared = await openAuthority(ca());
    expect(prepared.certificate.trim()).toBe(first.certificate.trim());
    expect(certificatesOf(prepared.trust)).toHaveLength(2);
    await activateRotation(ca());
    const activated = await openAuthority(ca());
    const { certificate } = await activated.issueAgent({ name: 'a' });
    await expect(first.verify(certificate, 'agent')).rejects.toThrow(/was not signed by/);
    await activated.verify(certificate, 'agent');
    expect(certificatesOf(activated.trust).map(fingerprintOf)).toEqual(expect.arrayContaining(certificatesOf(prepared.trust).map(fingerprintOf)));
    expect(existsSync(join(ca(), 'ca.key'))).toBe(false);
    await finishRotation(ca());
    expect(certificatesOf((await openAuthority(ca())).trust).map(({ subject }) => subject)).toEqual(['CN=Causeway local authority 2']);
    await prepareRotation(ca());
    expect(await readRoles(ca())).toEqual({ current: 'ca-2', next: 'ca-3', previous: [], count: 3 });
  });

  it('that died before it took effect is begun anew', async () => {
    await createAuthority(ca());
    await writeFile(join(ca(), 'ca-2.key'), 'half'); // the key is written first, authorities.json last
    await prepareRotation(ca());
    await activateRotation(ca());
    await (await openAuthority(ca())).issueAgent({ name: 'a' });
  });

  it('whose state is damaged is not guessed at', async () => {
    await createAuthority(ca());
    await writeFile(join(ca(), 'authorities.json'), '{"current":"../../etc/x","previous":[],"count":1}');
    await expect(openAuthority(ca())).rejects.toThrow(/is damaged/);
  });
});

describe('revocation lists', () => {
  it('say which serial numbers of which authority; PEM, DER, and several in one file', async () => {
    const [one, two] = [await createAuthority(join(directory, 'one')), await createAuthority(join(directory, 'two'))];
    const bundle = trustBundle(one.certificate, two.certificate);
    const [first, second] = [await revocationList(join(directory, 'one'), ['0A', 'ff01']), await revocationList(join(directory, 'two'), ['0b'])];
    const [a = '', b = ''] = bundle.certificates.map(fingerprintOf);
    // Both roots have the same name: the signature decides whose list it is.
    const both = readRevocationLists(Buffer.from(first + second), bundle);
    expect([both.isRevoked(a, 'A'), both.isRevoked(a, 'FF01'), both.isRevoked(a, 'B'), both.isRevoked(b, '0B'), both.isRevoked(b, 'A'), both.count]).toEqual([true, true, false, true, false, 3]);
    const der = Buffer.from(first.replace(/-----[^-]+-----/g, ''), 'base64');
    expect(readRevocationLists(der, bundle).isRevoked(a, 'FF:01')).toBe(true);
  });

  it('are refused when they are none, of somebody else, or only a part', async () => {
    const own = await createAuthority(join(directory, 'own'));
    await createAuthority(join(directory, 'other'));
    const bundle = trustBundle(own.certificate);
    const delta = new x509.Extension('2.5.29.27', true, new Uint8Array([2, 1, 1]));
    for (const [text, reason] of [
      ['rubbish', /cannot be used/], [own.certificate, /no revocation list/], ['-----BEGIN X509 CRL-----\nAAAA\n-----END X509 CRL-----', /cannot be used/],
      [await revocationList(join(directory, 'own'), ['01'], { signer: join(directory, 'other') }), /not signed by an authority/],
      [await revocationList(join(directory, 'own'), ['01'], { extensions: [delta] }), /delta list/],
    ] as const) expect(() => readRevocationLists(Buffer.from(text), bundle)).toThrow(reason);
  });
});

describe('revocation lists as OpenSSL writes them', () => {
  /** An authority whose key and lists are OpenSSL's; `serials` are those it revoked. */
  async function openssl(key: readonly string[], list: readonly string[], serials: readonly string[]): Promise<{ readonly pem: string; readonly certificate: string }> {
    const run = promisify(execFile);
    const inside = { cwd: directory };
    await run('openssl', ['req', '-x509', '-newkey', ...key, '-nodes', '-keyout', 'k.pem', '-out', 'c.pem', '-subj', '/O=Outside/CN=Outside authority', '-days', '30'], inside);
    await writeFile(join(directory, 'index.txt'), serials.map((serial) => `R\t351231000000Z\t260101000000Z,keyCompromise\t${serial}\tunknown\t/CN=x\n`).join(''));
    await writeFile(join(directory, 'crlnumber'), '01\n');
    await writeFile(join(directory, 'ca.cnf'), '[ca]\ndefault_ca=d\n[d]\ndatabase=index.txt\ncrlnumber=crlnumber\ndefault_md=sha256\ndefault_crl_days=30\ncrl_extensions=e\n[e]\nauthorityKeyIdentifier=keyid\n');
    await run('openssl', ['ca', '-config', 'ca.cnf', '-gencrl', '-cert', 'c.pem', '-keyfile', 'k.pem', '-out', 'l.pem', ...list], inside);
    return { pem: await readFile(join(directory, 'l.pem'), 'utf8'), certificate: await readFile(join(directory, 'c.pem'), 'utf8') };
  }

  it.each([
    ['RSA', ['rsa:2048'], []], ['ECDSA and SHA-384', ['ec', '-pkeyopt', 'ec_paramgen_curve:P-384'], ['-md', 'sha384']],
  ])('are read, signed with %s', async (_what, key, list) => {
    const made = await openssl(key, list, ['0A', '1234567890ABCDEF']);
    const bundle = trustBundle(made.certificate);
    const read = readRevocationLists(Buffer.from(made.pem), bundle);
    const [authority = ''] = bundle.certificates.map(fingerprintOf);
    expect([read.count, read.isRevoked(authority, 'A'), read.isRevoked(authority, '1234567890abcdef'), read.isRevoked(authority, 'B')]).toEqual([2, true, true, false]);
    expect((read.nextUpdate?.getTime() ?? 0) - Date.now()).toBeGreaterThan(29 * 86_400_000);
  });

  it('of thirty thousand entries are read whole, in little time', async () => {
    const serials = Array.from({ length: 30_000 }, (_, index) => (0x10000000 + index * 7).toString(16).toUpperCase());
    const made = await openssl(['rsa:2048'], [], serials);
    const bundle = trustBundle(made.certificate);
    const start = performance.now();
    const read = readRevocationLists(Buffer.from(made.pem), bundle);
    expect(performance.now() - start).toBeLessThan(5_000);
    const [authority = ''] = bundle.certificates.map(fingerprintOf);
    expect(read.count).toBe(30_000);
    expect(serials.every((serial) => read.isRevoked(authority, serial))).toBe(true);
  });
});

it('a revocation list without a next update is read as it is, not as an empty one', async () => {
  const own = await createAuthority(join(directory, 'own'));
  const bundle = trustBundle(own.certificate);
  const [authority = ''] = bundle.certificates.map(fingerprintOf);
  const read = readRevocationLists(Buffer.from(await revocationList(join(directory, 'own'), ['0A'], { nextUpdate: false })), bundle);
  expect([read.count, read.isRevoked(authority, 'A'), read.nextUpdate]).toEqual([1, true, undefined]);
});

it('a revocation list with any one bit changed is refused, or says the same', async () => {
  const own = await createAuthority(join(directory, 'own'));
  const bundle = trustBundle(own.certificate);
  const [authority = ''] = bundle.certificates.map(fingerprintOf);
  const der = Buffer.from((await revocationList(join(directory, 'own'), ['0A', '0B'])).replace(/-----[^-]+-----/g, ''), 'base64');
  fc.assert(fc.property(fc.integer({ min: 0, max: der.length * 8 - 1 }), (bit) => {
    const changed = Buffer.from(der);
    changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    try {
      const read = readRevocationLists(changed, bundle);
      expect([read.isRevoked(authority, 'A'), read.isRevoked(authority, 'B'), read.count]).toEqual([true, true, 2]);
    } catch (error) {
      expect(error).toBeInstanceOf(CertificateError);
    }
  }), { numRuns: 500 });
});

describe('a trust bundle', () => {
  it('has each authority once, and a revision that names its content, not its order', async () => {
    const [one, two] = [await createAuthority(join(directory, 'one')), await createAuthority(join(directory, 'two'))];
    expect(trustBundle(one.certificate, two.certificate, one.certificate).certificates).toHaveLength(2);
    expect(trustBundle(one.certificate, two.certificate).revision).toBe(trustBundle(two.certificate, one.certificate).revision);
    expect(trustBundle(one.certificate).revision).not.toBe(trustBundle(two.certificate).revision);
  });

  it('serial numbers are compared as numbers', () => {
    expect(['0a1b', '00:0A:1B', 'A1B', '0x0a1b'].map(serialText)).toEqual(['A1B', 'A1B', 'A1B', 'A1B']);
    expect(serialText('00')).toBe('0');
  });
});

it('keys and state are their owner\'s alone', async () => {
  const ca = join(directory, 'ca');
  await createAuthority(ca);
  await prepareRotation(ca);
  await mkdir(join(directory, 'x'));
  for (const file of ['ca.key', 'ca-2.key', 'authorities.json']) expect(((await stat(join(ca, file))).mode & 0o777).toString(8)).toBe('600');
  expect(await readFile(join(ca, 'authorities.json'), 'utf8')).not.toContain('PRIVATE');
});
