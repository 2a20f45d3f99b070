import { FrameId } from '../frame-id.js';
import { decodeFrame, encodeMessage } from '../frame.js';
import { TRACE_CONTEXT } from './features.js';
import type { ForwardedOperation } from './forwarding.js';
import type { SessionGroup } from './group.js';

/** An operation as it came, under another id; without its requester's trace where the peer does not know what that is. */
export function passedOn({ features, context: { codecLimits } }: SessionGroup, { request, frame }: ForwardedOperation, id: number): Uint8Array {
  const message = request.traceParent === undefined || features.has(TRACE_CONTEXT) ? undefined : decodeFrame(frame, codecLimits);
  if (message?.kind !== 'operationRequest') return new FrameId(id).putInto(frame) ?? encodeMessage({ ...request, id });
  const { operation } = message;
  return encodeMessage({ ...message, id, traceParent: undefined, operation: { ...operation, fields: { ...operation.fields, traceParent: null } } });
}
