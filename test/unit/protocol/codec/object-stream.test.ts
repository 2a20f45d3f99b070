import { describe, expect, test } from 'vitest';
import {
  DEFAULT_CODEC_LIMITS, apiConfigurationOf, decodeApiConfiguration, decodeAttributes, decodeConnectorObject, decodeFilter, decodeOptions,
  decodeValue, encodeAttributes, encodeFilter, encodeOptions, encodeSchema, encodeValue, facadeKeyOf,
} from '../../../../protocol/codec/index.js';
import {
  Attribute, CaseInsensitiveSet, ClassReference, ConnectorError, DEFAULT_POOL, DEFAULT_RESULTS_HANDLER, GuardedString, IcfArray, IcfByte,
  IcfFile, IcfObject, Locale, Name, OperationOptions, Uid, type ApiConfiguration, type Filter, type IcfValue,
} from '../../../../protocol/model/index.js';
import { failure } from './failure.js';
import { hex, plain } from './plain.js';
import { anonymous, i32, named, nothing, object, stream, text } from './raw-stream.js';

describe('streams that are not well-formed', () => {
  const string = object(0, anonymous(text('a')));
  test.each<[string, Uint8Array, string]>([
    ['empty', Buffer.alloc(0), 'has no header'],
    ['another magic number', Buffer.concat([i32(0xfafc), i32(2), i32(0), nothing]), 'magic number'],
    ['another version', Buffer.concat([i32(0xfafb), i32(1), i32(0), nothing]), 'version 1 is unknown'],
    ['no pool', Buffer.concat([i32(0xfafb), i32(2)]), 'ends within its constant pool'],
    ['a pool count beyond the input', Buffer.concat([i32(0xfafb), i32(2), i32(0x7fffffff), nothing]), 'constant pool of 2147483647 names'],
    ['a negative pool count', Buffer.concat([i32(0xfafb), i32(2), i32(-1), nothing]), 'constant pool of -1 names'],
    ['a pool name beyond the input', Buffer.concat([i32(0xfafb), i32(2), i32(1), i32(0x7ffffff0), i32(0), nothing]), 'name of 2147483632 bytes'],
    ['a pool with a code out of range', Buffer.concat([i32(0xfafb), i32(2), i32(1), text('String'), i32(7), string]), 'the code 7 among 1 names'],
    ['a pool with a code twice', Buffer.concat([i32(0xfafb), i32(2), i32(2), text('String'), i32(0), text('x'), i32(0), string]), 'no name with the code 1'],
    ['no object', stream(['String']), '1 bytes expected where 0 are left'],
    ['an unknown object type', stream(['String'], Buffer.from([0x3f])), '63 is no type of an object'],
    ['an unknown type name', stream(['Widget'], object(0)), 'type "Widget" cannot be read'],
    ['a code that is not in the pool', stream(['String'], object(4)), 'code 4 is not in the constant pool'],
    ['a negative code', stream(['String'], object(-1)), 'code -1 is not in the constant pool'],
    ['an unknown field type', stream(['String'], Buffer.from([0x3d, 0, 0, 0, 0, 0x49])), '73 is no type of a field'],
    ['a field beyond the input', stream(['List'], Buffer.from([0x3d, 0, 0, 0, 0, 0x46, 0x7f, 0xff, 0xff, 0xff])), 'field of 2147483647 bytes'],
    ['a negative field length', stream(['List'], Buffer.from([0x3d, 0, 0, 0, 0, 0x46, 0xff, 0xff, 0xff, 0xff])), 'field of -1 bytes'],
    ['a text beyond its field', stream(['String'], object(0, anonymous(Buffer.concat([i32(900), Buffer.from('a')])))), '900 bytes expected where 1 are left'],
    ['a text of negative length', stream(['String'], object(0, anonymous(i32(-4)))), 'text of -4 bytes'],
    ['a text shorter than its field', stream(['String'], object(0, anonymous(Buffer.concat([text('a'), Buffer.from('b')])))), '1 bytes too many'],
    ['a string without content', stream(['String'], object(0)), 'String has no content'],
    ['no end of the object', stream(['String'], string.subarray(0, -1)), '1 bytes expected where 0 are left'],
    ['bytes after the object', stream(['String'], string, Buffer.from([0])), '1 bytes follow the object'],
    ['half an integer', stream(['Integer'], object(0, anonymous(Buffer.from([1, 2])))), '4 bytes expected where 2 are left'],
    ['a BigInteger that is no number', stream(['BigInteger'], object(0, anonymous(text('12a')))), 'other characters than digits'],
    ['a BigInteger of too many digits', stream(['BigInteger'], object(0, anonymous(text('1'.repeat(10_001))))), 'number of 10001 digits'],
    ['a BigDecimal of an absurd scale', stream(['BigDecimal', 'unscaled', 'scale'], object(0, named(1, text('1')), named(2, i32(0x7fffffff)))), 'scale 2147483647'],
    ['a Character of two', stream(['Character'], object(0, anonymous(text('xy')))), 'Character of 2 characters'],
    ['a class of an unknown name', stream(['Class', 'Widget'], object(0, anonymous(Buffer.concat([Buffer.from([0x3d]), i32(1)])))), 'type "Widget" is unknown'],
    ['a map entry without value', stream(['Map', 'MapEntry'], object(0, anonymous(object(1, anonymous(nothing))))), 'lacks its key or its value'],
    ['a map entry of another type', stream(['Map', 'List'], object(0, anonymous(object(1)))), 'MapEntry expected where "List" was found'],
    ['a guarded string of random bytes', stream(['GuardedString'], object(0, anonymous(Buffer.concat([i32(16), Buffer.alloc(16, 7)])))), 'cannot be decrypted'],
    ['a guarded string of half a block', stream(['GuardedString'], object(0, anonymous(Buffer.concat([i32(5), Buffer.alloc(5)])))), 'cannot be decrypted'],
    ['a class reference only operations have', stream(['CreateApiOp'], object(0)), 'type "CreateApiOp" cannot be read'],
  ])('%s is refused', (_, bytes, message) => {
    const error = failure(() => decodeValue(bytes));
    expect(error.kind).toBe('connector');
    expect(error.message).toContain(message);
  });

  test('a name of a type is cut in the message', () => {
    expect(failure(() => decodeValue(stream(['W'.repeat(5000)], object(0)))).message.length).toBeLessThan(200);
  });

  test('named fields nobody asks for are skipped, and codes need no order', () => {
    const pool = [text('uid'), i32(2), text('news'), i32(1), text('Uid'), i32(0)];
    const bytes = Buffer.concat([i32(0xfafb), i32(2), i32(3), ...pool, object(0, named(1, Buffer.from('any bytes')), named(2, text('7')), anonymous(Buffer.from('x')))]);
    expect(plain(decodeValue(bytes))).toEqual(plain(new Uid('7')));
  });

  test('missing fields take the defaults of the specification', () => {
    const pool = decodeValue(stream(['ObjectPoolConfiguration'], object(0)));
    expect(pool).toEqual(new IcfObject('ObjectPoolConfiguration', DEFAULT_POOL));
    const handler = decodeValue(stream(['ResultsHandlerConfiguration'], object(0)));
    expect(handler).toEqual(new IcfObject('ResultsHandlerConfiguration', DEFAULT_RESULTS_HANDLER));
    expect(decodeValue(stream(['SortKey', 'field'], object(0, named(1, text('cn')))))).toMatchObject({ field: 'cn', isAscending: true });
  });

  test('an APIConfiguration lacks no required part', () => {
    expect(() => decodeApiConfiguration(stream(['APIConfiguration'], object(0)))).toThrow('the properties of an APIConfiguration is null');
  });
});

describe('limits', () => {
  function nestedLists(levels: number): Buffer {
    let body = object(0);
    for (let i = 1; i < levels; i++) body = object(0, anonymous(body));
    return stream(['List'], body);
  }

  test('64 levels are read, 65 are refused, however many there are', () => {
    expect(decodeValue(nestedLists(64))).toBeInstanceOf(Array);
    for (const levels of [65, 3000]) expect(() => decodeValue(nestedLists(levels))).toThrow('more than 64 levels');
  });

  test('an array type of too many dimensions is refused', () => {
    const bytes = stream(['String'], Buffer.alloc(5000, 0x3e));
    expect(() => decodeValue(bytes)).toThrow('too many dimensions');
  });

  test('elements and names are counted', () => {
    const bytes = encodeValue(['a', 'b', 'c', 'd']);
    expect(() => decodeValue(bytes, { ...DEFAULT_CODEC_LIMITS, maxElements: 3 })).toThrow('more than 3 elements');
    expect(() => decodeValue(bytes, { ...DEFAULT_CODEC_LIMITS, maxPoolNames: 1 })).toThrow('larger than the 1 accepted');
  });

  test('what is nested too deeply, or in itself, is not written', () => {
    const cycle: IcfValue[] = [];
    cycle.push(cycle);
    expect(failure(() => encodeValue(cycle)).kind).toBe('illegalArgument');
    let filter: Filter = { kind: 'presence', name: 'a' };
    for (let i = 0; i < 100_000; i++) filter = { kind: 'not', operand: filter };
    expect(failure(() => encodeFilter(filter)).message).toContain('nested more than 64');
  });

  test('declared lengths allocate nothing', () => {
    const before = process.memoryUsage().arrayBuffers;
    const huge = stream(['ByteArray'], object(0, anonymous(Buffer.concat([i32(0x7ffffff0), Buffer.alloc(8)]))));
    for (let i = 0; i < 50; i++) expect(() => decodeValue(huge)).toThrow('are left');
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(16 * 1024 * 1024);
  });
});

describe('attributes', () => {
  test('a plain attribute named __UID__ or __NAME__ becomes one', () => {
    const names = ['Set', 'Attribute', 'name', 'Values', 'List', 'String'];
    const plainAttribute = (name: string, value: string): Buffer =>
      anonymous(object(1, named(2, text(name)), named(3, object(4, anonymous(object(5, anonymous(text(value))))))));
    const decoded = decodeAttributes(stream(names, object(0, plainAttribute('__UID__', '7'), plainAttribute('__NAME__', 'bob'))));
    expect(plain(decoded)).toEqual(plain([new Uid('7'), new Name('bob')]));
    expect(hex(encodeAttributes([Attribute.of('__UID__', '7'), Attribute.of('__NAME__', 'bob')]))).toBe(hex(encodeAttributes([new Uid('7'), new Name('bob')])));
  });

  test.each<[string, Attribute]>([
    ['no value list', new Attribute('__PASSWORD__', null)],
    ['no value', new Attribute('__PASSWORD__', [])],
    ['a text', Attribute.of('__PASSWORD__', 'Passw0rd')],
    ['two values', Attribute.of('__CURRENT_PASSWORD__', new GuardedString('a'), new GuardedString('b'))],
  ])('a password with %s is refused', (_, attribute) => {
    const error = failure(() => encodeAttributes([attribute]));
    expect(error.kind).toBe('illegalArgument');
    expect(error.message).toMatch(/exactly one GuardedString/);
    expect(error.message).not.toContain('Passw0rd');
  });

  test('a received password that is no GuardedString is refused', () => {
    const bytes = stream(['Set', 'Attribute', 'name', 'Values', 'List', 'String'],
      object(0, anonymous(object(1, named(2, text('__PASSWORD__')), named(3, object(4, anonymous(object(5, anonymous(text('x'))))))))));
    expect(() => decodeAttributes(bytes)).toThrow('exactly one GuardedString');
  });

  test.each<[string, IcfValue]>([
    ['a list', ['a']], ['a file', new IcfFile('/tmp')], ['a locale', new Locale('en')], ['an array', new IcfArray('String', [])],
    ['a class', new ClassReference('String')], ['a map with other keys', new Map([[1, 'x']])], ['a map with a locale', new Map([['a', new Locale('en')]])],
  ])('%s is no value of an attribute', (_, value) => {
    expect(failure(() => encodeAttributes([new Attribute('x', [value])])).kind).toBe('illegalArgument');
  });

  test('blank names and uids are refused', () => {
    const blank = (names: string[], ...fields: Buffer[]): ConnectorError => failure(() => decodeValue(stream(names, object(0, ...fields))));
    expect(blank(['Attribute', 'name'], named(1, text(' '))).kind).toBe('illegalArgument');
    expect(blank(['Attribute']).message).toContain('must not be blank');
    expect(blank(['Uid', 'uid'], named(1, text(''))).kind).toBe('illegalArgument');
    expect(blank(['ObjectClass', 'type'], named(1, text(''))).kind).toBe('illegalArgument');
    expect(blank(['Name']).message).toContain('no value');
  });

  test('a connector object without uid or name, or of every class, is refused', () => {
    const names = ['ConnectorObject', 'ObjectClass', 'type', 'Attributes', 'Set', 'Name', 'Uid', 'uid'];
    const connectorObject = (type: string, ...attributes: Buffer[]): Buffer =>
      stream(names, object(0, named(1, object(1, named(2, text(type)))), named(3, object(4, ...attributes))));
    const name = anonymous(object(5, anonymous(text('bob'))));
    const uid = anonymous(object(6, named(7, text('1'))));
    expect(decodeConnectorObject(connectorObject('__ACCOUNT__', name, uid)).name.value).toBe('bob');
    for (const bytes of [connectorObject('__ACCOUNT__', name), connectorObject('__ACCOUNT__', uid), connectorObject('__ALL__', name, uid)]) {
      expect(failure(() => decodeConnectorObject(bytes)).kind).toBe('illegalArgument');
    }
  });
});

describe('filters', () => {
  const presence = (name: string): Filter => ({ kind: 'presence', name });

  test('n operands are nested to the right', () => {
    const [a, b, c] = [presence('a'), presence('b'), presence('c')] as const;
    const nested: Filter = { kind: 'or', operands: [a, { kind: 'or', operands: [b, c] }] };
    expect(hex(encodeFilter({ kind: 'or', operands: [a, b, c] }))).toBe(hex(encodeFilter(nested)));
    expect(decodeFilter(encodeFilter(nested))).toEqual({ kind: 'or', operands: [a, b, c] });
    const left: Filter = { kind: 'or', operands: [{ kind: 'or', operands: [a, b] }, c] };
    expect(decodeFilter(encodeFilter(left))).toEqual(left);
    const mixed: Filter = { kind: 'and', operands: [a, { kind: 'or', operands: [b, c] }] };
    expect(decodeFilter(encodeFilter(mixed))).toEqual(mixed);
  });

  test('a chain of 20000 operands needs neither depth nor stack', () => {
    const operands = Array.from({ length: 20_000 }, (_, i) => presence(`a${i}`));
    expect(decodeFilter(encodeFilter({ kind: 'or', operands }))).toEqual({ kind: 'or', operands });
  });

  test('one operand stands for itself, none is refused', () => {
    expect(decodeFilter(encodeFilter({ kind: 'and', operands: [presence('a')] }))).toEqual(presence('a'));
    expect(failure(() => encodeFilter({ kind: 'and', operands: [] })).kind).toBe('illegalArgument');
    expect(() => decodeFilter(stream(['AndFilter'], object(0)))).toThrow('fewer than two operands');
  });

  test.each<[string, Filter]>([
    ['text filter on a number', { kind: 'contains', attribute: Attribute.of('a', 1) }],
    ['text filter on two values', { kind: 'startsWith', attribute: Attribute.of('a', 'x', 'y') }],
    ['order filter without a value', { kind: 'lessThan', attribute: new Attribute('a', null) }],
    ['text filter on the uid', { kind: 'endsWith', attribute: new Uid('1') }],
    ['order filter on the uid', { kind: 'greaterThan', attribute: new Uid('1') }],
  ])('a %s is refused', (_, filter) => {
    expect(failure(() => encodeFilter(filter)).kind).toBe('illegalArgument');
  });

  test('a received filter is held to the same rules', () => {
    const bytes = stream(['ContainsFilter', 'attribute', 'Uid', 'uid'], object(0, named(1, object(2, named(3, text('1'))))));
    expect(failure(() => decodeFilter(bytes)).message).toContain('__UID__');
    expect(() => decodeFilter(stream(['EqualsFilter'], object(0)))).toThrow('attribute of a filter is null');
    expect(() => decodeFilter(stream(['PresenceFilter'], object(0)))).toThrow('needs the name');
  });
});

describe('options', () => {
  test.each<[string, IcfValue]>([
    ['a list', ['a']], ['a set', new Set(['a'])], ['bytes', Uint8Array.of(1)], ['a byte', new IcfByte(1)], ['a map', new Map()],
    ['an array of bytes', new IcfArray('ByteArray', [])], ['a locale', new Locale('en')], ['a plain attribute', Attribute.of('a', 'b')],
  ])('%s is refused when written and when read', (_, value) => {
    const error = failure(() => encodeOptions(OperationOptions.of({ x: value })));
    expect(error.kind).toBe('illegalArgument');
    expect(error.message).toContain('"x"');
    // The same map without the check, as a peer might send it.
    const map = encodeValue(new Map([['x', value]]));
    const wrapped = rewrap(map);
    expect(failure(() => decodeOptions(wrapped)).kind).toBe('illegalArgument');
  });

  /** Puts a stream's object into OperationOptions.options, with a pool that keeps the codes. */
  function rewrap(map: Uint8Array): Buffer {
    const names: string[] = [];
    const buffer = Buffer.from(map);
    let position = 12;
    for (let i = 0; i < buffer.readInt32BE(8); i++) {
      const length = buffer.readInt32BE(position);
      names.push(buffer.toString('utf8', position + 4, position + 4 + length));
      position += 8 + length;
    }
    const code = names.length;
    return stream([...names, 'OperationOptions', 'options'], object(code, named(code + 1, buffer.subarray(position))));
  }

  test('a map with other keys than texts is refused', () => {
    expect(failure(() => decodeOptions(rewrap(encodeValue(new Map([[1, 'x']]))))).kind).toBe('illegalArgument');
  });
});

describe('values that have no form in the stream', () => {
  test.each<[string, unknown]>([
    ['a fraction', 1.5], ['an integer beyond 32 bits', 2 ** 31], ['NaN', Number.NaN], ['a long beyond 64 bits', 2n ** 63n], ['undefined', undefined],
    ['a date', new Date()], ['a plain object', { a: 1 }], ['a function', () => 1], ['an unknown class', new ClassReference('Widget')],
    ['an array of an unknown class', new IcfArray('Widget', [])], ['a symbol', Symbol('x')], ['a list with a date', [new Date()]],
  ])('%s', (_, value) => {
    expect(failure(() => encodeValue(value as IcfValue)).kind).toBe('illegalArgument');
  });

  test('byte[] is the scalar type, byte[][] an array of it', () => {
    expect(decodeValue(encodeValue(new ClassReference('byte[]')))).toEqual(new ClassReference('ByteArray'));
    expect(decodeValue(encodeValue(new ClassReference('byte[][]')))).toEqual(new ClassReference('ByteArray[]'));
    expect(encodeValue(new ClassReference('byte[][]'))).toEqual(encodeValue(new ClassReference('ByteArray[]')));
  });

  test('a Buffer is a byte array', () => {
    expect(encodeValue(Buffer.from([1, 2]))).toEqual(encodeValue(Uint8Array.of(1, 2)));
  });

  test('case-insensitive collections keep their mark', () => {
    const bytes = encodeValue(new CaseInsensitiveSet(['a']));
    expect(Buffer.from(bytes).includes('caseInsensitive')).toBe(true);
    expect(decodeValue(bytes)).toBeInstanceOf(CaseInsensitiveSet);
    expect(decodeValue(encodeValue(new Set(['a'])))).not.toBeInstanceOf(CaseInsensitiveSet);
  });

  test('bytes read do not share memory with the frame they came in', () => {
    const frame = Buffer.from(encodeValue(Uint8Array.of(1, 2, 3)));
    const value = decodeValue(frame) as Uint8Array;
    frame.fill(0);
    expect([...value]).toEqual([1, 2, 3]);
  });

  test('an encoded stream is not overwritten by the next', () => {
    const first = encodeValue('first');
    const copy = hex(first);
    encodeValue('second, and longer');
    expect(hex(first)).toBe(copy);
    expect(() => encodeValue(new Date() as unknown as IcfValue)).toThrow();
    expect(hex(encodeValue('first'))).toBe(copy);
  });
});

describe('facade keys', () => {
  const configuration: ApiConfiguration = {
    producerBufferSize: 100, connectorPoolingSupported: true, pool: DEFAULT_POOL, resultsHandler: DEFAULT_RESULTS_HANDLER,
    properties: [], timeouts: new Map([['SearchApiOp', 5000]]), supportedOperations: new Set(['SearchApiOp']),
  };

  test('an empty one is the end of a file, as in Java', () => {
    const error = failure(() => apiConfigurationOf(''));
    expect([error.javaClass, error.message]).toEqual(['org.identityconnectors.framework.common.exceptions.ConnectorException', 'java.io.EOFException']);
  });

  test.each(['AAD', 'AAAA\n', 'AA*A', '====', 'AAA=AAAA', 'äöüß'])('%j is not Base64', (key) => {
    const error = failure(() => apiConfigurationOf(key));
    expect(error.message).toBe('Data is not Base64 encoded.');
  });

  test('the class of that failure is the one Java has', () => {
    expect(failure(() => apiConfigurationOf('A')).javaClass).toBe('java.lang.RuntimeException');
  });

  test('Base64 of something else is refused without quoting it', () => {
    const error = failure(() => apiConfigurationOf(Buffer.from('secretsecret').toString('base64')));
    expect(error.message).not.toContain('secret');
  });

  test('a property of a type no property can have is refused', () => {
    const property = {
      order: 1, confidential: false, required: false, name: 'p', helpMessageKey: null, displayMessageKey: null, groupMessageKey: null,
      value: null, operations: [],
    };
    for (const type of ['ByteArray', 'Locale', 'Widget', 'Map']) {
      expect(failure(() => facadeKeyOf({ ...configuration, properties: [{ ...property, type }] })).message).toContain(`"${type}"`);
    }
    expect(facadeKeyOf({ ...configuration, properties: [{ ...property, type: 'String[][]' }] })).not.toBe('');
  });

  test.each<[string, IcfValue]>([
    ['long', 1], ['int', 1n], ['String', new IcfArray('String', [])], ['String[]', ['a']], ['String[]', new IcfArray('int', [])], ['String[]', new IcfArray('String', [1])],
    ['GuardedString', 'Passw0rd'], ['File', '/tmp'], ['boolean', 'true'],
  ])('a value that is not of the type %s is refused without being quoted', (type, value) => {
    const property = { order: 1, confidential: true, required: false, name: 'p', helpMessageKey: null, displayMessageKey: null, groupMessageKey: null, operations: [], type, value };
    const error = failure(() => facadeKeyOf({ ...configuration, properties: [property] }));
    expect([error.kind, error.message]).toEqual(['illegalArgument', `The value of configuration property "p" is not of its type, ${type}.`]);
  });

  test('a schema with an unknown type names it', () => {
    const schema = { objectClasses: [], operationOptions: [{ name: 'x', type: 'Widget' }], objectClassesByOperation: new Map(), optionsByOperation: new Map() };
    expect(() => encodeSchema(schema)).toThrow('"Widget" is no ICF type');
  });

  test('an attribute of maps is described byte for byte as the Java framework 2.0.1 writes it', () => {
    const written = '0000fafb00000002000000060000000d417474726962757465496e666f00000000000000046e616d6500000001000000047479706500000002000000034d61700000000300000011417474726962757465496e666f466c6167'
      + '000000040000000576616c7565000000053d000000004700000001000000120000000e524553504f4e534942494c4954594700000002000000053d00000003460000001e3d0000000447000000050000000f0000000b4d554c544956414c5545444848';
    const info = new IcfObject('AttributeInfo', { name: 'RESPONSIBILITY', type: 'Map', flags: ['MULTIVALUED'] });
    expect(hex(encodeValue(info))).toBe(written);
    expect(plain(decodeValue(Buffer.from(written, 'hex')))).toEqual(plain(info));
  });
});
