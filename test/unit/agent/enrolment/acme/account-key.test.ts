import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { accountKey } from '../../../../../agent/enrolment/acme/account-key.js';

let folder: string;
beforeEach(async () => { folder = await mkdtemp(join(tmpdir(), 'causeway-acme-account-')); });
afterEach(() => rm(folder, { recursive: true, force: true }));

describe('the key of an ACME account', () => {
  it('is not replaced when it is damaged: the account would be lost', async () => {
    const at = join(folder, 'acme');
    await accountKey(at);
    await writeFile(join(at, 'account.key'), 'half a k');
    await expect(accountKey(at)).rejects.toThrow(/account\.key is no private key/);
    expect(await readFile(join(at, 'account.key'), 'utf8')).toBe('half a k');
  });

  it('says why it cannot be written', async () => {
    await writeFile(join(folder, 'acme'), 'a file');
    await expect(accountKey(join(folder, 'acme'))).rejects.toThrow(/cannot be read or written \((ENOTDIR|EEXIST)\)/);
  });

  it('is made once, for its owner only', async () => {
    const at = join(folder, 'acme');
    const key = await accountKey(at);
    expect(await accountKey(at)).toBe(key);
    expect([(await stat(at)).mode & 0o777, (await stat(join(at, 'account.key'))).mode & 0o777]).toEqual([0o700, 0o600]);
  });
});
