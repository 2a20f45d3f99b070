import { ConnectorError } from '../../protocol/model/index.js';
import { saying } from './failed-write.js';
import type { Ended } from './journal-record.js';
import type { JournaledOperation } from './write-identity.js';

/** The answer of a write that has been here before: its result, or what it failed with, thrown. */
export function answerAgain({ kind }: JournaledOperation, operationId: string, outcome: Ended): unknown {
  switch (outcome.state) {
    case 'applied':
      if (kind === 'scriptOnConnector' || kind === 'scriptOnResource') {
        throw new ConnectorError('connector', `Operation ${operationId} came again; its script has run to its end, was not run again, and its result is not kept.`, { outcome: 'applied' });
      }
      return outcome.uid ?? (kind === 'delete' ? undefined : null);
    case 'failed':
      throw outcome.error;
    case 'notApplied':
      throw saying(new ConnectorError('retryable', `Operation ${operationId} came again; the first time it was given up.`), 'notApplied', operationId);
    case 'unknown':
      throw saying(new ConnectorError('connector', `Operation ${operationId} came again and is not carried out twice.`), 'unknown', operationId);
  }
}
