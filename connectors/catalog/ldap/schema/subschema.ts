import type { AttributeType, LdapObjectClass } from './definitions.js';

/** Chains of superiors longer than this are a loop. */
const MAX_DEPTH = 50;

/** Syntaxes whose values are bytes, not text (RFC 4517, RFC 4523, RFC 2252). */
const BINARY_SYNTAXES: ReadonlySet<string> = new Set([
  '1.3.6.1.4.1.1466.115.121.1.4', '1.3.6.1.4.1.1466.115.121.1.5', '1.3.6.1.4.1.1466.115.121.1.8', '1.3.6.1.4.1.1466.115.121.1.9',
  '1.3.6.1.4.1.1466.115.121.1.10', '1.3.6.1.4.1.1466.115.121.1.23', '1.3.6.1.4.1.1466.115.121.1.28', '1.3.6.1.4.1.1466.115.121.1.40', '1.3.6.1.4.1.1466.115.121.1.49',
]);

/** Ordering rule that goes with an equality rule, for servers that sort only by a rule named to them. */
const ORDERING_BY_EQUALITY: readonly (readonly [RegExp, string])[] = [
  [/^caseIgnore(?:IA5|List)?Match$/i, 'caseIgnoreOrderingMatch'],
  [/^caseExact(?:IA5)?Match$/i, 'caseExactOrderingMatch'],
  [/^numericStringMatch$/i, 'numericStringOrderingMatch'],
  [/^integerMatch$/i, 'integerOrderingMatch'],
  [/^generalizedTimeMatch$/i, 'generalizedTimeOrderingMatch'],
  [/^octetStringMatch$/i, 'octetStringOrderingMatch'],
  [/^UUIDMatch$/i, 'UUIDOrderingMatch'],
  [/^telephoneNumberMatch$/i, 'caseIgnoreOrderingMatch'],
];

/** What a server's schema says, with inheritance resolved. Names are found in any case, by OID too. */
export class Subschema {
  readonly objectClasses: readonly LdapObjectClass[];
  readonly #types: ReadonlyMap<string, AttributeType>;
  readonly #classes: ReadonlyMap<string, LdapObjectClass>;

  constructor(attributeTypes: readonly AttributeType[], objectClasses: readonly LdapObjectClass[]) {
    this.objectClasses = objectClasses;
    this.#types = byName(attributeTypes);
    this.#classes = byName(objectClasses);
  }

  attribute(name: string): AttributeType | undefined {
    const [bare = ''] = name.split(';');
    return this.#types.get(bare.toLowerCase());
  }

  /** A property of the type, or of the nearest superior that has it. */
  inherited<K extends 'equality' | 'ordering' | 'substrings' | 'syntax'>(type: AttributeType, property: K): AttributeType[K] {
    let at: AttributeType | undefined = type;
    for (let depth = 0; at !== undefined && depth < MAX_DEPTH; depth++) {
      if (at[property] !== undefined) return at[property];
      at = at.superior === undefined ? undefined : this.attribute(at.superior);
    }
    return undefined;
  }

  isBinary(name: string): boolean {
    const type = this.attribute(name);
    return type !== undefined && BINARY_SYNTAXES.has(this.inherited(type, 'syntax') ?? '');
  }

  /** Rule to name in a sort key; undefined: none needed, or none known. */
  orderingRuleFor(name: string): string | undefined {
    const type = this.attribute(name);
    if (type === undefined || this.inherited(type, 'ordering') !== undefined) return undefined;
    const equality = this.inherited(type, 'equality') ?? '';
    return ORDERING_BY_EQUALITY.find(([pattern]) => pattern.test(equality))?.[1];
  }

  objectClass(name: string): LdapObjectClass | undefined {
    return this.#classes.get(name.toLowerCase());
  }

  /** The classes and all their superiors, each once; unknown ones are passed over. */
  withSuperiors(names: readonly string[]): LdapObjectClass[] {
    const found = new Set<LdapObjectClass>();
    let level = [...names];
    for (let depth = 0; level.length > 0 && depth < MAX_DEPTH; depth++) {
      const classes = level.map((name) => this.objectClass(name)).filter((one) => one !== undefined && !found.has(one)) as LdapObjectClass[];
      for (const one of classes) found.add(one);
      level = classes.flatMap((one) => one.superiors);
    }
    return [...found];
  }
}

function byName<T extends { readonly oid: string; readonly names: readonly string[] }>(definitions: readonly T[]): Map<string, T> {
  const map = new Map<string, T>();
  for (const definition of definitions) {
    for (const name of [...definition.names, definition.oid]) if (name !== '' && !map.has(name.toLowerCase())) map.set(name.toLowerCase(), definition);
  }
  return map;
}
