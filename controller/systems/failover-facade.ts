import {
  ConnectorError, withOutcome, type ApiOperation, type CallContext, type ConnectorFacade, type ConnectorKey, type OperationKind, type SingleOperation,
  type SingleResults, type StreamEnds, type StreamItems, type StreamOperation,
} from '../../protocol/model/index.js';
import { LOSSES, continuedSearch, type ContinuationParts } from './continued-search.js';
import type { FacadeMember } from './facade-members.js';

/** Operations that may be sent to another member when one could not be reached: repeating them changes nothing. */
const REPEATABLE: ReadonlySet<OperationKind> = new Set(['test', 'validate', 'schema', 'get', 'resolveUsername', 'latestSyncToken', 'search', 'sync']);

type Stream<O extends StreamOperation> = AsyncGenerator<StreamItems[O['kind']], StreamEnds[O['kind']], void>;

/**
 * One facade over the members of a group, in order. A read that loses its member, or is not taken on, goes to the next one; a
 * search does so wherever it stands (see continued-search.ts), another stream as long as nothing was delivered. A write does
 * so only when it is certain that the member has not carried it out: while its outcome is unknown, no other member gets it.
 */
export class FailoverFacade implements ConnectorFacade {
  readonly connectorKey: ConnectorKey;
  readonly supportedOperations: ReadonlySet<ApiOperation>;
  readonly #members: readonly FacadeMember[];
  readonly #parts: ContinuationParts;

  /** `members`: those there are now, the one to try first in front; not empty. */
  constructor(members: readonly FacadeMember[], parts: ContinuationParts) {
    const [first] = members;
    if (first === undefined) throw new ConnectorError('connectionFailed', 'No agent that offers the connector is connected.');
    const { connectorKey, supportedOperations } = first.facade();
    this.connectorKey = connectorKey;
    this.supportedOperations = supportedOperations;
    this.#members = members;
    this.#parts = parts;
  }

  async perform<O extends SingleOperation>(operation: O, call: CallContext): Promise<SingleResults[O['kind']]> {
    let failure: unknown;
    for (const member of this.#members) {
      try {
        return await facadeAt(member).perform(operation, call);
      } catch (error) {
        failure = error;
        if (!mayGoOn(operation.kind, error) || call.signal.aborted) break;
      }
    }
    throw failure;
  }

  stream<O extends StreamOperation>(operation: O, call: CallContext): Stream<O> {
    if (operation.kind === 'search') return continuedSearch(operation, call, this.#members, this.#parts) as Stream<O>; // O is a search here
    return this.#fromStart(operation, call);
  }

  async *#fromStart<O extends StreamOperation>(operation: O, call: CallContext): Stream<O> {
    let failure: unknown;
    for (const member of this.#members) {
      let results: Stream<O> | undefined;
      let delivered = false;
      try {
        results = facadeAt(member).stream(operation, call);
        const first = await results.next();
        if (first.done === true) return first.value;
        delivered = true;
        yield first.value;
        return yield* results;
      } catch (error) {
        failure = error;
        if (delivered || !mayGoOn(operation.kind, error) || call.signal.aborted) break;
      } finally {
        await results?.return(undefined as never);
      }
    }
    throw failure;
  }
}

/** Throws what certainly has not begun anything. */
function facadeAt(member: FacadeMember): ConnectorFacade {
  try {
    return member.facade();
  } catch (error) {
    throw error instanceof ConnectorError ? withOutcome(error, 'notApplied') : error;
  }
}

/**
 * A read may go to another member when this one cannot be reached, was lost, or takes nothing on at the moment; a write when
 * it has not left for its member, or the member says that it has not begun it.
 */
function mayGoOn(kind: OperationKind, error: unknown): boolean {
  if (!(error instanceof ConnectorError)) return false;
  if (REPEATABLE.has(kind)) return LOSSES.has(error.kind) || error.kind === 'retryable';
  return error.outcome === 'notApplied' && error.retryable;
}
