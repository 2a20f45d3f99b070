import { execFile } from 'node:child_process';
import { cp, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { GuardedString } from '../../../protocol/model/index.js';
import type { LdapConfig } from '../../../connectors/catalog/ldap/config.js';
import type { Directory } from '../../../connectors/catalog/ldap/directory/contract.js';
import { keyAliases } from '../../../connectors/framework/key-store.js';
import { openDirectory } from '../../../connectors/catalog/ldap/directory/open-directory.js';
import { matchesPattern } from '../../../connectors/catalog/ldap/directory/tls.js';
import { startOpenLdap, type OpenLdap } from '../../targets/openldap.js';
import { LogKeeper, configFor, people, quiet } from './ldap-config.js';

const run = promisify(execFile);
let server: OpenLdap;
beforeAll(async () => {
  server = await startOpenLdap({ ldif: people(300, 'user', () => `description: ${'z'.repeat(3000)}\n`), databaseConfig: ['security update_ssf=128'], serverNames: ['server1.example.com', '127.0.0.1'] });
});
afterAll(() => server.stop());

type Values = Parameters<typeof configFor>[1];
const ldaps = (values: Values = {}): LdapConfig => configFor(server, { ssl: true, port: server.tlsPort, ...values });
const startTls = (values: Values = {}): LdapConfig => configFor(server, { startTLS: true, ...values });

async function open(config: LdapConfig, trusted: readonly string[] = [server.ca]): Promise<Directory> {
  return await openDirectory(config, new LogKeeper(), quiet(), trusted);
}

async function using<T>(config: LdapConfig, action: (directory: Directory) => Promise<T>): Promise<T> {
  const directory = await open(config);
  try {
    return await action(directory);
  } finally {
    await directory.close();
  }
}

describe.each([['LDAPS', ldaps], ['StartTLS', startTls]] as const)('%s', (_way, config) => {
  test('carries searches and writes [ldap 10, 11]', async () => {
    await using(config(), async (directory) => {
      let count = 0;
      for await (const entry of directory.search({ base: 'dc=example,dc=com', scope: 'sub', filter: '(uid=user*)' }, quiet())) {
        if (count++ % 50 === 0) await new Promise((resolve) => setImmediate(resolve));
        expect(entry.dn).toContain('dc=example');
      }
      expect(count).toBe(300);
      await directory.modify('uid=user1,ou=people,dc=example,dc=com', [{ operation: 'replace', attribute: 'title', values: ['x'] }], quiet());
    });
  });

  test('an authority nobody trusts is refused, and nothing falls back to clear text', async () => {
    await expect(open(config(), [])).rejects.toMatchObject({ kind: 'connectorSecurity', message: expect.stringContaining('is not accepted') as string });
  });

  test('a certificate for another name is refused', async () => {
    await expect(open(config({ host: 'localhost' }))).rejects.toMatchObject({ kind: 'connectorSecurity', message: expect.stringContaining('localhost') as string });
  });

  test.each(['server1.example.com', '*.example.com', 'SERVER1.*'])('hostNameVerifierPattern %s matches [ldap 26]', async (pattern) => {
    await using(config({ host: 'localhost', hostNameVerification: true, hostNameVerifierPattern: pattern }), async (directory) => {
      expect(await directory.isAlive(quiet())).toBe(true);
    });
  });

  test('hostNameVerifierPattern that does not match fails with the documented message [ldap 25, 27]', async () => {
    await expect(open(config({ hostNameVerification: true, hostNameVerifierPattern: 'server2.example.com' })))
      .rejects.toThrow("The host name from the server certificate'CN=server1.example.com' does not match the provided pattern 'server2.example.com'");
  });

  test.each([['PKCS12', 'clientKeyStoreFile', 'changeit'], ['PEM', 'clientPemFile', '']] as const)('SASL EXTERNAL with a client certificate from %s [ldap 18, 23]', async (type, file, password) => {
    await using(config(), (directory) => directory.add('uid=client,ou=people,dc=example,dc=com', [
      { name: 'objectClass', values: ['inetOrgPerson'] }, { name: 'cn', values: ['c'] }, { name: 'sn', values: ['c'] }, { name: 'userPassword', values: ['own'] },
    ], quiet()).catch(() => undefined));
    const values = { authType: 'EXTERNAL', principal: null, credentials: null, privateKeyAlias: 'client', alternateKeyStore: server.tls[file], alternateKeyStoreType: type, alternateKeyStorePassword: password === '' ? null : new GuardedString(password) };
    await using(config(values), async (directory) => {
      // Only the user himself may change his password, so the bind was his.
      await directory.modify('uid=client,ou=people,dc=example,dc=com', [{ operation: 'replace', attribute: 'userPassword', values: ['changed'] }], quiet());
      await expect(directory.modify('uid=user1,ou=people,dc=example,dc=com', [{ operation: 'replace', attribute: 'userPassword', values: ['changed'] }], quiet())).rejects.toMatchObject({ kind: 'permissionDenied' });
    });
  });
});

test('a write in the clear is refused by a server that wants TLS, with what to do', async () => {
  await using(configFor(server), async (directory) => {
    await expect(directory.modify('uid=user1,ou=people,dc=example,dc=com', [{ operation: 'replace', attribute: 'title', values: ['x'] }], quiet()))
      .rejects.toMatchObject({ kind: 'connectorSecurity', message: expect.stringContaining('Use ssl or startTLS') as string });
  });
});

test('LDAPS to a plain port and plain LDAP to the TLS port fail with a reason', async () => {
  await expect(open(configFor(server, { ssl: true }))).rejects.toMatchObject({ kind: 'connectionFailed', message: expect.stringContaining('Check that the port speaks LDAPS') as string });
  await expect(open(configFor(server, { port: server.tlsPort, connectionTimeout: 1000 }))).rejects.toMatchObject({ kind: expect.stringMatching(/connectionBroken|operationTimeout/) as string });
});

describe('key stores', () => {
  const external = (values: Values): LdapConfig => ldaps({ authType: 'EXTERNAL', principal: null, credentials: null, privateKeyAlias: 'client', alternateKeyStore: server.tls.clientKeyStoreFile, alternateKeyStoreType: 'PKCS12', alternateKeyStorePassword: new GuardedString('changeit'), ...values });
  test.each<[string, Values, RegExp]>([
    ['a wrong password', { alternateKeyStorePassword: new GuardedString('wrong') }, /cannot be used/],
    ['an alias in another case', { privateKeyAlias: 'Client' }, /no key with the alias "Client"; it has "client"/],
    ['a file that is not there', { alternateKeyStore: '/nowhere/keystore.p12' }, /cannot be read/],
    ['JKS', { alternateKeyStoreType: 'JKS' }, /keytool -importkeystore/],
    ['JCEKS', { alternateKeyStoreType: 'jceks' }, /keytool -importkeystore/],
    ['an unknown type', { alternateKeyStoreType: 'BKS' }, /Use PKCS12 or PEM/],
    ['no alias', { privateKeyAlias: null }, /set privateKeyAlias/],
  ])('%s is a configuration error [ldap 23, 24]', async (_what, values, message) => {
    await expect(open(external(values))).rejects.toMatchObject({ kind: 'configuration', message: expect.stringMatching(message) as string });
  });

  test('the aliases of a file are read, old encryption or new, one key or two', async () => {
    expect(keyAliases(await readFile(server.tls.clientKeyStoreFile))).toEqual(['client']);
    const legacy = join(server.directory, 'legacy.p12');
    await run('openssl', ['pkcs12', '-export', '-keypbe', 'PBE-SHA1-3DES', '-certpbe', 'PBE-SHA1-3DES', '-macalg', 'sha1', '-inkey', server.tls.clientKeyFile, '-in', server.tls.clientCertificateFile, '-name', 'Ümlaut', '-passout', 'pass:changeit', '-out', legacy]);
    expect(keyAliases(await readFile(legacy))).toEqual(['Ümlaut']);
    await cp(server.tls.clientPemFile, join(server.directory, 'not-a-store.p12'));
    expect(keyAliases(await readFile(join(server.directory, 'not-a-store.p12')))).toBeUndefined();
  });
});

test.each([['*.example.com', 'server1.example.com', true], ['server1.example.com', 'SERVER1.example.com', true], ['server.example.com', 'serverXexample.com', false], ['*.example.com', 'example.com', false], ['s*1.*', 'server1.example.com', true]])('pattern %s on %s: %s [ldap 26]', (pattern, name, matches) => {
  expect(matchesPattern(pattern, name)).toBe(matches);
});
