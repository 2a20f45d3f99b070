import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { spawnCauseway } from '../../support/causeway-processes.js';
import { makeWorld, type World } from '../../support/causeway-world.js';
import { freePorts } from '../../support/free-ports.js';
import { until } from '../../support/until.js';
import { JavaDriver } from './java-driver.js';
import { JavaHost } from './java-host.js';

const CSV = 'org.forgerock.openicf.csvfile.CSVFileConnector';
const TEST = 'io.causeway.interop.connector.TestConnector';
const WRONG_KEY_WAIT = 3000;

describe('the reach of the Java programs', () => {
  let world: World;
  let driver: JavaDriver;

  beforeAll(async () => {
    world = await makeWorld();
    driver = await JavaDriver.start({ trust: world.controllerKeys.ca });
  });

  afterAll(async () => {
    await driver.stop();
    await world.remove();
  });

  it('drives our agent', async () => {
    const [port] = await freePorts(1) as [number];
    await writeFile(world.path('agent.yaml'), JSON.stringify({ agent: { name: 'interop' }, listeners: [{ port, address: '127.0.0.1', key: 'changeit' }], connectors: { enabled: ['csv'] } }));
    await writeFile(world.path('people.csv'), 'uid,givenName\nu1,Anna\n');
    const agent = spawnCauseway('agent', ['agent', 'run', '--config', world.path('agent.yaml')]);
    try {
      await agent.ready(() => agent.logged(String(port)).length > 0, 'the listener');
      const connection = await driver.connect({ port });
      const facade = await connection.configure(CSV, { csvFile: world.path('people.csv') });
      expect((await facade.search('__ACCOUNT__')).objects).toEqual([{ objectClass: '__ACCOUNT__', uid: 'u1', name: 'u1', attributes: [{ name: 'givenName', values: ['Anna'] }] }]);
      await connection.disconnect();
    } finally {
      await agent.stop();
    }
  });

  it('goes over TLS, and trusts only whom it was told to', async () => {
    const { certificate, key } = world.controllerKeys;
    const host = await JavaHost.start({ mode: 'server', bundles: ['test'], tls: { certificate, key } });
    const stranger = await JavaDriver.start();
    try {
      const connection = await driver.connect({ host: 'localhost', port: host.port, secure: true });
      expect(await connection.keys()).toHaveLength(1);
      await connection.disconnect();
      await expect(stranger.connect({ host: 'localhost', port: host.port, secure: true, timeout: WRONG_KEY_WAIT })).rejects.toMatchObject({ javaClass: 'java.util.concurrent.TimeoutException' });
      await expect(driver.connect({ port: host.port, timeout: WRONG_KEY_WAIT })).rejects.toMatchObject({ javaClass: 'java.util.concurrent.TimeoutException' });
    } finally {
      await stranger.stop();
      await host.stop();
    }
  });

  it('goes through an HTTP proxy, and names itself to it', async () => {
    const host = await JavaHost.start({ mode: 'server', bundles: ['test'] });
    const asked: string[] = [];
    const proxy = createServer();
    proxy.on('connect', ({ url = '', headers }, client: Socket) => {
      asked.push(`${url} ${headers['proxy-authorization'] ?? 'nobody'}`);
      const server = connect(Number(url.split(':')[1]), '127.0.0.1', () => {
        client.write('HTTP/1.1 200 Connection Established\r\n\r\n');
        client.pipe(server).pipe(client);
      });
      for (const socket of [client, server]) socket.on('error', () => { client.destroy(); server.destroy(); });
    });
    await new Promise<void>((resolve) => { proxy.listen(0, '127.0.0.1', resolve); });
    try {
      const { port } = proxy.address() as AddressInfo;
      const connection = await driver.connect({ port: host.port, proxy: { host: '127.0.0.1', port, principal: 'me', password: 'secret' } });
      expect(await connection.keys()).toHaveLength(1);
      expect(asked[0]).toBe(`127.0.0.1:${host.port} Basic ${Buffer.from('me:secret').toString('base64')}`);
      await connection.disconnect();
    } finally {
      proxy.closeAllConnections();
      proxy.close();
      await host.stop();
    }
  });

  it('lets nobody in with a wrong key', async () => {
    const host = await JavaHost.start({ mode: 'server', bundles: ['test'], key: 'another' });
    try {
      await expect(driver.connect({ port: host.port, timeout: WRONG_KEY_WAIT })).rejects.toMatchObject({ javaClass: 'java.util.concurrent.TimeoutException' });
      const connection = await driver.connect({ port: host.port, key: 'another' });
      expect(await connection.keys()).toHaveLength(1);
      await connection.disconnect();
    } finally {
      await host.stop();
    }
  });

  it('keeps as many sockets as it is told, and notices when the host is killed', async () => {
    let host = await JavaHost.start({ mode: 'server', bundles: ['test'] });
    try {
      const connection = await driver.connect({ port: host.port, sockets: 4 });
      await until(async () => await connection.sockets() === 4, 'four sockets');
      const facade = await connection.configure(TEST, { store: 'reach' }, { timeouts: { ScriptOnConnectorApiOp: 3000 } });
      const running = Promise.all(Array.from({ length: 8 }, () => facade.search('__ACCOUNT__', null, { countOnly: true })));
      expect((await running).map(({ count }) => count)).toEqual(Array.from({ length: 8 }, () => 100));
      // Java fails nothing when its peer goes: only a time limit ends what waits (protocol section 7.12).
      const slow = facade.scriptOnConnector({ language: 'echo', text: 'sleep:60000' }).catch((error: unknown) => error);
      await host.kill();
      expect(await slow).toMatchObject({ remote: false, javaClass: 'org.identityconnectors.framework.common.exceptions.OperationTimeoutException' });
      // The released dialler gives no permit back when all are in use, so it never dials again; a new connection does.
      await until(async () => await connection.sockets() === 0, 'the sockets to be gone');
      await connection.disconnect();
      host = await JavaHost.start({ mode: 'server', bundles: ['test'], port: host.port });
      expect(await (await driver.connect({ port: host.port })).keys()).toHaveLength(1);
    } finally {
      await host.stop();
    }
  });

  it('says so when a JVM is gone', async () => {
    const dying = await JavaDriver.start();
    const call = dying.connect({ port: 1, timeout: 60_000 });
    await dying.kill();
    await expect(call).rejects.toThrow(/JVM of io\.causeway\.interop\.driver\.Main ended with SIGKILL/);
    await expect(dying.call('ping', {})).rejects.toThrow(/SIGKILL/);
    await expect(JavaHost.start({ mode: 'server', port: -1 })).rejects.toThrow(/ended with 1[\s\S]*IllegalArgumentException/);
  });
});
