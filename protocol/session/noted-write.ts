import type { BatchItem, ConnectorError, Operation } from '../model/index.js';
import type { OperationRequest } from '../message.js';
import type { ConnectionGroup } from './contract.js';

/** A write that is about to be passed on. */
export interface WriteToPassOn {
  readonly request: OperationRequest;
  readonly operation: Operation;
  /** Its id is its own, and its requester may ask what became of it. */
  readonly isNamed: boolean;
  readonly target: Pick<ConnectionGroup, 'features' | 'journalId'>;
}

/** What the requester of a write is told. Of a batch, beside what its tasks were told: `result` is undefined then. */
export type WriteAnswer = { readonly result: unknown } | { readonly error: ConnectorError };

/** How a write that was passed on ended. */
export interface WriteEnd {
  readonly answer: WriteAnswer;
  /** Who says so. `server`: it answered; `unsent`: it never got it; `lost`: nobody; `before`: it was answered as it was the first time. */
  readonly source: 'server' | 'unsent' | 'lost' | 'before';
  /** The requester asked to stop it. */
  readonly isCancelled: boolean;
  /** The requester cancelled, went away, or has no time left. */
  readonly isLeft: boolean;
}

/** A write that has been here before under its id: what is answered, instead of passing it on. */
export type KnownAnswer = WriteAnswer | { readonly items: readonly BatchItem[] };

/** A write that was noted before it is passed on. No method rejects. */
export interface NotedWrite {
  /** What it is noted under; the server is told this name, where it keeps a journal of its own. Undefined: it has none but its requester's. */
  readonly operationId: string | undefined;
  readonly known: KnownAnswer | undefined;
  /** Results of tasks of a batch. Resolves when they are noted, and may be told. */
  reported(items: readonly BatchItem[]): Promise<void>;
  /** It is over. Resolves, once that is noted, with what the requester is told: `end.answer` itself stands for the server's own message. */
  ended(end: WriteEnd): Promise<WriteAnswer>;
}
