import type { ConnectorError, OperationKind, WriteOutcome } from '../model/index.js';
import type { CodecLimits } from '../codec/index.js';
import type { ResponseOutline } from '../frame-outline.js';
import type { OperationRequest, OutcomeRequest } from '../message.js';
import type { ConnectionGroup } from './contract.js';
import type { NotedWrite, WriteToPassOn } from './noted-write.js';

/** Where an operation of one connector is passed on to, and who is told what became of it. One object an operation. */
export interface OperationRelay {
  /** For errors: `connector server sap`. Never a credential. */
  readonly server: string;
  /** Bytes of results kept at most for a requester that reads slowly. */
  readonly maxBufferedBytes: number;
  /** Milliseconds a result may wait for others to leave with; 0: to the end of the turn. */
  readonly gatherTime: number;
  /** The session with the server. Throws a ConnectorError (connectionFailed) while there is none. */
  target(): ConnectionGroup;
  /** Asked before the operation is passed on; throws a ConnectorError for one that must not be. `isNamed`: a write whose id is its own. */
  admit?(request: OperationRequest, limits: CodecLimits, signal: AbortSignal, isNamed?: boolean): Promise<void>;
  /** Notes a write that is about to be passed on. Without it, writes are passed on unnoted. Throws a ConnectorError when it must not be done. */
  readonly beginWrite?: ((write: WriteToPassOn, signal: AbortSignal) => Promise<NotedWrite>) | undefined;
  /** What became of a write that was passed on. Without it, the server is asked. */
  readonly outcomeOf?: ((question: Omit<OutcomeRequest, 'kind' | 'id'>, limits: CodecLimits, signal: AbortSignal) => Promise<WriteOutcome>) | undefined;
  /** The operation is over; called once. A failure of ours is answered when this resolves. Never rejects. */
  ended(end: RelayEnd): void | Promise<void>;
}

export interface RelayEnd {
  readonly operation: OperationKind | undefined;
  readonly operationId: string | undefined;
  /** `left`: the requester cancelled, or went away. */
  readonly outcome: 'ok' | 'failed' | 'left';
  readonly error: ConnectorError | undefined;
  /** Results of a stream; undefined for an operation with one answer. */
  readonly count: number | undefined;
}

/** An operation as it came from its requester. */
export interface ForwardedOperation {
  readonly request: OperationRequest;
  /** The message the request came in, or one that was made of it; goes out with nothing but its id replaced. */
  readonly frame: Uint8Array;
  /** For logs and errors, e.g. `search passed on to connector server sap`. */
  readonly what: string;
  /** Results that may be sent ahead, and their bytes, where the peer knows credits. */
  readonly window: { readonly results: number; readonly bytes: number };
  /** The requester's own credits at the start; undefined: it takes any number. */
  readonly credits: number | undefined;
}

/** Where the answer of a forwarded operation goes. */
export interface ForwardReceiver {
  /** A message of the answer, in the order of arrival, without repeats; its id is ours towards the peer. Throws when it can take no more. */
  onMessage(frame: Uint8Array, outline: ResponseOutline): void;
  /** Every message was handed over. `count`: results of a stream. */
  onComplete(count: number): void;
  /** Nothing more will come. `frame`: the peer's own error message, if it is the peer that failed. */
  onFailure(error: ConnectorError, frame: Uint8Array | undefined): void;
}

export interface Forwarding {
  /** Results handed over so far. */
  readonly count: number;
  /** Tells the peer that the requester cancelled; what it answers still comes. */
  cancel(): void;
  /** The requester takes results up to this number. */
  grant(total: number): void;
  /** These results have left to the requester. */
  consumed(frames: readonly Uint8Array[]): void;
  /** Ends it; the peer is told when it may still be working on it. Nothing is told to the receiver any more. Idempotent. */
  abandon(): void;
}
