import protobufjs from 'protobufjs/minimal.js';
import { describe, expect, test } from 'vitest';
import {
  DEFAULT_CODEC_LIMITS, connectorErrorOf, decodeOperation, decodeResponse, encodeError, encodeOperationRequest, encodeSingleResult,
  encodeStreamEnd, encodeStreamItem,
} from '../../../../protocol/codec/index.js';
import { decodeFrame, encodeMessage } from '../../../../protocol/frame.js';
import type { Message } from '../../../../protocol/message.js';
import {
  Attribute, ConnectorError, ConnectorObject, GuardedString, Name, OperationOptions, Uid, type Operation, type SyncDelta,
} from '../../../../protocol/model/index.js';
import { failure } from './failure.js';
import { bytes, hex, plain } from './plain.js';

type Field = readonly [number, string | number | Uint8Array | readonly Field[]];

/** A protobuf message by hand: texts, bytes and lists are length-delimited, numbers are varints. */
function proto(...fields: readonly Field[]): Uint8Array {
  const writer = protobufjs.Writer.create();
  for (const [number, value] of fields) {
    if (typeof value === 'number') writer.uint32(number << 3).int64(value);
    else if (typeof value === 'string') writer.uint32((number << 3) | 2).string(value);
    else writer.uint32((number << 3) | 2).bytes(value instanceof Uint8Array ? value : proto(...value));
  }
  return writer.finish();
}

const request = (id: number, ...fields: readonly Field[]): Message => decodeFrame(proto([1, id], [2, fields]));
const response = (id: number, ...fields: readonly Field[]): Message => decodeFrame(proto([1, id], [3, fields]));

function operationIn(...fields: readonly Field[]): () => Operation {
  const message = request(1, [3, fields]);
  if (message.kind !== 'operationRequest') throw new Error(message.kind);
  return () => decodeOperation(message.operation);
}

describe('what a frame means', () => {
  test('an empty frame, request or response is unknown, with its id', () => {
    expect(decodeFrame(new Uint8Array())).toEqual({ kind: 'unknownMessage', id: 0 });
    expect(decodeFrame(proto([1, 9]))).toEqual({ kind: 'unknownMessage', id: 9 });
    expect(request(9)).toEqual({ kind: 'unknownRequest', id: 9 });
    expect(response(9)).toEqual({ kind: 'unknownResponse', id: 9 });
  });

  test('presence is tested in the fixed order', () => {
    const all: Field[] = [[1, []], [2, []], [3, []], [4, []]];
    expect(request(1, ...all).kind).toBe('handshakeRequest');
    expect(request(1, ...all.slice(1)).kind).toBe('operationRequest');
    expect(request(1, [2, []], [4, []]).kind).toBe('cancel');
    expect(request(1, [2, []]).kind).toBe('controlRequest');
    expect(response(1, ...all).kind).toBe('handshakeResponse');
    expect(response(1, ...all.slice(1)).kind).toBe('error');
    expect(response(1, [2, []], [3, []]).kind).toBe('operationResponse');
    expect(response(1, [2, []]).kind).toBe('controlResponse');
    expect(decodeFrame(proto([1, 1], [2, []], [3, [[1, []]]])).kind).toBe('unknownRequest');
    expect(request(1, [3, [[19, []], [13, []]]]).kind).toBe('configurationChange');
  });

  test('the first operation in the order of a Java agent counts', () => {
    const kinds = [[20, 'batch'], [4, 'authenticate'], [5, 'create'], [6, 'subscribeToObjects'], [7, 'delete'], [8, 'get'], [9, 'resolveUsername'], [10, 'schema'],
      [11, 'scriptOnConnector'], [12, 'scriptOnResource'], [13, 'search'], [14, undefined], [15, 'subscribeToChanges'], [16, 'test'], [17, 'update'], [18, 'validate']] as const;
    kinds.forEach(([, kind], index) => {
      const rest = kinds.slice(index).map(([number]): Field => [number, []]);
      const message = request(1, [3, rest]);
      expect(message.kind === 'operationRequest' && message.operation.kind).toBe(kind);
    });
  });

  test('unknown fields are passed over', () => {
    const frame = Buffer.concat([proto([77, 'x'], [1, 3], [2, [[88, [[1, 'y']]], [4, []]]]), proto([5000, 1])]);
    expect(decodeFrame(frame)).toEqual({ kind: 'cancel', id: 3 });
  });

  test.each([0, 1, 127, 128, 2 ** 28 - 1, 2 ** 28, 2 ** 32, Number.MAX_SAFE_INTEGER, -1, -(2 ** 31), Number.MIN_SAFE_INTEGER])('id %d is exact', (id) => {
    expect(decodeFrame(encodeMessage({ kind: 'cancel', id }))).toEqual({ kind: 'cancel', id });
  });

  test('an id beyond 2^53 is refused, since it could not be repeated', () => {
    const frame = Buffer.concat([Buffer.from('08ffffffffffffffff7f', 'hex'), proto([2, [[4, []]]])]);
    expect(failure(() => decodeFrame(frame)).message).toContain('beyond 2^53');
  });

  test('levels and types of another version are passed over', () => {
    expect(request(1, [1, [[1, 's'], [2, 9]]])).toMatchObject({ sessionId: 's', serverType: 'UNKNOWN' });
    expect(request(1, [2, [[1, bytes('0902')]]])).toMatchObject({ infoLevels: ['REQUESTS'] });
  });

  test('extensions: features, operation ids and credits', () => {
    expect(request(1, [1, [[1, 's'], [1000, 'credits'], [1000, 'batching']]])).toMatchObject({ features: ['credits', 'batching'] });
    expect(request(7, [1000, [[1, 5]]])).toEqual({ kind: 'credit', id: 7, credits: 5 });
    expect(request(7, [3, [[16, []], [1000, 'op-1']]])).toMatchObject({ operationId: 'op-1' });
    // A peer without our extensions sees a handshake, an operation and an empty request.
    const [handshake] = [encodeMessage({ kind: 'handshakeRequest', id: 0, sessionId: 'S1', serverType: 'UNKNOWN', features: [] })];
    expect(hex(handshake)).toBe('12060a040a025331');
  });
});

describe('frames that are refused', () => {
  const cancel = encodeMessage({ kind: 'cancel', id: 5 });

  test('too large', () => {
    expect(() => decodeFrame(cancel, { ...DEFAULT_CODEC_LIMITS, maxFrameBytes: cancel.length - 1 })).toThrow('a frame of 6 bytes; 5 are accepted');
  });

  test.each([['cut off', cancel.subarray(0, -1)], ['no protobuf', bytes('ffffffffffffffffffffffff')], ['field number 0', bytes('0000')], ['a group without end', bytes('0b0b0b')]])('%s', (_, frame) => {
    expect(failure(() => decodeFrame(frame)).kind).toBe('connector');
  });

  test('nested too deeply', () => {
    let cause = proto();
    for (let i = 0; i < 1000; i++) cause = proto([3, cause]);
    expect(failure(() => decodeFrame(proto([3, [[4, [[3, cause]]]]]))).message).toContain('max depth');
    expect(failure(() => decodeFrame(Buffer.alloc(100_000, 0x0b))).kind).toBe('connector');
  });

  test('more fields than a frame can mean', () => {
    const ids = Buffer.alloc(1_000_000, 1);
    expect(() => request(1, [2, [[2, ids]]])).toThrow('too many fields');
    expect(() => request(1, [2, [[1, Buffer.alloc(1_000_000)]]])).toThrow('too many fields');
    const emptyTasks = Buffer.alloc(1_000_000).fill(bytes('1200'));
    expect(() => request(1, [3, [[20, emptyTasks]]])).toThrow('too many fields');
  });
});

describe('requests that cannot be carried out', () => {
  const name = new TextEncoder().encode('x');
  test.each<[string, readonly Field[], string]>([
    ['no operation', [], 'Unknown OperationRequest'],
    ['a sync without alternative', [[14, []]], 'neither sync nor latestSyncToken'],
    ['a get without uid', [[8, [[1, 'a']]]], "'uid' must not be null"],
    ['a get with a blank uid', [[8, [[1, 'a'], [2, [[1, ' ']]]]]], 'must not be blank'],
    ['a search without object class', [[13, []]], 'object class must not be blank'],
    ['a create without attributes', [[5, [[1, 'a']]]], "'attributes' must not be null"],
    ['an update of an unknown type', [[17, [[1, 'a'], [2, [[1, '1']]], [3, 9]]]], '9 is no type of update'],
    ['an authentication without user', [[4, [[1, 'a']]]], "'username' must not be null"],
    ['an authentication without password', [[4, [[1, 'a'], [2, 'bob']]]], 'must be a GuardedString'],
    ['a script without language', [[11, [[1, [[1, [[2, '1']]]]]]]], 'needs a language'],
    ['a script without text', [[11, [[1, [[1, [[1, 'GROOVY']]]]]]]], 'needs a text'],
    ['a script without context', [[12, []]], 'needs a text'],
    ['a search with a broken filter', [[13, [[1, 'a'], [2, name]]]], 'Malformed message'],
    ['a search with broken options', [[13, [[1, 'a'], [3, name]]]], 'Malformed message'],
    ['a batch with an empty task', [[20, [[2, [[1, '0']]]]]], 'neither create, update nor delete'],
    ['a batch with a gap', [[20, [[2, [[1, '1'], [3, [[1, 'a'], [2, [[1, '1']]]]]]]]]], 'none with the id 0'],
  ])('%s', (_, fields, message) => {
    expect(failure(operationIn(...fields)).message).toContain(message);
  });

  test('a sync without token asks for everything', () => {
    expect(plain(operationIn([14, [[1, [[1, 'a']]]]])())).toMatchObject({ kind: 'sync', token: null });
    expect(plain(operationIn([15, [[1, 'a']]])())).toMatchObject({ kind: 'subscribeToChanges', token: null });
  });

  test('batch tasks come in the order of their ids', () => {
    const remove = (id: string): Field => [2, [[1, id], [3, [[1, 'a'], [2, [[1, `uid${id}`], [2, '0']]]]]]];
    const operation = operationIn([20, [remove('1'), remove('0')]])();
    expect(operation.kind === 'batch' && operation.tasks.map((task) => task.kind === 'delete' && [task.uid.value, task.uid.revision])).toEqual([['uid0', undefined], ['uid1', undefined]]);
  });

  test('a batch sends the revision a Java agent needs', () => {
    const tasks = [{ kind: 'delete', objectClass: 'a', uid: new Uid('1'), options: OperationOptions.none }] as const;
    const frame = encodeOperationRequest({ id: 1, connectorKey: { bundleName: 'b', bundleVersion: '1', connectorName: 'c' }, facadeKey: 'AAAA', operation: { kind: 'batch', tasks, options: OperationOptions.none } });
    expect(hex(frame)).toContain(hex(proto([1, '1'], [2, '0'])));
  });

  test('a create with a uid is not sent', () => {
    const operation: Operation = { kind: 'create', objectClass: 'a', attributes: [new Uid('1'), new Name('x')], options: OperationOptions.none };
    const encode = (): Uint8Array => encodeOperationRequest({ id: 1, connectorKey: { bundleName: 'b', bundleVersion: '1', connectorName: 'c' }, facadeKey: 'AAAA', operation });
    expect(failure(encode).kind).toBe('illegalArgument');
  });
});

describe('responses', () => {
  const decode = (kind: Operation['kind'], ...fields: readonly Field[]): unknown => {
    const message = response(1, [3, fields]);
    if (message.kind !== 'operationResponse') throw new Error(message.kind);
    return decodeResponse(kind, message.response);
  };

  test('the response of another operation, or an empty one, fails the request', () => {
    for (const kind of ['test', 'search', 'sync', 'latestSyncToken', 'get', 'batch', 'subscribeToObjects'] as const) {
      expect(() => decode(kind)).toThrow('Unknown response message type');
      expect(() => decode(kind, [4, []])).toThrow('Unknown response message type');
    }
    expect(() => decode('sync', [11, [[2, []]]])).toThrow('Unknown response message type');
    expect(() => decode('latestSyncToken', [11, [[1, []]]])).toThrow('Unknown response message type');
  });

  test('null results leave an empty message behind', () => {
    for (const kind of ['create', 'update', 'authenticate', 'resolveUsername', 'schema', 'get', 'scriptOnConnector', 'scriptOnResource', 'latestSyncToken'] as const) {
      const message = decodeFrame(encodeSingleResult(3, kind, null));
      if (message.kind !== 'operationResponse') throw new Error(message.kind);
      expect(decodeResponse(kind, message.response)).toEqual({ type: 'result', result: null });
    }
  });

  test('objects that are none', () => {
    expect(() => decode('search', [10, [[3, [[1, 'a']]]]])).toThrow('needs attributes');
    expect(() => decode('search', [10, [[3, []]]])).toThrow('needs an object class');
    expect(() => decode('create', [2, [[1, [[2, '5']]]]])).toThrow('must not be blank');
    expect(() => decode('batch', [16, [[2, 'x'], [9, []]]])).toThrow('no index');
    expect(() => decode('batch', [16, [[2, '1']]])).toThrow('neither a uid nor an empty result');
  });

  test('the last batch result says so', () => {
    expect(decode('batch', [16, [[2, '4'], [3, 1], [9, []]]])).toEqual({ type: 'item', item: { task: 4 }, sequence: 0, last: true });
  });

  test('a blank cookie is none, absent totals are 0', () => {
    expect(decode('search', [10, [[1, 2], [2, [[1, ' ']]]]])).toEqual({
      type: 'end', sequence: 2, end: { pagedResultsCookie: null, totalPagedResultsPolicy: 'NONE', totalPagedResults: 0, remainingPagedResults: 0 },
    });
  });

  const object = new ConnectorObject('a', [new Uid('1'), new Name('n'), Attribute.of('x', 'y')]);
  test.each<[string, SyncDelta]>([
    ['a change without its object', { kind: 'UPDATE', token: { value: 1 }, uid: new Uid('1'), objectClass: 'a' }],
    ['the object of another uid', { kind: 'UPDATE', token: { value: 1 }, uid: new Uid('2'), objectClass: 'a', object }],
    ['the object of another class', { kind: 'UPDATE', token: { value: 1 }, uid: new Uid('1'), objectClass: 'b', object }],
    ['a previous uid of a creation', { kind: 'CREATE', token: { value: 1 }, uid: new Uid('1'), objectClass: 'a', object, previousUid: new Uid('0') }],
    ['a token without value', { kind: 'UPDATE', token: { value: null }, uid: new Uid('1'), objectClass: 'a', object }],
  ])('a sync delta with %s is not sent', (_, delta) => {
    expect(failure(() => encodeStreamItem(1, 'sync', delta, 1)).kind).toBe('illegalArgument');
  });

  test('a sync delta without token or uid is refused', () => {
    expect(() => decode('sync', [11, [[1, [[3, [[2, 1]]]]]]])).toThrow('needs a token');
    expect(() => decode('sync', [11, [[1, [[3, [[2, 9]]]]]]])).toThrow('9 is no kind of sync delta');
  });

  test('unknown totals are sent as -1, never left out', () => {
    const end = { pagedResultsCookie: null, totalPagedResultsPolicy: 'NONE', totalPagedResults: -1, remainingPagedResults: -1 } as const;
    expect(hex(encodeStreamEnd(6, 'search', end, 1)[0]!)).toContain('18ffffffffffffffffff0120ffffffffffffffffff01');
  });
});

describe('errors', () => {
  const sent = (error: ConnectorError): ConnectorError => {
    const message = decodeFrame(encodeError(3, error));
    if (message.kind !== 'error') throw new Error(message.kind);
    return connectorErrorOf(message);
  };
  const depth = (error: unknown): number => (error instanceof Error && error.cause !== undefined ? 1 + depth(error.cause) : 0);

  test('no stack trace leaves', () => {
    const frame = Buffer.from(encodeError(3, new ConnectorError('connector', 'failed', { cause: new TypeError('inner') })));
    expect(frame.includes('.ts')).toBe(false);
    expect(frame.includes('    at ')).toBe(false);
    expect(decodeFrame(frame)).toMatchObject({ kind: 'error', id: 3, stackTrace: '', causes: [{ javaClass: 'java.lang.RuntimeException', message: 'inner' }] });
  });

  test('at most four causes travel, even of a cycle', () => {
    let error = new ConnectorError('connector', '9');
    for (let i = 8; i >= 0; i--) error = new ConnectorError('connector', String(i), { cause: error });
    expect(depth(sent(error))).toBe(4);
    const cycle = new Error('a');
    cycle.cause = cycle;
    expect(depth(sent(new ConnectorError('connector', 'x', { cause: cycle })))).toBe(4);
  });

  test('a class of nobody we know is kept, a blank one is ConnectorException', () => {
    const dotNet = response(1, [4, [[1, 'System.ArgumentException'], [2, 'bad']]]);
    expect(dotNet.kind === 'error' && connectorErrorOf(dotNet)).toMatchObject({ kind: 'connector', javaClass: 'System.ArgumentException', message: 'bad' });
    const blank = response(1, [4, []]);
    expect(blank.kind === 'error' && connectorErrorOf(blank)).toMatchObject({ kind: 'connector', message: '', javaClass: 'org.identityconnectors.framework.common.exceptions.ConnectorException' });
    expect(sent(new ConnectorError('connector', 'x', { remoteClass: 'java.lang.RuntimeException' })).javaClass).toBe('java.lang.RuntimeException');
  });

  test('secrets in a request show in no printed form', () => {
    const operation: Operation = { kind: 'authenticate', objectClass: 'a', username: 'bob', password: new GuardedString('Passw0rd'), options: OperationOptions.none };
    expect(JSON.stringify(plain({ ...operation, password: String(operation.password) }))).not.toContain('Passw0rd');
  });
});
