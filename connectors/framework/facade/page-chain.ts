import { createHash } from 'node:crypto';
import { ConnectorError, type ConnectorObject, type SearchResult } from '../../../protocol/model/index.js';

/** What the pages of one search have shown so far; travels in their cookies. */
export interface PageChain {
  /** Objects given out by all pages. */
  readonly given: number;
  /** Digests of the first and the last uid of the page before. */
  readonly first: string;
  readonly last: string;
  /** The smallest exact count the target has named of the whole result; -1: none, -2: it has nothing to do with what was given. */
  readonly total: number;
}

const UNRELATED = -2;
const NOTHING: PageChain = { given: 0, first: '', last: '', total: -1 };
/** Uids of one page that are remembered; beyond that, a repeated one goes unseen. */
const REMEMBERED = 20_000;

function digest(uid: string): string {
  return createHash('sha256').update(uid).digest('base64url').slice(0, 12);
}

function incomplete(what: string): ConnectorError {
  return new ConnectorError('connectorIo', `The search in pages cannot be completed: ${what}. Start it again without a cookie.`);
}

/** A target that answers with the same cookie and nothing else would be asked for ever. */
export function stuck(name: string): ConnectorError {
  return incomplete(`${name} gave an empty page and again the cookie it was asked with`);
}

/**
 * Holds one page against those before it: a page that comes twice, pages that overlap, an object that is there twice, and an end
 * that comes too early by the target's own count are errors, because something else is missing then. What a target leaves out
 * between two pages without a trace, nobody can see.
 */
export class ChainCheck {
  readonly #name: string;
  readonly #before: PageChain;
  readonly #uids = new Set<string>();
  #given = 0;
  #first = '';
  #lastUid: string | undefined;

  /** `name` of the connector; `before` undefined: this is the first page. */
  constructor(name: string, before: PageChain | undefined) {
    this.#name = name;
    this.#before = before ?? NOTHING;
  }

  /** Objects about to be given out. */
  take(objects: readonly ConnectorObject[]): void {
    for (const { uid: { value } } of objects) {
      if (this.#uids.has(value)) throw new ConnectorError('connector', `${this.#name} gave two objects with the uid '${value}' in one page. Its uid attribute is not unique, or the target repeats itself.`);
      if (this.#uids.size < REMEMBERED) this.#uids.add(value);
      if (this.#given === 0) this.#noteFirst(value);
      this.#given++;
      this.#lastUid = value;
    }
  }

  /** The page is over. `isLast`: there is none after it. `counts`: the target's count is of what the caller asked for. */
  end({ totalPagedResults, totalPagedResultsPolicy }: SearchResult, isLast: boolean, counts: boolean): PageChain {
    const { last, total: before } = this.#before;
    const named = totalPagedResultsPolicy === 'EXACT' ? totalPagedResults : -1;
    const total = !counts || before === UNRELATED ? UNRELATED : named < 0 ? before : before < 0 ? named : Math.min(named, before);
    const given = this.#before.given + this.#given;
    if (isLast && total > given) throw incomplete(`${this.#name} counts ${total} objects and gave ${given}`);
    if (this.#given === 0) return { ...this.#before, total };
    const lastDigest = this.#lastUid === undefined ? last : digest(this.#lastUid);
    if (last !== '' && this.#overlaps()) throw incomplete(`the page holds an object the page before ended with`);
    return { given, first: this.#first, last: lastDigest, total };
  }

  #noteFirst(uid: string): void {
    this.#first = digest(uid);
    const { first, last } = this.#before;
    if (this.#first === first) throw incomplete(`${this.#name} gave the page before once more`);
    if (this.#first === last) throw incomplete(`the page begins with the object the page before ended with`);
  }

  /** Looked at once, at the end of the page, so that it costs no digest per object while results flow. */
  #overlaps(): boolean {
    for (const uid of this.#uids) if (digest(uid) === this.#before.last) return true;
    return false;
  }
}
