import { ConnectorError, type ErrorKind, type FailedWriteOutcome } from '../../../protocol/model/index.js';
import type { HttpAnswer } from './http-client.js';
import { isReading } from './http-retry.js';
import { parseJson, type JsonValue } from './json-text.js';
import { isHtmlType, mediaTypeOf } from './media-type.js';

/** What was asked, for messages and outcomes. */
export interface AnswerPlace {
  /** The service by its name, such as `Box`. */
  readonly system: string;
  readonly method: string;
  /** Without query: it may hold what nobody else is to read. */
  readonly url: URL;
  /** It changes nothing, whatever its method. */
  readonly reads?: boolean | undefined;
}

/** `Box: GET /users answered 200 (text/html)`. */
export function describedAnswer({ system, method, url }: AnswerPlace, answer: Pick<HttpAnswer, 'status' | 'headers'>): string {
  const { type } = mediaTypeOf(answer);
  return `${system}: ${method} ${url.pathname} answered ${answer.status} (${type === '' ? 'no content type' : type.slice(0, 80)})`;
}

/** What is known of a request whose answer cannot be understood. */
export function outcomeAfter(place: Pick<AnswerPlace, 'method' | 'reads'>, status: number): FailedWriteOutcome | undefined {
  if (isReading(place)) return undefined;
  return status >= 300 && status < 500 ? 'notApplied' : 'unknown';
}

function unreadable(kind: ErrorKind, what: string, answer: Pick<HttpAnswer, 'status' | 'headers'>, place: AnswerPlace, cause?: unknown): ConnectorError {
  return new ConnectorError(kind, `${describedAnswer(place, answer)} ${what}`, { cause, outcome: outcomeAfter(place, answer.status) });
}

/** Refuses what is no JSON by its head: a redirection, which a client without a browser is sent to log in by, and HTML. */
export function checkJsonHead(answer: Pick<HttpAnswer, 'status' | 'headers'>, place: AnswerPlace): void {
  const location = answer.headers.get('location');
  if (answer.status >= 300 && answer.status < 400) {
    const to = location !== undefined && URL.canParse(location, place.url.href) ? ` to ${new URL(location, place.url).origin}` : '';
    throw unreadable('connectionFailed', `and redirects${to}: perhaps to a page to log in. Check the address of the service and the credentials.`, answer, place);
  }
  if (isHtmlType(mediaTypeOf(answer).type)) throw unreadable('connectorIo', 'where JSON was expected: a web page, perhaps one to log in, or of a proxy. Check the address of the service and the credentials.', answer, place);
}

/** A decoder of the charset the answer names, UTF-8 without one (RFC 8259, section 8.1). It throws a TypeError for bytes that are none of it. */
export function decoderFor(answer: Pick<HttpAnswer, 'status' | 'headers'>, place: AnswerPlace): InstanceType<typeof TextDecoder> {
  const { charset } = mediaTypeOf(answer);
  try {
    return new TextDecoder(charset === '' ? 'utf-8' : charset, { fatal: true });
  } catch (error) {
    throw unreadable('connector', `in the charset '${charset.slice(0, 40)}', which is not known.`, answer, place, error);
  }
}

/** For bytes that are not of the charset, and text that is no JSON. No cause: it would quote the answer. */
export function badJson(error: unknown, answer: Pick<HttpAnswer, 'status' | 'headers'>, place: AnswerPlace): ConnectorError {
  if (error instanceof ConnectorError) return error;
  if (error instanceof TypeError) return unreadable('connector', `with bytes that are not of its charset (${mediaTypeOf(answer).charset || 'utf-8'}).`, answer, place);
  const expected = mediaTypeOf(answer).type.endsWith('xml') ? 'with XML that cannot be read here: it is broken, not all of it, or not what was expected.' : 'with a text that is no JSON, or not all of it.';
  return unreadable('connectorIo', expected, answer, place);
}

/**
 * The JSON of an answer; whole numbers beyond 2^53 are bigints. An answer without content is undefined where `mayBeEmpty`. Throws a
 * ConnectorError that quotes nothing of the answer. Statuses of failure are for ./answer-errors.ts, to be asked before.
 */
export function jsonAnswer(answer: HttpAnswer, place: AnswerPlace, options: { readonly mayBeEmpty: true }): JsonValue | undefined;
export function jsonAnswer(answer: HttpAnswer, place: AnswerPlace, options?: { readonly mayBeEmpty?: boolean }): JsonValue;
export function jsonAnswer(answer: HttpAnswer, place: AnswerPlace, { mayBeEmpty = false }: { readonly mayBeEmpty?: boolean } = {}): JsonValue | undefined {
  checkJsonHead(answer, place);
  const decoder = decoderFor(answer, place);
  try {
    const text = decoder.decode(answer.body);
    if (text.trim() !== '') return parseJson(text);
  } catch (error) {
    throw badJson(error, answer, place);
  }
  if (mayBeEmpty) return undefined;
  throw unreadable('connectorIo', 'without content, where JSON was expected.', answer, place);
}
