import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalJson, type Json } from '../../../../agent/audit/canonical-json.js';

describe('canonical JSON', () => {
  it.each<[string, Json, string]>([
    ['sorts members by name', { b: 1, a: { d: null, c: true } }, '{"a":{"c":true,"d":null},"b":1}'],
    ['leaves undefined members out', { a: undefined, b: [] }, '{"b":[]}'],
    ['escapes quotes and backslashes', 'a"b\\c', '"a\\"b\\\\c"'],
    ['escapes line breaks, so that no value can begin a line', 'a\r\nb', '"a\\u000d\\u000ab"'],
    ['escapes escape sequences of terminals', '\u001b[2J', '"\\u001b[2J"'],
    ['escapes line separators and marks that turn text around', '\u2028\u202e\u0085', '"\\u2028\\u202e\\u0085"'],
    ['escapes letters beyond ASCII', 'Müller😀', '"M\\u00fcller\\ud83d\\ude00"'],
    ['keeps a lone surrogate as what it is', '\ud800', '"\\ud800"'],
    ['prints numbers as ECMAScript does', [1e21, -0, 0.1, 1000], '[1e+21,0,0.1,1000]'],
  ])('%s', (_title, value, text) => {
    expect(canonicalJson(value)).toBe(text);
  });

  it('refuses numbers JSON has no place for', () => {
    expect(() => canonicalJson(Number.NaN)).toThrow(TypeError);
    expect(() => canonicalJson({ a: Number.POSITIVE_INFINITY })).toThrow(TypeError);
  });

  it('is printable ASCII and reads back as the same value, whatever the value', () => {
    fc.assert(fc.property(fc.jsonValue({ stringUnit: 'binary' }), (value) => {
      const text = canonicalJson(value);
      expect(text).toMatch(/^[\x20-\x7e]*$/);
      expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(value)));
    }));
  });

  it('is the same for the same members in any order', () => {
    fc.assert(fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (value) => {
      expect(canonicalJson(Object.fromEntries(Object.entries(value).reverse()) as Json)).toBe(canonicalJson(value as Json));
    }));
  });
});
