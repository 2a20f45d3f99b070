import { describe, expect, test } from 'vitest';
import { isCanonical, scanStream } from '../../interop/captured/object-stream-scan.js';
import { bytes, vectors } from '../protocol/codec/plain.js';

const vector = (title: string): Buffer => bytes(vectors.objectStreams.find((stream) => stream.title === title)!.hex);

describe('scanning an object stream', () => {
  test('a broken one is refused', () => {
    const uid = vector('Uid:1');
    expect(() => scanStream(uid.subarray(0, -1))).toThrow();
    expect(() => scanStream(Buffer.concat([uid, Buffer.alloc(1)]))).toThrow('follow');
    expect(() => scanStream(Buffer.concat([Buffer.from([1]), uid.subarray(1)]))).toThrow('no object stream');
  });

  test('a field whose content is shorter than it says is refused', () => {
    const list = vector('Attribute:mail=[]');
    list[list.length - 10]! += 1; // the length of the field that holds the empty list
    expect(() => scanStream(list)).toThrow();
  });

  test('types are counted, nested ones and class references apart', () => {
    expect(Object.fromEntries(scanStream(vector('List:a,1,null')).types)).toEqual({ List: 1, String: 1, Integer: 1, null: 1 });
    expect(Object.fromEntries(scanStream(vector('OperationOptions:SORT')).types)).toEqual({
      OperationOptions: 1, Map: 1, MapEntry: 1, String: 1, 'SortKey[]': 1, SortKey: 1,
    });
  });

  test('a Map of two entries has no one order; one of one entry and lists have', () => {
    expect(isCanonical(scanStream(vector('Map:k=v,n=null')))).toBe(false);
    expect(isCanonical(scanStream(vector('OperationOptions:PAGE_SIZE')))).toBe(true);
    expect(isCanonical(scanStream(vector('List:a,1,null')))).toBe(true);
  });

  test.each(vectors.objectStreams)('$title has the grammar', ({ hex }) => {
    expect(scanStream(bytes(hex)).types.size).toBeGreaterThan(0);
  });

  test('so have the facade key and the list of connectors', () => {
    expect(scanStream(Buffer.from(vectors.facadeKey, 'base64')).types.get('ConfigurationProperty')).toBe(1);
    expect(scanStream(bytes(vectors.connectorList)).types.get('ConnectorInfo')).toBe(1);
  });
});
