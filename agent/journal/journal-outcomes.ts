import { setTimeout as delay } from 'node:timers/promises';
import { ConnectorError, type ConnectorFacade, type ConnectorKey, type WriteOutcome } from '../../protocol/model/index.js';
import type { OutcomeQuestion, OutcomeSource } from '../../protocol/session/contract.js';
import type { AnyConnector } from '../../connectors/framework/index.js';
import { canReadBack, readBack } from './read-back.js';
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

/** Tells peers what became of their writes: from the journal, else by looking at the target where that can tell. */
export class JournalOutcomes implements OutcomeSource {
  readonly journalId: string;
  readonly #options: JournalOutcomesOptions;

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
    let evidence = await readBack(facade, operation, signal);
    const settles = connector.readBack?.settles ?? 0;
    if (evidence.state === 'absent' && settles > 0) {
      // The target may still have the request before it: it has answered once, and gets time to come to it.
      await delay(settles, undefined, { signal });
      evidence = await readBack(facade, operation, signal);
    }
    // While this process may still be at it, that nothing is there yet proves nothing.
    const outcome = evidence.state === 'applied' ? evidence : evidence.state === 'absent' && journal.isFromBefore(operationId) ? { state: 'notApplied' as const } : undefined;
    if (outcome === undefined) return { state: 'unknown' };
    await journal.resolve(operationId, intent, outcome);
    return outcome;
  }
}
