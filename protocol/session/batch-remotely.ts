import { ConnectorError, itemsOf, type BatchEnd, type BatchItem, type CallContext, type ErrorKind, type StreamOperation } from '../model/index.js';
import { toConnectorError } from './connector-error.js';
import type { SessionGroup } from './group.js';
import { FIXED } from './limits.js';
import { settleLostWrite, toldOutcome, type SentWrite } from './lost-write.js';
import type { RemoteCall } from './remote-facade.js';
import { streamRemotely } from './stream-remotely.js';

type Batch = Extract<StreamOperation, { readonly kind: 'batch' }>;

/** Failures after which tasks may have been carried out although nobody said so. */
const LOST: ReadonlySet<ErrorKind> = new Set<ErrorKind>(['connectionBroken', 'operationTimeout', 'connectorIo']);
/** Questions under way at a time. */
const AT_ONCE = 8;
const END: BatchEnd = { tokens: [], queryRequired: false, asynchronousResults: false, returnsResults: true };

/** A batch at a peer that keeps a journal of its writes. When results are lost, the outcome of each missing task is asked for. */
export async function* batchRemotely(
  group: SessionGroup, operation: Batch, call: RemoteCall, writeOf: (task: number) => SentWrite, context: CallContext,
): AsyncGenerator<BatchItem, BatchEnd, void> {
  const missing = new Set(operation.tasks.keys());
  const sentAt = group.clock.now();
  const results = itemsOf(streamRemotely<'batch'>(group, 'batch', operation, call, context), () => context.signal.aborted);
  let lost: ConnectorError;
  try {
    for (;;) {
      const step = await results.next();
      if (step.done === true) return step.value;
      missing.delete(step.value.task);
      yield step.value;
    }
  } catch (error) {
    lost = toConnectorError(error);
    if (!LOST.has(lost.kind) || context.signal.aborted) throw lost;
  } finally {
    await results.return(undefined as never);
  }
  yield* askForMissing(group, { missing, writeOf, lost, sentAt }, context.signal);
  return END;
}

interface Lost { readonly missing: ReadonlySet<number>; readonly writeOf: (task: number) => SentWrite; readonly lost: ConnectorError; readonly sentAt: number }

async function* askForMissing(group: SessionGroup, { missing, writeOf, lost, sentAt }: Lost, signal: AbortSignal): AsyncGenerator<BatchItem, void, void> {
  const tasks = [...missing];
  const until = group.clock.now() + Math.max(FIXED.outcomeGrace, group.limits.resendTimeout);
  group.log.info({ tasks: tasks.length, lost: lost.message }, 'Results of a batch were lost; the outcomes of its tasks are asked for.');
  while (tasks.length > 0) {
    const time = Math.max(1, until - group.clock.now());
    const items = await Promise.all(tasks.splice(0, AT_ONCE).map(async (task) => {
      const write = writeOf(task);
      return itemOf(task, write, await settleLostWrite(group, write, { sentAt, time, signal }), lost);
    }));
    yield* items;
  }
}

function itemOf(task: number, write: SentWrite, outcome: Awaited<ReturnType<typeof settleLostWrite>>, lost: ConnectorError): BatchItem {
  try {
    return { task, uid: toldOutcome(write, outcome, lost) };
  } catch (error) {
    return { task, error: toConnectorError(error) };
  }
}
