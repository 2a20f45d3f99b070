import { ConnectorError } from '../model/index.js';
import { DEFAULT_CODEC_LIMITS, type CodecLimits } from '../codec/index.js';
import { decodeFrame } from '../frame.js';
import type { Message } from '../message.js';
import { after, systemClock } from './clock.js';
import { Condition } from './condition.js';
import type {
  AttachedSocket, Clock, ConnectionGroup, FrameSocket, OperationExecutor, PeerFigures, PeerOptions, ProtocolPeer, SessionLimits, SessionLog,
} from './contract.js';
import { Deferred } from './deferred.js';
import { CONNECTORS_CHANGED, OUTCOME } from './features.js';
import { SessionGroup } from './group.js';
import { GroupTable } from './group-table.js';
import { Handshake, type PeerHello } from './handshake.js';
import { KnownLists } from './known-lists.js';
import { FIXED, sessionLimits } from './limits.js';
import { OwnSessionIds } from './own-session-ids.js';
import type { PeerContext, PeerEvents } from './peer-context.js';
import { SessionRenewal } from './session-renewal.js';
import { SocketLink, type Closing, type Traffic } from './socket-link.js';

/** One end of the protocol, in either role (see {@link ProtocolPeer}). */
export function createPeer(options: PeerOptions): ProtocolPeer {
  return new Peer(options);
}

interface Member { readonly handshake: Handshake; group: SessionGroup | undefined; readonly joined: Deferred<SessionGroup> }

class Peer implements ProtocolPeer, PeerContext {
  readonly role: 'dialler' | 'listener';
  readonly clock: Clock;
  readonly limits: SessionLimits;
  readonly codecLimits: CodecLimits;
  readonly log: SessionLog;
  readonly executor: OperationExecutor | undefined;
  readonly joined = new Condition();
  readonly lists = new KnownLists();
  readonly #events: PeerEvents;
  readonly #hostId: string | undefined;
  readonly #ids: OwnSessionIds;
  readonly #members = new Map<SocketLink, Member>();
  readonly #groups = new GroupTable();
  readonly #renewal: SessionRenewal;
  readonly #idle = new Condition();
  readonly #traffic: Traffic = { framesReceived: 0, bytesReceived: 0, framesSent: 0, bytesSent: 0 };
  #handshakesFailed = 0;
  #refusal: string | undefined;
  #closing: Promise<void> | undefined;

  constructor(options: PeerOptions) {
    this.role = options.role;
    this.clock = options.clock ?? systemClock;
    this.limits = sessionLimits(options.limits);
    this.codecLimits = { ...DEFAULT_CODEC_LIMITS, maxFrameBytes: this.limits.maxFrameBytes };
    this.log = options.log;
    this.executor = options.executor;
    this.#events = options;
    this.#hostId = options.hostId;
    this.#ids = new OwnSessionIds(this.clock, this.limits.groupExpiry, this.log, () => {
      for (const [link, member] of this.#members) if (member.group === undefined) link.close(1001, 'session id changed');
    });
    this.#renewal = new SessionRenewal({ role: this.role, groups: this.#groups, ids: this.#ids, log: this.log });
  }

  get sessionId(): string {
    return this.#ids.current;
  }

  get groups(): readonly ConnectionGroup[] {
    return this.#groups.all;
  }

  successorOf({ principal, journalId, features }: SessionGroup): SessionGroup | undefined {
    if (journalId === undefined || !features.has(OUTCOME)) return undefined;
    return this.#groups.all.find((group) => group.isOperational && group.journalId === journalId && group.principal === principal && group.features.has(OUTCOME));
  }

  get executing(): number {
    return this.#groups.all.reduce((sum, group) => sum + group.executing.size, 0);
  }

  get refusal(): string | undefined {
    return this.#refusal;
  }

  figures(): PeerFigures {
    let [sockets, queued, awaitingCredit, pending] = [0, 0, 0, 0];
    for (const group of this.#groups.all) {
      sockets += group.socketCount;
      queued += group.executing.queued;
      awaitingCredit += group.executing.awaitingCredit;
      pending += group.pending;
    }
    return { ...this.#traffic, handshakesFailed: this.#handshakesFailed, sockets, executing: this.executing - queued, queued, awaitingCredit, pending };
  }

  async attach(socket: FrameSocket, principal: string): Promise<AttachedSocket> {
    const link = new SocketLink(socket, principal, {
      clock: this.clock, log: this.log, limits: this.limits, traffic: this.#traffic,
      onFrame: (from, frame) => this.#onFrame(from, frame),
      onClosed: (from, closing) => this.#onClosed(from, closing),
    });
    if (this.#closing !== undefined) {
      link.close(1001, this.#refusal ?? 'closing');
      throw new ConnectorError('connectionFailed', 'The session is closed and takes no more sockets.');
    }
    const joined = new Deferred<SessionGroup>();
    let hostId: string | undefined;
    const handshake = new Handshake(link, {
      role: this.role,
      ownSessionId: (peerSessionId) => this.role === 'listener' ? this.#ids.towards(peerSessionId) : this.#ids.current,
      journalId: this.executor?.outcomes?.journalId,
      hostId: this.#hostId,
      onAgreed: (hello) => {
        ({ hostId } = hello);
        this.#join(link, hello);
      },
    });
    this.#members.set(link, { handshake, group: undefined, joined });
    handshake.start();
    const stopTimer = after(this.clock, this.limits.handshakeTimeout, this.log, () => {
      joined.reject(new ConnectorError('operationTimeout', `${link.description}: no handshake within ${this.limits.handshakeTimeout} ms.`));
      link.close(1002, 'handshake timeout');
    });
    try {
      const group = await joined.promise;
      return { group, hostId, closed: link.closed, retire: (signal) => link.retire(signal), abandon: (reason) => this.#abandon(group, reason) };
    } catch (error) {
      this.#handshakesFailed++;
      throw error;
    } finally {
      stopTimer();
    }
  }

  #abandon(group: SessionGroup, reason: string): void {
    const links = [...this.#members].filter(([, member]) => member.group === group);
    group.close(reason);
    for (const [link] of links) link.terminate(reason);
  }

  async drain(signal: AbortSignal): Promise<void> {
    this.#refusal ??= 'The connector server is shutting down; try again later.';
    const reason = new ConnectorError('retryable', this.#refusal);
    for (const group of this.#groups.all) {
      group.tellDraining();
      group.executing.abort(reason, ['subscription']);   // they would never end
    }
    await this.#untilIdle(signal);
  }

  async #untilIdle(signal: AbortSignal): Promise<void> {
    while (this.executing > 0 && !signal.aborted) {
      await this.#idle.wait(this.clock, undefined, signal).catch(() => undefined);
    }
  }

  announceConnectors(): void {
    if (this.#closing !== undefined) return;
    for (const group of this.#groups.all) {
      if (group.features.has(CONNECTORS_CHANGED)) group.control.tellConnectorsChanged().catch(() => undefined);
    }
    this.#renewal.begin();
  }

  close(reason: string): Promise<void> {
    this.#closing ??= this.#close(reason);
    return this.#closing;
  }

  tell(call: (events: PeerEvents) => void): void {
    try {
      call(this.#events);
    } catch (error) {
      this.log.error({ err: error }, 'An event handler of the session failed.');
    }
  }

  onIdle(): void {
    this.#idle.notify();
    this.#renewal.review();
  }

  /** Operations are stopped first, so that their error answers still leave; then the sockets go. */
  async #close(reason: string): Promise<void> {
    this.#refusal = `The connector server is closing: ${reason}.`;
    for (const group of this.#groups.all) group.executing.abort(new ConnectorError('retryable', this.#refusal));
    const grace = new AbortController();
    const stopGrace = after(this.clock, FIXED.closeGrace, this.log, () => grace.abort(new Error('grace over')));
    await this.#untilIdle(grace.signal);
    stopGrace();
    const links = [...this.#members.keys()];
    for (const group of this.#groups.all) group.close(reason);
    for (const link of links) link.close(1001, reason);
    await Promise.all(links.map((link) => link.closed));
    this.#ids.onCompany();                               // no timer is left behind
  }

  #onFrame(link: SocketLink, frame: Uint8Array): void {
    const member = this.#members.get(link);
    if (member === undefined || member.group?.requests.takeFrame(frame, link) === true) return;
    let message: Message;
    try {
      message = decodeFrame(frame, this.codecLimits);
    } catch (error) {
      link.complain('Dropped a frame that could not be decoded.', { bytes: frame.length, err: error });
      return;
    }
    if (!member.handshake.handles(message)) member.group?.receive(link, message, frame);
  }

  #join(link: SocketLink, hello: PeerHello): void {
    const member = this.#members.get(link);
    if (member === undefined || this.#closing !== undefined) return;
    const group = this.#groups.find(link.principal, hello.sessionId) ?? this.#open(link, hello);
    if (group === undefined) {
      link.close(1013, 'too many sessions');
      return;
    }
    member.group = group;
    this.#ids.onCompany();
    group.join(link);
    this.joined.notify();
    this.#renewal.review();
    member.joined.resolve(group);
  }

  #open(link: SocketLink, hello: PeerHello): SessionGroup | undefined {
    const group = new SessionGroup(hello, link.principal, this, () => {
      this.#groups.remove(group);
      if (this.role === 'listener' && !this.#renewal.isLeaving(group)) this.#ids.changeTowards(hello.sessionId);
      this.#renewal.onRemoved(group);
    });
    if (this.#groups.add(group)) {
      for (const other of this.#groups.all) if (other !== group && other.principal === group.principal) other.expectNoReturn();
      return group;
    }
    group.close('too many sessions');
    return undefined;
  }

  #onClosed(link: SocketLink, { code, reason }: Closing): void {
    const member = this.#members.get(link);
    this.#members.delete(link);
    member?.joined.reject(new ConnectorError('connectionBroken', `${link.description} was closed before the handshake: ${code} ${reason}`.trimEnd()));
    member?.group?.leave(link, code === 1000);
    const isAlone = member?.group !== undefined && ![...this.#members.values()].some(({ group }) => group !== undefined);
    if (isAlone && this.#closing === undefined) this.#ids.onAlone();
  }
}
