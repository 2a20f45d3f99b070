import {
  ConnectorError, GuardedByteArray, GuardedString, IcfArray, IcfBigDecimal, IcfBigInteger, IcfByte, IcfCharacter, IcfDouble, IcfFile, IcfFloat, IcfUri,
  type IcfValue,
} from '../../../../protocol/model/index.js';

/**
 * How values go to PowerShell and back: a letter for the type, then the content; texts with their length in front, lists and maps
 * with their count. Types stay what they are, which JSON would not keep, and Windows PowerShell's own JSON is limited and slow.
 *
 * `N` null · `T` `F` boolean · `S5:hello` text · `I7;` int · `L7;` long · `D0.5;` double · `E0.5;` float · `C1:x` char · `Y7;` byte ·
 * `X1.50;` decimal · `B4:AQI=` bytes · `G6:secret` secret text · `A2;` list · `M1;` map. One message is one line of base64 of UTF-8.
 */
export type WireValue = IcfValue;

/** Throws `invalidAttributeValue` for a value PowerShell has no form of. */
export function encodeMessage(value: WireValue): string {
  const parts: string[] = [];
  write(parts, value);
  return Buffer.from(parts.join(''), 'utf8').toString('base64');
}

const counted = (letter: string, text: string): string => `${letter}${text.length}:${text}`;

function write(parts: string[], value: WireValue): void {
  const simple = simpleText(value);
  if (simple !== undefined) parts.push(simple);
  else if (Array.isArray(value) || value instanceof Set || value instanceof IcfArray) writeList(parts, value instanceof IcfArray ? value.items : [...value]);
  else if (value instanceof Map) writeMap(parts, value);
  else throw unwritable(`A value of the type ${value?.constructor.name ?? 'null'}`);
}

function writeList(parts: string[], items: readonly IcfValue[]): void {
  parts.push(`A${items.length};`);
  for (const item of items) write(parts, item);
}

function writeMap(parts: string[], map: ReadonlyMap<IcfValue, IcfValue>): void {
  parts.push(`M${map.size};`);
  for (const [key, item] of map) {
    write(parts, keyText(key));
    write(parts, item);
  }
}

/** PowerShell's maps are by text. */
function keyText(key: IcfValue): string {
  if (typeof key === 'string' || typeof key === 'number' || typeof key === 'bigint' || typeof key === 'boolean') return String(key);
  throw unwritable('A map with keys that are neither texts nor numbers');
}

function unwritable(what: string): ConnectorError {
  return new ConnectorError('invalidAttributeValue', `${what} cannot be handed to PowerShell.`, { outcome: 'notApplied' });
}

function simpleText(value: WireValue): string | undefined {
  switch (typeof value) {
    case 'string': return counted('S', value);
    case 'boolean': return value ? 'T' : 'F';
    case 'number': return Number.isInteger(value) ? `I${value};` : `D${value};`;
    case 'bigint': return `L${value};`;
    default: return value === null ? 'N' : objectText(value);
  }
}

function objectText(value: WireValue): string | undefined {
  if (value instanceof GuardedString) return counted('G', value.reveal());
  if (value instanceof GuardedByteArray) return counted('B', Buffer.from(value.reveal()).toString('base64'));
  if (value instanceof Uint8Array) return counted('B', Buffer.from(value).toString('base64'));
  if (value instanceof IcfUri) return counted('S', value.value);
  if (value instanceof IcfFile) return counted('S', value.path);
  return numberText(value);
}

function numberText(value: WireValue): string | undefined {
  if (value instanceof IcfDouble) return `D${value.value};`;
  if (value instanceof IcfFloat) return `E${value.value};`;
  if (value instanceof IcfCharacter) return counted('C', value.value);
  if (value instanceof IcfByte) return `Y${value.value};`;
  if (value instanceof IcfBigDecimal) return `X${value.toString()};`;
  return value instanceof IcfBigInteger ? `X${value.value};` : undefined;
}

/** Throws for a line that is no message of ours. */
export function decodeMessage(line: string): WireValue {
  const reader = new Reader(Buffer.from(line, 'base64').toString('utf8'));
  const value = reader.value();
  if (!reader.isAtEnd) throw new TypeError('A message of PowerShell has something behind its end.');
  return value;
}

const DEEPEST = 64;

class Reader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  get isAtEnd(): boolean {
    return this.#at === this.#text.length;
  }

  value(depth = 0): WireValue {
    if (depth > DEEPEST) throw new TypeError('A value of PowerShell is nested too deeply.');
    const letter = this.#text[this.#at++];
    if (letter === 'A') return Array.from({ length: this.#count() }, () => this.value(depth + 1));
    if (letter === 'M') return new Map(Array.from({ length: this.#count() }, (): [WireValue, WireValue] => [this.value(depth + 1), this.value(depth + 1)]));
    const read = letter === undefined ? undefined : SCALARS[letter];
    if (read === undefined) throw new TypeError('A message of PowerShell is not understood.');
    return read(this);
  }

  /** `5:hello` */
  counted(): string {
    const length = Number(this.#until(':'));
    const text = this.#text.slice(this.#at, this.#at + length);
    if (!Number.isInteger(length) || length < 0 || text.length !== length) throw new TypeError('A message of PowerShell is cut off.');
    this.#at += length;
    return text;
  }

  ended(): string {
    return this.#until(';');
  }

  #count(): number {
    const count = Number(this.ended());
    if (!Number.isInteger(count) || count < 0 || count > this.#text.length) throw new TypeError('A message of PowerShell is not understood.');
    return count;
  }

  #until(end: string): string {
    const at = this.#text.indexOf(end, this.#at);
    if (at < 0) throw new TypeError('A message of PowerShell is cut off.');
    const text = this.#text.slice(this.#at, at);
    this.#at = at + 1;
    return text;
  }
}

function decimal(text: string): IcfBigDecimal {
  const [whole = '0', fraction = ''] = text.split('.');
  return new IcfBigDecimal(BigInt(whole + fraction), fraction.length);
}

const SCALARS: Readonly<Record<string, (reader: Reader) => WireValue>> = {
  N: () => null,
  T: () => true,
  F: () => false,
  S: (reader) => reader.counted(),
  G: (reader) => new GuardedString(reader.counted()),
  B: (reader) => new Uint8Array(Buffer.from(reader.counted(), 'base64')),
  C: (reader) => new IcfCharacter(reader.counted()),
  I: (reader) => Number(reader.ended()),
  L: (reader) => BigInt(reader.ended()),
  D: (reader) => new IcfDouble(Number(reader.ended())),
  E: (reader) => new IcfFloat(Number(reader.ended())),
  Y: (reader) => new IcfByte(Number(reader.ended())),
  X: (reader) => decimal(reader.ended()),
};
