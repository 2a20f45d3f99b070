import fc from 'fast-check';
import * as codec from '../../../protocol/codec/index.js';
import { ConnectorError } from '../../../protocol/model/index.js';
import * as any from '../../unit/protocol/codec/arbitraries.js';
import { check, refusable, type FuzzTarget } from '../engine/target.js';
import { OBJECT_STREAMS } from './vectors.js';

interface Codec { decode(bytes: Uint8Array): unknown; encode(value: never): Uint8Array }

const CODECS: readonly Codec[] = [
  { decode: codec.decodeValue, encode: codec.encodeValue },
  { decode: codec.decodeAttributes, encode: codec.encodeAttributes },
  { decode: codec.decodeConnectorObject, encode: codec.encodeConnectorObject },
  { decode: codec.decodeFilter, encode: codec.encodeFilter },
  { decode: codec.decodeOptions, encode: codec.encodeOptions },
  { decode: codec.decodeSchema, encode: codec.encodeSchema },
  { decode: codec.decodeConnectorInfos, encode: codec.encodeConnectorInfos },
  { decode: codec.decodeApiConfiguration, encode: codec.encodeApiConfiguration },
  { decode: codec.decodeConfigurationProperties, encode: codec.encodeConfigurationProperties },
  { decode: codec.decodeScriptArguments, encode: codec.encodeScriptArguments },
];

const wellFormed = fc.oneof(
  any.anyValue.map(codec.encodeValue), any.attributes.map(codec.encodeAttributes), any.connectorObject.map(codec.encodeConnectorObject), any.filter.map(codec.encodeFilter),
  any.options.map(codec.encodeOptions), any.schema.map(codec.encodeSchema), any.apiConfiguration.map(codec.encodeApiConfiguration),
);

/**
 * A stream is refused with a ConnectorError or decoded by any of the decoders; what was decoded and can be encoded is the
 * same after it was written and read, and written the same again.
 */
export const target: FuzzTarget = {
  name: 'object-streams',
  seeds: () => [...OBJECT_STREAMS, ...fc.sample(wellFormed, { numRuns: 200, seed: 1 }).map((stream) => Uint8Array.from(stream))],
  generate: (random) => Uint8Array.from(fc.sample(wellFormed, { numRuns: 1, seed: random.uint32() | 0 })[0] ?? []),
  run(input) {
    for (const { decode, encode } of CODECS) {
      const value = refusable(() => decode(input), ConnectorError);
      if (value === undefined) continue;
      const written = refusable(() => encode(value as never), ConnectorError);
      if (written === undefined) continue;                 // Java reads what it would not write
      const again = encode(decode(written) as never);
      check(Buffer.compare(written, again) === 0, 'a value is another one after it was written and read');
    }
  },
};
