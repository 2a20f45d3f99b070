import { connect } from 'node:net';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { createAuthority } from '../../../certs/index.js';
import { hashPassword } from '../../../controller/authentication/password-hash.js';
import { dialIn, startConnectorServer, startWorld, type TestAgent, type World } from './start-controller.js';
import { secret } from '../../support/secret-values.js';

let world: World;
const agents: TestAgent[] = [];
afterEach(async () => {
  await Promise.all(agents.splice(0).map((agent) => agent.stop()));
  await world.stop();
});
async function agent(...parameters: Parameters<typeof dialIn>): Promise<TestAgent> {
  const dialled = await dialIn(...parameters);
  agents.push(dialled);
  return dialled;
}
const ready = (name: string): Promise<void> => vi.waitFor(async () => {
  expect((await world.call('POST', '/openidm/system?_action=availableConnectors')).body).toMatchObject({ connectorRef: expect.arrayContaining([expect.objectContaining({ connectorHostRef: name })]) as unknown });
}, { timeout: 10_000, interval: 50 });
const basic = (name: string, password: string): { headers: Record<string, string> } => ({ headers: { Authorization: `Basic ${Buffer.from(`${name}:${password}`).toString('base64')}` } });

describe('who may connect', () => {
  it('not strangers: no credentials, a wrong password, a foreign certificate, a name that is taken, an agent that is switched off', async () => {
    const passwordHash = await hashPassword(secret('password of an agent'));
    world = await startWorld({
      gateway: () => `agents: [{ name: byname, passwordHash: "${passwordHash}" }, { name: off, enabled: false }]`,
      files: { 'provisioner.openicf.connectorinfoprovider.json': { remoteConnectorServersGroups: [{ name: 'grp', algorithm: 'failover', serversList: [{ name: 'byname' }] }] } },
    });
    const port = world.controller.gatewayPort ?? 0;
    const ca = world.authority.certificate;
    const elsewhere = await mkdtemp(join(tmpdir(), 'causeway-ca-'));
    const foreign = await (await createAuthority(elsewhere)).issueAgent({ name: 'byname' });
    await rm(elsewhere, { recursive: true });
    await expect(agent(port, { ca })).rejects.toThrow('401');
    await expect(agent(port, { ca, ...basic('byname', 'wrong') })).rejects.toThrow('403');
    await expect(agent(port, { ca, cert: foreign.certificate, key: foreign.privateKey })).rejects.toThrow('401');
    await expect(agent(port, await world.credentials('grp'))).rejects.toThrow('403');
    await expect(agent(port, await world.credentials('off'))).rejects.toThrow('403');
    await expect(agent(port, { ca, headers: { Authorization: 'Bearer x.y.z' } })).rejects.toThrow('401');
    await agent(port, { ca, ...basic('byname', secret('password of an agent')) });
    await ready('byname');
  });

  it('certificates name agents, and win over the Basic header a Java agent sends besides', async () => {
    world = await startWorld();
    await agent(world.controller.gatewayPort ?? 0, { ...await world.credentials('site1'), ...basic('anonymous', secret('key of a connector server')) });
    await ready('site1');
    expect((await world.call('POST', '/openidm/system?_action=testConnectorServers')).body).toEqual({ openicf: [{ name: 'site1', type: 'remoteConnectorClient', ok: true }] });
  });

  it('a subprotocol named twice is no obstacle, and it is named once in the answer', async () => {
    const passwordHash = await hashPassword(secret('password of a Java agent'));
    world = await startWorld({ tls: false, gateway: () => `agents: [{ name: java, passwordHash: "${passwordHash}" }]` });
    const socket = connect(world.controller.gatewayPort ?? 0, '127.0.0.1');
    const protocol = 'Sec-WebSocket-Protocol: v1.openicf.forgerock.org';
    socket.write([
      'GET /openicf HTTP/1.1', 'Connection: Upgrade', 'Host: x', protocol, protocol, 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==', 'Sec-WebSocket-Version: 13',
      `Authorization: ${basic('java', secret('password of a Java agent')).headers['Authorization'] ?? ''}`, 'Sec-WebSocket-Extensions: permessage-deflate', 'Upgrade: WebSocket', '', '',
    ].join('\r\n'));
    const [answer] = await once(socket, 'data') as [Buffer];
    socket.destroy();
    expect(answer.toString()).toMatch(/^HTTP\/1.1 101 /);
    expect(answer.toString().match(/sec-websocket-protocol/gi)).toHaveLength(1);
    expect(answer.toString()).not.toMatch(/extensions/i);
  });

  it('connections that never say who they are are cut', async () => {
    world = await startWorld({ gateway: () => 'authenticationTimeout: 300ms' });
    const socket = connect(world.controller.gatewayPort ?? 0, '127.0.0.1');
    socket.on('error', () => undefined);
    await once(socket, 'close');
  });
});

describe('operations through the gateway', () => {
  const accounts = '/openidm/system/memory/account';

  async function joined(sockets = 1): Promise<TestAgent> {
    world = await startWorld();
    const dialled = await agent(world.controller.gatewayPort ?? 0, await world.credentials('site1'), { sockets });
    await ready('site1');
    return dialled;
  }

  it('run at the agent: test, create, read, query, update, delete', async () => {
    const { facade } = await joined(2);
    expect((await world.call('POST', '/openidm/system/memory?_action=test')).body).toMatchObject({ ok: true, displayName: 'Memory Connector' });
    const created = await world.call('POST', accounts, { userName: 'bob', mail: 'b', phones: ['1', '2'] });
    expect(created).toMatchObject({ status: 201, body: { _id: 'u1', userName: 'bob', phones: ['1', '2'] } });
    expect((await world.call('PUT', `${accounts}/u1`, { mail: 'c' })).body).toMatchObject({ mail: 'c' });
    expect((await world.call('GET', `${accounts}?_queryFilter=mail+eq+%22c%22`)).body).toMatchObject({ resultCount: 1 });
    expect((await world.call('DELETE', `${accounts}/u1`)).status).toBe(200);
    expect((await world.call('GET', `${accounts}/u1`)).status).toBe(404);
    expect(facade.objects.size).toBe(0);
  });

  it('a slow reader slows the agent down, and gets everything', async () => {
    const { facade } = await joined();
    facade.generated = 100_000;
    const response = await world.open(`${accounts}?_queryFilter=true`);
    response.pause();
    let before = -1;
    await vi.waitFor(() => {
      const isSettled = facade.delivered > 0 && facade.delivered === before;
      before = facade.delivered;
      if (!isSettled) throw new Error('still filling buffers');
    }, { timeout: 30_000, interval: 500 });
    expect(facade.delivered).toBeLessThan(60_000);
    let body = '';
    for await (const chunk of response) body += String(chunk);
    expect(JSON.parse(body)).toMatchObject({ resultCount: 100_000 });
    expect(facade.delivered).toBe(100_000);
  });

  it('a caller who leaves ends the search at the agent', async () => {
    const { facade } = await joined();
    facade.generated = 10_000_000;
    const response = await world.open(`${accounts}?_queryFilter=true`);
    await once(response, 'data');
    response.destroy();
    await vi.waitFor(() => expect([facade.openSearches, facade.delivered > 0]).toEqual([0, true]), { timeout: 10_000 });
  });

  it('an agent lost in the middle is told to the caller, in the body and by a cut connection', async () => {
    const { facade, sockets } = await joined();
    facade.generated = 10_000_000;
    const response = await world.open(`${accounts}?_queryFilter=true`);
    const [first] = await once(response, 'data') as [Buffer];
    for (const socket of sockets) socket.terminate();
    let body = first.toString();
    try {
      for await (const chunk of response) body += String(chunk);
    } catch { /* cut */ }
    expect(response.complete).toBe(false);
    expect(body.slice(body.lastIndexOf('"error"'))).toMatch(/"code":503/);
    await vi.waitFor(async () => expect((await world.call('GET', `${accounts}/u1`)).status).toBe(503), { timeout: 10_000 });
  }, 60_000);
});

describe('connector servers that are dialled', () => {
  it('serve under their name, and their group fails over', async () => {
    const server = await startConnectorServer(secret('key of a connector server'));
    agents.push(server);
    world = await startWorld({ files: {
      'provisioner.openicf.connectorinfoprovider.json': {
        remoteConnectorServers: [{ name: 'rcs1', host: '127.0.0.1', port: server.port, key: secret('key of a connector server'), protocol: 'websocket' }, { name: 'dead', host: '127.0.0.1', port: 1, key: 'x' }, { name: 'old', host: 'x', key: 'x', protocol: 'legacy' }],
        remoteConnectorServersGroups: [{ name: 'both', algorithm: 'RoundRobin', serversList: [{ name: 'dead' }, { name: 'rcs1' }] }],
      },
    } });
    await vi.waitFor(async () => expect((await world.call('POST', '/openidm/system?_action=testConnectorServers')).body).toEqual({ openicf: [
      { name: 'dead', type: 'remoteConnectorServer', ok: false }, { name: 'rcs1', type: 'remoteConnectorServer', ok: true }, { name: 'both', type: 'remoteConnectorServersGroup', ok: true },
    ] }), { timeout: 15_000, interval: 100 });
    await vi.waitFor(() => expect(server.sockets).toHaveLength(2), { timeout: 10_000 });
    await vi.waitFor(async () => expect((await world.call('POST', '/openidm/system/memory?_action=test')).body).toMatchObject({ ok: true }), { timeout: 10_000 });
  });
});
