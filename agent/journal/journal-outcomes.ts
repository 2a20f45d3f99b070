import { setTimeout as delay } from 'node:timers/promises';
import { ConnectorError, type ConnectorFacade, type ConnectorKey, type WriteOutcome } from '../../protocol/model/index.js';
import type { OutcomeQuestion, OutcomeSource } from '../../protocol/session/contract.js';
import type { AnyConnector } from '../../connectors/framework/index.js';
import { canReadBack, readBack, type Evidence } from './read-back.js';
import type { Ended } from './journal-record.js';
import { isJournaled } from './write-identity.js';
import type { Found, WriteJournal } from './write-journal.js';

export interface JournalOutcomesOptions {
  readonly journal: WriteJournal;
  /** As in FacadeContext; opens nothing. */
  systemIdOf(connectorKey: ConnectorKey, facadeKey: string): string;
  findConnector(connectorKey: ConnectorKey): Promise<Pick<AnyConnector, 'readBack'>>;
  /** Right at the connector, past every stage. */
  openFacade(connectorKey: ConnectorKey, facadeKey: string): Promise<ConnectorFacade>;
  /** @default the journal's */
  readonly now?: (() => number) | undefined;
}

/** The ages peers tell are believed to this many milliseconds. */
const MARGIN = 5_000;
/** A question is held so long for a target to settle, well within the time for its answer (`FIXED.outcomeLook`). Milliseconds. */
const HELD = 3_000;
/** Who asks is told to ask again when it is settled so soon, and that it is unknown when it takes longer. Milliseconds. */
const ASKED_AGAIN = 90_000;

/** Tells peers what became of their writes: from the journal, else by looking at the target where that can tell. */
export class JournalOutcomes implements OutcomeSource {
  readonly journalId: string;
  readonly #options: JournalOutcomesOptions;
  /** When a look first showed nothing of a write of an earlier process, by its id; as many at most as the journal has of those. */
  readonly #absentSince = new Map<string, number>();

  constructor(options: JournalOutcomesOptions) {
    this.#options = options;
    this.journalId = options.journal.id;
  }

  async outcomeOf(question: OutcomeQuestion, signal: AbortSignal): Promise<WriteOutcome> {
    const { journal, now = journal.now } = this.#options;
    const { operationId, age, origin } = question;
    const found = await journal.findOrFence(operationId, now() - Math.max(0, age) - MARGIN);
    if ('state' in found) return found;
    if (found.intent.principal !== origin.principal) throw new ConnectorError('permissionDenied', `Operation id ${operationId} belongs to another requester.`);
    return found.outcome.state === 'unknown' ? this.#lookFor(question, found.intent, signal) : found.outcome;
  }

  async #lookFor({ operationId, connectorKey, facadeKey, operation }: OutcomeQuestion, intent: Found['intent'], signal: AbortSignal): Promise<WriteOutcome> {
    const { journal, systemIdOf, findConnector, openFacade } = this.#options;
    if (!isJournaled(operation) || journal.identity.fingerprint(operation, systemIdOf(connectorKey, facadeKey)) !== intent.fingerprint) {
      throw new ConnectorError('illegalArgument', `Operation id ${operationId} was used for another operation.`);
    }
    const connector = await findConnector(connectorKey);
    if (!canReadBack(connector, operation)) return { state: 'unknown' };
    const facade = await openFacade(connectorKey, facadeKey);
    const look = (): Promise<Evidence> => readBack(facade, operation, signal);
    const outcome = await this.#concluded(operationId, connector.readBack?.settles ?? 0, look, signal);
    if (outcome.state === 'unknown' || outcome.state === 'inProgress') return outcome;
    await journal.resolve(operationId, intent, outcome);
    this.#absentSince.delete(operationId);
    return outcome;
  }

  async #concluded(operationId: string, settles: number, look: () => Promise<Evidence>, signal: AbortSignal): Promise<Exclude<Ended, { readonly state: 'failed' }> | { readonly state: 'inProgress' }> {
    let evidence = await look();
    if (evidence.state === 'absent') {
      // While this process may still be at it, that nothing is there yet proves nothing.
      if (!this.#options.journal.isFromBefore(operationId)) return { state: 'unknown' };
      const left = this.#settlesIn(operationId, settles);
      if (left > HELD) return { state: left > ASKED_AGAIN ? 'unknown' : 'inProgress' };
      if (left > 0) {
        await delay(left, undefined, { signal });
        evidence = await look();
      }
    }
    if (evidence.state === 'applied') return evidence;
    return { state: evidence.state === 'absent' ? 'notApplied' : 'unknown' };
  }

  /** The target may still have the request before it: it has answered once, and gets `settles` milliseconds to come to it. */
  #settlesIn(operationId: string, settles: number): number {
    const { journal, now = journal.now } = this.#options;
    const since = this.#absentSince.get(operationId) ?? now();
    this.#absentSince.set(operationId, since);
    return since + settles - now();
  }
}
