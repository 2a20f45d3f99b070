import { TokenParser, TokenType, exactTokenizer, type JsonValue } from './json-text.js';

type Token = Parameters<TokenParser['write']>[0];

/** A container that is open around the place where the text is now. */
interface Frame {
  /** Of the member that is being read; undefined in arrays. */
  key: string | undefined;
  readonly isObject: boolean;
  awaitsKey: boolean;
}

const isOpening = (token: TokenType): boolean => token === TokenType.LEFT_BRACE || token === TokenType.LEFT_BRACKET;
const isClosing = (token: TokenType): boolean => token === TokenType.RIGHT_BRACE || token === TokenType.RIGHT_BRACKET;

/**
 * Takes a JSON text in parts and gives the elements of the array at `steps` as they are complete. Two parsers check every token: one
 * for the array, one for all else, which is shown an empty array. Throws a SyntaxError.
 */
export class JsonItemParser {
  readonly #steps: readonly string[];
  readonly #tokenizer = exactTokenizer();
  readonly #outside = new TokenParser({ paths: ['$'] });
  readonly #frames: Frame[] = [];
  #inside: TokenParser | undefined;
  /** Containers that are open from the array on. */
  #depth = 0;
  #items: JsonValue[] = [];
  #rest: { readonly value: JsonValue } | undefined;
  #hasFound = false;

  constructor(steps: readonly string[]) {
    this.#steps = steps;
    this.#outside.onValue = ({ value }) => { this.#rest = { value: value as JsonValue }; };
    this.#tokenizer.onToken = (token) => { this.#route(token); };
  }

  get hasFound(): boolean {
    return this.#hasFound;
  }

  write(part: string): void {
    syntactically(() => { this.#tokenizer.write(part); });
  }

  /** The elements since the last call. */
  take(): readonly JsonValue[] {
    const items = this.#items;
    this.#items = [];
    return items;
  }

  /** Everything but the elements. */
  end(): JsonValue {
    syntactically(() => { this.#tokenizer.end(); });
    if (this.#rest === undefined) throw new SyntaxError('the text ends too early');
    return this.#rest.value;
  }

  #route(token: Token): void {
    if (this.#inside !== undefined) return this.#within(this.#inside, token);
    this.#outside.write(token);
    if (token.token === TokenType.LEFT_BRACKET && this.#isThere()) this.#enter(token);
    else this.#follow(token);
  }

  #isThere(): boolean {
    return this.#frames.length === this.#steps.length && this.#frames.every(({ key }, depth) => key === this.#steps[depth]);
  }

  #enter(token: Token): void {
    // The last one would count for JSON.parse, but what has been given cannot be taken back.
    if (this.#hasFound) throw new SyntaxError('the list is there twice');
    this.#hasFound = true;
    const inside = new TokenParser({ paths: ['$.*'], keepStack: false });
    inside.onValue = ({ value }) => { this.#items.push(value as JsonValue); };
    this.#inside = inside;
    this.#within(inside, token);
  }

  #within(inside: TokenParser, token: Token): void {
    inside.write(token);
    if (isOpening(token.token)) this.#depth++;
    else if (isClosing(token.token) && --this.#depth === 0) {
      this.#inside = undefined;
      this.#outside.write(token);
    }
  }

  #follow({ token, value }: Token): void {
    const frame = this.#frames.at(-1);
    if (isOpening(token)) this.#frames.push({ key: undefined, isObject: token === TokenType.LEFT_BRACE, awaitsKey: token === TokenType.LEFT_BRACE });
    else if (isClosing(token)) this.#frames.pop();
    else if (frame?.isObject === true && token === TokenType.COMMA) frame.awaitsKey = true;
    else if (frame?.awaitsKey === true && token === TokenType.STRING) {
      frame.key = String(value);
      frame.awaitsKey = false;
    }
  }
}

/** The parsers' own errors quote the text, which may hold anything. */
function syntactically(work: () => void): void {
  try {
    work();
  } catch {
    throw new SyntaxError('no JSON, or not all of it');
  }
}
