import {
  ConnectorError, type ApiOperation, type CallContext, type ConnectorFacade, type ConnectorKey, type OperationKind, type SingleOperation,
  type SingleResults, type StreamEnds, type StreamItems, type StreamOperation,
} from '../../protocol/model/index.js';

/** Operations that may be sent to another member when one could not be reached: repeating them changes nothing. */
const REPEATABLE: ReadonlySet<OperationKind> = new Set(['test', 'validate', 'schema', 'get', 'resolveUsername', 'latestSyncToken', 'search', 'sync']);

/**
 * One facade over the members of a group, in order. A read that finds its member unreachable goes to the next one, as long
 * as nothing was delivered. A write does so only when it is certain that the member has not carried it out: while its
 * outcome is unknown, no other member gets it.
 */
export class FailoverFacade implements ConnectorFacade {
  readonly connectorKey: ConnectorKey;
  readonly supportedOperations: ReadonlySet<ApiOperation>;
  readonly #members: readonly ConnectorFacade[];

  constructor(first: ConnectorFacade, ...others: readonly ConnectorFacade[]) {
    this.connectorKey = first.connectorKey;
    this.supportedOperations = first.supportedOperations;
    this.#members = [first, ...others];
  }

  async perform<O extends SingleOperation>(operation: O, call: CallContext): Promise<SingleResults[O['kind']]> {
    let failure: unknown;
    for (const member of this.#members) {
      try {
        return await member.perform(operation, call);
      } catch (error) {
        failure = error;
        if (!(REPEATABLE.has(operation.kind) ? isUnreachable(error) : isUndone(error)) || call.signal.aborted) break;
      }
    }
    throw failure;
  }

  async *stream<O extends StreamOperation>(operation: O, call: CallContext): AsyncGenerator<StreamItems[O['kind']], StreamEnds[O['kind']], void> {
    let failure: unknown;
    for (const member of this.#members) {
      const results = member.stream(operation, call);
      try {
        const first = await results.next();
        if (first.done === true) return first.value;
        yield first.value;
        return yield* results;
      } catch (error) {
        failure = error;
        if (!isUnreachable(error) || !REPEATABLE.has(operation.kind)) break;
      } finally {
        await results.return(undefined as never);
      }
    }
    throw failure;
  }
}

function isUnreachable(error: unknown): boolean {
  return error instanceof ConnectorError && error.kind === 'connectionFailed';
}

/** The write has not left for its member, or the member says that it has not begun it. */
function isUndone(error: unknown): boolean {
  return error instanceof ConnectorError && error.outcome === 'notApplied' && error.retryable;
}
