import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { WebSocket } from 'ws';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { AgentExecutor } from '../../agent/operations/executor.js';
import { systemClock } from '../../agent/system-clock.js';
import { createPeer } from '../../protocol/session/peer.js';
import type { ProtocolPeer } from '../../protocol/session/contract.js';
import { linkWebSocket } from '../../protocol/transport/websocket-link.js';
import { startController, type Controller } from '../support/causeway-processes.js';
import { makeWorld, type World } from '../support/causeway-world.js';
import { csvProvisioner } from '../support/provisioners.js';
import { quietLog } from '../integration/agent/support/quiet-log.js';
import { RawWebSocket, SUBPROTOCOL, clientKeys } from '../support/raw-websocket.js';
import { holdSearch } from '../support/held-search.js';
import { until } from '../support/until.js';

const ROWS = 20_000;
const NAME = 'site9';
const SEARCH = '/openidm/system/csv/account?_queryFilter=true';

let world: World;
let controller: Controller;
/** An agent in this process: its socket is in our hands. */
let peer: ProtocolPeer;
let socket: WebSocket;
let executor: AgentExecutor;
beforeAll(async () => {
  world = await makeWorld();
  const csvFile = world.path('people.csv');
  await writeFile(csvFile, ['uid,firstName,lastName,email,badge,password', ...Array.from({ length: ROWS }, (_, number) => `p${number},First ${'x'.repeat(800)},L,e,1,`), ''].join('\n'));
  await world.provisioner('csv', csvProvisioner(csvFile, NAME));
  controller = await startController(world, { config: { gateway: { maxFrameSize: '1MiB' } } });
  executor = new AgentExecutor({ enabled: ['csv'], maxFacades: 10, facadeIdle: 60_000, stateDirectory: world.path('state'), clock: systemClock, log: quietLog });
  peer = createPeer({ role: 'dialler', executor, log: quietLog });
  socket = new WebSocket(controller.gatewayUrl, [SUBPROTOCOL], { ...await clientKeys(await world.agentKeys(NAME)), perMessageDeflate: false });
  await new Promise<void>((resolve, reject) => { socket.once('open', resolve).once('error', reject); });
  await peer.attach(linkWebSocket(socket, 'test', undefined), 'controller');
  await controller.systemReady('csv');
}, 60_000);
afterAll(async () => {
  await controller.process.kill();
  await peer.close('test over');
  await executor.close();
  await world.remove();
});

const stranger = async (name = 'stranger'): Promise<RawWebSocket> => RawWebSocket.open(controller.gatewayUrl, await clientKeys(await world.agentKeys(name)));
const warnings = (from: number) => controller.process.lines.slice(from).filter(({ fields }) => fields['level'] === 40);
const wholeSearch = { status: 200, objects: ROWS, cut: undefined, end: { resultCount: ROWS } };

describe('on the socket of an agent that a search runs over', () => {
  let before: number;
  beforeEach(() => { before = controller.process.lines.length; });

  /** Text, garbage and cut frames in the middle of a search, and a search after it. */
  it.each<[string, () => void]>([
    ['text frames', () => { for (let n = 0; n < 50; n++) socket.send('{"text":true}', { binary: false }); }],
    ['garbage', () => { for (let n = 0; n < 50; n++) socket.send(Buffer.concat([Buffer.from('ffffffff', 'hex'), randomBytes(500)])); }],
    ['empty frames and frames cut short', () => { for (const hex of ['', '08', '0801', '080112ff', '08011a05']) socket.send(Buffer.from(hex, 'hex')); }],
    ['responses nobody asked for', () => { for (let id = 90_000; id < 90_050; id++) socket.send(Buffer.from(`08${(id & 0x7f | 0x80).toString(16)}${((id >> 7) & 0x7f | 0x80).toString(16)}0522020a00`, 'hex')); }],
  ])('%s: the search ends whole, the next one too', async (_what, disturb) => {
    const search = holdSearch(controller.rest, SEARCH);
    await search.held;
    disturb();
    search.release();
    disturb();
    expect(await search.result).toMatchObject(wholeSearch);
    expect(await controller.rest.stream(SEARCH)).toMatchObject(wholeSearch);
    expect(socket.readyState).toBe(WebSocket.OPEN);
    expect(warnings(before).length).toBeLessThanOrEqual(1);
  });

  it('all of it was logged once for the whole socket', () => {
    const complaints = controller.process.lines.filter(({ text, fields }) => fields['level'] === 40 && /Ignored a text|could not be decoded|no known type/.test(text));
    expect(complaints).toHaveLength(1);
    expect(JSON.stringify(complaints[0]?.fields)).toContain(NAME);
  });
});

describe('a stranger with a valid certificate', () => {
  it('that asks before its handshake gets an error under its id, and may still shake hands; twice changes nothing', async () => {
    const raw = await stranger();
    await raw.send({ kind: 'controlRequest', id: 5, infoLevels: ['CONNECTOR_INFO'], localRequestIds: [], remoteRequestIds: [5] });
    expect(await raw.wait('error', 5)).toMatchObject({ message: 'Connection received request before handshake' });
    await raw.hello('stranger-1');
    const { sessionId } = await raw.wait('handshakeResponse');
    await raw.hello('stranger-2');
    await until(() => raw.of('handshakeResponse').length === 2, 'the second handshake to be answered');
    expect(raw.of('handshakeResponse')[1]?.sessionId).toBe(sessionId);
    expect(await raw.connectors(6)).toEqual([]);
    raw.socket.terminate();
  });

  it('that sends an operation is told that there are no connectors here', async () => {
    const raw = await stranger();
    await raw.hello('stranger-3');
    await raw.wait('handshakeResponse');
    await raw.operate(9, { bundleName: 'b', bundleVersion: '1', connectorName: 'com.example.None' }, '', { kind: 'test' });
    expect(await raw.wait('error', 9)).toMatchObject({ javaClass: 'org.identityconnectors.framework.common.exceptions.ConnectorException', message: expect.stringContaining('com.example.None') as string });
    raw.socket.terminate();
  });

  it('that sends a frame above the limit is closed with 1009; the agent beside it is not', async () => {
    const raw = await stranger();
    await raw.hello('stranger-4');
    await raw.wait('handshakeResponse');
    const search = holdSearch(controller.rest, SEARCH);
    await search.held;
    raw.socket.send(randomBytes(1_100_000));
    expect((await raw.waitClosed()).code).toBe(1009);
    search.release();
    expect(await search.result).toMatchObject(wholeSearch);
  });

  it('cannot take part in another agent\'s session by naming its id', async () => {
    const raw = await stranger('intruder');
    await raw.hello(peer.sessionId);
    await raw.wait('handshakeResponse');
    expect(await controller.rest.stream(SEARCH)).toMatchObject(wholeSearch);
    expect(raw.of('operationRequest')).toEqual([]);
    raw.socket.terminate();
  });

  it('that answers its connector list with garbage has no connectors, and costs nobody anything', async () => {
    const raw = await stranger('liar');
    await raw.hello('liar-1');
    const { id } = await raw.wait('controlRequest');
    await raw.send({ kind: 'controlResponse', id, connectorInfos: randomBytes(300) });
    const { connectorRef } = await controller.rest.post('/openidm/system?_action=availableConnectors') as { connectorRef: { connectorHostRef: string }[] };
    expect(new Set(connectorRef.map(({ connectorHostRef }) => connectorHostRef))).toEqual(new Set([NAME]));
    raw.socket.terminate();
  });
});

describe('memory of the controller', () => {
  it('is flat after 10,000 garbage frames, and nothing but one line was logged for them', async () => {
    const raw = await stranger('flooder');
    await raw.hello('flood-1');
    await raw.wait('handshakeResponse');
    const garbage = Buffer.concat([Buffer.from('ffffffffffff', 'hex'), randomBytes(2_000)]);
    const flood = async (): Promise<void> => {
      for (let n = 0; n < 10_000; n++) await raw.send(garbage);
    };
    await flood();
    const warm = controller.process.rss();
    await flood();
    await flood();
    expect(controller.process.rss() - warm).toBeLessThan(24 * 1024 ** 2);
    expect(controller.process.lines.filter(({ fields, text }) => fields['level'] === 40 && text.includes('could not be decoded') && JSON.stringify(fields).includes('flooder'))).toHaveLength(1);
    expect(await controller.rest.stream(SEARCH)).toMatchObject(wholeSearch);
    raw.socket.terminate();
  }, 120_000);
});
