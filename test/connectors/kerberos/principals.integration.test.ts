import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { tmpdir } from 'node:os';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import kerberos from '../../../connectors/catalog/kerberos/index.js';
import { ACCOUNT, Attribute, GuardedString, IcfArray, LOCK_OUT, Name, OperationOptions, PASSWORD, type ConnectorObject, type IcfValue } from '../../../protocol/model/index.js';
import { secret } from '../../support/secret-values.js';
import { startMitKdc, type MitKdc } from '../../targets/mit-kdc.js';
import { startSshd, type Sshd } from '../../targets/sshd.js';
import { Bench, failing, field, loginOf, type Calls } from '../ssh/fixture.js';

let kdc: MitKdc;
let sshd: Sshd;
let bench: Bench;

beforeAll(async () => {
  [kdc, sshd, bench] = await Promise.all([startMitKdc(), startSshd(), Bench.start()]);
  await kdc.local('addpol', '-minlength', '8', '-maxfailure', '2', 'strict');
});
afterAll(async () => {
  await bench.stop();
  await sshd.stop();
  await kdc.stop();
});

type Values = Record<string, IcfValue>;
const valueOf = (object: ConnectorObject | null, name: string) => object?.get(name)?.values?.[0];
const block = (cmd: string, more = '') => `kadmin { cmd = '${cmd}'; user = '${kdc.admin.principal.split('@')[0]}'; default_realm = '${kdc.realm}'${more} }`;
const sensitive = (password: string) => new GuardedString(`kadmin { password = '${password}' }`);

/** The ways to kadmin, each with all a configuration needs. */
const WAYS: Readonly<Record<string, () => Values>> = {
  'kadmin.local over ssh, behind sudo': () => ({ ...loginOf(sshd), customConfiguration: block(kdc.kadminLocal) }),
  'kadmin over ssh, by password': () => ({ ...loginOf(sshd), customConfiguration: block(kdc.kadmin), customSensitiveConfiguration: sensitive(kdc.admin.password) }),
  'kadmin over ssh, by keytab': () => ({
    ...loginOf(sshd), customConfiguration: `kadmin { cmd = '${kdc.kadmin}'; user = 'robot/admin'; default_realm = '${kdc.realm}'; keytab = '${kdc.robot.keytab}'; admin_server = '${kdc.adminServer}' }`,
  }),
  'kadmin.local on the agent\'s machine': () => ({ host: 'localhost', user: 'nobody', password: new GuardedString('unused-password'), customConfiguration: block(kdc.kadminLocal, "; transport = 'local'") }),
  'kadmin on the agent\'s machine, by password': () => ({
    host: 'localhost', user: 'nobody', password: new GuardedString('unused-password'), customConfiguration: block(kdc.kadmin, "; transport = 'local'"), customSensitiveConfiguration: sensitive(kdc.admin.password),
  }),
};
const principals = (way = 'kadmin.local on the agent\'s machine', changes: Values = {}): Calls => bench.facade(kerberos, { expectTimeout: 20_000n, ...WAYS[way]!(), ...changes });
const password = (name: string) => Attribute.of(PASSWORD, new GuardedString(secret(`kerberos password ${name}`)));
const full = (name: string) => `${name}@${kdc.realm}`;

describe.each(Object.keys(WAYS))('principals by %s', (way) => {
  const id = Object.keys(WAYS).indexOf(way);
  const own = (name: string) => `${name}${id}`;

  it('are tested on the whole way [kerberos 27]', async () => {
    await principals(way).test();
  });

  it('are created, shown, changed, found and deleted [kerberos 1, 2, 3, 4, 8]', async () => {
    const calls = principals(way);
    const uid = await calls.create([new Name(own('ann')), password('first'), Attribute.of('policy', 'strict'), Attribute.of('maximumTicketLife', '5h')]);
    expect(uid.value).toBe(full(own('ann')));
    expect((await kdc.kinit(uid.value, secret('kerberos password first'))).ok).toBe(true);
    expect((await failing(calls.create([new Name(own('ann')), password('first')]))).kind).toBe('alreadyExists');
    const read = await calls.get(uid.value);
    expect(read?.name.value).toBe(uid.value);
    expect(read?.get('policy')?.values).toEqual(['strict']);
    expect(read?.get('maximumTicketLife')?.values).toEqual(['0 days 05:00:00']);
    await calls.update(uid.value, [password('second'), Attribute.of('maximumRenewableLife', '2 days 00:00:00')]);
    expect((await kdc.kinit(uid.value, secret('kerberos password second'))).ok).toBe(true);
    expect((await calls.get(uid.value))?.get('maximumRenewableLife')?.values).toEqual(['2 days 00:00:00']);
    await calls.create([new Name(own('bea')), password('first')]);
    expect((await calls.search()).map((object) => object.uid.value).sort()).toEqual((await kdc.local('listprincs')).trim().split('\n').sort());
    expect((await calls.search({ kind: 'startsWith', attribute: Attribute.of('principal', 'bea') })).map((object) => object.uid.value)).toEqual([full(own('bea'))]);
    await calls.delete(own('bea'));
    await calls.delete(uid.value);
    expect(await calls.get(uid.value)).toBeNull();
    expect((await failing(calls.delete(uid.value))).kind).toBe('unknownUid');
    expect((await failing(calls.update(uid.value, [password('first')]))).kind).toBe('unknownUid');
    expect((await failing(calls.update(uid.value, []))).kind).toBe('unknownUid');
  });

  it('refuse what the policy refuses, and say so', async () => {
    const calls = principals(way);
    expect((await failing(calls.create([new Name(own('cid')), Attribute.of(PASSWORD, new GuardedString('short')), Attribute.of('policy', 'strict')]))).kind).toBe('invalidAttributeValue');
    expect(await calls.get(own('cid'))).toBeNull();
    // MIT Kerberos takes a policy nobody has made yet, and says so of the principal.
    const uid = (await calls.create([new Name(own('cid')), password('first'), Attribute.of('policy', 'to come')])).value;
    expect((await calls.get(uid))?.get('policy')?.values).toEqual(['to come [does not exist]']);
    await calls.delete(uid);
  });
});

describe('an attribute of a principal', () => {
  it('such as the password is needed by a new one [kerberos 4]', async () => {
    expect((await failing(principals().create([new Name('dan')]))).message).toMatch(/needs __PASSWORD__/);
    expect((await failing(principals().create([new Name('dan'), Attribute.of(PASSWORD, new GuardedString('a\nb'))]))).kind).toBe('invalidAttributeValue');
    expect((await failing(principals().create([new Name('dan'), Attribute.of(PASSWORD, new GuardedString(''))]))).kind).toBe('invalidAttributeValue');
  });

  it('is taken back as it is read, and cleared', async () => {
    const calls = principals();
    const uid = (await calls.create([new Name('eve'), password('first'), Attribute.of('expirationDate', '2031-02-03T04:05:06Z'), Attribute.of('passwordExpiration', '2031-02-04'), Attribute.of('policy', 'strict')])).value;
    const read = await calls.get(uid);
    expect(read?.get('expirationDate')?.values).toEqual(['Mon Feb 03 04:05:06 UTC 2031']);
    const writable = ['policy', 'expirationDate', 'passwordExpiration', 'maximumTicketLife', 'maximumRenewableLife'];
    await calls.update(uid, writable.map((name) => read!.get(name)!));
    const again = await calls.get(uid);
    for (const name of writable) expect(again?.get(name)?.values, name).toEqual(read?.get(name)?.values);
    await calls.update(uid, writable.map((name) => new Attribute(name, null)));
    const cleared = await calls.get(uid);
    expect([cleared?.get('policy')?.values, cleared?.get('expirationDate')?.values]).toEqual([['[none]'], ['[never]']]);
    expect((await kdc.kinit(uid, secret('kerberos password first'))).ok).toBe(true);
  });

  it('limits tickets [kerberos 7]', async () => {
    const calls = principals();
    await calls.create([new Name('fay'), password('first'), Attribute.of('maximumTicketLife', '600'), Attribute.of('maximumRenewableLife', '1 day 00:00:00')]);
    expect(await kdc.ticketLives(full('fay'), secret('kerberos password first'))).toEqual({ life: 600, renewable: 86_400 });
    const read = await calls.get('fay');
    expect([read?.get('maximumTicketLife')?.values, read?.get('maximumRenewableLife')?.values]).toEqual([['0 days 00:10:00'], ['1 day 00:00:00']]);
    await calls.update('fay', [Attribute.of('expirationDate', '2020-01-01T00:00:00Z')]);
    expect((await kdc.kinit(full('fay'), secret('kerberos password first'))).says).toMatch(/expired/i);
  });

  it('that the KDC keeps is read only [kerberos 6]', async () => {
    const calls = principals();
    await calls.create([new Name('gil'), password('first')]);
    const read = await calls.get('gil');
    expect(read?.get('lastPasswordChange')?.values?.[0]).toMatch(/UTC \d{4}$/);
    expect(read?.get('lastModified')?.values?.[0]).toContain(kdc.admin.principal);
    expect(read?.get('failedPasswordAttempts')?.values).toEqual(['0']);
    for (const name of ['lastPasswordChange', 'lastModified', 'lastSuccessfulAuthentication', 'lastFailedAuthentication', 'failedPasswordAttempts']) {
      expect((await failing(calls.update('gil', [Attribute.of(name, 'x')]))).message, name).toMatch(/kept by the KDC/);
    }
  });

  it('unlocks who had too many failures, and only that [kerberos 5]', async () => {
    const calls = principals();
    await calls.create([new Name('hal'), password('first'), Attribute.of('policy', 'strict')]);
    for (let attempt = 0; attempt < 2; attempt++) await kdc.kinit(full('hal'), 'wrong');
    expect((await kdc.kinit(full('hal'), secret('kerberos password first'))).ok).toBe(false);
    const locked = await calls.get('hal', [LOCK_OUT, 'failedPasswordAttempts', 'lastFailedAuthentication']);
    expect([valueOf(locked, LOCK_OUT), valueOf(locked, 'failedPasswordAttempts'), valueOf(locked, 'lastFailedAuthentication')]).toEqual([true, '2', expect.stringMatching(/UTC \d{4}$/)]);
    expect(valueOf(await calls.get('hal'), LOCK_OUT)).toBeUndefined();
    await calls.update('hal', [Attribute.of(LOCK_OUT, false)]);
    expect((await kdc.kinit(full('hal'), secret('kerberos password first'))).ok).toBe(true);
    const free = await calls.get('hal', [LOCK_OUT, 'lastSuccessfulAuthentication']);
    expect([valueOf(free, LOCK_OUT), valueOf(free, 'lastSuccessfulAuthentication')]).toEqual([false, expect.stringMatching(/UTC \d{4}$/)]);
    expect((await failing(calls.update('hal', [Attribute.of(LOCK_OUT, true)]))).kind).toBe('invalidAttributeValue');
    expect((await failing(calls.create([new Name('hal2'), password('first'), Attribute.of(LOCK_OUT, false)]))).kind).toBe('invalidAttributeValue');
  });

  it.each(['kadmin.local over ssh, behind sudo', 'kadmin on the agent\'s machine, by password'])('such as the password may hold anything a line can, by %s [kerberos 4]', async (way) => {
    const calls = principals(way);
    const odd = ` pä"ss' $HOME \`id\` \\ *? `;
    await calls.create([new Name('odd'), Attribute.of(PASSWORD, new GuardedString(odd))]);
    expect((await kdc.kinit(full('odd'), odd)).ok).toBe(true);
    await calls.delete('odd');
  });

  it('such as the name can be changed', async () => {
    const calls = principals();
    await calls.create([new Name('ida'), password('first')]);
    expect((await calls.update('ida', [new Name('ina')])).value).toBe(full('ina'));
    expect((await kdc.kinit(full('ina'), secret('kerberos password first'))).ok).toBe(true);
    expect(await calls.get('ida')).toBeNull();
  });

  it('that failed behind another says what had been done', async () => {
    const calls = principals();
    await calls.create([new Name('jan'), password('first')]);
    const error = await failing(calls.update('jan', [password('second'), Attribute.of('expirationDate', 'no such day')]));
    expect(error.message).toMatch(/the password had been changed/);
    expect(error.outcome).toBe('unknown');
  });
});

describe('names of principals', () => {
  it('may hold what shells, kadmin and patterns have a meaning for', async () => {
    const calls = principals('kadmin.local over ssh, behind sudo');
    const names = ["o'neill", 'a b', '$HOME', '-expire', 'x*', 'host/kdc.example.com', 'do"uble'];
    for (const name of names) await calls.create([new Name(name), password('first')]);
    for (const name of names) expect((await calls.get(full(name)))?.uid.value, name).toBe(full(name));
    const found = (await calls.search({ kind: 'startsWith', attribute: Attribute.of('__NAME__', 'x*') })).map(({ uid }) => uid.value);
    expect(found).toEqual([full('x*')]);
    const all = (await calls.search()).map(({ uid }) => uid.value);
    for (const name of names) expect(all, name).toContain(full(name));
    for (const name of names) await calls.delete(full(name));
  });

  it('are listed alone where nothing else is asked for, and by many with all they have', async () => {
    const calls = principals();
    for (let count = 0; count < 120; count++) await kdc.local('addprinc', '-randkey', `many${count}`);
    const many = { kind: 'contains', attribute: Attribute.of('__NAME__', 'many') } as const;
    expect(await calls.search(many, [])).toHaveLength(120);
    const whole = await calls.search(many);
    expect(whole).toHaveLength(120);
    expect(whole.every((object) => object.get('maximumTicketLife') !== undefined)).toBe(true);
  });
});

describe('the way to kadmin', () => {
  it('runs no program of the agent\'s machine but kadmin, and that without commands of the configuration\'s own', async () => {
    const marker = join(kdc.directory, 'touched');
    const own = 'kadmin.local on the agent\'s machine';
    for (const cmd of [`/usr/bin/touch ${marker}`, `${kdc.kadminLocal} ktadd -k ${marker}`, '/bin/sh']) {
      expect((await failing(principals(own, { customConfiguration: block(cmd, "; transport = 'local'"), customSensitiveConfiguration: sensitive(kdc.admin.password) }).test())).message, cmd).toMatch(/kadmin\.cmd .* by its path, without options/);
    }
    const customConfiguration = block(kdc.kadminLocal, "; transport = 'local'; sudo = true");
    for (const sudoCommand of [`/usr/bin/touch ${marker}`, `/usr/bin/sudo /usr/bin/touch ${marker}`]) {
      expect((await failing(principals(own, { customConfiguration, sudoCommand }).test())).message).toMatch(/sudoCommand is .* without options/);
    }
    expect(existsSync(marker)).toBe(false);
  });

  it('says which credentials are wrong: those of kadmin, or those of sudo [kerberos 11]', async () => {
    const kadmin = await failing(principals('kadmin over ssh, by password', { customSensitiveConfiguration: sensitive('wrong-password-4') }).test());
    expect(kadmin).toMatchObject({ kind: 'invalidCredential' });
    expect(kadmin.message).toMatch(/kadmin/);
    expect((await failing(principals('kadmin over ssh, by password', { password: new GuardedString('wrong-password-5') }).test())).kind).toBe('invalidCredential');
  });

  it('says that the principal lacks a right', async () => {
    const calls = principals('kadmin on the agent\'s machine, by password', {
      customConfiguration: `kadmin { cmd = '${kdc.kadmin}'; user = 'reader/viewer'; default_realm = '${kdc.realm}'; transport = 'local' }`, customSensitiveConfiguration: sensitive(kdc.reader.password),
    });
    expect((await calls.search()).length).toBeGreaterThan(0);
    expect((await failing(calls.create([new Name('kim'), password('first')]))).kind).toBe('permissionDenied');
  });

  it('says that kadmin is not there, or kadmind does not answer', async () => {
    expect((await failing(principals('kadmin.local over ssh, behind sudo', { customConfiguration: block('/nonexistent/kadmin.local') }).test())).kind).toBe('configuration');
    expect((await failing(principals('kadmin.local on the agent\'s machine', { customConfiguration: block('/nonexistent/kadmin.local', "; transport = 'local'") }).test())).kind).toBe('configuration');
    await kdc.pause();
    try {
      expect((await failing(principals('kadmin on the agent\'s machine, by password').test())).kind).toBe('connectionFailed');
    } finally {
      await kdc.resume();
    }
    await principals('kadmin on the agent\'s machine, by password').test();
  });

  it('needs no prompt of sudo, and no right but that to kadmin: an account that may without password will do [kerberos 12]', async () => {
    const free = await startSshd({ sudo: `NOPASSWD: ${kdc.kadminLocal}` });
    try {
      await bench.facade(kerberos, { ...loginOf(free), customConfiguration: block(kdc.kadminLocal) }).test();
      expect((await failing(bench.facade(kerberos, { ...loginOf(free), customConfiguration: block(kdc.kadmin), customSensitiveConfiguration: sensitive(kdc.admin.password) }).test())).kind).toBe('permissionDenied');
    } finally {
      await free.stop();
    }
  });

  it('shows no password in the log or on a command line', async () => {
    const said = JSON.stringify(bench.log.entries);
    for (const text of [kdc.admin.password, sshd.password, secret('kerberos password first'), secret('kerberos password second')]) expect(said).not.toContain(text);
    expect(await sshd.log()).not.toContain(kdc.admin.password);
  });
});

describe('scripts', () => {
  it('of the Java bundle stand for what is built in, wherever the sample says they are [kerberos 22, 24, 26]', async () => {
    for (const root of ['!/scripts/kerberos', 'jar:file:connectors/kerberos-connector-1.5.20.26.jar!/scripts/kerberos/']) {
      const calls = principals(undefined, { scriptRoots: new IcfArray('String', [root]) });
      await calls.test();
      expect(calls.facade.supportedOperations.has('SchemaApiOp')).toBe(true);
    }
  });

  it('are missing for authentication, user names and sync, which say so [kerberos 25]', async () => {
    const calls = principals();
    const on = { objectClass: ACCOUNT, options: OperationOptions.none };
    expect((await failing(calls.facade.perform({ kind: 'authenticate', username: 'a', password: new GuardedString('b'), ...on }, calls.call()))).kind).toBe('unsupportedOperation');
    expect((await failing(calls.facade.perform({ kind: 'resolveUsername', username: 'a', ...on }, calls.call()))).kind).toBe('unsupportedOperation');
    expect((await failing(calls.facade.perform({ kind: 'latestSyncToken', objectClass: ACCOUNT }, calls.call()))).kind).toBe('unsupportedOperation');
  });

  it('of one\'s own talk to the shell, with prompt, echo and locale as configured [kerberos 13, 14, 16, 28]', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'causeway-kerberos-scripts-'));
    try {
      await writeFile(join(folder, 'Own.js'), 'if (!await promptReady(2)) throw new Error("no prompt"); await sendln("echo got=$LC_ALL."); let seen; await expect(regexp(/got=(.*)\\.\\r/, (state) => { seen = state.getMatch(1); })); return [seen, configuration.user, scriptArguments.a]');
      const changes = { scriptRoots: new IcfArray('String', ['!/scripts/kerberos', folder]), scriptOnResourceScriptFileName: 'Own.js', setLocale: true, locale: 'C.UTF-8' };
      const calls = principals('kadmin.local over ssh, behind sudo', changes);
      expect(await calls.onResource('javascript', 'x', { a: 'b' })).toEqual(['C.UTF-8', sshd.user, 'b']);
      expect((await principals('kadmin.local over ssh, behind sudo', { ...changes, echoOff: false }).onResource('javascript', 'x') as IcfValue[])[0]).toBe('$LC_ALL');
      await calls.test();
      expect((await failing(principals('kadmin.local over ssh, behind sudo', { ...changes, prompt: 'nobody@nowhere: ', expectTimeout: 500n }).onResource('javascript', 'x'))).kind).toBe('connectionFailed');
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });

  it('wait as long as expectTimeout for what does not come, and go on where throwOperationTimeoutException is false [kerberos 17, 18]', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'causeway-kerberos-scripts-'));
    try {
      await writeFile(join(folder, 'Late.js'), 'await promptReady(2); return await expect("never comes") === TIMEOUT_EXPIRED');
      const changes = { scriptRoots: new IcfArray('String', ['!/scripts/kerberos', folder]), scriptOnResourceScriptFileName: 'Late.js', expectTimeout: 700n };
      const error = await failing(principals('kadmin.local over ssh, behind sudo', changes).onResource('javascript', 'x'));
      expect([error.kind, error.message]).toEqual(['operationTimeout', expect.stringContaining('700 ms')]);
      expect(await principals('kadmin.local over ssh, behind sudo', { ...changes, throwOperationTimeoutException: false }).onResource('javascript', 'x')).toBe(true);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });

  it('run on the SSH server, and none on the agent\'s own machine [kerberos 28]', async () => {
    expect(field(await principals('kadmin.local over ssh, behind sudo').onResource('Shell', 'id -un'), 'stdout')).toBe(`${sshd.user}\n`);
    expect((await failing(principals().onResource('Shell', 'id -un'))).kind).toBe('unsupportedOperation');
  });
});

describe('the table of properties', () => {
  it('has the defaults of Java, and keeps secrets confidential [kerberos 15, 17, 19, 20, 21]', () => {
    const { properties } = kerberos;
    expect([properties.terminalType.default, properties.connectionTimeout.default, properties.expectTimeout.default, properties.promptReadyTimeout.default]).toEqual(['vt102', 5000, 5000, 20]);
    expect([properties.authenticationType.default, properties.privateKey.default]).toEqual(['PASSWORD', []]);
    for (const name of ['password', 'passphrase', 'privateKey', 'customSensitiveConfiguration'] as const) expect(properties[name].confidential, name).toBe(true);
  });
});
