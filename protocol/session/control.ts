import { ConnectorError, type ConnectorInfo } from '../model/index.js';
import { decodeConnectorInfos, encodeConnectorInfos, encodeError } from '../codec/index.js';
import { encodeMessage } from '../frame.js';
import type { ControlRequest, ControlResponse, InfoLevel, Message } from '../message.js';
import { AbortRace } from './abort-race.js';
import { Condition } from './condition.js';
import { Deadline } from './deadline.js';
import { Deferred } from './deferred.js';
import { CONNECTORS_CHANGED, KNOWN_LISTS, RESEND } from './features.js';
import { FIXED } from './limits.js';
import { OutgoingRequest, type RequestingGroup } from './outgoing-request.js';
import type { PeerContext } from './peer-context.js';
import type { Reconciliation } from './reconciliation.js';
import { RetryDelay } from './retry-delay.js';
import type { SocketLink } from './socket-link.js';

interface ControlParts {
  readonly context: PeerContext;
  readonly group: RequestingGroup<Message> & { nextId(): number; readonly isOperational: boolean; readonly features: ReadonlySet<string>; reply(link: SocketLink, frame: Uint8Array): void };
  readonly reconciliation: Reconciliation<Message>;
  /** Fires when the group is closed. */
  readonly closed: AbortSignal;
  onInfos(infos: readonly ConnectorInfo[]): void;
}

/** Connector lists and the periodic reconciliation of requests (protocol sections 2.4 and 2.5). */
export class Control {
  readonly #parts: ControlParts;
  readonly #changed = new Condition();
  #infos: readonly ConnectorInfo[] | undefined;
  #asking = false;
  #askAgain = false;
  #hurriedRounds = 0;
  #lastListLink: SocketLink | undefined;

  constructor(parts: ControlParts) {
    this.#parts = parts;
    this.#checkPeriodically().catch(() => undefined);
  }

  /** The socket that carried our last connector list; a Java controller may be blocked on it (hazard 26). */
  get lastListLink(): SocketLink | undefined {
    return this.#lastListLink;
  }

  async infos(signal: AbortSignal): Promise<readonly ConnectorInfo[]> {
    const { context: { clock, log }, closed } = this.#parts;
    const deadline = new Deadline(clock, log, undefined, () => new Error('expired'), [signal, closed]);
    try {
      while (this.#infos === undefined) await this.#changed.wait(clock, undefined, deadline.signal);
      return this.#infos;
    } finally {
      deadline.dispose();
    }
  }

  /** The group got its first socket: asks for the list until there is an answer that can be read. */
  ask(): void {
    this.#askAgain = this.#asking;
    if (this.#asking) return;
    this.#asking = true;
    this.#askUntilKnown().catch(() => undefined).finally(() => {
      this.#asking = false;
      if (this.#askAgain) this.ask();
    }).catch(() => undefined);
  }

  /**
   * A socket was lost, and perhaps a request or an answer with it: the lists are exchanged several times now rather than
   * within minutes. Only between ours; a Java peer keeps its own pace.
   */
  hurry(): void {
    const isRunning = this.#hurriedRounds > 0;
    this.#hurriedRounds = FIXED.strikes;
    if (!isRunning) this.#checkHurriedly().catch(() => undefined);
  }

  /** Tells the peer, until it has heard, that our connectors have changed. */
  async tellConnectorsChanged(): Promise<void> {
    const { context, group, closed } = this.#parts;
    const delay = new RetryDelay();
    while (!closed.aborted && group.isOperational && !await this.#exchange(['CONTEXT_INFO'])) await context.clock.sleep(delay.next(), closed);
  }

  /** Answers on the socket of the request. A peer that asks faster than it is answered is told so. */
  async answer(link: SocketLink, request: ControlRequest): Promise<void> {
    const { context, group, reconciliation } = this.#parts;
    reconciliation.compare(request);
    if (request.infoLevels.includes('CONTEXT_INFO') && group.features.has(CONNECTORS_CHANGED)) this.ask();
    if (request.infoLevels.includes('REQUESTS') && group.features.has(RESEND)) this.#exchange([]).catch(() => undefined);
    if (reconciliation.answeringCount >= FIXED.controlAnswers) {
      group.reply(link, encodeError(request.id, new ConnectorError('retryable', 'Too many control requests at once.')));
      return;
    }
    const done = reconciliation.answering(request.id);
    try {
      const wantsInfos = request.infoLevels.includes('CONNECTOR_INFO');
      const list = wantsInfos ? await this.#ownList(request) : {};
      await link.settled;
      if (wantsInfos) this.#lastListLink = link;
      group.reply(link, encodeMessage({ kind: 'controlResponse', id: request.id, connectorInfos: undefined, ...list }));
    } catch (error) {
      context.log.error({ err: error }, 'The list of connectors could not be made.');
      group.reply(link, encodeError(request.id, new ConnectorError('retryable', 'The list of connectors is not available at this moment.')));
    } finally {
      done();
    }
  }

  /** As bytes, or by its name where the peer says that it has them. */
  async #ownList({ knownLists = [] }: ControlRequest): Promise<Partial<ControlResponse>> {
    const { context: { executor, lists }, group } = this.#parts;
    const { bytes, digest } = lists.encoded(await executor?.connectorInfos() ?? [], encodeConnectorInfos);
    const known = group.features.has(KNOWN_LISTS) ? knownLists.find((name) => nameOf(name) === digest) : undefined;
    return known === undefined ? { connectorInfos: bytes } : { knownList: known };
  }

  async #askUntilKnown(): Promise<void> {
    const { context, group, closed } = this.#parts;
    const delay = new RetryDelay();
    while (!closed.aborted && group.isOperational) {
      if (await this.#exchange(['CONNECTOR_INFO'])) return;
      await context.clock.sleep(delay.next(), closed);
    }
  }

  async #checkPeriodically(): Promise<void> {
    const { context: { clock, limits }, group, reconciliation, closed } = this.#parts;
    while (!closed.aborted) {
      await clock.sleep(limits.groupCheckInterval, closed);
      reconciliation.enforce();
      if (group.isOperational) await this.#exchange(this.#infos === undefined && !this.#asking ? ['CONNECTOR_INFO'] : []);
    }
  }

  async #checkHurriedly(): Promise<void> {
    const { context: { clock }, group, reconciliation, closed } = this.#parts;
    try {
      while (this.#hurriedRounds > 0 && !closed.aborted) {
        this.#hurriedRounds--;
        if (group.isOperational) this.#exchange(['REQUESTS']).catch(() => undefined);
        await clock.sleep(FIXED.hurriedCheck, closed);
      }
      reconciliation.enforce();
    } finally {
      this.#hurriedRounds = 0;
    }
  }

  /** One control request and its answer. False when there was no good one. */
  async #exchange(infoLevels: readonly InfoLevel[]): Promise<boolean> {
    const { context, group, reconciliation, closed } = this.#parts;
    const id = group.nextId();
    const { localRequestIds, remoteRequestIds } = reconciliation.lists();
    const answer = new Deferred<Message>();
    const isForList = infoLevels.includes('CONNECTOR_INFO');
    // Held until the answer is here, so that a list it names is still there.
    const known: ReadonlyMap<string, readonly ConnectorInfo[]> = isForList && group.features.has(KNOWN_LISTS) ? context.lists.recent() : new Map();
    const request = new OutgoingRequest<Message>(group, {
      id, what: 'control request', isStream: false, repeatable: true,
      frame: encodeMessage({
        kind: 'controlRequest', id, infoLevels, localRequestIds, remoteRequestIds: [...remoteRequestIds, id],
        knownLists: [...known.keys()].map((digest) => Buffer.from(digest, 'base64')),
      }),
      cancelFrame: undefined,
      onResponse: answer.resolve, onFailure: answer.reject,
    });
    const deadline = new Deadline(context.clock, context.log, context.limits.handshakeTimeout,
      () => new ConnectorError('operationTimeout', 'The peer did not answer a control request in time.'), [closed]);
    const race = new AbortRace(deadline.signal);
    try {
      await race.wait(request.start(deadline.signal));
      const response = await race.wait(answer.promise);
      if (response.kind !== 'controlResponse') throw new ConnectorError('connectorIo', `The peer answered a control request with ${response.kind}.`);
      if (isForList) this.#take(response, known);
      return true;
    } catch (error) {
      if (!closed.aborted) context.log.warn({ err: error }, 'A control request found no good answer; it will be repeated.');
      return false;
    } finally {
      race.dispose();
      deadline.dispose();
      request.complete();
    }
  }

  #take({ connectorInfos, knownList }: ControlResponse, known: ReadonlyMap<string, readonly ConnectorInfo[]>): void {
    const { lists, codecLimits } = this.#parts.context;
    const named = knownList === undefined ? undefined : known.get(nameOf(knownList));
    if (knownList !== undefined && named === undefined) throw new ConnectorError('connectorIo', 'The peer answered with a list of connectors it was not asked about.');
    const infos = named ?? (connectorInfos === undefined ? [] : lists.of(connectorInfos, (bytes) => decodeConnectorInfos(bytes, codecLimits)));
    this.#infos = infos;
    this.#changed.notify();
    this.#parts.onInfos(infos);
  }
}

function nameOf(digest: Uint8Array): string {
  return Buffer.from(digest.buffer, digest.byteOffset, digest.byteLength).toString('base64');
}
