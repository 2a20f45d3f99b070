import {
  Attribute, ConnectorObject, GuardedString, IcfArray, IcfBigDecimal, IcfBigInteger, IcfByte, IcfCharacter, IcfDouble, Name, Uid,
  type AttributeFilterKind, type Filter, type IcfValue,
} from '../../../protocol/model/index.js';
import type { ByteSource } from '../engine/byte-source.js';

const NAMES = ['mail', 'cn', 'sn', 'UID', 'memberOf', 'member', '__NAME__', '__UID__', 'dn', '__proto__', 'constructor', 'userPassword', 'memberOf:1.2.840.113556.1.4.1941:', 'cn;lang-de'] as const;
const KINDS: readonly [AttributeFilterKind, ...AttributeFilterKind[]] = [
  'equals', 'containsAllValues', 'startsWith', 'endsWith', 'contains', 'greaterThan', 'greaterThanOrEqual', 'lessThan', 'lessThanOrEqual',
];
const DEEPEST = 12;

/** An attribute name: mostly a usual one, sometimes anything. */
export function nameFrom(source: ByteSource): string {
  if (source.below(4) > 0) return source.pick(NAMES);
  const name = source.text(24);
  return name.trim() === '' ? 'mail' : name;
}

type Maker = (source: ByteSource, depth: number) => IcfValue;

const SCALARS: readonly [Maker, ...Maker[]] = [
  (source) => source.text(24),
  (source) => source.int32(),
  (source) => BigInt(source.int32()) * 4_294_967_296n,
  (source) => source.boolean(),
  (source) => Uint8Array.from(source.bytes(24)),
  () => null,
  (source) => new IcfDouble(source.pick([0, -0, Number.NaN, Infinity, 1e308, 5e-324, 0.1])),
  // Half a surrogate pair is no text: it travels as the replacement character.
  (source) => new IcfCharacter(Buffer.from(String.fromCharCode(source.below(65_536))).toString()),
];
const ALL: readonly [Maker, ...Maker[]] = [
  ...SCALARS,
  (source) => new IcfByte(source.below(256) - 128),
  (source) => new IcfBigInteger(BigInt(source.int32()) ** BigInt(source.below(40))),
  (source) => new IcfBigDecimal(BigInt(source.int32()), source.int32() % 10_001),
  (source) => new GuardedString(source.text(8)),
  (source, depth) => new Map(source.list(3, () => [source.text(4), valueFrom(source, depth + 1)])),
  (source, depth) => source.boolean() ? source.list(4, () => valueFrom(source, depth + 1)) : new IcfArray('Object', source.list(4, () => valueFrom(source, depth + 1))),
];
const DEEPEST_VALUE = 3;

export function valueFrom(source: ByteSource, depth = 0): IcfValue {
  return source.pick(depth > DEEPEST_VALUE ? SCALARS : ALL)(source, depth);
}

function attributeFrom(source: ByteSource): Attribute {
  const name = nameFrom(source);
  if (name === '__UID__') return new Uid(`u${source.text(8)}`);
  if (name === '__NAME__') return new Name(source.text(16));
  return new Attribute(name, source.below(8) === 0 ? null : source.list(4, () => valueFrom(source)));
}

/** A filter by the bytes: every input is one. */
export function filterFrom(source: ByteSource, depth = 0): Filter {
  const choice = source.below(source.isAtEnd || depth > DEEPEST ? 3 : 8);
  if (choice >= 6) return { kind: choice === 6 ? 'and' : 'or', operands: [filterFrom(source, depth + 1), filterFrom(source, depth + 1), ...source.list(3, () => filterFrom(source, depth + 1))] };
  if (choice === 5) return { kind: 'not', operand: filterFrom(source, depth + 1) };
  if (choice === 4) return { kind: 'extendedMatch', operator: source.boolean() ? 'caseExactMatch' : `x${source.text(6)}`, attribute: attributeFrom(source) };
  if (choice === 3) return { kind: 'presence', name: nameFrom(source) };
  return { kind: source.pick(KINDS), attribute: attributeFrom(source) };
}

export function objectFrom(source: ByteSource): ConnectorObject {
  return new ConnectorObject('__ACCOUNT__', [new Uid(`u${source.text(8)}`), new Name(source.text(16)), ...source.list(6, () => attributeFrom(source)).filter((attribute) => !(attribute instanceof Uid || attribute instanceof Name))]);
}
