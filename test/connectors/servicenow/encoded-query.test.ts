import fc from 'fast-check';
import { expect, it } from 'vitest';
import { encodedQuery, isPlainText } from '../../../connectors/catalog/servicenow/encoded-query.js';

const KINDS = ['equals', 'startsWith', 'endsWith', 'contains'] as const;
/** Any text, and texts made of what means something to encoded queries. */
const value = fc.oneof(fc.string({ unit: 'binary' }), fc.array(fc.constantFrom('^', '^OR', '^NQ', '=', '!', 'a', ' ', 'ORDERBYname', 'LIKE', 'javascript:gs.log()', '\n', '\r', '\\', '%', 'NULL', 'ISEMPTY', '@')).map((parts) => parts.join('')));

it('no value gets out of its condition', () => {
  fc.assert(fc.property(value, fc.constantFrom(...KINDS), (text, kind) => {
    const condition = encodedQuery.compare(kind, 'user_name', text);
    if (condition === undefined) return;
    const [, operator, held] = /^user_name(=|STARTSWITH|ENDSWITH|LIKE)(.*)$/su.exec(condition) ?? [];
    expect([operator, held]).toEqual([{ equals: '=', startsWith: 'STARTSWITH', endsWith: 'ENDSWITH', contains: 'LIKE' }[kind], text]);
    // One condition before and after others, without what ends it, begins another operator or calls the server.
    expect(encodedQuery.and(['active=true', condition, 'vip=false']).split('^')).toEqual(['active=true', condition, 'vip=false']);
    expect(text).not.toMatch(/[\^<>=!\p{Cc}%*\\]|^\s|\s$|javascript:|ORDERBY|LIKE|ISEMPTY|^NULL$/u);
  }), { numRuns: 2_000 });
});

it('takes what people are called', () => {
  for (const text of ['Bagnoli', 'lucius.bagnoli@example.com', 'O\'Neil-Smith, Jr.', 'Zoë Müller', '李', '02826bf03710200044e0bfc8bcbe5d3f', '+1 (555) 123']) expect(isPlainText(text), text).toBe(true);
  for (const text of ['', ' ', 'a^b', 'JavaScript:x', 'null']) expect(isPlainText(text), text).toBe(false);
});

it('cannot say alternatives of several conditions, nor an order of texts', () => {
  expect(encodedQuery.or?.(['a=1', 'b=2^c=3'])).toBeUndefined();
  expect(encodedQuery.or?.(['a=1', 'b=2^ORc=3'])).toBe('a=1^ORb=2^ORc=3');
  expect(encodedQuery.compare('greaterThan', 'a', 'x')).toBeUndefined();
});
