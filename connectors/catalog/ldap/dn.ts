import { ConnectorError } from '../../../protocol/model/index.js';
import { normalForm } from './dn-normal-form.js';

/**
 * One attribute type and value of an RDN. Bytes stand for a value that is no text: its whole BER encoding, as in the
 * `#hex` form of RFC 4514.
 */
export interface Ava { readonly attribute: string; readonly value: string | Uint8Array }
/** One relative distinguished name; several AVAs make it multi-valued. */
export type Rdn = readonly Ava[];
/** Most specific RDN first, as written; the empty list is the root. */
export type Dn = readonly Rdn[];

/** Longest DN text taken from a caller or a server. */
export const MAX_DN_LENGTH = 32_768;

const SEPARATORS = /[,;+]/;
const HEX_PAIR = /^[0-9a-fA-F]{2}$/;
const ATTRIBUTE_TYPE = /^(?:[A-Za-z][A-Za-z0-9-]*|\d+(?:\.\d+)*)$/;
const OCTET_STRING = 0x04;
/** BER tags of the string types whose contents are UTF-8 (OCTET STRING, UTF8String, PrintableString, IA5String). */
const TEXT_TAGS: ReadonlySet<number> = new Set([OCTET_STRING, 0x0c, 0x13, 0x16]);

class Malformed extends Error {}

function utf8(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

function berOctetString(bytes: Uint8Array): Uint8Array {
  const size = bytes.length;
  const length = size < 0x80 ? [size] : size < 0x100 ? [0x81, size] : [0x82, size >> 8, size & 0xff];
  return Uint8Array.from([OCTET_STRING, ...length, ...bytes]);
}

/** The text in a BER string of definite length, or undefined when it is something else. */
function berText(ber: Uint8Array): string | undefined {
  const first = ber[1];
  if (first === undefined || !TEXT_TAGS.has(ber[0] ?? 0)) return undefined;
  const extra = first < 0x80 ? 0 : first & 0x7f;
  const length = extra === 0 ? first : ber.subarray(2, 2 + extra).reduce((sum, byte) => sum * 256 + byte, 0);
  const content = ber.subarray(2 + extra);
  return extra <= 2 && content.length === length ? utf8(content) : undefined;
}

/** Reads RFC 4514, and what RFC 4514 section 2 lets a reader of older forms accept: spaces around separators, `;`, quotes. */
class DnReader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) { this.#text = text; }

  read(): Dn {
    this.#skipSpaces();
    if (this.#at === this.#text.length) return [];
    const rdns: Ava[][] = [];
    let avas: Ava[] = [];
    for (;;) {
      avas.push(this.#ava());
      const separator = this.#text[this.#at++];
      if (separator === '+') continue;
      rdns.push(avas);
      if (separator === undefined) return rdns;
      avas = [];
    }
  }

  #ava(): Ava {
    const end = this.#text.indexOf('=', this.#at);
    if (end < 0) throw new Malformed(`expected "type=value" at position ${this.#at}`);
    const attribute = this.#text.slice(this.#at, end).trim().replace(/^oid\./i, '');
    if (!ATTRIBUTE_TYPE.test(attribute)) throw new Malformed(`expected an attribute type at position ${this.#at}`);
    this.#at = end + 1;
    this.#skipSpaces();
    const next = this.#text[this.#at];
    const value = next === '#' ? this.#hexValue() : next === '"' ? this.#quotedValue() : this.#stringValue();
    this.#skipSpaces();
    const after = this.#text[this.#at];
    if (after !== undefined && !SEPARATORS.test(after)) throw new Malformed(`expected a separator at position ${this.#at}`);
    return { attribute, value };
  }

  #skipSpaces(): void {
    while (this.#text[this.#at] === ' ') this.#at++;
  }

  #hexValue(): string | Uint8Array {
    const digits = /^#((?:[0-9a-fA-F]{2})+)/.exec(this.#text.slice(this.#at))?.[1];
    if (digits === undefined) throw new Malformed(`expected hexadecimal digits at position ${this.#at}`);
    this.#at += digits.length + 1;
    const ber = Uint8Array.from(Buffer.from(digits, 'hex'));
    return berText(ber) ?? ber;
  }

  #quotedValue(): string | Uint8Array {
    const bytes: number[] = [];
    this.#at++;
    for (;;) {
      const character = this.#text[this.#at];
      if (character === undefined) throw new Malformed('a quoted value has no closing quote');
      if (character === '"') break;
      bytes.push(...this.#character());
    }
    this.#at++;
    return decoded(bytes);
  }

  #stringValue(): string | Uint8Array {
    const bytes: number[] = [];
    let significant = 0;
    for (;;) {
      const character = this.#text[this.#at];
      if (character === undefined || SEPARATORS.test(character)) break;
      if (character === '"') throw new Malformed(`a quote must be escaped at position ${this.#at}`);
      bytes.push(...this.#character());
      // Trailing spaces count only when escaped.
      if (character !== ' ') significant = bytes.length;
    }
    return decoded(bytes.slice(0, significant));
  }

  /** UTF-8 of the next character, escapes resolved. */
  #character(): Uint8Array {
    const point = this.#text.codePointAt(this.#at) ?? 0;
    if (point !== 0x5c) {
      const character = String.fromCodePoint(point);
      this.#at += character.length;
      return Buffer.from(character, 'utf8');
    }
    const pair = this.#text.slice(this.#at + 1, this.#at + 3);
    if (HEX_PAIR.test(pair)) {
      this.#at += 3;
      return Buffer.from(pair, 'hex');
    }
    const escaped = this.#text.codePointAt(this.#at + 1);
    if (escaped === undefined) throw new Malformed('the DN ends in a lone backslash');
    const character = String.fromCodePoint(escaped);
    this.#at += 1 + character.length;
    return Buffer.from(character, 'utf8');
  }
}

function decoded(bytes: readonly number[]): string | Uint8Array {
  const raw = Uint8Array.from(bytes);
  return utf8(raw) ?? berOctetString(raw);
}

/** Parses a DN (RFC 4514). Throws invalidAttributeValue with what is wrong and where. */
export function parseDn(text: string): Dn {
  try {
    if (text.length > MAX_DN_LENGTH) throw new Malformed(`it is longer than ${MAX_DN_LENGTH} characters`);
    return new DnReader(text).read();
  } catch (error) {
    if (!(error instanceof Malformed)) throw error;
    const shown = text.length > 200 ? `${text.slice(0, 200)}…` : text;
    throw new ConnectorError('invalidAttributeValue', `"${shown}" is not a distinguished name: ${error.message}. Expected something like "uid=jdoe,ou=people,dc=example,dc=com".`);
  }
}

/** Parses a DN; undefined when the text is none. */
export function tryParseDn(text: string): Dn | undefined {
  try {
    return parseDn(text);
  } catch {
    return undefined;
  }
}

/** Escapes a value for use in a DN (RFC 4514 section 2.4). */
export function escapeDnValue(value: string): string {
  return value
    .replace(/["+,;<>\\]/g, '\\$&')
    .replace(/^[ #]/, '\\$&')
    // A single space was escaped by the line above already.
    .replace(/(?<!^\\) $/, '\\ ')
    // Control characters as UTF-8 octets, so that no DN carries a line break or NUL into a log or a filter.
    .replace(/[\u0000-\u001f\u007f]/g, (character) => `\\${character.charCodeAt(0).toString(16).padStart(2, '0')}`);
}

export function formatRdn(rdn: Rdn): string {
  return rdn
    .map(({ attribute, value }) => `${attribute}=${typeof value === 'string' ? escapeDnValue(value) : `#${Buffer.from(value).toString('hex')}`}`)
    .join('+');
}

export function formatDn(dn: Dn): string {
  return dn.map(formatRdn).join(',');
}

export function parentOf(dn: Dn): Dn {
  return dn.slice(1);
}

function rdnKey(rdn: Rdn): string {
  return rdn
    .map(({ attribute, value }) => formatRdn([normalForm(attribute, value)]))
    .sort()
    .join('+');
}

/**
 * Text by which DNs compare: types by their short names, values without regard to case and runs of spaces (what nearly
 * all naming attributes use, RFC 4518), AVAs in a fixed order. Text that is no DN compares as it stands, lower-case.
 */
export function dnKey(dn: string | Dn): string {
  if (typeof dn !== 'string') return dn.map(rdnKey).join(',');
  const parsed = tryParseDn(dn);
  return parsed === undefined ? dn.toLowerCase() : dnKey(parsed);
}

export function sameDn(left: string | Dn, right: string | Dn): boolean {
  return dnKey(left) === dnKey(right);
}

/** Whether `dn` is `base` or below it. The empty base holds everything. */
export function isWithin(dn: string | Dn, base: string | Dn): boolean {
  const entry = typeof dn === 'string' ? tryParseDn(dn) : dn;
  const root = typeof base === 'string' ? tryParseDn(base) : base;
  if (entry === undefined || root === undefined || entry.length < root.length) return false;
  return dnKey(entry.slice(entry.length - root.length)) === dnKey(root);
}

/** `dn` with the tail `from` replaced by `to`; undefined when it is not within `from`. */
export function rebase(dn: Dn, from: Dn, to: Dn): Dn | undefined {
  return isWithin(dn, from) ? [...dn.slice(0, dn.length - from.length), ...to] : undefined;
}
