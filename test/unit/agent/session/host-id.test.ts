import { chmod, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { keptHostId } from '../../../../agent/session/host-id.js';

let directory: string;
beforeEach(async () => { directory = await mkdtemp(join(tmpdir(), 'causeway-host-id-')); });
afterEach(() => rm(directory, { recursive: true, force: true }));

describe('the host id an agent makes for itself', () => {
  it('says where it cannot be kept', async () => {
    await expect(keptHostId(join(directory, 'missing'))).rejects.toThrow(/agent\.stateDirectory: .*missing\/host-id cannot be read or written \(ENOENT\)/);
  });

  it('takes the place of something else in its file', async () => {
    for (const content of ['', 'half', '\u0000'.repeat(36)]) {
      await writeFile(join(directory, 'host-id'), content);
      expect(await keptHostId(directory)).toMatch(/^[0-9a-f-]{36}$/);
    }
  });

  it('is the same after a restart, another in another state directory, and for the owner only', async () => {
    const first = await keptHostId(directory);
    expect(await keptHostId(directory)).toBe(first);
    const other = await mkdtemp(join(tmpdir(), 'causeway-host-id-'));
    expect(await keptHostId(other)).not.toBe(first);
    await rm(other, { recursive: true });
    expect((await stat(join(directory, 'host-id'))).mode & 0o777).toBe(0o600);
    await chmod(join(directory, 'host-id'), 0o400);
    expect((await readFile(join(directory, 'host-id'), 'utf8')).trim()).toBe(first);
  });
});
