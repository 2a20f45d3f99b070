import {
  chunksOf, itemsOf, type CallContext, type Chunks, type ConnectorObject, type SingleOperation, type SingleResults, type StreamEnds,
  type StreamItems, type StreamOperation, type SyncDelta,
} from '../../protocol/model/index.js';
import type { FacadeStage } from '../operations/facade-stage.js';
import { policedBatch } from './policed-batch.js';
import { wasNotMade } from './failed-change.js';
import type { LivePolicy } from './live-policy.js';
import type { Policy } from './policy.js';
import type { ReadLimit } from './read-limits.js';
import { subjectOf } from './subject.js';

/** Whether a write has been here before, under this id: it will be answered and not done. */
export type IsRepeat = (operationId: string) => Promise<boolean>;

/**
 * Every operation passes the policy as it is when the operation begins. What is refused never reaches the connector. A write
 * that comes again is let through to the journal, which does nothing twice: what became of it is true whatever the policy is now.
 */
export function policyStage(live: LivePolicy, isRepeat: IsRepeat = () => Promise.resolve(false)): FacadeStage {
  return (facade, context) => {
    const subject = live.subject(context.configuration, context.connectorKey, () => subjectOf(context.connector, context.configuration, context.connectorKey));
    const guard = () => live.guard(subject, context.origin.principal);

    // A subscription outlives policies: it is looked at even while there is nothing to say of it.
    const pass = ({ kind }: SingleOperation | StreamOperation): boolean => !live.restricts(kind) && kind !== 'subscribeToObjects' && kind !== 'subscribeToChanges';

    const perform = async <O extends SingleOperation>(operation: O, call: CallContext): Promise<SingleResults[O['kind']]> => {
      if (pass(operation)) return facade.perform(operation, call);
      if (isWrite(operation) && call.once === true && call.operationId !== undefined && await isRepeat(call.operationId)) return facade.perform(operation, call);
      const ruling = await guard();
      const allowed = live.namesTargets ? { ...call, permitTarget: ruling.permitTarget(operation) } : call;
      const admitted = await ruling.admit(operation, facade, allowed);
      try {
        const result = await facade.perform(admitted.operation, allowed);
        return operation.kind === 'get' && admitted.limit !== undefined && result !== null ? admitted.limit.object(result as ConnectorObject) as SingleResults[O['kind']] : result;
      } catch (error) {
        if (wasNotMade(error)) admitted.takeBack();
        throw error;
      }
    };

    const streamed = async function* <O extends StreamOperation>(operation: O, call: CallContext): Chunks<StreamItems[O['kind']], StreamEnds[O['kind']]> {
      const { policy } = live;
      const ruling = await guard();
      const allowed = live.namesTargets ? { ...call, permitTarget: ruling.permitTarget(operation) } : call;
      // The kinds of items and ends cannot be carried through the generic.
      if (operation.kind === 'batch') return yield* policedBatch({ guard: ruling, facade, isRepeat }, operation, allowed) as Chunks<unknown, unknown> as Chunks<StreamItems[O['kind']], StreamEnds[O['kind']]>;
      const admitted = await ruling.admit(operation, facade, allowed);
      const again = async (): Promise<ReadLimit | undefined> => (await (await guard()).admit(operation, facade, allowed)).limit;
      return yield* limited(chunksOf(facade.stream(admitted.operation, allowed)), { limit: admitted.limit, policy, current: () => live.policy, again });
    };

    return {
      connectorKey: facade.connectorKey,
      get supportedOperations() { return facade.supportedOperations; },
      perform,
      stream: <O extends StreamOperation>(operation: O, call: CallContext) => (pass(operation) ? facade.stream(operation, call) : itemsOf(streamed(operation, call), () => call.signal.aborted)),
    };
  };
}

function isWrite({ kind }: SingleOperation): boolean {
  return kind === 'create' || kind === 'update' || kind === 'delete' || kind === 'scriptOnConnector' || kind === 'scriptOnResource';
}

interface Judged {
  /** What may be seen of the results, under which policy. */
  readonly limit: ReadLimit | undefined;
  readonly policy: Policy;
  current(): Policy;
  /** Judges the operation once more; throws a refusal. */
  again(): Promise<ReadLimit | undefined>;
}

/** The results, as far as they may be seen; a change of policy holds for those that come after it. */
async function* limited<T, End>(chunks: Chunks<T, End>, judged: Judged): Chunks<T, End> {
  let { limit, policy } = judged;
  try {
    for (;;) {
      const step = await chunks.next();
      if (policy !== judged.current()) {
        policy = judged.current();
        limit = await judged.again();
      }
      if (step.done === true) return step.value;
      const seen = limit;
      yield seen === undefined ? step.value : step.value.map((item) => limitedItem(item as ConnectorObject | SyncDelta, seen) as T);
    }
  } finally {
    await chunks.return(undefined as never);
  }
}

function limitedItem(item: ConnectorObject | SyncDelta, limit: ReadLimit): ConnectorObject | SyncDelta {
  return 'token' in item ? limit.delta(item) : limit.object(item);
}
