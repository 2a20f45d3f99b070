import {
  Attribute, ClassReference, ConnectorError, CountPolicyValue, GuardedString, IcfBigDecimal, IcfBigInteger, IcfByte, IcfCharacter, IcfDouble, IcfFile, IcfFloat,
  IcfUri, Locale, Name, ObjectClassReference, QualifiedUid, Script, SortKey, Uid, type IcfValue,
} from '../../../protocol/model/index.js';
import { DEEPEST_VALUE } from './limits.js';
import type { Secret } from './wire-values.js';

/** Of whole numbers and decimals. */
const MOST_DIGITS = 1000;
const WHOLE = /^-?\d+$/;
const DECIMAL = /^([+-]?\d+)(?:\.(\d+))?$/;
const INT_MIN = -2_147_483_648;
const INT_MAX = 2_147_483_647;
const LONG_BITS = 64;

function refuse(what: string): never {
  throw new ConnectorError('illegalArgument', `The script gave ${what}.`);
}

/** Reads what a script gives: any text at all. Throws `illegalArgument` for what is no value. */
export class WireDecoder {
  readonly #secrets: readonly Secret[];
  readonly #onSecret: (secret: GuardedString) => void;

  /** `secrets`: those the script was given, by number. `onSecret` hears of those it makes. */
  constructor(secrets: readonly Secret[], onSecret: (secret: GuardedString) => void) {
    this.#secrets = secrets;
    this.#onSecret = onSecret;
  }

  decode(text: string): IcfValue {
    let wire: unknown;
    try {
      wire = JSON.parse(text);
    } catch {
      refuse('a value that cannot be read');
    }
    return this.#value(wire, 0);
  }

  #value(wire: unknown, depth: number): IcfValue {
    if (depth > DEEPEST_VALUE + 1) refuse(`a value nested deeper than ${DEEPEST_VALUE} levels`);
    if (wire === null || typeof wire === 'boolean' || typeof wire === 'string') return wire;
    if (typeof wire === 'number') return numberValue(wire);
    if (!Array.isArray(wire)) refuse('a value of a form there is none of');
    const [kind, ...rest] = wire as readonly unknown[];
    return this.#tagged(kind, rest, depth + 1);
  }

  #tagged(kind: unknown, rest: readonly unknown[], depth: number): IcfValue {
    switch (kind) {
      case 'l': return this.#all(rest, depth);
      case 's': return new Set(this.#all(rest, depth));
      case 'm': return this.#map(rest, depth);
      case 'i': return wholeValue(rest[0]);
      case 'n': return new IcfDouble(Number(textOf(rest[0], 'a number')));
      case 'b': return bytesValue(rest[0]);
      case 'g': return this.#given(rest[0]);
      case 'G': return this.#made(rest[0]);
      case 't': return this.#typed(rest[0], rest.slice(1), depth);
      default: return refuse('a value of a kind there is none of');
    }
  }

  #all(wires: readonly unknown[], depth: number): IcfValue[] {
    return wires.map((wire) => this.#value(wire, depth));
  }

  #map(wires: readonly unknown[], depth: number): Map<IcfValue, IcfValue> {
    if (wires.length % 2 !== 0) refuse('a map with a key without a value');
    const map = new Map<IcfValue, IcfValue>();
    for (let at = 0; at < wires.length; at += 2) map.set(this.#value(wires[at], depth), this.#value(wires[at + 1], depth));
    return map;
  }

  #given(index: unknown): Secret {
    const secret = typeof index === 'number' && Number.isInteger(index) ? this.#secrets[index] : undefined;
    return secret ?? refuse('a secret it was not given');
  }

  #made(text: unknown): GuardedString {
    const secret = new GuardedString(textOf(text, 'a secret'));
    this.#onSecret(secret);
    return secret;
  }

  #typed(type: unknown, fields: readonly unknown[], depth: number): IcfValue {
    if (type === 'attribute') return this.#attribute(fields, depth);
    const make = typeof type === 'string' && Object.hasOwn(TYPES, type) ? TYPES[type] : undefined;
    if (make === undefined) refuse('a value of a type there is none of');
    try {
      return make(fields);
    } catch (error) {
      if (error instanceof ConnectorError) throw error;
      return refuse(`a value its type does not have: ${error instanceof Error ? error.message : 'none'}`);
    }
  }

  #attribute([name, values]: readonly unknown[], depth: number): Attribute {
    const own = nameOf(name);
    const read = values === null || values === undefined ? null : this.#value(values, depth);
    return new Attribute(own, read === null ? null : Array.isArray(read) ? read : [read]);
  }
}

/** A whole number of 32 bits is an Integer, of 53 a Long, anything else a Double. */
function numberValue(value: number): IcfValue {
  if (!Number.isSafeInteger(value)) return new IcfDouble(value);
  return value >= INT_MIN && value <= INT_MAX ? value + 0 : BigInt(value);
}

/** A Long where it fits. */
function wholeValue(given: unknown): IcfValue {
  const value = wholeNumber(given);
  return BigInt.asIntN(LONG_BITS, value) === value ? value : new IcfBigInteger(value);
}

function wholeNumber(given: unknown): bigint {
  const text = textOf(given, 'a whole number');
  if (text.length > MOST_DIGITS || !WHOLE.test(text)) refuse(`a whole number that is none, or has more than ${MOST_DIGITS} digits`);
  return BigInt(text);
}

function decimal(given: unknown): IcfBigDecimal {
  const text = textOf(given, 'a decimal number');
  const match = text.length > MOST_DIGITS ? null : DECIMAL.exec(text);
  if (match === null) refuse(`a decimal number that is none, or has more than ${MOST_DIGITS} digits`);
  const [, whole = '0', fraction = ''] = match;
  return new IcfBigDecimal(BigInt(`${whole.replace(/^\+/, '')}${fraction}`), fraction.length);
}

function bytesValue(given: unknown): Uint8Array {
  const bytes = Buffer.from(textOf(given, 'bytes'), 'latin1');
  return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength).slice();
}

function textOf(given: unknown, what: string): string {
  return typeof given === 'string' ? given : refuse(`${what} that is no text`);
}

/** What a name may be: one that is blank names nothing. */
function nameOf(given: unknown): string {
  const name = textOf(given, 'a name');
  return name.trim() === '' ? refuse('a blank name') : name;
}

function numberOf(given: unknown): number {
  if (typeof given === 'number') return given;
  if (Array.isArray(given) && given[0] === 'n') return Number(given[1]);
  return refuse('a number that is none');
}

const textOrNone = (given: unknown): string | undefined => (given === null || given === undefined ? undefined : textOf(given, 'a text'));

const COUNT_POLICIES = ['NONE', 'ESTIMATE', 'EXACT'] as const;

const TYPES: Readonly<Record<string, (fields: readonly unknown[]) => IcfValue>> = {
  double: ([value]) => new IcfDouble(numberOf(value)),
  float: ([value]) => new IcfFloat(numberOf(value)),
  byte: ([value]) => new IcfByte(numberOf(value)),
  character: ([value]) => new IcfCharacter(textOf(value, 'a character')),
  bigInteger: ([value]) => new IcfBigInteger(Array.isArray(value) && value[0] === 'i' ? wholeNumber(value[1]) : wholeNumber(typeof value === 'number' ? String(value) : value)),
  bigDecimal: ([value]) => decimal(typeof value === 'number' ? String(value) : value),
  uri: ([value]) => new IcfUri(textOf(value, 'a URI')),
  file: ([value]) => new IcfFile(textOf(value, 'a path')),
  objectClass: ([name]) => new ObjectClassReference(nameOf(name)),
  uid: ([value, revision]) => new Uid(nameOf(value), textOrNone(revision)),
  name: ([value]) => new Name(textOf(value, 'a name')),
  qualifiedUid: ([objectClass, uid, revision]) => new QualifiedUid(nameOf(objectClass), nameOf(uid), textOrNone(revision)),
  sortKey: ([field, isAscending]) => new SortKey(nameOf(field), isAscending !== false),
  locale: ([language, country, variant]) => new Locale(textOf(language, 'a language'), textOrNone(country), textOrNone(variant)),
  class: ([name]) => new ClassReference(nameOf(name)),
  script: ([language, text]) => new Script(textOf(language, 'a language'), textOf(text, 'a script')),
  countPolicy: ([policy]) => new CountPolicyValue(COUNT_POLICIES.find((known) => known === policy) ?? refuse('a count policy there is none of')),
};
