import type { ConnectorKey } from '../model/index.js';
import { decodeOperation, decodeResponse, encodeOperationRequest, encodeStreamEnd, type CodecLimits } from '../codec/index.js';
import { decodeFrame } from '../frame.js';
import type { EncodedOperation, OperationRequest } from '../message.js';
import { UNSENDABLE_OPTION, endOfJavaSearch, suitedToJava } from './java-search.js';

/** What has to be changed of an operation on its way to a Java server: a peer that offers no features. */

/** The request's message as the server can take it: `frame` itself unless something in it does not suit. */
export function frameForJava(frame: Uint8Array, request: OperationRequest, limits: CodecLimits): Uint8Array {
  const { connectorKey, operation } = request;
  if (connectorKey === undefined || !Buffer.from(frame.buffer, frame.byteOffset, frame.byteLength).includes(UNSENDABLE_OPTION)) return frame;
  const decoded = decodeOperation(operation, limits);
  const suited = suitedToJava(decoded);
  return suited === decoded ? frame : encodeOperationRequest({ ...request, connectorKey, operation: suited });
}

/** A sync without a token, which a Java server takes for one with a null token and refuses (hazard 14). */
export function isStartOfSync({ kind, fields }: EncodedOperation): boolean {
  return kind === 'sync' && !fields.syncOpRequest?.sync?.token;
}

/** For a requester of ours, which takes us for the end that executes: the end message of a search as we would say it. */
export function searchEndFor(connectorKey: ConnectorKey, request: OperationRequest, limits: CodecLimits): (frame: Uint8Array) => Uint8Array {
  return (frame) => {
    const operation = decodeOperation(request.operation, limits);
    const message = decodeFrame(frame, limits);
    if (operation.kind !== 'search' || message.kind !== 'operationResponse') return frame;
    const response = decodeResponse('search', message.response, limits);
    if (response.type !== 'end') return frame;
    const [adapted = frame] = encodeStreamEnd(message.id, 'search', endOfJavaSearch(response.end, connectorKey, operation.options), response.sequence);
    return adapted;
  };
}
