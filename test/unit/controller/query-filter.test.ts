import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { matchesFilter } from '../../../controller/crest/evaluate-query-filter.js';
import { parseQueryFilter } from '../../../controller/crest/parse-query-filter.js';
import { filterText, type QueryFilter } from '../../../controller/crest/query-filter.js';
import { QueryFilterError } from '../../../controller/crest/query-filter-tokens.js';

const at = (text: string): number | undefined => {
  try {
    parseQueryFilter(text);
    return undefined;
  } catch (error) {
    if (error instanceof QueryFilterError) return error.position;
    throw error;
  }
};

describe('query filter', () => {
  it.each([
    ['', 0], ['   ', 3], ['mail', 4], ['mail eq', 7], ['mail eq 1e3', 8], ['mail eq null', 8], ['mail eq x', 8], ['mail eq "x', 8], ['mail eq "x\\', 8],
    ['(mail pr', 8], ['mail pr)', 7], ['mail pr and', 11], ['mail pr mail pr', 8], ['not mail pr', 9], ['mail ne! "x"', 5],
    ['"mail" eq 1', 0], ['_id \u201cscarter\u201d', 4], ['a eq 9223372036854775808', 5], ['a eq \u2019x\u2019', 5], ['a#b eq 1', 0], ['a\teq 1', 0], ['! ! a pr', 6], ['%zz eq 1', 0],
  ])('refuses %j and says where: %i', (text, position) => {
    expect(at(text)).toBe(position);
  });

  it('refuses parentheses nested deeper than 256 and takes 256', () => {
    const nested = (depth: number): string => `${'('.repeat(depth)}a pr${')'.repeat(depth)}`;
    expect(at(nested(257))).toBe(256);
    expect(parseQueryFilter(nested(256))).toEqual({ kind: 'present', pointer: ['a'] });
  });

  it('binds ! before and, and before or', () => {
    expect(parseQueryFilter('! a pr and b pr or c pr')).toEqual({
      kind: 'or', operands: [
        { kind: 'and', operands: [{ kind: 'not', operand: { kind: 'present', pointer: ['a'] } }, { kind: 'present', pointer: ['b'] }] },
        { kind: 'present', pointer: ['c'] },
      ],
    });
  });

  it('takes keywords and operators in any case, and ! only as a token of its own', () => {
    expect(parseQueryFilter('A EQ "x" AND b PR')).toEqual(parseQueryFilter('A eq "x" and b pr'));
    expect(parseQueryFilter('True')).toEqual({ kind: 'literal', value: true });
    expect(parseQueryFilter('!a eq 1')).toEqual({ kind: 'compare', operator: 'eq', pointer: ['!a'], value: 1 });
    expect(parseQueryFilter('!(a pr)')).toEqual({ kind: 'not', operand: { kind: 'present', pointer: ['a'] } });
  });

  it('reads literals: escapes keep the next character, integers stay exact', () => {
    const value = (text: string): unknown => { const f = parseQueryFilter(`a eq ${text}`); return f.kind === 'compare' ? f.value : undefined; };
    expect(value('"a\\"b\\\\c\\n"')).toBe('a"b\\cn');
    expect(value("'it\"s'")).toBe('it"s');
    expect(value('""')).toBe('');
    expect(value('+5')).toBe(5);
    expect(value('9223372036854775807')).toBe(9223372036854775807n);
    expect(value('1.5e3')).toBe(1500);
    expect(value('FALSE')).toBe(false);
  });

  it('reads pointers with and without slash, percent-decoded, and extended operators', () => {
    expect(parseQueryFilter('/a%2Fb/0 ew "x"')).toEqual({ kind: 'extended', operator: 'ew', pointer: ['a/b', '0'], value: 'x' });
  });

  const pointer = fc.array(fc.string({ unit: 'grapheme', minLength: 1 }), { minLength: 1, maxLength: 3 });
  const literal = fc.oneof(fc.string({ unit: 'grapheme' }), fc.boolean(), fc.integer(), fc.bigInt({ min: 2n ** 53n, max: 2n ** 63n - 1n }), fc.double({ noNaN: true, noDefaultInfinity: true }).filter((n) => !Object.is(n, -0)));
  const { filter } = fc.letrec<{ filter: QueryFilter }>((tie) => ({
    filter: fc.oneof(
      { maxDepth: 4 },
      fc.record({ kind: fc.constant('present' as const), pointer }),
      fc.record({ kind: fc.constant('literal' as const), value: fc.boolean() }),
      fc.record({ kind: fc.constant('compare' as const), operator: fc.constantFrom('eq' as const, 'gt' as const, 'sw' as const), pointer, value: literal }),
      fc.record({ kind: fc.constant('extended' as const), operator: fc.constantFrom('ew', 'ca', 'x.y_1'), pointer, value: literal }),
      fc.record({ kind: fc.constantFrom('and' as const, 'or' as const), operands: fc.array(tie('filter'), { minLength: 2, maxLength: 3 }) }),
      fc.record({ kind: fc.constant('not' as const), operand: tie('filter') }),
    ),
  }));

  it('writes every filter so that it reads back the same', () => {
    fc.assert(fc.property(filter, (original) => { expect(parseQueryFilter(filterText(original))).toEqual(original); }), { numRuns: 300 });
  });

  it('answers any text with a filter or a QueryFilterError, never another failure', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => { at(text); }), { numRuns: 500 });
  });
});

describe('filter over JSON', () => {
  const object = { name: 'Bob', tags: ['A', 'b'], n: 5, yes: true, none: null, deep: { x: 1 } };
  it.each([
    ['name eq "bob"', true], ['name sw "B"', true], ['name co "ob"', true], ['tags eq "B"', true], ['n gt 4.5', true], ['n eq "5"', false],
    ['none pr', false], ['deep/x eq 1', true], ['missing eq 1', false], ['! missing pr', true], ['name ew "b"', false], ['n co 5', true], ['yes lt true', false], ['constructor pr', false],
  ])('%s → %s', (text, expected) => {
    expect(matchesFilter(parseQueryFilter(text), object)).toBe(expected);
  });
});
