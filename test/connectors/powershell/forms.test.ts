import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { config, filterType, propertyBag, unavailable, validate, type PowerShellConfig } from '../../../connectors/catalog/powershell/config.js';
import { adEscaped, filterForm, ldapEscaped } from '../../../connectors/catalog/powershell/filter-form.js';
import { interpreterArguments, programLine } from '../../../connectors/catalog/powershell/host/bootstrap.js';
import { decodeMessage, encodeMessage } from '../../../connectors/catalog/powershell/host/wire-format.js';
import powershell from '../../../connectors/catalog/powershell/index.js';
import { connectorKeys } from '../../../connectors/framework/index.js';
import { parseVersionRange } from '../../../protocol/model/version-range.js';
import { Attribute, ConnectorError, GuardedString, IcfBigDecimal, IcfByte, IcfDouble, Uid, type Filter, type IcfValue } from '../../../protocol/model/index.js';
import { ShellWords } from '../../../connectors/engines/shell/shell-words.js';

const defaults = Object.fromEntries(Object.entries(config).map(([name, property]) => [name, property.default ?? (property.type === 'String[]' ? [] : null)])) as unknown as PowerShellConfig;
const configured = (changes: Partial<PowerShellConfig>): PowerShellConfig => ({ ...defaults, ...changes });
const complaint = (changes: Partial<PowerShellConfig>): string => {
  try {
    validate(configured(changes));
    return '';
  } catch (error) {
    expect((error as ConnectorError).kind).toBe('configuration');
    return (error as ConnectorError).message;
  }
};

describe('the configuration of the PowerShell connector', () => {
  it('[powershell 2] answers to the bundle and to both spellings of the class, within the range of provisioner files', () => {
    const keys = connectorKeys(powershell);
    expect(keys.map(({ connectorName }) => connectorName)).toEqual(['Org.ForgeRock.OpenICF.Connectors.MsPowerShell.MsPowerShellConnector', 'Org.Forgerock.OpenICF.Connectors.MsPowerShell.MsPowerShellConnector']);
    for (const { bundleName, bundleVersion } of keys) expect([bundleName, parseVersionRange('[1.4.3.0,1.5.0.0)').includes(bundleVersion)]).toEqual(['MsPowerShell.Connector', true]);
  });

  it('[powershell 6] takes Windows paths with forward slashes, and refuses paths that are not full', () => {
    expect(complaint({ CreateScriptFileName: 'C:/Program Files (x86)/ForgeRock/OpenICF/samples/ADCreate.ps1' })).toBe('');
    expect(complaint({ CreateScriptFileName: 'ADCreate.ps1' })).toContain('full path');
  });

  it('[powershell 8] takes four kinds of filters, in any case', () => {
    for (const type of ['Map', 'Ldap', 'Native', 'AdPsModule', 'ldap']) expect(complaint({ QueryFilterType: type })).toBe('');
    expect(complaint({ QueryFilterType: 'Sql' })).toContain('Map, Ldap, Native, AdPsModule');
    expect(filterType(configured({ QueryFilterType: 'ADPSMODULE' }))).toBe('AdPsModule');
  });

  it('[powershell 10] reads custom properties up to the first equals sign, blanks aside', () => {
    expect(propertyBag(configured({ CustomProperties: ['baseContext = CN=Users,DC=example,DC=com', 'a=1', 'empty='] }))).toEqual(new Map([['baseContext', 'CN=Users,DC=example,DC=com'], ['a', '1'], ['empty', '']]));
    expect(complaint({ CustomProperties: ['nothing'] })).toContain('name=value');
  });

  it('[powershell 13] keeps unused interpreters for PoolCleanupInterval minutes, and for ever with 0', () => {
    expect(powershell.poolLimits?.(configured({ PoolCleanupInterval: 2 })).minEvictableIdleTime).toBe(120_000);
    expect(powershell.poolLimits?.(configured({ PoolCleanupInterval: 0 })).minEvictableIdleTime).toBe(Number.MAX_SAFE_INTEGER);
    expect(config.PoolCleanupInterval.read(new IcfDouble(0.5))).toBe(0.5);
    expect(complaint({ MinInterpretersPoolSize: 3, MaxInterpretersPoolSize: 2 })).toContain('MaxInterpretersPoolSize');
  });

  it('[powershell 16] keeps passwords confidential', () => {
    expect(Object.entries(config).filter(([, { confidential }]) => confidential).map(([name]) => name)).toEqual(['Password', 'sshPassword', 'sshPrivateKey', 'sshPassphrase']);
  });

  it('starts PowerShell and no other program', () => {
    for (const executable of ['pwsh', 'C:/Program Files/PowerShell/7/pwsh.exe', '/usr/bin/pwsh-preview', 'powershell.exe', ' ']) expect(complaint({ executable })).toBe('');
    for (const executable of ['/bin/sh', 'C:\\Windows\\System32\\cmd.exe', '/tmp/pwsh/../sh', 'pwsh.sh']) expect(complaint({ executable })).toContain('it has to be PowerShell');
  });

  it('needs what a login over SSH needs', () => {
    expect(complaint({ sshHost: 'windows-host.example.com' })).toMatch(/sshUser.*sshPassword or sshPrivateKey/);
    const login = { sshHost: 'h', sshUser: 'u', sshPassword: new GuardedString('p') };
    expect(complaint(login)).toBe('');
    expect(complaint({ ...login, sshHostKey: ['MD5:aa'] })).toContain('no fingerprint');
  });

  it('hands the unknown shell of an SSH host no character it may change', () => {
    const login = { sshHost: 'h', sshUser: 'u', sshPassword: new GuardedString('p') };
    expect(complaint({ ...login, executable: '/opt/microsoft/powershell/7/pwsh' })).toBe('');
    for (const executable of ['C:/Program Files/PowerShell/7/pwsh.exe', 'C:\\x\\pwsh.exe', '/x&calc/pwsh', '%TEMP%/pwsh', '$(id)/pwsh']) expect(complaint({ ...login, executable })).toContain('a shell of sshHost may change');
  });

  it('[powershell 34] takes the execution policies there are, and hands the one to PowerShell', () => {
    expect(complaint({ executionPolicy: 'remotesigned' })).toBe('');
    expect(complaint({ executionPolicy: 'RemoteSigned -File x' })).toContain('AllSigned, Bypass');
    const words = interpreterArguments(' RemoteSigned ');
    expect(words[words.indexOf('-ExecutionPolicy') + 1]).toBe('RemoteSigned');
    expect(interpreterArguments(null)).not.toContain('-ExecutionPolicy');
  });

  it('offers only operations that have a script, and test', () => {
    expect([...unavailable(configured({ SearchScriptFileName: '/s.ps1' }))].sort()).toEqual(['AuthenticationApiOp', 'CreateApiOp', 'DeleteApiOp', 'ResolveUsernameApiOp', 'SchemaApiOp', 'SyncApiOp', 'UpdateApiOp']);
  });
});

describe('filters for PowerShell scripts', () => {
  const equals = (name: string, value: IcfValue): Filter => ({ kind: 'equals', attribute: Attribute.of(name, value) });
  const form = (filter: Filter, changes: Partial<PowerShellConfig>) => filterForm(filter, configured(changes));
  const both: Filter = { kind: 'and', operands: [equals('sn', 'Smith'), { kind: 'not', operand: { kind: 'startsWith', attribute: Attribute.of('cn', 'J') } }] };

  it('come as a map', () => {
    expect(form(equals('UserPrincipalName', 'JSmith'), { QueryFilterType: 'Map' })).toEqual(new Map<string, unknown>([['Not', false], ['Operation', 'EQUALS'], ['Left', 'UserPrincipalName'], ['Right', 'JSmith']]));
    expect(form(both, { QueryFilterType: 'Map' })).toEqual(new Map<string, unknown>([
      ['Not', false], ['Operation', 'And'],
      ['Left', new Map<string, unknown>([['Not', false], ['Operation', 'EQUALS'], ['Left', 'sn'], ['Right', 'Smith']])],
      ['Right', new Map<string, unknown>([['Not', true], ['Operation', 'STARTSWITH'], ['Left', 'cn'], ['Right', 'J']])],
    ]));
  });

  it('come as an LDAP filter', () => {
    expect(form(equals('cn', 'Joe'), { QueryFilterType: 'Ldap' })).toBe('(cn=Joe)');
    expect(form(both, { QueryFilterType: 'Ldap' })).toBe('(&(sn=Smith)(!(cn=J*)))');
  });

  it('come as a filter of the Active Directory module', () => {
    expect(form(both, { QueryFilterType: 'AdPsModule' })).toBe('(sn -eq "Smith") -and (-not (cn -like "J*"))');
  });

  it('come as the tree they are', () => {
    expect(form({ kind: 'containsAllValues', attribute: new Attribute('member', ['a', 'b']) }, { QueryFilterType: 'Native' })).toEqual(new Map<string, unknown>([['Kind', 'ContainsAllValues'], ['Name', 'member'], ['Values', ['a', 'b']]]));
  });

  it('[powershell 14] name uid and name as the managed system does, when told to', () => {
    const names = { QueryFilterType: 'AdPsModule', SubstituteUidAndNameInQueryFilter: true, UidAttributeName: 'ObjectGUID', NameAttributeName: 'DistinguishedName' };
    expect(form({ kind: 'or', operands: [equals('__NAME__', 'CN=x'), { kind: 'equals', attribute: new Uid('1d4c') }] }, names)).toBe('(DistinguishedName -eq "CN=x") -or (ObjectGUID -eq "1d4c")');
    expect(form(equals('__NAME__', 'x'), { QueryFilterType: 'Ldap' })).toBe('(__NAME__=x)');
  });

  it('leave to the facade what a form cannot say', () => {
    expect(form({ kind: 'containsAllValues', attribute: new Attribute('member', ['a', 'b']) }, { QueryFilterType: 'Map' })).toBeUndefined();
    const split = powershell.nativeFilter?.({ kind: 'and', operands: [equals('sn', 'x'), { kind: 'presence', name: 'mail' }] }, '__ACCOUNT__', configured({ QueryFilterType: 'Map' }));
    expect(split).toEqual({ native: equals('sn', 'x'), residual: { kind: 'presence', name: 'mail' } });
  });

  it('keep every text a text', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => {
      const ad = adEscaped(text);
      expect(ad).not.toMatch(/["'`$*\u201c-\u201e\u2018-\u201b]/u);
      const ldap = ldapEscaped(text);
      expect(ldap.replace(/\\[0-9a-f]{2}/g, '')).not.toMatch(/[\\*()\0]/);
    }));
  });
});

describe('what goes to PowerShell', () => {
  const value: fc.Arbitrary<IcfValue> = fc.letrec<{ value: IcfValue }>((tie) => ({
    value: fc.oneof(
      { maxDepth: 4 }, fc.constant(null), fc.boolean(), fc.string({ unit: 'grapheme' }), fc.integer(), fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), fc.double({ noNaN: true, noDefaultInfinity: true }).map((number) => new IcfDouble(number + 0)),
      fc.integer({ min: -128, max: 127 }).map((number) => new IcfByte(number)), fc.uint8Array().map((bytes) => new Uint8Array(bytes)), fc.array(tie('value')), fc.array(fc.tuple(fc.string(), tie('value'))).map((entries) => new Map<IcfValue, IcfValue>(entries)),
    ),
  })).value;

  it('comes back as it was, whatever it is', () => {
    fc.assert(fc.property(value, (given) => { expect(decodeMessage(encodeMessage(given))).toEqual(given); }));
    expect(decodeMessage(encodeMessage(new IcfBigDecimal(-150n, 2)))).toEqual(new IcfBigDecimal(-150n, 2));
    expect((decodeMessage(encodeMessage(new GuardedString('s3cret'))) as GuardedString).reveal()).toBe('s3cret');
  });

  it.each(['', 'A9;', 'S5:abc', 'Z', 'M1;S1:a', 'I1;I2;'])('refuses a message that is none: %j', (text) => {
    expect(() => decodeMessage(Buffer.from(text).toString('base64'))).toThrow();
  });

  it('is started with words no shell changes, short enough for cmd.exe', () => {
    const words = ['powershell.exe', ...interpreterArguments('RemoteSigned')];
    expect(ShellWords.posix(...words).text).toBe(words.join(' '));
    expect(words.join(' ').length).toBeLessThan(8_000);
    expect(words.join(' ')).not.toMatch(/[%^&|<>"'`$\s]{2}/);
  });

  it('has one here-string that nothing in it ends', () => {
    const program = Buffer.from(programLine(), 'base64').toString('utf8');
    expect(program.match(/^'@/gm)).toHaveLength(1);
    expect(program.split('{').length).toBe(program.split('}').length);
  });
});
