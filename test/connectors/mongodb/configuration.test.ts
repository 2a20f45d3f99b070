import { describe, expect, it } from 'vitest';
import mongodb from '../../../connectors/catalog/mongodb/index.js';
import { createFacade, defaultConfiguration, describeConnector } from '../../../connectors/framework/index.js';
import { parseVersionRange } from '../../../protocol/model/version-range.js';
import { GuardedString, type ConnectorError, type IcfValue } from '../../../protocol/model/index.js';
import { calling, configured } from '../../support/memory-facade.js';
import { recordedLog } from '../../support/quiet-log.js';
import { secret } from '../../support/secret-values.js';

const GOOD: Record<string, IcfValue> = { database: 'test' };

async function refusal(values: Record<string, IcfValue>): Promise<ConnectorError | undefined> {
  const facade = createFacade(mongodb, configured(mongodb, { ...GOOD, ...values }), { log: recordedLog(), stateRoot: '/nonexistent' });
  const error: unknown = await facade.perform({ kind: 'validate' }, calling()).then(() => undefined, (reason: unknown) => reason);
  await facade.dispose();
  return error as ConnectorError | undefined;
}

describe('the configuration', () => {
  it.each<[string, Record<string, IcfValue>, RegExp]>([
    ['no database', { database: null }, /database is missing/],
    ['a database no name can be', { database: 'a/b' }, /database is "a\/b"/],
    ['an address that is none', { connectionURI: 'http://localhost' }, /connectionURI is no address of MongoDB/],
    ['an address with a bad port', { connectionURI: 'mongodb://localhost:99999/test' }, /no host:port/],
    ['an address with a bad escape', { connectionURI: 'mongodb://localhost/%zz' }, /percent sign/],
    ['an address without server', { connectionURI: 'mongodb:///test' }, /names no server/],
    ['credentials from elsewhere', { connectionURI: 'mongodb://localhost/test?authMechanism=MONGODB-AWS' }, /authMechanism MONGODB-AWS/],
    ['writes nobody confirms', { connectionURI: 'mongodb://localhost/test?w=0' }, /w=0/],
    ['a blank host', { host: ' ' }, /host is blank/],
    ['a port that is none', { port: 70_000 }, /70000/],
    ['a member that is none', { clusterAddresses: ['host1:27017', 'host2:port'] }, /host2:port/],
    ['a user without password', { user: 'ann' }, /password is not/],
    ['a negative minimum [mongodb 19]', { minConnectionsPerHost: -1 }, /minConnectionsPerHost is -1/],
    ['no connection at all [mongodb 19]', { maxConnectionsPerHost: 0 }, /maxConnectionsPerHost is 0/],
    ['a minimum above the maximum', { minConnectionsPerHost: 6 }, /more than maxConnectionsPerHost, 5/],
    ['a negative life', { maxConnectionLifeTime: -1 }, /maxConnectionLifeTime is -1/],
    ['a date format that is none', { dateFormat: 'Q' }, /dateFormat "Q".*letter Q/],
    ['a zone that is none', { timeZone: 'Bree' }, /timeZone "Bree"/],
    ['a name in an operator', { ICFName: '$name' }, /ICFName is "\$name"/],
    ['a mapping that is none', { collections: ['people'] }, /lacks the object class/],
    ['a class mapped twice', { collections: ['__ACCOUNT__=a', '__account__=b'] }, /second time/],
    ['a system collection', { collections: ['__ACCOUNT__=system.users'] }, /no collection of documents/],
    ['a way to sync nobody knows', { collections: ['__ACCOUNT__=a'], syncMode: 'poll' }, /syncMode is "poll"/],
    ['changes of users', { syncMode: 'changeStream' }, /set collections/],
    ['timestamps without field', { collections: ['__ACCOUNT__=a'], syncMode: 'timestamp' }, /timestampField/],
    ['two ways to sync', { collections: ['__ACCOUNT__=a'], syncMode: 'changeStream', syncScriptFileName: 'Sync.js' }, /only one/],
    ['a Groovy script of one\'s own', { scriptRoots: ['/nonexistent'] }, /scriptRoots|ScriptFileName/],
  ])('with %s is refused, with what is wrong', async (_what, values, message) => {
    const error = await refusal(values);
    expect(error).toMatchObject({ kind: 'configuration' });
    expect(error?.message).toMatch(message);
  });

  it('never repeats an address, which may hold a password', async () => {
    const password = secret('password in an address');
    for (const address of [`mongodb://ann:${password}@host:0/test`, `mongodb://ann:${password}/x@host/test`, `mongodb://ann:${password}@/test`, `ann:${password}`, `mongodb://h/?proxyPassword=${password}&authMechanism=X`]) {
      const error = await refusal({ connectionURI: address });
      expect(error?.kind).toBe('configuration');
      expect(error?.message).not.toContain(password);
    }
  });

  it('takes a port written as text, as the sample file has it [mongodb 5] [mongodb 6]', async () => {
    expect(await refusal({ connectionURI: 'mongodb://localhost:27017', host: 'localhost', port: '27017', user: 'myUserAdmin', password: new GuardedString('Passw0rd'), userDatabase: 'admin', database: 'test' })).toBeUndefined();
    expect((await refusal({ port: 'many' }))?.message).toMatch(/port/);
  });

  it('looks at host, port, user and members only without an address [mongodb 9]', async () => {
    expect(await refusal({ connectionURI: 'mongodb://localhost', host: '', port: 0, user: 'ann', clusterAddresses: ['a:b'] })).toBeUndefined();
    expect(mongodb.targets?.({ ...settings(), connectionURI: 'mongodb://db1:1,db2,[::1]:3/x' })).toEqual([{ host: 'db1', port: 1 }, { host: 'db2', port: 27_017 }, { host: '::1', port: 3 }]);
  });

  it('leads to localhost:27017 and to the members it names [mongodb 10] [mongodb 11]', () => {
    expect(mongodb.targets?.(settings())).toEqual([{ host: 'localhost', port: 27_017 }]);
    expect(mongodb.targets?.({ ...settings(), host: 'h', port: 5, clusterAddresses: ['host1:27017', 'host2'] })).toEqual([{ host: 'h', port: 5 }, { host: 'host1', port: 27_017 }, { host: 'host2', port: 27_017 }]);
    expect(mongodb.targets?.({ ...settings(), connectionURI: 'mongodb://h/?proxyHost=p&proxyPort=9&tlsCAFile=%2Fca.pem' })).toEqual([{ host: 'h', port: 27_017 }, { host: 'p', port: 9 }, { path: '/ca.pem' }]);
  });
});

/** The defaults as a connector reads them. */
function settings(): Parameters<NonNullable<typeof mongodb.targets>>[0] {
  const read = Object.entries(mongodb.properties).map(([name, property]) => [name, property.read(defaultConfiguration(mongodb).properties.find((one) => one.name === name)?.value ?? null)]);
  return Object.fromEntries(read) as Parameters<NonNullable<typeof mongodb.targets>>[0];
}

describe('the definition', () => {
  it('has the key and name of the Java connector, in the range of its provisioner files [mongodb 1] [mongodb 3]', () => {
    expect(mongodb.key).toMatchObject({ bundleName: 'org.forgerock.openicf.connectors.mongodb-connector', connectorName: 'org.forgerock.openicf.connectors.mongodb.MongoDBConnector' });
    expect(parseVersionRange('[1.5.0.0,1.6.0.0)').includes(mongodb.key.bundleVersion)).toBe(true);
    expect(mongodb.displayName).toBe('MongoDB Connector');
  });

  it('keeps the password and the sensitive settings secret, and nothing else [mongodb 24] [mongodb 25]', () => {
    const { configurationProperties } = describeConnector(mongodb);
    expect(configurationProperties.filter(({ confidential }) => confidential).map(({ name }) => name)).toEqual(['password', 'customSensitiveConfiguration']);
  });

  it('fills the slots of the scripts the Java connector brings, and leaves five empty [mongodb 20] [mongodb 22]', () => {
    const slots = describeConnector(mongodb).configurationProperties.filter(({ name }) => name.endsWith('ScriptFileName'));
    expect(Object.fromEntries(slots.map(({ name, default: value }) => [name, value]))).toEqual({
      authenticateScriptFileName: null, createScriptFileName: 'usersRoles/Create.groovy', customizerScriptFileName: null, deleteScriptFileName: 'usersRoles/Delete.groovy',
      resolveUsernameScriptFileName: null, schemaScriptFileName: 'usersRoles/Schema.groovy', scriptOnResourceScriptFileName: null, searchScriptFileName: 'usersRoles/Search.groovy',
      syncScriptFileName: null, testScriptFileName: 'usersRoles/Test.groovy', updateScriptFileName: 'usersRoles/Update.groovy',
    });
  });
});
