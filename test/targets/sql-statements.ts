/** Reads the statements of connectors for the fake databases: conditions, named select lists, tokens. No SQL engine. */

/** Parts of a text that stand outside of quotes and parentheses, cut at `separator`. */
export function splitOutside(text: string, separator: RegExp): string[] {
  const match = new RegExp(separator.source, 'iy');
  const parts: string[] = [];
  let depth = 0;
  let quote = '';
  let from = 0;
  for (let at = 0; at < text.length; at++) {
    const character = text[at]!;
    if (quote !== '') {
      if (character === quote) quote = '';
    } else if (character === "'" || character === '"') quote = character;
    else if (character === '(') depth++;
    else if (character === ')') depth--;
    else if (depth === 0) {
      match.lastIndex = at;
      const found = match.exec(text);
      if (found !== null && found[0] !== '') {
        parts.push(text.slice(from, at));
        from = at + found[0].length;
        at = from - 1;
      }
    }
  }
  return [...parts, text.slice(from)].map((part) => part.trim());
}

/** Whether the outermost parentheses enclose the whole text. */
function isEnclosed(text: string): boolean {
  return text.startsWith('(') && text.endsWith(')') && splitOutside(text, /\)/).length === 1 && closesAtEnd(text);
}

function closesAtEnd(text: string): boolean {
  let depth = 0;
  let quote = '';
  for (let at = 0; at < text.length; at++) {
    const character = text[at]!;
    if (quote !== '') quote = character === quote ? '' : quote;
    else if (character === "'" || character === '"') quote = character;
    else if (character === '(') depth++;
    else if (character === ')' && --depth === 0) return at === text.length - 1;
  }
  return false;
}

/** `and`, `or` and parentheses, read once for all rows; everything else is for `leaf` to decide. */
export function conditionOf<R>(text: string, leaf: (text: string) => (row: R) => boolean): (row: R) => boolean {
  const condition = text.trim();
  const either = splitOutside(condition, /\sor\s/);
  if (either.length > 1) {
    const parts = either.map((part) => conditionOf(part, leaf));
    return (row) => parts.some((holds) => holds(row));
  }
  const both = splitOutside(condition, /\sand\s/);
  if (both.length > 1) {
    const parts = both.map((part) => conditionOf(part, leaf));
    return (row) => parts.every((holds) => holds(row));
  }
  return isEnclosed(condition) ? conditionOf(condition.slice(1, -1), leaf) : leaf(condition);
}

/** Question marks become `:1`, `:2`, as Oracle writes them. */
export function numbered(text: string): string {
  let number = 0;
  return text.replace(/'(?:[^']|'')*'|"(?:[^"]|"")*"|\?/g, (token) => (token === '?' ? `:${++number}` : token));
}

export interface Token { readonly kind: 'word' | 'identifier' | 'literal' | 'symbol'; readonly text: string }

/** Words in upper case; delimited identifiers and text literals without their quotes. */
export function tokensOf(statement: string): Token[] {
  return [...statement.matchAll(/"((?:[^"]|"")*)"|'((?:[^']|'')*)'|([A-Za-z_][\w$]*)|(:\d+|=>|[^\s])/g)].map(([, identifier, literal, word, symbol]): Token => {
    if (identifier !== undefined) return { kind: 'identifier', text: identifier.replaceAll('""', '"') };
    if (literal !== undefined) return { kind: 'literal', text: literal.replaceAll("''", "'") };
    return word === undefined ? { kind: 'symbol', text: symbol! } : { kind: 'word', text: word.toUpperCase() };
  });
}

/** LIKE with backslash as escape. */
export function like(text: string, pattern: string): boolean {
  const source = pattern.replace(/\\(.)|([%_])|([^\\%_]+)/gs, (_all, escaped: string | undefined, sign: string | undefined, plain: string | undefined) =>
    sign === '%' ? '[\\s\\S]*' : sign === '_' ? '[\\s\\S]' : (escaped ?? plain ?? '').replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${source}$`).test(text);
}
