import type { SessionGroup } from './group.js';
import type { SentAnswer } from './sent-answer.js';
import type { SocketLink } from './socket-link.js';

export interface LastMessage {
  readonly group: SessionGroup;
  /** Where the answer is kept; undefined when the peer cannot ask for it again. */
  readonly sent: SentAnswer | undefined;
  readonly prefer?: SocketLink | undefined;
}

/**
 * Sends the last message of an answer, or the only one. Where it can be asked for again, nobody waits for a socket to send
 * it by, nor for one that does not take it once the requester has it by another.
 */
export async function sendLast(frame: Uint8Array, { group, sent, prefer }: LastMessage): Promise<void> {
  if (sent === undefined) {
    await group.respond(frame, undefined, prefer);
    return;
  }
  sent.finish(frame);
  await Promise.race([group.respondNow(frame, prefer), sent.whenSettled()]);
}
