import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import ssh from '../../../connectors/catalog/ssh/index.js';
import { Attribute, ENABLE, GROUP, GuardedString, IcfArray, Name, PASSWORD, Uid, type IcfValue } from '../../../protocol/model/index.js';
import { secret } from '../../support/secret-values.js';
import { removeAccounts, testName } from '../../targets/linux-accounts.js';
import { startSshd, type Sshd } from '../../targets/sshd.js';
import { Bench, failing, field, loginOf, type Calls } from './fixture.js';

const run = promisify(execFile);
/** Users and groups of this machine. */
const tag = testName(randomBytes(2).toString('hex'));
const user = (name: string) => `${tag}-${name}`;

const SLOTS = Object.fromEntries(['create', 'delete', 'schema', 'scriptOnResource', 'search', 'test', 'update'].map((slot) => [
  `${slot}ScriptFileName`, `${slot[0]!.toUpperCase()}${slot.slice(1)}Linux.groovy`,
]));

let sshd: Sshd;
let bench: Bench;
let linux: Calls;
const configuration = (changes: Record<string, IcfValue> = {}) => ({ ...loginOf(sshd), scriptRoots: new IcfArray('String', ['!/scripts/linux']), ...SLOTS, ...changes });
beforeAll(async () => {
  sshd = await startSshd();
  bench = await Bench.start();
  linux = bench.facade(ssh, configuration());
});
afterAll(async () => {
  await removeAccounts(`${tag}-`);
  await bench.stop();
  await sshd.stop();
});

const valueOf = (object: { get(name: string): Attribute | undefined } | null, name: string) => object?.get(name)?.values;
const shadow = async (name: string) => (await run('/usr/bin/getent', ['shadow', name])).stdout.trim().split(':');

describe('users of a Linux host, by the scripts the connector brings along', () => {
  it('are tested for the way to root', async () => {
    await linux.test();
    const error = await failing(bench.facade(ssh, configuration({ sudoCommand: '/usr/bin/sudo -u nobody' })).test());
    expect(error.kind).toBe('permissionDenied');
  });

  it('are refused where names or values would mean something else', async () => {
    for (const name of ['-r', 'a:b', 'a b', 'a/b']) expect((await failing(linux.create([new Name(name)]))).kind, name).toBe('invalidAttributeValue');
    expect((await failing(linux.create([new Name(user('x')), Attribute.of('description', 'a:b')]))).kind).toBe('invalidAttributeValue');
    expect((await failing(linux.create([new Name(user('x')), Attribute.of('uid', 'abc')]))).kind).toBe('invalidAttributeValue');
    expect((await failing(linux.create([new Name(user('x')), Attribute.of('nonsense', 'a')]))).message).toMatch(/no attribute nonsense/);
    expect((await failing(linux.create([new Name(user('x')), Attribute.of('group', 'no-such-group')]))).kind).toBe('invalidAttributeValue');
    await expect(run('/usr/bin/getent', ['passwd', user('x')])).rejects.toThrow();
  });

  it('are created with all they have, and read back', async () => {
    const name = user('ann');
    const password = secret('password of ann');
    const uid = await linux.create([
      new Name(name), Attribute.of('description', "Ann O'Neill $HOME `id`"), Attribute.of('home', `/home/${name}`), Attribute.of('shell', '/bin/sh'), Attribute.of('uid', '54321'),
      Attribute.of('group', 'users'), Attribute.of('groups', 'daemon', 'games'), Attribute.of('expireDate', '2031-05-06'), Attribute.of(PASSWORD, new GuardedString(password)),
    ]);
    expect(uid.value).toBe(name);
    const read = await linux.get(name, ['uid', 'group', 'groups', 'description', 'home', 'shell', 'expireDate', ENABLE]);
    expect(valueOf(read, 'uid')).toEqual(['54321']);
    expect(valueOf(read, 'description')).toEqual(["Ann O'Neill $HOME `id`"]);
    expect(valueOf(read, 'groups')).toEqual(['daemon', 'games']);
    expect(valueOf(read, 'expireDate')).toEqual(['2031-05-06']);
    expect(valueOf(read, ENABLE)).toEqual([true]);
    expect((await shadow(name))[1]).toMatch(/^\$/);
    expect((await failing(linux.create([new Name(name)]))).kind).toBe('alreadyExists');
  });

  it('are created whole or not at all: what was made goes again when the rest is refused', async () => {
    const error = await failing(linux.create([new Name(user('half')), Attribute.of(PASSWORD, new GuardedString('lineOne-1\nlineOne-1'))]));
    expect([error.kind, error.message]).toEqual(['invalidAttributeValue', expect.stringMatching(/no line break.*deleted again/)]);
    await expect(run('/usr/bin/getent', ['passwd', user('half')])).rejects.toThrow();
    const group = await failing(linux.create([new Name(user('halves')), Attribute.of('members', 'no-such-member')], GROUP));
    expect([group.kind, group.message]).toEqual(['invalidAttributeValue', expect.stringMatching(/no-such-member.*deleted again/)]);
    expect(await linux.get(user('halves'), undefined, GROUP)).toBeNull();
  });

  it('hide nothing when sudo refuses what has to be read by root', async () => {
    const little = await startSshd({ sudo: 'NOPASSWD: /usr/bin/id' });
    try {
      const calls = bench.facade(ssh, configuration(loginOf(little)));
      await calls.test();
      expect(await calls.get('root')).not.toBeNull();
      expect((await failing(calls.get('root', [ENABLE]))).kind).toBe('permissionDenied');
      expect((await failing(calls.create([new Name(user('x'))]))).kind).toBe('permissionDenied');
    } finally {
      await little.stop();
    }
  });

  it('are changed, disabled, enabled and renamed', async () => {
    const name = user('bob');
    await linux.create([new Name(name), Attribute.of(PASSWORD, new GuardedString(secret('password of bob')))]);
    await linux.update(name, [Attribute.of('shell', '/bin/sh'), Attribute.of('groups', 'games'), Attribute.of(ENABLE, false)]);
    expect(valueOf(await linux.get(name, ['shell', 'groups', ENABLE]), ENABLE)).toEqual([false]);
    expect((await shadow(name))[7]).toBe('1');
    await linux.update(name, [Attribute.of(ENABLE, true), new Attribute('groups', null)]);
    const enabled = await linux.get(name, ['groups', ENABLE]);
    expect([valueOf(enabled, ENABLE), valueOf(enabled, 'groups')]).toEqual([[true], undefined]);
    const [, before] = await shadow(name);
    await linux.update(name, [Attribute.of(PASSWORD, new GuardedString(secret('another password of bob')))]);
    expect((await shadow(name))[1]).not.toBe(before);
    const renamed = await linux.update(name, [new Name(user('bobby'))]);
    expect(renamed.value).toBe(user('bobby'));
    expect(await linux.get(name)).toBeNull();
    await linux.delete(user('bobby'));
    expect(await linux.get(user('bobby'))).toBeNull();
  });

  it('that are not there are unknown', async () => {
    const nobody = user('nobody');
    expect(await linux.get(nobody)).toBeNull();
    expect((await failing(linux.delete(nobody))).kind).toBe('unknownUid');
    expect((await failing(linux.update(nobody, [Attribute.of('shell', '/bin/sh')]))).kind).toBe('unknownUid');
    expect((await failing(linux.update(nobody, [Attribute.of(PASSWORD, new GuardedString('longEnough-1'))]))).kind).toBe('unknownUid');
  });

  it('are found one by one and all together, as getent has them', async () => {
    const all = (await run('/usr/bin/getent', ['passwd'])).stdout.trim().split('\n').map((line) => line.split(':')[0]!).sort();
    expect((await linux.search()).map(({ uid }) => uid.value).sort()).toEqual(all);
    expect((await linux.search({ kind: 'equals', attribute: new Uid('root') })).map(({ uid }) => uid.value)).toEqual(['root']);
    expect(await linux.search({ kind: 'equals', attribute: new Uid('0') })).toEqual([]);
    expect((await linux.search({ kind: 'startsWith', attribute: Attribute.of('home', '/ro') })).map(({ uid }) => uid.value)).toEqual(['root']);
    expect((await failing(linux.search(undefined, undefined, 'printer'))).kind).toBe('unsupportedOperation');
  });
});

describe('groups of a Linux host', () => {
  it('are created, changed, found and deleted', async () => {
    const name = user('team');
    const member = user('member');
    await linux.create([new Name(member)]);
    await linux.create([new Name(name), Attribute.of('gid', '54999'), Attribute.of('members', member)], GROUP);
    expect(valueOf(await linux.get(name, undefined, GROUP), 'members')).toEqual([member]);
    expect((await failing(linux.create([new Name(name)], GROUP))).kind).toBe('alreadyExists');
    await linux.update(name, [Attribute.of('members', 'root')], GROUP, 'ADD');
    expect(valueOf(await linux.get(name, undefined, GROUP), 'members')).toEqual([member, 'root']);
    await linux.update(name, [new Attribute('members', null), Attribute.of('gid', '54998')], GROUP);
    const read = await linux.get(name, undefined, GROUP);
    expect([valueOf(read, 'gid'), valueOf(read, 'members')]).toEqual([['54998'], undefined]);
    expect((await linux.search(undefined, undefined, GROUP)).map(({ uid }) => uid.value)).toContain(name);
    await linux.delete(name, GROUP);
    expect((await failing(linux.delete(name, GROUP))).kind).toBe('unknownUid');
  });
});

describe('scripts on the server', () => {
  it('are shell scripts, their arguments variables [ssh 35]', async () => {
    const result = await linux.onResource('Shell', 'echo "$NAME"; cat /nonexistent; exit 4', { NAME: "it's $HOME" });
    expect([field(result, 'exitCode'), field(result, 'stdout')]).toEqual([4, "it's $HOME\n"]);
    expect((await failing(linux.onResource('groovy', 'x'))).kind).toBe('illegalArgument');
  });

  it('leave no password in the log or in errors', async () => {
    const said = JSON.stringify(bench.log.entries);
    for (const name of ['password of ann', 'password of bob', 'another password of bob']) expect(said).not.toContain(secret(name));
    expect(said).not.toContain(sshd.password);
  });
});
