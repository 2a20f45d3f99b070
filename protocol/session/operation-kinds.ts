import type { Operation, StreamOperation } from '../model/index.js';

export type StreamKind = StreamOperation['kind'];

const STREAMS: ReadonlySet<Operation['kind']> = new Set<StreamKind>(['search', 'sync', 'subscribeToObjects', 'subscribeToChanges', 'batch', 'queryBatch']);

/** Answered by several messages. */
export function isStream(operation: Operation): operation is StreamOperation {
  return isStreamKind(operation.kind);
}

export function isStreamKind(kind: Operation['kind']): kind is StreamKind {
  return STREAMS.has(kind);
}

export function isSubscription(kind: Operation['kind']): kind is 'subscribeToObjects' | 'subscribeToChanges' {
  return kind === 'subscribeToObjects' || kind === 'subscribeToChanges';
}

/** Results carry sequence numbers, so they may leave by any socket. */
export function isSequenced(kind: Operation['kind']): kind is 'search' | 'sync' {
  return kind === 'search' || kind === 'sync';
}

/** Its answer can be given again: messages have numbers, or there is but one (feature `resume`). */
export function isResumable(kind: Operation['kind']): boolean {
  return isSequenced(kind) || !isStreamKind(kind);
}

/** For logs and errors: `search of __ACCOUNT__`. */
export function describeOperation(operation: Operation): string {
  return 'objectClass' in operation ? `${operation.kind} of ${operation.objectClass}` : operation.kind;
}
