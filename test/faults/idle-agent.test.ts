import { createServer as createHttpServer } from 'node:http';
import { createServer, type Server, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';
import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startAgent, type Agent } from '../support/causeway-processes.js';
import { makeWorld, type World } from '../support/causeway-world.js';
import { freePorts } from '../support/free-ports.js';
import { until } from '../support/until.js';

/** Of one core; the agents are idle but for their attempts to connect. */
const IDLE_SHARE = 0.01;
const MEASURED_MS = 20_000;
/** Then the pauses have grown. */
const SETTLING_MS = 30_000;

describe('an agent without a controller is idle', () => {
  const servers: Server[] = [];
  const sockets = new Set<Socket>();
  const agents: Agent[] = [];
  let world: World;

  async function listening(server: Server): Promise<number> {
    servers.push(server);
    server.on('connection', (socket: Socket) => {
      sockets.add(socket);
      socket.on('error', () => undefined);
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return (server.address() as AddressInfo).port;
  }

  beforeAll(async () => { world = await makeWorld(); });
  afterAll(async () => {
    await Promise.all(agents.map((agent) => agent.process.kill()));
    for (const socket of sockets) socket.destroy();
    for (const server of servers) server.close();
    await world.remove();
  });

  it('whatever is wrong with the link: refused, swallowed, no TLS, upgrade refused, no such name', async () => {
    const [free] = await freePorts(1) as [number];
    const refusing = createHttpServer((_request, response) => { response.writeHead(403).end(); });
    refusing.on('upgrade', (_request, socket) => { socket.end('HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n'); });
    const links: Readonly<Record<string, string>> = {
      refused: `wss://127.0.0.1:${free}/openicf`,
      swallowed: `wss://127.0.0.1:${await listening(createServer())}/openicf`,
      'no TLS': `wss://127.0.0.1:${await listening(createServer((socket) => { socket.end('hello, this is no TLS\r\n'); }))}/openicf`,
      'upgrade refused': `ws://127.0.0.1:${await listening(refusing)}/openicf`,
      'no such name': 'wss://no-such-host.invalid/openicf',
    };
    for (const [name, gatewayUrl] of Object.entries(links)) {
      // The pauses an agent has where nothing is set.
      agents.push(await startAgent(world, { name: name.replaceAll(' ', '-'), controller: { gatewayUrl }, config: { session: { backoffBase: '500ms', backoffCap: '30s' } }, connected: false }));
    }
    // After the first, quick attempts.
    await until(async () => (await Promise.all(agents.map((agent) => agent.isAlive()))).every(Boolean) && agents.every(({ process: { lines } }, index) => index === 1 || lines.some(({ fields }) => fields['level'] === 40 || fields['level'] === 50)), 'first attempts to have failed');
    const settled = Date.now() + SETTLING_MS;
    await until(() => Date.now() > settled, 'the start to be over', SETTLING_MS + 10_000);
    const before = agents.map(({ process }) => process.cpuSeconds());
    const since = performance.now();
    await until(() => performance.now() - since > MEASURED_MS, 'the time of the measurement', MEASURED_MS + 10_000);
    const seconds = (performance.now() - since) / 1_000;
    const shares = Object.fromEntries(Object.keys(links).map((name, index) => [name, (agents[index]!.process.cpuSeconds() - before[index]!) / seconds]));
    console.info(`processor time of idle agents, share of a core: ${Object.entries(shares).map(([name, share]) => `${name} ${(share * 100).toFixed(2)} %`).join(', ')}`);
    for (const share of Object.values(shares)) expect(share).toBeLessThan(IDLE_SHARE);
  }, 150_000);
});
