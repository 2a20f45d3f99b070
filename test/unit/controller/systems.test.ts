import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createCipheriv, randomBytes } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ConnectorError, GuardedString, IcfArray, OperationOptions, Uid } from '../../../protocol/model/index.js';
import { configureConnector } from '../../../controller/systems/configure-connector.js';
import { connectorParts } from '../../../controller/systems/provisioner-source.js';
import { decryptValues } from '../../../controller/systems/encrypted-values.js';
import { compareVersions, parseVersionRange } from '../../../protocol/model/version-range.js';
import { findConnector } from '../../../controller/systems/find-connector.js';
import { failoverOver } from '../../support/facade-members.js';
import { KEY, MemoryFacade, connectorInfo } from './memory-facade.js';
import { MemoryHost, PROVISIONER, memoryHosts, startRest, type Rest } from './start-rest.js';

let rest: Rest;
const start = async (files?: Record<string, unknown>): Promise<void> => { rest = await startRest(files === undefined ? {} : { files }); };
const test = (): Promise<unknown> => rest.call('POST', '/openidm/system?_action=test').then(({ body }) => body as unknown);
const broken = (change: object): Record<string, unknown> => ({ 'provisioner.openicf-b.json': { ...PROVISIONER, ...change } });

describe('provisioner files', () => {
  afterEach(() => rest.stop());

  it.each([
    ['no JSON', { 'provisioner.openicf-b.json': '{"name":' }, 'no valid JSON'],
    ['no connector', broken({ connectorRef: undefined }), 'connectorRef: Invalid input'],
    ['an unknown reference', broken({ configurationProperties: { host: '&{no.such}' } }), '&{no.such}'],
    ['an encrypted value', broken({ configurationProperties: { password: { $crypto: { type: 'x-simple-encryption', value: { cipher: 'AES/CBC/PKCS5Padding', key: 'openidm-sym-default', data: 'x', iv: 'y' } } } } }), 'configurationProperties.password is encrypted with the key openidm-sym-default'],
    ['an unknown native type', broken({ objectTypes: { a: { nativeType: 'A', properties: { x: { type: 'string', nativeType: 'JAVA_TYPE_NONE' } } } } }), 'objectTypes.a.x.nativeType JAVA_TYPE_NONE'],
    ['a readable password', broken({ objectTypes: { a: { nativeType: 'A', properties: { __PASSWORD__: { type: 'string' } } } } }), 'JAVA_TYPE_GUARDEDSTRING'],
    ['an impossible range', broken({ connectorRef: { ...KEY, bundleVersion: '[2,1]' } }), 'empty range'],
    ['a bad pattern', broken({ systemActions: [{ scriptId: 'x', actions: [{ systemType: '(', actionType: 'JS' }] }] }), 'no regular expression'],
  ])('with %s leave the system listed with its error', async (_what, files, reason) => {
    await start(files);
    expect(await test()).toEqual([expect.objectContaining({ enabled: true, config: 'config/provisioner.openicf/b', error: 'connector not available', ok: false, reason: expect.stringContaining(reason) as string })]);
    expect((await rest.call('GET', `/openidm/system/${rest.registry.all[0]?.name ?? ''}/account/1`)).status).toBe(503);
  });

  it('have their configuration sent in the connector\'s types, and unknown properties ignored', async () => {
    await start(broken({ configurationProperties: { host: '&{db.host}', port: '389', password: 'pw', bases: 'dc=x', unknown: 1 }, operationTimeout: { SEARCH: 5000, FLY: 1 }, poolConfigOption: { maxWait: 7 }, resultsHandlerConfig: { enableCaseInsensitiveFilter: true } }));
    await test();
    const [configuration] = rest.configurations;
    const value = (name: string): unknown => configuration?.properties.find((property) => property.name === name)?.value;
    expect([value('host'), value('port'), value('bases'), (value('password') as GuardedString).reveal()]).toEqual(['substituted', 389, new IcfArray('String', ['dc=x']), 'pw']);
    expect(configuration).toMatchObject({ pool: { maxWait: 7n, maxObjects: 10 }, resultsHandler: { enableCaseInsensitiveFilter: true, enableFilteredResultsHandler: true } });
    expect([...configuration!.timeouts]).toEqual([['SearchApiOp', 5000]]);
    await test();
    expect(rest.configurations).toHaveLength(1);
  });

  it('with a value of the wrong type say which', async () => {
    await start(broken({ configurationProperties: { port: 'high' } }));
    expect(await test()).toEqual([expect.objectContaining({ ok: false, reason: 'configurationProperties.port must be of type int: string to Integer' })]);
  });

  it('are reloaded when they change, as a whole, and tolerate what guides write', async () => {
    await start();
    const stop = rest.registry.watch();
    try {
      expect((await rest.call('GET', '/openidm/system/memory/thing?_queryFilter=true')).status).toBe(404);
      const tolerant = { ...PROVISIONER, objectTypes: { thing: { nativeType: 'T', properties: {
        n: { type: 'number' }, photo: { type: 'array', items: { type: 'string', nativeType: 'JAVA_TYPE_BYTE_ARRAY' }, nativeType: 'array' }, o: { type: 'string', nativeType: 'JAVA_TYPE_STRING', flags: ['NOT_READABLE', 'WHATEVER'] },
      } } } };
      await writeFile(join(rest.folder, 'provisioner.openicf-mem.json'), JSON.stringify(tolerant));
      await vi.waitFor(async () => expect((await rest.call('GET', '/openidm/system/memory/thing?_queryFilter=true')).status).toBe(200), { timeout: 5_000 });
      await writeFile(join(rest.folder, 'provisioner.openicf-mem.json'), JSON.stringify({ ...tolerant, enabled: false }));
      await vi.waitFor(async () => expect((await rest.call('GET', '/openidm/system/memory/thing?_queryFilter=true')).status).toBe(404), { timeout: 5_000 });
      expect(await test()).toEqual([expect.objectContaining({ name: 'memory', enabled: false, ok: false, error: 'connector not available' })]);
    } finally {
      stop();
    }
  });

  it('deny operations when they say so, and only then', async () => {
    await start(broken({ operationOptions: {
      CREATE: { denied: true }, DELETE: { supportedObjectTypes: ['__GROUP__'] }, SEARCH: { operationOptionInfo: { properties: { x: { type: 'string' } } } }, GET: { denied: true, objectFeatures: { account: { denied: false } } },
    } }));
    rest.facade.add('bob');
    const url = '/openidm/system/memory/account';
    expect([(await rest.call('POST', url, { body: { userName: 'x' } })).status, (await rest.call('DELETE', `${url}/u1`)).status, (await rest.call('GET', `${url}?_queryFilter=true`)).status, (await rest.call('GET', `${url}/u1`)).status]).toEqual([403, 501, 200, 200]);
  });
});

describe('actions', () => {
  beforeEach(() => start(broken({
    systemActions: [{ scriptId: 'reset', actions: [{ systemType: '.*MemoryConnector', actionType: 'Shell', actionSource: 'echo' }, { systemType: 'Memory', actionType: 'X', actionSource: 'no' }] }, { scriptId: 'other', actions: [{ systemType: 'x', actionType: 'Y' }] }],
  })));
  afterEach(() => rest.stop());
  const action = (path: string, body?: unknown): ReturnType<Rest['call']> => rest.call('POST', `/openidm/${path}`, body === undefined ? {} : { body });

  it.each([
    ['system?_action=fly', undefined, 400], ['system?_action=test', { id: 'nobody' }, 404], ['system/memory?_action=fly', undefined, 400], ['system?_action=liveSync', undefined, 400],
    ['system?_action=liveSync&source=system/nobody/account', undefined, 503], ['system?_action=liveSync&source=managed/user', undefined, 400], ['system/memory?_action=script', undefined, 400],
    ['system/memory?_action=script&scriptId=none', undefined, 400], ['system/memory?_action=script&scriptId=other', undefined, 400], ['system/memory?_action=script&scriptId=reset', [1], 400],
    ['system?_action=testConfig', { id: 'x', name: 'y' }, 400], ['system?_action=testConfig', {}, 400], ['system?_action=createCoreConfig', {}, 404],
    ['system?_action=createCoreConfig', { connectorRef: { ...KEY, connectorName: 'No' } }, 404], ['system?_action=constructor', undefined, 400],
  ])('POST %s with %j → %i', async (path, body, status) => {
    expect((await action(path, body)).status).toBe(status);
  });

  it('test one and all systems', async () => {
    const status = {
      name: 'memory', enabled: true, config: 'config/provisioner.openicf/b', connectorRef: { bundleName: KEY.bundleName, bundleVersion: '[1.4.0.0,2)', connectorName: KEY.connectorName, connectorHostRef: '#LOCAL' },
      displayName: 'Memory Connector', objectTypes: ['__ALL__', 'account'], ok: true,
    };
    expect((await action('system?_action=TEST')).body).toEqual([status]);
    const one = await action('system/memory?_action=test');
    expect(one.body).toEqual(status);
    expect(Object.keys(one.body as object).at(-1)).toBe('ok');
    rest.facade.failures.set('test', new ConnectorError('invalidPassword', 'for topsecret'));
    expect((await action('system?_action=test', { id: 'memory' })).body).toMatchObject({ error: 'Connection Error', reason: 'for ***', ok: false });
    rest.facade.supportedOperations = new Set();
    expect((await action('system/memory?_action=test')).body).toMatchObject({ error: 'TEST UnsupportedOperation', ok: false });
  });

  it('run scripts with both kinds of arguments, and report a failing one in the answer', async () => {
    rest.facade.scriptResult = new Map([['a', [1, 5n]]]);
    expect((await action('system/memory?_action=script&scriptId=reset&a=1&password=pw&scriptVariablePrefix=P', { b: 2 })).body).toEqual({ actions: [{ result: { a: [1, 5] } }] });
    const [call] = rest.facade.named('scriptOnConnector');
    expect([call?.script.language, call?.options.entries.get('variablePrefix'), call?.scriptArguments.get('a'), call?.scriptArguments.get('b'), (call?.scriptArguments.get('password') as GuardedString).reveal()]).toEqual(['Shell', 'P', '1', 2, 'pw']);
    rest.facade.failures.set('scriptOnResource', new ConnectorError('connector', 'boom'));
    expect(await action('system/memory?_action=script&scriptId=reset&scriptExecuteMode=RESOURCE')).toMatchObject({ status: 200, body: { actions: [{ error: 'boom' }] } });
  });

  it('discover connectors and make configurations', async () => {
    const connectorRef = { connectorName: KEY.connectorName, bundleName: KEY.bundleName, bundleVersion: KEY.bundleVersion };
    expect((await action('system?_action=availableConnectors')).body).toEqual({ connectorRef: [{ ...connectorRef, displayName: 'Memory Connector', connectorHostRef: 'agent1', systemType: 'provisioner.openicf' }] });
    expect((await action('system?_action=testConnectorServers')).body).toEqual({ openicf: [{ name: 'agent1', type: 'remoteConnectorClient', ok: true }] });
    const core = await action('system?_action=createCoreConfig', { connectorRef });
    expect(core.body).toMatchObject({ connectorRef, configurationProperties: { host: 'localhost', password: null }, operationTimeout: { CREATE: -1, SCHEMA: -1 }, poolConfigOption: { maxWait: 150000 } });
    const full = await action('system?_action=createConnectorConfig', { connectorRef, configurationProperties: { host: 'x' } });
    expect(full.body).toMatchObject({ connectorRef: { ...connectorRef, connectorHostRef: '#LOCAL' }, objectTypes: {}, operationOptions: {}, configurationProperties: { host: 'x' } });
    expect((await action('system?_action=createConfiguration', {})).body).toHaveProperty('connectorRef.0.connectorHostRef', 'agent1');
    expect((await action('system?_action=testConfig', { name: 'new', connectorRef, configurationProperties: {} })).body).toEqual({ name: 'new', ok: true });
    rest.facade.failures.set('test', new ConnectorError('connectorIo', 'no route'));
    expect((await action('system?_action=testConfig', { name: 'memory', connectorRef, configurationProperties: {} })).body).toMatchObject({ ok: false, error: expect.stringContaining('ConnectorIOException: no route') as string });
  });
});

describe('finding connectors', () => {
  const info = (bundleVersion: string): ReturnType<typeof connectorInfo> => connectorInfo({ ...KEY, bundleVersion });
  const host = (name: string, ...versions: string[]): MemoryHost => Object.assign(new MemoryHost(new MemoryFacade()), { name, connectorInfos: versions.map(info) });

  it.each([['[1.4,1.6)', '1.5.20.26', true], ['[1.4,1.6)', '1.6', false], ['(1.4,1.6]', '1.4.0.0', false], ['(1.4,1.6]', '1.6.0.0-SNAPSHOT', true], ['[1.5.0.0,1.5.0.0]', '1.5', true], ['1.5', '1.5.0.0', false]])('%s holds %s: %s', (range, version, expected) => {
    expect(parseVersionRange(range).includes(version)).toBe(expected);
  });

  it('takes the numerically highest version of all that fit', () => {
    const found = findConnector(memoryHosts(host('a', '1.9.0.0', '1.10.0.0'), host('b', '1.10.0.0', '2.0.0.0')), { ...KEY, bundleVersion: '[1.0,2.0)', connectorHostRef: '#LOCAL' });
    expect('offers' in found ? found.offers.map((offer) => [offer.host.name, offer.info.key.bundleVersion]) : found).toEqual([['a', '1.10.0.0'], ['b', '1.10.0.0']]);
    expect(compareVersions('2.10', '2.9.9.9')).toBeGreaterThan(0);
  });

  it('says what is missing', () => {
    const hosts = memoryHosts(host('a', '1.0'));
    expect(findConnector(hosts, { ...KEY, connectorHostRef: 'c' })).toEqual({ missing: 'connectorHostRef c names no agent, server or group known here' });
    expect(findConnector(hosts, { ...KEY, connectorHostRef: 'a' })).toEqual({ missing: expect.stringContaining('no connected a offers') as string });
    expect(findConnector(memoryHosts(host('b')), { ...KEY, connectorHostRef: 'b' })).toEqual({ missing: expect.stringContaining('b is connected, but has not told of any connector yet') as string });
  });

  it('goes to the next member for a read that reached nobody, never for a write', async () => {
    const [dead, alive] = [new MemoryFacade(), new MemoryFacade()];
    for (const kind of ['get', 'create', 'search'] as const) dead.failures.set(kind, new ConnectorError('connectionFailed', 'gone'));
    const facade = failoverOver(dead, alive);
    const call = { signal: AbortSignal.timeout(1_000) };
    const options = { objectClass: '__ACCOUNT__', options: OperationOptions.none };
    alive.add('bob');
    expect(await facade.perform({ kind: 'get', ...options, uid: new Uid('u1') }, call)).not.toBeNull();
    expect((await facade.stream({ kind: 'search', ...options, filter: undefined }, call).next()).done).toBe(false);
    await expect(facade.perform({ kind: 'create', ...options, attributes: [] }, call)).rejects.toThrow('gone');
    expect(alive.named('create')).toEqual([]);
  });
});

describe('configurations', () => {
  it('differ between connectors that are configured alike, since a Java agent knows facades by nothing else', () => {
    const parts = connectorParts.parse({ connectorRef: KEY });
    const sizes = ['a.A', 'b.B', 'c.C'].map((connectorName) => configureConnector(connectorInfo({ ...KEY, connectorName }), parts, () => undefined).producerBufferSize);
    expect(new Set(sizes).size).toBe(3);
    expect(configureConnector(connectorInfo(), { ...parts, bufferSize: 7 }, () => undefined).producerBufferSize).toBe(7);
  });
});

describe('encrypted values', () => {
  it('are decrypted with the key they name', () => {
    const [key, iv] = [randomBytes(16), randomBytes(16)];
    const cipher = createCipheriv('aes-128-cbc', key, iv);
    const data = Buffer.concat([cipher.update('"Passw0rd"'), cipher.final()]).toString('base64');
    const value = { a: [{ $crypto: { type: 'x-simple-encryption', value: { cipher: 'AES/CBC/PKCS5Padding', data, iv: iv.toString('base64'), key: 'k' } } }] };
    expect(decryptValues(value, new Map([['k', key]]))).toEqual({ a: ['Passw0rd'] });
    expect(() => decryptValues(value, new Map([['k', randomBytes(16)]]))).toThrow('a[0] cannot be decrypted');
  });
});
