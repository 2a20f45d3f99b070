import { createServer as createHttpServer, get, type IncomingMessage } from 'node:http';
import { createServer, type Server, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { decodeFrame, encodeMessage } from '../../protocol/frame.js';
import { responseOutline } from '../../protocol/frame-outline.js';
import { encodeOperationRequest } from '../../protocol/codec/index.js';
import { IcfFile, OperationOptions } from '../../protocol/model/index.js';
import { startAgent, type Agent } from '../support/causeway-processes.js';
import { ADMIN, ADMIN_PASSWORD, makeWorld, type World } from '../support/causeway-world.js';
import { startChain, type Chain } from '../support/chain.js';
import { freePorts } from '../support/free-ports.js';
import { holdSearch } from '../support/held-search.js';
import { RawWebSocket, SUBPROTOCOL, facadeKeyWith } from '../support/raw-websocket.js';
import { until } from '../support/until.js';

const MIB = 1024 ** 2;
const SEARCHES = 200;
const ROWS = 4_000;
/** Of searches that nobody reads to the end: all of them together are several times what the agent may hold. */
const HELD_ROWS = 20_000;
const READ_TO_THE_END = 20;
const MORE_THAN_SOCKETS_HOLD = 100_000;
const csvText = (rows: number): string => ['uid,firstName,lastName,email', ...Array.from({ length: rows }, (_, n) => `p${n},First ${n},${'x'.repeat(400)},p${n}@example.com`), ''].join('\n');

/** The most a process holds in the next milliseconds. */
async function peakOf(agent: Agent, milliseconds: number): Promise<number> {
  const end = Date.now() + milliseconds;
  let peak = 0;
  await until(() => {
    peak = Math.max(peak, agent.process.rss());
    return Date.now() > end;
  }, 'the time of the measurement', milliseconds + 10_000);
  return peak;
}

/** A query whose caller reads the first bytes of its answer and no more. */
async function heldAnswer({ rest }: Chain): Promise<IncomingMessage> {
  const headers = { 'X-OpenIDM-Username': ADMIN, 'X-OpenIDM-Password': ADMIN_PASSWORD };
  const request = get(`${rest.base}/openidm/system/csv/account?_queryFilter=true`, { headers, agent: false });
  request.on('error', () => undefined);
  const [answer] = await once(request, 'response') as [IncomingMessage];
  answer.on('error', () => undefined);
  await once(answer, 'readable');
  expect(answer.statusCode).toBe(200);
  return answer;
}

/** Reads an answer to its end; its last bytes. */
async function tailOf(answer: IncomingMessage): Promise<string> {
  let tail = '';
  for await (const part of answer as AsyncIterable<Buffer>) tail = (tail + part.toString('latin1')).slice(-400);
  return tail;
}

const loadOf = async (agent: Agent): Promise<Record<string, unknown>> => (await agent.health.send('/readyz')).body['load'] as Record<string, unknown>;

describe('200 searches at once, whose readers have stopped reading', () => {
  describe('controllers that know credits', () => {
    let chain: Chain;
    beforeAll(async () => {
      chain = await startChain({ csv: csvText(HELD_ROWS), agent: { config: { session: { maxConcurrentRequests: SEARCHES }, limits: { perSystem: SEARCHES, perConnector: SEARCHES, eventLoopLag: 0 } } } });
    }, 120_000);
    afterAll(() => chain.stop());

    it('the agent holds little, and every one of them is complete in the end', async () => {
      const before = chain.agent.process.rss();
      const answers = await Promise.all(Array.from({ length: SEARCHES }, () => heldAnswer(chain)));
      expect((await loadOf(chain.agent))['running']).toBe(SEARCHES);
      const peak = await peakOf(chain.agent, 5_000);
      // Most callers hang up, and their searches stop; what the others read is whole.
      for (const answer of answers.splice(READ_TO_THE_END)) answer.destroy();
      await until(async () => Number((await loadOf(chain.agent))['running']) <= READ_TO_THE_END, 'the searches of those who hung up to stop', 15_000);
      const tails = await Promise.all(answers.map((answer) => tailOf(answer)));
      expect(tails.filter((tail) => !tail.includes(`],"resultCount":${HELD_ROWS},`) || tail.includes('"error"'))).toEqual([]);
      console.info(`RSS of the agent: ${Math.round(before / MIB)} MiB before, ${Math.round(peak / MIB)} MiB with ${SEARCHES} held searches, ${Math.round(chain.agent.process.rssPeak() / MIB)} MiB at most`);
      // What is held, and garbage that no collector has had a reason to take yet.
      expect(chain.agent.process.rssPeak() - before).toBeLessThan(450 * MIB);
    }, 180_000);

    it('a caller that hangs up stops its search at the agent', async () => {
      await writeFile(chain.csvFile, csvText(MORE_THAN_SOCKETS_HOLD));
      const answer = await heldAnswer(chain);
      await until(async () => (await loadOf(chain.agent))['running'] === 1, 'the search to be under way');
      answer.destroy();
      await until(async () => (await loadOf(chain.agent))['running'] === 0, 'the search to be stopped', 5_000);
    }, 60_000);
  });

  describe('a Java controller, which has nothing but its socket', () => {
    let world: World;
    let agent: Agent;
    let url: string;
    const headers = { Authorization: `Basic ${Buffer.from('anonymous:changeit').toString('base64')}` };
    beforeAll(async () => {
      world = await makeWorld();
      const [port] = await freePorts(1) as [number];
      await writeFile(world.path('people.csv'), csvText(ROWS));
      agent = await startAgent(world, {
        name: 'listening', config: { listeners: [{ port, address: '127.0.0.1', key: 'changeit' }], session: { maxConcurrentRequests: SEARCHES, heartbeatInterval: '60s' }, limits: { perSystem: SEARCHES, perConnector: SEARCHES, eventLoopLag: 0 } },
      });
      url = `ws://127.0.0.1:${port}/openicf`;
    }, 60_000);
    afterAll(async () => {
      await agent.process.kill();
      await world.remove();
    });

    it('the agent holds little, and every result arrives', async () => {
      const first = await RawWebSocket.open(url, { headers });
      await first.hello('asks');
      await first.wait('handshakeResponse');
      const csv = (await first.connectors(1)).find(({ key }) => key.connectorName.includes('CSVFile'))!;
      const facadeKey = facadeKeyWith(csv, { csvFile: new IcfFile(world.path('people.csv')), headerUid: 'uid' });
      first.socket.terminate();
      const before = agent.process.rss();
      const socket = new WebSocket(url, [SUBPROTOCOL], { headers, perMessageDeflate: false });
      const counts = new Map<number, number>();
      const ends = new Map<number, number>();
      let opened: () => void = () => undefined;
      const shaken = new Promise<void>((resolve) => { opened = resolve; });
      socket.on('message', (data: Buffer) => {
        const outline = responseOutline(data);
        if (outline === undefined) {
          if (decodeFrame(data).kind === 'handshakeResponse') opened();
        } else if (outline.hasItem) counts.set(outline.id, (counts.get(outline.id) ?? 0) + 1);
        else ends.set(outline.id, outline.sequence);
      });
      await once(socket, 'open');
      socket.send(encodeMessage({ kind: 'handshakeRequest', id: 0, sessionId: 'slow', serverType: 'JAVA', features: [] }));
      await shaken;
      const operation = { kind: 'search', objectClass: '__ACCOUNT__', filter: undefined, options: OperationOptions.none } as const;
      socket.pause();
      for (let id = 100; id < 100 + SEARCHES; id++) socket.send(encodeOperationRequest({ id, connectorKey: csv.key, facadeKey, operation }));
      await until(async () => (await loadOf(agent))['running'] === SEARCHES, 'all searches to be under way');
      const peak = await peakOf(agent, 5_000);
      socket.resume();
      await until(() => ends.size === SEARCHES, 'the ends of all searches', 120_000);
      socket.terminate();
      expect([...ends.values()].filter((announced) => announced !== ROWS)).toEqual([]);
      expect([...counts.values()].filter((count) => count !== ROWS)).toEqual([]);
      console.info(`RSS of the agent: ${Math.round(before / MIB)} MiB before, ${Math.round(peak / MIB)} MiB while a Java controller reads nothing of ${SEARCHES} searches`);
      expect(peak - before).toBeLessThan(250 * MIB);
    }, 180_000);
  });
});

describe('an agent that is short of memory', () => {
  let chain: Chain;
  beforeAll(async () => {
    chain = await startChain({ csv: csvText(ROWS), agent: { config: { limits: { memory: '32MiB', eventLoopLag: 0 } } } });
  }, 120_000);
  afterAll(() => chain.stop());

  it('refuses further reads as busy while one is under way, says so in its status, and goes on writing', async () => {
    await until(async () => Number((await loadOf(chain.agent))['rss']) > 0, 'a reading of its memory');
    const search = holdSearch(chain.rest, '/openidm/system/csv/account?_queryFilter=true');
    await search.held;
    expect(await loadOf(chain.agent)).toMatchObject({ overloaded: expect.stringContaining('limits.memory: 32 MiB') as string });
    expect((await chain.agent.health.send('/readyz')).status).toBe(200);
    const refused = await chain.rest.send('/openidm/system/csv/account?_queryFilter=true&_pageSize=1');
    expect(refused).toMatchObject({ status: 503, body: { detail: { connectorMessage: expect.stringMatching(/agent is busy.*limits\.memory/) as string } } });
    const written = await chain.rest.send('/openidm/system/csv/account?_action=create', { method: 'POST', body: { uid: 'new', firstName: 'N' } });
    expect(written.status).toBe(201);
    search.release();
    expect((await search.result).cut).toBeUndefined();
    await until(async () => (await loadOf(chain.agent))['running'] === 0, 'the search to be over at the agent');
    expect((await chain.rest.send('/openidm/system/csv/account?_queryFilter=true&_pageSize=1')).status).toBe(200);
  }, 60_000);
});

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
