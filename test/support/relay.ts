import { onTestFinished } from 'vitest';
import type { AttachedSocket, ConnectionGroup, OperationExecutor, OutcomeSource, ProtocolPeer, SessionLimits } from '../../protocol/session/contract.js';
import type { OperationRelay, RelayEnd } from '../../protocol/session/forwarding.js';
import { encodeOperationRequest, facadeKeyOf } from '../../protocol/codec/index.js';
import { ConnectorError, OperationOptions, type Operation } from '../../protocol/model/index.js';
import { FrameId } from '../../protocol/frame-id.js';
import type { ErrorMessage } from '../../protocol/message.js';
import { FIXED } from '../../protocol/session/limits.js';
import { createPeer } from '../../protocol/session/peer.js';
import { FakeClock, settle } from './fake-clock.js';
import { KEY, configuration } from './fake-facade.js';
import { recordedLog, type RecordedLog } from './quiet-log.js';
import { RawPeer } from './raw-peer.js';
import { socketPair, type PairSocket } from './socket-pair.js';

export interface RelayOptions {
  readonly requesterSockets?: number;
  readonly targetSockets?: number;
  /** What the two ends by hand offer in their handshakes. */
  readonly requesterFeatures?: readonly string[];
  readonly targetFeatures?: readonly string[];
  readonly maxBufferedBytes?: number;
  readonly gatherTime?: number;
  readonly limits?: Partial<SessionLimits>;
  readonly targetLimits?: Partial<SessionLimits>;
  /** The server is not connected. */
  readonly isDown?: boolean;
  /** The server keeps this journal of its writes. */
  readonly targetJournal?: string;
  /** The relay keeps a journal of writes, which its requester may ask. */
  readonly outcomes?: OutcomeSource;
  /** What stands around the relay. */
  readonly around?: (relay: OperationRelay, clock: FakeClock) => OperationRelay;
}

/** A requester by hand, the relay's two peers of ours in between, a server by hand. */
export interface RelayUnderTest {
  readonly clock: FakeClock;
  readonly log: RecordedLog;
  readonly requester: RawPeer;
  readonly requesters: readonly RawPeer[];
  readonly server: RawPeer;
  readonly servers: readonly RawPeer[];
  /** Our ends of the sockets. */
  readonly towardsRequester: readonly PairSocket[];
  readonly towardsServer: readonly PairSocket[];
  readonly requesterGroup: ConnectionGroup;
  readonly targetGroup: ConnectionGroup;
  readonly attached: readonly AttachedSocket[];
  readonly ended: RelayEnd[];
  /** What the requester was sent, and the server, since both are joined. */
  answers(): Uint8Array[];
  asked(): Uint8Array[];
  close(): Promise<void>;
}

const wait = async (peer: ProtocolPeer): Promise<void> => { await peer.close('test over'); };

/** Opens a relay that ends with the test. */
export async function relay(options: RelayOptions = {}): Promise<RelayUnderTest> {
  const made = await openRelay(options);
  onTestFinished(() => made.close());
  return made;
}

async function openRelay(options: RelayOptions): Promise<RelayUnderTest> {
  const clock = new FakeClock();
  const log = recordedLog();
  const ended: RelayEnd[] = [];
  const towards = createPeer({ role: 'dialler', log, clock, limits: options.targetLimits });
  let targetGroup: ConnectionGroup | undefined;
  const passingOn: OperationRelay = {
    server: 'connector server legacy', maxBufferedBytes: options.maxBufferedBytes ?? 67_108_864, gatherTime: options.gatherTime ?? 0,
    target: () => {
      if (targetGroup === undefined || options.isDown === true) throw new ConnectorError('connectionFailed', 'The connector server legacy is not connected.');
      return targetGroup;
    },
    ended: (end) => { ended.push(end); },
  };
  const executor: OperationExecutor = {
    connectorInfos: async () => [],
    facadeFor: async () => { throw new ConnectorError('connector', 'Connector not found: none is hosted here'); },
    relayFor: async () => options.around?.(passingOn, clock) ?? passingOn,
    outcomes: options.outcomes,
  };
  const peer = createPeer({ role: 'listener', log, clock, executor, limits: options.limits });
  const servers: RawPeer[] = [];
  const towardsServer: PairSocket[] = [];
  const attached: AttachedSocket[] = [];
  for (let count = 0; count < (options.targetSockets ?? 1); count++) {
    const { dialler, listener } = socketPair();
    const server = new RawPeer(listener);
    const attaching = towards.attach(dialler, 'legacy');
    await settle();
    await server.helloBack('SERVER', options.targetFeatures, options.targetJournal);
    const joined = await attaching;
    targetGroup = joined.group;
    attached.push(joined);
    servers.push(server);
    towardsServer.push(dialler);
  }
  const requesters: RawPeer[] = [];
  const towardsRequester: PairSocket[] = [];
  let requesterGroup: ConnectionGroup | undefined;
  for (let count = 0; count < (options.requesterSockets ?? 1); count++) {
    const { dialler, listener } = socketPair();
    const attaching = peer.attach(listener, 'anonymous');
    const requester = new RawPeer(dialler);
    await requester.hello('REQUESTER', options.requesterFeatures);
    requesterGroup = (await attaching).group;
    requesters.push(requester);
    towardsRequester.push(listener);
  }
  await clock.advance(FIXED.settleTime);
  for (const raw of [...servers, ...requesters]) await raw.answerControl();
  const askedBefore = servers.map(({ frames }) => frames.length);
  const answeredBefore = requesters.map(({ frames }) => frames.length);
  return {
    clock, log, requesters, requester: requesters[0]!, servers, server: servers[0]!, towardsRequester, towardsServer, attached, ended,
    requesterGroup: requesterGroup!, targetGroup: targetGroup!,
    answers: () => requesters.flatMap(({ frames }, index) => frames.slice(answeredBefore[index])),
    asked: () => servers.flatMap(({ frames }, index) => frames.slice(askedBefore[index])),
    close: async () => { await Promise.all([wait(peer), wait(towards), clock.advance(10_000)]); },
  };
}

export const options = OperationOptions.none;
export const search: Operation = { kind: 'search', objectClass: '__ACCOUNT__', filter: undefined, options };
export const facadeKey = facadeKeyOf(configuration());

export const request = (id: number, operation: Operation): Uint8Array => encodeOperationRequest({ id, connectorKey: KEY, facadeKey, operation });
export const hex = (frames: readonly Uint8Array[]): string[] => frames.map((frame) => Buffer.from(frame).toString('hex'));
export const withId = (id: number, frame: Uint8Array): Uint8Array => new FrameId(id).putInto(frame)!;

/** Sends a request and gives the id under which the server got it. */
export async function ask({ requester, servers }: RelayUnderTest, id: number, operation: Operation): Promise<number> {
  const requests = (): number[] => servers.flatMap((server) => server.of('operationRequest').map((message) => message.id));
  const before = new Set(requests());
  await requester.send(request(id, operation));
  const asked = requests().find((candidate) => !before.has(candidate));
  if (asked === undefined) throw new Error('the request has not been passed on');
  return asked;
}

export function lastError({ requesters }: RelayUnderTest): ErrorMessage | undefined {
  return requesters.flatMap((peer) => peer.of('error')).at(-1);
}
