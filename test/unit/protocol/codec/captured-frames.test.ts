import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { decodeOperation, decodeResponse } from '../../../../protocol/codec/index.js';
import { decodeFrame } from '../../../../protocol/frame.js';
import type { ErrorMessage } from '../../../../protocol/message.js';
import {
  GuardedByteArray, GuardedString, IcfArray, IcfBigDecimal, IcfBigInteger, IcfByte, IcfCharacter, IcfDouble, IcfFile, IcfFloat, IcfUri, ObjectClassReference,
  QualifiedUid, Script, SortKey, Uid, type ConnectorObject, type IcfValue, type OperationKind,
} from '../../../../protocol/model/index.js';
import { CapturedFrames } from '../../../interop/captured/captured-frames.js';
import { bytes, plain } from './plain.js';

interface Fixture {
  readonly title: string;
  /** As `labelOf` names it. */
  readonly kind: string;
  /** The operation a response is for. */
  readonly answers?: OperationKind;
  readonly hex: string;
}

/** Frames that Java sent; the file says how they were recorded. The values below are those of the Java programs' source. */
const { frames: fixtures } = JSON.parse(readFileSync(new URL('../../../specifications/captured-frames.json', import.meta.url), 'utf8')) as { frames: Fixture[] };
const fixture = (title: string): Fixture => fixtures.find((each) => each.title === title)!;

function decoded(title: string): unknown {
  const { answers, hex } = fixture(title);
  const message = decodeFrame(bytes(hex));
  if (message.kind === 'operationRequest') return decodeOperation(message.operation);
  return message.kind === 'operationResponse' ? decodeResponse(answers!, message.response) : message;
}

/** Entries by name, in an order of their own. */
const byName = (entries: Iterable<readonly [string, unknown]>): object => Object.fromEntries([...entries].sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, value]) => [name, plain(value)]));

const CUSTOM: Readonly<Record<string, IcfValue>> = {
  text: 'ü', nothing: null, integer: 1, long: 2n, yes: true, double: new IcfDouble(1.5), float: new IcfFloat(0.1), character: new IcfCharacter('x'), uri: new IcfUri('ldap://example.com/dc=x?a'),
  file: new IcfFile('/tmp/a b'), guarded: new GuardedString('secret'), guardedBytes: new GuardedByteArray(Uint8Array.of(0, 1, 255)), objectClass: new ObjectClassReference('__GROUP__'),
  uid: new Uid('u1', 'r1'), script: new Script('echo', 'x'), sortKey: new SortKey('sn', false), texts: new IcfArray('String', ['a', null, '']), none: new IcfArray('String', []),
  ints: new IcfArray('int', [1, 2]), longs: new IcfArray('Long', [1n, null]),
};

describe('frames captured from Java', () => {
  test.each(fixtures)('$title: decodes and is encoded to the same bytes', ({ kind, answers, hex }) => {
    const frames = new CapturedFrames();
    frames.judge(decodeFrame(bytes(hex)), bytes(hex), answers);
    expect(frames.mismatches).toEqual([]);
    expect([...frames.messages.keys()]).toEqual([kind]);
  });

  test('an error keeps its class, its message and its cause', () => {
    const { javaClass, message, causes, stackTrace } = decoded('error with a cause') as ErrorMessage;
    expect([javaClass, message]).toEqual(['org.identityconnectors.framework.common.exceptions.ConnectorException', 'PagedResultsCookie is invalid']);
    expect(causes).toEqual([{ javaClass: 'java.lang.RuntimeException', message: 'Data is not Base64 encoded.' }]);
    expect(stackTrace).toMatch(/\n\tat .*\nCaused by: java\.lang\.RuntimeException/s);
  });

  test('a filter keeps its nesting', () => {
    const { filter } = decoded('search with and, or, not') as { filter: unknown };
    expect(filter).toMatchObject({
      kind: 'and',
      operands: [
        { kind: 'startsWith', attribute: { name: 'givenName', values: ['Given'] } },
        { kind: 'or', operands: [{ kind: 'lessThan', attribute: { name: 'age', values: [25] } }, { kind: 'greaterThan', attribute: { values: [75] } }] },
        { kind: 'not', operand: { kind: 'endsWith', attribute: { values: ['7'] } } },
      ],
    });
  });

  test('options keep the type of their values', () => {
    const { options } = decoded('search with options of every type') as { options: { entries: Map<string, IcfValue> } };
    expect(byName(options.entries)).toEqual(byName(Object.entries({
      ...CUSTOM, ATTRS_TO_GET: new IcfArray('String', ['sn', 'givenName', '__UID__']), PAGE_SIZE: 3, PAGED_RESULTS_OFFSET: 1,
      SORT_KEYS: new IcfArray('SortKey', [new SortKey('sn'), new SortKey('__NAME__', false)]), SCOPE: 'subtree', CONTAINER: new QualifiedUid('__GROUP__', 'container-1'),
      RUN_AS_USER: 'somebody', RUN_WITH_PASSWORD: new GuardedString('Passw0rd'),
    })));
  });

  test('a script answers with values of every type', () => {
    const { result } = decoded('script that answers a map') as { result: Map<string, IcfValue> };
    expect(byName(result)).toEqual(byName(Object.entries(CUSTOM)));
  });

  test('an object keeps values of every type', () => {
    const { item, sequence } = decoded('object with values of every type') as { item: ConnectorObject; sequence: number };
    expect([item.objectClass, item.uid.value, item.name.value, sequence]).toEqual(['typed', 'typed-1', 'typed one', 1]);
    const values: Readonly<Record<string, readonly IcfValue[] | null>> = {
      __UID__: ['typed-1'], __NAME__: ['typed one'], aString: ['text with ümläuts, "quotes", 😀 and\nlines'], anInteger: [-2_147_483_648, 0, 2_147_483_647],
      aLong: [-(2n ** 63n), 9_007_199_254_740_993n, 2n ** 63n - 1n], aDouble: [new IcfDouble(0.1), new IcfDouble(-1e300), new IcfDouble(5e-324)],
      aFloat: [new IcfFloat(0.1), new IcfFloat(-3.4e38)], aBoolean: [true, false], aCharacter: [new IcfCharacter('a'), new IcfCharacter('€')], aByte: [new IcfByte(-128), new IcfByte(127)],
      bytes: [Uint8Array.of(0, 1, 255, 127, 128), new Uint8Array()], aBigInteger: [new IcfBigInteger(123_456_789_012_345_678_901_234_567_890n)],
      aBigDecimal: [new IcfBigDecimal(1_234_567_890_123_456_789_012_345_678_900n, 21)], aGuardedString: [new GuardedString('secret text')],
      someGuardedBytes: [new GuardedByteArray(Uint8Array.of(1, 2, 3))], withNull: ['one', null, 'three'], empty: [], nothing: null,
      aMap: [new Map<IcfValue, IcfValue>([['text', 'value'], ['number', 7], ['list', ['a', true]], ['map', new Map<IcfValue, IcfValue>([['deep', 42n]])]])],
    };
    expect(byName(item.attributes.map((attribute) => [attribute.name, attribute.values]))).toEqual(byName(Object.entries(values)));
  });

  test('deltas, tokens and ends of streams', () => {
    expect(decoded('changed object')).toMatchObject({ type: 'item', item: { kind: 'UPDATE', token: { value: 9n }, uid: { value: 'new-5', revision: '2' }, object: { objectClass: '__ACCOUNT__' } } });
    expect(decoded('deleted object')).toMatchObject({ item: { kind: 'DELETE', objectClass: 'typed', uid: { value: 'new-1', revision: undefined } }, sequence: 5 });
    expect(decoded('end of a sync')).toEqual({ type: 'end', end: { value: 49n }, sequence: 44 });
    expect(decoded('latest token')).toEqual({ type: 'result', result: { value: 49n } });
    expect(decoded('end of a page')).toEqual({ type: 'end', end: { pagedResultsCookie: '4', totalPagedResultsPolicy: 'NONE', totalPagedResults: -1, remainingPagedResults: 96 }, sequence: 3 });
    expect(decoded('task of a batch with a message')).toEqual({ type: 'item', item: { task: 4, message: 'deleted new-26' }, sequence: 0, last: false });
    expect(decoded('task of a batch failed')).toMatchObject({ type: 'item', item: { task: 5, error: { kind: 'connector' } }, last: true });
  });
});
