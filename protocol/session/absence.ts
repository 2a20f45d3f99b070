import { ConnectorError } from '../model/index.js';
import { after } from './clock.js';
import type { ExecutingRequests } from './executing-requests.js';
import { FIXED } from './limits.js';
import type { PeerContext } from './peer-context.js';
import type { PendingRequest, PendingRequests } from './pending-requests.js';

interface AbsenceParts<Response> {
  readonly context: PeerContext;
  readonly pending: PendingRequests<Response>;
  readonly executing: ExecutingRequests;
  /** The peer keeps its answers until a socket is back. */
  readonly peerResends: boolean;
  onExpired(): void;
}

/** What happens to a group's requests while it has no socket, as time goes by. */
export class Absence<Response> {
  readonly #parts: AbsenceParts<Response>;
  #timers: (() => void)[] = [];
  #isHastened = false;

  constructor(parts: AbsenceParts<Response>) {
    this.#parts = parts;
  }

  /** A new process of the same peer is here: the one that is away will hardly come back. */
  hasten(): void {
    if (this.#timers.length === 0 || this.#isHastened) return;
    this.#isHastened = true;
    const { context: { clock, log }, pending, executing } = this.#parts;
    this.#timers.push(after(clock, FIXED.replacedGrace, log, () => {
      pending.failWhere(() => true, broken);
      executing.abort(gone(), ['read', 'subscription']);
    }));
  }

  begin(): void {
    const { context: { clock, limits, log }, pending, executing, peerResends, onExpired } = this.#parts;
    this.end();
    const grace = Math.min(FIXED.brokenGrace, limits.resendTimeout);
    executing.forgetParked();
    // A Java peer cuts its streams short at this moment and later reports a normal end (protocol section 2.3).
    pending.failWhere((request) => request.isStream && !peerResends, broken);
    this.#timers = [
      after(clock, grace, log, () => { pending.failWhere(() => true, broken); }),
      // A peer of ours gives its requests up at the same time as we ours.
      after(clock, peerResends ? grace : limits.resendTimeout, log, () =>
        executing.abort(gone(), ['read', 'subscription'])),
      after(clock, limits.groupExpiry, log, onExpired),
    ];
  }

  end(): void {
    for (const stop of this.#timers) stop();
    this.#timers = [];
    this.#isHastened = false;
  }
}

function gone(): ConnectorError {
  return new ConnectorError('connectionBroken', 'The requester has been without a connection for too long.');
}

function broken<Response>(request: PendingRequest<Response>): ConnectorError {
  return new ConnectorError('connectionBroken', `The last connection to the peer was lost during the ${request.what}; its outcome is unknown.`);
}
