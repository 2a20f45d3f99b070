import { get, type IncomingMessage } from 'node:http';
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
import { secret } from '../support/secret-values.js';
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
    const headers = { Authorization: `Basic ${Buffer.from(`anonymous:${secret('key of a listener')}`).toString('base64')}` };
    beforeAll(async () => {
      world = await makeWorld();
      const [port] = await freePorts(1) as [number];
      await writeFile(world.path('people.csv'), csvText(ROWS));
      agent = await startAgent(world, {
        name: 'listening', config: { listeners: [{ port, address: '127.0.0.1', key: secret('key of a listener') }], session: { maxConcurrentRequests: SEARCHES, heartbeatInterval: '60s' }, limits: { perSystem: SEARCHES, perConnector: SEARCHES, eventLoopLag: 0 } },
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
