/**
 * Patterns of policies: `*` stands for any run of characters, `?` for one. With a separator, `*` and `?` stop at it and `**`
 * does not. There is nothing to escape with. Nothing is tried twice, so that no text and no pattern makes matching slow: parts
 * between stars are found from left to right, and where there are two kinds of stars a set of states moves along the text.
 */
export interface Glob {
  readonly text: string;
  matches(value: string): boolean;
}

export interface GlobOptions {
  /** Compare letters as they are. @default false */
  readonly exactCase?: boolean;
  /** Character that `*` and `?` do not stand for. */
  readonly separator?: string;
}

type Token = { readonly kind: 'one' | 'run' | 'runAcross' } | { readonly kind: 'character'; readonly unit: string };

export const MAX_GLOB = 1000;
const QUESTION_MARK = 0x3f;

/** Letters that people take for the same compare as the same. */
export function folded(text: string): string {
  return text.normalize('NFKC').toLowerCase();
}

export function glob(text: string, { exactCase = false, separator }: GlobOptions = {}): Glob {
  const prepare = exactCase ? (value: string): string => value : folded;
  if (separator === undefined) {
    const parts = prepare(text).split(/\*+/);
    return { text, matches: (value) => fits(parts, prepare(value)) };
  }
  const tokens = tokensOf(prepare(text));
  return { text, matches: (value) => run(tokens, prepare(value), separator) };
}

/** The first part at the start, the last at the end, each of the others as soon as it comes. */
function fits(parts: readonly string[], text: string): boolean {
  const [first = '', ...rest] = parts;
  const last = rest.pop();
  if (last === undefined) return text.length === first.length && isAt(first, text, 0);
  const end = text.length - last.length;
  if (end < first.length || !isAt(first, text, 0) || !isAt(last, text, end)) return false;
  let at = first.length;
  for (const part of rest) {
    const found = find(part, text, at, end);
    if (found < 0) return false;
    at = found + part.length;
  }
  return true;
}

function isAt(part: string, text: string, at: number): boolean {
  for (let index = 0; index < part.length; index += 1) {
    const unit = part.charCodeAt(index);
    if (unit !== QUESTION_MARK && unit !== text.charCodeAt(at + index)) return false;
  }
  return true;
}

function find(part: string, text: string, from: number, end: number): number {
  if (!part.includes('?')) {
    const found = text.indexOf(part, from);
    return found + part.length <= end ? found : -1;
  }
  for (let at = from; at + part.length <= end; at += 1) if (isAt(part, text, at)) return at;
  return -1;
}

function tokensOf(text: string): readonly Token[] {
  const tokens: Token[] = [];
  for (let at = 0; at < text.length; at += 1) {
    const unit = text.charAt(at);
    if (unit === '?') tokens.push({ kind: 'one' });
    else if (unit !== '*') tokens.push({ kind: 'character', unit });
    else if (text.charAt(at + 1) === '*') {
      tokens.push({ kind: 'runAcross' });
      at += 1;
    } else tokens.push({ kind: 'run' });
  }
  return tokens;
}

/** `states[i]`: the tokens before `i` have matched what was read so far. */
function run(tokens: readonly Token[], text: string, separator: string): boolean {
  let states = new Uint8Array(tokens.length + 1);
  states[0] = 1;
  skipRuns(tokens, states);
  for (let at = 0; at < text.length; at += 1) {
    const next = new Uint8Array(tokens.length + 1);
    if (!step(tokens, states, next, text.charAt(at), separator)) return false;
    states = next;
  }
  return states[tokens.length] === 1;
}

/** One character on; false when no state is left. */
function step(tokens: readonly Token[], states: Uint8Array, next: Uint8Array, unit: string, separator: string): boolean {
  let alive = false;
  for (const [index, token] of tokens.entries()) {
    if (states[index] !== 1 || !takes(token, unit, separator)) continue;
    next[token.kind === 'run' || token.kind === 'runAcross' ? index : index + 1] = 1;
    alive = true;
  }
  skipRuns(tokens, next);
  return alive;
}

function takes(token: Token, unit: string, separator: string): boolean {
  switch (token.kind) {
    case 'character': return token.unit === unit;
    case 'runAcross': return true;
    default: return unit !== separator;
  }
}

/** A run may be empty. */
function skipRuns(tokens: readonly Token[], states: Uint8Array): void {
  for (const [index, { kind }] of tokens.entries()) {
    if (states[index] === 1 && (kind === 'run' || kind === 'runAcross')) states[index + 1] = 1;
  }
}
