import { readFileSync, readdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import { parseSync } from 'vite';
import { describe, expect, it } from 'vitest';

const ROOT = join(import.meta.dirname, '../../..');
const ROOMS = ['agent', 'certs', 'connectors', 'controller', 'protocol'];

interface Found { readonly file: string; readonly pattern: RegExp }

/**
 * Expressions that are slow on long texts, and why no long text gets there. Each is measured at its own limit instead.
 * By source; a new slow expression belongs here only with the bound that the code before it keeps.
 */
const BOUNDED: ReadonlyMap<string, { readonly characters: number; readonly because: string }> = new Map([
  ['0+$', { characters: 9, because: 'the fraction of a generalized time, at most nine digits' }],
  ['=+$', { characters: 2, because: 'the end of a Base64 text, at most two' }],
]);

const LONG = 20_000;
/** A linear scan of 20,000 characters takes well below a millisecond; a quadratic one hundreds. */
const PATIENCE_MS = 25;
const RETRIES = 3;
/** No hiccup of the machine. */
const HOPELESS_MS = 400;

function sourcesOf(directory: string): string[] {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts') && !entry.parentPath.includes('generated'))
    .map((entry) => join(entry.parentPath, entry.name));
}

function literalsOf(path: string): Found[] {
  const found: Found[] = [];
  const visit = (node: unknown): void => {
    if (Array.isArray(node)) return node.forEach(visit);
    if (node === null || typeof node !== 'object') return;
    const { regex } = node as { regex?: { pattern: string; flags: string } };
    if (regex !== undefined) found.push({ file: relative(ROOT, path), pattern: new RegExp(regex.pattern, regex.flags) });
    Object.values(node).forEach(visit);
  };
  visit(parseSync(path, readFileSync(path, 'utf8')).program);
  return found;
}

const CLASSES: Readonly<Record<string, string>> = { d: '0', D: 'x', w: 'a', W: '-', s: ' ', S: 'x', n: '\n', r: '\r', t: '\t', f: '\f', 0: '\0' };

/** Characters that mean something to an expression: its own, and one for each class. */
function alphabetOf({ source }: RegExp): string[] {
  const characters = new Set(['a', '0', ' ']);
  const plain = source.replace(/\\p\{\w+\}|\\u[0-9a-fA-F]{4}|\\x[0-9a-fA-F]{2}|\{\d+(?:,\d*)?\}|\(\?(?:[:=!]|<[=!])/g, '\0');
  for (let at = 0; at < plain.length && characters.size < 10; at++) {
    const character = plain.charAt(at);
    if (character === '\\') characters.add(CLASSES[plain.charAt(++at)] ?? plain.charAt(at));
    else if (!'\0^$|?*+()[]{}'.includes(character)) characters.add(character);
  }
  return [...characters];
}

/** Texts of `length` characters that make backtracking expensive: a start, something repeated, an end that does not fit. */
function* attacks(pattern: RegExp, length: number): Generator<string> {
  const alphabet = alphabetOf(pattern);
  const pumps = [...alphabet, ...alphabet.flatMap((first) => alphabet.filter((second) => second !== first).map((second) => first + second))];
  for (const pump of pumps) {
    const run = pump.repeat(Math.ceil(length / pump.length)).slice(0, length);
    for (const start of ['', ...alphabet.filter((character) => !/[a0 ]/.test(character)).slice(0, 2)]) {
      for (const end of ['\u0001', pump.length > 1 ? '' : 'x']) yield start + run + end;
    }
  }
}

function milliseconds(pattern: RegExp, text: string): number {
  const started = performance.now();
  if (pattern.global) text.replace(pattern, '');
  else {
    pattern.lastIndex = 0;
    pattern.test(text);
  }
  return performance.now() - started;
}

/** The first text that takes too long, again and again. Short ones first: an exponential expression would never end on a long one. */
function slowText(pattern: RegExp, longest: number): string | undefined {
  for (const length of [25, 300, 2_000, longest].filter((candidate) => candidate <= longest)) {
    const text = slowTextOf(pattern, length);
    if (text !== undefined) return text;
  }
  return undefined;
}

function slowTextOf(pattern: RegExp, length: number): string | undefined {
  for (const text of attacks(pattern, length)) {
    let best = milliseconds(pattern, text);
    for (let retry = 0; retry < RETRIES && best > PATIENCE_MS && best < HOPELESS_MS; retry++) best = Math.min(best, milliseconds(pattern, text));
    if (best > PATIENCE_MS) return text;
  }
  return undefined;
}

describe('regular expressions', () => {
  const found = ROOMS.flatMap((room) => sourcesOf(join(ROOT, room))).flatMap(literalsOf);
  const distinct = new Map(found.map((one) => [String(one.pattern), one]));

  it('are found', () => {
    expect(distinct.size).toBeGreaterThan(50);
  });

  it('take time in proportion to the text, whatever it is', () => {
    const slow = [...distinct.values()].flatMap(({ file, pattern }) => {
      const text = slowText(pattern, BOUNDED.get(pattern.source)?.characters ?? LONG);
      return text === undefined ? [] : [`${file}: ${String(pattern)} on ${JSON.stringify(text.slice(0, 12))}… (${text.length} characters)`];
    });
    expect(slow).toEqual([]);
  }, 120_000);

  it('are caught by this check when they are not', () => {
    for (const pattern of [/(a+)+$/, /^(\w+\s?)*$/, /\s+$/, /^(.*)=(.*)!$/]) expect(slowText(pattern, LONG), String(pattern)).toBeDefined();
  }, 120_000);
});
