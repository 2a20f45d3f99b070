import { TokenParser, TokenType, Tokenizer } from '@streamparser/json';

/** A value of an answer; whole numbers a JavaScript number cannot hold exactly are bigints. */
export type JsonValue = string | number | bigint | boolean | null | readonly JsonValue[] | { readonly [name: string]: JsonValue };

/** Digits of the longest whole number; longer ones are no ids, and cost time. */
const MOST_DIGITS = 400;
const DIGITS = '-0123456789';

/** A bigint for a whole number that would not be the same as a number; any other as JSON.parse has it. */
export function numberOf(text: string): number | bigint {
  const number = Number(text);
  if (!Number.isInteger(number) || Number.isSafeInteger(number) || text.length > MOST_DIGITS) return number;
  for (const character of text) if (!DIGITS.includes(character)) return number;
  return BigInt(text);
}

/**
 * As JSON.parse, but whole numbers beyond 2^53 come as bigints. Only a text that holds such a number is parsed a second time, token by
 * token: that takes 8 times as long as JSON.parse, and to look for one half as long. Throws a SyntaxError.
 */
export function parseJson(text: string): JsonValue {
  const value = JSON.parse(text) as JsonValue;
  if (typeof value === 'number') return numberOf(text.trim());
  if (!hasUnsafeInteger(value)) return value;
  let exact: JsonValue = null;
  const tokenizer = exactTokenizer();
  const parser = new TokenParser({ paths: ['$'] });
  parser.onValue = ({ value: root }) => { exact = root as JsonValue; };
  tokenizer.onToken = (token) => { parser.write(token); };
  tokenizer.write(text);
  return exact;
}

class ExactTokenizer extends Tokenizer {
  protected override parseNumber(text: string): number {
    // Its type has numbers only; what parsers do with a value does not depend on that.
    return numberOf(text) as number;
  }
}

/** Numbers that are whole and too large are bigints. */
export function exactTokenizer(): Tokenizer {
  return new ExactTokenizer();
}

export { TokenParser, TokenType };

/** Deeper answers are parsed exactly without a look: that needs no stack. */
const DEEPEST = 200;

function hasUnsafeInteger(value: JsonValue, depth = 0): boolean {
  if (typeof value === 'number') return Number.isInteger(value) && !Number.isSafeInteger(value);
  if (typeof value !== 'object' || value === null) return false;
  if (depth >= DEEPEST) return true;
  if (Array.isArray(value)) return (value as readonly JsonValue[]).some((item) => hasUnsafeInteger(item, depth + 1));
  const members = value as { readonly [name: string]: JsonValue };
  // Object.values would take as long as the parsing.
  for (const name in members) if (hasUnsafeInteger(members[name] ?? null, depth + 1)) return true;
  return false;
}
