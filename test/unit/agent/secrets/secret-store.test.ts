import { chmod, chown, mkdtemp, mkdir, readFile, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { asyncProperty, assert as check, integer } from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SecretStore } from '../../../../agent/secrets/store/secret-store.js';
import { GuardedByteArray, GuardedString } from '../../../../protocol/model/index.js';

const SECRET = 'pa55-DISTINCTIVE-w\u00f6rd';
let directory: string;
let file: string;
let key: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'causeway-store-'));
  file = join(directory, 'secrets', 'store.json');
  key = join(directory, 'secrets', 'store.key');
});
afterEach(() => rm(directory, { recursive: true, force: true }));

const open = (): SecretStore => new SecretStore({ file, key: { kind: 'file', path: key } }, {});
const text = (value: string): Buffer => Buffer.from(value, 'utf8');

async function read(name: string, store = open()): Promise<string> {
  const value = await store.read(name);
  return value instanceof GuardedString ? value.reveal() : `bytes ${Buffer.from(value.reveal()).toString('hex')}`;
}

async function content(): Promise<{ format: string; version: number; keyId: string; seal: string; entries: Record<string, { sealed: string; nonce: string }> }> {
  return JSON.parse(await readFile(file, 'utf8')) as Awaited<ReturnType<typeof content>>;
}

async function changed(change: (stored: Awaited<ReturnType<typeof content>>) => void): Promise<void> {
  const stored = await content();
  change(stored);
  await writeFile(file, JSON.stringify(stored));
}

describe('the store refuses', () => {
  beforeEach(async () => {
    await open().set('a', 'text', text(SECRET));
    await open().set('b', 'text', text('other'));
  });

  it.each<[string, () => Promise<void>, RegExp]>([
    ['a file that is no JSON', () => writeFile(file, 'hello'), /store\.json is no secret store, or was cut off/],
    ['a file that was cut off', async () => writeFile(file, (await readFile(file, 'utf8')).slice(0, 200)), /was cut off/],
    ['an empty file', () => writeFile(file, ''), /was cut off/],
    ['JSON of something else', () => writeFile(file, '{"users": []}'), /no secret store of this product/],
    ['a later version', () => changed((stored) => { stored.version = 2; }), /of another version than 1/],
    ['an entry that is incomplete', () => changed((stored) => { Reflect.deleteProperty(stored.entries['a'] ?? {}, 'nonce'); }), /damaged secret store \(entries\.a\.nonce/],
    ['two entries that were swapped', () => changed((stored) => { [stored.entries['a'], stored.entries['b']] = [stored.entries['b']!, stored.entries['a']!]; }), /changed by something else/],
    ['an entry under another name', () => changed((stored) => { stored.entries['c'] = stored.entries['a']!; }), /changed by something else/],
    ['an entry that was taken out', () => changed((stored) => { Reflect.deleteProperty(stored.entries, 'b'); }), /changed by something else/],
    ['a key that others can read', () => chmod(key, 0o640), /can be read by others \(mode 640\): chmod 600/],
    ['a key that is none', () => writeFile(key, 'c2hvcnQ=\n'), /holds no key of 32 bytes/],
    ['an empty key file', () => writeFile(key, ''), /holds no key of 32 bytes/],
    ['another key', () => writeFile(key, `${Buffer.alloc(32, 7).toString('base64')}\n`), /encrypted with another key than the key file/],
    ['a key that is gone', () => rm(key), /store\.key is missing\. Restore it/],
  ])('%s', async (_title, damage, expected) => {
    await damage();
    for (const attempt of [() => open().read('a'), () => open().list(), () => open().set('c', 'text', text('x')), () => open().remove('a'), () => open().rotateKey()]) {
      const error = await (attempt() as Promise<unknown>).then(() => undefined, (reason: unknown) => reason);
      expect(String(error)).toMatch(expected);
      expect(String(error)).not.toContain(SECRET);
    }
  });

  it.each(['', '../a', 'a/../b', '.a', 'a b', 'a\n', '-a', 'a'.repeat(201), '__proto__/x/'])('the name %j', async (name) => {
    await expect(open().set(name, 'text', text('x'))).rejects.toThrow(/A name of a secret is made of/);
  });

  it('an empty value, one too large, and an unknown name', async () => {
    await expect(open().set('a', 'text', text(''))).rejects.toThrow(/a is empty/);
    await expect(open().set('a', 'binary', Buffer.alloc(65_537))).rejects.toThrow(/larger than 65536/);
    await expect(open().read('nobody')).rejects.toThrow(/has no entry nobody: add it with `causeway secrets set nobody`/);
    await expect(open().read('constructor')).rejects.toThrow(/has no entry constructor/);
    await expect(open().remove('nobody')).rejects.toThrow(/no entry nobody/);
    expect(await read('a')).toBe(SECRET);
  });

  it('any single character changed in the file, or gives the right value', async () => {
    const original = await readFile(file, 'utf8');
    await check(asyncProperty(integer({ min: 0, max: original.length - 1 }), integer({ min: 32, max: 126 }), async (at, code) => {
      await writeFile(file, `${original.slice(0, at)}${String.fromCharCode(code)}${original.slice(at + 1)}`);
      const result = await read('a').catch((error: unknown) => (error as Error).name);
      expect([SECRET, 'SecretError']).toContain(result);
    }), { numRuns: 150 });
  });
});

describe('the store keeps', () => {
  it('text and bytes of any length', async () => {
    const long = Buffer.alloc(65_536, 0xff);
    await open().set('text', 'text', text(SECRET));
    await open().set('sites/berlin/bytes', 'binary', Buffer.from([0, 255, 10, 13, 0]));
    await open().set('long', 'binary', long);
    expect(await read('text')).toBe(SECRET);
    expect(await read('sites/berlin/bytes')).toBe('bytes 00ff0a0d00');
    const value = await open().read('long');
    expect(value instanceof GuardedByteArray && Buffer.from(value.reveal()).equals(long)).toBe(true);
    expect((await open().list()).map(({ name, kind }) => [name, kind])).toEqual([['long', 'binary'], ['sites/berlin/bytes', 'binary'], ['text', 'text']]);
  });

  it('its files to itself, whole, and without clear text', async () => {
    await open().set('a', 'text', text(SECRET));
    for (const path of [file, key]) expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect((await stat(join(directory, 'secrets'))).mode & 0o777).toBe(0o700);
    const stored = await readFile(file);
    for (const form of [SECRET, Buffer.from(SECRET).toString('base64').slice(0, 20), Buffer.from(SECRET).toString('hex')]) expect(stored.includes(form)).toBe(false);
    expect(await readdir(join(directory, 'secrets'))).toEqual(['store.json', 'store.key']);
    expect(JSON.parse(stored.toString('utf8'))).toMatchObject({ format: 'causeway-secrets', version: 1 });
  });

  it('what many writers write at once', async () => {
    const names = Array.from({ length: 25 }, (_, index) => `n${index}`);
    await Promise.all(names.map((name) => open().set(name, 'text', text(`value of ${name}`))));
    expect((await open().list()).map(({ name }) => name).sort()).toEqual([...names].sort());
    for (const name of names) expect(await read(name)).toBe(`value of ${name}`);
  });

  it('nothing of a secret that was removed, and the same text never in the same form', async () => {
    await open().set('a', 'text', text(SECRET));
    const before = (await content()).entries['a']?.sealed ?? '';
    expect(await open().set('a', 'text', text(SECRET))).toBe('replaced');
    expect((await content()).entries['a']?.sealed).not.toBe(before);
    await open().remove('a');
    await expect(open().read('a')).rejects.toThrow(/no entry a/);
    expect(await open().list()).toEqual([]);
  });

  it('its files for the owner of the directory, when root makes them', async () => {
    const owner = process.getuid?.() === 0 ? 12_345 : (await stat(directory)).uid;
    await chown(directory, owner, (await stat(directory)).gid);
    await open().set('a', 'text', text(SECRET));
    await open().rotateKey();
    for (const path of [join(directory, 'secrets'), file, key]) expect((await stat(path)).uid).toBe(owner);
  });

  it('a lock that a dead process left behind from nobody', async () => {
    await open().set('a', 'text', text('1'));
    await writeFile(`${file}.lock`, JSON.stringify({ id: 'x', pid: 2 ** 22 + 17 }));
    await open().set('a', 'text', text('2'));
    expect(await read('a')).toBe('2');
  });

  it('what processes left that died while they took or took away a lock', async () => {
    await open().set('a', 'text', text('1'));
    const dead = JSON.stringify({ id: 'x', pid: 2 ** 22 + 17 });
    for (const left of ['lock.taking', 'lock.x.tmp', 'lock.taking.x.tmp']) await writeFile(`${file}.${left}`, dead);
    await open().set('a', 'text', text('2'));
    expect((await readdir(dirname(file))).filter((name) => name.startsWith(basename(file)))).toEqual([basename(file)]);
  });
});

describe('a new key', () => {
  it('replaces the old one', async () => {
    await open().set('a', 'text', text(SECRET));
    await open().set('b', 'binary', Buffer.from([1, 2]));
    const [oldKey, oldId] = [await readFile(key, 'utf8'), (await content()).keyId];
    expect(await open().rotateKey()).toBe(2);
    expect(await readFile(key, 'utf8')).not.toBe(oldKey);
    expect((await readFile(key, 'utf8')).trim().split('\n')).toHaveLength(1);
    expect((await content()).keyId).not.toBe(oldId);
    expect([await read('a'), await read('b')]).toEqual([SECRET, 'bytes 0102']);
  });

  it('may be cut off at any step: the store stays readable, and rotating again completes it', async () => {
    await open().set('a', 'text', text(SECRET));
    const [oldKey, oldStore] = [await readFile(key, 'utf8'), await readFile(file, 'utf8')];
    await open().rotateKey();
    const [newKey, newStore] = [await readFile(key, 'utf8'), await readFile(file, 'utf8')];
    for (const store of [oldStore, newStore]) {
      await writeFile(key, `${newKey}${oldKey}`);
      await writeFile(file, store);
      expect(await read('a')).toBe(SECRET);
      await open().set('b', 'text', text('x'));
      expect(await read('a')).toBe(SECRET);
      await open().rotateKey();
      expect(await read('a')).toBe(SECRET);
      const lines = (await readFile(key, 'utf8')).trim().split('\n');
      expect(lines).toHaveLength(1);
      expect([newKey.trim(), oldKey.trim()]).not.toContain(lines[0]);
    }
  });

  it('can be seen by readers while it is made', async () => {
    await open().set('a', 'text', text(SECRET));
    const store = open();
    let rotating = true;
    const rotations = (async () => {
      for (let round = 0; round < 10; round += 1) await open().rotateKey();
      rotating = false;
    })();
    let reads = 0;
    while (rotating) {
      expect(await read('a', store)).toBe(SECRET);
      reads += 1;
    }
    await rotations;
    expect(reads).toBeGreaterThan(5);
  });

  it('can be a systemd credential', async () => {
    const credentials = join(directory, 'credentials');
    await mkdir(credentials);
    const line = (fill: number): string => Buffer.alloc(32, fill).toString('base64');
    await writeFile(join(credentials, 'store-key'), `${line(1)}\n`, { mode: 0o444 });
    const store = (): SecretStore => new SecretStore({ file, key: { kind: 'credential', name: 'store-key' } }, { CREDENTIALS_DIRECTORY: credentials });
    await store().set('a', 'text', text(SECRET));
    expect(await read('a', store())).toBe(SECRET);
    await expect(store().rotateKey()).rejects.toThrow(/has the newest key of the systemd credential store-key already/);
    await writeFile(join(credentials, 'store-key'), `${line(2)}\n${line(1)}\n`, { flag: 'w' });
    expect(await store().rotateKey()).toBe(1);
    await writeFile(join(credentials, 'store-key'), `${line(2)}\n`);
    expect(await read('a', store())).toBe(SECRET);
    await expect(new SecretStore({ file, key: { kind: 'credential', name: 'store-key' } }, {}).read('a')).rejects.toThrow(/no systemd credentials here/);
  });
});
