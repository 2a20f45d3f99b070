import type { SessionLimits } from './contract.js';

/** See {@link SessionLimits} for what each one bounds. Sizes in bytes, times in milliseconds. */
export const DEFAULT_LIMITS: SessionLimits = {
  maxFrameBytes: 33_554_432,
  handshakeTimeout: 30_000,
  heartbeatInterval: 25_000,
  maxConcurrentRequests: 64,
  maxQueuedRequests: 256,
  maxQueueTime: 30_000,
  maxBufferedBytes: 67_108_864,
  creditWindow: 256,
  resendTimeout: 60_000,
  parkedCancelTime: 60_000,
  groupCheckInterval: 60_000,
  groupExpiry: 300_000,
};

/** The limits in force: what the owner set, defaults for the rest. Throws a RangeError for a limit that limits nothing. */
export function sessionLimits(chosen: Partial<SessionLimits> = {}): SessionLimits {
  const limits: Record<keyof SessionLimits, number> = { ...DEFAULT_LIMITS };
  for (const name of Object.keys(DEFAULT_LIMITS) as (keyof SessionLimits)[]) {
    const value = chosen[name];
    if (value === undefined) continue;
    const least = name === 'maxQueuedRequests' ? 0 : 1;
    if (!Number.isSafeInteger(value) || value < least) {
      throw new RangeError(`Session limit ${name} must be a whole number of at least ${least}, got ${value}.`);
    }
    limits[name] = value;
  }
  return limits;
}

/** Facts of the protocol and bounds nobody needs to tune. Times in milliseconds. */
export const FIXED = {
  /** A listener lets a Java dialler (2.0.3) store the socket before anything else is sent on it (hazard 2). */
  settleTime: 250,
  /** Requests under way outlive the loss of the last socket this long, towards a peer that keeps its answers. */
  brokenGrace: 15_000,
  /** What is executed may go on so long after its caller's time is over, so that the caller's own word on it comes first. */
  deadlineGrace: 1_000,
  /** As `brokenGrace`, once a new process of the same peer has come. */
  replacedGrace: 2_000,
  /** What became of a lost write is asked for at least so long, also when the time of the write itself is over. */
  outcomeGrace: 5_000,
  /** … and no longer than this for callers who have not said how long they wait: most give up after a minute. */
  outcomePatience: 30_000,
  /** One such question is answered within this … */
  outcomeAnswer: 10_000,
  /** … so the end that answers looks at its target no longer than this. */
  outcomeLook: 8_000,
  /** Pauses between two questions about a write that is still under way, doubling. */
  outcomeFirstPause: 100,
  outcomeLongestPause: 2_000,
  /** Questions of one peer being answered at the same time. */
  outcomeAnswers: 64,
  /** First pause before a refused request is sent again; doubles up to `longestRetry`. */
  firstRetry: 500,
  longestRetry: 60_000,
  /** Requests refused "before handshake" are sent again at most this often; control requests for ever. */
  refusedRetries: 5,
  /** A batch is over this long after its last message when its token or end marker stays away (protocol section 7.15). */
  batchQuiet: 5_000,
  /** An error has no number to put it behind the results before it: so long it is kept back when they could be overtaken. */
  errorSettle: 50,
  /** What a peer may ask for and not read the answers of, per socket, before the socket is cut. */
  unreadReplies: 512,
  /** Requests or responses refused on a socket that never shakes hands, before it is closed. */
  refusalsBeforeHandshake: 32,
  parkedEntries: 1_024,
  groups: 10_000,
  /** Control requests of one peer being answered at the same time. */
  controlAnswers: 16,
  /** Strikes of the request reconciliation that end a request (protocol section 2.5). */
  strikes: 3,
  /** Two strikes are at least this far apart, however often the peer sends its lists. */
  strikeInterval: 4_000,
  /** After a socket was lost, lists are exchanged at this interval until what was lost with it is struck out. */
  hurriedCheck: 5_000,
  /** A result that is missing so long although later ones are here is asked for again (feature `resume`), and again. */
  missingAsked: 1_000,
  /** An answer is given again at most this often, however often it is asked for. */
  resendInterval: 500,
  /** Requests that are settled are told of together: this long after the first, or when there are so many. */
  settledDelay: 100,
  settledTogether: 64,
  /** Results, or their bytes, that are acknowledged without a credit being due. Less than any sender keeps back for. */
  unacknowledgedResults: 256,
  unacknowledgedBytes: 262_144,
  /** Answers that are over and kept until they are acknowledged, of one peer. */
  keptAnswers: 1_024,
  /** Bookmarks that have come and whose results have not been handed out. */
  waitingBookmarks: 64,
  /** `close` waits this long for operations to notice, and again for the closing handshakes. */
  closeGrace: 2_000,
} as const;
