import type { ConnectorKey, StreamEnds } from '../model/index.js';
import { decodeOperation, decodeResponse, encodeOperationRequest, encodeStreamEnd, type CodecLimits } from '../codec/index.js';
import { decodeFrame, encodeMessage } from '../frame.js';
import type { EncodedOperation, OperationRequest } from '../message.js';
import { UNSENDABLE_OPTION, endOfJavaSearch, suitedToJava } from './java-search.js';

/** What has to be changed of an operation on its way to a Java server: a peer that offers no features. */

/** The request's message as the server can take it: `frame` itself unless something in it does not suit. */
export function frameForJava(received: Uint8Array, request: OperationRequest, limits: CodecLimits): Uint8Array {
  const { connectorKey, operation } = request;
  const frame = withoutBookmarks(received, request);
  if (connectorKey === undefined || !Buffer.from(frame.buffer, frame.byteOffset, frame.byteLength).includes(UNSENDABLE_OPTION)) return frame;
  const decoded = decodeOperation(operation, limits);
  const suited = suitedToJava(decoded);
  return suited === decoded ? frame : encodeOperationRequest({ ...request, bookmarks: undefined, connectorKey, operation: suited });
}

/** A Java server has none. */
function withoutBookmarks(frame: Uint8Array, request: OperationRequest): Uint8Array {
  if (request.bookmarks !== true) return frame;
  const { operation } = request;
  return encodeMessage({ ...request, bookmarks: undefined, operation: { ...operation, fields: { ...operation.fields, bookmarks: null } } });
}

/** A sync without a token, which a Java server takes for one with a null token and refuses (hazard 14). */
export function isStartOfSync({ kind, fields }: EncodedOperation): boolean {
  return kind === 'sync' && !fields.syncOpRequest?.sync?.token;
}

export interface EndOfOthers {
  readonly connectorKey: ConnectorKey;
  readonly request: OperationRequest;
  readonly limits: CodecLimits;
  /** The server is a Java one. */
  readonly isJava: boolean;
  /** Whether the end may say that the result is complete. Asked when it has come. */
  isComplete(): boolean;
}

/** For a requester of ours, which takes us for the end that executes: the end message of a search or sync as we would say it. */
export function endFor({ connectorKey, request, limits, isJava, isComplete }: EndOfOthers): (frame: Uint8Array) => Uint8Array {
  return (frame) => {
    const operation = decodeOperation(request.operation, limits);
    const message = decodeFrame(frame, limits);
    if (message.kind !== 'operationResponse' || (operation.kind !== 'search' && operation.kind !== 'sync')) return frame;
    const { kind } = operation;
    const response = decodeResponse(kind, message.response, limits);
    if (response.type !== 'end') return frame;
    const end = kind === 'search' && isJava ? endOfJavaSearch(response.end as StreamEnds['search'], connectorKey, operation.options) : response.end;
    const [adapted = frame] = encodeStreamEnd(message.id, kind, end, response.sequence, isComplete());
    return adapted;
  };
}
