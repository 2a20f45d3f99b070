import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { CertificateRegister } from '../../../../controller/enrolment/certificate-register.js';

let isFull = false;
vi.mock('node:fs/promises', async (importOriginal) => {
  const real = await importOriginal<typeof import('node:fs/promises')>();
  return {
    ...real,
    open: async (...parameters: Parameters<typeof real.open>) => {
      const file = await real.open(...parameters);
      if (!isFull || parameters[1] !== 'a') return file;
      const append = file.appendFile.bind(file);
      file.appendFile = async (data) => {
        await append(String(data).slice(0, 20)); // what still fitted
        throw Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' });
      };
      return file;
    },
  };
});

let folder: string;
beforeEach(async () => { folder = await mkdtemp(join(tmpdir(), 'causeway-full-')); });
afterEach(() => rm(folder, { recursive: true, force: true }));

it('a disk that is full refuses a change as a whole, and the next one finds the register in order', async () => {
  const register = await CertificateRegister.open(folder);
  await register.revokeAgent('first');
  const path = join(folder, 'enrolment', 'register.jsonl');
  const before = await readFile(path, 'utf8');
  isFull = true;
  await expect(register.revokeAgent('second')).rejects.toThrow('ENOSPC');
  isFull = false;
  expect(register.state.revokedAgents.has('second')).toBe(false);
  expect(await readFile(path, 'utf8')).toBe(before);
  await register.revokeAgent('third');
  expect([...(await CertificateRegister.open(folder)).state.revokedAgents.keys()]).toEqual(['first', 'third']);
});
