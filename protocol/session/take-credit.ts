import { encodeMessage } from '../frame.js';
import type { Credit } from '../message.js';
import { CREDITS } from './credits.js';
import { RESUME } from './features.js';
import type { SessionGroup } from './group.js';
import type { SocketLink } from './socket-link.js';

/** What a requester says of answers under way: how far they may go, what of them has come, and what it wants again. */
export function takeCredit(group: SessionGroup, link: SocketLink, { id, credits, received, resend, settled }: Credit): void {
  const { features, executing, answers } = group;
  if (!features.has(CREDITS)) return;
  if (features.has(RESUME)) {
    if (settled !== undefined) {
      answers.settle(settled);
      return;
    }
    if (received !== undefined) answers.acknowledge(id, received);
  }
  if (credits !== 0 && !answers.isOver(id)) executing.credit(id, credits);
  if (resend !== true || !features.has(RESUME)) return;
  const isKnown = answers.resend(id, link) || executing.has(id);
  if (!isKnown) group.reply(link, encodeMessage({ kind: 'answerUnknown', id }));
}
