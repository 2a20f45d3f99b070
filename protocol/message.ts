import type { ConnectorKey, FailedWriteOutcome, Locale, OperationKind, WriteOutcome } from './model/index.js';
import type { protobuf } from './generated/messages.js';

export type ServerType = 'UNKNOWN' | 'JAVA' | 'DOTNET';
export type InfoLevel = 'CONNECTOR_INFO' | 'CONTEXT_INFO' | 'REQUESTS';

/** An operation as it came; decoding it may fail, and the failure is answered under the id of its request. */
export interface EncodedOperation {
  /** Undefined when the request holds none. */
  readonly kind: OperationKind | undefined;
  readonly fields: protobuf.OperationRequest.$Properties;
}

/** A response as it came; what it means depends on the operation it answers. */
export interface EncodedResponse {
  readonly fields: protobuf.OperationResponse.$Properties;
}

/** One cause of an error, outermost first. */
export interface ErrorCause {
  readonly javaClass: string;
  readonly message: string;
}

interface Handshake {
  readonly id: number;
  readonly sessionId: string;
  readonly serverType: ServerType;
  readonly publicKey?: Uint8Array | undefined;
  /** Extensions the sender knows; empty from a Java peer. */
  readonly features: readonly string[];
  /** Extension: names the journal of the sender's writes; undefined when it keeps none. */
  readonly journalId?: string | undefined;
  /** Extension: the machine of an agent that dials; undefined when it does not say. */
  readonly hostId?: string | undefined;
}

export type HandshakeRequest = Handshake & { readonly kind: 'handshakeRequest' };
export type HandshakeResponse = Handshake & { readonly kind: 'handshakeResponse' };

export interface ControlRequest {
  readonly kind: 'controlRequest';
  readonly id: number;
  readonly infoLevels: readonly InfoLevel[];
  /** What the sender executes for the receiver. */
  readonly localRequestIds: readonly number[];
  /** What the sender waits for at the receiver, this request included. */
  readonly remoteRequestIds: readonly number[];
  /** Extension: SHA-256 of lists of connectors the sender has, so that they need not be sent again. */
  readonly knownLists?: readonly Uint8Array[] | undefined;
}

export interface ControlResponse {
  readonly kind: 'controlResponse';
  readonly id: number;
  /** Object stream for `decodeConnectorInfos`; undefined unless connectors were asked for. */
  readonly connectorInfos: Uint8Array | undefined;
  /** Extension: SHA-256 of the list, one of those the request named; there are no `connectorInfos` then. */
  readonly knownList?: Uint8Array | undefined;
}

export interface OperationRequest {
  readonly kind: 'operationRequest';
  readonly id: number;
  readonly connectorKey: ConnectorKey | undefined;
  /** Base64 text; holds secrets, so never log it. */
  readonly facadeKey: string;
  readonly locale: Locale | undefined;
  /** Extension: the sender's name for the operation. */
  readonly operationId: string | undefined;
  /** Extension: milliseconds the caller still allows; undefined: no limit. */
  readonly timeLeft?: number | undefined;
  /** Extension: bookmarks of this search are wanted. */
  readonly bookmarks?: boolean | undefined;
  /** Extension: `traceparent` of W3C Trace Context, unchecked. */
  readonly traceParent?: string | undefined;
  /** For `decodeOperation`. */
  readonly operation: EncodedOperation;
}

/** Of a request that has no answer. */
export interface ConfigurationChange {
  readonly kind: 'configurationChange';
  readonly id: number;
  readonly facadeKey: string;
  /** Object stream for `decodeConfigurationProperties`. */
  readonly properties: Uint8Array;
}

export interface OperationResponse {
  readonly kind: 'operationResponse';
  readonly id: number;
  /** For `decodeResponse`. */
  readonly response: EncodedResponse;
}

export interface ErrorMessage {
  readonly kind: 'error';
  readonly id: number;
  readonly javaClass: string;
  readonly message: string;
  readonly causes: readonly ErrorCause[];
  /** Never sent by us. */
  readonly stackTrace: string;
  /** Extension: of a write, see ConnectorError. */
  readonly outcome?: FailedWriteOutcome | undefined;
}

/** Extension: results may be sent up to this number, counted from the first. A total, so repeats are harmless. */
export interface Credit {
  readonly kind: 'credit';
  readonly id: number;
  readonly credits: number;
  /** Every result up to this number is here. */
  readonly received?: number | undefined;
  /** What was sent behind `received` is wanted again. */
  readonly resend?: boolean | undefined;
  /** Requests nothing more is wanted of; `id` is 0 then. */
  readonly settled?: readonly number[] | undefined;
}

/** Extension: the answer to a `resend` for a request that is not known. */
export interface AnswerUnknown {
  readonly kind: 'answerUnknown';
  readonly id: number;
}

/** Extension: what became of a write? Nothing is executed for it. */
export interface OutcomeRequest {
  readonly kind: 'outcomeRequest';
  readonly id: number;
  /** The write's own id, as it was sent. */
  readonly operationId: string;
  /** Milliseconds since it was sent. */
  readonly age: number;
  /** The write as it was sent, so that its target can be looked at. */
  readonly operation: Omit<OperationRequest, 'kind' | 'id' | 'operationId'>;
}

/** Extension: what became of a write. */
export interface OutcomeResponse {
  readonly kind: 'outcomeResponse';
  readonly id: number;
  readonly outcome: WriteOutcome;
}

/** Extension: the sender takes on no more operations; those under way may end. Has no answer. */
export interface Draining {
  readonly kind: 'draining';
  readonly id: number;
}

export interface Cancel {
  readonly kind: 'cancel';
  readonly id: number;
}

/** Neither request nor response (`unknownMessage`), or one that is empty; answered with {@link PROTOCOL_ERRORS}. */
export interface UnknownMessage {
  readonly kind: 'unknownMessage' | 'unknownRequest' | 'unknownResponse';
  readonly id: number;
}

/** What one frame means. Presence is tested in the orders of protocol sections 4.1 and 7.1. */
export type Message =
  | HandshakeRequest | HandshakeResponse | ControlRequest | ControlResponse | OperationRequest | OperationResponse | ConfigurationChange
  | Cancel | Draining | ErrorMessage | Credit | AnswerUnknown | OutcomeRequest | OutcomeResponse | UnknownMessage;

/** Texts of errors that answer no operation (protocol section 7.16); they may carry an id of the other direction. */
export const PROTOCOL_ERRORS = {
  requestBeforeHandshake: 'Connection received request before handshake',
  responseBeforeHandshake: 'Connection received response before handshake',
  unknownMessage: 'Unknown RemoteMessage',
  unknownRequest: 'Unknown Request message',
  unknownOperation: 'Unknown OperationRequest',
} as const;
