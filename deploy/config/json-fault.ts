const DEEPEST = 128;
const LITERALS = ['true', 'false', 'null'] as const;
const BLANKS = ' \t\n\r';
const HEXADECIMAL = '0123456789abcdefABCDEF';
const NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;
const ESCAPED = '"\\/bfnrtu';

/** Where a text stops being JSON. */
export interface JsonFault {
  /** From 1. */
  readonly line: number;
  readonly expected: string;
}

/**
 * The place of the first fault, for a text that JSON.parse has refused; undefined when it finds none. What JSON.parse says itself holds
 * a piece of the text, which may be a password.
 */
export function findJsonFault(text: string): JsonFault | undefined {
  const walk = new Walk(text);
  try {
    walk.value(0);
    walk.end();
    return undefined;
  } catch (error) {
    if (!(error instanceof FaultError)) throw error;
    return { line: text.slice(0, walk.at).split('\n').length, expected: error.message };
  }
}

class FaultError extends Error {}

class Walk {
  at = 0;
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  value(depth: number): void {
    if (depth > DEEPEST) throw new FaultError(`no more than ${DEEPEST} levels`);
    const next = this.#next();
    if (next === '{') this.#list('}', () => this.#member(depth));
    else if (next === '[') this.#list(']', () => this.value(depth + 1));
    else if (next === '"') this.#string();
    else if (next === '-' || (next >= '0' && next <= '9')) this.#number();
    else this.#literal();
  }

  end(): void {
    if (this.#next() !== '') throw new FaultError('the end of the file');
  }

  #next(): string {
    while (this.at < this.#text.length && BLANKS.includes(this.#text.charAt(this.at))) this.at += 1;
    return this.#text.charAt(this.at);
  }

  #list(close: string, item: () => void): void {
    this.at += 1;
    if (this.#next() === close) {
      this.at += 1;
      return;
    }
    for (;;) {
      item();
      const next = this.#next();
      if (next !== ',' && next !== close) throw new FaultError(`"," or "${close}"`);
      this.at += 1;
      if (next === close) return;
    }
  }

  #member(depth: number): void {
    if (this.#next() !== '"') throw new FaultError('a name in double quotes');
    this.#string();
    if (this.#next() !== ':') throw new FaultError('":" behind the name');
    this.at += 1;
    this.value(depth + 1);
  }

  #string(): void {
    this.at += 1;
    for (let next = this.#text.charAt(this.at); next !== '"'; next = this.#text.charAt(this.at)) {
      if (next === '' || next < ' ') throw new FaultError('the end of the text (") on its line');
      if (next === '\\' && this.#text.charAt(this.at + 1) === 'u') this.#code();
      if (next === '\\' && !ESCAPED.includes(this.#text.charAt(this.at + 1) || ' ')) throw new FaultError('another character behind the backslash: a backslash itself is written \\\\');
      this.at += next === '\\' ? 2 : 1;
    }
    this.at += 1;
  }

  #code(): void {
    for (let digit = 2; digit < 6; digit += 1) {
      if (!HEXADECIMAL.includes(this.#text.charAt(this.at + digit) || ' ')) throw new FaultError('four hexadecimal digits behind \\u');
    }
  }

  #number(): void {
    const from = this.at;
    let end = from;
    while (end < this.#text.length && '+-.eE0123456789'.includes(this.#text.charAt(end))) end += 1;
    if (!NUMBER.test(this.#text.slice(from, end))) throw new FaultError('a number');
    this.at = end;
  }

  #literal(): void {
    const found = LITERALS.find((literal) => this.#text.startsWith(literal, this.at));
    if (found === undefined) throw new FaultError('a value');
    this.at += found.length;
  }
}
