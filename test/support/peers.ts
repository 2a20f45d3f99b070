import { facadeKeyOf } from '../../protocol/codec/index.js';
import type { ConnectorFacade } from '../../protocol/model/index.js';
import type { AttachedSocket, ConnectionGroup, PeerOptions, ProtocolPeer } from '../../protocol/session/contract.js';
import { createPeer } from '../../protocol/session/peer.js';
import { FIXED } from '../../protocol/session/limits.js';
import { KEY, FakeFacade, configuration } from './fake-facade.js';
import { FakeClock, settle } from './fake-clock.js';
import { recordedLog, type RecordedLog } from './quiet-log.js';
import { RawPeer } from './raw-peer.js';
import { socketPair, type PairSocket } from './socket-pair.js';

export interface PeerUnderTest {
  readonly peer: ProtocolPeer;
  readonly clock: FakeClock;
  readonly log: RecordedLog;
  readonly facade: FakeFacade;
  /** What the owner was told, e.g. `opened`, `down`, `closed: reason`. */
  readonly events: string[];
}

export function testPeer(role: 'dialler' | 'listener', options: Partial<PeerOptions> = {}, clock = new FakeClock()): PeerUnderTest {
  const log = recordedLog();
  const facade = new FakeFacade();
  const events: string[] = [];
  const peer = createPeer({
    role, log, clock, executor: facade,
    onGroupOpened: () => { events.push('opened'); },
    onGroupDown: () => { events.push('down'); },
    onGroupClosed: (_group, reason) => { events.push(`closed: ${reason}`); },
    onConnectorInfos: (_group, infos) => { events.push(`infos: ${infos.length}`); },
    onConfigurationChange: (_group, _key, properties) => { events.push(`changed: ${properties.map(({ name }) => name).join()}`); },
    ...options,
  });
  return { peer, clock, log, facade, events };
}

/** A peer that listens, with a hand-made Java dialler on each of `sockets` sockets, joined and past the settling time. */
export async function listenerWithJava(sockets = 1, options: Partial<PeerOptions> = {}) {
  const tested = testPeer('listener', options);
  const raw: RawPeer[] = [];
  const attached: AttachedSocket[] = [];
  for (let count = 0; count < sockets; count++) {
    const { dialler, listener } = socketPair();
    const attaching = tested.peer.attach(listener, 'anonymous');
    const java = new RawPeer(dialler);
    await java.hello('JAVA-1');
    attached.push(await attaching);
    raw.push(java);
  }
  await tested.clock.advance(FIXED.settleTime);
  for (const java of raw) await java.answerControl();
  return { ...tested, raw, java: raw[0]!, attached, group: attached[0]!.group };
}

/** A peer that dials a hand-made Java listener on each of `sockets` sockets. */
export async function diallerToJava(sockets = 1, options: Partial<PeerOptions> = {}) {
  const tested = testPeer('dialler', options);
  const raw: RawPeer[] = [];
  const attached: AttachedSocket[] = [];
  for (let count = 0; count < sockets; count++) {
    const { dialler, listener } = socketPair();
    const java = new RawPeer(listener);
    const attaching = tested.peer.attach(dialler, 'controller');
    await settle();
    await java.helloBack('JAVA-S');
    attached.push(await attaching);
    raw.push(java);
  }
  await settle();
  for (const java of raw) await java.answerControl();
  return { ...tested, raw, java: raw[0]!, attached, group: attached[0]!.group };
}

export interface JoinedPeers {
  readonly clock: FakeClock;
  readonly agent: PeerUnderTest;
  readonly controller: PeerUnderTest;
  /** The agent as the controller sees it. */
  readonly group: ConnectionGroup;
  readonly sockets: { dialler: PairSocket; listener: PairSocket }[];
  readonly facade: ConnectorFacade;
  /** Rotates the dialler's first socket out. */
  retireFirst(): Promise<void>;
  /** One more socket between the two. */
  join(): Promise<{ dialler: AttachedSocket; listener: AttachedSocket; pair: { dialler: PairSocket; listener: PairSocket } }>;
}

/** Two of ours, the agent dialling the controller, with `sockets` sockets. */
export async function joinedPeers(sockets = 1, options: { agent?: Partial<PeerOptions>; controller?: Partial<PeerOptions> } = {}): Promise<JoinedPeers> {
  const clock = new FakeClock();
  const agent = testPeer('dialler', options.agent, clock);
  const controller = testPeer('listener', { executor: undefined, ...options.controller }, clock);
  const pairs: { dialler: PairSocket; listener: PairSocket }[] = [];
  const join = async () => {
    const pair = socketPair();
    pairs.push(pair);
    const [listener, dialler] = await Promise.all([controller.peer.attach(pair.listener, 'agent-1'), agent.peer.attach(pair.dialler, 'controller')]);
    await settle();
    return { dialler, listener, pair };
  };
  const first = await join();
  for (let count = 1; count < sockets; count++) await join();
  const { group } = first.listener;
  return { clock, agent, controller, group, sockets: pairs, facade: group.facade(KEY, facadeKeyOf(configuration())), join, retireFirst: () => first.dialler.retire(never) };
}

export const never = new AbortController().signal;

export async function collect<T, End>(results: AsyncGenerator<T, End, void>): Promise<{ items: T[]; end: End }> {
  const items: T[] = [];
  for (;;) {
    const step = await results.next();
    if (step.done === true) return { items, end: step.value };
    items.push(step.value);
  }
}
