import { execFileSync } from 'node:child_process';
import { chmod, lstat, mkdir, readFile, readdir, readlink, stat, symlink, truncate, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { lockFile } from '../../../connectors/catalog/csv/storage/file-lock.js';
import { temporaryPath, writePieces } from '../../../connectors/catalog/csv/storage/write-file.js';
import { SteadyFile } from '../../../connectors/catalog/csv/storage/steady-file.js';
import { ConnectorError } from '../../../protocol/model/index.js';
import { Fixture, removeFixtures } from './fixture.js';

/** What somebody who may write in the folder of a CSV file could prepare for the agent. */

const TIMES = { wait: 200, heartbeat: 20, stale: 100 };
afterEach(removeFixtures);

const mode = async (path: string): Promise<number> => (await stat(path)).mode & 0o777;

describe('temporary files beside the data file', () => {
  it('have names nobody can guess, are made anew and for their owner only until they are complete', async () => {
    const { path } = await Fixture.of();
    const names = new Set(Array.from({ length: 200 }, () => temporaryPath(path, 'rewrite')));
    expect(names.size).toBe(200);
    for (const name of names) expect(dirname(name)).toBe(dirname(path));
    expect([...names][0]).toMatch(/\.people\.csv\.rewrite-[0-9a-f]{12}\.tmp$/);
    const source = await SteadyFile.open(path);
    const [taken = '', free = ''] = names;
    await symlink(join(dirname(path), 'victim'), taken);
    await expect(writePieces(taken, source, [Buffer.from('x')])).rejects.toMatchObject({ code: 'EEXIST' });
    await expect(stat(join(dirname(path), 'victim'))).rejects.toMatchObject({ code: 'ENOENT' });
    let modeMeanwhile = 0;
    const watched = { path, mode: source.mode, owner: source.owner, identity: source.identity, verify: async () => { modeMeanwhile = await mode(free); } } as unknown as SteadyFile;
    await writePieces(free, watched, [Buffer.from('uid\n')]);
    expect(modeMeanwhile).toBe(0o600);
    await source.close();
  });

  it('give the data file back the mode it had, not a wider one', async () => {
    const fixture = await Fixture.of();
    await chmod(fixture.path, 0o640);
    await fixture.update('ann', { mail: 'new@example.com' });
    expect(await mode(fixture.path)).toBe(0o640);
  });
});

describe('a data file reached by a link', () => {
  it('is replaced where it is: the link stays a link, and nothing is written beside it', async () => {
    const fixture = await Fixture.of();
    const elsewhere = join(fixture.directory, 'links');
    await mkdir(elsewhere);
    const link = join(elsewhere, 'people.csv');
    await symlink(fixture.path, link);
    fixture.session = await fixture.open({ csvFile: link });
    await fixture.update('ann', { mail: 'new@example.com' });
    expect((await lstat(link)).isSymbolicLink()).toBe(true);
    expect(await readlink(link)).toBe(fixture.path);
    expect(await readdir(elsewhere)).toEqual(['people.csv']);
    expect(await readFile(fixture.path, 'utf8')).toContain('new@example.com');
  });

  it.each([['a pipe', async (path: string) => { execFileSync('mkfifo', [path]); }], ['a device', (path: string) => symlink('/dev/zero', path)], ['a directory', (path: string) => mkdir(path)]])('is refused when it is %s, and soon', async (_what, make) => {
    const fixture = await Fixture.of(null);
    await make(fixture.path);
    const started = performance.now();
    await expect(fixture.uids()).rejects.toBeInstanceOf(ConnectorError);
    expect(performance.now() - started).toBeLessThan(2_000);
  });
});

describe('a lock that is none', () => {
  it.each<[string, (path: string) => Promise<unknown>]>([
    ['a pipe nobody writes to', async (path) => execFileSync('mkfifo', [path])],
    ['a link to a device without end', (path) => symlink('/dev/zero', path)],
    ['null', (path) => writeFile(path, 'null')],
    ['a list', (path) => writeFile(path, '[]')],
    ['a process id that is none', (path) => writeFile(path, '{"id":"x","pid":"1; kill","host":"h"}')],
    ['a negative process id, which would mean a whole group of processes', (path) => writeFile(path, '{"id":"x","pid":-1,"host":"h"}')],
    ['a gigabyte', async (path) => { await writeFile(path, '{"id":"'); await truncate(path, 2 ** 30); }],
  ])('%s is taken away when it shows no life, without being read to its end', async (_what, make) => {
    const { path } = await Fixture.of();
    await make(`${path}.lock`);
    const started = performance.now();
    const lock = await lockFile(`${path}.lock`, TIMES).catch((error: unknown) => error);
    // A device's time of change may move; then it counts as somebody's, and the wait ends in time.
    if (lock instanceof ConnectorError) expect(lock.kind).toBe('retryable');
    else await (lock as Awaited<ReturnType<typeof lockFile>>).release();
    expect(performance.now() - started).toBeLessThan(3_000);
  });
});

describe('a header or a row meant to flood', () => {
  it('a header of 4,000 long names is refused with a message of bounded length', async () => {
    const header = Array.from({ length: 4_000 }, (_, index) => `column ${index} ${'x'.repeat(200)}`).join(',');
    const fixture = await Fixture.of(`${header}\n`);
    const error = await fixture.uids().then(() => undefined, (failure: unknown) => failure);
    expect(error).toBeInstanceOf(ConnectorError);
    expect((error as ConnectorError).message.length).toBeLessThan(9_000);
  });

  it('more columns than any people file has are refused', async () => {
    const fixture = await Fixture.of(`${Array.from({ length: 5_000 }, (_, index) => `c${index}`).join(',')}\n`);
    await expect(fixture.uids()).rejects.toThrow(/5000 columns/);
  });
});
