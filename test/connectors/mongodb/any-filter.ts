import { BSONSymbol, Decimal128, Double, Int32, Long, ObjectId, UUID, type Document } from 'bson';
import fc from 'fast-check';
import { expect } from 'vitest';
import { evaluateFilter } from '../../../connectors/framework/index.js';
import { Attribute, IcfDouble, NAME, UID, type Filter, type IcfValue } from '../../../protocol/model/index.js';
import type { MongoSystem } from './fixture.js';

/** Values of the types a field has as a rule. */
export const PLAIN_VALUES: readonly unknown[] = [
  'ann', 'Ann', 'ann@example.com', '', 'z\u{1f600}', '\uffff', new Int32(5), new Double(5), new Double(5.5), Long.fromBigInt(5n), true, false, null, new Date('2026-02-05T00:07:00Z'),
  new Date('2026-02-05T00:07:00.250Z'), new ObjectId('65c1f0f0f0f0f0f0f0f0f0f0'), new UUID('123e4567-e89b-42d3-a456-426614174000'), ['ann', 'bob'], ['ann'], [], { a: 'ann' },
];
/** Of types that not every server knows which speaks MongoDB's protocol. */
export const RARE_VALUES: readonly unknown[] = [Decimal128.fromString('5.5'), Decimal128.fromString('5'), new BSONSymbol('ann'), [new BSONSymbol('Ann')]];

/** A document for each value, and some without a name or with fields in two spellings. */
export function anyDocuments(values: readonly unknown[], prefix = 'n'): Document[] {
  const named = values.map((field, index) => ({ _id: new ObjectId(), name: `${prefix}${index}`, field }));
  const others = [{ _id: new Int32(7), field: 'ann' }, { _id: new ObjectId(), twice: 'ann' }, { _id: new ObjectId(), TWICE: 'bob' }, { _id: 'text', name: ['x'], other: new Int32(1) }];
  return prefix === 'n' ? [...named, ...others] : named;
}

const text = fc.constantFrom(
  'ann', 'Ann', 'n', '', 'z', '5', '2026-02-05T00:07:00Z', '2026', '65c1f0f0f0f0f0f0f0f0f0f0', '123e4567-e89b-42d3-a456-426614174000', 'n1', '7', 'text', '.*', '^a', '\u{1f600}', '\uffff', 'x$',
);
const value = fc.oneof(text, fc.constantFrom<IcfValue>(5, 5n, new IcfDouble(5), new IcfDouble(5.5), true, false));
const name = fc.constantFrom('field', 'FIELD', 'twice', NAME, UID, 'missing', '$where', 'a.b');
const compared = fc.record({
  kind: fc.constantFrom('equals', 'containsAllValues', 'startsWith', 'endsWith', 'contains', 'greaterThan', 'greaterThanOrEqual', 'lessThan', 'lessThanOrEqual'),
  attribute: fc.tuple(name, value).map(([attribute, asked]) => Attribute.of(attribute, asked)),
}) as fc.Arbitrary<Filter>;
const leaf: fc.Arbitrary<Filter> = fc.oneof(
  { weight: 6, arbitrary: compared },
  name.map((attribute): Filter => ({ kind: 'presence', name: attribute })),
  fc.constant<Filter>({ kind: 'equals', attribute: Attribute.of('field', 'ann', 'bob') }),
);
const anyFilter = fc.letrec<{ filter: Filter }>((tie) => ({
  filter: fc.oneof(
    { maxDepth: 2 }, leaf, fc.record({ kind: fc.constantFrom('and' as const, 'or' as const), operands: fc.array(tie('filter'), { minLength: 2, maxLength: 3 }) }),
    fc.record({ kind: fc.constant('not' as const), operand: tie('filter') }),
  ),
})).filter;

/** What any filter finds is what it means of all that is there. */
export async function expectExactFilters(system: MongoSystem, numRuns: number): Promise<void> {
  const all = (await system.search()).items;
  await fc.assert(fc.asyncProperty(anyFilter, async (asked) => {
    const expected = all.filter((object) => evaluateFilter(asked, object) === true).map(({ uid }) => uid.value).sort();
    expect((await system.search(asked)).items.map(({ uid }) => uid.value).sort()).toEqual(expected);
  }), { numRuns });
}
