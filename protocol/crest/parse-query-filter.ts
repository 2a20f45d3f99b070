import { parsePointer, type JsonPointer } from './json-pointer.js';
import { COMPARISONS, type Comparison, type FilterLiteral, type QueryFilter } from './query-filter.js';
import { QueryFilterError, filterTokens, type FilterToken } from './query-filter-tokens.js';

/** Deepest nesting of parentheses. */
const MAX_DEPTH = 256;
const LONG_MIN = -(2n ** 63n);
const LONG_MAX = 2n ** 63n - 1n;
const comparisons: ReadonlySet<string> = new Set(COMPARISONS);

/**
 * Parses a CREST query filter. `!` binds tighter than `and`, `and` tighter than `or`; keywords and core operators in any
 * case. Throws a {@link QueryFilterError} that says what was expected and where.
 */
export function parseQueryFilter(text: string): QueryFilter {
  return new Parser(filterTokens(text), text.length).whole();
}

class Parser {
  readonly #tokens: readonly FilterToken[];
  readonly #end: number;
  #at = 0;
  #depth = 0;

  constructor(tokens: readonly FilterToken[], end: number) {
    this.#tokens = tokens;
    this.#end = end;
  }

  whole(): QueryFilter {
    const filter = this.#or();
    if (this.#peek() !== undefined) throw this.#expected('and, or, or the end of the filter expected');
    return filter;
  }

  #or(): QueryFilter {
    return this.#chain('or', () => this.#chain('and', () => this.#not()));
  }

  #chain(keyword: 'and' | 'or', operand: () => QueryFilter): QueryFilter {
    const first = operand();
    const operands = [first];
    while (this.#takeKeyword(keyword)) operands.push(operand());
    return operands.length === 1 ? first : { kind: keyword, operands };
  }

  #not(): QueryFilter {
    const token = this.#peek();
    if (token?.kind !== 'word' || token.text !== '!') return this.#primary();
    this.#at += 1;
    return { kind: 'not', operand: this.#primary() };
  }

  #primary(): QueryFilter {
    const token = this.#next('a condition or an opening parenthesis expected');
    if (token.kind === 'open') return this.#nested(token);
    if (token.kind !== 'word') throw new QueryFilterError('a field name expected', token.position);
    const literal = booleanOf(token.text);
    if (literal !== undefined) return { kind: 'literal', value: literal };
    return this.#condition(pointerOf(token));
  }

  #nested(open: FilterToken): QueryFilter {
    this.#depth += 1;
    if (this.#depth > MAX_DEPTH) throw new QueryFilterError(`parentheses nested deeper than ${MAX_DEPTH}`, open.position);
    const filter = this.#or();
    const close = this.#next('a closing parenthesis expected');
    if (close.kind !== 'close') throw new QueryFilterError('a closing parenthesis expected', close.position);
    this.#depth -= 1;
    return filter;
  }

  #condition(pointer: JsonPointer): QueryFilter {
    const operator = this.#next('an operator expected');
    if (operator.kind !== 'word') throw new QueryFilterError('an operator expected', operator.position);
    const lower = operator.text.toLowerCase();
    if (lower === 'pr') return { kind: 'present', pointer };
    const isCore = comparisons.has(lower);
    if (!isCore && !/^[a-zA-Z_0-9.]+$/.test(operator.text)) throw new QueryFilterError('an operator expected', operator.position);
    const value = literalOf(this.#next('a value expected'));
    return isCore
      ? { kind: 'compare', operator: lower as Comparison, pointer, value }
      : { kind: 'extended', operator: operator.text, pointer, value };
  }

  #peek(): FilterToken | undefined {
    return this.#tokens[this.#at];
  }

  #next(expected: string): FilterToken {
    const token = this.#peek();
    if (token === undefined) throw this.#expected(expected);
    this.#at += 1;
    return token;
  }

  #takeKeyword(keyword: string): boolean {
    const token = this.#peek();
    if (token?.kind !== 'word' || token.text.toLowerCase() !== keyword) return false;
    this.#at += 1;
    return true;
  }

  #expected(what: string): QueryFilterError {
    return new QueryFilterError(what, this.#peek()?.position ?? this.#end);
  }
}

function booleanOf(text: string): boolean | undefined {
  const lower = text.toLowerCase();
  return lower === 'true' ? true : lower === 'false' ? false : undefined;
}

function pointerOf(token: FilterToken): JsonPointer {
  try {
    return parsePointer(token.text);
  } catch (error) {
    throw new QueryFilterError(`${error instanceof Error ? error.message : 'illegal field name'}, begun`, token.position);
  }
}

function literalOf(token: FilterToken): FilterLiteral {
  if (token.kind === 'string') return token.text;
  if (token.kind === 'word') {
    const boolean = booleanOf(token.text);
    if (boolean !== undefined) return boolean;
    const number = numberOf(token.text);
    if (number !== undefined) return number;
  }
  throw new QueryFilterError('a quoted string, a number, true or false expected', token.position);
}

/** A point makes a double; anything else is a signed 64-bit integer. Undefined for what neither can hold. */
function numberOf(text: string): number | bigint | undefined {
  if (/^[+-]?(\d+\.\d*|\.\d+)([eE][+-]?\d+)?$/.test(text)) return Number.isFinite(Number(text)) ? Number(text) : undefined;
  if (!/^[+-]?\d+$/.test(text) || text.length > 20) return undefined;
  const value = BigInt(text.replace(/^\+/, ''));
  if (value < LONG_MIN || value > LONG_MAX) return undefined;
  return Number.isSafeInteger(Number(value)) ? Number(value) : value;
}
