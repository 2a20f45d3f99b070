import { anySignal } from '../../protocol/model/index.js';
import type { Clock } from '../../protocol/session/contract.js';
import type { Backoff } from './backoff.js';
import { errorFailure, type Failure } from './failure-policy.js';
import { checkMove, type SessionState } from './session-states.js';

/** Serving at least this long counts as a stable connection, in milliseconds. */
export const STABLE_MS = 60_000;

/** How serving ended: the socket is gone, or `stop` fired. */
export type ServeEnd = { readonly why: 'lost'; readonly failure: Failure } | { readonly why: 'stopping' };

/** `S` is a socket, `A` what it became by the handshake. Every wait honours the signal and has its own time limit. */
export interface SessionParts<S, A> {
  dial(stop: AbortSignal): Promise<S>;
  handshake(socket: S, stop: AbortSignal): Promise<A>;
  serve(attached: A, stop: AbortSignal): Promise<ServeEnd>;
  /** Lets what is under way finish; owns its deadline; `reason` is the stop signal's. */
  drain(attached: A, reason: unknown): Promise<void>;
  /** Never throws; called once for every socket that was opened. */
  discard(socket: S): void;
  readonly backoff: Backoff;
  readonly clock: Clock;
  /** Asked before each wait; fires when something changed that makes trying again at once worth while. */
  readonly awake?: (() => AbortSignal) | undefined;
  /** `failure`: what ended the attempt or the connection. */
  onMove(from: SessionState, to: SessionState, why: string, failure?: Failure): void;
}

/** No request to stay away is honoured for longer. */
const LONGEST_ABSENCE_MS = 3_600_000;

/** Keeps one socket to the controller alive until `stop` fires. Read top to bottom: this is its whole life. */
export async function keepSession<S, A>(parts: SessionParts<S, A>, stop: AbortSignal): Promise<void> {
  const { backoff, clock } = parts;
  let state = 'idle' as SessionState;
  const stopping = (): boolean => stop.aborted;
  const move = (to: SessionState, why = '', failure?: Failure): void => {
    const from = state;
    checkMove(from, to);
    state = to;
    parts.onMove(from, to, why, failure);
  };
  while (!stopping()) {
    let socket: S | undefined;
    let servingSince = Infinity;
    let failure: Failure = { reason: 'stopping', pace: 'normal' };
    try {
      move('dialing');
      socket = await parts.dial(stop);
      move('handshaking');
      const attached = await parts.handshake(socket, stop);
      move('serving');
      servingSince = clock.now();
      const end = await parts.serve(attached, stop);
      if (end.why === 'lost') {
        failure = end.failure;
      } else {
        move('draining', failure.reason);
        await parts.drain(attached, stop.reason);
      }
    } catch (error) {
      failure = errorFailure(error);
    } finally {
      if (socket !== undefined) parts.discard(socket);
    }
    if (stopping()) break;
    if (failure.pace === 'fatal') {
      move('stopped', failure.reason, failure);
      throw new Error(failure.reason);
    }
    if (clock.now() - servingSince >= STABLE_MS) backoff.reset();
    move('waiting', failure.reason, failure);
    const wait = Math.max(backoff.next(failure.pace), Math.min(failure.waitAtLeast ?? 0, LONGEST_ABSENCE_MS));
    const awake = parts.awake?.();
    await clock.sleep(wait, awake === undefined ? stop : anySignal(stop, awake)).catch(() => undefined); // rejects only because a signal fired
  }
  move('stopped', 'stopping');
}
