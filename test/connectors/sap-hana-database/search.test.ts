import { beforeEach, describe, expect, it } from 'vitest';
import hana from '../../../connectors/catalog/sap-hana-database/index.js';
import { ACCOUNT, Attribute, GuardedString, IcfArray, OPTION, Name, OperationOptions, Uid } from '../../../protocol/model/index.js';
import { describeConnector } from '../../../connectors/framework/index.js';
import { describeConnectorContract } from '../../contract/connector-contract.js';
import { failure, plain, type ConnectorCaller } from '../../support/connector-caller.js';
import { calling } from '../../support/memory-facade.js';
import { HanaServer } from '../../targets/hana-server.js';
import type { FakeHana } from '../../targets/hana.js';
import { callerFor, connected } from './system.js';

let started: HanaServer;
let server: FakeHana;
let caller: ConnectorCaller;

beforeEach(async () => { ({ started, server, caller } = await connected()); });

describe('the configuration of the SAP HANA connector', () => {
  it.each([
    [{ url: null }, /url is missing/], [{ url: 'jdbc:sap://host' }, /jdbc:sap:\/\/<server>:<port>/], [{ url: 'jdbc:oracle:thin:@//h:1/x' }, /jdbc:sap/], [{ username: null }, /username is missing/],
    [{ password: '' }, /'password'/], [{ driverClassName: 'org.postgresql.Driver' }, /driverClassName/],
  ])('[sap-hana-database 1] [sap-hana-database 3] needs url, username and password in the form of the documentation: %j', async (changes, message) => {
    const broken = callerFor(started, changes);
    const error = await failure(broken.test());
    expect(error.kind).toBe('configuration');
    expect(error.message).toMatch(message);
    await broken.dispose();
  });

  it('[sap-hana-database 2] [sap-hana-database 5] [sap-hana-database 6] keeps the password confidential, reads 50 at a time and pools by the properties of Tomcat', () => {
    expect(hana.properties.password).toMatchObject({ type: 'String', confidential: true });
    expect(hana.properties.pageSize.default).toBe(50);
    expect(hana.properties.pageSize.read('50')).toBe(50);
    const limits = hana.poolLimits?.(Object.fromEntries(Object.entries(hana.properties).map(([name, property]) => [name, property.read(null) ?? property.default])) as never);
    expect(limits).toMatchObject({ maxObjects: 100, maxIdle: 100, maxWait: 30_000 });
  });

  it('[sap-hana-database 7] [sap-hana-database 8] has the key and the object classes of the Java connector', async () => {
    expect(hana.key).toEqual({ bundleName: 'org.forgerock.openicf.connectors.saphanadb-connector', bundleVersion: '1.5.20.26', connectorName: 'org.forgerock.openicf.connectors.saphanadb.SapHanaDBConnector' });
    const schema = (await caller.facade.perform({ kind: 'schema' }, calling()))! as { objectClasses: readonly { type: string }[] };
    expect(schema.objectClasses.map(({ type }) => type).sort()).toEqual(['APPLICATION_PRIVILEGES', 'ROLES', 'SYSTEM_PRIVILEGES', '__ACCOUNT__']);
  });

  it('[sap-hana-database 34] offers neither Sync nor Authenticate of its own', () => {
    expect(describeConnector(hana).interfaces).not.toContain('Authenticate');
    expect(describeConnector(hana).interfaces).not.toContain('Sync');
  });

  it('[sap-hana-database 36] tests with the first operation ever, and says what is wrong with the login', async () => {
    await caller.test();
    const stranger = callerFor(started, { password: 'Wrong1Password' });
    const error = await failure(stranger.test());
    expect(error.kind).toBe('invalidCredential');
    expect(error.message).not.toContain('Wrong1Password');
    await stranger.dispose();
  });

  it('tries the servers of the address in turn', async () => {
    const several = callerFor(started, { url: started.url.replace('jdbc:sap://', 'jdbc:sap://127.0.0.1:1;') });
    await several.test();
    await several.dispose();
  });

  it('fails as not connected where no database answers', async () => {
    const nowhere = callerFor(started, { url: 'jdbc:sap://127.0.0.1:1' });
    expect((await failure(nowhere.test())).kind).toBe('connectionFailed');
    await nowhere.dispose();
  });
});

describe('searching SAP HANA', () => {
  const names = Array.from({ length: 7 }, (_, index) => `USER_${index}`);
  const uids: Uid[] = [];

  beforeEach(async () => {
    uids.length = 0;
    for (const name of names) uids.push(await caller.create(ACCOUNT, Attribute.of('USER_NAME', name), Attribute.of('PASSWORD', new GuardedString('Password123')), Attribute.of('CLIENT', `00${name.slice(-1)}`)));
    server.statements.length = 0;
  });

  it('[sap-hana-database 28] gives ids alone without reading what is not asked for', async () => {
    const { items } = await caller.search(ACCOUNT, undefined, { [OPTION.attributesToGet]: new IcfArray('String', []) });
    expect(items.map(({ uid }) => uid.value)).toEqual(uids.map(({ value }) => value));
    expect(items[0]?.attributes).toHaveLength(2);
    expect(server.statements.filter((statement) => statement.includes('GRANTED'))).toEqual([]);
  });

  it('[sap-hana-database 29] lists roles by their ids, absent values included', async () => {
    const { items } = await caller.search('ROLES', { kind: 'equals', attribute: Attribute.of('ROLE_NAME', 'ABAP_READ') });
    expect(items.map(plain)).toEqual([{ __UID__: '2361418', __NAME__: 'ABAP_READ', ROLE_ID: '2361418', ROLE_NAME: 'ABAP_READ', ROLE_MODE: 'LOCAL', ROLE_SCHEMA_NAME: [], GLOBAL_IDENTITY: [] }]);
    expect(items[0]?.get('GLOBAL_IDENTITY')?.single).toBeNull();
  });

  it('[sap-hana-database 30] lists privileges by name, and nothing else of them', async () => {
    const system = await caller.search('SYSTEM_PRIVILEGES');
    expect(system.items.map(plain)[0]).toEqual({ __UID__: 'ADAPTER ADMIN', __NAME__: 'ADAPTER ADMIN' });
    const application = await caller.search('APPLICATION_PRIVILEGES');
    expect(application.items.map(({ name }) => name.value)).toEqual(['sap.hana.backup::Admin', 'sap.hana.ide::Catalog']);
  });

  it('[sap-hana-database 32] [sap-hana-database 33] finds a user by USER_NAME, the correlation attribute, in the database', async () => {
    const { items } = await caller.search(ACCOUNT, { kind: 'equals', attribute: Attribute.of('USER_NAME', 'USER_3') });
    expect(items.map(({ uid }) => uid.value)).toEqual([uids[3]!.value]);
    expect(server.statements[0]).toContain('USER_NAME = ?');
  });

  it('reads block by block and holds no cursor in between', async () => {
    const small = callerFor(started, { pageSize: 3 });
    const { items } = await small.search(ACCOUNT);
    expect(items).toHaveLength(names.length);
    expect(server.openCursors).toBe(0);
    expect(server.statements.filter((statement) => statement.includes('from SYS.USERS'))).toHaveLength(3);
    await small.dispose();
  });

  it('fails at once when the connection is lost between two blocks, whatever the driver has forgotten by then', async () => {
    const small = callerFor(started, { pageSize: 2 });
    const results = small.facade.stream({ kind: 'search', objectClass: ACCOUNT, filter: undefined, options: OperationOptions.none }, calling(AbortSignal.timeout(10_000)));
    await results.next();
    await started.stop();
    const error = await failure((async () => { for await (const { uid } of results) uids.push(uid); })());
    expect([error.kind, error.retryable]).toEqual(['connectionBroken', true]);
    await small.dispose();
    await started.restart();
  });

  it('refuses a cookie that is none of its own', async () => {
    const options = OperationOptions.of({ [OPTION.pageSize]: 2, [OPTION.pagedResultsCookie]: 'x' });
    const results = caller.facade.stream({ kind: 'search', objectClass: ACCOUNT, filter: undefined, options }, calling());
    expect((await failure(results.next())).kind).toBe('invalidAttributeValue');
  });
});

describeConnectorContract('sap-hana-database', async () => {
  const contractServer = await HanaServer.start();
  const { hana: target } = contractServer;
  return {
    connector: hana,
    configuration: { url: contractServer.url, username: target.login.user, password: target.login.password, pageSize: 4 },
    objectClass: ACCOUNT,
    sample: (index) => [
      new Name(`SAMPLE_${index}`), Attribute.of('__PASSWORD__', new GuardedString(`Pass-w0rd-${index}`)), Attribute.of('EMAIL_ADDRESS', `m${index}@example.com`), Attribute.of('CLIENT', index % 2 === 0 ? 'even' : 'odd'),
    ],
    change: Attribute.of('EMAIL_ADDRESS', 'changed@example.com'),
    multiValued: { name: 'SYSTEM_PRIVILEGES', values: ['CATALOG READ', 'REPO.EXPORT'] },
    filters: [
      { kind: 'equals', attribute: Attribute.of('USER_NAME', 'SAMPLE_1') },
      { kind: 'equals', attribute: new Name('SAMPLE_2') },
      { kind: 'startsWith', attribute: Attribute.of('EMAIL_ADDRESS', 'm1') },
      { kind: 'not', operand: { kind: 'equals', attribute: Attribute.of('CLIENT', 'odd') } },
      { kind: 'and', operands: [{ kind: 'equals', attribute: Attribute.of('USER_NAME', 'SAMPLE_4') }, { kind: 'equals', attribute: Attribute.of('CLIENT', 'even') }] },
    ],
    broken: { password: 'Wrong1Password' },
    optional: ['EMAIL_ADDRESS'],
    freeText: ['EMAIL_ADDRESS'],
    secrets: ['Pass-w0rd-', target.login.password, 'Wrong1Password'],
    behind: { name: 'stand-in for SAP HANA 2.0 by its SQL and protocol references, with the hdb driver', real: false },
    outage: { begin: () => contractServer.stop(), end: () => contractServer.restart() },
    openCursors: async () => target.openCursors,
    stop: () => contractServer.stop(),
  };
});
