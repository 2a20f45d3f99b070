import { ConnectorError, GuardedString, findAttribute, type Attribute, type IcfValue } from '../../../../protocol/model/index.js';

export function refuseValue(attribute: string, why: string): never {
  throw new ConnectorError('invalidAttributeValue', `RACF attribute ${attribute} ${why}`, { outcome: 'notApplied' });
}

/** Text of a value; null for none. Numbers are taken as their digits. */
function textOf(attribute: string, value: IcfValue): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'bigint' || typeof value === 'boolean') return String(value);
  return refuseValue(attribute, 'has a value of a type it cannot take: give a text or a number.');
}

/** No values, null, or nothing but null: the attribute is to be cleared. */
export function isCleared({ values }: Attribute): boolean {
  return values === null || values.length === 0 || values.every((value) => value === null);
}

export function textsOf({ name, values }: Attribute): readonly string[] {
  return (values ?? []).filter((value) => value !== null).map((value) => textOf(name, value));
}

export function singleText(attribute: Attribute): string {
  const texts = textsOf(attribute);
  const [only] = texts;
  return texts.length === 1 && only !== undefined ? only : refuseValue(attribute.name, `has ${texts.length} values where one is expected.`);
}

export function secretOf(attribute: Attribute): GuardedString {
  const [value, ...more] = attribute.values ?? [];
  if (more.length === 0 && value instanceof GuardedString) return value;
  if (more.length === 0 && typeof value === 'string') return new GuardedString(value);
  return refuseValue(attribute.name, 'has to be one guarded value.');
}

export function booleanOf(attribute: Attribute): boolean {
  const folded = singleText(attribute).trim().toUpperCase();
  if (['TRUE', 'YES'].includes(folded)) return true;
  return ['FALSE', 'NO'].includes(folded) ? false : refuseValue(attribute.name, 'has to be true or false.');
}

/** A field of an object value, whatever its case; undefined where it has none. */
export function fieldOf(value: IcfValue, field: string): IcfValue | undefined {
  if (!(value instanceof Map)) return undefined;
  return [...value].find(([key]) => typeof key === 'string' && key.toUpperCase() === field)?.[1];
}

export function given(attributes: readonly Attribute[], name: string): Attribute | undefined {
  return findAttribute(attributes, name);
}
