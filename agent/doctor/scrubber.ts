/** Parts a secret is looked for by, in characters: one that was cut, or broken over lines, is found by its other half. */
const PIECE = 12;
/** Shorter secrets would tear words apart and give themselves away by it. */
const SHORTEST = 4;
const MASK = '***';
const LINE_MASK = Buffer.from('(line left out: it held a secret)');
const DEEPEST = 32;

/** Takes known secrets out of what leaves the machine, in every spelling they may have been written in. No regular expression sees one. */
export class Scrubber {
  readonly #patterns: readonly Buffer[];
  /** Longest first, so that a secret that contains another leaves no rest. */
  readonly #wholes: readonly string[];

  /** Clear texts; each line of one that has several. */
  constructor(secrets: Iterable<string>) {
    const texts = [...new Set([...secrets].flatMap((secret) => secret.split('\n')).map((line) => line.trim()))].filter((text) => text.length >= SHORTEST);
    this.#wholes = [...new Set(texts.flatMap((text) => [text, JSON.stringify(text).slice(1, -1), encodeURIComponent(Buffer.from(text).toString())]))].sort((a, b) => b.length - a.length);
    const all = texts.flatMap(piecesOf).flatMap(spellingsOf).filter(({ length }) => length >= SHORTEST);
    this.#patterns = [...new Map(all.map((pattern) => [pattern.toString('latin1'), pattern])).values()];
  }

  isClean(bytes: Buffer): boolean {
    return !this.#patterns.some((pattern) => bytes.includes(pattern));
  }

  /** With `***` for each secret; nothing but that when there is a secret in it that is cut, or spelled in another way. */
  text(text: string): string {
    if (this.isClean(Buffer.from(text))) return text;
    const replaced = this.#wholes.reduce((rest, secret) => rest.replaceAll(secret, MASK), text);
    return this.isClean(Buffer.from(replaced)) ? replaced : MASK;
  }

  /** The same for every text, key and number of a value that would be written as JSON. */
  values<T>(value: T): T {
    return this.#values(value, 0) as T;
  }

  #values(value: unknown, depth: number): unknown {
    if (typeof value === 'string') return this.text(value);
    if (typeof value === 'number' || typeof value === 'bigint') return this.isClean(Buffer.from(String(value))) ? value : MASK;
    if (value === null || typeof value !== 'object') return value;
    if (depth > DEEPEST) return MASK;
    if (Array.isArray(value)) return value.map((item) => this.#values(item, depth + 1));
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [this.text(key), this.#values(item, depth + 1)]));
  }

  /** A log: lines that hold a secret are left out as a whole. */
  lines(bytes: Buffer): Buffer {
    if (this.isClean(bytes)) return bytes;
    const kept: Buffer[] = [];
    for (let start = 0; start < bytes.length;) {
      const end = bytes.indexOf(0x0a, start);
      const line = bytes.subarray(start, end < 0 ? bytes.length : end);
      kept.push(this.isClean(line) ? line : LINE_MASK, Buffer.from('\n'));
      start += line.length + 1;
    }
    return Buffer.concat(kept);
  }
}

function piecesOf(text: string): string[] {
  const characters = Array.from(text);
  const count = Math.max(1, Math.floor(characters.length / PIECE));
  return Array.from({ length: count }, (_, index) => characters.slice(index * PIECE, index === count - 1 ? undefined : (index + 1) * PIECE).join(''));
}

function spellingsOf(piece: string): Buffer[] {
  const utf8 = Buffer.from(piece, 'utf8');
  const wide = Buffer.from(piece, 'utf16le');
  const percent = encodeURIComponent(utf8.toString('utf8'));
  const texts = [JSON.stringify(piece).slice(1, -1), percent, percent.toLowerCase(), percent.replaceAll('%20', '+'), ...base64(utf8), ...base64(wide), ...bytewise(utf8)];
  return [utf8, Buffer.from(piece, 'latin1'), wide, Buffer.from(wide).swap16(), ...texts.map((text) => Buffer.from(text, 'latin1'))];
}

/** What is the same whatever stands before and behind, at each of the three places a text can begin at. */
function base64(bytes: Buffer): string[] {
  return [0, 1, 2].flatMap((before) => {
    const whole = Buffer.concat([Buffer.alloc(before), bytes]).toString('base64');
    const text = whole.slice(Math.ceil(before * 8 / 6), Math.floor((before + bytes.length) * 8 / 6));
    return [text, text.replaceAll('+', '-').replaceAll('/', '_'), encodeURIComponent(text)];
  });
}

function bytewise(bytes: Buffer): string[] {
  const pairs = [...bytes].map((byte) => byte.toString(16).padStart(2, '0'));
  const hex = ['', ' ', ':', '\\', '\\x'].map((between) => pairs.join(between));
  return [...hex, ...hex.map((text) => text.toUpperCase()), [...bytes].join(','), [...bytes].join(', ')];
}
