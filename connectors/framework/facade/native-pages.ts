import {
  LAST_PAGE, OPTION, chunksOf, itemsOf, mapChunks, type Chunks, type ConnectorObject, type OperationOptions, type SearchResult,
} from '../../../protocol/model/index.js';
import type { Results, SearchRequest } from '../spi.js';
import { matching } from './matching.js';
import { stuck } from './page-chain.js';
import type { PagePosition } from './paging-cookie.js';
import type { ResultChunks, SearchPlan } from './search-plan.js';

/** Native pages asked for to fill up one page from which the facade filtered objects away. */
const MOST_ROUNDS = 10;
/** Empty native pages in one of ours; a target that gives more of them is not going to finish. */
const MOST_EMPTY = 1_000;
/** Objects asked for at once where a place within a native page can be found again. */
const BLOCK = 500;

/** What one native page brought. */
export interface Passed {
  readonly end: SearchResult | undefined;
  readonly skipped: number;
  readonly given: number;
}

/** Lets all but the first `toSkip` objects through. */
export async function* pass(page: ResultChunks, toSkip: number): Chunks<ConnectorObject, Passed> {
  let skipped = 0;
  let given = 0;
  try {
    for (;;) {
      const step = await page.next();
      if (step.done === true) return { end: step.value, skipped, given };
      const passed = skipped < toSkip ? step.value.slice(toSkip - skipped) : step.value;
      skipped += step.value.length - passed.length;
      given += passed.length;
      if (passed.length > 0) yield passed;
    }
  } finally {
    await page.return(undefined);
  }
}

function nativeOptions(plan: SearchPlan, pageSize: number, cookie: string | undefined, offset: number): OperationOptions {
  let options = plan.options.with(OPTION.pageSize, pageSize);
  if (cookie !== undefined) options = options.with(OPTION.pagedResultsCookie, cookie);
  return offset > 0 ? options.with(OPTION.pagedResultsOffset, offset) : options;
}

type Search = (request: SearchRequest) => ResultChunks;
interface Source {
  readonly search: Search;
  /** Of the connector, for messages. */
  readonly name: string;
}

/** The page, and how many objects it has brought so far. */
function tallied(page: ResultChunks): { readonly objects: ResultChunks; count(): number } {
  let count = 0;
  const objects = mapChunks(page, (object) => {
    count++;
    return object;
  });
  return { objects, count: () => count };
}

function nativePage(plan: SearchPlan, search: Search, pageSize: number, cookie: string | undefined, offset: number): ResultChunks {
  return search({ objectClass: plan.objectClass, filter: plan.split.native, options: nativeOptions(plan, pageSize, cookie, offset) });
}

/** Where the next page starts; undefined when there is none. */
export type NativePosition = Extract<PagePosition, { kind: 'native' }>;
export interface NativeEnd {
  readonly end: SearchResult;
  readonly next: NativePosition | undefined;
}
type Page = Chunks<ConnectorObject, NativeEnd>;

function after(cookie: string | null | undefined): NativePosition | undefined {
  return typeof cookie === 'string' ? { kind: 'native', cookie, skip: 0 } : undefined;
}

/**
 * One page the facade filters, of a target whose cookies are good once: it asks for further native pages, each just as
 * large as what is still missing, so that no object is fetched and then thrown away with a cookie that cannot point at
 * it. After some rounds a short page will do.
 */
async function* exactPages(plan: SearchPlan, { search, name }: Source, from: NativePosition | undefined): Page {
  let next = from;
  let toSkip = plan.offset;
  let missing = plan.pageSize;
  let empty = 0;
  for (let round = 1; ; round++) {
    const asked = next?.cookie;
    const page = tallied(nativePage(plan, search, missing + toSkip, asked, 0));
    const { end, skipped, given } = yield* pass(matching(plan, page.objects), toSkip);
    toSkip -= skipped;
    missing -= given;
    next = after(end?.pagedResultsCookie);
    if (page.count() === 0 && next !== undefined && (next.cookie === asked || ++empty >= MOST_EMPTY)) throw stuck(name);
    const enough = missing <= 0 || (missing < plan.pageSize && round >= MOST_ROUNDS);
    if (next === undefined || enough) return { end: LAST_PAGE, next };
  }
}

/** Walks large native blocks and remembers where in which block it stands. */
class BlockWalk {
  readonly #plan: SearchPlan;
  readonly #source: Source;
  #block: NativePosition | undefined;
  #skip: number;
  #dealtWith = 0;
  #empty = 0;
  #results: Results | undefined;

  constructor(plan: SearchPlan, source: Source, from: NativePosition | undefined) {
    this.#plan = plan;
    this.#source = source;
    this.#block = from;
    this.#skip = from?.skip ?? 0;
  }

  /** Points at the object given last. */
  get position(): NativePosition {
    return { kind: 'native', cookie: this.#block?.cookie, skip: this.#dealtWith - 1 };
  }

  /** The next object that matches; undefined at the end. */
  async next(): Promise<ConnectorObject | undefined> {
    for (;;) {
      this.#results ??= itemsOf(nativePage(this.#plan, this.#source.search, Math.max(BLOCK, this.#plan.pageSize) + this.#skip, this.#block?.cookie, 0));
      const step = await this.#results.next();
      if (step.done === true) {
        if (!this.#moveTo(after(step.value?.pagedResultsCookie))) return undefined;
      } else if (++this.#dealtWith > this.#skip && this.#plan.accepts(step.value)) return step.value;
    }
  }

  /** False at the end. */
  #moveTo(next: NativePosition | undefined): boolean {
    if (this.#dealtWith === 0 && next !== undefined && (next.cookie === this.#block?.cookie || ++this.#empty >= MOST_EMPTY)) throw stuck(this.#source.name);
    this.#block = next;
    this.#results = undefined;
    this.#skip = 0;
    this.#dealtWith = 0;
    return next !== undefined;
  }

  async close(): Promise<void> {
    await this.#results?.return(undefined);
  }
}

/** One page the facade filters, of a target whose cookies last: large native blocks, and a place within one. */
async function* blockPages(plan: SearchPlan, source: Source, from: NativePosition | undefined): AsyncGenerator<ConnectorObject, NativeEnd, void> {
  const walk = new BlockWalk(plan, source, from);
  let toSkip = plan.offset;
  let given = 0;
  try {
    for (let object = await walk.next(); object !== undefined; object = await walk.next()) {
      if (toSkip > 0) toSkip--;
      else if (given === plan.pageSize) return { end: LAST_PAGE, next: walk.position };
      else {
        given++;
        yield object;
      }
    }
    return { end: LAST_PAGE, next: undefined };
  } finally {
    await walk.close();
  }
}

/** The target's own page, or the next one that is not empty: an empty page would be taken for the end. */
async function* wholePage(plan: SearchPlan, { search, name }: Source, from: NativePosition | undefined): Page {
  let cookie = from?.cookie;
  for (let round = 1; ; round++) {
    const { end, given } = yield* pass(nativePage(plan, search, plan.pageSize, cookie, round === 1 ? plan.offset : 0), 0);
    const next = after(end?.pagedResultsCookie);
    if (given > 0 || next === undefined) return { end: end ?? LAST_PAGE, next };
    if (next.cookie === cookie || round >= MOST_EMPTY) throw stuck(name);
    ({ cookie } = next);
  }
}

/** One page of a target that has pages. */
export async function* nativePages(plan: SearchPlan, source: Source, from: NativePosition | undefined): Page {
  if (plan.split.residual === undefined) return yield* wholePage(plan, source, from);
  return yield* plan.lastingCookies ? chunksOf(blockPages(plan, source, from)) : exactPages(plan, source, from);
}
