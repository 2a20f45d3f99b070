import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import * as codec from '../../../../protocol/codec/index.js';
import { decodeFrame } from '../../../../protocol/frame.js';
import { ConnectorError, type OperationKind } from '../../../../protocol/model/index.js';
import * as any from './arbitraries.js';
import { bytes, vectors } from './plain.js';

const RUNS = { numRuns: 1500 };
/** Microseconds of this process; far above what any of these inputs needs, far below a hang. */
const PATIENCE = 1_000_000;

const streamDecoders: readonly ((stream: Uint8Array) => unknown)[] = [
  codec.decodeValue, codec.decodeAttributes, codec.decodeConnectorObject, codec.decodeFilter, codec.decodeOptions, codec.decodeSchema,
  codec.decodeConnectorInfos, codec.decodeApiConfiguration, codec.decodeConfigurationProperties, codec.decodeScriptArguments,
];

const kinds: readonly OperationKind[] = ['search', 'sync', 'get', 'schema', 'create', 'batch', 'latestSyncToken', 'scriptOnConnector', 'subscribeToObjects', 'subscribeToChanges'];

function attempt(action: () => unknown): void {
  const start = process.cpuUsage();
  try {
    action();
  } catch (error) {
    if (!(error instanceof ConnectorError)) throw error;
    // A message goes to a peer and to the log.
    expect(error.message.length).toBeLessThan(400);
  }
  const { user, system } = process.cpuUsage(start);
  expect(user + system).toBeLessThan(PATIENCE);
}

function decodeEverything(frame: Uint8Array): void {
  attempt(() => {
    const message = decodeFrame(frame);
    if (message.kind === 'operationRequest') attempt(() => codec.decodeOperation(message.operation));
    if (message.kind === 'operationResponse') for (const kind of kinds) attempt(() => codec.decodeResponse(kind, message.response));
    if (message.kind === 'error') codec.connectorErrorOf(message);
  });
}

/** One way to damage bytes. */
type Damage = (input: Uint8Array) => Uint8Array;
const position = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
const damage: fc.Arbitrary<Damage> = fc.oneof(
  position.map((at): Damage => (input) => input.slice(0, Math.floor(at * input.length))),
  fc.tuple(position, fc.nat(7)).map(([at, bit]): Damage => (input) => {
    const copy = Uint8Array.from(input);
    copy[Math.floor(at * copy.length)]! ^= 1 << bit;
    return copy;
  }),
  // Inflated or negative lengths, counts and codes.
  fc.tuple(position, fc.constantFrom(0x7fffffff, -1, 0x7ffffff0, 0x10000, 0)).map(([at, value]): Damage => (input) => {
    const copy = Buffer.from(input);
    if (copy.length >= 4) copy.writeInt32BE(value, Math.floor(at * (copy.length - 3)));
    return copy;
  }),
  fc.tuple(position, fc.uint8Array({ maxLength: 8 })).map(([at, extra]): Damage => (input) => {
    const cut = Math.floor(at * input.length);
    return Buffer.concat([input.slice(0, cut), extra, input.slice(cut)]);
  }),
  fc.tuple(position, position).map(([from, to]): Damage => (input) => {
    const [start, end] = [Math.floor(from * input.length), Math.floor(to * input.length)];
    return Buffer.concat([input.slice(0, start), input.slice(end)]);
  }),
);
const damages = fc.array(damage, { minLength: 1, maxLength: 3 });
const damaged = (input: Uint8Array, how: readonly Damage[]): Uint8Array => how.reduce((current, next) => next(current), input);

describe('whatever the bytes are, only a ConnectorError is thrown', () => {
  test('damaged object streams', () => {
    const valid = fc.oneof(
      any.anyValue.map(codec.encodeValue), any.attributes.map(codec.encodeAttributes), any.filter.map(codec.encodeFilter), any.schema.map(codec.encodeSchema),
      fc.constantFrom(...vectors.objectStreams.map(({ hex }) => bytes(hex)), bytes(vectors.connectorList)),
    );
    fc.assert(fc.property(valid, damages, (input, how) => {
      const broken = damaged(input, how);
      for (const decode of streamDecoders) attempt(() => decode(broken));
    }), RUNS);
  });

  test('random bytes behind a valid header', () => {
    const header = bytes('0000fafb00000002');
    const likely = fc.array(fc.oneof(fc.constantFrom(0x3c, 0x3d, 0x3e, 0x46, 0x47, 0x48, 0, 1, 2), fc.nat(255)), { maxLength: 200 }).map((list) => Uint8Array.from(list));
    fc.assert(fc.property(likely, (input) => {
      for (const decode of streamDecoders) attempt(() => decode(Buffer.concat([header, input])));
    }), RUNS);
  });

  test('every prefix of every vector', () => {
    for (const { hex } of vectors.objectStreams) {
      const stream = bytes(hex);
      for (let length = 0; length < stream.length; length++) expect(() => codec.decodeValue(stream.subarray(0, length))).toThrow(ConnectorError);
    }
  });

  test('damaged frames', () => {
    const valid = fc.oneof(
      fc.constantFrom(...vectors.frames.map(({ hex }) => bytes(hex))),
      any.anyOperation.map((operation) => codec.encodeOperationRequest({ id: 1, connectorKey: { bundleName: 'b', bundleVersion: '1', connectorName: 'c' }, facadeKey: 'AAAA', operation })),
      any.connectorObject.map((object) => codec.encodeStreamItem(1, 'search', object, 1)),
      any.syncDelta.map((delta) => codec.encodeStreamItem(1, 'sync', delta, 1)),
    );
    fc.assert(fc.property(valid, damages, (input, how) => decodeEverything(damaged(input, how))), RUNS);
  });

  test('random frames', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), decodeEverything), RUNS);
  });

  test('random and damaged facade keys', () => {
    const key = fc.oneof(fc.string(), fc.base64String(), fc.tuple(any.apiConfiguration, damages).map(([configuration, how]) =>
      Buffer.from(damaged(codec.encodeApiConfiguration(configuration), how)).toString('base64')));
    fc.assert(fc.property(key, (text) => attempt(() => codec.apiConfigurationOf(text))), RUNS);
  });
});
