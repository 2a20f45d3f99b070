import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parsePointer, pointerText, valueAt } from '../../../controller/crest/json-pointer.js';
import { jsonEquals, parseJson, setKey, writeJson, type JsonObject, type JsonValue } from '../../../controller/crest/json.js';
import { applyPatch, parsePatch } from '../../../controller/crest/patch.js';
import { parseFields, project } from '../../../controller/crest/projection.js';

const { value } = fc.letrec<{ value: JsonValue }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 }, fc.constant(null), fc.boolean(), fc.string({ unit: 'binary' }), fc.integer(), fc.bigInt({ min: 2n ** 53n, max: 2n ** 200n }), fc.bigInt({ min: -(2n ** 200n), max: -(2n ** 53n) }),
    // Whole doubles beyond 2^53 are written like integers and come back as such: as bigint.
    fc.double({ noNaN: true, noDefaultInfinity: true }).filter((number) => !Object.is(number, -0) && (!Number.isInteger(number) || Number.isSafeInteger(number) || Math.abs(number) >= 1e21)),
    fc.array(tie('value'), { maxLength: 4 }), fc.dictionary(fc.string(), tie('value'), { maxKeys: 4, noNullPrototype: true }),
  ),
}));

describe('JSON', () => {
  it('comes back as it was written, integers of any size included, plain and indented', () => {
    fc.assert(fc.property(value, fc.constantFrom(0, 2), (original, indent) => { expect(parseJson(writeJson(original, indent))).toEqual(original); }), { numRuns: 500 });
  });

  it('is written as JSON.stringify writes it when there is no large integer', () => {
    fc.assert(fc.property(fc.jsonValue(), fc.constantFrom(0, 2), (original, indent) => {
      const list = [original, 2n ** 64n] as JsonValue;
      expect(writeJson(list, indent).replace('18446744073709551616', '0')).toBe(JSON.stringify([original, 0], undefined, indent));
    }));
  });

  it('takes digits inside strings for text, and keeps __proto__ an ordinary key', () => {
    expect(parseJson('{"a":"12345678901234567890","b":12345678901234567890,"c":"\\"12345678901234567890"}')).toEqual({ a: '12345678901234567890', b: 12345678901234567890n, c: '"12345678901234567890' });
    const object: JsonObject = {};
    setKey(object, '__proto__', { polluted: true });
    expect([Object.keys(object), ({} as Record<string, unknown>)['polluted']]).toEqual([['__proto__'], undefined]);
    expect(valueAt({}, ['constructor'])).toBeUndefined();
    applyPatch({}, parsePatch([{ operation: 'add', field: '/__proto__/polluted', value: true }]));
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });

  it.each(['{12345678901234567890:1}', '{-12345678901234567890 \n:1}', '[12345678901234567890:1]'])('refuses a large number for a key: %s', (text) => {
    expect(() => parseJson(text)).toThrow(SyntaxError);
  });

  it('refuses what is no single document', () => {
    for (const text of ['', '{', '1 2', '{"a":1}x', '[1,]', "{'a':1}", 'NaN', '['.repeat(200) + ']'.repeat(200)]) expect(() => parseJson(text)).toThrow(SyntaxError);
  });

  it('is equal to itself and to nothing changed', () => {
    fc.assert(fc.property(value, (original) => { expect(jsonEquals(original, structuredClone(original))).toBe(true); expect(jsonEquals(original, [original])).toBe(false); }));
  });
});

describe('pointers', () => {
  it('come back as they were written', () => {
    fc.assert(fc.property(fc.array(fc.string({ unit: 'grapheme', minLength: 1 }), { minLength: 1 }), (pointer) => { expect(parsePointer(pointerText(pointer))).toEqual(pointer); }));
  });

  it('name what _fields leaves, by their last token', () => {
    const object = { a: { b: 1 }, c: [1, 2], d: null };
    expect(project(object, parseFields(['/a/b,c', 'd']))).toEqual({ b: 1, c: [1, 2], d: null });
    expect(project(object, parseFields(['"c,x"']))).toEqual({ c: [1, 2] });
    expect(project(object, parseFields(['*', 'c']))).toBe(object);
    expect(() => parseFields(['a b'])).toThrow('illegal character " " at position 1');
  });
});

describe('patches of plain JSON', () => {
  const patched = (document: JsonObject, ...operations: JsonObject[]): JsonObject => applyPatch(document, parsePatch(operations));

  it('add to lists with -, make parents, remove by value, increment each number', () => {
    expect(patched({ l: [1] }, { operation: 'add', field: '/l/-', value: [2] }, { operation: 'add', field: 'x/y', value: 1 })).toEqual({ l: [1, [2]], x: { y: 1 } });
    expect(patched({ l: [1, 2, 1], s: 'a', t: 'b' }, { operation: 'remove', field: 'l', value: 1 }, { operation: 'remove', field: 's', value: 'x' }, { operation: 'remove', field: 't' })).toEqual({ l: [2], s: 'a' });
    expect(patched({ l: [1, 2], n: 9007199254740993n }, { operation: 'increment', field: 'l', value: 1 }, { operation: 'increment', field: 'n', value: 1 })).toEqual({ l: [2, 3], n: 9007199254740994n });
    expect(patched({ a: 1 }, { operation: 'move', from: 'a', field: 'b' }, { operation: 'copy', from: '/b', field: '/c' })).toEqual({ b: 1, c: 1 });
  });

  it('leave the document they were given alone', () => {
    const document = { a: { b: [1] } };
    patched(document, { operation: 'add', field: '/a/b/-', value: 2 });
    expect(document).toEqual({ a: { b: [1] } });
  });
});
