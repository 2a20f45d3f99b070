import fc from 'fast-check';
import { connectorErrorOf, decodeResponse, encodeError, encodeSingleResult, encodeStreamEnd, encodeStreamItem } from '../../../protocol/codec/index.js';
import { decodeFrame } from '../../../protocol/frame.js';
import { responseOutline } from '../../../protocol/frame-outline.js';
import { API_OPERATION_OF, ConnectorError, type OperationKind } from '../../../protocol/model/index.js';
import * as any from '../../unit/protocol/codec/arbitraries.js';
import { check, refusable, type FuzzTarget } from '../engine/target.js';
import { FRAMES } from './vectors.js';

const KINDS = Object.keys(API_OPERATION_OF) as OperationKind[];

const answers = fc.oneof(
  any.connectorObject.map((object) => encodeStreamItem(1, 'search', object, 3)), any.syncDelta.map((delta) => encodeStreamItem(1, 'sync', delta, 3)),
  any.connectorObject.map((object) => encodeSingleResult(1, 'get', object)), any.schema.map((schema) => encodeSingleResult(1, 'schema', schema)),
  any.uid.map((uid) => encodeSingleResult(1, 'create', uid)), any.syncToken.map((token) => encodeStreamEnd(1, 'sync', token, 3)[0] ?? new Uint8Array()),
  any.searchResult.map((end) => encodeStreamEnd(1, 'search', end, 3)[0] ?? new Uint8Array()),
  any.batchItem.map((item) => encodeStreamItem(1, 'batch', item, 0)), fc.string().map((message) => encodeError(1, new ConnectorError('retryable', message))),
);

/** An answer is refused with a ConnectorError or understood, whichever operation it is taken for. */
export const target: FuzzTarget = {
  name: 'responses',
  seeds: () => [...FRAMES, ...fc.sample(answers, { numRuns: 200, seed: 3 }).map((frame) => Uint8Array.from(frame))],
  generate: (random) => Uint8Array.from(fc.sample(answers, { numRuns: 1, seed: random.uint32() | 0 })[0] ?? []),
  run(input) {
    const message = refusable(() => decodeFrame(input), ConnectorError);
    if (message?.kind === 'error') check(connectorErrorOf(message) instanceof ConnectorError, 'an error that is none');
    if (message?.kind !== 'operationResponse') return;
    const outline = responseOutline(input);
    for (const kind of KINDS) {
      const decoded = refusable(() => decodeResponse(kind, message.response), ConnectorError);
      if (decoded === undefined || outline === undefined) continue;
      if ((kind === 'search' || kind === 'sync') && 'sequence' in decoded) check(outline.sequence === decoded.sequence, 'the outline has another sequence number');
    }
  },
};
