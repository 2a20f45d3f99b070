/**
 * Values as they travel, as JSON, between a test and the Java driver: loss-free both ways. A string is a string and null is
 * null; everything else is tagged with its Java type. Numbers are text, so that no digit is lost.
 */
export type JavaValue = string | null | TaggedValue;

export type TaggedValue =
  | { readonly type: 'Integer' | 'Long' | 'Double' | 'Float' | 'Byte' | 'Short' | 'BigInteger' | 'BigDecimal' | 'Character' | 'URI' | 'File' | 'Date'; readonly value: string }
  | { readonly type: 'Boolean'; readonly value: boolean }
  /** The clear text: these tests use made-up secrets only. */
  | { readonly type: 'GuardedString'; readonly value: string }
  /** Base64. */
  | { readonly type: 'ByteArray' | 'GuardedByteArray'; readonly value: string }
  | { readonly type: 'Map'; readonly entries: readonly (readonly [JavaValue, JavaValue])[] }
  | { readonly type: 'List' | 'Set'; readonly items: readonly JavaValue[] }
  /** `component`: simple name of the element type, e.g. String, GuardedString, int. */
  | { readonly type: 'Array'; readonly component: string; readonly items: readonly JavaValue[] }
  | { readonly type: 'Uid'; readonly value: string; readonly revision?: string }
  | { readonly type: 'ObjectClass'; readonly value: string }
  | { readonly type: 'QualifiedUid'; readonly objectClass: string; readonly uid: string }
  | { readonly type: 'SortKey'; readonly field: string; readonly ascending: boolean }
  | { readonly type: 'Script'; readonly language: string; readonly text: string }
  | { readonly type: 'SyncToken'; readonly value: JavaValue }
  /** Read only: a Java object without a form of its own, as its class and `toString()`. */
  | { readonly type: 'Object'; readonly javaClass: string; readonly value: string };

/** `values` null: the attribute has no value (Java's null list), which differs from an empty list. */
export interface JavaAttribute {
  readonly name: string;
  readonly values: readonly JavaValue[] | null;
}

/** Attributes as a test writes them: a list, or an object of name and value(s); null there is Java's null list. */
export type JavaAttributes = readonly JavaAttribute[] | Readonly<Record<string, JavaValue | readonly JavaValue[]>>;

export interface JavaUid {
  readonly uid: string;
  readonly revision?: string;
}

/** A connector object; `attributes` holds neither `__UID__` nor `__NAME__`, sorted by name. */
export interface JavaObject extends JavaUid {
  readonly objectClass: string;
  readonly name: string;
  readonly attributes: readonly JavaAttribute[];
}

export interface JavaDelta extends JavaUid {
  readonly token: JavaValue;
  readonly deltaType: 'CREATE' | 'UPDATE' | 'CREATE_OR_UPDATE' | 'DELETE';
  readonly objectClass: string | null;
  readonly previousUid?: string;
  readonly object: JavaObject | null;
}

/** Every filter type of the framework. */
export type JavaFilter =
  | { readonly type: 'and' | 'or'; readonly filters: readonly JavaFilter[] }
  | { readonly type: 'not'; readonly filter: JavaFilter }
  | { readonly type: 'equals' | 'containsAllValues'; readonly attribute: string; readonly values: readonly JavaValue[] }
  | {
      readonly type: 'contains' | 'startsWith' | 'endsWith' | 'greaterThan' | 'greaterThanOrEqual' | 'lessThan' | 'lessThanOrEqual';
      readonly attribute: string; readonly value: JavaValue;
    }
  | { readonly type: 'presence'; readonly attribute: string }
  | { readonly type: 'extended'; readonly operator: string; readonly attribute: string; readonly values: readonly JavaValue[] };

/** Operation options; `custom` for any further name. A total count cannot be asked for: 2.0.1 refuses to build options with a CountPolicy. */
export interface JavaOptions {
  readonly attributesToGet?: readonly string[];
  readonly pageSize?: number;
  readonly pagedResultsCookie?: string;
  readonly pagedResultsOffset?: number;
  readonly sortKeys?: readonly { readonly field: string; readonly ascending: boolean }[];
  readonly scope?: 'object' | 'onelevel' | 'subtree';
  readonly container?: { readonly objectClass: string; readonly uid: string };
  readonly runAsUser?: string;
  readonly runWithPassword?: string;
  readonly custom?: Readonly<Record<string, JavaValue>>;
}

/** The values of an attribute of a connector object; undefined when it is absent. */
export function valuesOf(object: JavaObject, name: string): readonly JavaValue[] | null | undefined {
  return object.attributes.find((attribute) => attribute.name === name)?.values;
}

export const javaInteger = (value: number): JavaValue => ({ type: 'Integer', value: String(value) });
export const javaLong = (value: number | bigint): JavaValue => ({ type: 'Long', value: String(value) });
export const javaBoolean = (value: boolean): JavaValue => ({ type: 'Boolean', value });
export const javaGuarded = (value: string): JavaValue => ({ type: 'GuardedString', value });
export const javaBytes = (value: Uint8Array): JavaValue => ({ type: 'ByteArray', value: Buffer.from(value).toString('base64') });

/** The list form of attributes. */
export function attributeList(attributes: JavaAttributes): JavaAttribute[] {
  if (isList<JavaAttribute>(attributes)) return [...attributes];
  return Object.entries(attributes).map(([name, value]) => ({ name, values: isList<JavaValue>(value) ? value : value === null ? null : [value] }));
}

function isList<T>(value: unknown): value is readonly T[] {
  return Array.isArray(value);
}
