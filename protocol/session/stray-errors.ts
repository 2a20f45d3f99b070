import { PROTOCOL_ERRORS } from '../message.js';

const STRAY: ReadonlySet<string> = new Set([PROTOCOL_ERRORS.responseBeforeHandshake, PROTOCOL_ERRORS.unknownMessage, PROTOCOL_ERRORS.unknownRequest]);

/**
 * Errors of protocol section 7.16 that answer no operation. Most of them may be provoked by one of our *responses* and
 * then carry an id of the peer's numbering, which may equal one of our own pending ids (hazard 18).
 *
 * `refused`: our request was turned away unread and may be sent again; `stray`: belongs to no request of ours.
 */
export function strayError(message: string): 'refused' | 'stray' | undefined {
  const text = message.trim();
  if (text === PROTOCOL_ERRORS.requestBeforeHandshake) return 'refused';
  return STRAY.has(text) ? 'stray' : undefined;
}
