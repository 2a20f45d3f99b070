import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fleet as fleetSection } from '../../../../controller/config/fleet-config.js';
import { Fleet } from '../../../../controller/fleet/fleet.js';
import { linkSubject } from '../../../../controller/fleet/subjects.js';
import { LINK_MESSAGES, decodeLinkMessage, encodeBody, encodeLinkMessage } from '../../../../controller/fleet/link-message.js';
import { bothEvents } from '../../../../controller/gateway/both-events.js';
import { HostDirectory } from '../../../../controller/gateway/host-directory.js';
import { silentLog } from '../../../../controller/log.js';
import { facadeKeyOf } from '../../../../protocol/codec/index.js';
import { ConnectorError, OperationOptions, Uid, type ConnectorFacade, type ConnectorObject } from '../../../../protocol/model/index.js';
import type { ProtocolPeer } from '../../../../protocol/session/contract.js';
import { createPeer } from '../../../../protocol/session/peer.js';
import { FakeClock, settle } from '../../../support/fake-clock.js';
import { configuration } from '../../../support/fake-facade.js';
import { socketPair } from '../../../support/socket-pair.js';
import { KEY, MemoryFacade, connectorInfo } from '../memory-facade.js';
import { MemoryBroker, type MemoryBus } from './memory-bus.js';

const HEARTBEAT = 3_000;
const NAME = 'site1';

interface Node { readonly fleet: Fleet; readonly hosts: HostDirectory; readonly peer: ProtocolPeer; readonly bus: MemoryBus }
interface Agent { readonly peer: ProtocolPeer; readonly facade: MemoryFacade; connectTo(node: Node): Promise<void> }

let clock: FakeClock;
let broker: MemoryBroker;
let nodes: Node[];
let agents: ProtocolPeer[];
beforeEach(() => { [clock, broker, nodes, agents] = [new FakeClock(), new MemoryBroker(), [], []]; });
afterEach(async () => {
  const closing = Promise.all([...agents.map((peer) => peer.close('test over')), ...nodes.flatMap(({ fleet, peer }) => [fleet.close('test over'), peer.close('test over')])]);
  for (let second = 0; second < 10; second += 1) await clock.advance(1_000);
  await closing;
});

function start(name: string): Node {
  const hosts = new HostDirectory({ servers: [], clients: [], groups: [] }, silentLog);
  const bus = broker.connect();
  const fleet = new Fleet({
    config: fleetSection('/').parse({ node: name, servers: ['tls://nats:4222'], tls: { certificate: 'c', key: 'k', ca: 'a' }, heartbeatInterval: HEARTBEAT / 1_000 }),
    limits: {}, maxFrameBytes: 1_000_000, maxBufferedBytes: 1_000_000, clock, log: silentLog, connect: async () => bus,
    certified: (group, certificateGroup) => hosts.certified(group, certificateGroup),
  });
  const peer = createPeer({ role: 'listener', clock, log: silentLog, ...bothEvents(hosts.events(), fleet.events) });
  fleet.start(peer);
  const node = { fleet, hosts, peer, bus };
  nodes.push(node);
  return node;
}

function agent(): Agent {
  const facade = new MemoryFacade();
  const peer = createPeer({ role: 'dialler', clock, log: silentLog, executor: { connectorInfos: async () => [connectorInfo()], facadeFor: async () => facade } });
  agents.push(peer);
  return {
    peer, facade,
    connectTo: async (node) => {
      const { dialler, listener } = socketPair();
      const [, { group }] = await Promise.all([peer.attach(dialler, 'controller'), node.peer.attach(listener, NAME)]);
      node.fleet.joined(group, undefined);
      await settle();
    },
  };
}

async function eventually(condition: () => boolean, what: string, milliseconds = 20_000): Promise<number> {
  const from = clock.now();
  while (!condition()) {
    if (clock.now() - from > milliseconds) throw new Error(`${milliseconds} ms went by without ${what}`);
    await clock.advance(50);
  }
  return clock.now() - from;
}

const sees = (node: Node): boolean => node.hosts.candidates(NAME)?.some((host) => host.isOperational && host.connectorInfos.length > 0) === true;
const facadeAt = (node: Node): ConnectorFacade => node.hosts.candidates(NAME)![0]!.facade(KEY, facadeKeyOf(configuration()));
const call = () => ({ signal: new AbortController().signal });
const search = (facade: ConnectorFacade): AsyncGenerator<ConnectorObject, unknown, void> => facade.stream({ kind: 'search', objectClass: '__ACCOUNT__', filter: undefined, options: OperationOptions.none }, call());

/** A search of so many objects asked of b, whose agent a holds. */
async function longSearch(objects: number): Promise<{ readonly a: Node; readonly b: Node; readonly site: Agent; readonly results: ReturnType<typeof search> }> {
  const [a, b] = [start('a'), start('b')];
  const site = agent();
  site.facade.generated = objects;
  await site.connectTo(a);
  await eventually(() => sees(b), 'b to see the agent');
  return { a, b, site, results: search(facadeAt(b)) };
}

/** The rest of a search, with time going by. */
async function rest(results: AsyncGenerator<ConnectorObject, unknown, void>): Promise<{ readonly uids: string[]; readonly failure: unknown }> {
  const uids: string[] = [];
  let failure: unknown;
  let isOver = false;
  const reading = (async () => { for await (const { uid } of results) uids.push(uid.value); })().catch((error: unknown) => { failure = error; }).finally(() => { isOver = true; });
  await eventually(() => isOver, 'the search to end', 60_000);
  await reading;
  return { uids, failure };
}

describe('a fleet', () => {
  it('goes on with a search by a new link when messages of the old one are lost, with nothing lost or doubled', async () => {
    const { b, results } = await longSearch(5_000);
    const first = await results.next();
    let seen = 0;
    let lost = 0;
    broker.delivers = (subject, bytes) => {
      if (subject !== linkSubject('causeway', 'b', 'a') || decodeLinkMessage(bytes).kind !== LINK_MESSAGES.data) return true;
      if (++seen % 7 !== 0 || lost >= 5) return true;
      lost += 1;
      return false;
    };
    const { uids, failure } = await rest(results);
    expect(failure).toBeUndefined();
    expect(lost).toBeGreaterThan(0);
    expect(new Set([(first.value as ConnectorObject).uid.value, ...uids]).size).toBe(5_000);
    expect(uids).toHaveLength(4_999);
    expect(b.fleet.figures().broken).toBeGreaterThan(0);
  });

  it('holds the agent back while nobody reads', async () => {
    const { site, results } = await longSearch(50_000);
    await results.next();
    for (let second = 0; second < 5; second += 1) await clock.advance(1_000);
    expect(site.facade.delivered).toBeLessThan(3_000);
    await results.return(undefined);
    await eventually(() => site.facade.openSearches === 0, 'the search to be cancelled at the agent');
  });

  it('fails what is under way, so that it can be tried again, within a heartbeat interval of the end of a holder', async () => {
    const { a, b, site, results } = await longSearch(50_000);
    await results.next();
    site.facade.gate = new Promise(() => undefined);
    const writing = facadeAt(b).perform({ kind: 'delete', objectClass: '__ACCOUNT__', uid: new Uid('u1'), options: OperationOptions.none }, call()).catch((error: unknown) => error);
    await settle();
    broker.delivers = (subject) => !subject.endsWith('.a') && !subject.includes('.a.');
    a.bus.turn(false);                                   // as if it had been killed: neither beats nor goodbyes
    const took = await eventually(() => !sees(b), 'b to notice');
    expect(took).toBeLessThanOrEqual(HEARTBEAT);
    const { failure } = await rest(results);
    expect(failure).toMatchObject({ kind: 'connectionBroken', retryable: true });
    expect((failure as Error).message).toMatch(/controller a, which held agent site1, is gone/);
    const said = await writing;
    expect(said).toBeInstanceOf(ConnectorError);
    expect(said).toMatchObject({ outcome: 'unknown', retryable: false });
  });

  it('uses the newer of two connections of one agent, each operation once', async () => {
    const [a, b, c] = [start('a'), start('b'), start('c')];
    const site = agent();
    await site.connectTo(a);
    await eventually(() => sees(c), 'c to see the agent');
    // The connection to a is dead without a's knowing: the same process turns up at b.
    await site.connectTo(b);
    await eventually(() => b.fleet.presence.all.length === 1 && c.fleet.presence.others.every(({ claim }) => claim.node === 'b'), 'c to prefer b');
    await eventually(() => sees(c) && a.fleet.figures().remoteAgents === 1, 'a and c to use b');
    for (const node of [a, b, c]) {
      const testing = facadeAt(node).perform({ kind: 'test' }, call());
      await settle();
      await testing;
    }
    expect(site.facade.calls.filter(({ kind }) => kind === 'test')).toHaveLength(3);
    expect(a.hosts.candidates(NAME)![0]!.members(KEY, facadeKeyOf(configuration())).map(({ place }) => (place as unknown as { readonly principal: string }).principal)).toEqual([NAME, NAME]);
    expect(b.fleet.figures().executing).toBe(0);
  });

  it('counts messages that make no sense or come from nobody, and believes none of them', async () => {
    const [a, b] = [start('a'), start('b')];
    const site = agent();
    await site.connectTo(a);
    await eventually(() => sees(b), 'b to see the agent');
    const before = a.fleet.figures();
    const stranger = broker.connect();
    const wish = { agent: NAME, session: site.peer.sessionId, from: 'x1', to: a.fleet.incarnation };
    for (const bytes of [new Uint8Array(0), Uint8Array.of(1, 2, 3), new Uint8Array(16), Buffer.from('{"a":1}'.repeat(5))]) stranger.publish('causeway.link.a.b', bytes);
    stranger.publish('causeway.link.a.x', encodeLinkMessage({ kind: LINK_MESSAGES.open, link: 5n, sequence: 0, body: Buffer.from('{}') }));
    stranger.publish('causeway.link.a.x', encodeLinkMessage({ kind: LINK_MESSAGES.open, link: 6n, sequence: 0, body: encodeBody(wish) }));
    await settle();
    expect(a.fleet.figures().malformed - before.malformed).toBe(5);
    expect(a.fleet.figures().links).toBe(before.links);
    expect(sees(b)).toBe(true);
  });

  it('shows the agents of others again after it lost the message service, and serves its own meanwhile', async () => {
    const [a, b] = [start('a'), start('b')];
    const site = agent();
    await site.connectTo(a);
    await eventually(() => sees(b), 'b to see the agent');
    for (const { bus } of [a, b]) bus.turn(false);
    await eventually(() => !sees(b), 'b to lose the agent', HEARTBEAT);
    expect(sees(a)).toBe(true);
    for (const { bus } of [a, b]) bus.turn(true);
    await eventually(() => sees(b), 'b to see the agent again', 2 * HEARTBEAT);
  });

  it('shows an agent that is away for the moment as away, and one that left as gone', async () => {
    const [a, b] = [start('a'), start('b')];
    const site = agent();
    await site.connectTo(a);
    await eventually(() => sees(b), 'b to see the agent');
    await Promise.all([site.peer.close('stopping'), clock.advance(3_000)]);
    await eventually(() => !sees(b), 'b to lose the agent', 1_000);
  });
});
