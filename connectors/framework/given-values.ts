import { GuardedString, type Attribute, type IcfValue } from '../../protocol/model/index.js';

/** Throws `invalidAttributeValue`, naming the system. */
type Refuse = (attribute: string, why: string) => never;

/** No values, null, or nothing but null: the attribute is to be cleared. */
export function isCleared({ values }: Attribute): boolean {
  return values === null || values.length === 0 || values.every((value) => value === null);
}

/** Trimmed, a-z in upper case and nothing else touched: `toUpperCase` would make an S of ß and an I of the dotless one. */
export function folded(value: string): string {
  return value.trim().replaceAll(/[a-z]+/g, (letters) => letters.toUpperCase());
}

export interface GivenValues {
  /** Nulls left out; numbers and booleans as text. */
  textsOf(attribute: Attribute): readonly string[];
  singleText(attribute: Attribute): string;
  secretOf(attribute: Attribute): GuardedString;
  /** true and false, or yes and no. */
  booleanOf(attribute: Attribute): boolean;
}

/** Values as systems want them whose commands are text. */
export function givenValues(refuse: Refuse): GivenValues {
  const textOf = (name: string, value: IcfValue): string => {
    if (typeof value === 'string') return value;
    if (typeof value === 'number' || typeof value === 'bigint' || typeof value === 'boolean') return String(value);
    return refuse(name, 'has a value of a type it cannot take: give a text, a number, or true or false.');
  };
  const textsOf = ({ name, values }: Attribute): readonly string[] => (values ?? []).filter((value) => value !== null).map((value) => textOf(name, value));
  const singleText = (attribute: Attribute): string => {
    const texts = textsOf(attribute);
    const [only] = texts;
    return texts.length === 1 && only !== undefined ? only : refuse(attribute.name, `has ${texts.length} values where one is expected.`);
  };
  return {
    textsOf, singleText,
    secretOf({ name, values }) {
      const [value, ...more] = values ?? [];
      if (more.length === 0 && value instanceof GuardedString) return value;
      return more.length === 0 && typeof value === 'string' ? new GuardedString(value) : refuse(name, 'has to be one guarded value.');
    },
    booleanOf(attribute) {
      const given = folded(singleText(attribute));
      if (['TRUE', 'YES'].includes(given)) return true;
      return ['FALSE', 'NO'].includes(given) ? false : refuse(attribute.name, 'has to be true or false.');
    },
  };
}
