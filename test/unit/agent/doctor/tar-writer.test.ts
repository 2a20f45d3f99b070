import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { tarOf } from '../../../../agent/doctor/bundle/tar-writer.js';

const directory = mkdtempSync(join(tmpdir(), 'causeway-tar-'));
afterAll(() => rmSync(directory, { recursive: true }));

it('is read by tar: names, contents of any length, mode and time', () => {
  const contents = [0, 1, 511, 512, 513, 70_000].map((length) => Buffer.alloc(length, length % 251));
  writeFileSync(join(directory, 'a.tar'), tarOf(contents.map((content, index) => ({ name: `folder/${index}.bin`, content })), 1_700_000_000));
  execFileSync('tar', ['-xf', 'a.tar'], { cwd: directory });
  contents.forEach((content, index) => expect(readFileSync(join(directory, `folder/${index}.bin`)).equals(content)).toBe(true));
  expect(execFileSync('tar', ['-tvf', 'a.tar', '--utc'], { cwd: directory, encoding: 'utf8' })).toMatch(/^-rw------- 0\/0 +1 2023-11-14 22:13 folder\/1\.bin$/m);
});

it('refuses a name the format has no room for', () => {
  expect(() => tarOf([{ name: 'n'.repeat(101), content: Buffer.alloc(0) }], 0)).toThrow(/too long a name/);
});
