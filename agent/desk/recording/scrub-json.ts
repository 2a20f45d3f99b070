import { isSecretName } from '../secret-names.js';
import { scrubbedAddresses } from './scrub-form.js';

/**
 * A JSON text, or several (JSON lines), with every text and number under a name of a secret replaced, however deep; everything else
 * stays as it is spelled, so that numbers keep their digits. Read character by character: no regular expression sees a secret.
 */
export function scrubbedJson(text: string, hide: (value: string) => string, isSecret: (name: string) => boolean = isSecretName): string {
  return new JsonScrub(text, hide, isSecret).whole();
}

interface Level {
  readonly isObject: boolean;
  /** Inherited from the name the level stands under. */
  readonly isSecret: boolean;
  /** Of the key that was read last. */
  isKeySecret: boolean;
  awaitsKey: boolean;
}

const QUOTE = '"';
const VALUE_END = new Set([',', '}', ']', ' ', '\t', '\n', '\r']);

class JsonScrub {
  readonly #text: string;
  readonly #hide: (value: string) => string;
  readonly #isSecretName: (name: string) => boolean;
  readonly #levels: Level[] = [];
  #result = '';
  #at = 0;

  constructor(text: string, hide: (value: string) => string, isSecret: (name: string) => boolean) {
    this.#text = text;
    this.#hide = hide;
    this.#isSecretName = isSecret;
  }

  whole(): string {
    while (this.#at < this.#text.length) this.#step(this.#text.charAt(this.#at));
    return this.#result;
  }

  get #isSecret(): boolean {
    const level = this.#levels.at(-1);
    return level !== undefined && (level.isSecret || level.isKeySecret);
  }

  #step(character: string): void {
    const level = this.#levels.at(-1);
    if (character === QUOTE) this.#string(level);
    else if (character === '{' || character === '[') {
      this.#levels.push({ isObject: character === '{', isSecret: this.#isSecret, isKeySecret: false, awaitsKey: character === '{' });
      this.#keep(1);
    } else if (character === '}' || character === ']') {
      this.#levels.pop();
      this.#keep(1);
    } else if (character === ',') this.#comma(level);
    else if (this.#isSecret && '-0123456789'.includes(character)) this.#number();
    else this.#keep(1);
  }

  #comma(level: Level | undefined): void {
    if (level?.isObject === true) {
      level.awaitsKey = true;
      level.isKeySecret = false;
    }
    this.#keep(1);
  }

  #keep(length: number): void {
    this.#result += this.#text.slice(this.#at, this.#at + length);
    this.#at += length;
  }

  #string(level: Level | undefined): void {
    let end = this.#at + 1;
    while (end < this.#text.length && this.#text[end] !== QUOTE) end += this.#text[end] === '\\' ? 2 : 1;
    const spelled = this.#text.slice(this.#at, Math.min(end + 1, this.#text.length));
    this.#at += spelled.length;
    const value = valueOf(spelled);
    if (level?.isObject === true && level.awaitsKey) {
      level.awaitsKey = false;
      level.isKeySecret = this.#isSecretName(value);
      this.#result += spelled;
    } else if (this.#isSecret && value !== '') this.#result += JSON.stringify(this.#hide(value));
    else {
      const inner = this.#inner(value);
      this.#result += inner === value ? spelled : JSON.stringify(inner);
    }
  }

  /** A document inside of a text, as batches have it, and addresses in one. */
  #inner(value: string): string {
    if (value.startsWith('{') && value.endsWith('}')) return scrubbedJson(value, this.#hide, this.#isSecretName);
    return value.includes('?') ? scrubbedAddresses(value, this.#hide) : value;
  }

  #number(): void {
    let end = this.#at;
    while (end < this.#text.length && !VALUE_END.has(this.#text.charAt(end))) end += 1;
    this.#hide(this.#text.slice(this.#at, end));
    this.#result += '0';
    this.#at = end;
  }
}

function valueOf(spelled: string): string {
  try {
    return JSON.parse(spelled) as string;
  } catch {
    return spelled.slice(1);
  }
}
