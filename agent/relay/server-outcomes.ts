import { ConnectorError, type WriteOutcome } from '../../protocol/model/index.js';
import type { OutcomeRequest } from '../../protocol/message.js';
import type { Clock, ConnectionGroup } from '../../protocol/session/contract.js';
import { OUTCOME } from '../../protocol/session/features.js';
import type { Ended } from '../journal/journal-record.js';
import type { Found, WriteJournal } from '../journal/write-journal.js';

/** A question for what became of a write. */
export type ServerQuestion = Omit<OutcomeRequest, 'kind' | 'id'>;

export interface ServerOutcomesOptions {
  readonly journal: WriteJournal;
  readonly clock: Clock;
  /** The session with the server. Throws a ConnectorError while there is none. */
  target(): ConnectionGroup;
  /** The agent ends. */
  readonly stop: AbortSignal;
}

/** What a server tells. */
type Told = Ended | { readonly state: 'inProgress' };

/** A lost answer is asked for so long; the requester waits meanwhile. Milliseconds. */
const PATIENCE = 20_000;
const FIRST_PAUSE = 100;
const LONGEST_PAUSE = 2_000;

/** The journal of the server a write was passed on to, where it keeps one. */
export function journalOf({ features, journalId }: Pick<ConnectionGroup, 'features' | 'journalId'>): string | undefined {
  return features.has(OUTCOME) ? journalId : undefined;
}

/** What became of writes that were passed on, as their server knows, which may have one journal after another. */
export class ServerOutcomes {
  readonly #options: ServerOutcomesOptions;

  constructor(options: ServerOutcomesOptions) {
    this.#options = options;
  }

  /** Asks once. Rejects with a ConnectorError while the server cannot be asked. */
  async ask(question: ServerQuestion, passedTo: string | undefined, signal: AbortSignal): Promise<Told> {
    if (passedTo === undefined) return { state: 'unknown' };
    const target = this.#options.target();
    if (journalOf(target) !== passedTo) return { state: 'unknown' };
    return endedOf(await target.askOutcome(question, signal));
  }

  /** Of a write the journal has no end of; what is found out is noted. */
  async resolve(question: ServerQuestion, intent: Found['intent'], signal: AbortSignal): Promise<Told> {
    const outcome = await this.ask(question, intent.passedTo, signal);
    if (outcome.state !== 'inProgress' && outcome.state !== 'unknown') await this.#options.journal.resolve(question.operationId, intent, outcome);
    return outcome;
  }

  /** Of a write whose answer was lost a moment ago: asks until the server tells, for some seconds. Never rejects. */
  async settle(question: ServerQuestion, passedTo: string | undefined): Promise<Ended> {
    const { clock, stop } = this.#options;
    const from = clock.now();
    if (passedTo === undefined) return { state: 'unknown' };
    try {
      for (let pause = FIRST_PAUSE; ; pause = Math.min(pause * 2, LONGEST_PAUSE)) {
        const age = question.age + Math.round(clock.now() - from);
        const outcome = await this.ask({ ...question, age }, passedTo, stop).catch((error: unknown) => {
          if (error instanceof ConnectorError && error.kind === 'permissionDenied') throw error;
          return { state: 'inProgress' as const };         // it may come back
        });
        if (outcome.state !== 'inProgress') return outcome;
        if (clock.now() - from + pause > PATIENCE) return { state: 'unknown' };
        await clock.sleep(pause, stop);
      }
    } catch {
      return { state: 'unknown' };
    }
  }
}

/** What never came there is refused there from now on. */
function endedOf(outcome: WriteOutcome): Told {
  return outcome.state === 'neverSeen' ? { state: 'notApplied' } : outcome as Told;
}
