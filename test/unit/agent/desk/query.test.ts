import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Writable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { MemoryTarget, memoryConnector } from '../../../support/memory-connector.js';
import { csvProvisioner } from '../../../support/provisioners.js';
import { desk, type DeskWorld } from '../../../support/desk.js';

const PEOPLE = 'uid,firstName,lastName,email,badge,password\nann,Ann,Doe,ann@example.com,1,geheim-ann-123\nbob,Bob,Roe,bob@example.com,2,geheim-bob-123\ncyd,Cyd,Doe,cyd@example.com,3,geheim-cyd-123\n';

let directory: string;
let system: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'desk-test-'));
  const file = join(directory, 'people.csv');
  await writeFile(file, PEOPLE);
  system = join(directory, 'provisioner.openicf-csv.json');
  await writeFile(system, JSON.stringify(csvProvisioner(file, 'site-1', { headerPassword: 'password' })));
});
afterEach(async () => { await rm(directory, { recursive: true, force: true }); });

const changed = async (change: object): Promise<string> => {
  const path = join(directory, 'changed.json');
  const file = csvProvisioner(join(directory, 'people.csv'), 'site-1') as Record<string, unknown>;
  await writeFile(path, JSON.stringify({ ...file, ...change }));
  return path;
};

describe('causeway connectors query, refused', () => {
  it('without a target: says how to name one', async () => {
    expect(await desk(['query'])).toMatchObject({ exit: 2, told: expect.stringContaining('--system provisioner.openicf-NAME.json, or --connector ID') as string });
  });

  it('a file that is not there, or no JSON', async () => {
    expect(await desk(['query', '--system', join(directory, 'none.json')])).toMatchObject({ exit: 2, told: expect.stringContaining('none.json cannot be read (ENOENT)') as string });
    await writeFile(join(directory, 'bad.json'), '{');
    expect(await desk(['query', '--system', join(directory, 'bad.json')])).toMatchObject({ exit: 2, told: expect.stringContaining('bad.json is no JSON') as string });
  });

  it('an object class nobody has: what was meant', async () => {
    const { exit, told } = await desk(['query', '--system', system, '--class', 'acount']);
    expect(exit).toBe(2);
    expect(told).toContain('--class acount: the system file has no such object class; did you mean account?');
  });

  it('a filter that makes no sense: where it stops', async () => {
    const { exit, told } = await desk(['query', '--system', system, '--filter', 'lastName = "Doe"']);
    expect(exit).toBe(2);
    expect(told).toContain('--filter: an operator expected at position 9\n  lastName = "Doe"\n           ^\n');
  });

  it.each([['--filter', 'lastNam eq "Doe"'], ['--attributes', 'uid,lastNam'], ['--sort', '-lastNam']])('an unknown property in %s: what was meant', async (option, value) => {
    const { exit, told } = await desk(['query', '--system', system, option, value]);
    expect(exit).toBe(2);
    expect(told).toContain(`${option}: account has no property lastNam; did you mean lastName?`);
  });

  it('an unknown configuration property: what was meant; a confidential one: never on the command line', async () => {
    expect((await desk(['test', '--connector', 'csv', '--set', 'csvFil=x'])).told).toContain('--set csvFil: csv has no configuration property of this name; did you mean csvFile?');
    const { exit, told } = await desk(['test', '--connector', 'ldap', '--set', 'host=a', '--set', 'credentials=hunter2-hunter2']);
    expect(exit).toBe(2);
    expect(told).toContain('--set credentials: this property is confidential');
    expect(told).not.toContain('hunter2');
  });

  it('a property reference nobody sets, and a value IDM has encrypted', async () => {
    const referring = await changed({ configurationProperties: { csvFile: '&{idm.csv.file}', headerUid: 'uid' } });
    expect((await desk(['query', '--system', referring])).told).toContain('no value for &{idm.csv.file}; set it in the environment');
    expect((await desk(['query', '--system', referring, '--count'], { environment: { IDM_CSV_FILE: join(directory, 'people.csv') } })).out).toBe('3\n');
    const encrypted = await changed({ configurationProperties: { csvFile: { $crypto: { type: 'x-simple-encryption', value: {} } }, headerUid: 'uid' } });
    const { exit, told } = await desk(['query', '--system', encrypted]);
    expect(exit).toBe(2);
    expect(told).toContain('configurationProperties.csvFile is encrypted ($crypto)');
    expect(told).toContain('--set-from csvFile=env:VARIABLE');
    expect((await desk(['query', '--system', encrypted, '--set-from', 'csvFile=env:FILE', '--count'], { environment: { FILE: join(directory, 'people.csv') } })).out).toBe('3\n');
  });

  it('a connector reference nothing fits', async () => {
    const { exit, told } = await desk(['test', '--system', await changed({ connectorRef: { connectorName: 'org.forgerock.openicf.csvfile.CSVFileConector', bundleName: 'b', bundleVersion: '1' } })]);
    expect(exit).toBe(2);
    expect(told).toContain('did you mean org.forgerock.openicf.csvfile.CSVFileConnector?');
  });

  it('a target that is not there: the connector says so, with its kind', async () => {
    const { exit, told } = await desk(['test', '--connector', 'ldap', '--set', 'host=127.0.0.1', '--set', 'port=1', '--set', 'baseContexts=dc=example,dc=com']);
    expect(exit).toBe(1);
    expect(told).toMatch(/\(connectionFailed: org\.identityconnectors\.framework\.common\.exceptions\.ConnectionFailedException\)/);
  });
});

describe('causeway connectors query', () => {
  it('streams objects as IDM would have them, secrets masked, and tells the time', async () => {
    const { exit, rows, told, out } = await desk(['query', '--system', system, '--class', 'account', '--filter', 'lastName eq "Doe"', '--attributes', 'uid,email,badge,password', '--json']);
    expect(exit).toBe(0);
    expect(rows).toEqual([
      { _id: 'ann', uid: 'ann', email: 'ann@example.com', badge: 1, ...rows[0]?.['password'] === undefined ? {} : { password: '********' } },
      { _id: 'cyd', uid: 'cyd', email: 'cyd@example.com', badge: 3, ...rows[1]?.['password'] === undefined ? {} : { password: '********' } },
    ]);
    expect(out).not.toContain('geheim');
    expect(told).toMatch(/2 objects; the first after .* ms in all, \d+ a second/);
    expect(told).toContain('no --config: without policy');
  });

  it('masks what a target gives in clear under the name of a secret', async () => {
    const target = new MemoryTarget();
    target.add('u1', { mail: 'a@example.com', userPassword: 'geheim-clear-1', apiToken: 'geheim-clear-2' });
    const { rows, out } = await desk(['query', '--connector', 'memory', '--set', 'host=h', '--class', '__ACCOUNT__'], memory(target));
    expect(rows).toMatchObject([{ _id: 'u1', mail: 'a@example.com', userPassword: '********', apiToken: '********' }]);
    expect(out).not.toContain('geheim');
  });

  it('--explain: what the target filtered and what was left to the facade', async () => {
    const { told } = await desk(['query', '--system', system, '--filter', 'lastName co "o"', '--sort', 'uid', '--page-size', '2', '--explain']);
    expect(told).toContain('filter at the target:');
    expect(told).toContain('filter in the facade:');
    expect(told).toContain('sent:                  not known');
  });

  it('--page-size and --cookie: page after page, none twice', async () => {
    const first = await desk(['query', '--system', system, '--page-size', '2', '--json']);
    expect(first.rows.slice(0, -1).map(({ _id }) => _id)).toEqual(['ann', 'bob']);
    const cookie = first.rows.at(-1)?.['pagedResultsCookie'];
    const second = await desk(['query', '--system', system, '--page-size', '2', '--json', '--cookie', String(cookie)]);
    expect(second.rows).toMatchObject([{ _id: 'cyd' }, { pagedResultsCookie: null }]);
  });

  it('--limit ends the search at the target', async () => {
    const target = new MemoryTarget();
    for (let number = 0; number < 5000; number++) target.add(`u${number}`);
    const { rows, told } = await desk(['query', '--connector', 'memory', '--set', 'host=h', '--class', 'account', '--limit', '3'], memory(target));
    expect(rows).toHaveLength(3);
    expect(told).toContain('3 objects, ended by --limit 3');
    expect(target.openSearches).toBe(0);
    expect(target.produced).toBeLessThan(5000);
    expect(target.openSessions).toBe(0);
  });

  it('a reader that has seen enough ends the search: no failure, and nothing is left open', async () => {
    const target = new MemoryTarget();
    for (let number = 0; number < 5000; number++) target.add(`u${number}`, { text: 'x'.repeat(200) });
    let taken = 0;
    const head = new Writable({ highWaterMark: 1024, write(_chunk, _encoding, done) {
      taken += 1;
      if (taken < 3) done();
      else done(Object.assign(new Error('write EPIPE'), { code: 'EPIPE' }));
    } });
    const { exit } = await desk(['query', '--connector', 'memory', '--set', 'host=h'], { ...memory(target), out: head });
    expect(exit).toBe(0);
    expect(target.openSearches).toBe(0);
    expect(target.openSessions).toBe(0);
    expect(target.produced).toBeLessThan(5000);
  });

  it('a reader that stands still stops the target', async () => {
    const target = new MemoryTarget();
    for (let number = 0; number < 20_000; number++) target.add(`u${number}`, { text: 'x'.repeat(500) });
    let release: (() => void) | undefined;
    const slow = new Writable({ highWaterMark: 4096, write(_chunk, _encoding, done) {
      if (release === undefined) release = () => { release = () => undefined; done(); };
      else done();
    } });
    const given = new AbortController();
    const running = desk(['query', '--connector', 'memory', '--set', 'host=h'], { ...memory(target), out: slow, signal: given.signal });
    await expect.poll(() => target.produced).toBeGreaterThan(0);
    const before = target.produced;
    await new Promise((resolve) => { setImmediate(resolve); });
    expect(target.produced).toBeLessThan(2000);
    expect(before).toBeLessThan(2000);
    given.abort(new Error('interrupted'));
    expect(await running).toMatchObject({ exit: 1, told: expect.stringContaining('Given up.') as string });
    expect(target.openSearches).toBe(0);
  });

  it('a terminal gets a table, without control characters of the target', async () => {
    const target = new MemoryTarget();
    target.add('u1', { mail: 'a\u001b[2Jb@example.com' });
    const out = Object.assign(new PassThrough(), { isTTY: true });
    let text = '';
    out.on('data', (piece: Buffer) => { text += piece.toString(); });
    await desk(['query', '--connector', 'memory', '--set', 'host=h'], { ...memory(target), out });
    expect(text).toBe('_id  __NAME__  mail\nu1   u1        a·[2Jb@example.com\n');
  });
});

function memory(target: MemoryTarget): DeskWorld {
  const connector = memoryConnector(target, { without: ['schema'] });
  return { load: (id) => Promise.resolve(id === 'memory' ? connector : undefined) };
}
