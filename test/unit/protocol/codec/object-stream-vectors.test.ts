import { describe, expect, test } from 'vitest';
import {
  apiConfigurationOf, decodeAttributes, decodeConfigurationProperties, decodeConnectorInfos, decodeFilter, decodeOptions, decodeValue,
  encodeConnectorInfos, encodeFilter, encodeOptions, encodeValue, facadeKeyOf,
} from '../../../../protocol/codec/index.js';
import {
  Attribute, ClassReference, GuardedString, IcfArray, IcfBigDecimal, IcfBigInteger, IcfCharacter, IcfFloat, IcfObject, Locale, Name,
  ObjectClassReference, OperationOptions, SortKey, Uid, type ApiConfiguration, type ConfigurationProperty, type Filter, type IcfValue,
} from '../../../../protocol/model/index.js';
import { bytes, hex, plain, vectors } from './plain.js';

const host: ConfigurationProperty = {
  order: 1, confidential: false, required: true, name: 'host', helpMessageKey: 'host.help', displayMessageKey: 'host.display',
  groupMessageKey: 'host.group', type: 'String', value: 'localhost', operations: [],
};
const configuration: ApiConfiguration = {
  producerBufferSize: 100,
  connectorPoolingSupported: false,
  pool: { maxObjects: 10, maxIdle: 10, maxWait: 150_000n, minEvictableIdleTimeMillis: 120_000n, minIdle: 1 },
  resultsHandler: {
    enableNormalizingResultsHandler: true, enableFilteredResultsHandler: true, enableCaseInsensitiveFilter: false,
    enableAttributesToGetSearchResultsHandler: true,
  },
  properties: [host],
  timeouts: new Map(),
  supportedOperations: new Set(['SearchApiOp'] as const),
};
const and: Filter = { kind: 'and', operands: [{ kind: 'startsWith', attribute: Attribute.of('a', 'b') }, { kind: 'presence', name: 'c' }] };
const not: Filter = { kind: 'not', operand: { kind: 'greaterThan', attribute: Attribute.of('n', 5) } };
const byName: Filter = { kind: 'equals', attribute: new Name('bob') };
const sorted = OperationOptions.of({ SORT_KEYS: new IcfArray('SortKey', [new SortKey('cn', false)]) });

/** What each vector means, by its title in the specification. */
const expected: Readonly<Record<string, IcfValue>> = {
  'null': null,
  'String:abc': 'abc',
  'Integer:1': 1,
  'Long:1': 1n,
  'Boolean:true': true,
  'Float:0.1': new IcfFloat(0.1),
  'Character:x': new IcfCharacter('x'),
  'ByteArray:010203': Uint8Array.of(1, 2, 3),
  'BigDecimal:123.45': new IcfBigDecimal(12345n, 2),
  'BigInteger:12345678901234567890': new IcfBigInteger(12345678901234567890n),
  'Locale:en_US': new Locale('en', 'US'),
  'Class:String[]': new ClassReference('String[]'),
  'Class:CreateApiOp': new ClassReference('CreateApiOp'),
  'String[]:a,b': new IcfArray('String', ['a', 'b']),
  'int[]:1,2': new IcfArray('int', [1, 2]),
  'List:empty': [],
  'List:a,1,null': ['a', 1, null],
  'Set:empty': new Set(),
  'Map:empty': new Map(),
  'Map:k=v,n=null': new Map([['k', 'v'], ['n', null]]),
  'GuardedString:Passw0rd': new GuardedString('Passw0rd'),
  'Uid:1': new Uid('1'),
  'Uid:1/2': new Uid('1', '2'),
  'Name:bob': new Name('bob'),
  'ObjectClass:__ACCOUNT__': new ObjectClassReference('__ACCOUNT__'),
  'Attribute:mail=[a]': new Attribute('mail', ['a']),
  'Attribute:mail=null': new Attribute('mail', null),
  'Attribute:mail=[]': new Attribute('mail', []),
  'Attribute:mail=[null]': new Attribute('mail', [null]),
  'OperationOptions:empty': new IcfObject('OperationOptions', OperationOptions.none),
  'OperationOptions:PAGE_SIZE': new IcfObject('OperationOptions', OperationOptions.of({ PAGE_SIZE: 10 })),
  'OperationOptions:SORT': new IcfObject('OperationOptions', sorted),
  'Equals:Name': new IcfObject('Filter', byName),
  'And': new IcfObject('Filter', and),
  'Not': new IcfObject('Filter', not),
  'AttributeInfo': new IcfObject('AttributeInfo', { name: 'mail', type: 'String', flags: ['MULTIVALUED'] }),
  'OperationOptionInfo': new IcfObject('OperationOptionInfo', { name: 'x', type: 'String[]' }),
  'ConfigurationProperty': new IcfObject('ConfigurationProperty', host),
};

const streamOf = (title: string): Buffer => bytes(vectors.objectStreams.find((vector) => vector.title === title)!.hex);

describe('object streams of the specification', () => {
  test('every vector has an expected value', () => {
    expect(vectors.objectStreams.map(({ title }) => title).sort()).toEqual(Object.keys(expected).sort());
    expect(vectors.objectStreams).toHaveLength(38);
  });

  test.each(vectors.objectStreams)('$title decodes to its value', ({ title, hex: stream }) => {
    expect(plain(decodeValue(bytes(stream)))).toEqual(plain(expected[title]));
  });

  test.each(vectors.objectStreams)('$title is encoded byte for byte', ({ title, hex: stream }) => {
    expect(hex(encodeValue(expected[title] ?? null))).toBe(stream);
  });

  test.each([['Equals:Name', byName], ['And', and], ['Not', not]] as const)('%s as a filter', (title, filter) => {
    expect(plain(decodeFilter(streamOf(title)))).toEqual(plain(filter));
    expect(hex(encodeFilter(filter))).toBe(hex(streamOf(title)));
  });

  test.each([['OperationOptions:empty', OperationOptions.none], ['OperationOptions:PAGE_SIZE', OperationOptions.of({ PAGE_SIZE: 10 })], ['OperationOptions:SORT', sorted]] as const)(
    '%s as options', (title, options) => {
      expect(plain(decodeOptions(streamOf(title)))).toEqual(plain(options));
      expect(hex(encodeOptions(options))).toBe(hex(streamOf(title)));
    },
  );

  test('the empty string as a guarded string has the ciphertext of the specification', () => {
    expect(hex(encodeValue(new GuardedString('')))).toContain('2c9482cd30af7cf39c1a64a133b8ee7a');
  });
});

describe('configuration of the specification', () => {
  test('the facade key', () => {
    expect(plain(apiConfigurationOf(vectors.facadeKey))).toEqual(plain(configuration));
    expect(facadeKeyOf(configuration)).toBe(vectors.facadeKey);
  });

  test('the connector list', () => {
    const infos = [{
      key: { bundleName: 'b', bundleVersion: '1.0', connectorName: 'c.C' }, displayNameKey: 'dn', categoryKey: null, messages: new Map(),
      defaultConfiguration: configuration,
    }];
    expect(plain(decodeConnectorInfos(bytes(vectors.connectorList)))).toEqual(plain(infos));
    expect(hex(encodeConnectorInfos(infos))).toBe(vectors.connectorList);
  });

  test('a stream of another type is refused where one is expected', () => {
    expect(() => decodeAttributes(streamOf('List:empty'))).toThrow('Set expected where "List" was found');
    expect(() => decodeConfigurationProperties(streamOf('Set:empty'))).toThrow('List expected where "Set" was found');
    expect(() => decodeFilter(streamOf('Uid:1'))).toThrow('Filter expected where "Uid" was found');
    expect(() => decodeOptions(streamOf('String[]:a,b'))).toThrow('OperationOptions expected where "String[]" was found');
    expect(() => decodeOptions(streamOf('null'))).toThrow('OperationOptions is null');
  });
});
