import { ConnectorError, chunksOf, type CallContext, type Chunks, type ConnectorObject, type SearchResult } from '../../protocol/model/index.js';
import { Departure } from './departure.js';
import type { FacadeMember, FacadeMembers, MemberPlace } from './facade-members.js';
import type { SearchPosition } from './search-position.js';

type Result = Chunks<ConnectorObject, SearchResult | undefined>;
type Step = IteratorResult<readonly ConnectorObject[], SearchResult | undefined>;

export interface RunParts {
  readonly position: SearchPosition;
  readonly members: FacadeMembers;
  readonly call: CallContext;
}

/** A search, or the rest of one, at one member. */
export class SearchRun {
  readonly place: MemberPlace;
  readonly #departure: Departure;
  readonly #open: () => Result;
  #results: Result | undefined;
  #held: Step | undefined;
  /** Results that had not been handed out before. */
  broughtSomething = false;

  constructor(member: FacadeMember, { position, members, call }: RunParts) {
    this.place = member.place;
    this.#departure = new Departure(member.place, members, call.signal, () => position.canBeFound);
    const onBookmark = (cookie: string): void => {
      position.bookmark(cookie);
      this.#departure.bookmarked();
    };
    this.#open = () => chunksOf(member.facade().stream(position.begin(), { ...call, signal: this.#departure.signal, onBookmark }));
  }

  /** A bookmark has come at which the search is to go on elsewhere; the results behind it are here, and wanted if it cannot. */
  get isDue(): boolean {
    return this.#departure.isDue;
  }

  /** The member was away for too long. */
  get hasLeft(): boolean {
    return this.#departure.hasLeft;
  }

  async next(): Promise<Step> {
    const held = this.#held;
    this.#held = undefined;
    if (held !== undefined) return held;
    this.#results ??= this.#open();
    try {
      return await this.#results.next();
    } catch (error) {
      throw this.hasLeft ? new ConnectorError('connectionBroken', 'The agent that ran the search was away for too long, and another one was there.', { cause: error }) : error;
    }
  }

  /** Gets the first results, which `next` then hands out. */
  async prefetch(): Promise<void> {
    this.#held = await this.next();
  }

  /** The search cannot go on elsewhere: it is left to end here. */
  stay(): void {
    this.#departure.stay();
  }

  /** Idempotent. */
  async close(): Promise<void> {
    this.#departure.dispose();
    await this.#results?.return(undefined);
  }
}
