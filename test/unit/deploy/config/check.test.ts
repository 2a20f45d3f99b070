import { chmod } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { LDAP, LDAP_REF, MAPPING, check, config, folderWith, told } from './config-files.js';

const SYSTEM = 'provisioner.openicf-ldap.json';
const PROVIDER = 'provisioner.openicf.connectorinfoprovider.json';
const CRYPTO = { $crypto: { type: 'x-simple-encryption', value: { cipher: 'AES/CBC/PKCS5Padding', data: 'Zm9v', iv: 'YmFy', key: 'openidm-sym-default' } } };
const AGENT = 'agent: {name: site-1}\ncontrollers: [{url: "wss://cloud.example/openicf"}]\n';

const findingsOf = async (files: Readonly<Record<string, unknown>>): Promise<string[]> => (await check(await folderWith(files))).files.flatMap(({ findings }) => told(findings));
const system = (change: object): Promise<string[]> => findingsOf({ [SYSTEM]: { ...LDAP, ...change } });
const properties = (change: object): Promise<string[]> => system({ configurationProperties: { ...LDAP.configurationProperties, ...change } });

describe('config check: files that are none', () => {
  it.each<[string, string | Buffer, RegExp]>([
    ['is empty', '', /is empty/],
    ['is no JSON', '{\n  "name": "x",\n  "connectorRef": ,\n}', /line 3 : is no JSON: expected a value/],
    ['ends too early', '{ "a": [1, 2', /expected "," or "\]"/],
    ['has a comma too many', '{\n "a": 1,\n}', /line 3 .*a name in double quotes/],
    ['has a path with single backslashes', '{ "file": "C:\\data\\x.csv" }', /a backslash itself is written \\\\/],
    ['is a list', '[]', /holds no JSON object/],
    ['is UTF-16', Buffer.from('\ufeff{}', 'utf16le'), /is written in UTF-16; save it as UTF-8/],
    ['is nested without end', '['.repeat(100_000), /is no JSON: expected no more than 128 levels/],
    ['is huge', Buffer.alloc(4 * 1024 ** 2 + 1, 0x20), /is larger than 4194304 bytes/],
  ])('says so of one that %s', async (_what, content, expected) => {
    const { code, files, err } = await check(await folderWith({ [SYSTEM]: content }));
    expect(told(files[0]!.findings).join('\n')).toMatch(expected);
    expect({ code, err }).toEqual({ code: 2, err: '1 problem found.\n' });
  });

  it('shows nothing of a broken file, which may hold a password', async () => {
    const { out, err } = await config('check', await folderWith({ [SYSTEM]: '{ "credentials": "Hidden-Tr3asure" x, "p": Hidden-Tr3asure }' }));
    expect(out + err).toContain('is no JSON');
    expect(out + err).not.toContain('Hidden');
  });

  it('takes a byte order mark for what it is to the controller, and looks at the rest', async () => {
    expect(await findingsOf({ [SYSTEM]: `\ufeff${JSON.stringify({ ...LDAP, name: 'with blank' })}` })).toEqual([
      expect.stringContaining('byte order mark'), 'problem name: must be letters, digits, - and _ only',
    ]);
  });

  it('says what cannot be read, and goes on with the others', async () => {
    const folder = await folderWith({ [SYSTEM]: LDAP, 'agent.yaml': AGENT });
    const { code, files } = await check(join(folder, 'gone.json'), join(folder, SYSTEM));
    expect(files.map(({ file, outcome }) => [file.slice(folder.length + 1), outcome])).toEqual([['gone.json', 'problems'], [SYSTEM, 'fine']]);
    expect(told(files[0]!.findings)).toEqual(['problem : cannot be read: there is no such file']);
    expect(code).toBe(2);
    await chmod(join(folder, 'agent.yaml'), 0);
    if (process.getuid?.() !== 0) expect(told((await check(join(folder, 'agent.yaml'))).files[0]!.findings)).toEqual(['problem : cannot be read: this user may not read it']);
  });

  it('refuses a folder with nothing of ours in it', async () => {
    const folder = await folderWith({ 'conf/router.json': {}, 'compose.yaml': 'services: {}\n', 'boot.properties': 'a=b' });
    expect(await config('check', folder)).toEqual({ code: 2, out: '', err: expect.stringContaining('nothing here to look at') as string });
  });

  it.each<[string, unknown, RegExp]>([
    ['policy.yaml', 'rules: []\n', /neither the configuration of an agent.*policy check/],
    ['selfservice.json', { stages: [] }, /nothing agent or controller reads/],
    ['notes.txt', 'x', /is not known by its name/],
    ['agent.yaml', 'a: [', /is no YAML/],
    ['boot.properties', 'openidm.port=8080\n', /no property of a connector server/],
  ])('does not know what %s is', async (name, content, expected) => {
    expect(told((await check(join(await folderWith({ [name]: content }), name))).files[0]!.findings).join('\n')).toMatch(expected);
  });
});

describe('config check: YAML', () => {
  it('tells of every problem of an agent, with its line', async () => {
    expect(await findingsOf({ 'agent.yaml': 'agent: {nam: x}\ncontrollers:\n  - url: ftp://x\nrelays: 5\n' })).toEqual([
      expect.stringMatching(/^problem line 1 : agent\.name: is missing/), expect.stringMatching(/^problem line 1 : agent\.nam: is no setting; did you mean name\?/),
      expect.stringMatching(/^problem line 3 : controllers\[0\]\.url: expected a URL/), expect.stringMatching(/^problem line 4 : relays:/),
    ]);
  });

  it('tells of every problem of a controller, with its line and the nearest word', async () => {
    expect(await findingsOf({ 'controller.yaml': 'rest:\n  prot: 8080\ngateway:\n  port: 99999\n  address: 0.0.0.0\nsystems: {}\n' })).toEqual(expect.arrayContaining([
      'problem line 2 rest.prot: is no setting; did you mean port?',
      'problem line 4 gateway.port: must be a whole number from 0 to 65535',
    ]));
  });

  it('finds both in order', async () => {
    const { code, files } = await check(await folderWith({ 'agent.yaml': AGENT, 'controller.yaml': 'rest: {}\nsystems: {}\n' }));
    expect([code, files.map(({ kind, outcome }) => [kind, outcome])]).toEqual([0, [['agent', 'fine'], ['controller', 'fine']]]);
  });
});

describe('config check: a provisioner file', () => {
  it('that is in order has nothing said about it', async () => {
    expect(await system({})).toEqual([]);
  });

  it.each<[string, object, string | RegExp]>([
    ['an unknown connector', { connectorRef: { ...LDAP_REF, connectorName: 'org.example.SapJcoConnector' } }, /^problem connectorRef\.connectorName: org\.example\.SapJcoConnector is no connector of this version;.*relays:/],
    ['a mistyped connector', { connectorRef: { ...LDAP_REF, connectorName: 'org.identityconnectors.ldap.LdapConector' } }, /did you mean org\.identityconnectors\.ldap\.LdapConnector\?/],
    ['an unknown bundle', { connectorRef: { ...LDAP_REF, bundleName: 'com.example.ldap' } }, /^problem connectorRef\.bundleName: com\.example\.ldap is no bundle of/],
    ['another version', { connectorRef: { ...LDAP_REF, bundleVersion: '1.4.0.0' } }, /^problem connectorRef\.bundleVersion: 1\.4\.0\.0 does not fit: .* answers to .* 1\.5\.20\.26.*\[1\.5\.0\.0,1\.6\.0\.0\)/],
    ['a range that is none', { connectorRef: { ...LDAP_REF, bundleVersion: '[2,1' } }, /^problem connectorRef\.bundleVersion: \[2,1 must be a version or a range/],
    ['no connectorRef', { connectorRef: undefined }, 'problem connectorRef: is missing'],
    ['no name', { name: undefined }, 'problem name: is missing'],
    ['a type nobody knows', { objectTypes: { a: { nativeType: 'person', properties: { x: { type: 'text' } } } } }, /^problem objectTypes\.a\.properties\.x\.type: must be one of any, boolean/],
    ['a nativeType nobody knows', { objectTypes: { a: { nativeType: 'person', properties: { x: { type: 'string', nativeType: 'JAVA_TYPE_NONE' } } } } }, 'problem objectTypes.a.properties.x.nativeType: JAVA_TYPE_NONE is not known'],
    ['a password as text', { objectTypes: { a: { nativeType: 'person', properties: { p: { type: 'string', nativeName: '__PASSWORD__' } } } } }, /^problem objectTypes\.a\.properties\.p: __PASSWORD__ must have the nativeType JAVA_TYPE_GUARDEDSTRING/],
    ['a mistyped object class', { objectTypes: { a: { nativeType: '__ACOUNT__' } } }, 'warning objectTypes.a.nativeType: __ACOUNT__ is no object class the connector tells of; did you mean __ACCOUNT__?'],
    ['a mistyped attribute of ICF', { objectTypes: { a: { nativeType: '__ACCOUNT__', properties: { e: { type: 'boolean', nativeName: '__ENABEL__' } } } } }, /did you mean __ENABLE__\?$/],
    ['a mistyped flag', { objectTypes: { a: { nativeType: '__ACCOUNT__', properties: { e: { type: 'string', flags: ['NOT_UPDATABLE'] } } } } }, /NOT_UPDATABLE is no flag and is ignored; did you mean NOT_UPDATEABLE\?$/],
    ['a mistyped timeout', { operationTimeout: { SERCH: 1000 } }, 'warning operationTimeout.SERCH: is not known and is ignored; did you mean SEARCH?'],
    ['a timeout that is no number', { operationTimeout: { SEARCH: '1000' } }, 'warning operationTimeout.SEARCH: is no whole number of milliseconds and is ignored'],
    ['a mistyped pool option', { poolConfigOption: { maxObject: 10 } }, 'warning poolConfigOption.maxObject: is not known and is ignored; did you mean maxObjects?'],
    ['a pool option of another type', { poolConfigOption: { maxIdle: 'ten' } }, 'problem poolConfigOption.maxIdle: expected number, received string'],
    ['a mistyped handler', { resultsHandlerConfig: { enableFilterResultsHandler: true } }, /did you mean enableFilteredResultsHandler\?$/],
    ['a mistyped part', { configurationPropertys: {} }, 'warning configurationPropertys: is not known and is ignored; did you mean configurationProperties?'],
    ['a later version\'s part', { excludeUnmodified: true }, /^warning excludeUnmodified: has no effect here/],
    ['a pattern that is none', { systemActions: [{ scriptId: 'x', actions: [{ systemType: '(', actionType: 'JS', actionSource: '1' }] }] }, 'problem systemActions[0].actions[0].systemType: is no regular expression'],
    ['enabled: false', { enabled: false }, 'warning enabled: is false: the controller does not use this system'],
  ])('with %s', async (_what, change, expected) => {
    const found = await system(change);
    expect(found).toHaveLength(1);
    expect(found[0]).toEqual(typeof expected === 'string' ? expected : expect.stringMatching(expected));
  });

  it.each<[string, object, string | RegExp]>([
    ['a mistyped property', { prot: 389 }, 'warning configurationProperties.prot: is no property of LdapConnector and is ignored; did you mean port?'],
    ['a value of another type', { port: 'high' }, 'problem configurationProperties.port: must be of type int: string to Integer'],
    ['a value the connector refuses', { referralsHandling: 'perhaps' }, /^problem configurationProperties: .*referralsHandling/],
    ['an encrypted value', { credentials: CRYPTO }, /^unchecked configurationProperties\.credentials: is encrypted with the key openidm-sym-default; only a controller/],
    ['a reference to a property', { port: '&{ldap.port}' }, /^unchecked configurationProperties\.port: is filled in by the controller, which has to know ldap\.port/],
    ['a reference to a secret', { credentials: 'secret://store/ldap-bind' }, 'unchecked configurationProperties.credentials: is a secret that is looked up on the agent'],
    ['a reference that is none', { credentials: 'secret://vault/ldap-bind' }, /^problem configurationProperties\.credentials: begins with secret:\/\/ but is no reference/],
    ['a secret in place of a number', { port: 'secret://store/port' }, /^problem configurationProperties\.port: is of type int and cannot be a reference/],
  ])('whose connector has %s', async (_what, change, expected) => {
    const found = await properties(change);
    expect(found).toHaveLength(1);
    expect(found[0]).toEqual(typeof expected === 'string' ? expected : expect.stringMatching(expected));
  });

  it('whose connector lacks what it cannot do without', async () => {
    const csv = { name: 'hr', connectorRef: { bundleName: 'org.forgerock.openicf.connectors.csvfile-connector', bundleVersion: '[1.5.0.0,1.6.0.0)', connectorName: 'org.forgerock.openicf.csvfile.CSVFileConnector' } };
    expect(await findingsOf({ 'provisioner.openicf-hr.json': { ...csv, configurationProperties: { csvFile: ' ' } } })).toEqual([expect.stringMatching(/^problem configurationProperties\.csvFile: is missing, and .* needs it: /)]);
    expect(await findingsOf({ 'provisioner.openicf-hr.json': { ...csv, configurationProperties: { csvFile: '&{hr.file}' } } })).toEqual([expect.stringMatching(/^unchecked configurationProperties\.csvFile/)]);
  });

  it('has everything said about it at once', async () => {
    const found = await system({ name: 'a b', poolConfigOption: { maxObjects: 'x' }, configurationProperties: { prot: 1, port: 'x', ssl: 'perhaps' }, objectTypes: { a: { nativeType: 'x', properties: { b: { type: 'c' }, d: { type: 'e' } } } } });
    expect(found.map((text) => text.split(':')[0])).toEqual([
      'problem poolConfigOption.maxObjects', 'problem name', 'problem objectTypes.a.properties.b.type', 'problem objectTypes.a.properties.d.type',
      'warning configurationProperties.prot', 'problem configurationProperties.port', 'problem configurationProperties.ssl',
    ]);
  });

  it('never has a secret shown, whatever is wrong', async () => {
    const secret = 'Hidden-Tr3asure';
    const folder = await folderWith({ [SYSTEM]: { ...LDAP, configurationProperties: { ...LDAP.configurationProperties, credentials: [secret, secret], port: secret, referralsHandling: secret, pasword: secret } } });
    const [text, json] = [await config('check', folder), await config('check', folder, '--json')];
    expect(text.out + text.err + json.out + json.err).not.toContain(secret);
    expect(text.out).toContain('configurationProperties.credentials');
  });

  it('may name a connector another server has', async () => {
    const foreign = { ...LDAP, connectorRef: { ...LDAP_REF, connectorName: 'org.example.SapJcoConnector', bundleName: 'org.example.sap', connectorHostRef: 'java1' } };
    const provider = { remoteConnectorServers: [{ name: 'java1', host: 'rcs.example', key: 'k', useSSL: true }] };
    expect(await findingsOf({ [SYSTEM]: foreign, [PROVIDER]: provider })).toEqual([expect.stringMatching(/^unchecked connectorRef: .*connector server java1 has to have it/)]);
    const relaying = `${AGENT}relays: [{name: java2, url: "wss://rcs.example/openicf", key: {file: key}, connectors: [{bundleName: org.example.sap}]}]\n`;
    expect(await findingsOf({ [SYSTEM]: foreign, 'agent.yaml': relaying })).toEqual([expect.stringMatching(/^unchecked connectorRef: .*relay java2 of the agent/)]);
    expect(await findingsOf({ [SYSTEM]: foreign, 'agent.yaml': relaying.replace('org.example.sap', 'org.example.other') })).toEqual([expect.stringMatching(/^problem connectorRef\.connectorName/)]);
  });

  it('may not have the name of another in its folder', async () => {
    expect(await findingsOf({ 'provisioner.openicf-a.json': LDAP, 'provisioner.openicf-b.json': LDAP })).toEqual(['problem name: ldap is the name of the system in provisioner.openicf-a.json as well; the controller uses only that one']);
  });
});

describe('config check: who is connected, and mappings', () => {
  it('tells of everything about connector servers', async () => {
    expect(await findingsOf({ [PROVIDER]: {
      remoteConnectorServers: [{ name: 'a', host: 'h', key: CRYPTO, useSSL: true }, { name: 'b', host: 'h', port: 0, key: 'Hidden', protocol: 'tcp' }, { host: 'h', key: 'Hidden' }],
      remoteConnectorServersGroups: [{ name: 'a', algorithm: 'random', serversList: [{ name: 'z' }] }], remoteConectorClients: [],
    } })).toEqual([
      'warning remoteConectorClients: is not known and is ignored; did you mean remoteConnectorClients?',
      expect.stringMatching(/^problem remoteConnectorServers\[1\]\.port: /), 'problem remoteConnectorServers[2].name: is missing',
      expect.stringMatching(/^unchecked remoteConnectorServers\[0\]\.key: is encrypted/),
      'problem remoteConnectorServersGroups[0].name: a is used more than once among servers, groups and clients',
      'problem remoteConnectorServers[1].protocol: only websocket is spoken; the server is left out',
      expect.stringMatching(/^warning remoteConnectorServers\[2\]\.useSSL: .*clear text/),
      'problem remoteConnectorServersGroups[0].algorithm: must be failover or roundrobin, not random',
      expect.stringMatching(/^warning remoteConnectorServersGroups\[0\]\.serversList\[0\]: z is not among/),
    ]);
  });

  it('tells of everything about a mapping', async () => {
    const found = await findingsOf({ 'sync.json': { mappings: [
      MAPPING, { ...MAPPING, name: 'scripted', source: 'internal/role', onCreate: { type: 'text/javascript', source: 'x' }, properties: [{ target: '_id' }, { target: 'a', transform: {} }], policies: [{ situation: 'ABSENT', action: {} }], validSource: {} },
    ] } });
    expect(found).toHaveLength(5);
    for (const key of ['source must be an object set', 'validSource.type must be text/javascript', 'properties[0].target', 'properties[1].transform.type', 'policies[0].action']) expect(found.join('\n')).toContain(key);
  });

  it('knows where mappings lead when the systems are there as well', async () => {
    expect(await findingsOf({ [SYSTEM]: LDAP, 'sync.json': { mappings: [MAPPING] } })).toEqual(['warning mappings.people.target: the system other is not among the provisioner files that were looked at']);
    expect(await findingsOf({ 'sync.json': { mappings: [MAPPING] } })).toEqual([]);
  });

  it.each<[string, unknown, RegExp]>([
    ['without mappings', {}, /^problem mappings: is missing/],
    ['with two mappings of one name', { mappings: [MAPPING, MAPPING] }, /^problem mappings: two mappings are called people/],
  ])('refuses sync.json %s', async (_what, content, expected) => {
    expect((await findingsOf({ 'sync.json': content })).join('\n')).toMatch(expected);
  });

  it('says what nobody reads here', async () => {
    expect(await findingsOf({ 'mapping-people.json': MAPPING })).toEqual([expect.stringContaining('takes its mappings from sync.json')]);
  });
});

describe('config check: the answer', () => {
  it('is a summary by file, with warnings as no reason to fail', async () => {
    const folder = await folderWith({ 'conf/provisioner.openicf-ldap.json': { ...LDAP, enabled: false }, 'agent.yaml': AGENT });
    const { code, out, err } = await config('check', folder);
    expect([code, err]).toEqual([0, '']);
    expect(out).toBe([
      `ok       ${join(folder, 'agent.yaml')} (configuration of an agent)`,
      `WARNINGS ${join(folder, 'conf/provisioner.openicf-ldap.json')} (system)`,
      '  warning: enabled: is false: the controller does not use this system',
      '2 files: 0 problems, 1 warning', '',
    ].join('\n'));
  });
});
