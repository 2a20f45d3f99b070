import { execFile } from 'node:child_process';
import { mkdir, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { placeOf, readWithin } from '../../../../connectors/engines/scripted/allowed-folders.js';
import { scriptFolder } from '../../../support/scripted.js';

const seen = vi.hoisted(() => ({ paths: [] as string[], beforeOpen: (): Promise<void> => Promise.resolve() }));
vi.mock('node:fs/promises', async (original) => {
  const real = await original<typeof import('node:fs/promises')>();
  const watched = <Name extends 'lstat' | 'readlink' | 'realpath' | 'stat'>(name: Name) => (...given: [string]) => {
    seen.paths.push(given[0]);
    return (real[name] as (path: string) => unknown)(...given);
  };
  return {
    ...real, lstat: watched('lstat'), readlink: watched('readlink'), realpath: watched('realpath'), stat: watched('stat'),
    open: async (path: string, flags: number) => {
      seen.paths.push(path);
      await seen.beforeOpen();
      return real.open(path, flags);
    },
  };
});

let allowed: string;
let outside: string;
beforeEach(async () => {
  [allowed, outside] = [await scriptFolder({ 'Create.js': 'allowed', 'hr/Create.js': 'below' }), await scriptFolder({ 'Create.js': 'outside' })];
  await symlink(outside, join(allowed, 'away'));
  await symlink(join(outside, 'Create.js'), join(allowed, 'There.js'));
  await symlink(join(outside, 'Nothing.js'), join(allowed, 'NotThere.js'));
  seen.paths.length = 0;
});
afterEach(async () => {
  seen.beforeOpen = () => Promise.resolve();
  await Promise.all([allowed, outside].map((folder) => rm(folder, { recursive: true })));
});

const read = async (path: string): Promise<string | undefined> => {
  const found = await readWithin('createScriptFileName', path, [allowed], 100);
  return found && Buffer.from(found.bytes).toString();
};
const refusal = (path: string): Promise<string> => read(path).then((text) => `it gave ${String(text)}`, (error: unknown) => (error as Error).message);
/** Of everything looked at, what is not in the folder. */
const lookedAtOutside = (): string[] => seen.paths.filter((path) => path !== allowed && !path.startsWith(`${allowed}/`));

describe('a file outside of the folders scripts may be in', () => {
  it.each<[string, () => readonly [there: string, notThere: string]]>([
    ['named', () => [join(outside, 'Create.js'), join(outside, 'Nothing.js')]],
    ['by a way back from within', () => [`${allowed}/../${outside.split('/').at(-1) ?? ''}/Create.js`, `${allowed}/../${outside.split('/').at(-1) ?? ''}/Nothing.js`]],
    ['behind a link to its folder', () => [join(allowed, 'away/Create.js'), join(allowed, 'away/Nothing.js')]],
    ['behind a link to itself', () => [join(allowed, 'There.js'), join(allowed, 'NotThere.js')]],
  ])('%s is refused in the same words whether it is there or not, and nothing out there is looked at', async (_, paths) => {
    const [there, notThere] = await Promise.all(paths().map(async (path) => (await refusal(path)).replace(path, 'it')));
    expect(there).toContain(`this agent runs no scripts from ${outside}.`);
    expect(notThere).toBe(there);
    expect(lookedAtOutside()).toEqual([]);
  });

  it('is not read when a folder on its way becomes a link between the look and the opening', async () => {
    const hr = join(allowed, 'hr');
    seen.beforeOpen = async () => {
      await rename(hr, join(allowed, 'hr-before'));
      await symlink(outside, hr);
    };
    expect(await refusal(join(hr, 'Create.js'))).toMatch(/^createScriptFileName: .* is not run/);
  });

  it('is not read when it becomes a link itself in between', async () => {
    const file = join(allowed, 'Create.js');
    seen.beforeOpen = async () => {
      await rm(file);
      await symlink(join(outside, 'Create.js'), file);
    };
    expect(await refusal(file)).not.toContain('outside');
  });
});

describe('a file within them', () => {
  it('is read, also through links that stay inside', async () => {
    await symlink('hr', join(allowed, 'current'));
    await symlink('current/Create.js', join(allowed, 'Linked.js'));
    expect([await read(join(allowed, 'Create.js')), await read(join(allowed, 'current/Create.js')), await read(join(allowed, 'Linked.js'))]).toEqual(['allowed', 'below', 'below']);
  });

  it('may be named by the folder\'s link as the agent\'s configuration has it, or by where that leads', async () => {
    const link = join(outside, 'scripts');
    await symlink(allowed, link);
    expect(await placeOf(join(link, 'Create.js'), [link])).toEqual({ within: join(allowed, 'Create.js') });
    expect(await placeOf(join(allowed, 'Create.js'), [link])).toEqual({ within: join(allowed, 'Create.js') });
  });

  it('that is not there is none, and one that is a folder, a pipe, a link in a circle or too large is told', async () => {
    await promisify(execFile)('mkfifo', [join(allowed, 'pipe.js')]);
    await mkdir(join(allowed, 'folder.js'));
    await symlink('circle.js', join(allowed, 'circle.js'));
    await writeFile(join(allowed, 'large.js'), 'x'.repeat(101));
    expect(await read(join(allowed, 'none.js'))).toBeUndefined();
    expect(await Promise.all(['pipe.js', 'folder.js', 'circle.js', 'large.js'].map((name) => refusal(join(allowed, name))))).toEqual([
      'it is no file', 'it is no file', expect.stringContaining('is not run'), 'it has 101 bytes; 100 are the most',
    ]);
  });

  it('is nowhere when no folder is named, or the one that is does not exist', async () => {
    expect(await placeOf(join(allowed, 'Create.js'), [])).toEqual({ outside: join(allowed, 'Create.js') });
    expect(await placeOf(join(allowed, 'gone/Create.js'), [join(allowed, 'gone')])).toEqual({ outside: join(allowed, 'gone/Create.js') });
  });
});
