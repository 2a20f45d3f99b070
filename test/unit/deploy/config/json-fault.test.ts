import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findJsonFault } from '../../../../deploy/config/json-fault.js';

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** JSON with a few characters changed, which mostly is none any more. */
const nearlyJson = fc.tuple(fc.json(), fc.nat(), fc.constantFrom('', ',', '"', '{', '}', '[', ']', ':', '\\', '\\u12', '0', '-', '.', 'e', 'tru', '\n', '\u0001', ' ')).map(([text, at, piece]) => {
  const place = at % (text.length + 1);
  return text.slice(0, place) + piece + text.slice(place + (at % 3));
});

describe('the place where a text stops being JSON', () => {
  it('is found for every text JSON.parse refuses, and for no other (RFC 8259)', () => {
    fc.assert(fc.property(nearlyJson, (text) => {
      expect([text, findJsonFault(text) === undefined]).toEqual([text, isJson(text)]);
    }), { numRuns: 3_000 });
  });

  it('is a line of the text, and nothing of the text itself', () => {
    fc.assert(fc.property(nearlyJson, (text) => {
      const fault = findJsonFault(`\n\n${text}`);
      if (fault !== undefined) expect(fault.line).toBeGreaterThanOrEqual(3);
      expect(fault?.line ?? 1).toBeLessThanOrEqual(text.split('\n').length + 2);
    }));
    expect(findJsonFault('{\n "a": "b",\n "c": secret\n}')).toEqual({ line: 3, expected: 'a value' });
  });

  it.each([
    ['{"a": 01}', 'a number'], ['["\\u12"]', 'four hexadecimal digits behind \\u'], ['["a\nb"]', 'the end of the text (") on its line'],
    ['{"a" 1}', '":" behind the name'], ['[1] x', 'the end of the file'], ["{'a': 1}", 'a name in double quotes'],
  ])('says what was expected: %s', (text, expected) => {
    expect(findJsonFault(text)?.expected).toBe(expected);
  });
});
