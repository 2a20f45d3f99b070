/** Where a filter stops making sense; `position` counts UTF-16 units from 0. */
export class QueryFilterError extends Error {
  override readonly name = 'QueryFilterError';
  readonly position: number;

  constructor(expected: string, position: number) {
    super(`${expected} at position ${position}`);
    this.position = position;
  }
}

export interface FilterToken {
  readonly kind: 'open' | 'close' | 'word' | 'string';
  readonly text: string;
  readonly position: number;
}

/** Splits a filter. Only U+0020 and parentheses separate; a tab or a no-break space is part of a word. */
export function filterTokens(text: string): FilterToken[] {
  const tokens: FilterToken[] = [];
  let at = 0;
  while (at < text.length) {
    const character = text.charAt(at);
    if (character === ' ') at += 1;
    else if (character === '(' || character === ')') {
      tokens.push({ kind: character === '(' ? 'open' : 'close', text: character, position: at });
      at += 1;
    } else if (character === '"' || character === "'") {
      const [value, end] = readString(text, at);
      tokens.push({ kind: 'string', text: value, position: at });
      at = end;
    } else {
      const end = wordEnd(text, at);
      tokens.push({ kind: 'word', text: text.slice(at, end), position: at });
      at = end;
    }
  }
  return tokens;
}

function wordEnd(text: string, from: number): number {
  let at = from;
  while (at < text.length && !' ()'.includes(text.charAt(at))) at += 1;
  return at;
}

/** The text between quotes, where a backslash keeps the next character whatever it is, and the position behind it. */
function readString(text: string, start: number): [string, number] {
  const quote = text.charAt(start);
  let value = '';
  for (let at = start + 1; at < text.length; at += 1) {
    const character = text.charAt(at);
    if (character === quote) return [value, at + 1];
    if (character === '\\') {
      at += 1;
      if (at >= text.length) break;
    }
    value += text.charAt(at);
  }
  throw new QueryFilterError('string without closing quote, begun', start);
}
