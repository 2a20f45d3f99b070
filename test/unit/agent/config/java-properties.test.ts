import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseJavaProperties } from '../../../../agent/config/java-properties.js';

const parse = (text: string): Record<string, string> => Object.fromEntries(parseJavaProperties(text));

describe('java.util.Properties', () => {
  it.each([
    ['a malformed unicode escape is an error', 'a=\\u00g1'],
    ['a cut-off unicode escape is an error', 'a=\\u12'],
  ])('%s', (_title, text) => {
    expect(() => parse(text)).toThrow(/four hexadecimal digits/);
  });

  it.each<[string, string, Record<string, string>]>([
    ['nothing', '', {}],
    ['comments and blank lines', '# a=1\n  ! b=2\n\n \t\f\nc=3', { c: '3' }],
    ['all separators', 'a=1\nb:2\nc 3\nd\t4\ne = 5\nf : 6\ng   7\nh =: 8', { a: '1', b: '2', c: '3', d: '4', e: '5', f: '6', g: '7', h: ': 8' }],
    ['all line ends', 'a=1\rb=2\r\nc=3\n', { a: '1', b: '2', c: '3' }],
    ['keys without value', 'a\nb=\nc:', { a: '', b: '', c: '' }],
    ['an empty key', '=x', { '': 'x' }],
    ['trailing blanks kept, leading ones dropped', '  a =  x \t', { a: 'x \t' }],
    ['escaped separators in keys', 'a\\ b\\=c\\:d = 1', { 'a b=c:d': '1' }],
    ['control escapes', 'a=\\t\\n\\r\\f\\\\\\q', { a: '\t\n\r\f\\q' }],
    ['unicode escapes', 'a=\\u00e4\\u20AC', { a: 'ä€' }],
    ['continuation, its leading blanks dropped', 'a=1,\\\n   2,\\\r\n\t3', { a: '1,2,3' }],
    ['an even number of backslashes is no continuation', 'a=1\\\\\nb=2', { a: '1\\', b: '2' }],
    ['a hash on a continuation line is text', 'a=1\\\n#2', { a: '1#2' }],
    ['a blank continuation line ends the value', 'a=1\\\n\nb=2', { a: '1', b: '2' }],
    ['a comment cannot be continued', '# x\\\na=1', { a: '1' }],
    ['a backslash at the end of the file', 'a=1\\', { a: '1' }],
    ['the last of equal keys wins', 'a=1\na=2', { a: '2' }],
    ['a Windows path the way it must be written', 'a=C:\\\\rcs\\\\bundles', { a: 'C:\\rcs\\bundles' }],
  ])('%s', (_title, text, expected) => {
    expect(parse(text)).toEqual(expected);
  });

  it('reads back what Properties.store would write', () => {
    // Properties.store escapes blanks in keys, leading blanks of values, \ : = # ! and everything outside printable ASCII.
    const store = (text: string, isKey: boolean): string => Array.from({ length: text.length }, (_, index) => {
      const character = text.charAt(index);
      if (character === ' ') return isKey || index === 0 ? '\\ ' : ' ';
      if ('\\:=#!'.includes(character)) return `\\${character}`;
      return /[\u0021-\u007e]/.test(character) ? character : `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
    }).join('');
    fc.assert(fc.property(fc.dictionary(fc.string({ minLength: 1 }), fc.string({ unit: 'grapheme' }), { noNullPrototype: true }), (properties) => {
      const text = Object.entries(properties).map(([key, value]) => `${store(key, true)}=${store(value, false)}`).join('\n');
      expect([...parseJavaProperties(text)]).toEqual(Object.entries(properties));
    }));
  });

  it('never fails in any other way', () => {
    fc.assert(fc.property(fc.string({ unit: fc.constantFrom('\\', '\n', '\r', ' ', '=', ':', '#', 'u', '0', 'a', '\t', '\f') }), (text) => {
      try {
        parseJavaProperties(text);
      } catch (error) {
        expect(error).toBeInstanceOf(SyntaxError);
      }
    }));
  });
});
