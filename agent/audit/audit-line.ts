import { canonicalJson, type Json } from './canonical-json.js';
import type { ChainHash } from './chain-hash.js';

/** What a line says besides its hash. Time and number are set when it is written; no other name may come before `at`. */
export interface LineFields {
  at?: string;
  seq?: number;
  readonly kind: string;
  readonly [name: string]: Json | undefined;
}

/** Longest line a reader takes; ours are far shorter, since texts in them are. Bytes. */
export const MAX_LINE_BYTES = 262_144;
const MAX_CONTENT = 65_536;
const MAX_TEXT = 1024;
const MAX_ITEMS = 200;

const HASH_MEMBER = ',"hash":"';
const HASH_DIGITS = 64;
/** `,"hash":"…"}` */
export const HASH_LENGTH = HASH_MEMBER.length + HASH_DIGITS + 2;

/** Texts beyond 1024 characters and lists beyond 200 items are cut, and say so: nobody can blow a line up. */
export function bounded(value: Json | undefined): Json | undefined {
  if (typeof value === 'string') return value.length <= MAX_TEXT ? value : `${value.slice(0, MAX_TEXT)}… (${value.length} characters)`;
  if (Array.isArray(value)) {
    const items = value.slice(0, MAX_ITEMS).map((item: Json) => bounded(item) ?? null);
    return value.length <= MAX_ITEMS ? items : [...items, `… (${value.length} in all)`];
  }
  if (typeof value === 'object' && value !== null) return Object.fromEntries(Object.entries(value).slice(0, MAX_ITEMS).map(([name, member]) => [name.slice(0, MAX_TEXT), bounded(member)]));
  return value;
}

/** Without lists and mappings, where a line can grow: `isShortened` says so. */
function shortened(fields: LineFields): LineFields {
  return { ...Object.fromEntries(Object.entries(fields).filter(([, value]) => typeof value !== 'object')), kind: fields.kind, isShortened: true };
}

/** The content of a line is its canonical JSON without the closing brace; `,"hash":"…"}` and a line break follow. */
export function renderLine(fields: LineFields, at: string, seq: number, previous: string, chain: ChainHash): { readonly line: string; readonly hash: string } {
  fields.at = at;
  fields.seq = seq;
  const whole = canonicalJson(fields);
  const content = (whole.length <= MAX_CONTENT ? whole : canonicalJson(shortened(fields))).slice(0, -1);
  const hash = chain.next(previous, content);
  return { line: `${content}${HASH_MEMBER}${hash}"}\n`, hash };
}

/** Where the content of a line ends and its hash stands; undefined for what is no line of ours. Without the line break. */
export function hashOf(line: Buffer): { readonly hash: string; readonly contentLength: number } | undefined {
  const contentLength = line.length - HASH_LENGTH;
  if (contentLength < 2 || line[0] !== 0x7b) return undefined;                       // {
  const end = line.toString('latin1', contentLength);
  const hash = end.slice(HASH_MEMBER.length, -2);
  return end.startsWith(HASH_MEMBER) && end.endsWith('"}') && /^[0-9a-f]{64}$/.test(hash) ? { hash, contentLength } : undefined;
}

/** A parsed line. Undefined for text that is no JSON object. */
export function parseLine(line: Buffer | string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(typeof line === 'string' ? line : line.toString('latin1'));
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value as Record<string, unknown> : undefined;
  } catch {
    return undefined;
  }
}

const SEQ_MEMBER = Buffer.from(',"seq":');
const AT_LENGTH = 24;
const AT_MEMBER = '{"at":"';

/** The number of a line, without parsing it: in a value the quotes would be escaped, and no mapping comes behind it. */
export function sequenceOf(line: Buffer): number | undefined {
  const at = line.lastIndexOf(SEQ_MEMBER);
  if (at < 0) return undefined;
  let number = 0;
  let index = at + SEQ_MEMBER.length;
  const first = index;
  for (let digit = (line[index] ?? 0) - 0x30; digit >= 0 && digit <= 9; digit = (line[++index] ?? 0) - 0x30) number = number * 10 + digit;
  return index === first || !Number.isSafeInteger(number) ? undefined : number;
}

/** The time of a line, e.g. `2026-11-22T06:00:00.000Z`, without parsing it: `at` is the first of our members. */
export function timeOf(line: Buffer): string | undefined {
  const text = line.toString('latin1', 0, AT_MEMBER.length + AT_LENGTH);
  return text.startsWith(AT_MEMBER) ? text.slice(AT_MEMBER.length) : undefined;
}
