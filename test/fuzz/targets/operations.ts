import fc from 'fast-check';
import { apiConfigurationOf, decodeOperation, encodeOperationRequest } from '../../../protocol/codec/index.js';
import { decodeFrame } from '../../../protocol/frame.js';
import { ConnectorError, type Operation } from '../../../protocol/model/index.js';
import * as any from '../../unit/protocol/codec/arbitraries.js';
import { check, refusable, text, type FuzzTarget } from '../engine/target.js';
import { FACADE_KEY, FRAMES } from './vectors.js';

const CONNECTOR = { bundleName: 'b', bundleVersion: '1', connectorName: 'c' };
const requests = any.anyOperation.map((operation) => encodeOperationRequest({ id: 1, connectorKey: CONNECTOR, facadeKey: 'AAAA', operation }));

function operationOf(frame: Uint8Array): Operation | undefined {
  const message = decodeFrame(frame);
  if (message.kind !== 'operationRequest') return undefined;
  refusable(() => apiConfigurationOf(message.facadeKey), ConnectorError);
  return decodeOperation(message.operation);
}

/** A request is refused with a ConnectorError or decoded to an operation that is the same after it was written and read. */
export const target: FuzzTarget = {
  name: 'operations',
  seeds: () => [...FRAMES, ...fc.sample(requests, { numRuns: 200, seed: 2 }).map((frame) => Uint8Array.from(frame)), Buffer.from(FACADE_KEY)],
  generate: (random) => Uint8Array.from(fc.sample(requests, { numRuns: 1, seed: random.uint32() | 0 })[0] ?? []),
  run(input) {
    refusable(() => apiConfigurationOf(text(input)), ConnectorError);
    const operation = refusable(() => operationOf(input), ConnectorError);
    if (operation === undefined) return;
    const write = (given: Operation): Uint8Array => Uint8Array.from(encodeOperationRequest({ id: 1, connectorKey: CONNECTOR, facadeKey: 'AAAA', operation: given }));
    const written = refusable(() => write(operation), ConnectorError);
    if (written === undefined) return;
    const again = operationOf(written);
    check(again !== undefined && Buffer.compare(written, write(again)) === 0, 'an operation is another one after it was written and read');
  },
};
