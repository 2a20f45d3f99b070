import { readdir, stat, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { LDAP, LDAP_REF, MANAGED, MAPPING, NIGHTLY, check, config, folderWith, migrate, readText } from './config-files.js';

const SYSTEM = 'provisioner.openicf-ldap.json';
const PROVIDER = 'provisioner.openicf.connectorinfoprovider.json';
const SECRET = 'Hidden-Tr3asure';
const CRYPTO = { $crypto: { type: 'x-simple-encryption', value: { cipher: 'AES/CBC/PKCS5Padding', data: 'Zm9v', iv: 'YmFy', key: 'openidm-sym-default' } } };
const SERVERS = {
  connectorsLocation: 'connectors',
  remoteConnectorServers: [{ name: 'rcs1', host: 'a.example', port: 8759, key: SECRET, useSSL: true, protocol: 'websocket' }, { name: 'rcs2', host: 'b.example', key: CRYPTO }],
  remoteConnectorServersGroups: [{ name: 'both', algorithm: 'failover', serversList: [{ name: 'rcs1' }, { name: 'rcs2' }] }],
};
const LISTENING = `connectorserver.port=8759\nconnectorserver.usessl=false\nconnectorserver.key=lmA6bMfENJGlIDbfrVtklXFK32s\\=\nconnectorserver.loggerClass=x\n`;
const DIALLING = `connectorserver.url=wss://cloud.example/openicf\nconnectorserver.connectorServerName=rcs1\nconnectorserver.principal=rcs\nconnectorserver.password=${SECRET}\n`;

const points = (list: readonly { readonly path: string; readonly text: string }[]): string[] => list.map(({ path, text }) => `${path}: ${text}`);
const out = async (): Promise<string> => join(await folderWith(), 'out');
/** The report on one system. */
const ofSystem = async (change: object) => (await migrate(await folderWith({ [SYSTEM]: { ...LDAP, ...change } }))).report.files[0]!;

async function treeOf(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1)).sort();
}

describe('config migrate refuses', () => {
  it('to write where a file is already, names it, writes nothing, and replaces with --force', async () => {
    const source = await folderWith({ [SYSTEM]: LDAP, 'sync.json': { mappings: [MAPPING] } });
    const target = await folderWith({ 'conf/sync.json': 'mine' });
    const { code, err } = await config('migrate', source, '--out', target);
    expect([code, err]).toEqual([2, `In ${target} there is already: conf/sync.json. Nothing was written; --force replaces it.\n`]);
    expect(await treeOf(target)).toEqual(['conf/sync.json']);
    expect((await config('migrate', source, '--out', target, '--force')).code).toBe(0);
    expect(await treeOf(target)).toEqual(['conf/provisioner.openicf-ldap.json', 'conf/sync.json', 'controller.yaml']);
    expect(await readText(target, 'conf/sync.json')).not.toBe('mine');
  });

  it('two sources that would become one file', async () => {
    const [one, two] = [await folderWith({ [SYSTEM]: LDAP }), await folderWith({ [SYSTEM]: LDAP })];
    const target = await out();
    expect(await config('migrate', one, two, '--out', target)).toMatchObject({ code: 2, out: '', err: expect.stringMatching(/would both become conf\/provisioner\.openicf-ldap\.json; migrate them one after the other/) as string });
    await expect(stat(target)).rejects.toThrow('ENOENT');
  });

  it('to change a source, also with --force and through a link', async () => {
    const project = await folderWith({ [`conf/${SYSTEM}`]: { ...LDAP, connectorRef: { ...LDAP_REF, bundleVersion: '1.5.20.1' } } });
    const before = await readText(project, 'conf', SYSTEM);
    const links = await folderWith();
    await symlink(project, join(links, 'link'));
    for (const target of [project, join(links, 'link')]) {
      const { code, err } = await config('migrate', project, '--out', target, '--force');
      expect([code, err]).toEqual([2, expect.stringContaining('is one of the files to be migrated, which are never changed')]);
    }
    expect(await readText(project, 'conf', SYSTEM)).toBe(before);
    expect(await treeOf(project)).toEqual([`conf/${SYSTEM}`]);
  });

  it('files with nothing to migrate, saying why', async () => {
    const folder = await folderWith({ [SYSTEM]: `{ "credentials": ${SECRET} }` });
    const { code, err } = await config('migrate', folder, '--out', await out());
    expect(code).toBe(2);
    expect(err).toMatch(/nothing among these files that can be migrated.*is no JSON/);
    expect(err).not.toContain('Hidden');
  });

  it('a directory that cannot be written to, leaving nothing behind', async () => {
    const folder = await folderWith({ [SYSTEM]: LDAP, occupied: 'a file' });
    expect(await config('migrate', join(folder, SYSTEM), '--out', join(folder, 'occupied'))).toMatchObject({ code: 1, err: expect.stringMatching(/occupied cannot be written: ENOTDIR/) as string });
    expect(await treeOf(folder)).toEqual(['occupied', SYSTEM].sort());
  });
});

describe('config migrate: a system', () => {
  it('that works as it is is copied byte for byte', async () => {
    const text = `  ${JSON.stringify({ ...LDAP, name: 'Ldap' }, null, 7)}  \n\n`;
    const target = await out();
    const { report } = await migrate(await folderWith({ [SYSTEM]: text }), '--out', target);
    expect(report.files[0]).toMatchObject({ outcome: 'as-is', written: [`conf/${SYSTEM}`], changes: [], attention: [] });
    expect(await readText(target, 'conf', SYSTEM)).toBe(text);
  });

  it('without --out is told of only', async () => {
    const folder = await folderWith({ [SYSTEM]: LDAP });
    const { code, report } = await migrate(join(folder, SYSTEM));
    expect([code, report.out, report.files[0]?.outcome]).toEqual([0, undefined, 'as-is']);
    expect(await treeOf(folder)).toEqual([SYSTEM]);
  });

  it('of a neighbouring version gets a range that has both', async () => {
    const target = await out();
    const { report } = await migrate(await folderWith({ [SYSTEM]: { ...LDAP, connectorRef: { ...LDAP_REF, bundleVersion: '1.5.20.15' } } }), '--out', target);
    expect(report.files[0]).toMatchObject({ outcome: 'changed', attention: [] });
    expect(points(report.files[0]!.changes)).toEqual([expect.stringMatching(/^connectorRef\.bundleVersion: 1\.5\.20\.15 became \[1\.5\.0\.0,1\.6\.0\.0\)/)]);
    expect(JSON.parse(await readText(target, 'conf', SYSTEM))).toEqual(LDAP);
  });

  it('of another version, of nobody\'s connector, needs attention', async () => {
    const older = await ofSystem({ connectorRef: { ...LDAP_REF, bundleVersion: '1.4.1.0' } });
    expect([older.outcome, points(older.attention)]).toEqual(['as-is', [expect.stringMatching(/^connectorRef\.bundleVersion: 1\.4\.1\.0 does not fit/)]]);
    const sap = await ofSystem({ connectorRef: { ...LDAP_REF, bundleName: 'org.example.sap', connectorName: 'org.example.SapJcoConnector' } });
    expect(points(sap.attention)).toEqual([expect.stringMatching(/SapJcoConnector is no connector of this version\. Let the Java .* stay, and name it under relays: in the agent\.yaml/)]);
  });

  it('with a byte order mark loses it', async () => {
    const target = await out();
    const { report } = await migrate(await folderWith({ [SYSTEM]: `\ufeff${JSON.stringify(LDAP)}` }), '--out', target);
    expect(points(report.files[0]!.changes)).toEqual([': the byte order mark was left out']);
    expect(await readText(target, 'conf', SYSTEM)).toBe(JSON.stringify(LDAP));
  });

  it('with values only IDM can read says what to put there', async () => {
    const { attention } = await ofSystem({ configurationProperties: { ...LDAP.configurationProperties, credentials: CRYPTO, host: '&{ldap.host}' } });
    expect(points(attention)).toEqual([
      expect.stringMatching(/^configurationProperties\.host: refers to ldap\.host: set it under systems\.properties in controller\.yaml/),
      expect.stringMatching(/^configurationProperties\.credentials: is encrypted with the key openidm-sym-default of the keystore of IDM\. Put a reference/),
    ]);
  });

  it('with what differs, is ignored, or needs a person says which and why', async () => {
    const sql = { bundleName: 'org.forgerock.openicf.connectors.scriptedsql-connector', bundleVersion: '[1.5.0.0,1.6.0.0)', connectorName: 'org.forgerock.openicf.connectors.scriptedsql.ScriptedSQLConnector' };
    const { attention, notes } = await ofSystem({ connectorRef: sql, objectTypes: {}, configurationProperties: {
      url: 'jdbc:postgresql://db/x', username: 'x', password: SECRET, dataSourceJNDI: 'jdbc/people', jdbcInterceptors: 'org.example.X', scriptRoots: ['/opt/idm/scripts'],
      createScriptFileName: 'CreateScript.groovy', searchScriptFileName: 'SearchScript.js', tolerance: 7, warningLevel: 3, prot: 1,
    }, systemActions: [{ scriptId: 'x', actions: [{ systemType: '.*', actionType: 'groovy', actionFile: 'tools/x.groovy' }] }] });
    expect(points(attention)).toEqual([
      expect.stringMatching(/^configurationProperties\.dataSourceJNDI: there are no JNDI data sources here/),
      expect.stringMatching(/^configurationProperties\.createScriptFileName: CreateScript\.groovy is Groovy: rewrite it as CreateScript\.js, .*docs\/groovy-migration\.md/),
      expect.stringMatching(/^systemActions\[0\]\.actions\[0\]\.actionType: is Groovy/),
      expect.stringMatching(/^systemActions\[0\]\.actions\[0\]\.actionFile: copy tools\/x\.groovy/),
    ]);
    const text = points(notes).join('\n');
    for (const part of [/^configurationProperties\.prot: is no property/m, /jdbcInterceptors: names Java classes/, /scriptRoots: .*scripts: \{ roots/, /tolerance: belongs to the compiler/, /password: stands there in clear text/]) expect(text).toMatch(part);
    expect(text + points(attention).join('\n')).not.toContain(SECRET);
  });

  it('with a key in the key store of IDM says how to get it out, unless a file is named', async () => {
    const named = (change: object) => ofSystem({ configurationProperties: { ...LDAP.configurationProperties, privateKeyAlias: 'client', ...change } });
    expect(points((await named({})).attention)).toEqual([expect.stringMatching(/^configurationProperties\.privateKeyAlias: names a key in the key store of IDM.*keytool -importkeystore/)]);
    const file = await named({ alternateKeyStore: '/etc/client.p12', alternateKeyStoreType: 'JCEKS' });
    expect(points(file.attention)).toEqual([expect.stringMatching(/^configurationProperties\.alternateKeyStoreType: only PKCS12/)]);
  });

  it('with a whole number that JavaScript has no exact number for is told of like any other', async () => {
    const text = JSON.stringify(LDAP).replace('"port":636', '"port":-9007199254740992');
    const { report } = await migrate(await folderWith({ [SYSTEM]: text }));
    expect(points(report.files[0]!.attention)).toEqual([expect.stringMatching(/^configurationProperties\.port: /)]);
  });

  it('of a database by data source or by the properties of old versions says what to give instead', async () => {
    const table = { bundleName: 'org.forgerock.openicf.connectors.databasetable-connector', bundleVersion: '[1.5.0.0,1.6.0.0)', connectorName: 'org.identityconnectors.databasetable.DatabaseTableConnector' };
    const { attention } = await ofSystem({ connectorRef: table, objectTypes: {}, configurationProperties: { url: 'jdbc:postgresql://db/x', table: 'people', keyColumn: 'id', datasource: 'jdbc/people', jdbcDriver: 'org.postgresql.Driver' } });
    expect(points(attention)).toEqual([expect.stringMatching(/datasource: there are no JNDI data sources/), expect.stringMatching(/jdbcDriver: belongs to versions before 1\.5/)]);
  });

  it('keeps the scripts its connector brings along', async () => {
    const ssh = { bundleName: 'org.forgerock.openicf.connectors.ssh-connector', bundleVersion: '[1.5.0.0,1.6.0.0)', connectorName: 'org.forgerock.openicf.connectors.ssh.SSHConnector' };
    const { attention } = await ofSystem({ connectorRef: ssh, objectTypes: {}, configurationProperties: { host: 'h', user: 'u', password: SECRET, prompt: '$ ', scriptRoots: ['!/scripts/linux'], createScriptFileName: 'CreateLinux.groovy' } });
    expect(points(attention).filter((text) => text.includes('Groovy'))).toEqual([]);
  });
});

describe('config migrate: who is connected', () => {
  it('makes agents that dial in of connector servers, under their names', async () => {
    const target = await out();
    const { report } = await migrate(await folderWith({ [PROVIDER]: SERVERS }), '--out', target);
    expect(JSON.parse(await readText(target, 'conf', PROVIDER))).toEqual({
      connectorsLocation: 'connectors', remoteConnectorServersGroups: SERVERS.remoteConnectorServersGroups,
      remoteConnectorClients: [{ name: 'rcs1', enabled: true }, { name: 'rcs2', enabled: true }],
    });
    expect(parse(await readText(target, 'controller.yaml'))).toMatchObject({ gateway: { port: 8443, agents: [{ name: 'rcs1' }, { name: 'rcs2' }] }, systems: { configuration: 'conf' } });
    expect(points(report.files[0]!.changes)).toEqual([expect.stringMatching(/rcs1 \(a\.example:8759\) became an agent of that name, which dials in.*agent\.name: rcs1/), expect.stringMatching(/rcs2 \(b\.example:8759\)/)]);
    expect(points(report.files[0]!.notes)).toEqual([expect.stringMatching(/both stays a group \(failover\) of rcs1, rcs2/)]);
    expect(report.files[0]!.attention).toEqual([]);
    expect(await readText(target, 'conf', PROVIDER)).not.toContain(SECRET);
  });

  it('goes on dialling where the Java server listens', async () => {
    const target = await out();
    const { code, report } = await migrate(await folderWith({ [PROVIDER]: SERVERS, 'ConnectorServer.properties': LISTENING }), '--out', target);
    const written = JSON.parse(await readText(target, 'conf', PROVIDER)) as typeof SERVERS;
    expect(written.remoteConnectorServers).toEqual([SERVERS.remoteConnectorServers[0], { ...SERVERS.remoteConnectorServers[1], protocol: 'websocket' }]);
    expect(parse(await readText(target, 'controller.yaml'))).not.toHaveProperty('gateway');
    expect(parse(await readText(target, 'agent.yaml'))).toMatchObject({ listeners: [{ port: 8759, keyHash: 'lmA6bMfENJGlIDbfrVtklXFK32s=' }] });
    const provider = report.files.find(({ source }) => source.endsWith(PROVIDER))!;
    expect(points(provider.attention)).toEqual([expect.stringMatching(/^remoteConnectorServers\[1\]\.key: is encrypted by IDM: write the shared key there/)]);
    expect(code).toBe(2);
  });

  it('lets agents dial in under the names systems have for them, also without such a file', async () => {
    const target = await out();
    await migrate(await folderWith({ [SYSTEM]: { ...LDAP, connectorRef: { ...LDAP_REF, connectorHostRef: 'rcs7' } }, 'provisioner.openicf-b.json': { ...LDAP, name: 'b' } }), '--out', target);
    expect(parse(await readText(target, 'controller.yaml'))).toMatchObject({ gateway: { agents: [{ name: 'rcs7' }] } });
    expect((await check(target)).code).toBe(0);
  });

  it('says that a listening agent has to be made known', async () => {
    const notesFor = async (files: object) => points((await migrate(await folderWith({ ...files, 'ConnectorServer.properties': LISTENING }))).report.files.find(({ source }) => source.endsWith('.properties'))!.notes).join('\n');
    expect(await notesFor({})).toContain('name it under remoteConnectorServers');
    expect(await notesFor({ [PROVIDER]: SERVERS })).not.toContain('name it under remoteConnectorServers');
  });

  it('takes a file with clients only as it is', async () => {
    const { report } = await migrate(await folderWith({ [PROVIDER]: { remoteConnectorClients: [{ name: 'rcs1' }] } }));
    expect(report.files[0]).toMatchObject({ outcome: 'as-is', attention: [] });
  });
});

describe('config migrate: mappings', () => {
  it('takes those that can run here, and says why the others cannot, all of it', async () => {
    const scripted = { ...MAPPING, name: 'managedUser_systemLdapAccount', source: 'managed/user', onCreate: { type: 'groovy', source: 'x' } };
    const target = await out();
    const { report, code } = await migrate(await folderWith({ 'sync.json': { mappings: [scripted, MAPPING] } }), '--out', target);
    expect(JSON.parse(await readText(target, 'conf/sync.json'))).toEqual({ mappings: [MAPPING] });
    expect(report.files[0]).toMatchObject({ outcome: 'changed', changes: [{ path: 'mappings', text: '1 of 2 taken: people' }] });
    expect(points(report.files[0]!.attention)).toEqual([
      expect.stringMatching(/^mappings\.managedUser_systemLdapAccount: left out: source is managed\/user, and no such type is taken from managed\.json\. /),
      expect.stringMatching(/left out: onCreate: scripts in Groovy are not supported; write it in JavaScript/),
    ]);
    expect(code).toBe(2);
  });

  it('takes a file that can run as it is, and files of single mappings into one', async () => {
    const text = JSON.stringify({ mappings: [MAPPING] });
    const [target, second] = [await out(), await out()];
    expect((await migrate(await folderWith({ 'sync.json': text }), '--out', target)).report.files[0]).toMatchObject({ outcome: 'as-is' });
    expect(await readText(target, 'conf/sync.json')).toBe(text);
    await migrate(await folderWith({ 'mapping-a.json': { ...MAPPING, name: 'a' }, 'mapping-b.json': { ...MAPPING, name: 'b' } }), '--out', second);
    expect((JSON.parse(await readText(second, 'conf/sync.json')) as { mappings: { name: string }[] }).mappings.map(({ name }) => name)).toEqual(['a', 'b']);
  });

  it('takes scripts, correlation queries among them, and brings along their files', async () => {
    const js = (source: string): object => ({ type: 'text/javascript', source });
    const mapping = {
      name: 'scripted', source: 'system/ldap/account', target: 'system/other/account', linkQualifiers: ['insured', 'default'], correlationQuery: [{ ...js("({'_queryFilter': 'uid eq \"' + source.uid + '\"'})"), linkQualifier: 'default' }],
      properties: [{ source: 'uid', target: 'uid', transform: js('source.toLowerCase()') }], onCreate: { type: 'text/javascript', file: 'script/onCreate.js' }, onDelete: { type: 'text/javascript', file: 'missing.js' }, policies: [{ situation: 'FOUND', action: js('"UPDATE"'), postAction: js('1') }],
    };
    const target = await out();
    const { report } = await migrate(await folderWith({ 'conf/sync.json': { mappings: [mapping] }, 'script/onCreate.js': 'target.made = true' }), '--out', target);
    expect(report.files[0]).toMatchObject({ outcome: 'as-is', written: ['conf/sync.json', 'script/onCreate.js'] });
    expect(points(report.files[0]!.attention)).toEqual([expect.stringMatching(/script file missing\.js, which was not found .*: put it at script\/missing\.js/)]);
    expect(await readText(target, 'script/onCreate.js')).toBe('target.made = true');
  });
});

describe('config migrate: a whole project', () => {
  const project = {
    [`idm/conf/${SYSTEM}`]: { ...LDAP, connectorRef: { ...LDAP_REF, connectorHostRef: 'both' } },
    'idm/conf/provisioner.openicf-other.json': { ...LDAP, name: 'other', connectorRef: { ...LDAP_REF, bundleVersion: '1.5.20.15', connectorHostRef: 'rcs1' }, configurationProperties: { ...LDAP.configurationProperties, credentials: CRYPTO } },
    [`idm/conf/${PROVIDER}`]: SERVERS, 'idm/conf/sync.json': { mappings: [MAPPING, { ...MAPPING, name: 'managed', source: 'managed/user' }, { ...MAPPING, name: 'device', source: 'managed/device' }] },
    'idm/conf/managed.json': MANAGED, 'idm/conf/schedule-recon.json': NIGHTLY, 'idm/conf/schedule-scan.json': { ...NIGHTLY, invokeService: 'taskscanner' }, 'rcs/conf/ConnectorServer.properties': DIALLING,
  };

  it('comes out so that config check finds nothing wrong with it', async () => {
    const folder = await folderWith(project);
    const target = await out();
    const ran = await config('migrate', join(folder, 'idm'), join(folder, 'rcs'), '--out', target);
    expect(ran.code).toBe(2); // task scanner, encrypted value, a type of managed objects that is not there
    expect(await treeOf(target)).toEqual(['agent.yaml', 'conf/managed.json', 'conf/provisioner.openicf-ldap.json', 'conf/provisioner.openicf-other.json', `conf/${PROVIDER}`, 'conf/schedule-recon.json', 'conf/sync.json', 'controller.yaml', 'secrets/controller.pass'].sort());
    const { code, files, problems, warnings } = await check(target);
    expect({ code, problems, warnings }).toEqual({ code: 0, problems: 0, warnings: 0 });
    expect(files.map(({ kind }) => kind).sort()).toEqual(['agent', 'controller', 'managed', 'mappings', 'provider', 'schedule', 'system', 'system']);
  });

  it('has secrets for their owner only, and shown nowhere', async () => {
    const folder = await folderWith(project);
    const target = await out();
    const text = await config('migrate', join(folder, 'idm'), join(folder, 'rcs'), '--out', target);
    const json = await config('migrate', join(folder, 'idm'), join(folder, 'rcs'), '--out', target, '--force', '--json');
    expect(text.out + text.err + json.out + json.err).not.toContain(SECRET);
    for (const file of await treeOf(target)) expect([file, (await stat(join(target, file))).mode & 0o777]).toEqual([file, 0o600]);
    expect((await stat(join(target, 'secrets'))).mode & 0o777).toBe(0o700);
    expect(await readText(target, 'secrets/controller.pass')).toBe(`${SECRET}\n`);
    expect(await readText(target, 'agent.yaml')).not.toContain(SECRET);
  });

  it('is reported source by source, with what is left to do', async () => {
    const folder = await folderWith(project);
    const { out: text } = await config('migrate', join(folder, 'idm'), join(folder, 'rcs/conf/ConnectorServer.properties'), '--out', await out());
    for (const name of ['provisioner.openicf-ldap.json: taken as it is -> conf/', 'provisioner.openicf-other.json: changed -> conf/', 'sync.json: changed -> conf/sync.json', 'schedule-scan.json: not taken', 'schedule-recon.json: changed -> conf/schedule-recon.json', 'managed.json: taken as it is -> conf/managed.json', 'ConnectorServer.properties: changed -> agent.yaml, secrets/controller.pass']) expect(text).toContain(name);
    expect(text).toMatch(/\nNext:\n {2}1\. go through the points that need attention\n {2}2\. causeway config check /);
  });

  it('leaves the sources as they were', async () => {
    const folder = await folderWith(project);
    const before = await Promise.all((await treeOf(folder)).map((file) => readText(folder, file)));
    await config('migrate', join(folder, 'idm'), join(folder, 'rcs'), '--out', await out());
    expect(await Promise.all((await treeOf(folder)).map((file) => readText(folder, file)))).toEqual(before);
  });
});
