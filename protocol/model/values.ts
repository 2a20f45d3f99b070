import type { GuardedByteArray, GuardedString } from './guarded.js';
import type { Attribute } from './attribute.js';
import type { IcfObject } from './icf-object.js';

/**
 * How ICF values look in this code. Java's types stay apart, because a Java peer compares classes:
 *
 * | Java | here | | Java | here |
 * | --- | --- | --- | --- | --- |
 * | String | `string` | | Boolean | `boolean` |
 * | Integer, int | `number` (32-bit integer) | | Long, long | `bigint` (64 bit) |
 * | Double | {@link IcfDouble} | | Float | {@link IcfFloat} |
 * | Character | {@link IcfCharacter} | | Byte | {@link IcfByte} |
 * | BigInteger | {@link IcfBigInteger} | | BigDecimal | {@link IcfBigDecimal} |
 * | byte[] | `Uint8Array` | | URI, File | {@link IcfUri}, {@link IcfFile} |
 * | List | array | | Set, Map | `Set`, `Map` |
 * | any other array | {@link IcfArray} | | Class | {@link ClassReference} |
 */
export type IcfValue =
  | null | string | boolean | number | bigint | Uint8Array
  | IcfDouble | IcfFloat | IcfCharacter | IcfByte | IcfBigInteger | IcfBigDecimal
  | IcfUri | IcfFile | Locale | ClassReference | GuardedString | GuardedByteArray
  | Script | ObjectClassReference | QualifiedUid | SortKey | CountPolicyValue | Attribute | IcfObject
  | IcfArray | IcfValue[] | Set<IcfValue> | Map<IcfValue, IcfValue>;

export class IcfDouble {
  readonly value: number;
  constructor(value: number) { this.value = value; }
}

/** `value` is rounded to single precision. */
export class IcfFloat {
  readonly value: number;
  constructor(value: number) { this.value = Math.fround(value); }
}

/** One UTF-16 unit. */
export class IcfCharacter {
  readonly value: string;
  constructor(value: string) {
    if (value.length !== 1) throw new RangeError(`A Character is one UTF-16 unit, got ${value.length}.`);
    this.value = value;
  }
}

/** A signed byte, -128 to 127. */
export class IcfByte {
  readonly value: number;
  constructor(value: number) {
    if (!Number.isInteger(value) || value < -128 || value > 127) throw new RangeError(`${value} is not a signed byte.`);
    this.value = value;
  }
}

export class IcfBigInteger {
  readonly value: bigint;
  constructor(value: bigint) { this.value = value; }
}

/** unscaled × 10^-scale */
export class IcfBigDecimal {
  readonly unscaled: bigint;
  readonly scale: number;
  constructor(unscaled: bigint, scale: number) { this.unscaled = unscaled; this.scale = scale; }

  toString(): string {
    if (this.scale <= 0) return (this.unscaled * 10n ** BigInt(-this.scale)).toString();
    const digits = (this.unscaled < 0n ? -this.unscaled : this.unscaled).toString().padStart(this.scale + 1, '0');
    const at = digits.length - this.scale;
    return `${this.unscaled < 0n ? '-' : ''}${digits.slice(0, at)}.${digits.slice(at)}`;
  }
}

export class IcfUri {
  readonly value: string;
  constructor(value: string) { this.value = value; }
}

/** A path on the connector's host. */
export class IcfFile {
  readonly path: string;
  constructor(path: string) { this.path = path; }
}

export class Locale {
  readonly language: string;
  readonly country: string;
  readonly variant: string;
  constructor(language = '', country = '', variant = '') {
    this.language = language;
    this.country = country;
    this.variant = variant;
  }
}

/** Names a registered ICF type, e.g. `String`, `int`, `String[]`, `CreateApiOp`. Each `[]` is one array dimension. */
export class ClassReference {
  readonly typeName: string;
  constructor(typeName: string) { this.typeName = typeName; }
}

/** A Java array other than `byte[]`, e.g. `new IcfArray('String', ['a', 'b'])`. */
export class IcfArray {
  readonly componentType: string;
  readonly items: readonly IcfValue[];
  constructor(componentType: string, items: readonly IcfValue[]) {
    this.componentType = componentType;
    this.items = items;
  }
}

/** Marks a map whose String keys compare without regard to case (Java: TreeMap with a case-insensitive order). */
export class CaseInsensitiveMap extends Map<IcfValue, IcfValue> {}
/** Marks a set whose String members compare without regard to case. */
export class CaseInsensitiveSet extends Set<IcfValue> {}

export class Script {
  readonly language: string;
  readonly text: string;
  constructor(language: string, text: string) { this.language = language; this.text = text; }
}

export class ObjectClassReference {
  readonly name: string;
  constructor(name: string) { this.name = name; }
}

export class QualifiedUid {
  readonly objectClass: string;
  readonly uid: string;
  readonly revision: string | undefined;
  constructor(objectClass: string, uid: string, revision?: string) {
    this.objectClass = objectClass;
    this.uid = uid;
    this.revision = revision;
  }
}

export class SortKey {
  readonly field: string;
  readonly isAscending: boolean;
  constructor(field: string, isAscending = true) { this.field = field; this.isAscending = isAscending; }
}

export type CountPolicy = 'NONE' | 'ESTIMATE' | 'EXACT';

/** A CountPolicy met as a value inside an object stream. */
export class CountPolicyValue {
  readonly policy: CountPolicy;
  constructor(policy: CountPolicy) { this.policy = policy; }
}
