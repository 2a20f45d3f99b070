import { ConnectorError } from '../../../protocol/model/index.js';
import { sleep, systemClock, type Clock } from '../../framework/clock.js';
import { toldWait, type TargetWaits } from '../../framework/target-waits.js';
import type { HttpAnswer, HttpRequest } from './http-client.js';

/** How often, and for how long, a request is repeated that failed for no fault of its own. */
export interface RetryPolicy {
  /** Requests in all, the first one included. */
  readonly attempts: number;
  /** Milliseconds all pauses may take together. */
  readonly patience: number;
  /** Milliseconds: the longest first pause, which doubles from one to the next. @default 500 */
  readonly firstPause?: number | undefined;
  /** Milliseconds. @default 10,000 */
  readonly longestPause?: number | undefined;
  /** From 0 to below 1; tests hand in their own. */
  readonly random?: (() => number) | undefined;
}

const SAFE: ReadonlySet<string> = new Set(['GET', 'HEAD']);
/** RFC 9110, section 9.2.2; POST and PATCH are not. */
const IDEMPOTENT: ReadonlySet<string> = new Set(['PUT', 'DELETE']);
const FAILED_ON_THE_WAY: ReadonlySet<number> = new Set([502, 503, 504]);
const NEVER_SENT: ReadonlySet<string> = new Set(['connectionFailed']);
const BROKEN_OFF: ReadonlySet<string> = new Set(['connectorIo', 'operationTimeout', 'connectionFailed']);

type Repetition = Pick<HttpRequest, 'method' | 'repeatable' | 'reads'>;

/** Whether it changes nothing at the server. */
export function isReading({ method, reads = false }: Pick<HttpRequest, 'method' | 'reads'>): boolean {
  return reads || SAFE.has(method);
}

function mayRepeat(request: Repetition): boolean {
  return isReading(request) || (request.repeatable === true && IDEMPOTENT.has(request.method));
}

/** A server that says when to ask again is left to whoever heeds that. */
function isPassing({ status, headers }: HttpAnswer): boolean {
  return FAILED_ON_THE_WAY.has(status) && !(status === 503 && headers.has('retry-after'));
}

function isPassingFailure(error: unknown, request: Repetition): boolean {
  if (!(error instanceof ConnectorError)) return false;
  // Nothing was sent, so that any request may be repeated; what no time heals, such as a certificate, says so by its cause.
  if (error.outcome === 'notApplied') return NEVER_SENT.has(error.kind) && isOfTheNetwork(error);
  return BROKEN_OFF.has(error.kind) && mayRepeat(request);
}

const NETWORK: ReadonlySet<string> = new Set(['ECONNREFUSED', 'ECONNRESET', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH', 'UND_ERR_CONNECT_TIMEOUT', 'ETIMEDOUT']);

/** What was repeated for as long as it is worth it: a request that waits for a token is not begun anew for each attempt to get one. */
const triedOut = new WeakSet<Error>();

/** What a connection fails with that the other end closed: https://undici.nodejs.org/#/docs/api/Errors, SocketError. */
const LOST: ReadonlySet<string> = new Set(['ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET']);

function hasCode(error: unknown, codes: ReadonlySet<string>): boolean {
  for (let at = error, depth = 0; at instanceof Error && depth < 4; at = at.cause, depth++) {
    if (triedOut.has(at)) return false;
    if (codes.has((at as NodeJS.ErrnoException).code ?? '')) return true;
  }
  return false;
}

const isOfTheNetwork = (error: unknown): boolean => hasCode(error, NETWORK);

/** Whether a request failed since its connection was closed, before there was an answer. */
export const isLostConnection = (error: unknown): boolean => hasCode(error, LOST);

function pauseAfter(attempt: number, { firstPause = 500, longestPause = 10_000, random = Math.random }: RetryPolicy): number {
  return Math.ceil(random() * Math.min(longestPause, firstPause * 2 ** (attempt - 1)));
}

/** Pauses after 502 and 504, and after no answer at all, are nobody's who is asked too often. */
function waitsOf503({ status }: HttpAnswer, waits: TargetWaits | undefined): TargetWaits | undefined {
  return status === 503 ? waits : undefined;
}

/**
 * Sends once more what failed on its way: GET, HEAD and what else only reads, PUT and DELETE that say they may (`repeatable`) after a broken connection and 502,
 * 503 or 504, any request whose connection was never made. The pauses are random up to a bound that doubles: "full jitter" of
 * https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/.
 */
export async function withRetries(request: Repetition, send: () => Promise<HttpAnswer>, signal: AbortSignal, policy: RetryPolicy, clock: Clock = systemClock, waits?: TargetWaits): Promise<HttpAnswer> {
  let left = policy.patience;
  for (let attempt = 1; ; attempt++) {
    const pause = pauseAfter(attempt, policy);
    const isLast = attempt >= policy.attempts || pause > left;
    let counting: TargetWaits | undefined;
    try {
      const answer = await send();
      if (isLast || !isPassing(answer) || !mayRepeat(request)) return answer;
      counting = waitsOf503(answer, waits);
    } catch (error) {
      if (isLast || signal.aborted || !isPassingFailure(error, request)) {
        if (error instanceof Error) triedOut.add(error);
        throw error;
      }
    }
    left -= pause;
    await toldWait(counting, '503', () => sleep(clock, pause, signal));
  }
}
