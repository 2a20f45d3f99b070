import { createHash } from 'node:crypto';
import {
  Attribute, ClassReference, CountPolicyValue, GuardedByteArray, GuardedString, IcfArray, IcfBigDecimal, IcfBigInteger, IcfByte,
  IcfCharacter, IcfDouble, IcfFile, IcfFloat, IcfUri, Locale, ObjectClassReference, QualifiedUid, Script, SortKey, attributeKey,
  type Filter, type IcfValue,
} from '../../protocol/model/index.js';

/**
 * A value as JSON-like data in which equal values, and only those, look equal: Java's types stay apart, sets and maps lose
 * their order, a secret shows as its SHA-256. Used for digests; never sent or shown.
 */
export type Canonical = string | boolean | null | readonly Canonical[];

const sha256 = (bytes: string | Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

export function canonicalValue(value: IcfValue): Canonical {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return value;
  if (typeof value === 'number') return ['int', String(value)];
  if (typeof value === 'bigint') return ['long', String(value)];
  return canonicalCollection(value) ?? canonicalSecret(value) ?? canonicalScalar(value) ?? canonicalReference(value);
}

type Wrapped = Exclude<IcfValue, null | string | boolean | number | bigint>;

function canonicalCollection(value: Wrapped): Canonical | undefined {
  if (Array.isArray(value)) return ['list', ...value.map(canonicalValue)];
  if (value instanceof Uint8Array) return ['bytes', Buffer.from(value).toString('base64')];
  if (value instanceof Set) return ['set', ...sorted([...value].map(canonicalValue))];
  if (value instanceof Map) return ['map', ...sorted([...value].map(([key, item]) => [canonicalValue(key), canonicalValue(item)]))];
  if (value instanceof IcfArray) return ['array', value.componentType, ...value.items.map(canonicalValue)];
  return value instanceof Attribute ? canonicalAttribute(value) : undefined;
}

function canonicalSecret(value: Wrapped): Canonical | undefined {
  // The clear text is digested on the spot, so that configurations that differ in a secret alone have different keys.
  if (value instanceof GuardedString || value instanceof GuardedByteArray) return ['guarded', sha256(value.reveal())];
  return undefined;
}

function canonicalScalar(value: Wrapped): Canonical | undefined {
  if (value instanceof IcfDouble) return ['double', String(value.value)];
  if (value instanceof IcfFloat) return ['float', String(value.value)];
  if (value instanceof IcfCharacter) return ['char', value.value];
  if (value instanceof IcfByte) return ['byte', String(value.value)];
  if (value instanceof IcfBigInteger) return ['BigInteger', String(value.value)];
  if (value instanceof IcfBigDecimal) return ['BigDecimal', String(value.unscaled), String(value.scale)];
  return undefined;
}

function canonicalReference(value: Wrapped): Canonical {
  if (value instanceof IcfUri) return ['uri', value.value];
  if (value instanceof IcfFile) return ['file', value.path];
  if (value instanceof Locale) return ['locale', value.language, value.country, value.variant];
  if (value instanceof ClassReference) return ['class', value.typeName];
  if (value instanceof Script) return ['script', value.language, value.text];
  if (value instanceof ObjectClassReference) return ['objectClass', value.name];
  if (value instanceof QualifiedUid) return ['qualifiedUid', value.objectClass, value.uid];
  if (value instanceof SortKey) return ['sortKey', attributeKey(value.field), value.isAscending];
  if (value instanceof CountPolicyValue) return ['countPolicy', value.policy];
  throw new TypeError(`A value of ${value.constructor.name} has no canonical form.`);
}

function sorted(items: Canonical[]): Canonical[] {
  return items.map((item) => ({ item, text: JSON.stringify(item) })).sort((a, b) => (a.text < b.text ? -1 : 1)).map(({ item }) => item);
}

function canonicalAttribute(attribute: Attribute): Canonical {
  return ['attribute', attributeKey(attribute.name), attribute.values === null ? null : attribute.values.map(canonicalValue)];
}

export function canonicalFilter(filter: Filter): Canonical {
  switch (filter.kind) {
    case 'and':
    case 'or':
      return [filter.kind, ...filter.operands.map(canonicalFilter)];
    case 'not':
      return ['not', canonicalFilter(filter.operand)];
    case 'presence':
      return ['presence', attributeKey(filter.name)];
    case 'extendedMatch':
      return ['extendedMatch', filter.operator, canonicalAttribute(filter.attribute)];
    default:
      return [filter.kind, canonicalAttribute(filter.attribute)];
  }
}

/** SHA-256 of canonical data, as hexadecimal text. */
export function digestOf(data: Canonical): string {
  return sha256(JSON.stringify(data));
}
