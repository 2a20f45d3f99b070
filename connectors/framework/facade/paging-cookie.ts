import { createHmac, timingSafeEqual } from 'node:crypto';
import { ConnectorError } from '../../../protocol/model/index.js';

/** Where a page ended. */
export type PagePosition =
  /** The connector's own cookie for its next page, undefined for the first, and how many objects of that were dealt with. */
  | { readonly kind: 'native'; readonly cookie: string | undefined; readonly skip: number }
  /** So many matching objects were given out; `anchor` marks the last of them. */
  | { readonly kind: 'counted'; readonly count: number; readonly anchor: string };

const VERSION = 1;
const MAC_LENGTH = 16;
/** A target's own cookie may be long; ours adds some 50 bytes. */
const LONGEST = 64 * 1024;

function refuse(): never {
  throw new ConnectorError('invalidAttributeValue', 'The paged results cookie is not of this query: it was changed, or was given for another filter, sort order, object class, connector or configuration. Start again without a cookie.');
}

function encode(position: PagePosition): Buffer {
  return Buffer.from(JSON.stringify(position.kind === 'native' ? [position.cookie ?? null, position.skip] : [position.count, position.anchor]), 'utf8');
}

function decode(payload: Buffer): PagePosition {
  const [first, second] = JSON.parse(payload.toString('utf8')) as unknown[];
  if ((typeof first === 'string' || first === null) && typeof second === 'number') return { kind: 'native', cookie: first ?? undefined, skip: second };
  if (typeof first === 'number' && typeof second === 'string') return { kind: 'counted', count: first, anchor: second };
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
