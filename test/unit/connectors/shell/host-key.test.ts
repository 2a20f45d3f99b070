import { createHmac, randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fingerprintOf, hostKeyCheck } from '../../../../connectors/engines/shell/host-key.js';
import { keysOf } from '../../../../connectors/engines/shell/known-hosts.js';

/** A key as it travels: the name of its type, then its numbers. */
function key(type: string): Buffer {
  const name = Buffer.from(type);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(name.length);
  return Buffer.concat([length, name, randomBytes(36)]);
}

const ours = key('ssh-ed25519');
const other = key('ssh-rsa');
const line = (hosts: string, bytes: Buffer, type = 'ssh-ed25519') => `${hosts} ${type} ${bytes.toString('base64')} a comment`;

describe('lines of known_hosts', () => {
  const found = (text: string, host = 'kdc.example.com', port = 22) => keysOf(text, host, port).length;

  it.each([
    ['another host', line('kdc.example.org', ours), 0], ['the host', line('kdc.example.com', ours), 1], ['a list', line('a,KDC.example.com,b', ours), 1],
    ['a pattern', line('*.example.com', ours), 1], ['a negated pattern', line('*.example.com,!kdc.example.com', ours), 0], ['one character', line('kd?.example.com', ours), 1],
    ['another port', line('[kdc.example.com]:2222', ours), 0], ['a comment', `# ${line('kdc.example.com', ours)}`, 0], ['nothing', '\n \nkdc.example.com\n', 0],
    ['a marker nobody knows', `@what ${line('kdc.example.com', ours)}`, 0], ['a revoked key', `@revoked ${line('*', ours)}`, 1],
  ])('finds what is about %s', (_what, text, count) => {
    expect(found(text)).toBe(count);
  });

  it('looks another port up in brackets, and hashed names', () => {
    expect(found(line('[kdc.example.com]:2222', ours), 'KDC.example.com', 2222)).toBe(1);
    expect(found(line('kdc.example.com', ours), 'kdc.example.com', 2222)).toBe(0);
    const salt = randomBytes(20);
    const hashed = `|1|${salt.toString('base64')}|${createHmac('sha1', salt).update('[kdc.example.com]:2222').digest('base64')}`;
    expect(found(line(hashed, ours), 'kdc.example.com', 2222)).toBe(1);
    expect(found(line(hashed, ours), 'kdc.example.org', 2222)).toBe(0);
  });
});

describe('the key a server shows', () => {
  let directory: string;
  let file: string;
  const server = { host: 'kdc.example.com', port: 2222 };
  const known = async (text: string) => {
    await writeFile(file, text);
    return hostKeyCheck({ pinned: [], knownHosts: [join(directory, 'missing'), file] }, server);
  };
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'causeway-known-hosts-'));
    file = join(directory, 'known_hosts');
  });
  afterAll(() => rm(directory, { recursive: true, force: true }));

  it('is refused when it is not known; the message says what to compare and to add', async () => {
    const refusal = (await known('')).refusal(ours);
    expect(refusal).toMatchObject({ kind: 'connectorSecurity', outcome: 'notApplied' });
    expect(refusal?.message).toContain(fingerprintOf(ours));
    expect(refusal?.message).toContain(`[kdc.example.com]:2222 ssh-ed25519 ${ours.toString('base64')}`);
    expect(refusal?.message).toContain(file);
  });

  it('is refused when another is known, or when it is revoked', async () => {
    expect((await known(line('[kdc.example.com]:2222', other, 'ssh-rsa'))).refusal(ours)?.message).toMatch(/known is another/);
    expect((await known(`${line('[kdc.example.com]:2222', ours)}\n@revoked ${line('*', ours)}`)).refusal(ours)?.message).toMatch(/revoked/);
    expect((await known(`@cert-authority ${line('*', ours)}`)).refusal(ours)?.message).toMatch(/not known/);
  });

  it('is taken when it is known, and its type asked for first', async () => {
    const check = await known(line('[kdc.example.com]:2222', other, 'ssh-rsa'));
    expect(check.refusal(other)).toBeUndefined();
    expect(check.preferred).toEqual(['rsa-sha2-512', 'rsa-sha2-256', 'ssh-rsa']);
  });

  it('is compared with the pinned fingerprints alone where there are any', async () => {
    await writeFile(file, line('[kdc.example.com]:2222', ours));
    const check = await hostKeyCheck({ pinned: [fingerprintOf(other)], knownHosts: [file] }, server);
    expect(check.refusal(ours)?.message).toMatch(/none of the pinned/);
    expect(check.refusal(other)).toBeUndefined();
    await expect(hostKeyCheck({ pinned: ['MD5:aa'], knownHosts: [] }, server)).rejects.toMatchObject({ kind: 'configuration' });
  });

  it('is not judged by a file that cannot be read', async () => {
    await expect(hostKeyCheck({ pinned: [], knownHosts: [directory] }, server)).rejects.toMatchObject({ kind: 'configuration' });
  });
});
