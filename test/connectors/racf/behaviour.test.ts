import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import racf from '../../../connectors/catalog/racf/index.js';
import { defaultConfiguration, describeConnector } from '../../../connectors/framework/index.js';
import { ACCOUNT, Attribute, GROUP, GuardedString, Uid, type IcfValue } from '../../../protocol/model/index.js';
import { RSE_API } from '../../targets/rse-api.js';
import { ZOSMF } from '../../targets/zosmf.js';
import { RacfFixture, failure, plain, type Values } from './fixture.js';

const secret = (text: string): IcfValue => new GuardedString(text);
const object = (fields: Record<string, string>): IcfValue => new Map<IcfValue, IcfValue>(Object.entries(fields));

/** The second create sample of the specification's source, with its "..." left out. */
const ANTO: Values = {
  __NAME__: 'Anto', userId: 'Anto', __PASSWORD__: secret('Rvts1234'), __ENABLE__: true, NAME: 'Anto Monisha', ATTRIBUTES: ['SPECIAL', 'AUDITOR'], DFLTGRP: 'IAM', MODEL: 'USER',
  __GROUP__: ['SYS1'], OWNER: 'Z1', CLAUTH: ['TERMINAL', 'TAPEVOL'], PROXY_LDAPHOST: 'LDAP://12.34.567.89:389', PROXY_BINDDN: 'PATRICIA', CICS_XRFSOFF: 'NOFORCE', CICS_TIMEOUT: '10',
  CICS_OPCLASS: '2', CICS_OPIDENT: '2', CICS_TSLKEY: '99', CICS_RSLKEY: '99', CICS_OPPRTY: '5', DCE_DCENAME: 'TEST200', DCE_HOMECELL: '/.../elvis.memphis.ibm.com',
  DCE_HOMEUUID: '003456ab-ecb7-7de3-ebda-95531ed63dae', DCE_UUID: '004386ea-ebb6-1ec3-bcae-10005ac90feb', DCE_AUTOLOGIN: 'No',
  KERB_ENCRYPT: ['DES', 'DES3', 'DESD', 'NOAES128', 'AES128SHA2', 'AES256SHA2'], KERB_KERBNAME: 'KRBSEG002.SEC.COM', KERB_MAXTKTLFE: '96400',
  NETVIEW_CONSNAME: 'CNSOLE06', NETVIEW_CTL: 'SPECIFIC', NETVIEW_DOMAINS: 'FR', NETVIEW_IC: 'NETVIEWCOMMAND', NETVIEW_MSGRECVR: 'YES', NETVIEW_NGMFADMN: 'YES', NETVIEW_OPCLASS: '1',
  DFP_DATAAPPL: 'DFP4APPL', DFP_DATACLAS: 'DFP4DATA', DFP_MGMTCLAS: 'DFP4MGMT', DFP_STORCLAS: 'DFP4STOR', TSO_ACCTNUM: '98655TT', TSO_PROC: 'TSOPROC3', TSO_JOBCLASS: 'Z', TSO_HOLDCLASS: 'X',
  TSO_MSGCLASS: 'Q', TSO_SYS: 'X', TSO_MAXSIZE: '15000', TSO_SIZE: '2500', WHEN: object({ DAYS: 'WED', TIME: '0800:1800' }), LNOTES_SNAME: 'anto01', NDS_UNAME: 'anto01',
  LANGUAGE_PRIMARY: 'ENU', LANGUAGE_SECONDARY: 'DEU', OVM_UID: 280, OVM_FSROOT: '123', OVM_HOME: '/u/pat', OVM_PROGRAM: '/bin/sh',
};

const GROUP_SAMPLE: Values = {
  GID: 'SFDSFFH', __NAME__: 'SFDSFFH', SUPGROUP: 'SYS1', TERMUACC: true, UNIVERSAL: true, DATA: 'HELLOEVERYONE', OVM_GID: 3245, OMVS_GID: 4365, TME_ROLES: 'role002',
  DFP_MGMTCLAS: 'DFP3MGMT', DFP_STORCLAS: 'DFP3STOR', DFP_DATAAPPL: 'DFP3APPL', DFP_DATACLAS: 'DFP3DATA', MODEL: 'TEST', OWNER: 'IBMUSER',
};

describe.each([['the RSE API', 'RSE', RSE_API], ['z/OSMF', 'ZOSMF', ZOSMF]] as const)('RACF over %s', (_name, restApi, api) => {
  let fixture: RacfFixture;
  const sent = () => fixture.racf.commands;

  beforeAll(async () => {
    fixture = await RacfFixture.start({ restApi }, api);
    for (const name of ['IAM', 'EMPLOYEE', 'Z1']) fixture.racf.addGroup(name);
  });
  afterAll(() => fixture.stop());

  it('[racf 2] [racf 4] tests by signing on and listing over the REST path of hostName and port', async () => {
    await fixture.facade.perform({ kind: 'test' }, fixture.call());
    expect(sent().slice(-2).map((command) => command.split(' ').slice(0, 2).join(' '))).toEqual(['LISTUSER IBMUSER', 'LISTGRP SYS1']);
    const schema = await fixture.facade.perform({ kind: 'schema' }, fixture.call());
    expect(schema!.objectClasses.map(({ type }) => type)).toEqual([ACCOUNT, GROUP]);
  });

  it('[racf 14] refuses an account without __NAME__ or userId', async () => {
    for (const values of [{ __NAME__: 'X' }, { userId: 'X' }]) expect(await failure(fixture.create(values))).toMatchObject({ kind: 'invalidAttributeValue', outcome: 'notApplied' });
  });

  it('[racf 15] refuses an account whose __NAME__ is not its userId', async () => {
    expect((await failure(fixture.create({ __NAME__: 'BJENSEN', userId: 'OTHER' }))).message).toMatch(/Give both the same value/);
  });

  it.each(['', 'TOOLONG99', 'A B', "A'B", 'Ä', 'A_B'])('[racf 16] [racf 17] refuses the user ID "%s"', async (userId) => {
    expect(await failure(fixture.create({ __NAME__: userId === '' ? 'X' : userId, userId }))).toMatchObject({ kind: 'invalidAttributeValue' });
  });

  it('[racf 16] takes A-Z, 0-9, #, $ and @', async () => {
    expect(await fixture.create({ __NAME__: '#$@A09', userId: '#$@A09' })).toBe('#$@A09');
    expect(await fixture.ids(undefined, ACCOUNT, ['__NAME__'])).toContain('#$@A09');
  });

  it('[racf 19] [racf 20] [racf 21] an account created with the minimum reads back complete', async () => {
    const id = await fixture.create({ __NAME__: 'BJENSEN', userId: 'BJENSEN' });
    expect(sent().at(-1)).toBe('ADDUSER BJENSEN NOPASSWORD');
    expect(await fixture.read(id)).toEqual({
      _id: 'BJENSEN', NAME: 'UNKNOWN', 'LAST-ACCESS': 'UNKNOWN', DFLTGRP: 'SYS1', WHEN: { DAYS: 'ANYDAY', TIME: 'ANYTIME' }, 'PASS-INTERVAL': 'N/A', PHRASEDATE: 'N/A', __NAME__: 'BJENSEN',
      __ENABLE__: true, SECLABEL: 'NONE SPECIFIED', userId: 'BJENSEN', ATTRIBUTES: ['PROTECTED'], PASSDATE: 'N/A', SECLEVEL: 'NONE SPECIFIED',
      __GROUP__: [{ GROUP: 'SYS1', OWNER: 'IBMUSER', AUTH: 'USE', UACC: 'NONE' }], OWNER: 'IBMUSER',
    });
  });

  it('refuses a second account of the same ID', async () => {
    expect(await failure(fixture.create({ __NAME__: 'BJENSEN', userId: 'BJENSEN' }))).toMatchObject({ kind: 'alreadyExists' });
  });

  it('[racf 3] [racf 13] [racf 18] [racf 22] [racf 23] [racf 24] [racf 26] [racf 27] [racf 28] [racf 29] [racf 30] [racf 37] creates the account of the documentation', async () => {
    const id = await fixture.create(ANTO);
    expect(id).toBe('ANTO');
    expect(sent().slice(-2)).toEqual([expect.stringMatching(/^ADDUSER ANTO PASSWORD\(Rvts1234\)/), 'CONNECT ANTO GROUP(SYS1)']);
    const read = await fixture.read(id);
    expect(read).toMatchObject({
      _id: 'ANTO', userId: 'ANTO', __NAME__: 'ANTO', NAME: 'ANTO MONISHA', OWNER: 'Z1', DFLTGRP: 'IAM', MODEL: 'USER', ATTRIBUTES: ['SPECIAL', 'AUDITOR'], CLAUTH: ['TERMINAL', 'TAPEVOL'], __ENABLE__: true,
      TSO_MSGCLASS: 'Q', CICS_RSLKEY: 99, NETVIEW_OPCLASS: 1, TSO_SIZE: 2500, TSO_MAXSIZE: 15000, DFP_DATAAPPL: 'DFP4APPL', CICS_OPIDENT: '2', CICS_OPCLASS: 2, CICS_OPPRTY: 5, CICS_TSLKEY: 99,
      CICS_TIMEOUT: '00:10 (HH:MM)', WHEN: { DAYS: 'WED.', TIME: '08:00 - 18:00' }, DCE_AUTOLOGIN: 'NO', DCE_HOMECELL: '/.../elvis.memphis.ibm.com', DCE_UUID: '004386ea-ebb6-1ec3-bcae-10005ac90feb',
      DCE_HOMEUUID: '003456ab-ecb7-7de3-ebda-95531ed63dae', LNOTES_SNAME: 'anto01', NDS_UNAME: 'anto01', OVM_UID: 280, OVM_HOME: '/u/pat', OVM_PROGRAM: '/bin/sh', KERB_MAXTKTLFE: 96400,
      KERB_ENCRYPT: ['DES', 'DES3', 'DESD', 'AES256', 'AES128SHA2', 'AES256SHA2'], LANGUAGE_PRIMARY: 'ENU', PROXY_LDAPHOST: 'LDAP://12.34.567.89:389', TSO_SYS: 'X', PASSDATE: '00.000', 'PASS-INTERVAL': '180',
    });
    expect(Object.keys(read)).not.toContain('__PASSWORD__');
  });

  it('[racf 25] [racf 31] [racf 32] [racf 33] [racf 34] [racf 35] [racf 38] updates the account of the documentation', async () => {
    const rest = Object.fromEntries(Object.entries(ANTO).filter(([name]) => !['__NAME__', 'userId', 'DFLTGRP'].includes(name)));
    await fixture.update('ANTO', {
      ...rest, NAME: 'Monisha Vincer', RESUME: null, REVOKE: null, __GROUP__: ['IAM', 'EMPLOYEE'], MODEL: 'RACF.ACCESS', OWNER: 'IBMUSER', CLAUTH: ['TAPEVOL'], CICS_OPIDENT: '3',
      KERB_ENCRYPT: ['DES', 'DES3', 'DESD', 'AES128', 'AES128SHA2', 'AES256SHA2'], NETVIEW_DOMAINS: 'SK', LNOTES_SNAME: 'antovincer01', OVM_UID: 281, OVM_HOME: '/u/pat1',
    });
    const read = await fixture.read('ANTO');
    expect(read).toMatchObject({
      NAME: 'MONISHA VINCER', OWNER: 'IBMUSER', MODEL: 'RACF.ACCESS', CLAUTH: ['TERMINAL', 'TAPEVOL'], KERB_ENCRYPT: ['DES', 'DES3', 'DESD', 'AES128', 'AES256', 'AES128SHA2', 'AES256SHA2'],
      CICS_OPIDENT: '3', NETVIEW_DOMAINS: 'SK', LNOTES_SNAME: 'antovincer01', OVM_UID: 281, OVM_HOME: '/u/pat1', PASSDATE: '00.000', 'PASS-INTERVAL': '180',
    });
    expect((read['__GROUP__'] as unknown as { GROUP: string }[]).map(({ GROUP: group }) => group)).toEqual(['IAM', 'EMPLOYEE']);
    const names = fixture.with({ restApi, groupDetails: false });
    expect((await fixture.read('ANTO', ACCOUNT, undefined, names))['__GROUP__']).toEqual(['IAM', 'EMPLOYEE']);
  });

  it('[racf 28] [racf 29] takes WHEN and CICS_TIMEOUT in the form they are returned in', async () => {
    await fixture.update('ANTO', { WHEN: object({ DAYS: 'WED.', TIME: '08:00 - 18:00' }), CICS_TIMEOUT: '00:10 (HH:MM)' });
    expect(await fixture.read('ANTO')).toMatchObject({ WHEN: { DAYS: 'WED.', TIME: '08:00 - 18:00' }, CICS_TIMEOUT: '00:10 (HH:MM)' });
  });

  it.each(['DFLTGRP', 'SECLEVEL', 'SECLABEL', 'LAST-ACCESS', 'PASS-INTERVAL', 'PHRASEDATE', 'PASSDATE', 'userId'])('[racf 36] refuses to change %s', async (name) => {
    expect(await failure(fixture.update('ANTO', { [name]: 'OTHER' }))).toMatchObject({ kind: 'invalidAttributeValue', outcome: 'notApplied' });
  });

  it('[racf 36] takes what is so already for unchanged, and then runs no command that changes anything', async () => {
    const before = sent().length;
    await fixture.update('ANTO', { DFLTGRP: 'IAM', PASSDATE: '00.000', __ENABLE__: true });
    expect(sent().slice(before).map((command) => command.split(' ')[0])).toEqual(['LISTUSER']);
  });

  it('[racf 42] resets a password with nothing else, and does not answer it', async () => {
    await fixture.update('ANTO', { __PASSWORD__: secret('Rvts123') });
    expect(sent().at(-1)).toBe('ALTUSER ANTO PASSWORD(Rvts123)');
    expect(fixture.racf.users.get('ANTO')!.password).toBe('Rvts123');
  });

  it('[racf 43] deactivates and activates with nothing else', async () => {
    await fixture.update('ANTO', { __ENABLE__: false });
    expect([sent().at(-1), (await fixture.read('ANTO'))['__ENABLE__']]).toEqual(['ALTUSER ANTO REVOKE', false]);
    await fixture.update('ANTO', { __ENABLE__: true });
    expect([sent().at(-1), (await fixture.read('ANTO'))['__ENABLE__']]).toEqual(['ALTUSER ANTO RESUME', true]);
  });

  it('[racf 40] query-all-ids answers every user ID by one SEARCH', async () => {
    const before = sent().length;
    expect(await fixture.ids(undefined, ACCOUNT, [])).toEqual(['#$@A09', 'ANTO', 'BJENSEN', 'IBMUSER']);
    expect(sent().slice(before)).toEqual(['SEARCH CLASS(USER) NOMASK']);
  });

  it('[racf 41] reads an account with the segments of the configuration; nobody, for an ID that is not there', async () => {
    await fixture.read('ANTO');
    expect(sent().at(-1)).toBe('LISTUSER ANTO CICS DCE DFP KERB LANGUAGE LNOTES NDS NETVIEW OMVS OPERPARM OVM PROXY TSO WORKATTR');
    expect(await fixture.get('NOBODY')).toBeUndefined();
  });

  it('[racf 44] deletes a user', async () => {
    await fixture.remove('ANTO');
    expect([sent().at(-1), await fixture.get('ANTO')]).toEqual(['DELUSER ANTO', undefined]);
    expect(await failure(fixture.remove('ANTO'))).toMatchObject({ kind: 'unknownUid' });
  });

  it('[racf 45] [racf 46] refuses a group without GID or __NAME__, of two names, or of a wrong one', async () => {
    for (const values of [{ GID: 'G' }, { __NAME__: 'G' }, { GID: 'G', __NAME__: 'H' }, { GID: 'TOOLONG99', __NAME__: 'TOOLONG99' }]) {
      expect(await failure(fixture.create(values, GROUP))).toMatchObject({ kind: 'invalidAttributeValue' });
    }
  });

  it('[racf 37] [racf 39] [racf 47] [racf 48] [racf 49] creates the group of the documentation', async () => {
    await fixture.create(GROUP_SAMPLE, GROUP);
    expect(await fixture.read('SFDSFFH', GROUP)).toEqual({
      _id: 'SFDSFFH', DFP_DATACLAS: 'DFP3DATA', Users: null, OWNER: 'IBMUSER', DFP_DATAAPPL: 'DFP3APPL', GID: 'SFDSFFH', OVM_GID: 3245, DATA: 'HELLOEVERYONE', __NAME__: 'SFDSFFH', TME_ROLES: 'ROLE002',
      CREATED: '24.005', OMVS_GID: 4365, SUPGROUP: 'SYS1', SUBGROUP: null, UNIVERSAL: true, TERMUACC: true, DFP_STORCLAS: 'DFP3STOR', DFP_MGMTCLAS: 'DFP3MGMT', MODEL: 'TEST',
    });
    expect(await failure(fixture.create({ GID: 'SFDSFFH', __NAME__: 'SFDSFFH' }, GROUP))).toMatchObject({ kind: 'alreadyExists' });
  });

  it('[racf 50] [racf 51] updates a group, an unchanged TERMUACC among its attributes, and refuses what cannot be changed', async () => {
    await fixture.update('SFDSFFH', {
      SUPGROUP: 'SYS1', TERMUACC: true, DATA: 'HELLY', OVM_GID: 3651, OMVS_GID: 9011, TME_ROLES: 'ROLE004', DFP_MGMTCLAS: 'DFP4MGMT', DFP_STORCLAS: 'DFP4STOR', DFP_DATAAPPL: 'DFP4APPL',
      DFP_DATACLAS: 'DFP4DATA', OWNER: 'IBMUSER', MODEL: 'TEST001',
    }, GROUP);
    expect(await fixture.read('SFDSFFH', GROUP)).toMatchObject({ DATA: 'HELLY', OVM_GID: 3651, OMVS_GID: 9011, TME_ROLES: 'ROLE004', MODEL: 'TEST001', UNIVERSAL: true });
    for (const values of [{ TERMUACC: false }, { CREATED: '24.006' }, { SUBGROUP: 'X' }, { GID: 'OTHER' }, { UNIVERSAL: false }]) {
      expect(await failure(fixture.update('SFDSFFH', values, GROUP))).toMatchObject({ kind: 'invalidAttributeValue', outcome: 'notApplied' });
    }
  });

  it('[racf 52] [racf 53] answers every group ID, and one group in full for its ID', async () => {
    expect(await fixture.ids(undefined, GROUP, [])).toEqual(['EMPLOYEE', 'IAM', 'SFDSFFH', 'SYS1', 'Z1']);
    expect(await fixture.ids({ kind: 'equals', attribute: new Uid('SFDSFFH') }, GROUP)).toEqual(['SFDSFFH']);
    expect(sent().at(-1)).toBe('LISTGRP SFDSFFH DFP OMVS OVM TME');
  });

  it('[racf 54] deletes a group', async () => {
    await fixture.remove('SFDSFFH', GROUP);
    expect(await fixture.get('SFDSFFH', GROUP)).toBeUndefined();
  });

  it('finds by the beginning of an ID, and exactly by its spelling', async () => {
    expect(await fixture.ids({ kind: 'startsWith', attribute: Attribute.of('userId', 'BJ') })).toEqual(['BJENSEN']);
    expect(await fixture.ids({ kind: 'equals', attribute: Attribute.of('userId', 'bjensen') })).toEqual([]);
    expect(plain((await fixture.get('bjensen'))!)).toMatchObject({ _id: 'BJENSEN' });
  });
});

describe('the definition', () => {
  it('[racf 5] has the keys of the Java connector', () => {
    expect(racf.key).toMatchObject({ bundleName: 'org.forgerock.openicf.connectors.racf-connector', connectorName: 'org.forgerock.openicf.connectors.racf.RacfConnector', bundleVersion: expect.stringMatching(/^1\.5\./) as string });
  });

  it('[racf 6] [racf 7] [racf 8] has its required, confidential and default properties', () => {
    const { properties } = defaultConfiguration(racf);
    const named = (test: (property: (typeof properties)[number]) => boolean) => properties.filter(test).map(({ name }) => name);
    expect(named(({ required }) => required)).toEqual(['hostName', 'port', 'userId', 'password', 'acceptSelfSignedCertificates']);
    expect(named(({ confidential }) => confidential)).toEqual(['password', 'clientCertPassword', 'httpProxyPassword']);
    expect(Object.fromEntries(properties.map(({ name, value }) => [name, value]))).toMatchObject({ acceptSelfSignedCertificates: false, maximumConnections: 10, connectionTimeout: 300 });
  });

  it('[racf 9] leaves pooling to its HTTP client', () => {
    expect(racf.pooled).toBe(false);
  });

  it('[racf 11] [racf 12] [racf 13] has the attributes of each segment', () => {
    const [account, group] = racf.objectClasses;
    const segments = (attributes: readonly { readonly name: string }[]) => new Set(attributes.filter(({ name }) => /^[A-Z]+_[A-Z0-9]+$/.test(name)).map(({ name }) => name.split('_')[0]));
    expect([...segments(account!.attributes)].sort()).toEqual(['CICS', 'DCE', 'DFP', 'KERB', 'LANGUAGE', 'LNOTES', 'NDS', 'NETVIEW', 'OMVS', 'OPERPARM', 'OVM', 'PROXY', 'TSO', 'WORKATTR']);
    expect([...segments(group!.attributes)].sort()).toEqual(['DFP', 'OMVS', 'OVM', 'TME']);
  });

  it('[racf 60] [racf 63] offers the interfaces of the documentation', () => {
    expect(describeConnector(racf).interfaces).toEqual(['Create', 'Delete', 'Schema', 'Script on Connector', 'Search', 'Test', 'Update']);
  });
});
