import { ConnectorError } from '../model/index.js';
import type { AbortRace } from './abort-race.js';
import type { ExecutingRequest } from './executing-requests.js';
import type { SessionGroup } from './group.js';
import type { SentAnswer } from './sent-answer.js';

/** What the execution of one request works with. */
export interface Execution {
  readonly group: SessionGroup;
  readonly executing: ExecutingRequest;
  readonly race: AbortRace;
  /** Work of the connector that may outlast the answer; the request counts as under way until it is over. */
  readonly leftovers: Promise<unknown>[];
  /** Where the answer is kept until it is acknowledged; undefined when the peer cannot ask for it again. */
  readonly sent: SentAnswer | undefined;
}

/** A frame the peer would not accept is never sent: it would cost the socket and everything else on it. */
export function requireSize(frame: Uint8Array, limit: number): void {
  if (frame.length <= limit) return;
  throw new ConnectorError('connectorIo',
    `One result takes ${frame.length} bytes; the session carries ${limit} (maxFrameBytes). Ask for fewer attributes or raise the limit.`);
}
