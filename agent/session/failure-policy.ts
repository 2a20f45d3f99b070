import type { Pace } from './backoff.js';
import { classOfClose, classOfError, type FailureClass } from './failure-class.js';
import { CONTROLLER, saidOf, type Partner } from './partner.js';

/** What a failed or ended connection means for the next attempt. */
export interface Failure {
  /** One line for the log, with what to do where we know it. */
  readonly reason: string;
  /** `fatal`: this controller will never let us in again; stop dialling it. */
  readonly pace: Pace | 'fatal';
  /** Milliseconds the other end asks us to stay away, whatever the pace says. */
  readonly waitAtLeast?: number | undefined;
  /** For figures. @default other */
  readonly class?: FailureClass | undefined;
}

/** What an HTTP answer that came instead of the upgrade looks like. */
export interface AnswerTraits {
  /** A page for people: a portal, or a server that is none of ours. */
  readonly isPage: boolean;
  /** Where it sends us, when it redirects. */
  readonly location: string | undefined;
}

/** An attempt that failed before the socket was open; thrown by the transport. The message never holds a secret. */
export class DialError extends Error {
  override readonly name = 'DialError';
  readonly pace: Pace | 'fatal';
  /** Milliseconds the other end asks us to stay away. */
  readonly waitAtLeast: number | undefined;
  /** HTTP status that came instead of the upgrade. */
  readonly status: number | undefined;
  readonly answer: AnswerTraits | undefined;

  constructor(message: string, options: { readonly pace?: Pace | 'fatal'; readonly waitAtLeast?: number | undefined; readonly status?: number | undefined; readonly answer?: AnswerTraits | undefined; readonly cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.pace = options.pace ?? 'normal';
    this.waitAtLeast = options.waitAtLeast;
    this.status = options.status;
    this.answer = options.answer;
  }
}

/** Close codes (RFC 6455 section 7.4.1 and the IANA registry) and what they make us do. */
const CLOSE_CODES: Readonly<Record<number, Failure>> = {
  1000: { reason: 'the controller closed the connection', pace: 'normal' },
  1001: { reason: 'the controller is going away', pace: 'normal' },
  1002: { reason: 'the controller saw a protocol error; is something between agent and controller changing WebSocket frames?', pace: 'slow' },
  1003: { reason: 'the controller refuses binary messages; does the URL lead to an OpenICF endpoint?', pace: 'slow' },
  1005: { reason: 'the controller closed the connection without a code', pace: 'normal' },
  1006: { reason: 'the connection was lost', pace: 'normal' },
  1007: { reason: 'the controller could not read a message', pace: 'slow' },
  1008: { reason: 'the controller refuses this agent by its policy', pace: 'slow' },
  1009: { reason: 'a message was too big for the receiver; raise its limit or ask for smaller pages', pace: 'normal' },
  1010: { reason: 'the controller wants a WebSocket extension; this protocol uses none', pace: 'slow' },
  1011: { reason: 'the controller had an internal error', pace: 'normal' },
  1012: { reason: 'the controller is restarting', pace: 'normal' },
  1013: { reason: 'the controller is overloaded and asks to come back later', pace: 'slow' },
  1014: { reason: 'a gateway got no proper answer from the controller', pace: 'normal' },
  1015: { reason: 'the TLS connection failed', pace: 'normal' },
  4403: { reason: 'the controller no longer accepts the certificate of this connection', pace: 'normal' }, // the next one may show a newer
};

/** What a revoked agent is told, in whatever words: close reason, HTTP answer. */
const REVOKED = /\brevoked\b/i;

/** Said to whoever reads the log of an agent that was revoked. */
export const REVOKED_ADVICE = 'if that was not meant, ask for a new enrolment token at the controller and run: causeway agent enroll --replace';

/** Whether a peer's words say that this agent, or its certificate, was revoked. */
export function saysRevoked(text: string): boolean {
  return REVOKED.test(text);
}

/** Reads a close code; `detail` is the text that came with it. */
export function closeFailure(code: number, detail: string, partner: Partner = CONTROLLER): Failure {
  const known = CLOSE_CODES[code] ?? { reason: 'the controller closed the connection with an unregistered code', pace: 'normal' as const };
  const text = printable(detail);
  if ((code === 1008 || code === 4403) && saysRevoked(text)) return { reason: `${saidOf(partner, `the controller has revoked this agent: ${text}`)} (${code}); ${REVOKED_ADVICE}`, pace: 'long', class: 'refused' };
  return { reason: `${saidOf(partner, known.reason)} (${code}${text === '' ? '' : `: ${text}`})`, pace: known.pace, class: classOfClose(code) };
}

/** Reads an error of dial or handshake. */
export function errorFailure(error: unknown): Failure {
  if (error instanceof DialError) return { reason: error.message, pace: error.pace, class: classOfError(error), ...(error.waitAtLeast === undefined ? {} : { waitAtLeast: error.waitAtLeast }) };
  return { reason: error instanceof Error ? error.message : String(error), pace: 'normal', class: classOfError(error) };
}

/** A peer's text on one line of a log, bounded. */
export function printable(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Cf}]+/gu, ' ').trim().slice(0, 200);
}
