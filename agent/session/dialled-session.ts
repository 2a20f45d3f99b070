import { createPeer } from '../../protocol/session/peer.js';
import type { AttachedSocket, Clock, OperationExecutor, PeerOptions, ProtocolPeer, SessionLimits, SessionLog } from '../../protocol/session/contract.js';
import type { Dialled } from '../transport/dial.js';
import { createBackoff, type BackoffOptions } from './backoff.js';
import { closeFailure } from './failure-policy.js';
import { keepSession, type ServeEnd, type SessionParts } from './keep-session.js';
import { createGroup, type GroupPlan, type LineEvents, type SocketGroup } from './session-group.js';
import { CONTROLLER, type Partner } from './partner.js';
import { LineCounts, type SessionFigures } from './session-figures.js';
import { SessionReporter, type DialledStatus } from './session-reporter.js';

/** Sockets dialled to one URL: of a controller in client mode, or of a connector server that operations are passed on to. */
export interface DialledSessionOptions {
  /** For log and status; without credentials. */
  readonly url: string;
  readonly plan: GroupPlan;
  readonly backoff: BackoffOptions;
  /** What a rotated socket gets to finish, in milliseconds. */
  readonly retireTimeout: number;
  readonly limits: Partial<SessionLimits>;
  /** The machine, which a controller is told. */
  readonly hostId?: string | undefined;
  /** What the other end may have executed here; undefined: nothing. */
  readonly executor?: OperationExecutor | undefined;
  readonly events?: Pick<PeerOptions, 'onGroupOpened' | 'onGroupDown' | 'onGroupClosed' | 'onConnectorInfos'> | undefined;
  /** @default a controller */
  readonly partner?: Partner | undefined;
  readonly clock: Clock;
  readonly log: SessionLog;
  /** The other end refused us in a way only a person can undo (revoked, unknown client); once for each such reason. */
  onRefused?(problem: string): void;
  dial(stop: AbortSignal): Promise<Dialled>;
}

/** One URL: a protocol peer of its own (hazard 4), fed with sockets as long as the agent runs. */
export class DialledSession {
  readonly #options: DialledSessionOptions;
  readonly #peer: ProtocolPeer;
  readonly #reporter: SessionReporter;
  readonly #counts = new LineCounts();
  #group: SocketGroup | undefined;
  #awake = new AbortController();

  constructor(options: DialledSessionOptions) {
    this.#options = options;
    this.#reporter = new SessionReporter(options.url, options.log, options.partner);
    this.#peer = createPeer({ role: 'dialler', hostId: options.hostId, executor: options.executor, limits: options.limits, log: options.log, clock: options.clock, ...options.events });
  }

  status(): DialledStatus & { readonly executing: number } {
    return { ...this.#reporter.status(), executing: this.#peer.executing };
  }

  figures(): SessionFigures {
    return { ...this.#counts.figures(), peer: this.#peer.figures() };
  }

  /** Resolves when `stop` fired and everything is closed; rejects when the other end refused us for good. */
  async run(stop: AbortSignal): Promise<void> {
    const { plan, clock } = this.#options;
    try {
      this.#group = createGroup({ plan, clock, run: (line, events, lineStop) => keepSession(this.#parts(line, events), lineStop) });
      await this.#group.run(stop);
    } finally {
      this.#group = undefined;
      await this.#peer.close('agent stopped');
    }
  }

  /** Replaces every socket, one after the other and each once its successor serves: what they were dialled with has changed. */
  renewSockets(): void {
    this.#group?.renew();
  }

  /** Ends the wait between two attempts: something changed that may have been the reason for the failure. */
  retryNow(): void {
    this.#awake.abort();
    this.#awake = new AbortController();
  }

  /** Our connectors have become more; see {@link ProtocolPeer.announceConnectors}. */
  announceConnectors(): void {
    this.#peer.announceConnectors();
  }

  /** New operations are refused with a retryable error; resolves when those under way have ended or the signal fires. */
  drain(signal: AbortSignal): Promise<void> {
    return this.#peer.drain(signal);
  }

  #parts(line: number, events: LineEvents): SessionParts<Dialled, AttachedSocket> {
    const { backoff, clock, retireTimeout } = this.#options;
    return {
      dial: (stop) => this.#options.dial(stop),
      handshake: async ({ socket, principal, identity }, stop) => {
        const onStop = (): void => { socket.close(1001, 'agent is stopping'); };
        stop.addEventListener('abort', onStop, { once: true });
        try {
          const attached = await this.#peer.attach(socket, principal);
          identity?.proven();
          return attached;
        } catch (error) {
          if (!stop.aborted) identity?.failed(error);
          throw error;
        } finally {
          stop.removeEventListener('abort', onStop);
        }
      },
      serve: (attached, stop) => serve(attached, this.#options.partner ?? CONTROLLER, stop),
      drain: async (attached, reason) => {
        if (reason === 'rotated') await attached.retire(AbortSignal.timeout(retireTimeout));
        else await this.#peer.close('agent is stopping');
      },
      discard: ({ socket }) => { socket.terminate(); },
      backoff: createBackoff(backoff),
      clock,
      awake: () => this.#awake.signal,
      onMove: (from, to, why, failure) => {
        if (failure?.pace === 'long' && why !== this.#reporter.status().problem) this.#options.onRefused?.(why);
        this.#counts.moved(line, from, to, failure && (failure.class ?? 'other'));
        this.#reporter.onMove(line, from, to, why, failure?.pace);
        events.onMove(from, to, why);
      },
    };
  }
}

function serve(attached: AttachedSocket, partner: Partner, stop: AbortSignal): Promise<ServeEnd> {
  return new Promise((resolve) => {
    const onStop = (): void => { resolve({ why: 'stopping' }); };
    stop.addEventListener('abort', onStop, { once: true });
    void attached.closed.then(({ code, reason }) => {
      stop.removeEventListener('abort', onStop);
      resolve({ why: 'lost', failure: closeFailure(code, reason, partner) });
    });
    if (stop.aborted) onStop();
  });
}
