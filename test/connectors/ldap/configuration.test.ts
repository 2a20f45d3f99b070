import type { SrvRecord } from 'node:dns';
import { describe, expect, test } from 'vitest';
import { ParkedSearches } from '../../../connectors/catalog/ldap/parked-searches.js';
import { generalizedTimeToIso, intervalToIso } from '../../../connectors/catalog/ldap/time-values.js';
import { LdapResultError, resultCodeOf, resultError, toConnectorError } from '../../../connectors/catalog/ldap/errors.js';
import { serverTypeOf } from '../../../connectors/catalog/ldap/directory/root-dse.js';
import { noteFailure, serversOf } from '../../../connectors/catalog/ldap/directory/servers.js';
import { validate } from '../../../connectors/catalog/ldap/validate.js';
import type { Entry } from '../../../connectors/catalog/ldap/directory/contract.js';
import { ldapConfig, quiet } from './ldap-config.js';

describe('validation', () => {
  test('the defaults need a host only', () => {
    expect(() => validate(ldapConfig({ host: 'h' }))).not.toThrow();
    expect(() => validate(ldapConfig())).toThrow(/host is missing/);
  });

  test.each<[Parameters<typeof ldapConfig>[0], RegExp]>([
    [{ port: 0 }, /port is 0/], [{ ssl: true, startTLS: true }, /exclude each other/], [{ authType: 'kerberos' }, /authType is "kerberos"/], [{ authType: 'EXTERNAL' }, /needs ssl or startTLS/],
    [{ referralsHandling: 'maybe' }, /follow, ignore, throw/], [{ resetSyncToken: 'x' }, /never, first, last/], [{ accountSearchFilter: '(a=b' }, /accountSearchFilter: .*not valid/],
    [{ baseContexts: ['dc=x', 'nonsense'] }, /baseContexts: /], [{ failover: ['http://h'] }, /failover: /], [{ hostNameVerification: true }, /needs hostNameVerifierPattern/],
    [{ uidAttribute: ' ' }, /uidAttribute is empty/], [{ blockSize: 0 }, /blockSize is 0/], [{ passwordHashAlgorithm: 'MD5' }, /only WIN-AD/],
  ])('%j is refused', (values, message) => {
    expect(() => validate(ldapConfig({ host: 'h', ...values }))).toThrow(message);
  });

  test('everything wrong is told at once', () => {
    expect(() => validate(ldapConfig({ port: -1, blockSize: 0 }))).toThrow(/host is missing.*port is -1.*blockSize is 0/);
  });
});

describe('servers', () => {
  const lookup = (records: readonly SrvRecord[]) => async () => records;
  const record = (name: string, priority: number, weight = 1): SrvRecord => ({ name, priority, weight, port: 1389 });
  const urls = async (values: Parameters<typeof ldapConfig>[0], records: readonly SrvRecord[] = []) => (await serversOf(ldapConfig(values), quiet(), lookup(records))).map(({ host, port }) => `${host}:${port}`);

  test('host, then failover [ldap 13]', async () => {
    expect(await urls({ host: 'a', port: 1, failover: ['ldap://b:2/', 'ldap://c'] })).toEqual(['a:1', 'b:2', 'c:389']);
    expect(await urls({ host: 'a', port: 636, ssl: true, failover: ['ldaps://c/'] })).toEqual(['a:636', 'c:636']);
  });

  test('SRV records by priority [ldap 14]', async () => {
    const records = [record('c', 20), record('a', 1), record('b', 10)];
    expect(await urls({ host: '_ldap._tcp.x', useDNSSRVRecord: true }, records)).toEqual(['a:1389', 'b:1389', 'c:1389']);
    expect(await urls({ host: '_ldap._tcp.x', useDNSSRVRecord: true, ssl: true }, records)).toEqual(['a:636', 'b:636', 'c:636']);
    await expect(serversOf(ldapConfig({ host: '_ldap._tcp.x', useDNSSRVRecord: true }), quiet(), () => Promise.reject(new Error('ENOTFOUND')))).rejects.toMatchObject({ kind: 'connectionFailed' });
  });

  test.each<[string, readonly SrvRecord[] | Error]>([['that are not there', new Error('ENOTFOUND')], ['that are none', []], ['that name the root: no such service', [record('', 1)]]])('SRV records %s leave what is there to fail over to', async (_what, found) => {
    const search = found instanceof Error ? () => Promise.reject(found) : lookup(found);
    const values = { host: '_ldap._tcp.x', useDNSSRVRecord: true };
    await expect(serversOf(ldapConfig(values), quiet(), search)).rejects.toMatchObject({ kind: 'connectionFailed', message: expect.stringContaining('_ldap._tcp.x') as string });
    expect(await serversOf(ldapConfig({ ...values, failover: ['ldap://b'] }), quiet(), search)).toEqual([{ host: 'b', port: 389 }]);
  });

  test('a resolver that says nothing is given up after connectionTimeout, or with the operation', async () => {
    const silent = () => new Promise<never>(() => undefined);
    const values = { host: '_ldap._tcp.x', useDNSSRVRecord: true };
    await expect(serversOf(ldapConfig({ ...values, connectionTimeout: 20 }), quiet(), silent)).rejects.toMatchObject({ kind: 'connectionFailed' });
    await expect(serversOf(ldapConfig({ ...values, failover: ['ldap://b'] }), AbortSignal.abort(), silent)).rejects.toMatchObject({ kind: 'operationTimeout' });
  });

  test('of equal priority the heavier comes first more often', async () => {
    let first = 0;
    for (let i = 0; i < 200; i++) if ((await urls({ host: 'x', useDNSSRVRecord: true }, [record('light', 1, 1), record('heavy', 1, 99)]))[0] === 'heavy:1389') first++;
    expect(first).toBeGreaterThan(150);
  });

  test('one that failed lately comes last', async () => {
    const config = ldapConfig({ host: 'a', failover: ['ldap://b'] });
    noteFailure(config, { host: 'a', port: 389 });
    expect((await serversOf(config, quiet())).map(({ host }) => host)).toEqual(['b', 'a']);
  });
});

describe('server families', () => {
  const dse = (attributes: Readonly<Record<string, string>>): Entry => ({
    dn: '', attributes: new Map(Object.entries(attributes).map(([name, value]) => [name.toLowerCase(), { name, values: [Buffer.from(value)] }])),
  });
  test.each<[Readonly<Record<string, string>>, number, string]>([
    [{ supportedCapabilities: '1.2.840.113556.1.4.800', isGlobalCatalogReady: 'TRUE' }, 389, 'activeDirectory'],
    [{ supportedCapabilities: '1.2.840.113556.1.4.800', isGlobalCatalogReady: 'TRUE' }, 3269, 'adGlobalCatalog'],
    [{ supportedCapabilities: '1.2.840.113556.1.4.1851' }, 389, 'adLds'],
    [{ objectClass: 'OpenLDAProotDSE' }, 389, 'openLdap'], [{ vendorName: 'ForgeRock AS.', vendorVersion: 'OpenDJ Server 3.0.0' }, 389, 'openDj'],
    [{ vendorName: 'ForgeRock AS.', vendorVersion: 'ForgeRock Directory Services 7.3.0' }, 389, 'pingDs'], [{ vendorVersion: 'PingDS 7.5.0' }, 389, 'pingDs'],
    [{ vendorName: 'Ping Identity Corporation', vendorVersion: 'PingDirectory 9.3.0.0' }, 389, 'pingDirectory'], [{ vendorName: 'UnboundID Corp.' }, 389, 'unboundId'],
    [{ vendorName: '389 Project', vendorVersion: '389-Directory/2.3.1' }, 389, 'redHat389'], [{ vendorName: 'Sun Microsystems, Inc.', vendorVersion: 'Sun-Directory-Server/11.1' }, 389, 'sunDsee'],
    [{ vendorName: 'International Business Machines (IBM)' }, 389, 'ibm'], [{ vendorName: 'Novell, Inc.' }, 389, 'novell'], [{ vendorName: 'CA' , vendorVersion: 'CA Directory 12' }, 389, 'caLdap'],
    [{ vendorName: 'Somebody' }, 389, 'unknown'], [{}, 3268, 'unknown'],
  ])('%j on port %d is %s [ldap 62]', (attributes, port, type) => expect(serverTypeOf(dse(attributes), port)).toBe(type));
});

describe('errors', () => {
  test.each([[49, 'invalidCredential'], [32, 'unknownUid'], [68, 'alreadyExists'], [19, 'invalidAttributeValue'], [20, 'invalidAttributeValue'], [21, 'invalidAttributeValue'], [17, 'invalidAttributeValue'],
    [65, 'invalidAttributeValue'], [64, 'invalidAttributeValue'], [50, 'permissionDenied'], [53, 'permissionDenied'], [3, 'operationTimeout'], [85, 'operationTimeout'], [51, 'retryable'],
    [52, 'connectionFailed'], [81, 'connectionFailed'], [91, 'connectionFailed'], [13, 'connectorSecurity'], [9999, 'connector']])('result code %d is %s', (code, kind) => {
    const error = resultError(new LdapResultError(code, '', 'server\u0000 text\n'), { operation: 'modify', dn: 'cn=a', server: 'ldap://h:389' });
    expect(error).toMatchObject({ kind });
    expect(error.message).toMatch(/^LDAP modify of "cn=a" at ldap:\/\/h:389 failed: .*\(\d+\): server text\./);
    expect(resultCodeOf(error)).toBe(code);
  });

  test('socket errors and strangers', () => {
    expect(toConnectorError(Object.assign(new Error('x'), { code: 'ECONNRESET' }))).toMatchObject({ kind: 'connectionBroken' });
    expect(toConnectorError(new Error('x'))).toBeUndefined();
  });
});

describe('times', () => {
  test.each([['20151217131254.0Z', '2015-12-17T13:12:54Z'], ['20151217131254Z', '2015-12-17T13:12:54Z'], ['201512171312+0100', '2015-12-17T12:12:00Z'], ['yesterday', 'yesterday'], ['20159917131254Z', '20159917131254Z']])('generalized time %s is %s [ldap 100]', (from, to) => expect(generalizedTimeToIso(from)).toBe(to));
  test.each([['130698687542272930', '2015-03-03T15:05:54Z'], ['0', '0'], ['9223372036854775807', '0'], ['x', 'x']])('interval %s is %s [ldap 99, 101]', (from, to) => expect(intervalToIso(from)).toBe(to));
});

describe('parked searches', () => {
  const lane = () => { let open = true; return { get alive() { return open; }, ref: () => undefined, close: () => { open = false; return Promise.resolve(); } }; };
  const cookie = Buffer.from('c');
  test('are taken once, leave in order when there are too many, and when their time is up [ldap 49]', async () => {
    const parked = new ParkedSearches(2, 30);
    const lanes = [lane(), lane(), lane()];
    const tickets = lanes.map((one) => parked.park({ lane: one, cookie }));
    expect(lanes.map(({ alive }) => alive)).toEqual([false, true, true]);
    expect(parked.take(tickets[0]!)).toBeUndefined();
    expect(parked.take(tickets[1]!)?.lane).toBe(lanes[1]);
    expect(parked.take(tickets[1]!)).toBeUndefined();
    await expect.poll(() => parked.size, { timeout: 2000 }).toBe(0);
    expect(lanes[2]!.alive).toBe(false);
  });
});
