import type { NotedSecret } from '../support/evidence.js';

/** Every way a secret could stand in a log, an answer or a file. */

/** Parts a secret is searched by: one that is cut off, or broken over two lines of PEM, is found by the other. */
const TEXT_PIECE = 12;
const BYTES_PIECE = 11;
/** Enough to know a long number by. */
const MOST_PIECES = 6;

/** What stands before `bytes` in a Base64 text decides how they look there; characters that hold bits of neighbours are left out. */
function base64At(bytes: Buffer, offset: 0 | 1 | 2): string {
  const first = Math.ceil(offset * 8 / 6);
  const end = Math.floor((offset + bytes.length) * 8 / 6);
  return Buffer.concat([Buffer.alloc(offset), bytes]).toString('base64').slice(first, end);
}

function base64Spellings(bytes: Buffer): string[] {
  const plain = ([0, 1, 2] as const).map((offset) => base64At(bytes, offset));
  return plain.flatMap((text) => [text, text.replaceAll('+', '-').replaceAll('/', '_'), encodeURIComponent(text)]);
}

/** As Buffers are printed: hexadecimal with and without something between, numbers in JSON. */
function byteSpellings(bytes: Buffer): string[] {
  const pairs = [...bytes].map((byte) => byte.toString(16).padStart(2, '0'));
  const spelled = ['', ' ', ':', '\\', '\\x'].map((between) => pairs.join(between));
  return [...spelled, ...spelled.map((text) => text.toUpperCase()), [...bytes].join(','), [...bytes].join(', ')];
}

function utf16BigEndian(text: string): Buffer {
  return Buffer.from(text, 'utf16le').swap16();
}

function textSpellings(piece: string): Buffer[] {
  const utf8 = Buffer.from(piece);
  const wide = Buffer.from(piece, 'utf16le');
  const texts = [
    JSON.stringify(piece).slice(1, -1), encodeURIComponent(piece), encodeURIComponent(piece).replaceAll('%20', '+'), ...base64Spellings(utf8), ...base64Spellings(wide), ...byteSpellings(utf8),
  ];
  return [utf8, Buffer.from(piece, 'latin1'), wide, utf16BigEndian(piece), ...texts.map((text) => Buffer.from(text, 'latin1'))];
}

function bytesSpellings(piece: Buffer): Buffer[] {
  return [piece, ...[...base64Spellings(piece), ...byteSpellings(piece)].map((text) => Buffer.from(text, 'latin1'))];
}

/** Splits into pieces of at least `least`, the last one longer. */
function pieces<T>(length: number, least: number, take: (start: number, end: number) => T): T[] {
  const number = Math.max(1, Math.floor(length / least));
  return Array.from({ length: number }, (_, index) => take(index * least, index === number - 1 ? length : (index + 1) * least)).slice(0, MOST_PIECES);
}

/** Byte patterns of a secret, without doubles. */
export function spellingsOf({ kind, value }: NotedSecret): readonly Buffer[] {
  const bytes = Buffer.from(value, 'base64');
  const characters = Array.from(bytes.toString('utf8'));
  const all = kind === 'text'
    ? pieces(characters.length, TEXT_PIECE, (start, end) => characters.slice(start, end).join('')).flatMap(textSpellings)
    : pieces(bytes.length, BYTES_PIECE, (start, end) => bytes.subarray(start, end)).flatMap(bytesSpellings);
  return [...new Map(all.map((pattern) => [pattern.toString('latin1'), pattern])).values()];
}
