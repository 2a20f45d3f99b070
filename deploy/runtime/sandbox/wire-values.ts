import {
  Attribute, ClassReference, ConnectorError, CountPolicyValue, GuardedByteArray, GuardedString, IcfArray, IcfBigDecimal, IcfBigInteger, IcfByte, IcfCharacter,
  IcfDouble, IcfFile, IcfFloat, IcfObject, IcfUri, Locale, Name, ObjectClassReference, QualifiedUid, Script, SortKey, Uid, type IcfValue,
} from '../../../protocol/model/index.js';
import { DEEPEST_VALUE } from './limits.js';
import { scriptObject } from './script-object.js';

/**
 * A value on its way in or out of the sandbox, as JSON. What JSON has not is a list that begins with its kind:
 * `["l", …]` list, `["s", …]` set, `["m", key, value, …]` map, `["i", digits]` whole number of any size, `["n", text]` number
 * that is not finite, `["b", text]` bytes, one a character, `["g", number]` a secret given to the script, `["G", text]` one made
 * by it, `["t", type, …]` another ICF type.
 */
export type Wire = null | boolean | string | number | readonly Wire[];

export type Secret = GuardedString | GuardedByteArray;

/** Writes the values of one run. Throws `illegalArgument` for what does not go in. */
export class WireEncoder {
  readonly #secrets: Secret[];
  readonly #longest: number;
  #characters = 0;

  /** `secrets`: those the run knows by number; new ones are added. `longest`: characters. */
  constructor(secrets: Secret[], longest: number) {
    this.#secrets = secrets;
    this.#longest = longest;
  }

  encode(value: IcfValue): string {
    this.#characters = 0;
    const text = JSON.stringify(this.#wire(value, 0));
    if (text.length > this.#longest) throw this.#tooLarge();
    return text;
  }

  #wire(value: IcfValue, depth: number): Wire {
    if (depth > DEEPEST_VALUE) throw new ConnectorError('illegalArgument', `A value for a script is nested deeper than ${DEEPEST_VALUE} levels.`);
    this.#count(4);
    if (value === null || typeof value === 'boolean') return value;
    if (typeof value === 'string') return this.#text(value);
    if (typeof value === 'number') return numberWire(value);
    if (typeof value === 'bigint') return ['i', String(value)];
    return this.#collection(value, depth + 1) ?? this.#number(value) ?? this.#typed(value, depth + 1);
  }

  #collection(value: object, depth: number): Wire | undefined {
    if (value instanceof Uint8Array) return ['b', this.#text(Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('latin1'))];
    if (Array.isArray(value)) return ['l', ...this.#all(value as IcfValue[], depth)];
    if (value instanceof Set) return ['s', ...this.#all([...value as Set<IcfValue>], depth)];
    if (value instanceof Map) return ['m', ...this.#all([...value as Map<IcfValue, IcfValue>].flatMap(([key, item]) => [key, item]), depth)];
    if (value instanceof IcfArray) return ['l', ...this.#all(value.items, depth)];
    if (value instanceof GuardedString || value instanceof GuardedByteArray) return ['g', this.#secrets.push(value) - 1];
    return undefined;
  }

  #number(value: object): Wire | undefined {
    if (value instanceof IcfDouble || value instanceof IcfFloat) return numberWire(value.value);
    if (value instanceof IcfByte || value instanceof IcfCharacter) return value.value;
    if (value instanceof IcfBigInteger) return ['i', this.#text(String(value.value))];
    return undefined;
  }

  #typed(value: object, depth: number): Wire {
    const fields = fieldsOf(value);
    if (fields !== undefined) return ['t', ...fields.map((field) => (field === null || typeof field === 'boolean' ? field : this.#text(field)))];
    if (value instanceof Attribute) return ['t', 'attribute', this.#text(value.name), value.values === null ? null : ['l', ...this.#all(value.values, depth)]];
    const object = value instanceof IcfObject ? (value as IcfObject).as('ConnectorObject') : undefined;
    if (object !== undefined) return this.#wire(scriptObject(object), depth);
    throw new ConnectorError('illegalArgument', `A value of the type ${value instanceof IcfObject ? value.type : 'given'} cannot be handed to a script.`);
  }

  #all(values: readonly IcfValue[], depth: number): Wire[] {
    return values.map((value) => this.#wire(value, depth));
  }

  #text(text: string): string {
    this.#count(text.length);
    return text;
  }

  #count(characters: number): void {
    this.#characters += characters;
    // What a value is at least; a text is only measured once it is written.
    if (this.#characters > 4 * this.#longest) throw this.#tooLarge();
  }

  #tooLarge(): ConnectorError {
    return new ConnectorError('illegalArgument', `A value for a script is larger than the ${this.#longest} characters it may have (scripts.valueSize).`);
  }
}

function numberWire(value: number): Wire {
  return Number.isFinite(value) ? value : ['n', String(value)];
}

/** The type's name and its fields, of types made of texts. */
function fieldsOf(value: object): readonly (string | boolean | null)[] | undefined {
  if (value instanceof Uid) return ['uid', value.value, value.revision ?? null];
  if (value instanceof Name) return ['name', value.value];
  if (value instanceof IcfUri) return ['uri', value.value];
  if (value instanceof IcfFile) return ['file', value.path];
  if (value instanceof IcfBigDecimal) return ['bigDecimal', value.toString()];
  if (value instanceof ObjectClassReference) return ['objectClass', value.name];
  if (value instanceof QualifiedUid) return ['qualifiedUid', value.objectClass, value.uid, value.revision ?? null];
  return lessUsualFields(value);
}

function lessUsualFields(value: object): readonly (string | boolean | null)[] | undefined {
  if (value instanceof Locale) return ['locale', value.language, value.country, value.variant];
  if (value instanceof ClassReference) return ['class', value.typeName];
  if (value instanceof Script) return ['script', value.language, value.text];
  if (value instanceof SortKey) return ['sortKey', value.field, value.isAscending];
  if (value instanceof CountPolicyValue) return ['countPolicy', value.policy];
  return undefined;
}
