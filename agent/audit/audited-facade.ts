import { chunksOf, itemsOf, type CallContext, type Chunks, type SingleOperation, type SingleResults, type StreamEnds, type StreamItems, type StreamOperation } from '../../protocol/model/index.js';
import type { FacadeContext, FacadeStage } from '../operations/facade-stage.js';
import { auditedBatch } from './audited-batch.js';
import { AuditedOperation, uidFacts, type AuditParts, type AuditedPlace } from './audited-operation.js';
import { systemFacts } from './system-facts.js';

/** Every operation gets a line when it ends, refused ones too. Results pass untouched, by their chunks. */
export function auditStage(parts: AuditParts): FacadeStage {
  return (facade, context) => {
    const begin = (operation: SingleOperation | StreamOperation, call: CallContext): AuditedOperation =>
      new AuditedOperation(parts, placeOf(context), context.origin, operation, call.operationId);
    const perform = async <O extends SingleOperation>(operation: O, call: CallContext): Promise<SingleResults[O['kind']]> => {
      const audited = begin(operation, call);
      try {
        parts.audit.admit(operation.kind);
        const result = await facade.perform(operation, call);
        await audited.end('ok', uidFacts(operation, result));
        return result;
      } catch (error) {
        await audited.fail(error, call);
        throw error;
      }
    };
    const streamed = async function* <O extends StreamOperation>(operation: O, call: CallContext): Chunks<StreamItems[O['kind']], StreamEnds[O['kind']]> {
      const audited = begin(operation, call);
      // The kinds of items and ends cannot be carried through the generic.
      if (operation.kind === 'batch') return yield* auditedBatch(parts, audited, facade, operation, call) as unknown as Chunks<StreamItems[O['kind']], StreamEnds[O['kind']]>;
      return yield* auditedStream(audited, () => chunksOf(facade.stream(operation, call)), call);
    };
    return {
      connectorKey: facade.connectorKey,
      get supportedOperations() { return facade.supportedOperations; },
      perform,
      stream: (operation, call) => itemsOf(streamed(operation, call), () => call.signal.aborted),
    };
  };
}

function placeOf({ connector, configuration }: FacadeContext): AuditedPlace {
  return { connector: connector.id, ...systemFacts(connector, configuration) };
}

/** One addition for each chunk, one line for all. */
async function* auditedStream<T, End>(audited: AuditedOperation, open: () => Chunks<T, End>, call: CallContext): Chunks<T, End> {
  let count = 0;
  let ended = false;
  let results: Chunks<T, End> | undefined;
  try {
    results = open();
    for (;;) {
      const step = await results.next();
      if (step.done === true) {
        ended = true;
        await audited.end('ok', { count });
        return step.value;
      }
      count += step.value.length;
      yield step.value;
    }
  } catch (error) {
    if (!ended) await audited.fail(error, call, count);
    ended = true;
    throw error;
  } finally {
    if (!ended) {
      await results?.return(undefined as never);        // the connector's own cleanup first: the duration is the whole one
      await audited.end('left', { count });
    }
  }
}
