import { ConnectorError, type FailedWriteOutcome } from '../../../protocol/model/index.js';
import type { HttpAnswer } from './http-client.js';

/** An answer whose head has come. Its connection is free again once `body` was read to its end, left early or aborted. */
export interface StreamedAnswer {
  readonly status: number;
  /** By name in lower case; several of one name are joined with a comma. */
  readonly headers: ReadonlyMap<string, string>;
  /** Read once; decoded. Rejects with a ConnectorError where it breaks off, takes too long or is larger than it may be. */
  readonly body: AsyncIterable<Uint8Array>;
  /** Method and address without query, for messages. */
  readonly place: string;
}

interface BodyLimit {
  readonly place: string;
  readonly outcome: FailedWriteOutcome | undefined;
  /** Bytes. */
  readonly largest: number;
}

/** The parts of a body, as long as they are not too much together. */
export async function* limited(body: AsyncIterable<Uint8Array>, { place, outcome, largest }: BodyLimit): AsyncGenerator<Uint8Array, void, void> {
  let size = 0;
  for await (const part of body) {
    size += part.length;
    if (size > largest) throw new ConnectorError('connector', `${place}: the answer is larger than ${largest} bytes; ask for less of it, page by page.`, { outcome });
    yield part;
  }
}

/** Whole; or its beginning, for what is good without its end: the page of an error is. */
export async function wholeBody(body: AsyncIterable<Uint8Array>, limit: BodyLimit, { maybeCut }: { readonly maybeCut: boolean }): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of maybeCut ? body : limited(body, limit)) {
    if (size + part.length > limit.largest) break;
    size += part.length;
    parts.push(part);
  }
  return joined(parts, size);
}

export function joined(parts: readonly Uint8Array[], size: number): Uint8Array {
  const all = new Uint8Array(size);
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

/** All of an answer that was not so large after all. */
export async function heldAnswer({ status, headers, body }: StreamedAnswer): Promise<HttpAnswer> {
  const parts: Uint8Array[] = [];
  for await (const part of body) parts.push(part);
  return { status, headers, body: joined(parts, parts.reduce((size, part) => size + part.length, 0)) };
}
