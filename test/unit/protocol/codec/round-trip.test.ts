import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import * as codec from '../../../../protocol/codec/index.js';
import { decodeFrame, encodeMessage } from '../../../../protocol/frame.js';
import type { Message } from '../../../../protocol/message.js';
import { Locale, type OperationKind } from '../../../../protocol/model/index.js';
import * as any from './arbitraries.js';
import { hex, plain } from './plain.js';

const RUNS = { numRuns: 300 };

function roundTrips<T>(arbitrary: fc.Arbitrary<T>, encode: (value: T) => Uint8Array, decode: (bytes: Uint8Array) => T): void {
  fc.assert(fc.property(arbitrary, (value) => {
    const bytes = encode(value);
    const back = decode(bytes);
    expect(plain(back)).toEqual(plain(value));
    expect(hex(encode(back))).toBe(hex(bytes));
  }), RUNS);
}

describe('object streams bring every value back', () => {
  test('any value', () => roundTrips(any.anyValue, codec.encodeValue, codec.decodeValue));
  test('attributes', () => roundTrips(any.attributes, codec.encodeAttributes, codec.decodeAttributes));
  test('connector objects', () => roundTrips(any.connectorObject, codec.encodeConnectorObject, codec.decodeConnectorObject));
  test('filters', () => roundTrips(any.filter, codec.encodeFilter, codec.decodeFilter));
  test('options', () => roundTrips(any.options, codec.encodeOptions, codec.decodeOptions));
  test('schemas', () => roundTrips(any.schema, codec.encodeSchema, codec.decodeSchema));
  test('connector lists', () => roundTrips(fc.array(any.connectorInfo, { maxLength: 3 }), codec.encodeConnectorInfos, codec.decodeConnectorInfos));
  test('property lists', () => roundTrips(fc.array(any.property, { maxLength: 3 }), codec.encodeConfigurationProperties, codec.decodeConfigurationProperties));
  test('facade keys', () => {
    fc.assert(fc.property(any.apiConfiguration, (configuration) => {
      const key = codec.facadeKeyOf(configuration);
      expect(key.length % 4).toBe(0);
      expect(plain(codec.apiConfigurationOf(key))).toEqual(plain(configuration));
    }), RUNS);
  });
});

const id = fc.integer({ min: -Number.MAX_SAFE_INTEGER, max: Number.MAX_SAFE_INTEGER });
const sequence = fc.nat();

function responseOf<K extends OperationKind>(kind: K, frame: Uint8Array): unknown {
  const message = decodeFrame(frame);
  if (message.kind !== 'operationResponse') throw new Error(`${message.kind} is no response`);
  return codec.decodeResponse(kind, message.response);
}

describe('frames bring everything back', () => {
  test('operation requests', () => {
    const locale = fc.tuple(fc.constantFrom('', 'en'), fc.constantFrom('', 'US')).map((parts) => new Locale(...parts));
    fc.assert(fc.property(id, any.anyOperation, any.connectorKey, fc.option(locale, { nil: undefined }), fc.option(any.nonBlank, { nil: undefined }), (messageId, operation, connectorKey, caller, operationId) => {
      const frame = codec.encodeOperationRequest({ id: messageId, connectorKey, facadeKey: 'AAAA', locale: caller, operation, operationId });
      const message = decodeFrame(frame);
      if (message.kind !== 'operationRequest') throw new Error(message.kind);
      expect(plain({ ...message, operation: codec.decodeOperation(message.operation) }))
        .toEqual(plain({ kind: 'operationRequest', id: messageId, connectorKey, facadeKey: 'AAAA', locale: caller, operationId, operation }));
      expect(message.operation.kind).toBe(operation.kind);
      expect(hex(encodeMessage(message))).toBe(hex(frame));
    }), RUNS);
  });

  test('search results', () => fc.assert(fc.property(id, any.connectorObject, sequence, (messageId, item, n) => {
    expect(plain(responseOf('search', codec.encodeStreamItem(messageId, 'search', item, n)))).toEqual(plain({ type: 'item', item, sequence: n, last: false }));
  }), RUNS));

  test('search ends', () => fc.assert(fc.property(id, fc.option(any.searchResult, { nil: undefined }), sequence, (messageId, end, n) => {
    const [frame] = codec.encodeStreamEnd(messageId, 'search', end, n);
    expect(plain(responseOf('search', frame!))).toEqual(plain({ type: 'end', end, sequence: n }));
  }), RUNS));

  test('sync deltas and tokens', () => fc.assert(fc.property(id, any.syncDelta, any.syncToken, sequence, (messageId, item, token, n) => {
    expect(plain(responseOf('sync', codec.encodeStreamItem(messageId, 'sync', item, n)))).toEqual(plain({ type: 'item', item, sequence: n, last: false }));
    expect(plain(responseOf('subscribeToChanges', codec.encodeStreamItem(messageId, 'subscribeToChanges', item, n)))).toEqual(plain({ type: 'item', item, sequence: 0, last: false }));
    expect(plain(responseOf('sync', codec.encodeStreamEnd(messageId, 'sync', token, n)[0]!))).toEqual(plain({ type: 'end', end: token, sequence: n }));
    expect(plain(responseOf('latestSyncToken', codec.encodeSingleResult(messageId, 'latestSyncToken', token)))).toEqual(plain({ type: 'result', result: token }));
  }), RUNS));

  test('batch results', () => fc.assert(fc.property(any.batchItem, any.batchEnd, (item, token) => {
    expect(plain(responseOf('batch', codec.encodeStreamItem(1, 'batch', item, 1)))).toEqual(plain({ type: 'item', item, sequence: 0, last: false }));
    const [first, second] = codec.encodeStreamEnd(1, 'queryBatch', token, 1);
    expect(plain(responseOf('queryBatch', first!))).toEqual(plain({ type: 'batchToken', token }));
    expect(responseOf('queryBatch', second!)).toEqual({ type: 'batchComplete' });
  }), RUNS));

  test('handshakes, control messages, cancels, credits and errors', () => {
    const ids = fc.array(id, { maxLength: 5 });
    const cause = fc.record({ javaClass: any.nonBlank, message: fc.string() });
    const handshake = { id, sessionId: fc.string(), serverType: fc.constantFrom('UNKNOWN' as const, 'JAVA' as const, 'DOTNET' as const), publicKey: fc.option(fc.uint8Array({ minLength: 1 }), { nil: undefined }), features: fc.array(fc.string(), { maxLength: 3 }) };
    const message: fc.Arbitrary<Message> = fc.oneof(
      fc.record({ kind: fc.constant('handshakeRequest' as const), ...handshake }),
      fc.record({ kind: fc.constant('handshakeResponse' as const), ...handshake }),
      fc.record({ kind: fc.constant('controlRequest' as const), id, infoLevels: fc.array(fc.constantFrom('CONNECTOR_INFO' as const, 'CONTEXT_INFO' as const, 'REQUESTS' as const)), localRequestIds: ids, remoteRequestIds: ids }),
      fc.record({ kind: fc.constant('credit' as const), id, credits: fc.integer() }),
      fc.record({ kind: fc.constantFrom('cancel' as const, 'unknownMessage' as const, 'unknownRequest' as const, 'unknownResponse' as const), id }),
      fc.record({ kind: fc.constant('error' as const), id, javaClass: any.nonBlank, message: fc.string(), causes: fc.array(cause, { maxLength: 4 }), stackTrace: fc.string() }),
    );
    fc.assert(fc.property(message, (sent) => {
      expect(plain(decodeFrame(encodeMessage(sent)))).toEqual(plain(sent));
    }), RUNS);
  });
});
