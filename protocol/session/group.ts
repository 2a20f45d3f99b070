import { setMaxListeners } from 'node:events';
import { ConnectorError, type ConfigurationProperty, type ConnectorFacade, type ConnectorInfo, type ConnectorKey, type WriteOutcome } from '../model/index.js';
import { encodeConfigurationProperties } from '../codec/index.js';
import { encodeMessage } from '../frame.js';
import type { Message, OutcomeRequest } from '../message.js';
import { Absence } from './absence.js';
import type { Clock, ConnectionGroup, SessionLimits, SessionLog } from './contract.js';
import { Control } from './control.js';
import { ExecutingRequests } from './executing-requests.js';
import { DRAINING, RESEND, RESUME, commonFeatures } from './features.js';
import type { PeerHello } from './handshake.js';
import type { ForwardedOperation, Forwarding, ForwardReceiver } from './forwarding.js';
import { ForwardedRequest } from './forwarded-request.js';
import { FIXED } from './limits.js';
import { Outbox, type Dispatch } from './outbox.js';
import { askOutcome } from './outcome-question.js';
import type { PeerContext } from './peer-context.js';
import { PendingRequests } from './pending-requests.js';
import { Reconciliation } from './reconciliation.js';
import { RemoteFacade } from './remote-facade.js';
import { routeMessage } from './route-message.js';
import { SentAnswers } from './sent-answers.js';
import { SettledRequests } from './settled-requests.js';
import type { SocketLink } from './socket-link.js';

/** All sockets of one peer process, and everything that is under way with it (protocol section 2.3). */
export class SessionGroup implements ConnectionGroup {
  readonly peerSessionId: string;
  readonly principal: string;
  readonly features: ReadonlySet<string>;
  readonly journalId: string | undefined;
  readonly context: PeerContext;
  readonly outbox: Outbox;
  readonly requests = new PendingRequests<Message>();
  readonly executing: ExecutingRequests;
  /** What the peer can ask for again (feature `resume`). */
  readonly answers: SentAnswers;
  /** Undefined: the peer keeps no answers, so it is not told which it need not keep. */
  readonly settled: SettledRequests | undefined;
  readonly control: Control;
  readonly #absence: Absence<Message>;
  readonly #closed = new AbortController();
  readonly #onRemoved: (group: SessionGroup) => void;
  #lastId = 0;
  #closeReason: string | undefined;
  #isDraining = false;
  /** A socket was lost when there was none to ask on. */
  #owesResumption = false;

  constructor(hello: PeerHello, principal: string, context: PeerContext, onRemoved: (group: SessionGroup) => void) {
    this.peerSessionId = hello.sessionId;
    this.principal = principal;
    this.context = context;
    this.#onRemoved = onRemoved;
    // One for each answer that waits for a socket; their number is bounded by the requests under way.
    setMaxListeners(0, this.#closed.signal);
    this.features = commonFeatures(hello.features);
    this.journalId = hello.journalId;
    this.outbox = new Outbox(context.clock);
    this.executing = new ExecutingRequests(context.clock, context.limits, () => context.onIdle());
    this.answers = new SentAnswers({ clock: context.clock, log: context.log, limits: context.limits, nextLink: () => this.nextLink() });
    this.settled = this.features.has(RESUME) ? new SettledRequests(context.clock, context.log, this.outbox) : undefined;
    this.control = new Control({
      context, group: this, reconciliation: new Reconciliation(this.requests, this.executing, this.answers, context.clock, context.log), closed: this.#closed.signal,
      onInfos: (infos) => context.tell((events) => events.onConnectorInfos?.(this, infos)),
    });
    this.#absence = new Absence({
      context, pending: this.requests, executing: this.executing, peerResends: this.features.has(RESEND),
      onExpired: () => this.close('the peer stayed away'),
    });
  }

  get clock(): Clock { return this.context.clock; }
  get limits(): SessionLimits { return this.context.limits; }
  get log(): SessionLog { return this.context.log; }
  get isOperational(): boolean { return this.#closeReason === undefined && this.outbox.links.length > 0; }
  get isDraining(): boolean { return this.#isDraining; }
  get socketCount(): number { return this.outbox.links.length; }
  get pending(): number { return this.requests.size; }
  get closeReason(): string | undefined { return this.#closeReason; }

  nextId(): number {
    return ++this.#lastId;
  }

  join(link: SocketLink): void {
    const isFirst = this.outbox.links.length === 0;
    this.outbox.add(link);
    // Only a Java dialler needs time to store the socket (hazard 2); it offers no features.
    const settleTime = this.context.role === 'listener' && this.features.size === 0 ? FIXED.settleTime : 0;
    link.join(settleTime, () => this.outbox.notify());
    if (!isFirst) {
      if (this.#owesResumption) this.#resume(true);
      return;
    }
    this.#absence.end();
    this.context.tell((events) => events.onGroupOpened?.(this));
    this.control.ask();
    if (this.context.refusal !== undefined) this.tellDraining();
    this.#lookForLosses();
    this.#resume(true);
  }

  /** `isClean`: it was closed in good order, so that everything written to it has come. */
  leave(link: SocketLink, isClean: boolean): void {
    this.outbox.remove(link);
    if (this.#closeReason !== undefined) return;
    if (this.outbox.links.length > 0) {
      this.#lookForLosses();
      this.#resume(!isClean);
      return;
    }
    this.#absence.begin();
    this.context.tell((events) => events.onGroupDown?.(this));
  }

  /** Tells a peer of ours that no more operations are taken on; no answer. */
  tellDraining(): void {
    if (!this.features.has(DRAINING)) return;
    this.outbox.send(encodeMessage({ kind: 'draining', id: 0 }), { wait: this.limits.resendTimeout, signal: this.#closed.signal, repeatable: true }).catch(() => undefined);
  }

  /** The peer has said so; it goes on with what is under way, and does not change its mind. */
  peerDrains(): void {
    if (this.#isDraining || !this.features.has(DRAINING)) return;
    this.#isDraining = true;
    this.context.tell((events) => events.onGroupDraining?.(this));
  }

  /** Another process of the same principal has come; if this one is away, it has probably given way to that. */
  expectNoReturn(): void {
    this.#absence.hasten();
  }

  #lookForLosses(): void {
    if (this.features.has(RESEND) && (this.requests.size > 0 || this.executing.size > 0)) this.control.hurry();
  }

  /** What was on its way by a socket that is gone: we ask for ours, and give what the peer has not acknowledged. */
  #resume(giveAgain: boolean): void {
    if (!this.features.has(RESUME)) return;
    this.#owesResumption = !this.outbox.hasUsable;
    if (this.#owesResumption) return;
    this.requests.resumeAll();
    if (giveAgain) this.answers.resendAll();
  }

  receive(link: SocketLink, message: Message, frame: Uint8Array): void {
    routeMessage(this, link, message, frame);
  }

  /** On the socket of the request while it takes frames, on another otherwise. */
  reply(link: SocketLink, frame: Uint8Array): void {
    const other = link.isUsable ? undefined : this.outbox.links.find((candidate) => candidate.isUsable);
    (other ?? link).reply(frame);
  }

  /** Sends one answer of an operation by any socket; waits for one when there is none. `signal` ends the waiting. */
  async respond(frame: Uint8Array, signal?: AbortSignal, prefer?: SocketLink): Promise<SocketLink> {
    return this.outbox.send(frame, { ...this.#dispatch(), ...(signal === undefined ? {} : { signal }), prefer });
  }

  /** As {@link respond}, but without waiting for a socket or failing: the peer can ask for the answer again. */
  async respondNow(frame: Uint8Array, prefer?: SocketLink): Promise<void> {
    await this.outbox.send(frame, { ...this.#dispatch(), wait: 0, prefer }).catch(() => undefined);
  }

  /** As {@link respond}, for many results that carry their number. Resolves with the socket that took them. */
  respondAll(frames: readonly Uint8Array[], signal: AbortSignal, prefer?: SocketLink): Promise<SocketLink | undefined> {
    return this.outbox.sendAll(frames, { ...this.#dispatch(), signal, prefer });
  }

  /** Whose turn it is; undefined when no socket takes frames. */
  nextLink(): SocketLink | undefined {
    return this.outbox.next(this.#dispatch());
  }

  #dispatch(): Dispatch {
    const avoid = this.features.size === 0 ? this.control.lastListLink : undefined;
    return { wait: this.limits.resendTimeout, signal: this.#closed.signal, avoid, repeatable: true };
  }

  connectorInfos(signal: AbortSignal): Promise<readonly ConnectorInfo[]> {
    return this.control.infos(signal);
  }

  facade(connectorKey: ConnectorKey, facadeKey: string): ConnectorFacade {
    return new RemoteFacade(this, connectorKey, facadeKey);
  }

  forward(operation: ForwardedOperation, receiver: ForwardReceiver): Forwarding {
    return new ForwardedRequest(this, operation, receiver).start();
  }

  askOutcome(question: Omit<OutcomeRequest, 'kind' | 'id'>, signal: AbortSignal): Promise<WriteOutcome> {
    return askOutcome(this, question, signal);
  }

  async announceConfigurationChange(facadeKey: string, properties: readonly ConfigurationProperty[]): Promise<void> {
    const frame = encodeMessage({ kind: 'configurationChange', id: 0, facadeKey, properties: encodeConfigurationProperties(properties) });
    await this.outbox.send(frame, { wait: this.limits.resendTimeout, signal: this.#closed.signal, repeatable: true });
  }

  /** Ends everything of the group; its sockets are closed by whoever calls. Idempotent. */
  close(reason: string): void {
    if (this.#closeReason !== undefined) return;
    this.#closeReason = reason;
    this.#absence.end();
    this.answers.close();
    this.settled?.close();
    this.executing.abort(new ConnectorError('connectionBroken', `The session with the requester is over: ${reason}.`));
    this.requests.failWhere(() => true, ({ what }) => new ConnectorError('connectionBroken', `The session with the peer ended during the ${what}: ${reason}.`));
    this.#closed.abort(new ConnectorError('connectionBroken', `The session with the peer is over: ${reason}.`));
    this.#onRemoved(this);
    this.context.tell((events) => events.onGroupClosed?.(this, reason));
  }
}
