import { CREDITS } from './credits.js';

/** Answers wait for a socket instead of being lost with the last one, so requests under way survive a short absence. */
export const RESEND = 'resend';
/** Operation ids travel with requests. */
export const OPERATION_ID = 'operation-id';

/** A control request for CONTEXT_INFO means that the sender's connectors have changed and may be asked for again. */
export const CONNECTORS_CHANGED = 'connectors-changed';

/** The time a caller still allows travels with its request, and the work stops when it is over. */
export const DEADLINE = 'deadline';

/** The end of a search or sync says that nothing was left out; one that does not say so is no end. */
export const COMPLETE = 'complete';

/** What became of a write can be asked, of a peer that named the journal of its writes in the handshake. */
export const OUTCOME = 'outcome';

/** A peer that is about to end says so, and new operations go elsewhere. */
export const DRAINING = 'draining';

/** Answers are kept until the requester has acknowledged them, and what was lost with a socket is given again. Needs `credits`. */
export const RESUME = 'resume';

/** Many results of a search or sync travel in one message. Needs `credits`. */
export const RESULTS_BATCH = 'results-batch';

/** A search says between its results from where it can be gone on with. */
export const BOOKMARK = 'bookmark';

/** Where the requester stands in its trace travels with its request. */
export const TRACE_CONTEXT = 'trace-context';

/** A request for connectors names the lists that are there already; one of those is answered by its name. */
export const KNOWN_LISTS = 'known-lists';

/** What this implementation offers in its handshake; used only where the peer offers it too. A Java peer offers nothing. */
export const OFFERED: readonly string[] = [CREDITS, RESEND, OPERATION_ID, CONNECTORS_CHANGED, DEADLINE, COMPLETE, OUTCOME, DRAINING, RESUME, RESULTS_BATCH, BOOKMARK, TRACE_CONTEXT, KNOWN_LISTS];

/** The requester of a stream says with its credits what has come. */
const NEED_CREDITS: ReadonlySet<string> = new Set([RESUME, RESULTS_BATCH]);

export function commonFeatures(offeredByPeer: readonly string[]): ReadonlySet<string> {
  const hasCredits = offeredByPeer.includes(CREDITS);
  return new Set(OFFERED.filter((feature) => offeredByPeer.includes(feature) && (hasCredits || !NEED_CREDITS.has(feature))));
}
