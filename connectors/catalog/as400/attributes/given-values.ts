import { GuardedString, type Attribute, type IcfValue } from '../../../../protocol/model/index.js';
import { refuseValue } from '../cl/parameter-values.js';

function textOf(attribute: string, value: IcfValue): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'bigint' || typeof value === 'boolean') return String(value);
  return refuseValue(attribute, 'has a value of a type it cannot take: give a text, a number or true or false.');
}

/** No values, or nothing but null. */
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
