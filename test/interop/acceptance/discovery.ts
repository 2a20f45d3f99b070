import { describe, expect } from 'vitest';
import type { Json } from '../../support/rest-client.js';
import { STAFF } from './acceptance-data.js';
import { connectorOf } from './acceptance-provisioners.js';
import { systemsOf, type AcceptanceWorld } from './acceptance-world.js';
import type { Proofs } from './proof.js';

type Types = Record<string, { readonly nativeType: string; readonly properties: Record<string, Json> }>;

/** What the controller has found out about a connector: its exact version and where it is. */
async function available(world: AcceptanceWorld, connectorName: string): Promise<Json> {
  const { connectorRef } = await world.post('?_action=availableConnectors') as { connectorRef: Json[] };
  const found = connectorRef.find((ref) => ref['connectorName'] === connectorName && ref['bundleName'] === connectorOf(connectorName).bundleName && String(ref['bundleVersion']).startsWith('2.'));
  if (found === undefined) throw new Error(`${connectorName} is not among ${JSON.stringify(connectorRef)}`);
  return found;
}

async function reference(world: AcceptanceWorld, connectorName: string): Promise<Json> {
  const { bundleName, bundleVersion, connectorHostRef } = await available(world, connectorName);
  return { bundleName, bundleVersion, connectorName, connectorHostRef };
}

const CSV = 'org.forgerock.openicf.csvfile.CSVFileConnector';
const LDAP = 'org.identityconnectors.ldap.LdapConnector';

/** What a configuration assistant asks before there is a system, and what monitoring asks afterwards. */
export function describeDiscovery({ world, proves, expected, host }: Proofs): void {
  describe('discovery', () => {
    for (const [connector, connectorName] of [['csv', CSV], ['ldap', LDAP]] as const) {
      proves('list', connector, `availableConnectors names ${connectorName}`, async () => {
        expect(await available(world(), connectorName)).toEqual({
          connectorName, bundleName: connectorOf(connectorName).bundleName, bundleVersion: expect.stringMatching(/^\d+(\.\d+)+$/) as string,
          displayName: expect.stringMatching(connector === 'csv' ? /^CSV File Connector$/ : /^LDAP Connector$/) as string, connectorHostRef: world().host.name, systemType: 'provisioner.openicf',
        });
      });

      proves('list', connector, `createCoreConfig answers every property of ${connectorName} with its default`, async () => {
        const connectorRef = await reference(world(), connectorName);
        const core = await world().post('?_action=createCoreConfig', { connectorRef });
        expect(core).toMatchObject({
          connectorRef,
          poolConfigOption: { maxObjects: 10, maxIdle: 10, maxWait: 150_000, minEvictableIdleTimeMillis: 120_000, minIdle: 1 },
          resultsHandlerConfig: { enableNormalizingResultsHandler: true, enableFilteredResultsHandler: true, enableCaseInsensitiveFilter: false, enableAttributesToGetSearchResultsHandler: true },
          operationTimeout: { CREATE: -1, UPDATE: -1, DELETE: -1, TEST: -1, SCRIPT_ON_CONNECTOR: -1, SCRIPT_ON_RESOURCE: -1, GET: -1, RESOLVEUSERNAME: -1, AUTHENTICATE: -1, SEARCH: -1, VALIDATE: -1, SYNC: -1, SCHEMA: -1 },
        });
        expect(core['configurationProperties']).toMatchObject(connector === 'csv'
          ? { csvFile: null, headerUid: 'uid', headerPassword: 'password', fieldDelimiter: ',', quoteCharacter: '"', newlineString: '\n', ...expected('csv-space-replacement', { spaceReplacementString: '_' }, {}), syncFileRetentionCount: 3 }
          : { host: null, port: 389, ssl: false, principal: null, credentials: null, baseContexts: [], blockSize: 100, uidAttribute: 'entryUUID', accountObjectClasses: ['top', 'person', 'organizationalPerson', 'inetOrgPerson'], passwordAttribute: 'userPassword' });
      });

      proves('errors', connector, `an unknown version of ${connectorName} is 404`, async () => {
        const connectorRef = { ...await reference(world(), connectorName), bundleVersion: '99.0' };
        expect(await world().send('?_action=createCoreConfig', { method: 'POST', body: { connectorRef } })).toMatchObject({ status: 404, body: { code: 404 } });
      });
    }

    proves('schema', 'csv', 'createFullConfig makes object types of the columns', async () => {
      const connectorRef = await reference(world(), CSV);
      const full = await world().post('?_action=createFullConfig', { connectorRef, configurationProperties: { csvFile: world().file('csv') } });
      const types = full['objectTypes'] as Types;
      expect(Object.keys(types)).toEqual(['__ACCOUNT__']);
      const column = (nativeName: string): Json => ({ type: 'string', nativeName, nativeType: 'string' });
      expect(types['__ACCOUNT__']).toMatchObject({
        nativeType: '__ACCOUNT__', properties: {
          __NAME__: { ...column('__NAME__'), required: true }, firstName: column('firstName'), lastName: column('lastName'), email: column('email'), badge: column('badge'), city: column('city'),
          __PASSWORD__: { type: 'string', nativeName: '__PASSWORD__', nativeType: 'JAVA_TYPE_GUARDEDSTRING' },
        },
      });
    });

    proves('schema', 'ldap', 'createFullConfig makes object types of the directory\'s schema', async () => {
      const connectorRef = await reference(world(), LDAP);
      const { host, port, adminDn, adminPassword } = world().ldap;
      // The answer is a whole provisioner file, with the credentials it was asked with.
      const body = { connectorRef, configurationProperties: { host, port, principal: adminDn, credentials: adminPassword, baseContexts: [STAFF] } };
      const full = await world().ok('?_action=createFullConfig', { method: 'POST', body, showsSecret: true });
      const account = (full['objectTypes'] as Types)['__ACCOUNT__'];
      expect(account?.properties).toMatchObject({
        __NAME__: { type: 'string', nativeName: '__NAME__', nativeType: 'string', required: true },
        cn: { type: 'array', items: { type: 'string', nativeType: 'string' }, nativeName: 'cn', nativeType: 'string', required: true },
        sn: { type: 'array', nativeName: 'sn', required: true },
        employeeNumber: { type: 'string', nativeName: 'employeeNumber', nativeType: 'string' },
        telephoneNumber: { type: 'array', items: { type: 'string', nativeType: 'string' } },
        jpegPhoto: { type: 'array', items: { type: 'string', nativeType: 'JAVA_TYPE_BYTE_ARRAY' } },
        __PASSWORD__: { type: 'string', nativeType: 'JAVA_TYPE_GUARDEDSTRING' },
      });
      expect(Object.keys(full['objectTypes'] as Types)).toEqual(expect.arrayContaining(['__ACCOUNT__', '__GROUP__']));
    });

    for (const [connector, displayName] of [['csv', 'CSV File Connector'], ['ldap', 'LDAP Connector']] as const) {
      proves('test', connector, `test of one ${connector} system answers its status, with the keys in order`, async () => {
        const status = await world().post(`${connector}?_action=test`);
        expect(Object.keys(status)).toEqual(['name', 'enabled', 'config', 'connectorRef', 'displayName', 'objectTypes', 'ok']);
        expect({ ...status, objectTypes: [...status['objectTypes'] as string[]].sort() }).toEqual({
          name: connector, enabled: true, config: `config/provisioner.openicf/${connector}`, displayName, objectTypes: ['__ALL__', 'account'], ok: true,
          connectorRef: { ...connectorOf(connector === 'csv' ? CSV : LDAP), connectorHostRef: world().host.name },
        });
        expect(await world().post('?_action=test', { id: connector })).toEqual(status);
      });
    }

    proves('test', 'csv', 'test without a name answers for all systems', async () => {
      const all = await world().post('?_action=test') as unknown as Json[];
      expect(all.map(({ name, ok }) => ({ name, ok })).sort((left, right) => (String(left.name) < String(right.name) ? -1 : 1))).toEqual(systemsOf(host).sort().map((name) => ({ name, ok: true })));
    });

    proves('test', 'csv', 'testConfig says which file is missing', async () => {
      const body = { name: 'nofile', connectorRef: await reference(world(), CSV), configurationProperties: { csvFile: '/nowhere/at/all.csv' } };
      const answer = await world().post('?_action=testConfig', body);
      expect(answer).toMatchObject({ name: 'nofile', ok: false, error: expect.stringContaining('/nowhere/at/all.csv') as string });
    });

    proves('test', 'ldap', 'testConfig says what is wrong with the credentials', async () => {
      const { host, port, adminDn } = world().ldap;
      const body = { name: 'nologin', connectorRef: await reference(world(), LDAP), configurationProperties: { host, port, principal: adminDn, credentials: 'wrong', baseContexts: [STAFF] } };
      expect(await world().post('?_action=testConfig', body)).toMatchObject({ name: 'nologin', ok: false, error: expect.stringMatching(/^org\.identityconnectors\.framework\.common\.exceptions\.\w+: ./) as string });
    });

    proves('validate', 'csv', 'testConfig refuses a configuration that lacks what is required', async () => {
      const body = { name: 'nothing', connectorRef: await reference(world(), CSV), configurationProperties: {} };
      expect(await world().post('?_action=testConfig', body)).toMatchObject({ name: 'nothing', ok: false });
    });

    proves('validate', 'ldap', 'testConfig refuses a configuration that lacks what is required', async () => {
      const body = { name: 'nothing', connectorRef: await reference(world(), LDAP), configurationProperties: {} };
      expect(await world().post('?_action=testConfig', body)).toMatchObject({ name: 'nothing', ok: false });
    });
  });
}
