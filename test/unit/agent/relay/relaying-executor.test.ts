import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { selectionOf } from '../../../../agent/relay/connector-selection.js';
import { RelaySession } from '../../../../agent/relay/relay-session.js';
import { RelayingExecutor } from '../../../../agent/relay/relaying-executor.js';
import { RememberedConnectors } from '../../../../agent/relay/remembered-connectors.js';
import { DialError } from '../../../../agent/session/failure-policy.js';
import { facadeKeyOf } from '../../../../protocol/codec/index.js';
import { ConnectorError, OperationOptions, type ConnectorInfo, type ConnectorKey } from '../../../../protocol/model/index.js';
import { createPeer } from '../../../../protocol/session/peer.js';
import { FakeFacade, KEY, configuration, info } from '../../../support/fake-facade.js';
import { FakeClock, settle } from '../../../support/fake-clock.js';
import { collect, never } from '../../../support/peers.js';
import { recordedLog, type RecordedLog } from '../../../support/quiet-log.js';
import { cut, socketPair, type PairSocket } from '../../../support/socket-pair.js';
import { until } from '../../../support/until.js';

const keyOf = (bundleName: string): ConnectorKey => ({ bundleName, bundleVersion: '1.0', connectorName: `${bundleName}.Connector` });
const SAP = keyOf('sap');
const OWN = keyOf('own');
const ORIGIN = { peerSessionId: 's', principal: 'idm', messageId: 7, locale: undefined };
const names = (infos: readonly ConnectorInfo[]): string[] => infos.map(({ key }) => key.bundleName).sort();

let directory: string;
let clock: FakeClock;
let log: RecordedLog;
const closing: (() => Promise<unknown>)[] = [];

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'relaying-'));
  clock = new FakeClock();
  log = recordedLog();
});
afterEach(async () => {
  const ends = closing.splice(0).reverse().map((end) => end());
  for (let turn = 0; turn < 4; turn++) await clock.advance(5_000);
  await Promise.all(ends);
  await rm(directory, { recursive: true, force: true });
});

/** A server of ours that can be switched off and on. */
class Server {
  readonly facade = new FakeFacade();
  readonly peer = createPeer({ role: 'listener', executor: this.facade, log: recordedLog(), clock });
  readonly sockets: PairSocket[] = [];
  isUp = true;

  constructor(...keys: readonly ConnectorKey[]) {
    this.facade.infos = keys.map((key) => info(key));
    closing.push(() => this.peer.close('test over'));
  }

  dial = async (): Promise<{ socket: PairSocket; principal: string }> => {
    if (!this.isUp) throw new DialError('nothing listens there (connection refused)');
    const { dialler, listener } = socketPair();
    this.sockets.push(dialler);
    this.peer.attach(listener, 'agent').catch(() => undefined);
    return { socket: dialler, principal: 'server' };
  };

  down(): void {
    this.isUp = false;
    for (const socket of this.sockets.splice(0)) cut(socket);
  }
}

function relaySession(name: string, server: Server, choices?: Parameters<typeof selectionOf>[0]): RelaySession {
  return new RelaySession({
    name, selection: selectionOf(choices), maxBufferedBytes: 1_000_000, remembered: new RememberedConnectors(directory, log),
    session: {
      url: `ws://${name}/openicf`, plan: { sockets: 2, maxSockets: 2, connectionTtl: 0, stagger: 0 }, backoff: { base: 100, cap: 100 },
      retireTimeout: 1_000, limits: {}, clock, log, dial: () => server.dial(),
    },
  });
}

async function relaying(...relays: RelaySession[]) {
  const own = new FakeFacade();
  own.infos = [info(OWN), info(KEY)];
  let grown = 0;
  const executor = new RelayingExecutor({ own, relays, clock, log, onGrown: () => { grown++; } });
  closing.push(() => executor.close());
  await executor.start();
  await settle(8);
  return { executor, own, grown: () => grown };
}
const remembered = (server: string) => new RememberedConnectors(directory, log).load(server, `ws://${server}/openicf`);

describe('an agent with a server behind it', () => {
  it('offers its own connectors and the server\'s, and knows whose is whose', async () => {
    const { executor } = await relaying(relaySession('legacy', new Server(SAP, OWN)));
    expect(names(await executor.connectorInfos())).toEqual(['b', 'own', 'sap']);
    expect((await executor.relayFor(SAP, ORIGIN))?.server).toBe('connector server legacy');
    expect(await executor.relayFor(OWN, ORIGIN)).toBeUndefined();
    expect(await executor.relayFor(keyOf('nobody'), ORIGIN)).toBeUndefined();
  });

  it('its own operations are none of the relay\'s business', async () => {
    const { executor, own } = await relaying(relaySession('legacy', new Server(SAP)));
    expect(await executor.facadeFor(KEY, 'FADE', ORIGIN)).toBe(own);
  });

  it('the first list waits for the servers\' lists, five seconds and not longer', async () => {
    const server = new Server(SAP);
    server.isUp = false;
    const { executor } = await relaying(relaySession('legacy', server));
    let given: readonly ConnectorInfo[] | undefined;
    const asked = executor.connectorInfos().then((infos) => { given = infos; });
    await clock.advance(4_900);
    expect(given).toBeUndefined();
    await clock.advance(200);
    await asked;
    expect(names(given!)).toEqual(['b', 'own']);
    expect(names(await executor.connectorInfos())).toEqual(['b', 'own']);
  });

  it('the first list goes out as soon as every server has spoken', async () => {
    const server = new Server(SAP);
    server.isUp = false;
    const { executor } = await relaying(relaySession('legacy', server));
    const asked = executor.connectorInfos();
    await clock.advance(1_000);
    server.isUp = true;
    await clock.advance(300);
    expect(names(await asked)).toEqual(['b', 'own', 'sap']);
  });

  it('a list that comes after the first answer is told of, once', async () => {
    const server = new Server(SAP);
    server.isUp = false;
    const { executor, grown } = await relaying(relaySession('legacy', server));
    const asked = executor.connectorInfos();
    await clock.advance(5_000);
    await asked;
    expect(grown()).toBe(0);
    server.isUp = true;
    await clock.advance(500);
    expect(grown()).toBe(1);
    expect(names(await executor.connectorInfos())).toEqual(['b', 'own', 'sap']);
    server.down();
    server.isUp = true;
    await clock.advance(500);
    expect(grown()).toBe(1);
  });

  it('a server that is down at the start: its connectors are remembered and offered; operations fail clearly', async () => {
    const server = new Server(SAP);
    const first = await relaying(relaySession('legacy', server));
    await until(async () => (await remembered('legacy')) !== undefined, 'the list to be written');
    await first.executor.close();
    server.down();
    const { executor, grown } = await relaying(relaySession('legacy', server));
    expect(names(await executor.connectorInfos())).toEqual(['b', 'own', 'sap']);
    const relay = (await executor.relayFor(SAP, ORIGIN))!;
    expect(() => relay.target()).toThrow(expect.objectContaining({
      kind: 'connectionFailed', message: expect.stringMatching(/connector server legacy, .* is not connected \(nothing listens there .*\)\. Try again later\./) as string,
    }) as Error);
    server.isUp = true;
    await clock.advance(500);
    expect(relay.target().isOperational).toBe(true);
    expect(grown()).toBe(0);
  });

  it('a server that was never reached: what is selected by name fails as not connected, not as unknown', async () => {
    const server = new Server();
    server.isUp = false;
    const { executor } = await relaying(relaySession('legacy', server, [{ bundleName: 'sap' }]));
    const relay = await executor.relayFor(SAP, ORIGIN);
    expect(() => relay!.target()).toThrow(ConnectorError);
    expect(await executor.relayFor(keyOf('hr'), ORIGIN)).toBeUndefined();
  });

  it('a server that restarts is found again, as another process', async () => {
    const server = new Server(SAP);
    const { executor } = await relaying(relaySession('legacy', server));
    const relay = (await executor.relayFor(SAP, ORIGIN))!;
    const before = relay.target().peerSessionId;
    server.down();
    await settle();
    expect(() => relay.target()).toThrow(/not connected/);
    const again = new Server(SAP);
    server.dial = again.dial;
    await clock.advance(500);
    expect(relay.target().isOperational).toBe(true);
    expect(relay.target().peerSessionId).not.toBe(before);
  });

  it('two servers with the same connector: the first is used and the other is reported once', async () => {
    const { executor } = await relaying(relaySession('a', new Server(SAP)), relaySession('b', new Server(SAP, keyOf('hr'))));
    for (let time = 0; time < 3; time++) expect(names(await executor.connectorInfos())).toEqual(['b', 'hr', 'own', 'sap']);
    expect((await executor.relayFor(SAP, ORIGIN))?.server).toBe('connector server a');
    expect((await executor.relayFor(keyOf('hr'), ORIGIN))?.server).toBe('connector server b');
    expect(log.at('warn').filter((message) => message.startsWith('Two relays'))).toHaveLength(1);
  });

  it('runs an operation there, with one line in the log: who, what, where, how', async () => {
    const server = new Server(KEY);
    const relay = relaySession('legacy', server, [{ bundleName: 'b' }]);
    const { executor } = await relaying(relay);
    const controller = createPeer({ role: 'listener', log: recordedLog(), clock });
    const agent = createPeer({ role: 'dialler', executor, log, clock });
    closing.push(() => controller.close('test over'), () => agent.close('test over'));
    const pair = socketPair();
    const [joined] = await Promise.all([controller.attach(pair.listener, 'idm'), agent.attach(pair.dialler, 'idm')]);
    await settle(8);
    server.facade.onStream = () => server.facade.accounts(300);
    const facade = joined.group.facade(KEY, facadeKeyOf(configuration()));
    const options = OperationOptions.none;
    const { items } = await collect(facade.stream({ kind: 'search', objectClass: '__ACCOUNT__', filter: undefined, options }, { signal: never, operationId: 'op-1' }));
    expect(items.map(({ uid }) => uid.value)).toEqual(Array.from({ length: 300 }, (_, n) => `u${n + 1}`));
    server.facade.onPerform = async () => { throw new ConnectorError('permissionDenied', 'no: hunter2'); };
    await expect(facade.perform({ kind: 'test' }, { signal: never })).rejects.toMatchObject({ kind: 'permissionDenied', message: 'no: hunter2' });
    await settle();
    const lines = log.entries.filter(({ message }) => message === 'operation');
    expect(lines.map(({ level, fields }) => [level, fields['operation'], fields['connector'], fields['relay'], fields['principal'], fields['outcome'], fields['count'], fields['error'], fields['operationId']])).toEqual([
      ['info', 'search', KEY.connectorName, 'legacy', 'idm', 'ok', 300, undefined, 'op-1'],
      ['warn', 'test', KEY.connectorName, 'legacy', 'idm', 'failed', undefined, 'org.identityconnectors.framework.common.exceptions.PermissionDeniedException', undefined],
    ]);
    expect(JSON.stringify(lines)).not.toContain('hunter2');
    expect(server.facade.origins.every(({ principal }) => principal === 'agent')).toBe(true);
  });

  it('says where it stands: sockets, connectors, and why not', async () => {
    const server = new Server(SAP);
    const relay = relaySession('legacy', server);
    await relaying(relay);
    await clock.advance(10);
    expect(relay.status()).toEqual({ name: 'legacy', url: 'ws://legacy/openicf', serving: 2, lines: 2, problem: '', connectors: 1 });
    server.down();
    await clock.advance(1_000);
    expect(relay.status()).toMatchObject({ serving: 0, problem: 'nothing listens there (connection refused)', connectors: 1 });
    expect(log.at('warn').some((message) => message === 'A connection to the connector server was lost.')).toBe(true);
  });
});
