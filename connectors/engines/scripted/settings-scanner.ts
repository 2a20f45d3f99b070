const WORDS: ReadonlyMap<string, boolean | null> = new Map<string, boolean | null>([['true', true], ['false', false], ['null', null]]);
const ESCAPES: ReadonlyMap<string, string> = new Map([['n', '\n'], ['t', '\t'], ['r', '\r'], ['b', '\b'], ['f', '\f'], ['s', ' '], ['\\', '\\'], ["'", "'"], ['"', '"'], ['$', '$']]);
const HEX_DIGITS = '0123456789abcdefABCDEF';

/** Walks over the text of settings character by character: it may hold secrets, which no regular expression may keep. */
export class SettingsScanner {
  readonly #text: string;
  readonly #refuse: (line: number, what: string) => never;
  #at = 0;
  line = 1;

  constructor(text: string, refuse: (line: number, what: string) => never) {
    this.#text = text;
    this.#refuse = refuse;
  }

  get isAtEnd(): boolean {
    return this.#at >= this.#text.length;
  }

  isAt(expected: string): boolean {
    return this.#text.startsWith(expected, this.#at);
  }

  take(expected: string): boolean {
    if (!this.isAt(expected)) return false;
    this.#forward(expected.length);
    return true;
  }

  /** Blanks and comments within a line. */
  skipBlanks(): void {
    this.#skip(' \t');
  }

  skipSeparators(): void {
    this.#skip(' \t\r\n;');
  }

  /** Blanks, comments and line ends. */
  skipAll(): void {
    this.#skip(' \t\r\n');
  }

  #skip(characters: string): void {
    for (;;) {
      const character = this.#text.charAt(this.#at);
      if (character !== '' && characters.includes(character)) this.#forward(1);
      else if (this.isAt('//') || (this.isAt('#!') && this.#at === 0)) this.#to('\n', false);
      else if (this.isAt('/*')) this.#to('*/', true);
      else return;
    }
  }

  #to(end: string, required: boolean): void {
    const at = this.#text.indexOf(end, this.#at);
    if (at < 0 && required) this.#refuse(this.line, 'a comment is not closed: */ is missing');
    this.#forward((at < 0 ? this.#text.length : at + (required ? end.length : 0)) - this.#at);
  }

  #forward(count: number): void {
    for (let left = count; left > 0; left--) if (this.#text.charAt(this.#at++) === '\n') this.line++;
  }

  isAtStatementEnd(): boolean {
    this.skipBlanks();
    return this.isAtEnd || ['\n', '\r', ';', '}'].some((end) => this.isAt(end));
  }

  isAtText(): boolean {
    return this.isAt("'") || this.isAt('"');
  }

  /** A word, or a text in quotes. */
  name(): string {
    if (this.isAtText()) return this.text();
    const word = this.#word();
    return word === '' ? this.#refuse(this.line, 'a name is expected') : word;
  }

  #word(): string {
    const from = this.#at;
    while (isWordCharacter(this.#text.charAt(this.#at))) this.#at++;
    return this.#text.slice(from, this.#at);
  }

  /** A name with its `:`; undefined, and nothing is taken, where there is none. */
  key(): string | undefined {
    const { line } = this;
    const from = this.#at;
    if (this.isAtText() || isWordCharacter(this.#text.charAt(this.#at))) {
      const name = this.name();
      this.skipBlanks();
      if (this.take(':')) return name;
    }
    this.#at = from;
    this.line = line;
    return undefined;
  }

  /** Between quotes of either kind, one or three of them. */
  text(): string {
    const quote = this.#text.charAt(this.#at);
    const end = this.isAt(quote.repeat(3)) ? quote.repeat(3) : quote;
    const { line } = this;
    this.#forward(end.length);
    let text = '';
    while (!this.take(end)) {
      if (this.isAtEnd || (end.length === 1 && this.isAt('\n'))) this.#refuse(line, 'a text is not closed: its quote is missing');
      text += this.isAt('\\') ? this.#escape() : this.#character(quote);
    }
    return text;
  }

  #character(quote: string): string {
    const character = this.#text.charAt(this.#at);
    if (quote === '"' && character === '$') this.#refuse(this.line, 'a text holds $, which would put in a value: write the value itself, or \\$ for the character');
    this.#forward(1);
    return character;
  }

  #escape(): string {
    this.#forward(1);
    const character = this.#text.charAt(this.#at);
    this.#forward(1);
    if (character === '\n') return '';
    if (character === 'u') return this.#unicode();
    return ESCAPES.get(character) ?? this.#refuse(this.line, 'a text holds a \\ before a character that needs none: write \\\\ for the character itself');
  }

  #unicode(): string {
    const digits = this.#text.slice(this.#at, this.#at + 4);
    if (digits.length < 4 || Array.from(digits).some((digit) => !HEX_DIGITS.includes(digit))) this.#refuse(this.line, 'after \\u there have to be four hexadecimal digits');
    this.#at += 4;
    return String.fromCharCode(parseInt(digits, 16));
  }

  numberOrWord(): number | boolean | null {
    const from = this.#at;
    if (this.isAt('-') || this.isAt('+')) this.#at++;
    this.#word();
    if (this.isAt('.') && isDigit(this.#text.charAt(this.#at + 1))) {
      this.#at++;
      this.#word();
    }
    const given = this.#text.slice(from, this.#at);
    const word = WORDS.get(given);
    if (word !== undefined) return word;
    return numberOf(given) ?? this.#refuse(this.line, 'a value has to be a text in quotes, a number, true, false, null, a list or a map; what would have to be computed is not');
  }
}

/** Also with the letter of its type at its end, as Groovy has it: `5L`, `1.5f`. */
function numberOf(given: string): number | undefined {
  const digits = given.startsWith('-') || given.startsWith('+') ? given.slice(1) : given;
  if (!isDigit(digits.charAt(0))) return undefined;
  const number = Number('LlIiGgDdFf'.includes(given.charAt(given.length - 1)) ? given.slice(0, -1) : given);
  return Number.isFinite(number) ? number : undefined;
}

function isDigit(character: string): boolean {
  return character >= '0' && character <= '9';
}

function isWordCharacter(character: string): boolean {
  return isDigit(character) || (character >= 'a' && character <= 'z') || (character >= 'A' && character <= 'Z') || character === '_' || character === '$' || character > '\u007f';
}
