import { pipeline, type Transform } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate, createInflateRaw } from 'node:zlib';
import { ConnectorError, type FailedWriteOutcome } from '../../../protocol/model/index.js';

/** What a client can read, for `Accept-Encoding` (RFC 9110, section 12.5.3). */
export const ACCEPTED_ENCODINGS = 'gzip, deflate, br';

/** Encodings over one another; more of them serve nothing but to blow an answer up. */
const MOST_ENCODINGS = 2;
type DecoderFor = (first: Uint8Array) => Transform;
const DECODERS: ReadonlyMap<string, DecoderFor> = new Map<string, DecoderFor>([
  ['gzip', () => createGunzip()], ['x-gzip', () => createGunzip()], ['br', () => createBrotliDecompress()],
  // The zlib format (RFC 9110, section 8.4.1.2), but some servers leave its header out: the first byte tells (RFC 1950, section 2.2).
  ['deflate', ([first = 0]) => ((first & 0x0f) === 8 ? createInflate() : createInflateRaw())],
]);

/**
 * The bytes that were encoded as `Content-Encoding` says (RFC 9110, section 8.4), decoded while they are read. `place` and `outcome` are
 * for the error: see http-errors.ts. Throws a ConnectorError `connector` for an encoding that is not known.
 */
export function decodedBody(body: AsyncIterable<Uint8Array>, encoding: string | undefined, place: string, outcome: FailedWriteOutcome | undefined): AsyncIterable<Uint8Array> {
  const names = (encoding ?? '').split(',').map((name) => name.trim().toLowerCase()).filter((name) => name !== '' && name !== 'identity').reverse();
  if (names.length === 0) return body;
  const unknown = names.find((name) => !DECODERS.has(name));
  if (unknown !== undefined || names.length > MOST_ENCODINGS) {
    const what = unknown === undefined ? `in ${names.length} encodings over one another` : `in the content encoding '${unknown.slice(0, 40)}'`;
    throw new ConnectorError('connector', `${place}: the server answered ${what}, which cannot be read; ${ACCEPTED_ENCODINGS} can. Switch compression off, or see what changes answers on the way.`, { outcome });
  }
  return names.map((name) => DECODERS.get(name)).reduce((encoded, decoderFor) => (decoderFor === undefined ? encoded : decoded(encoded, decoderFor)), body);
}

async function* decoded(encoded: AsyncIterable<Uint8Array>, decoderFor: DecoderFor): AsyncGenerator<Uint8Array, void, void> {
  const parts = encoded[Symbol.asyncIterator]();
  let first = await parts.next();
  while (first.done !== true && first.value.length === 0) first = await parts.next();
  // Answers without content may name an encoding all the same.
  if (first.done === true) return;
  const decoder = decoderFor(first.value);
  // Its reader is told of a failure, and lets go of the source by leaving it.
  pipeline(beginningWith(first.value, parts), decoder, () => undefined);
  yield* decoder as AsyncIterable<Uint8Array>;
}

async function* beginningWith(first: Uint8Array, rest: AsyncIterator<Uint8Array>): AsyncGenerator<Uint8Array, void, void> {
  try {
    yield first;
    for (let part = await rest.next(); part.done !== true; part = await rest.next()) yield part.value;
  } finally {
    await rest.return?.();
  }
}
