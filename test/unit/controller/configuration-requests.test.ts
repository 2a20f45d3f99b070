import { readFile, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { API_OPERATIONS, ConnectorError } from '../../../protocol/model/index.js';
import { KEY } from './memory-facade.js';
import { PROVISIONER, startRest, type Rest } from './start-rest.js';

let rest: Rest;
beforeEach(async () => { rest = await startRest(); });
afterEach(() => rest.stop());
const CONFIG = '/openidm/config/provisioner.openicf';
const onDisk = async (name: string): Promise<Record<string, unknown>> => JSON.parse(await readFile(join(rest.folder, `provisioner.openicf-${name}.json`), 'utf8')) as Record<string, unknown>;

describe('configuration over REST', () => {
  it.each([
    ['GET', `${CONFIG}/none`, undefined, 404], ['GET', '/openidm/config/managed', undefined, 404], ['GET', `${CONFIG}/..%2F..%2Fetc`, undefined, 400],
    ['PUT', `${CONFIG}/a-b`, PROVISIONER, 400], ['PUT', `${CONFIG}/b`, { name: 'b' }, 400], ['PUT', `${CONFIG}/b`, PROVISIONER, 400], ['POST', `${CONFIG}/mem?_action=reload`, {}, 501],
    ['DELETE', `${CONFIG}/none`, undefined, 404], ['GET', '/openidm/config?_queryId=query-all-ids', undefined, 501],
    ['PUT', `${CONFIG}/b`, { ...PROVISIONER, name: 'b', configurationProperties: { password: { $crypto: { type: 'causeway-stored', value: '***' } } } }, 400],
  ])('%s %s → %4$i', async (method, path, body, status) => {
    expect((await rest.call(method, path, body === undefined ? {} : { body })).status).toBe(status);
    expect((await readdir(rest.folder)).filter((file) => file.startsWith('provisioner'))).toEqual(['provisioner.openicf-mem.json']);
  });

  it('shows files without their secrets, and keeps a secret that comes back as it was shown', async () => {
    const shown = await rest.call('GET', `${CONFIG}/mem`);
    const { text } = shown;
    const body = shown.body as { configurationProperties: object };
    expect(text).not.toContain('topsecret');
    expect(body).toMatchObject({ _id: 'provisioner.openicf/mem', name: 'memory', configurationProperties: { host: 'db.example.com', password: { $crypto: { type: 'causeway-stored' } } } });
    const changed = { ...body, configurationProperties: { ...body.configurationProperties, host: 'new' } };
    expect((await rest.call('PUT', `${CONFIG}/mem`, { body: changed, headers: { 'If-Match': '*' } })).status).toBe(200);
    expect(await onDisk('mem')).toMatchObject({ configurationProperties: { host: 'new', password: 'topsecret' } });
    expect(await onDisk('mem')).not.toHaveProperty('_id');
  });

  it('makes, changes and removes systems, which can be used at once', async () => {
    const made = { ...PROVISIONER, name: 'second', connectorRef: { ...KEY } };
    const created = await rest.call('PUT', `${CONFIG}/two`, { body: made, headers: { 'If-None-Match': '*' } });
    expect([created.status, created.headers.get('location')]).toEqual([201, `${rest.url}${CONFIG}/two`]);
    expect((await rest.call('PUT', `${CONFIG}/two`, { body: made, headers: { 'If-None-Match': '*' } })).status).toBe(412);
    expect((await rest.call('POST', '/openidm/system/second?_action=test')).body).toMatchObject({ ok: true });
    await rest.call('PATCH', `${CONFIG}/two`, { body: [{ operation: 'replace', field: '/enabled', value: false }] });
    expect((await rest.call('POST', '/openidm/system/second?_action=test')).status).toBe(404);
    expect((await rest.call('GET', '/openidm/config?_queryFilter=_id+co+%22two%22')).body).toMatchObject({ result: [{ _id: 'provisioner.openicf/two' }] });
    expect((await rest.call('DELETE', `${CONFIG}/two`)).status).toBe(200);
    expect((await rest.call('GET', '/openidm/config')).body).toMatchObject({ configurations: [{ _id: 'provisioner.openicf/mem' }] });
  });

  it('lets a request refer to configured properties, never to the environment', async () => {
    const connectorRef = { ...KEY };
    const ask = (host: string): ReturnType<Rest['call']> => rest.call('POST', '/openidm/system?_action=createFullConfig', { body: { connectorRef, configurationProperties: { host } } });
    expect((await ask('&{db.host}')).body).toMatchObject({ configurationProperties: { host: 'substituted' } });
    expect(await ask('&{SECRET_OF_HOST}')).toMatchObject({ status: 400 });
  });

  it.each([
    ['never has', () => { rest.facade.supportedOperations = new Set(API_OPERATIONS.filter((operation) => operation !== 'SchemaApiOp')); }],
    ['as it is configured has', () => { rest.facade.failures.set('schema', new ConnectorError('unsupportedOperation', 'there is no schema script')); }],
  ])('answers without object types for a connector that %s no schema', async (_, lack) => {
    lack();
    const body = { connectorRef: { ...KEY }, configurationProperties: { host: 'h' } };
    const answer = await rest.call('POST', '/openidm/system?_action=createFullConfig', { body });
    expect(answer).toMatchObject({ status: 200, body: { connectorRef: { ...KEY }, configurationProperties: { host: 'h' } } });
    expect(Object.keys(answer.body as object)).not.toContain('objectTypes');
  });

  it('does not take a schema that cannot be read for one that is not there', async () => {
    rest.facade.failures.set('schema', new ConnectorError('connectionFailed', 'the target is away'));
    const body = { connectorRef: { ...KEY }, configurationProperties: { host: 'h' } };
    expect(await rest.call('POST', '/openidm/system?_action=createFullConfig', { body })).toMatchObject({ status: 503 });
  });

  it('does not turn a reference into the secret it stands for', async () => {
    const body = { connectorRef: { ...KEY }, configurationProperties: { host: '&{db.host}', password: '&{db.host}' } };
    expect((await rest.call('POST', '/openidm/system?_action=createFullConfig', { body })).body).toMatchObject({ configurationProperties: { host: 'substituted', password: '&{db.host}' } });
  });

  it('tests a changed configuration with the secret that is stored, and says Connection Error when that is refused', async () => {
    const shown = (await rest.call('GET', `${CONFIG}/mem`)).body as { _id?: string };
    const ask = (): ReturnType<Rest['call']> => rest.call('POST', '/openidm/system?_action=testConfig', { body: shown });
    expect((await ask()).body).toEqual({ name: 'memory', ok: true });
    rest.facade.failures.set('test', new ConnectorError('invalidCredential', 'not topsecret'));
    expect((await ask()).body).toEqual({ name: 'memory', error: 'Connection Error', reason: 'not ***', ok: false });
    expect((await rest.call('POST', '/openidm/system?_action=testConfig', { body: { ...shown, name: 'another' } })).status).toBe(400);
  });
});

describe('the mappings over REST', () => {
  const SYNC = '/openidm/config/sync';
  const MAPPING = { name: 'one', source: 'system/memory/account', target: 'system/other/account' };
  const file = async (): Promise<unknown> => JSON.parse(await readFile(join(rest.folder, 'sync.json'), 'utf8').catch(() => 'null'));

  it.each<[string, object, RegExp]>([
    ['no mappings', {}, /mappings/], ['a mapping of nothing', { mappings: [{ name: 'one' }] }, /mapping one: .*source/],
    ['two mappings of one name', { mappings: [MAPPING, MAPPING] }, /two mappings are called one/], ['a set nobody has', { mappings: [MAPPING, { ...MAPPING, name: 'two', target: 'nowhere' }] }, /mapping two: .*nowhere/],
  ])('are refused with %s, and those there are stay', async (_, body, reason) => {
    expect((await rest.call('PUT', SYNC, { body: { mappings: [MAPPING] } })).status).toBe(201);
    const answer = await rest.call('PUT', SYNC, { body });
    expect(answer.status).toBe(400);
    expect((answer.body as { message: string }).message).toMatch(reason);
    expect(await file()).toEqual({ mappings: [MAPPING] });
  });

  it('are changed one by one beside others that cannot be used, which stay as they are', async () => {
    const broken = { ...MAPPING, name: 'broken', target: 'nowhere' };
    const lender = { ...MAPPING, name: 'lender' };
    await writeFile(join(rest.folder, 'sync.json'), JSON.stringify({ mappings: [broken, MAPPING, lender, { ...MAPPING, name: 'borrower', links: 'lender' }] }));
    const borrower = { ...MAPPING, name: 'borrower', links: 'lender' };
    const put = (...mappings: unknown[]): ReturnType<typeof rest.call> => rest.call('PUT', SYNC, { body: { mappings } });
    const changed = { ...MAPPING, enableSync: false };
    expect(await put(broken, changed, lender, borrower)).toMatchObject({ status: 200, body: { mappings: [broken, changed, lender, borrower] } });
    expect((await rest.call('PATCH', SYNC, { body: [{ operation: 'add', field: '/mappings/-', value: { ...MAPPING, name: 'new' } }] })).status).toBe(200);
    const messageOf = async (...mappings: unknown[]): Promise<unknown> => ((await put(...mappings)).body as { message?: unknown }).message;
    expect(await messageOf(broken, { ...changed, target: 'nowhere' }, lender, borrower), 'what is changed has to be good').toMatch(/cannot be used: mapping one: target must be [^:]* not nowhere$/);
    expect(await messageOf({ ...broken, target: 'elsewhere' }, changed, lender, borrower), 'also one that was not').toMatch(/mapping broken: .*elsewhere/);
    expect(await messageOf(broken, changed, { ...lender, target: 'system/third/account' }, borrower), 'nobody else is broken by it').toMatch(/cannot be used: mapping borrower: links names the mapping lender/);
    expect((await put({ ...broken, target: MAPPING.target }, changed, lender, borrower)).status).toBe(200);
    expect((await rest.call('PUT', SYNC, { body: { mappings: [MAPPING] } })).status).toBe(200);
  });

  it.each([['GET', {}], ['DELETE', {}], ['PATCH', { body: [] }], ['PUT', { body: { mappings: [] }, headers: { 'If-Match': '*' } }]])('%s finds none where there are none', async (method, options) => {
    expect((await rest.call(method, SYNC, options)).status).toBe(404);
    expect(await file()).toBeNull();
  });

  it('are made, shown, listed, changed and removed', async () => {
    const created = await rest.call('PUT', SYNC, { body: { _id: 'sync', mappings: [MAPPING] }, headers: { 'If-None-Match': '*' } });
    expect([created.status, created.headers.get('location'), created.body]).toEqual([201, `${rest.url}${SYNC}`, { _id: 'sync', mappings: [MAPPING] }]);
    expect((await rest.call('PUT', SYNC, { body: { mappings: [] }, headers: { 'If-None-Match': '*' } })).status).toBe(412);
    expect((await rest.call('GET', '/openidm/config')).body).toMatchObject({ configurations: [{ _id: 'provisioner.openicf/mem' }, { _id: 'sync', pid: 'sync', factoryPid: null }] });
    await rest.call('PATCH', SYNC, { body: [{ operation: 'add', field: '/mappings/-', value: { ...MAPPING, name: 'two' } }] });
    expect((await rest.call('GET', SYNC)).body).toEqual({ _id: 'sync', mappings: [MAPPING, { ...MAPPING, name: 'two' }] });
    expect((await rest.call('POST', `${SYNC}?_action=reload`, { body: {} })).status).toBe(501);
    expect((await rest.call('DELETE', SYNC)).status).toBe(200);
    expect(await file()).toBeNull();
  });
});

it('takes the name of a provisioner file for the configuration it holds', async () => {
  expect((await rest.call('GET', '/openidm/config/provisioner.openicf-none')).status).toBe(404);
  expect((await rest.call('GET', '/openidm/config/provisioner.openicf-mem')).body).toMatchObject({ _id: 'provisioner.openicf/mem', name: 'memory' });
});
