import { createServer, request as forward } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import scriptedRest from '../../../connectors/catalog/scripted-rest/index.js';
import { ConnectorError, GuardedString, IcfUri, Name, type IcfValue } from '../../../protocol/model/index.js';
import { CountedWaits } from '../../support/counted-waits.js';
import { failureOf, filled, scriptedSystem } from '../../support/scripted.js';
import { GET, create, runner, service, status, system, useSandbox } from './rest-system.js';

useSandbox();

describe('headers, rates, proxy', () => {
  it('sends default headers, written with = [scripted-rest 14]', async () => {
    const users = await service();
    await status(await system(users, { defaultAuthMethod: 'NONE', defaultRequestHeaders: ['Authorization = Bearer rg1cwAeQJxEf', 'X-Empty=', 'X-Two= a=b '] }));
    expect(users.seen[0]?.headers).toMatchObject({ authorization: 'Bearer rg1cwAeQJxEf', 'x-empty': '', 'x-two': 'a=b' });
    const wrong = await system(users, { defaultRequestHeaders: ['Authorization: Bearer rg1cwAeQJxEf'] });
    const error = await failureOf(wrong.perform({ kind: 'validate' }));
    expect(error.message).toMatch(/entry 1 has to be a header as Name = value/);
    expect(error.message).not.toContain('rg1cwAeQJxEf');
  });

  it('waits where a rate would be passed, writes and reads apart, and tells of it [scripted-rest 28]', async () => {
    const users = await service();
    const six = "for (let n = 0; n < 6; n++) await connection.get('users');";
    const waits = new CountedWaits();
    const own = await system(users, { defaultAuthMethod: 'NONE', writeRateLimit: '3/sec', readRateLimit: null }, { create: `${six} return '1'`, search: six }, { waits });
    await own.create([new Name('a')]);
    const at = users.seen.map((seen) => seen.at);
    expect(at[2]! - at[0]!).toBeLessThan(900);
    expect(at[3]! - at[0]!).toBeGreaterThan(950);
    expect(waits.causes.length).toBeGreaterThan(0);
    expect(new Set(waits.causes)).toEqual(new Set(['limit']));
    const before = waits.causes.length;
    users.seen.length = 0;
    await own.search();
    expect([waits.causes.length, waits.waiting]).toEqual([before, 0]);
    expect(users.seen.at(-1)!.at - users.seen[0]!.at).toBeLessThan(900);
  });

  it.each(['30', '0/sec', '30/day', 'fast', '-1/min'])('%s is no rate', async (rate) => {
    expect((await failureOf((await system(await service(), { readRateLimit: rate })).perform({ kind: 'validate' }))).message).toMatch(/readRateLimit.*30\/sec/);
  });

  it.each<[string, (address: string) => { readonly values: Record<string, IcfValue>; readonly customizer?: string }]>([
    ['of the configuration [scripted-rest 27]', (address) => ({ values: { proxyAddress: new IcfUri(address), proxyUsername: 'p', proxyPassword: new GuardedString('w') } })],
    ['of the customizer [scripted-rest 7]', (address) => ({
      values: { customSensitiveConfiguration: new GuardedString("proxy { password = 'w' }") },
      customizer: `customize({ init: ({ customConfiguration }) => ({ proxy: { address: '${address}', username: 'p', password: customConfiguration.proxy.password } }) })`,
    })],
  ])('goes through the proxy %s, with the proxy\'s own credentials', async (_, of) => {
    const users = await service();
    const proxy = await startProxy();
    const { values, customizer } = of(proxy.address);
    expect(await status(await system(users, { defaultAuthMethod: 'NONE', ...values }, { ...GET, ...(customizer === undefined ? {} : { customizer }) }))).toBe('200');
    expect(proxy.credentials).toEqual([`Basic ${Buffer.from('p:w').toString('base64')}`]);
  });

  it.each<[string, Record<string, IcfValue>, RegExp]>([
    ['a method there is none of', { defaultAuthMethod: 'DIGEST' }, /defaultAuthMethod.*BASIC, BASIC_PREEMPTIVE, OAUTH, NONE/], ['a content type that is none', { defaultContentType: 'HAM' }, /defaultContentType/],
    ['an address of another kind', { serviceAddress: new IcfUri('ldap://x/') }, /serviceAddress/],
    ['an address with a password', { proxyAddress: new IcfUri('http://u:s3cr3t@proxy/') }, /^(?!.*s3cr3t).*proxyAddress holds a user name or a password/], ['a token endpoint of another kind', { OAuthTokenEndpoint: new IcfUri('ftp://x/') }, /OAuthTokenEndpoint/],
  ])('%s is refused at validation', async (_, values, message) => {
    expect((await failureOf((await system(await service(), values)).perform({ kind: 'validate' }))).message).toMatch(message);
  });

  it('needs the address of the service, and nothing else but scripts [scripted-rest 4]', async () => {
    const users = await service();
    const error = await failureOf((await system(users, { serviceAddress: null })).perform({ kind: 'validate' }));
    expect(error.message).toMatch(/needs the configuration property 'serviceAddress'/);
    await (await system(users, {})).perform({ kind: 'validate' });
  });

  it('keeps connections to the service from one operation to the next [scripted-rest 3]', async () => {
    const users = await service();
    const own = await system(users, { defaultAuthMethod: 'NONE' });
    for (let n = 0; n < 5; n++) await status(own);
    expect(new Set(users.seen.map(({ from }) => from)).size).toBe(1);
  });

  it('takes content types by their short names', async () => {
    const users = await service();
    await status(await system(users, { defaultAuthMethod: 'NONE', defaultContentType: 'XML' }, { create: "await connection.post('x', { body: '<a/>' }); return '1'" }));
    expect(users.seen[0]?.headers).toMatchObject({ 'content-type': 'application/xml', accept: 'application/xml' });
  });
});

/** Passes on what comes, and keeps the credentials it came with. */
async function startProxy(): Promise<{ readonly address: string; readonly credentials: (string | undefined)[] }> {
  const credentials: (string | undefined)[] = [];
  const proxy = createServer();
  // Of a request without TLS a proxy is told the whole address.
  proxy.on('request', (request, response) => {
    credentials.push(request.headers['proxy-authorization']);
    forward(String(request.url), (answer) => { response.writeHead(answer.statusCode ?? 502); answer.pipe(response); }).end();
  });
  await new Promise<void>((resolve) => { proxy.listen(0, '127.0.0.1', resolve); });
  onTestFinished(() => { proxy.closeAllConnections(); proxy.close(); });
  return { address: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`, credentials };
}

describe('the customizer script [scripted-rest 5-10]', () => {
  const customizer = `customize({
    init({ configuration }) {
      log.info('init');
      return { connections: configuration.serviceAddress.length > 0 ? 2 : 1, timeouts: { answer: 300 }, headers: { 'X-Init': 'yes' } };
    },
    decorate: (connection) => ({ status: async (path) => (await connection.get(path)).status }),
  })`;

  it('makes the client by init, once, and customizedConnection by decorate, for every script', async () => {
    const users = await service();
    const own = await system(users, { defaultAuthMethod: 'NONE' }, { customizer, create: "return String(await customizedConnection.status('users')) + typeof connection.get" });
    expect([await status(own), await status(own)]).toEqual(['200function', '200function']);
    expect(users.seen.map(({ headers }) => headers['x-init'])).toEqual(['yes', 'yes']);
    expect(own.log.entries.filter(({ fields }) => fields['script'] === 'init')).toHaveLength(1);
  });

  it('sets how many connections there are at a time [scripted-rest 7, 9]', async () => {
    const users = await service();
    const own = await system(users, { defaultAuthMethod: 'NONE' }, { customizer, create: "await Promise.all(Array.from({ length: 8 }, () => connection.get('users'))); return '1'" });
    await status(own);
    expect(users.seen).toHaveLength(8);
    expect(new Set(users.seen.map(({ from }) => from)).size).toBe(2);
  });

  it('sets timeouts the service is held to', async () => {
    const users = await service();
    const silent = createServer(() => undefined);
    await new Promise<void>((resolve) => { silent.listen(0, '127.0.0.1', resolve); });
    onTestFinished(() => { silent.closeAllConnections(); silent.close(); });
    const own = await system(users, { defaultAuthMethod: 'NONE', serviceAddress: new IcfUri(`http://127.0.0.1:${(silent.address() as AddressInfo).port}/`) }, { customizer, create: "await connection.get('x')" });
    expect(await own.failure(create)).toMatchObject({ kind: 'operationTimeout' });
  });

  it('leads to its proxy with the agent\'s leave only', async () => {
    const users = await service();
    const own = filled({ ...GET, customizer: "customize({ init: () => ({ proxy: { address: 'http://127.0.0.2:9' } }) })" });
    const asked: unknown[] = [];
    const limited = await scriptedSystem({
      connector: scriptedRest, runner, scripts: own.scripts ?? {}, values: { serviceAddress: new IcfUri(users.address), ...own.values },
      environment: { permitTarget: async (target) => { asked.push(target); throw new ConnectorError('permissionDenied', 'Not by that one.'); } },
    });
    expect(await limited.failure(create)).toMatchObject({ kind: 'permissionDenied' });
    expect(asked).toEqual([{ host: '127.0.0.2', port: 9 }]);
    expect(users.seen).toEqual([]);
  });

  it.each([
    ['customize({ init: () => 5 })', /init.*something/], ['customize({ init: () => ({ connections: "many" }) })', /connections/], ['customize({', /customizer script failed: SyntaxError/],
    ['throw new Error("broken")', /customizer script failed: Error: broken/], ['customize({ decorate: () => { throw new Error("broken") } })', /customizer script failed in decorate: Error: broken/],
    ['customize({ init: () => ({ proxy: { address: "socks5://p" } }) })', /begins with http: or https:/],
  ])('that is wrong fails each operation: %s', async (text, message) => {
    expect((await (await system(await service(), { defaultAuthMethod: 'NONE' }, { ...GET, customizer: text })).failure(create)).message).toMatch(message);
  });
});
