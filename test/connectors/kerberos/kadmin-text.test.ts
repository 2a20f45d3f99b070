import { describe, expect, it } from 'vitest';
import { isLocked, lockoutPolicyIn, policyOf, principalsIn, secondsOf, timeOf } from '../../../connectors/catalog/kerberos/kadmin/kadmin-text.js';
import { kadminFailure } from '../../../connectors/catalog/kerberos/kadmin/kadmin-errors.js';
import { subsystemQuoted } from '../../../connectors/catalog/kerberos/kadmin/kadmin-client.js';
import { withRealm } from '../../../connectors/catalog/kerberos/principal-names.js';
import { principalOptions } from '../../../connectors/catalog/kerberos/principal-options.js';
import { kadminSettings } from '../../../connectors/catalog/kerberos/settings.js';
import { Attribute, ConnectorError, GuardedString } from '../../../protocol/model/index.js';

/** As MIT Kerberos 1.20.1 prints it (Debian 12). */
const PRINTED = `kadmin.local:  Principal: ann@R.TEST
Expiration date: [never]
Last password change: Sun Nov 22 13:04:05 UTC 2026
Password expiration date: [never]
Maximum ticket life: 1 day 02:03:04
Maximum renewable life: 0 days 00:00:00
Last modified: Sun Nov 22 13:04:05 UTC 2026 (admin/admin@R.TEST)
Last successful authentication: [never]
Last failed authentication: Sun Nov 22 13:05:00 UTC 2026
Failed password attempts: 3
Number of keys: 2
Key: vno 1, aes256-cts-hmac-sha1-96
Key: vno 1, aes128-cts-hmac-sha1-96
MKey: vno 1
Attributes: REQUIRES_PRE_AUTH
Policy: strict [does not exist]
kadmin.local:  kadmin.local:  Principal: bob@R.TEST
Policy: [none]
`;

describe('what kadmin prints', () => {
  it('is taken apart into principals and their lines', () => {
    const [ann, bob, ...more] = principalsIn(PRINTED);
    expect(more).toEqual([]);
    expect(ann?.get('Principal')).toBe('ann@R.TEST');
    expect(ann?.get('Last modified')).toBe('Sun Nov 22 13:04:05 UTC 2026 (admin/admin@R.TEST)');
    expect([policyOf(ann!), policyOf(bob!)]).toEqual(['strict', undefined]);
    expect(principalsIn('get_principal: nothing\n')).toEqual([]);
  });

  it('holds durations and times', () => {
    expect([secondsOf('1 day 02:03:04'), secondsOf('7 days 00:00:00'), secondsOf('10h')]).toEqual([93_784, 604_800, undefined]);
    expect([timeOf('Sun Nov 22 13:04:05 UTC 2026'), timeOf('[never]')]).toEqual([Date.UTC(2026, 10, 22, 13, 4, 5), undefined]);
  });

  it('tells whether a principal is locked', () => {
    const [ann] = principalsIn(PRINTED);
    const policy = (max: number, duration: string) => lockoutPolicyIn(`Policy: p\nMaximum password failures before lockout: ${max}\nPassword failure count reset interval: 0 days 00:00:00\nPassword lockout duration: ${duration}\n`);
    const at = Date.UTC(2026, 10, 22, 13, 10, 0);
    expect(isLocked(ann!, undefined, at)).toBe(false);
    expect(isLocked(ann!, policy(0, '0 days 00:00:00'), at)).toBe(false);
    expect(isLocked(ann!, policy(4, '0 days 00:00:00'), at)).toBe(false);
    expect(isLocked(ann!, policy(3, '0 days 00:00:00'), at)).toBe(true);
    expect(isLocked(ann!, policy(3, '0 days 00:04:00'), at)).toBe(false);
    expect(isLocked(ann!, policy(3, '0 days 00:06:00'), at)).toBe(true);
    expect(lockoutPolicyIn('get_policy: Policy does not exist')).toBeUndefined();
  });

  it.each([
    ['add_principal: Principal or policy already exists while creating "a@R".', 'alreadyExists'],
    ['get_principal: Principal does not exist while retrieving "a@R".', 'unknownUid'],
    ['change_password: Password is too short while changing password for "a@R".', 'invalidAttributeValue'],
    ["delete_principal: Operation requires ``delete'' privilege while deleting principal \"a@R\"", 'permissionDenied'],
    ['kadmin: Incorrect password while initializing kadmin interface', 'invalidCredential'],
    ['kadmin: Cannot contact any KDC for requested realm while initializing kadmin interface', 'connectionFailed'],
    ['sudo: 1 incorrect password attempt', 'invalidCredential'],
    ['/usr/bin/env: ‘/opt/kadmin’: No such file or directory', 'configuration'],
    ['something new', 'connector'],
  ])('says what is wrong: %s', (line, kind) => {
    expect(kadminFailure({ what: 'Testing' }, { exitCode: 1, signal: null, stdout: '', stderr: `[sudo 1f] WARNING\n${line}\n` })?.kind).toBe(kind);
  });

  it('leaves the outcome open when the answer to a write is lost, and only then', () => {
    const told = (line: string, readOnly = false) => kadminFailure({ what: 'x', readOnly }, { exitCode: 1, signal: null, stdout: '', stderr: `${line}\n` });
    const late = 'add_principal: Communication failure with server while creating "a@R".';
    expect(told(late)).toMatchObject({ kind: 'connectionFailed', outcome: 'unknown', retryable: false });
    expect(told(late, true)).toMatchObject({ kind: 'connectionFailed', outcome: undefined, retryable: true });
    expect(told('kadmin: Communication failure with server while initializing kadmin interface')).toMatchObject({ kind: 'connectionFailed', outcome: 'notApplied', retryable: true });
  });

  it('says nothing of a failure by warnings, and by what is tolerated', () => {
    expect(kadminFailure({ what: 'x' }, { exitCode: 0, signal: null, stdout: '', stderr: 'WARNING: no policy specified for a@R; defaulting to no policy\n' })).toBeUndefined();
    expect(kadminFailure({ what: 'x', tolerated: 'Principal does not exist' }, { exitCode: 1, signal: null, stdout: '', stderr: 'get_principal: Principal does not exist while retrieving "a@R".\n' })).toBeUndefined();
    expect(kadminFailure({ what: 'x' }, { exitCode: null, signal: 'SIGKILL', stdout: '', stderr: '' })?.message).toContain('SIGKILL');
  });
});

describe('what kadmin is told', () => {
  it('names principals with their realm', () => {
    expect([withRealm('ann', 'R'), withRealm('ann@S', 'R'), withRealm(String.raw`a\@b`, 'R')]).toEqual(['ann@R', 'ann@S', String.raw`a\@b@R`]);
    expect(() => withRealm('a\nb', 'R')).toThrow(ConnectorError);
    expect(subsystemQuoted('a "b" c')).toBe('"a ""b"" c"');
  });

  it('takes back everything it printed, and times and durations in their usual forms', () => {
    const options = (name: string, value: string | null, change: 'create' | 'update' = 'update') => principalOptions([new Attribute(name, value === null ? null : [value])], change);
    expect(options('expirationDate', 'Sun Nov 22 13:04:05 UTC 2026')).toEqual(['-expire', '2026-11-22 13:04:05 UTC']);
    expect(options('expirationDate', '2027-01-31T12:00:00+01:00')).toEqual(['-expire', '2027-01-31 11:00:00 UTC']);
    expect(options('passwordExpiration', '[never]')).toEqual(['-pwexpire', 'never']);
    expect(options('passwordExpiration', null)).toEqual(['-pwexpire', 'never']);
    expect(options('maximumTicketLife', '1 day 02:03:04')).toEqual(['-maxlife', '93784s']);
    expect(options('MAXIMUMRENEWABLELIFE', '36000')).toEqual(['-maxrenewlife', '36000s']);
    expect(options('maximumTicketLife', '10h')).toEqual(['-maxlife', '10h']);
    expect(options('policy', '[none]')).toEqual(['-clearpolicy']);
    expect(options('policy', null, 'create')).toEqual([]);
    expect(options('policy', 'strict')).toEqual(['-policy', 'strict']);
  });

  it('is refused what is no value of it', () => {
    for (const [name, value] of [['expirationDate', '-policy'], ['expirationDate', '2027-13-45T00:00:00Z'], ['maximumTicketLife', '-x'], ['lastModified', 'now'], ['shoeSize', '44']] as const) {
      expect(() => principalOptions([Attribute.of(name, value)], 'update'), name).toThrow(ConnectorError);
    }
    expect(() => principalOptions([Attribute.of('policy', 'a', 'b')], 'update')).toThrow(/one value/);
  });
});

describe('the block kadmin', () => {
  const settings = (plain: string, sensitive?: string) => kadminSettings({ customConfiguration: plain, customSensitiveConfiguration: sensitive === undefined ? null : new GuardedString(sensitive) });
  const LOCAL = "kadmin { cmd = '/usr/sbin/kadmin.local'; user = 'openidm/admin'; default_realm = 'EXAMPLE.COM' }";

  it('is read from both properties, statements apart by line or semicolon [kerberos 9]', () => {
    expect(settings(LOCAL)).toMatchObject({ command: ['/usr/sbin/kadmin.local'], user: 'openidm/admin@EXAMPLE.COM', realm: 'EXAMPLE.COM', password: null, transport: 'ssh', sudo: true });
    const remote = settings(LOCAL.replace('.local', '').replaceAll('; ', '\n'), "kadmin {password = 'Passw0rd'}");
    expect(remote.command).toEqual(['/usr/sbin/kadmin']);
    expect(remote.password?.reveal()).toBe('Passw0rd');
  });

  it('has to be filled in: what the default holds is an example [kerberos 10]', async () => {
    const { config } = await import('../../../connectors/catalog/kerberos/properties.js');
    expect(config.customConfiguration.default).toBe("kadmin { cmd = '/usr/sbin/kadmin.local'; user='<KADMIN USERNAME>'; default_realm='<REALM, e.g. EXAMPLE.COM>' }");
    expect(() => settings(String(config.customConfiguration.default))).toThrow(/still has the example/);
  });

  it.each([
    ['no block', 'x = 1', /no block kadmin/], ['no realm', "kadmin { user = 'a' }", /no kadmin.default_realm/], ['another transport', LOCAL.replace('}', "; transport = 'smoke' }"), /ssh and local/],
    ['a readable password', LOCAL.replace('}', "; password = 'x' }"), /customSensitiveConfiguration/], ['kadmin without credentials', LOCAL.replace('.local', ''), /has to log in/],
  ])('is refused with %s', (_what, text, message) => {
    expect(() => settings(text)).toThrow(message);
  });

  it('may name a keytab, a server, and a kadmin on the agent\'s machine', () => {
    expect(settings(LOCAL.replace('.local', '').replace('}', "; keytab = '/k'; admin_server = 'kdc:749'; transport = 'local' }"))).toMatchObject({ keytab: '/k', adminServer: 'kdc:749', transport: 'local', sudo: false });
  });
});
