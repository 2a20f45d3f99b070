import { ConnectorError, itemsOf, type CallContext, type Chunks, type ConnectorObject, type ErrorKind, type SearchResult } from '../../protocol/model/index.js';
import { isHolderLost } from '../gateway/distance.js';
import type { Log } from '../log.js';
import type { FacadeMember, FacadeMembers, MemberPlace } from './facade-members.js';
import { SearchPosition, type SearchOperation } from './search-position.js';
import { SearchRun } from './search-run.js';
import { changeOf } from './wait-for-change.js';

export interface ContinuationParts {
  readonly members: FacadeMembers;
  /** How long a search that lost its member waits for one to go on at, in milliseconds. */
  readonly resumeWait: number;
  readonly log: Log;
}

/** Times a search changes its member; it loses nothing by that but time. */
const MOST_MOVES = 32;

/** What a search ends in when its member, or the way to it, is lost. */
export const LOSSES: ReadonlySet<ErrorKind> = new Set<ErrorKind>(['connectionFailed', 'connectionBroken']);

type Result = Chunks<ConnectorObject, SearchResult | undefined>;

/**
 * A search over the members of a group, `first` being those to begin with: when its member is lost, or drains, it goes on at
 * the next one, or at the same one when that is back. The consumer sees one complete result in one order, or an error.
 */
export function continuedSearch(operation: SearchOperation, call: CallContext, first: readonly FacadeMember[], parts: ContinuationParts): AsyncGenerator<ConnectorObject, SearchResult | undefined, void> {
  return itemsOf(new ContinuedSearch(operation, call, first, parts).chunks(), () => call.signal.aborted);
}

class ContinuedSearch {
  readonly #parts: ContinuationParts;
  readonly #call: CallContext;
  /** Of those there were at the beginning, the ones not tried yet. */
  readonly #first: FacadeMember[];
  readonly #position: SearchPosition;
  /** Those that brought nothing new since the last result. */
  readonly #tried = new Set<MemberPlace>();
  /** Where it was lost since. */
  readonly #lostAt = new Set<MemberPlace>();
  /** What the search was lost by since the last result, why it could not go on since, and until when a member may come back. */
  #failure: ConnectorError | undefined;
  #obstacle: ConnectorError | undefined;
  #deadline = 0;
  #moves = 0;

  constructor(operation: SearchOperation, call: CallContext, first: readonly FacadeMember[], parts: ContinuationParts) {
    this.#parts = parts;
    this.#call = call;
    this.#first = [...first];
    this.#position = new SearchPosition(operation);
  }

  async *chunks(): Result {
    for (;;) {
      let run = this.#runAt(await this.#nextMember());
      if (this.#failure !== undefined) this.#parts.log.info({ results: this.#position.handedOut, reason: this.#failure.message }, 'a search has lost its agent and goes on');
      try {
        for (;;) {
          const step = await run.next();
          if (step.done === true) {
            this.#position.end();
            return step.value;
          }
          const successor = run.isDue ? await this.#handOver(run) : undefined;
          if (successor !== undefined) {
            await run.close();
            run = successor;
            continue;
          }
          const fresh = this.#position.take(step.value);
          if (fresh.length === 0) continue;
          this.#progressed();
          run.broughtSomething = true;
          yield fresh;
        }
      } catch (error) {
        this.#lost(run, error);
      } finally {
        await run.close();
      }
    }
  }

  #runAt(member: FacadeMember): SearchRun {
    return new SearchRun(member, { position: this.#position, members: this.#parts.members, call: this.#call });
  }

  #progressed(): void {
    this.#tried.clear();
    this.#lostAt.clear();
    this.#failure = undefined;
    this.#obstacle = undefined;
    this.#deadline = 0;
  }

  /** The run that goes on in place of one at a member that drains, once it has begun to; until then, that one is kept. */
  async #handOver(from: SearchRun): Promise<SearchRun | undefined> {
    const member = this.#present();
    if (member === undefined) return undefined;
    const next = this.#runAt(member);
    try {
      await next.prefetch();
    } catch (error) {
      await next.close();
      from.stay();
      this.#parts.log.info({ results: this.#position.handedOut, reason: error instanceof Error ? error.message : String(error) }, 'a search stays at an agent that drains: it cannot go on elsewhere');
      return undefined;
    }
    this.#parts.log.info({ results: this.#position.handedOut }, 'a search goes on elsewhere: its agent drains');
    return next;
  }

  /** Notes why a run ended. Throws the failure when the search cannot go on after it. */
  #lost(run: SearchRun, error: unknown): void {
    const { place, broughtSomething } = run;
    if (!(error instanceof ConnectorError) || this.#call.signal.aborted) throw error;
    const goesOn = this.#mayGoOn(run, error);
    if (this.#failure !== undefined) this.#obstacle = error;
    this.#failure ??= error;
    if (!goesOn) throw this.#told(this.#failure);
    const isGone = place.isDraining ? !this.#position.isStart : !place.isOperational;
    if (isGone && this.#deadline === 0) this.#deadline = performance.now() + this.#patience(place);
    if (place.isDraining || (place.isOperational && !broughtSomething)) this.#tried.add(place);
    this.#lostAt.add(place);
  }

  /** Who lost it with the controller that held it has waited a heartbeat interval already. */
  #patience(place: MemberPlace): number {
    return isHolderLost(place) ? 0 : this.#parts.resumeWait;
  }

  #mayGoOn({ place, hasLeft, broughtSomething }: SearchRun, { kind }: ConnectorError): boolean {
    if (!this.#position.canBeFound || ++this.#moves > MOST_MOVES) return false;
    if (hasLeft || LOSSES.has(kind)) return true;
    if (kind === 'retryable' && (this.#position.isStart || place.isDraining || !place.isOperational)) return true;
    // Where the search could not go on, another member may do better.
    return this.#failure !== undefined && !broughtSomething && !this.#position.isStart;
  }

  /** What the search was lost by, and why it could not go on. */
  #told(failure: ConnectorError): ConnectorError {
    const why = this.#obstacle?.message;
    if (why === undefined || why === failure.message || this.#position.isStart) return failure;
    return new ConnectorError(failure.kind, `${failure.message} After ${this.#position.handedOut} results it could not go on: ${why}`, { cause: failure });
  }

  /** The member to go on at; waits for one where the last one has gone. */
  async #nextMember(): Promise<FacadeMember> {
    const untried = this.#position.isStart ? this.#first.shift() : undefined;
    if (untried !== undefined) return untried;
    for (;;) {
      const member = this.#present();
      if (member !== undefined) return member;
      const left = this.#deadline - performance.now();
      if (left <= 0) throw this.#failure !== undefined ? this.#told(this.#failure) : new ConnectorError('connectionFailed', 'No agent that offers the connector is connected any more.');
      await changeOf(this.#parts.members, left, this.#call.signal);
      if (this.#call.signal.aborted) throw new ConnectorError('connector', 'The search was cancelled by its caller.', { cause: this.#call.signal.reason });
    }
  }

  /** Who can go on now: one that the search was lost at comes last, one that drains takes nothing on. */
  #present(): FacadeMember | undefined {
    const fit = this.#parts.members.now().filter(({ place }) => place.isOperational && !place.isDraining && !this.#tried.has(place));
    return fit.find(({ place }) => !this.#lostAt.has(place)) ?? fit[0];
  }
}
