import { z } from 'zod';

/**
 * What travels between two controllers: a header of 16 bytes, then a body.
 * version (1 byte) | kind (1) | link (8, a random number of whoever opened it) | sequence (6, big endian)
 * Each direction of a link counts its messages from 1, so that a lost one is noticed.
 */
export const LINK_MESSAGES = { open: 1, accept: 2, close: 3, data: 4, taken: 5, ping: 6, pong: 7 } as const;
export type LinkMessageKind = typeof LINK_MESSAGES[keyof typeof LINK_MESSAGES];

const VERSION = 1;
export const LINK_HEADER_BYTES = 16;
const KINDS: ReadonlySet<number> = new Set(Object.values(LINK_MESSAGES));
const LARGEST_JSON = 4_096;

export interface LinkMessage {
  readonly kind: LinkMessageKind;
  readonly link: bigint;
  readonly sequence: number;
  readonly body: Uint8Array;
}

export function encodeLinkMessage({ kind, link, sequence, body }: LinkMessage): Uint8Array {
  const bytes = Buffer.allocUnsafe(LINK_HEADER_BYTES + body.length);
  bytes[0] = VERSION;
  bytes[1] = kind;
  bytes.writeBigUInt64BE(link, 2);
  bytes.writeUIntBE(sequence, 10, 6);
  bytes.set(body, LINK_HEADER_BYTES);
  return bytes;
}

/** Throws a TypeError for bytes that are no such message. */
export function decodeLinkMessage(bytes: Uint8Array): LinkMessage {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const kind = view[1];
  if (view.length < LINK_HEADER_BYTES || view[0] !== VERSION || kind === undefined || !KINDS.has(kind)) throw new TypeError('no message of a link between controllers');
  return { kind: kind as LinkMessageKind, link: view.readBigUInt64BE(2), sequence: view.readUIntBE(10, 6), body: view.subarray(LINK_HEADER_BYTES) };
}

const openBody = z.object({ agent: z.string().min(1).max(512), session: z.string().min(1).max(256), from: z.string().max(64), to: z.string().max(64) });
/** Which agent is wanted: its name and the id of its session with the holder; `from` and `to` are the incarnations of both controllers. */
export type OpenBody = z.infer<typeof openBody>;

const acceptBody = z.object({ sessionId: z.string().min(1).max(256) });
/** The id by which the holder will introduce itself in the protocol's handshake. */
export type AcceptBody = z.infer<typeof acceptBody>;

const closeBody = z.object({ code: z.number().int().min(1_000).max(4_999), reason: z.string().max(512) });
export type CloseBody = z.infer<typeof closeBody>;

export const encodeBody = (body: OpenBody | AcceptBody | CloseBody): Uint8Array => Buffer.from(JSON.stringify(body), 'utf8');

/** Throw what they throw for a body that is none. */
export const decodeOpen = (body: Uint8Array): OpenBody => openBody.parse(json(body));
export const decodeAccept = (body: Uint8Array): AcceptBody => acceptBody.parse(json(body));
export const decodeClose = (body: Uint8Array): CloseBody => closeBody.parse(json(body));

function json(body: Uint8Array): unknown {
  if (body.length > LARGEST_JSON) throw new TypeError(`${body.length} bytes are too many`);
  return JSON.parse(Buffer.from(body).toString('utf8'));
}

/** Of `taken`: bytes of data that have arrived so far. */
export function encodeTotal(total: number): Uint8Array {
  const bytes = Buffer.alloc(6);
  bytes.writeUIntBE(total, 0, 6);
  return bytes;
}

/** Throws a TypeError. */
export function decodeTotal(body: Uint8Array): number {
  if (body.length !== 6) throw new TypeError('no total');
  return Buffer.from(body).readUIntBE(0, 6);
}
