import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const run = promisify(execFile);
const ROOT = join(import.meta.dirname, '../..');
/** What a connector and its contract test need of the repository. */
const COPIED = ['connectors', 'protocol', 'test', 'docs/connectors', 'scripts', 'package.json', 'tsconfig.json', 'vitest.config.ts'];

let copy: string;
beforeAll(async () => {
  await mkdir(join(ROOT, 'var'), { recursive: true });
  copy = await mkdtemp(join(ROOT, 'var/new-connector-'));
  for (const path of COPIED) await cp(join(ROOT, path), join(copy, path), { recursive: true });
  await symlink(join(ROOT, 'node_modules'), join(copy, 'node_modules'));
});
afterAll(() => rm(copy, { recursive: true, force: true }));

const generate = (...options: readonly string[]) => run(process.execPath, [join(ROOT, 'scripts/new-connector.mjs'), ...options, '--into', copy]);

describe('npm run new-connector', () => {
  it.each([['example', '--rest'], ['by-hand', '--native']])('%s %s gives a connector that keeps the contract at once', async (id, kind) => {
    await generate(id, kind);
    const registry = await readFile(join(copy, 'connectors/registry.ts'), 'utf8');
    const ids = [...registry.matchAll(/^ {2}'?([a-z0-9-]+)'?: \(\) => import/gm)].map(([, each]) => each);
    expect(ids).toContain(id);
    expect(ids).toEqual([...ids].sort());
    const { stdout } = await run(process.execPath, ['node_modules/vitest/vitest.mjs', 'run', '--root', copy, '--project', 'unit', `test/connectors/${id}/contract.test.ts`], { cwd: copy });
    expect(stdout).toMatch(/Tests.*14 passed/);
  }, 180_000);

  it.each([[['box', '--rest'], /already/], [['Not_Kebab', '--rest'], /no kebab-case name/], [['example'], /Use:/]])('refuses %j', async (options, message) => {
    await expect(generate(...options)).rejects.toThrow(message);
  });
});
