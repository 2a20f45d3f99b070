import { randomUUID } from 'node:crypto';
import { ConnectorError, isOperationId, taskOperationId, type ConnectorKey } from '../../protocol/model/index.js';
import type { Clock, RequestOrigin } from '../../protocol/session/contract.js';
import type { OperationRelay } from '../../protocol/session/forwarding.js';
import type { NotedWrite, WriteToPassOn } from '../../protocol/session/noted-write.js';
import { decodeOperation } from '../../protocol/codec/index.js';
import { isJournaled } from '../journal/write-identity.js';
import type { WriteJournal } from '../journal/write-journal.js';
import { systemIdOf } from '../operations/facade-cache.js';
import { beginBatch } from './journaled-batch.js';
import { beginSingle } from './journaled-single.js';
import { ServerOutcomes, journalOf } from './server-outcomes.js';

export interface JournaledRelayParts {
  readonly journal: WriteJournal;
  readonly clock: Clock;
  /** The agent ends. */
  readonly stop: AbortSignal;
}

/** What both kinds of writes are begun with. */
export interface WritePlace {
  readonly journal: WriteJournal;
  readonly servers: ServerOutcomes;
  readonly clock: Clock;
  readonly operationId: string;
  /** Nobody else can know the id. */
  readonly isFresh: boolean;
  readonly principal: string;
  readonly connector: string;
  readonly systemId: string;
  /** The server's journal. */
  readonly passedTo: string | undefined;
  readonly request: WriteToPassOn['request'];
}

/** The ages peers tell are believed to this many milliseconds. */
const MARGIN = 5_000;

/**
 * A relay whose writes are journaled as those of this agent's own connectors are: the intent before they are passed on, the
 * outcome before the answer is. What nobody saw the end of is asked of the server, where that keeps a journal of its own.
 */
export function journaledRelay({ journal, clock, stop }: JournaledRelayParts, inner: OperationRelay, { connectorKey, origin }: { readonly connectorKey: ConnectorKey; readonly origin: RequestOrigin }): OperationRelay {
  const servers = new ServerOutcomes({ journal, clock, stop, target: () => inner.target() });
  const beginWrite = async ({ request, operation, isNamed, target }: WriteToPassOn, signal: AbortSignal): Promise<NotedWrite> => {
    const { operationId } = request;
    if (isNamed && !isOperationId(operationId ?? '')) throw new ConnectorError('illegalArgument', 'The id of the operation is too long or holds other than printable characters.', { outcome: 'notApplied' });
    const place: WritePlace = {
      journal, servers, clock, request, operationId: isNamed && operationId !== undefined ? operationId : randomUUID(), isFresh: !isNamed,
      principal: origin.principal, connector: connectorKey.connectorName, systemId: systemIdOf(connectorKey, request.facadeKey), passedTo: journalOf(target),
    };
    if (operation.kind === 'batch') return beginBatch(place, operation.tasks, signal);
    if (isJournaled(operation)) return beginSingle(place, operation, signal);
    throw new ConnectorError('illegalState', `A ${operation.kind} is no write.`);
  };
  return {
    ...inner,
    beginWrite,
    outcomeOf: async (question, limits, signal) => {
      const { operationId, age, operation: request } = question;
      const found = await journal.findOrFence(operationId, journal.now() - Math.max(0, age) - MARGIN);
      if ('state' in found) return found;
      if (found.intent.principal !== origin.principal) throw new ConnectorError('permissionDenied', `Operation id ${operationId} belongs to another requester.`);
      if (found.outcome.state !== 'unknown') return found.outcome;
      const operation = decodeOperation(request.operation, limits);
      if (!isJournaled(operation) || journal.identity.fingerprint(operation, systemIdOf(connectorKey, request.facadeKey)) !== found.intent.fingerprint) {
        throw new ConnectorError('illegalArgument', `Operation id ${operationId} was used for another operation.`);
      }
      return servers.resolve(question, found.intent, signal);
    },
  };
}

/** Whether a write has been here before under this id, as it is or as a batch: it will be answered and not passed on. */
export async function hasBeenPassedOn(journal: WriteJournal, operationId: string): Promise<boolean> {
  return await journal.find(operationId) !== undefined || await journal.find(taskOperationId(operationId, 0)) !== undefined;
}
