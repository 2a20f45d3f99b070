import { ConnectorError, itemsOf, type CallContext, type Chunks, type OperationKind } from '../../../protocol/model/index.js';
import { beginFacadeSpan } from './facade-span.js';
import type { OperationScope } from './operation-scope.js';
import type { Borrowed, Runner, Secrets } from './runner.js';
import type { SessionLease } from './session-pool.js';
import { leavesSessionSound } from './translate-error.js';
import { watched } from './watched.js';

/** Wraps each of a connector's generators, so that its steps end in time. */
export type WatchStream = <T, E>(results: Chunks<T, E>) => Chunks<T, E>;

export interface StreamRequest<T, E> {
  readonly kind: OperationKind;
  readonly context: CallContext;
  readonly secrets: Secrets;
  /** Has to answer in the time a chunk may take. */
  readonly produce: (borrowed: Borrowed, watch: WatchStream) => Chunks<T, E> | Promise<Chunks<T, E>>;
}

/**
 * Runs a stream in a session of its own, from the first pull until the end, an error, an early `return`, or an abort,
 * which frees the session even when nobody pulls any more. The timeout applies between two chunks.
 */
export function streamOperation<T, E>(runner: Runner, request: StreamRequest<T, E>): AsyncGenerator<T, E, void> {
  let scope: OperationScope | undefined;
  const chunks = runStream(runner, request, () => scope = runner.scope(request.context));
  return itemsOf(chunks, () => scope?.signal.aborted === true);
}

async function* runStream<T, E>(runner: Runner, { kind, context, secrets, produce }: StreamRequest<T, E>, begin: () => OperationScope): Chunks<T, E> {
  const scope = begin();
  const gap = runner.timeoutOf(kind);
  const expiry = () => new ConnectorError('operationTimeout', `${kind} on ${runner.connector.displayName}: nothing came for ${gap} ms.`);
  let lease: SessionLease<unknown> | undefined;
  let results: Chunks<T, E> | undefined;
  let sound = true;
  let parked = false;
  let failure: ConnectorError | undefined;
  const ended = runner.started();
  const span = beginFacadeSpan(kind, context, scope.signal, runner.connector.id);
  let isComplete = false;
  runner.environment.traffic?.secrets?.(secrets);

  const finish = once(async () => {
    await results?.return(undefined as never).catch(() => { sound = false; });
    lease?.release(sound && !scope.signal.aborted, scope.leftBehind);
    scope.close();
    ended(failure === undefined);
    span.end(isComplete, failure);
  });
  const onAbort = (): void => { if (parked) void finish(); };
  scope.signal.addEventListener('abort', onAbort);
  try {
    const borrowed = await runner.borrow(kind, context, scope, gap, expiry);
    lease = borrowed.lease;
    const call = { ...borrowed.call, progress: () => scope.extend() };
    const watch: WatchStream = (inner) => watched(inner, { scope, gap, expiry, onUnclean: () => { sound = false; } });
    results = await scope.wait(async () => produce({ ...borrowed, call }, watch), gap, expiry);
    for (;;) {
      const step = await results.next();
      if (step.done === true) {
        isComplete = true;
        return step.value;
      }
      span.came(step.value.length);
      parked = true;
      yield step.value;
      parked = false;
      scope.signal.throwIfAborted();
    }
  } catch (error) {
    failure = runner.failure(error, scope.signal, secrets);
    sound &&= leavesSessionSound(failure, scope.signal);
    throw failure;
  } finally {
    scope.signal.removeEventListener('abort', onAbort);
    await finish();
  }
}

function once(work: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> | undefined;
  return () => running ??= work();
}
