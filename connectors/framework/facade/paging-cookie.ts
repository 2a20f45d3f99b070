import { createHmac, timingSafeEqual } from 'node:crypto';
import { ConnectorError } from '../../../protocol/model/index.js';
import type { PageChain } from './page-chain.js';

/** Where a page ended. */
export type PagePosition =
  /** The connector's own cookie for its next page. */
  | { readonly kind: 'native'; readonly cookie: string; readonly chain?: PageChain | undefined }
  /** So many matching objects were given out; `anchor` marks the last of them. */
  | { readonly kind: 'counted'; readonly count: number; readonly anchor: string }
  /** Within a page, or a search without pages, that began at `cookie`: so many objects of it were given, which `digest` names. */
  | { readonly kind: 'bookmark'; readonly count: number; readonly digest: string; readonly cookie: string | undefined };

const VERSION = 3;
const MAC_LENGTH = 16;
/** A target's own cookie may be long; ours adds some 50 bytes. */
const LONGEST = 64 * 1024;

function refuse(): never {
  throw new ConnectorError('invalidAttributeValue', 'The paged results cookie is not of this query: it was changed, or was given for another filter, sort order, object class, connector or configuration. Start again without a cookie.');
}

function encode(position: PagePosition): Buffer {
  if (position.kind === 'counted') return Buffer.from(JSON.stringify([position.count, position.anchor]), 'utf8');
  if (position.kind === 'bookmark') return Buffer.from(JSON.stringify([[position.count, position.digest, position.cookie ?? null]]), 'utf8');
  const { cookie, chain } = position;
  return Buffer.from(JSON.stringify([cookie, ...(chain === undefined ? [] : [chain.given, chain.first, chain.last, chain.total])]), 'utf8');
}

function decode(payload: Buffer): PagePosition {
  const [first, ...rest] = JSON.parse(payload.toString('utf8')) as unknown[];
  if (Array.isArray(first)) return bookmarkOf(first);
  if (typeof first === 'string') return { kind: 'native', cookie: first, chain: chainOf(rest) };
  const [anchor] = rest;
  if (typeof first === 'number' && typeof anchor === 'string') return { kind: 'counted', count: first, anchor };
  return refuse();
}

function bookmarkOf([count, digest, cookie]: readonly unknown[]): PagePosition {
  if (typeof count !== 'number' || typeof digest !== 'string' || (cookie !== null && typeof cookie !== 'string')) return refuse();
  return { kind: 'bookmark', count, digest, cookie: cookie ?? undefined };
}

function chainOf([given, first, last, total]: readonly unknown[]): PageChain | undefined {
  if (given === undefined) return undefined;
  if (typeof given === 'number' && typeof first === 'string' && typeof last === 'string' && typeof total === 'number') return { given, first, last, total };
  return refuse();
}

/**
 * Paged results cookies that carry all they need: base64url of version, position and a MAC over position and query. Any
 * agent with the same connector and configuration derives the same key, so a query may go on at another agent of its group.
 */
export class PagingCookies {
  readonly #key: string;

  /** `configurationDigest` covers connector and configuration, secrets included. */
  constructor(configurationDigest: string) {
    this.#key = `causeway paging cookie ${VERSION} ${configurationDigest}`;
  }

  seal(query: string, position: PagePosition): string {
    const payload = encode(position);
    return Buffer.concat([Buffer.of(VERSION), this.#mac(query, payload), payload]).toString('base64url');
  }

  /** Throws `invalidAttributeValue` for anything `seal` did not make for this query. */
  open(query: string, cookie: string): PagePosition {
    if (cookie.length > LONGEST || !/^[\w-]+$/.test(cookie)) refuse();
    const bytes = Buffer.from(cookie, 'base64url');
    const payload = bytes.subarray(1 + MAC_LENGTH);
    // Base64 leaves spare bits at the end; only the spelling we made is ours.
    if (bytes[0] !== VERSION || payload.length === 0 || bytes.toString('base64url') !== cookie) refuse();
    if (!timingSafeEqual(bytes.subarray(1, 1 + MAC_LENGTH), this.#mac(query, payload))) refuse();
    return decode(payload);
  }

  #mac(query: string, payload: Buffer): Buffer {
    return createHmac('sha256', this.#key).update(`${query.length}:${query}`).update(payload).digest().subarray(0, MAC_LENGTH);
  }
}
