import { describe, expect, test } from 'vitest';
import ldap from '../../../connectors/catalog/ldap/index.js';
import { authenticate } from '../../../connectors/catalog/ldap/authenticate.js';
import { config as table } from '../../../connectors/catalog/ldap/config.js';
import { create } from '../../../connectors/catalog/ldap/create.js';
import type { RootDse } from '../../../connectors/catalog/ldap/directory/contract.js';
import { CONTROL } from '../../../connectors/catalog/ldap/directory/request.js';
import { serverUrl } from '../../../connectors/catalog/ldap/directory/servers.js';
import { tlsSettings } from '../../../connectors/catalog/ldap/directory/tls.js';
import { nativeQuery, searchFilter } from '../../../connectors/catalog/ldap/filter.js';
import { search } from '../../../connectors/catalog/ldap/search.js';
import { syncScope } from '../../../connectors/catalog/ldap/sync/scope.js';
import { DEFAULT_SCHEMA } from '../../../connectors/catalog/ldap/schema/default-schema.js';
import { validate } from '../../../connectors/catalog/ldap/validate.js';
import { describeConnector, type AnyConnector } from '../../../connectors/framework/index.js';
import type { PropertyTable } from '../../../connectors/framework/properties.js';
import { ACCOUNT, Attribute, GROUP, GuardedString, OperationOptions } from '../../../protocol/model/index.js';
import { ldapConfig, quiet } from './ldap-config.js';
import { MemoryDirectory } from './memory-directory.js';
import { attributes, call, request, sessionOn } from './session.js';

const properties = Object.entries(table as PropertyTable);

/** Properties of the samples that differ from the defaults. */
const DS_SAMPLE = {
  host: 'localhost', port: 1389, principal: 'uid=admin', credentials: new GuardedString('password'), baseContexts: ['dc=example,dc=com'], baseContextsToSynchronize: ['dc=example,dc=com'],
  accountUserNameAttributes: ['uid'], useBlocks: false, usePagedResultControl: true, uidAttribute: 'entryUUID',
} as const;
const AD_SAMPLE = {
  host: 'dc1.example.com', port: 636, ssl: true, principal: 'CN=Administrator,CN=Users,DC=example,DC=com', credentials: new GuardedString('password'), baseContexts: ['DC=example,DC=com'],
  accountObjectClasses: ['top', 'person', 'organizationalPerson', 'user'], groupObjectClasses: ['top', 'group'], groupMemberAttribute: 'member', passwordAttribute: 'unicodePwd', uidAttribute: 'objectGUID', accountUserNameAttributes: ['sAMAccountName', 'cn'],
} as const;

/** A directory that has both controls. */
class Blocks extends MemoryDirectory {
  override async rootDse(): Promise<RootDse> {
    return { ...await super.rootDse(), supportedControls: new Set([CONTROL.pagedResults, CONTROL.windowRequest, CONTROL.sortRequest]) };
  }
}

describe('configuration', () => {
  test.each([['generic', { host: 'ldap.example.com' }], ['DS', DS_SAMPLE], ['Active Directory', AD_SAMPLE]])('the sample for %s is taken as it is [ldap 1]', (_name, values) => {
    expect(() => validate(ldapConfig(values))).not.toThrow();
  });

  test('the sample for DS searches, logs in and synchronizes as the specification shows [ldap 107]', async () => {
    const directory = new Blocks('openDj').put('dc=example,dc=com', {}).put('uid=jdoe,dc=example,dc=com', { objectClass: ['top', 'person', 'organizationalPerson', 'inetOrgPerson'], uid: 'jdoe', entryUUID: 'u-1' });
    const session = sessionOn(directory, ldapConfig({ ...DS_SAMPLE, readSchema: false }));
    for await (const object of search(session, { objectClass: ACCOUNT, filter: undefined, options: OperationOptions.none }, call())) expect(object.uid.value).toBe('u-1');
    // Without useBlocks, usePagedResultControl means nothing.
    expect(directory.searches.filter(({ scope }) => scope === 'sub').map(({ base, pageSize, window }) => [base, pageSize, window])).toEqual([['dc=example,dc=com', undefined, undefined]]);
    directory.searches.length = 0;
    expect((await authenticate(session, { ...request(ACCOUNT, {}), username: 'jdoe', password: new GuardedString('secret') }, call())).value).toBe('u-1');
    expect(directory.searches.map(({ base, filter }) => [base, filter])).toEqual([['dc=example,dc=com', expect.stringMatching(/\(uid=jdoe\)/)]]);
    expect(directory.searches[0]!.filter).not.toContain('cn=');
    const scope = await syncScope({ session, objectClass: ACCOUNT, options: OperationOptions.none, signal: quiet() }, DEFAULT_SCHEMA, true);
    expect(scope.bases).toEqual(['dc=example,dc=com']);
    expect(serverUrl({ host: session.config.host!, port: session.config.port }, session.config)).toBe('ldap://localhost:1389');
  });

  test('interfaces are those of the specification; no script runs on the resource [ldap 4]', () => {
    expect(describeConnector(ldap as unknown as AnyConnector).interfaces).toEqual(['Authenticate', 'Create', 'Delete', 'Resolve Username', 'Schema', 'Script on Connector', 'Search', 'Sync', 'Test', 'Update']);
  });

  test('twelve properties are for sync only; outside it none is required [ldap 5]', () => {
    const limited = properties.filter(([, { operations }]) => operations.length > 0);
    expect(limited).toHaveLength(12);
    expect(limited.every(([, { operations }]) => operations.join() === 'SyncApiOp')).toBe(true);
    expect(properties.filter(([name, { required }]) => required && !limited.some(([one]) => one === name))).toEqual([]);
  });

  test('only two properties are confidential [ldap 6]', () => {
    expect(properties.filter(([, { confidential }]) => confidential).map(([name]) => name).sort()).toEqual(['alternateKeyStorePassword', 'credentials']);
  });

  test('the defaults are the specified ones [ldap 9]', () => {
    expect(ldapConfig()).toMatchObject({
      host: null, port: 389, ssl: false, startTLS: false, connectionTimeout: 30_000, useDNSSRVRecord: false, referralsHandling: 'follow', checkAliveMinInterval: 60, authType: 'simple', gssapiLoginContext: null,
      sendCAUDTxId: false, readSchema: true, accountObjectClasses: ['top', 'person', 'organizationalPerson', 'inetOrgPerson'], groupObjectClasses: ['top', 'groupOfUniqueNames'], accountUserNameAttributes: ['uid', 'cn'],
      baseContexts: [], useBlocks: false, usePagedResultControl: false, blockSize: 100, passwordAttribute: 'userPassword', groupMemberAttribute: 'uniqueMember', ldapGroupsUseStaticGroups: false, getGroupMemberId: false,
      allowTreeDelete: false, timestampSyncOffset: 0, changeLogBlockSize: 100, filterWithOrInsteadOfAnd: false, removeLogEntryObjectClassFromFilter: true, resetSyncToken: 'never',
    });
  });

  test('lastCheckAlive is taken and changes nothing [ldap 17]', () => {
    expect(() => validate(ldapConfig({ host: 'h', lastCheckAlive: 1 }))).not.toThrow();
    expect(ldapConfig().lastCheckAlive).toBe(1_732_889_017_477);
  });

  test('without privateKeyAlias no client certificate is sent; there is no key store of IDM to take one from [ldap 21, 22]', async () => {
    expect((await tlsSettings(ldapConfig({ host: 'h', ssl: true }), [])).hasClientCertificate).toBe(false);
    await expect(tlsSettings(ldapConfig({ host: 'h', ssl: true, authType: 'EXTERNAL' }), [])).rejects.toMatchObject({ kind: 'configuration', message: expect.stringContaining('privateKeyAlias') as string });
  });
});

describe('filters', () => {
  test('uid eq "user123" is uid=user123 [ldap 39]', () => {
    expect(nativeQuery({ kind: 'equals', attribute: new Attribute('uid', ['user123']) }, ldapConfig()).text).toBe('(uid=user123)');
  });

  test('the native filter comes first, then the user filter or the object classes [ldap 38, 41]', () => {
    expect(searchFilter(ACCOUNT, '(uid=a)', ldapConfig({ accountSearchFilter: '(sn=b)' }))).toBe('(&(uid=a)(sn=b))');
    expect(searchFilter(ACCOUNT, '(uid=a)', ldapConfig())).toBe('(&(uid=a)(&(objectClass=top)(objectClass=person)(objectClass=organizationalPerson)(objectClass=inetOrgPerson)))');
  });

  test('accountSearchFilter is in the filter of sync, in the place of the object classes', async () => {
    const run = (accountSearchFilter: string | null) => syncScope({ session: sessionOn(new MemoryDirectory('openDj'), ldapConfig({ accountSearchFilter, baseContexts: ['dc=example'] })), objectClass: ACCOUNT, options: OperationOptions.none, signal: quiet() }, DEFAULT_SCHEMA, false);
    expect((await run('(employeeType=staff)')).filter).toBe('(employeeType=staff)');
    expect((await run(null)).filter).toContain('(objectClass=inetOrgPerson)');
  });
});

describe('new entries', () => {
  test.each([[ACCOUNT, ['top', 'person', 'organizationalPerson', 'inetOrgPerson']], [GROUP, ['top', 'groupOfUniqueNames']]])('of class %s have the configured classes unless the request names others [ldap 34, 35]', async (objectClass, classes) => {
    const added: unknown[] = [];
    const directory = new MemoryDirectory('openDj');
    const watched = Object.assign(directory, { add: async (dn: string, list: readonly { readonly name: string; readonly values: readonly unknown[] }[]) => {
      added.push(list.find(({ name }) => name === 'objectClass')?.values);
      directory.put(dn, {});
    } });
    const session = sessionOn(watched, ldapConfig({ uidAttribute: 'dn' }));
    await create(session, request(objectClass, { attributes: attributes({ __NAME__: 'cn=a,dc=example' }) }), call());
    await create(session, request(objectClass, { attributes: attributes({ __NAME__: 'cn=b,dc=example', objectClass: ['top', 'device'] }) }), call());
    expect(added).toEqual([classes, ['top', 'device']]);
  });
});

describe('blocks', () => {
  test.each<[string, Parameters<typeof ldapConfig>[0], object]>([
    ['none without useBlocks, whatever usePagedResultControl says [ldap 43, 46]', { useBlocks: false, usePagedResultControl: true }, { pageSize: undefined, window: undefined }],
    ['simple paged results of blockSize [ldap 44, 47]', { useBlocks: true, usePagedResultControl: true, blockSize: 7 }, { pageSize: 7, window: undefined }],
    ['virtual list views of blockSize, by vlvSortAttribute [ldap 45, 47]', { useBlocks: true, usePagedResultControl: false, blockSize: 7, vlvSortAttribute: 'sn' }, { pageSize: undefined, window: { size: 7, offset: 1 }, sortKeys: [{ attribute: 'sn', ascending: true }] }],
  ])('%s', async (_what, values, asked) => {
    const directory = new Blocks('openDj').put('dc=example', {});
    const session = sessionOn(directory, ldapConfig({ uidAttribute: 'dn', readSchema: false, baseContexts: ['dc=example'], ...values }));
    for await (const object of search(session, { objectClass: ACCOUNT, filter: undefined, options: OperationOptions.none }, call())) expect(object).toBeUndefined();
    const sent = directory.searches.find(({ scope }) => scope === 'sub')!;
    expect({ pageSize: sent.pageSize, window: sent.window, ...(sent.sortKeys === undefined ? {} : { sortKeys: sent.sortKeys.map(({ attribute, ascending }) => ({ attribute, ascending })) }) }).toEqual(asked);
  });
});
