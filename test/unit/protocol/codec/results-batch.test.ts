import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  decodeBatched, encodeBatchPart, encodeBookmark, encodeResultsBatch, encodeStreamItem, singleResults, DEFAULT_CODEC_LIMITS, type SequencedKind,
} from '../../../../protocol/codec/index.js';
import { decodeFrame } from '../../../../protocol/frame.js';
import { responseOutline } from '../../../../protocol/frame-outline.js';
import type { OperationResponse } from '../../../../protocol/message.js';
import { account } from '../../../support/fake-facade.js';
import * as any from './arbitraries.js';
import { plain } from './plain.js';

const fieldsOf = (frame: Uint8Array) => (decodeFrame(frame) as OperationResponse).response.fields;
const ids = fc.oneof(fc.integer({ min: 0, max: 300 }), fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }));
const firsts = fc.oneof(fc.integer({ min: 1, max: 300 }), fc.integer({ min: 1, max: 2 ** 50 }));

describe('many results in one message', () => {
  it.each<[SequencedKind, fc.Arbitrary<unknown>]>([['search', any.connectorObject], ['sync', any.syncDelta]])('%s: come out as they went in, and the outline says how many', (kind, item) => {
    fc.assert(fc.property(ids, firsts, fc.array(item, { minLength: 1, maxLength: 12 }), (id, first, items) => {
      const frame = encodeResultsBatch(id, kind, first, items.map((each) => encodeBatchPart(kind, each as never)));
      const message = decodeFrame(frame);
      expect(message).toMatchObject({ kind: 'operationResponse', id });
      const fields = fieldsOf(frame);
      const results = (kind === 'search' ? fields.searchOpResponse?.results : fields.syncOpResponse?.sync?.deltas) ?? [];
      expect(results.map((result) => plain(decodeBatched(kind, result, DEFAULT_CODEC_LIMITS)))).toEqual(items.map((each) => plain(each)));
      expect(responseOutline(frame)).toMatchObject({ id, operation: kind === 'search' ? 10 : 11, sequence: first, hasItem: true, batched: items.length, isBookmark: false });
    }), { numRuns: 60 });
  });

  it.each<[SequencedKind, fc.Arbitrary<unknown>]>([['search', any.connectorObject], ['sync', any.syncDelta]])('%s: taken apart, each is the message a peer without batches is sent', (kind, item) => {
    fc.assert(fc.property(ids, firsts, fc.array(item, { minLength: 1, maxLength: 5 }), (id, first, items) => {
      const frame = encodeResultsBatch(id, kind, first, items.map((each) => encodeBatchPart(kind, each as never)));
      const singles = singleResults(id, fieldsOf(frame));
      expect(singles.map(({ sequence }) => sequence)).toEqual(items.map((_, index) => first + index));
      expect(singles.map((single) => Buffer.from(single.frame).toString('hex')))
        .toEqual(items.map((each, index) => Buffer.from(encodeStreamItem(id, kind, each as never, first + index)).toString('hex')));
    }), { numRuns: 60 });
  });

  it('a bookmark is neither a result nor the end', () => {
    const frame = encodeBookmark(7, 500, 'Y29va2ll');
    expect(responseOutline(frame)).toMatchObject({ id: 7, sequence: 500, hasItem: false, batched: 0, isBookmark: true });
    expect(fieldsOf(frame).searchOpResponse).toMatchObject({ sequence: 500, bookmark: 'Y29va2ll' });
  });

  it('a result as every peer sends it is none of these', () => {
    expect(responseOutline(encodeStreamItem(7, 'search', account(1), 1))).toMatchObject({ batched: 0, isBookmark: false, hasItem: true });
  });
});
