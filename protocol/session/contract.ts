import type { ConfigurationProperty, ConnectorFacade, ConnectorInfo, ConnectorKey, Locale, Operation, OperationKind, WriteOutcome } from '../model/index.js';
import type { OutcomeRequest } from '../message.js';
import type { ForwardedOperation, Forwarding, ForwardReceiver, OperationRelay } from './forwarding.js';

/**
 * One WebSocket as the session sees it. The owner (agent/transport, controller/gateway) does TLS, upgrade and
 * authentication and wires the library's events to these handlers.
 */
export interface FrameSocket {
  /** For logs, e.g. `wss://cloud.example:443/openicf #2`. Never a credential. */
  readonly description: string;
  /** False once the library takes no more frames (e.g. a close frame is in or out); looked at before a frame is handed over. @default true */
  readonly isOpen?: boolean;
  /** True while bytes that were handed over wait for the network to take them. @default false */
  readonly isCongested?: boolean;
  /**
   * Sends each as one unfragmented, uncompressed binary frame, in this order; resolves once all have been flushed; rejects
   * when the socket is closed, and then any number of them may have left.
   */
  send(...frames: readonly Uint8Array[]): Promise<void>;
  /** Sends a WebSocket ping; the answer arrives at `onPong`. */
  ping(): void;
  /** Idempotent. */
  close(code: number, reason: string): void;
  /** Cuts the connection without a closing handshake. */
  terminate(): void;
  /** Set once, by the session, before any event may fire. */
  listen(events: FrameSocketEvents): void;
}

export interface FrameSocketEvents {
  onFrame(frame: Uint8Array): void;
  onText(): void;
  onPong(): void;
  onClose(code: number, reason: string): void;
}

/** Time, so that tests need none. `sleep` rejects with the signal's reason when aborted. */
export interface Clock {
  now(): number;
  sleep(milliseconds: number, signal?: AbortSignal): Promise<void>;
}

export interface SessionLog {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/** Who asked, for policy, audit and logs. */
export interface RequestOrigin {
  readonly peerSessionId: string;
  /** As authenticated on the socket (certificate subject, OAuth client, principal). */
  readonly principal: string;
  readonly messageId: number;
  readonly locale: Locale | undefined;
}

/** The executing side of a peer. Without one, a peer has no connectors and refuses operations. */
export interface OperationExecutor {
  connectorInfos(): Promise<readonly ConnectorInfo[]>;
  /** Asked before anything is done for an operation: why it cannot be started at this moment. Undefined: it can. */
  refusal?(kind: OperationKind | undefined): string | undefined;
  /** Finds or opens the facade for a request. `facadeKey` is the Base64 text (protocol section 8.1). Throws a ConnectorError. */
  facadeFor(connectorKey: ConnectorKey, facadeKey: string, origin: RequestOrigin): Promise<ConnectorFacade>;
  /** Asked first: a relay for operations that are passed on undecoded; undefined for those that are executed here. */
  relayFor?(connectorKey: ConnectorKey, origin: RequestOrigin): Promise<OperationRelay | undefined>;
  /** Knows what became of writes, also of those before a restart. Without it peers are not told that they may ask. */
  readonly outcomes?: OutcomeSource | undefined;
}

/** What a peer asks about: one of its writes. */
export interface OutcomeQuestion {
  readonly operationId: string;
  /** Milliseconds since it was sent. */
  readonly age: number;
  readonly connectorKey: ConnectorKey;
  readonly facadeKey: string;
  /** The write itself; of a task of a batch, as an operation of its own. */
  readonly operation: Operation;
  readonly origin: RequestOrigin;
}

/** The journal of the executing side's writes. */
export interface OutcomeSource {
  /** Stays the same as long as the journal does. */
  readonly journalId: string;
  /** A write that has not come is refused from now on. Throws a ConnectorError when it is another's, or another write. */
  outcomeOf(question: OutcomeQuestion, signal: AbortSignal): Promise<WriteOutcome>;
}

/** All sizes in bytes, all times in milliseconds. */
export interface SessionLimits {
  /** Largest frame accepted. @default 33554432 */
  readonly maxFrameBytes: number;
  /** Handshake must be in after this. @default 30000 */
  readonly handshakeTimeout: number;
  /** Ping interval; a socket silent for two of them is cut. @default 25000 */
  readonly heartbeatInterval: number;
  /** Operations executed at once per group; further ones wait in a queue as long, then are refused. @default 64 */
  readonly maxConcurrentRequests: number;
  /** @default 256 */
  readonly maxQueuedRequests: number;
  /** A request that has not been started after this is refused as busy. @default 30000 */
  readonly maxQueueTime: number;
  /** Bytes buffered per streaming request for a consumer that reads slowly, where the peer knows no credits. @default 67108864 */
  readonly maxBufferedBytes: number;
  /** Results a peer that knows credits may send ahead of the consumer. @default 256 */
  readonly creditWindow: number;
  /** A response that finds no open socket waits at most this long for one. @default 60000 */
  readonly resendTimeout: number;
  /** How long a cancel for an unknown id is remembered. @default 60000 */
  readonly parkedCancelTime: number;
  /** How often control requests with the ids under way are sent. @default 60000 */
  readonly groupCheckInterval: number;
  /** A group without sockets is closed, and the session id changes, after this. @default 300000 */
  readonly groupExpiry: number;
}

export interface PeerOptions {
  /** The machine this runs on, which a dialler tells in its handshake; see {@link AttachedSocket.hostId}. */
  readonly hostId?: string | undefined;
  /** `dialler` speaks first in the handshake; `listener` answers. */
  readonly role: 'dialler' | 'listener';
  readonly executor?: OperationExecutor | undefined;
  readonly limits?: Partial<SessionLimits> | undefined;
  readonly log: SessionLog;
  readonly clock?: Clock | undefined;
  /** The first socket of a group is up. */
  onGroupOpened?(group: ConnectionGroup): void;
  /** The last socket of a group is gone; the group may come back until it is closed. */
  onGroupDown?(group: ConnectionGroup): void;
  /** The peer takes on no more operations; those under way go on. It will be gone soon. */
  onGroupDraining?(group: ConnectionGroup): void;
  onGroupClosed?(group: ConnectionGroup, reason: string): void;
  onConnectorInfos?(group: ConnectionGroup, infos: readonly ConnectorInfo[]): void;
  onConfigurationChange?(group: ConnectionGroup, facadeKey: string, properties: readonly ConfigurationProperty[]): void;
}

/** What one end has sent and received since it was made, and what is under way. Cheap to read. */
export interface PeerFigures {
  readonly framesReceived: number;
  readonly bytesReceived: number;
  readonly framesSent: number;
  readonly bytesSent: number;
  /** Sockets that were taken over and were gone, or too slow, before the handshake was done. */
  readonly handshakesFailed: number;
  /** Sockets that carry operations. */
  readonly sockets: number;
  /** Operations for peers that are being executed, those that wait for their turn, and streams that wait for their requester to take more. */
  readonly executing: number;
  readonly queued: number;
  readonly awaitingCredit: number;
  /** Requests of ours awaiting an answer. */
  readonly pending: number;
}

/** One end of the protocol: any number of sockets, grouped by the peer's session id. */
export interface ProtocolPeer {
  /** Fresh per process start and after a long absence. */
  readonly sessionId: string;
  readonly groups: readonly ConnectionGroup[];
  /** Operations being executed for peers right now. */
  readonly executing: number;
  figures(): PeerFigures;
  /**
   * Takes over a socket: does the handshake and resolves with what the socket joined. Rejects, with the socket closed,
   * when the handshake fails or is late. `principal` is what the owner authenticated.
   */
  attach(socket: FrameSocket, principal: string): Promise<AttachedSocket>;
  /**
   * The executor's connectors have become more than the lists given so far. Peers of ours are told to ask again; a Java
   * peer, which asks when a group's first socket joins and never again, is led into a new session (see session-renewal.ts).
   */
  announceConnectors(): void;
  /** Refuses new operations with a retryable error, tells peers of ours so, and resolves when those under way have ended or `signal` fires. */
  drain(signal: AbortSignal): Promise<void>;
  /** Cancels everything, closes every socket with 1001 and `reason`. Idempotent. */
  close(reason: string): Promise<void>;
}

export interface AttachedSocket {
  readonly group: ConnectionGroup;
  /** The machine the peer says it runs on; undefined when it does not say, as a Java peer. */
  readonly hostId?: string | undefined;
  /** Resolves when the socket is gone, with the close code and reason. */
  readonly closed: Promise<{ code: number; reason: string }>;
  /** No new frames leave by this socket (rotation); those under way end, then it is closed with 1000. Resolves when closed. */
  retire(signal: AbortSignal): Promise<void>;
  /** The peer's process is gone for good: its session ends at once, and what is under way fails instead of waiting for its return. */
  abandon(reason: string): void;
}

export interface ConnectionGroup {
  readonly peerSessionId: string;
  readonly principal: string;
  readonly isOperational: boolean;
  /** The peer takes on no more operations: new ones go elsewhere. */
  readonly isDraining: boolean;
  readonly socketCount: number;
  /** Requests awaiting an answer of the peer. */
  readonly pending: number;
  /** Extensions both ends offered in the handshake, e.g. `credits`. Empty for a Java peer. */
  readonly features: ReadonlySet<string>;
  /** The peer's journal of writes, which can be asked; undefined when it keeps none. */
  readonly journalId: string | undefined;
  /** Asks once what became of a write that was sent to this peer or to one with the same journal. Rejects with a ConnectorError when there is no answer. */
  askOutcome(question: Omit<OutcomeRequest, 'kind' | 'id'>, signal: AbortSignal): Promise<WriteOutcome>;
  /** The peer's connectors; waits for the first list, asks again when it was refused. Rejects when the signal fires. */
  connectorInfos(signal: AbortSignal): Promise<readonly ConnectorInfo[]>;
  /** A facade whose operations run at the peer. `facadeKey` is the Base64 text; supported operations come from it. */
  facade(connectorKey: ConnectorKey, facadeKey: string): ConnectorFacade;
  /** Has an operation that came from elsewhere executed at the peer, undecoded. `receiver` is told from the next turn on. */
  forward(operation: ForwardedOperation, receiver: ForwardReceiver): Forwarding;
  /** Tells the peer of changed properties (protocol section 7.14); no answer. */
  announceConfigurationChange(facadeKey: string, properties: readonly ConfigurationProperty[]): Promise<void>;
}
