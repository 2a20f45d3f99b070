import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { glob } from '../../../../agent/policy/glob.js';

/** What a pattern means, said by recursion: right, and hopelessly slow. */
function means(pattern: string, text: string, separator: string | undefined): boolean {
  if (pattern === '') return text === '';
  const [first = ''] = pattern;
  if (first === '*') return meansStar(pattern, text, separator);
  if (text === '') return false;
  const fits = first === '?' ? text[0] !== separator : first === text[0];
  return fits && means(pattern.slice(1), text.slice(1), separator);
}

function meansStar(pattern: string, text: string, separator: string | undefined): boolean {
  const across = separator !== undefined && pattern[1] === '*';
  if (means(pattern.slice(across ? 2 : 1), text, separator)) return true;
  return text !== '' && (across || text[0] !== separator) && means(pattern, text.slice(1), separator);
}

const letters = fc.string({ unit: fc.constantFrom('a', 'b', '/', '.'), maxLength: 10 });
const patterns = fc.string({ unit: fc.constantFrom('a', 'b', '/', '.', '*', '*', '?'), maxLength: 8 });

describe('a pattern', () => {
  it('means what it says, with and without a separator', () => {
    fc.assert(fc.property(patterns, letters, fc.constantFrom(undefined, '/'), (pattern, text, separator) => {
      expect(glob(pattern, { exactCase: true, ...(separator === undefined ? {} : { separator }) }).matches(text)).toBe(means(pattern, text, separator));
    }), { numRuns: 5_000 });
  });

  it.each([
    ['*.corp.example', 'ldap.corp.example', true], ['*.corp.example', 'a.b.corp.example', true], ['*.corp.example', 'corp.example', false],
    ['*.corp.example', 'ldap.corp.example.evil', false], ['DC0?', 'dc01', true], ['dc0?', 'dc0', false], ['uid=ADMIN,*', 'UID=admin,ou=People', true], ['', '', true], ['', 'a', false],
  ])('%s and %s: %s', (pattern, text, expected) => {
    expect(glob(pattern).matches(text)).toBe(expected);
  });

  it.each([
    ['/srv/*.csv', '/srv/a.csv', true], ['/srv/*.csv', '/srv/x/a.csv', false], ['/srv/**', '/srv/x/a.csv', true], ['/srv/**/a.csv', '/srv/x/y/a.csv', true], ['/srv/?', '/srv//', false],
  ])('of a path: %s and %s: %s', (pattern, text, expected) => {
    expect(glob(pattern, { exactCase: true, separator: '/' }).matches(text)).toBe(expected);
  });

  it('takes letters that look alike for the same, so that they protect alike', () => {
    expect(glob('ADMIN').matches('ａdmin')).toBe(true);
  });

  it('is answered at once whatever text and pattern are', () => {
    const pattern = glob(`${'*a'.repeat(400)}b`);
    const started = performance.now();
    expect(pattern.matches('a'.repeat(20_000))).toBe(false);
    expect(performance.now() - started).toBeLessThan(5_000);
  });
});
