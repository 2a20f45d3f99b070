import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { attributesOfFilter, evaluateFilter, filterShape } from '../../../../connectors/framework/filter-evaluation.js';
import {
  ACCOUNT, Attribute, ConnectorObject, GuardedString, IcfBigDecimal, IcfBigInteger, IcfByte, IcfDouble, IcfFloat, Name, Uid,
  type AttributeFilterKind, type Filter, type IcfValue,
} from '../../../../protocol/model/index.js';

const object = new ConnectorObject(ACCOUNT, [
  new Uid('42'), new Name('Anna'), Attribute.of('mail', 'anna@example.com'), Attribute.of('age', 30), Attribute.of('size', 30n),
  Attribute.of('weight', new IcfDouble(61.5)), Attribute.of('groups', 'a', 'b', 'c'), new Attribute('nothing', []), new Attribute('none', null),
  Attribute.of('photo', new Uint8Array([1, 2])), Attribute.of('active', true), Attribute.of('key', new GuardedString('k')),
]);
const test = (kind: AttributeFilterKind, name: string, ...values: IcfValue[]): Filter => ({ kind, attribute: new Attribute(name, values) });
const truth = (filter: Filter, ignoreCase = false) => evaluateFilter(filter, object, { ignoreCase });

describe('undefined is neither true nor false', () => {
  it.each<[string, Filter]>([
    ['equals of a missing attribute', test('equals', 'phone', '1')],
    ['startsWith of a missing attribute', test('startsWith', 'phone', '1')],
    ['contains of a number', test('contains', 'age', '3')],
    ['endsWith of several values', test('endsWith', 'groups', 'a')],
    ['a comparison of text with a number', test('greaterThan', 'mail', 3)],
    ['a comparison of several values', test('lessThan', 'groups', 'z')],
    ['a comparison of no value', test('lessThan', 'nothing', 'z')],
    ['a comparison with NaN', test('lessThan', 'weight', new IcfDouble(NaN))],
    ['a comparison of bytes', test('greaterThan', 'photo', new Uint8Array([1]))],
    ['containsAllValues of a missing attribute', test('containsAllValues', 'phone')],
    ['containsAllValues without value list', test('containsAllValues', 'none', 'a')],
  ])('%s', (_, filter) => {
    expect(truth(filter)).toBeUndefined();
    expect(truth({ kind: 'not', operand: filter })).toBeUndefined();
    const yes = test('equals', 'mail', 'anna@example.com');
    const no = test('equals', 'mail', 'other');
    expect(truth({ kind: 'and', operands: [filter, yes] })).toBeUndefined();
    expect(truth({ kind: 'and', operands: [filter, no] })).toBe(false);
    expect(truth({ kind: 'or', operands: [filter, yes] })).toBe(true);
    expect(truth({ kind: 'or', operands: [filter, no] })).toBeUndefined();
  });
});

describe('each kind', () => {
  it.each<[Filter, boolean]>([
    [test('equals', 'MAIL', 'anna@example.com'), true],
    [test('equals', 'mail', 'Anna@example.com'), false],
    [test('equals', 'groups', 'a', 'b', 'c'), true],
    [test('equals', 'groups', 'b'), false],
    [test('equals', 'groups', 'c', 'b', 'a'), false],
    [test('equals', 'nothing'), true],
    [test('equals', 'age', 'thirty'), false],
    [test('equals', 'photo', new Uint8Array([1, 2])), true],
    [test('equals', 'key', new GuardedString('k')), true],
    [test('equals', 'key', new GuardedString('x')), false],
    [{ kind: 'equals', attribute: new Uid('42', 'another revision') }, true],
    [{ kind: 'equals', attribute: new Name('anna') }, false],
    [test('containsAllValues', 'groups', 'c', 'a'), true],
    [test('containsAllValues', 'groups', 'c', 'd'), false],
    [test('containsAllValues', 'groups'), true],
    [test('containsAllValues', 'nothing', 'a'), false],
    [test('startsWith', 'mail', 'anna@'), true],
    [test('endsWith', 'mail', '.org'), false],
    [test('contains', '__NAME__', 'nn'), true],
    [test('greaterThan', 'age', 29), true],
    [test('greaterThan', 'age', 30), false],
    [test('greaterThanOrEqual', 'age', 30), true],
    [test('lessThan', 'weight', new IcfDouble(61.6)), true],
    [test('lessThanOrEqual', 'weight', new IcfBigDecimal(615n, 1)), true],
    [test('lessThan', 'mail', 'b'), true],
    [test('greaterThan', 'active', false), true],
    [{ kind: 'presence', name: 'Mail' }, true],
    [{ kind: 'presence', name: 'none' }, true],
    // As the LDAP connector gives out what was asked for and the entry lacks.
    [{ kind: 'presence', name: 'nothing' }, false],
    [{ kind: 'presence', name: 'phone' }, false],
  ])('case %#', (filter, expected) => {
    expect(truth(filter)).toBe(expected);
  });

  it.each<Filter>([
    test('equals', 'mail', 'ANNA@example.COM'), test('startsWith', 'mail', 'ANNA'), test('endsWith', 'mail', '.COM'), test('contains', 'mail', 'EXAMPLE'),
    test('containsAllValues', 'groups', 'C', 'B'), test('lessThanOrEqual', 'mail', 'ANNA@EXAMPLE.COM'),
  ])('matches when case does not count: %#', (filter) => {
    expect(truth(filter, true)).toBe(true);
    expect(truth(filter, false)).not.toBe(true);
  });

  it('treats numbers of different types as numbers', () => {
    for (const value of [30, 30n, new IcfDouble(30), new IcfFloat(30), new IcfByte(30), new IcfBigInteger(30n), new IcfBigDecimal(3000n, 2), new IcfBigDecimal(3n, -1)]) {
      for (const name of ['age', 'size']) {
        expect(truth(test('equals', name, value))).toBe(true);
        expect(truth(test('greaterThan', name, value))).toBe(false);
        expect(truth(test('lessThanOrEqual', name, value))).toBe(true);
      }
    }
  });
});

const leaf: fc.Arbitrary<Filter> = fc.record({
  kind: fc.constantFrom<AttributeFilterKind>('equals', 'startsWith', 'contains', 'greaterThan', 'lessThanOrEqual'),
  name: fc.constantFrom('mail', 'age', 'groups', 'phone', '__NAME__'), value: fc.oneof(fc.constantFrom<IcfValue>('a', 'anna@example.com', 'Anna', ''), fc.integer()),
}).map(({ kind, name, value }) => test(kind, name, value));
const anyFilter = fc.letrec<{ filter: Filter }>((tie) => ({
  filter: fc.oneof({ depthSize: 'small', withCrossShrink: true }, leaf,
    fc.record({ kind: fc.constant('not' as const), operand: tie('filter') }),
    fc.record({ kind: fc.constantFrom('and' as const, 'or' as const), operands: fc.array(tie('filter'), { minLength: 2, maxLength: 3 }) })),
})).filter;

describe('the laws of three-valued logic', () => {
  it('double negation, De Morgan, commutation, identity', () => {
    fc.assert(fc.property(anyFilter, anyFilter, (a, b) => {
      const not = (operand: Filter): Filter => ({ kind: 'not', operand });
      const both = (kind: 'and' | 'or', ...operands: Filter[]): Filter => ({ kind, operands });
      expect(truth(not(not(a)))).toBe(truth(a));
      expect(truth(not(both('and', a, b)))).toBe(truth(both('or', not(a), not(b))));
      expect(truth(both('and', a, b))).toBe(truth(both('and', b, a)));
      expect(truth(both('or', a, b))).toBe(truth(both('or', b, a)));
      expect(truth(both('or', a, a))).toBe(truth(a));
      expect(truth(both('and', a, { kind: 'presence', name: 'mail' }))).toBe(truth(a));
    }), { numRuns: 500 });
  });

  it('order of numbers is the order of their values', () => {
    const number = fc.oneof(fc.integer(), fc.double({ noNaN: true }).map((value) => new IcfDouble(value)), fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }));
    const plain = (value: IcfValue): number => Number(value instanceof IcfDouble ? value.value : value);
    fc.assert(fc.property(number, number, (held, asked) => {
      const one = new ConnectorObject(ACCOUNT, [new Uid('1'), new Name('1'), Attribute.of('n', held)]);
      const is = (kind: AttributeFilterKind) => evaluateFilter(test(kind, 'n', asked), one);
      expect([is('lessThan'), is('equals'), is('greaterThan')].filter((value) => value === true)).toHaveLength(1);
      if (plain(held) < plain(asked)) expect(is('lessThan')).toBe(true);
      if (plain(held) > plain(asked)) expect(is('greaterThan')).toBe(true);
    }), { numRuns: 500 });
  });
});

describe('what a filter looks at', () => {
  const filter: Filter = { kind: 'and', operands: [test('equals', 'Mail', 'x'), { kind: 'not', operand: { kind: 'or', operands: [test('contains', 'mail', 'y'), { kind: 'presence', name: 'phone' }] } }, { kind: 'equals', attribute: new Uid('1') }] };
  it('is each attribute once, uid and name aside', () => {
    expect([...attributesOfFilter(filter)].map((name) => name.toLowerCase())).toEqual(['mail', 'phone']);
  });
  it('is shown without values', () => {
    expect(filterShape(filter)).toBe('and(equals Mail, not(or(contains mail, presence phone)), equals __UID__)');
  });
});
