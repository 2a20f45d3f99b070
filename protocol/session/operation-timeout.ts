import { API_OPERATION_OF, type ApiConfiguration, type CallContext, type OperationKind } from '../model/index.js';

/** Java's value for a stream whose configured timeout is 0, in milliseconds (protocol section 7.11). */
const ZERO_MEANS = 60_000;
const UNLIMITED: ReadonlySet<OperationKind> = new Set<OperationKind>(['subscribeToObjects', 'subscribeToChanges']);
const STREAMS: ReadonlySet<OperationKind> = new Set<OperationKind>(['search', 'sync']);

/**
 * How long to wait for the answer, or between two messages of a stream, in milliseconds; undefined: as long as the session
 * lives. The times are part of the configuration, so both ends apply the same.
 */
export function operationTimeout(configuration: Pick<ApiConfiguration, 'timeouts'>, kind: OperationKind): number | undefined {
  if (UNLIMITED.has(kind)) return undefined;
  const configured = configuration.timeouts.get(API_OPERATION_OF[kind]);
  if (configured === undefined || configured < 0) return undefined;
  if (configured > 0) return configured;
  return STREAMS.has(kind) ? ZERO_MEANS : undefined;
}

/** Beyond this a deadline means nothing, and would not fit its field. Milliseconds. */
const LONGEST = 2 ** 31 - 1;

/**
 * What the executing end is told of the time it has (feature `deadline`), in whole milliseconds; undefined: no limit. The
 * timeout of a stream is between two results, so only the caller's own time limits a stream as a whole.
 */
export function timeAllowed(kind: OperationKind, timeout: number | undefined, { timeLeft }: Pick<CallContext, 'timeLeft'>): number | undefined {
  const own = STREAMS.has(kind) || UNLIMITED.has(kind) ? Infinity : timeout ?? Infinity;
  const allowed = Math.min(own, timeLeft?.() ?? Infinity);
  return allowed > LONGEST ? undefined : Math.max(1, Math.ceil(allowed));
}
