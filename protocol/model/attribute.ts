import { NAME, UID, attributeKey } from './names.js';
import type { IcfValue } from './values.js';

/**
 * A named value list. `values` null means "no value list": on update it clears the attribute; an empty array is a value
 * list without values. The two differ on the wire.
 */
export class Attribute {
  readonly name: string;
  readonly values: readonly IcfValue[] | null;

  constructor(name: string, values: readonly IcfValue[] | null = null) {
    if (name.trim() === '') throw new TypeError('An attribute name must not be blank.');
    this.name = name;
    this.values = values;
  }

  /** Attribute of one or more values: `Attribute.of('mail', 'a@example.com')`. */
  static of(name: string, ...values: IcfValue[]): Attribute {
    return new Attribute(name, values);
  }

  is(name: string): boolean {
    return attributeKey(this.name) === attributeKey(name);
  }

  /** The only value; null when there is none. Throws when there are several. */
  get single(): IcfValue {
    if (this.values === null || this.values.length === 0) return null;
    if (this.values.length > 1) throw new TypeError(`Attribute ${this.name} has ${this.values.length} values where one is expected.`);
    return this.values[0] ?? null;
  }
}

/** The immutable identifier, with the revision if the target knows one. */
export class Uid extends Attribute {
  readonly value: string;
  readonly revision: string | undefined;

  constructor(value: string, revision?: string) {
    if (value.trim() === '') throw new TypeError('A uid must not be blank.');
    super(UID, [value]);
    this.value = value;
    this.revision = revision === undefined || revision.trim() === '' ? undefined : revision;
  }
}

/** The name people use for the object. */
export class Name extends Attribute {
  readonly value: string;

  constructor(value: string) {
    super(NAME, [value]);
    this.value = value;
  }
}

/** Finds an attribute by name, case-insensitively. */
export function findAttribute(attributes: Iterable<Attribute>, name: string): Attribute | undefined {
  const key = attributeKey(name);
  for (const attribute of attributes) if (attributeKey(attribute.name) === key) return attribute;
  return undefined;
}
