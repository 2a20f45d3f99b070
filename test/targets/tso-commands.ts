/** TSO commands taken apart, for stand-ins; shares nothing with the connector that writes them. */

export interface Item { readonly text: string; readonly isQuoted: boolean; readonly inner: readonly Item[] | undefined }

/** Reads a TSO command from its beginning on. */
class TsoReader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  #peek(): string | undefined {
    return this.#text[this.#at];
  }

  #fail(why: string): never {
    throw new Error(`${why} at ${this.#at}`);
  }

  #quoted(): string {
    let text = '';
    for (this.#at++; this.#peek() !== "'" || this.#text[this.#at + 1] === "'"; this.#at++) {
      if (this.#peek() === undefined) this.#fail('an apostrophe is not closed');
      if (this.#peek() === "'") this.#at++;
      text += this.#peek() ?? '';
    }
    this.#at++;
    return text;
  }

  #item(): Item {
    if (this.#peek() === "'") return { text: this.#quoted(), isQuoted: true, inner: undefined };
    if (this.#peek() === ';' || this.#peek() === '\n') this.#fail('a second command begins');
    const start = this.#at;
    for (let next = this.#peek(); next !== undefined && !" ,()'".includes(next); next = this.#peek()) this.#at++;
    const text = this.#text.slice(start, this.#at);
    if (this.#peek() !== '(') return { text, isQuoted: false, inner: undefined };
    this.#at++;
    const inner = this.items(true);
    this.#at++;
    return { text, isQuoted: false, inner };
  }

  /** Up to the parenthesis that closes, or the end of the command. */
  items(isNested: boolean): Item[] {
    const list: Item[] = [];
    for (;;) {
      while (this.#peek() === ' ' || this.#peek() === ',') this.#at++;
      if (this.#peek() === undefined && isNested) this.#fail('a parenthesis is not closed');
      if (this.#peek() === ')' && !isNested) this.#fail('a parenthesis is not opened');
      if (this.#peek() === undefined || this.#peek() === ')') return list;
      list.push(this.#item());
    }
  }
}

/** Blanks and commas separate; apostrophes quote, doubled ones stand for themselves; parentheses nest. */
export function parseTso(command: string): readonly Item[] {
  return new TsoReader(command).items(false);
}
