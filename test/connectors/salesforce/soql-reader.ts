type Value = string | number | boolean | null;
export type Fields = Readonly<Record<string, Value>>;
type Condition = (record: Fields) => boolean;

const TOKEN = /\s*('(?:\\.|[^'\\])*'|[A-Za-z_][\w.]*|-?\d{4}-\d\d-\d\dT[\d:.]+Z|-?\d+(?:\.\d+)?|<=|>=|!=|[=<>(),])/y;
const ESCAPES: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', b: '\b', f: '\f', '\\': '\\', '\'': '\'', '"': '"' };

function tokensOf(text: string): string[] {
  const tokens: string[] = [];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < text.trimEnd().length) {
    const at = TOKEN.lastIndex;
    const found = TOKEN.exec(text);
    if (found === null) throw new Error(`MALFORMED_QUERY at ${at}: ${text.slice(at, at + 40)}`);
    tokens.push(found[1]!);
  }
  return tokens;
}

/** The text a literal stands for; `\%` and `\_` only where patterns are. */
export function literalText(literal: string, isPattern: boolean): string {
  return literal.slice(1, -1).replaceAll(/\\(?:u([0-9a-fA-F]{4})|(.))/gs, (_, code: string | undefined, character: string | undefined) => {
    if (code !== undefined) return String.fromCharCode(Number.parseInt(code, 16));
    if (isPattern && (character === '%' || character === '_')) return `\0${character}`;
    const found = ESCAPES[character ?? ''];
    if (found === undefined) throw new Error(`MALFORMED_QUERY: \\${character}`);
    return found;
  });
}

function likeness(pattern: string): RegExp {
  const source = pattern.replaceAll(/[$()*+.?[\\\]^{|}]/g, '\\$&').replaceAll(/\0?[%_]/g, (found) => (found.startsWith('\0') ? found.slice(1) : found === '%' ? '.*' : '.'));
  return new RegExp(`^${source}$`, 'isu');
}

const same = (one: Value | undefined, other: Value): boolean => (typeof one === 'string' && typeof other === 'string' ? one.toLowerCase() === other.toLowerCase() : one === other);

/** SELECT … FROM … WHERE … ORDER BY …, as far as the connector asks. */
export class SoqlReader {
  readonly fields: readonly string[];
  readonly type: string;
  readonly matches: Condition;
  readonly order: readonly string[];
  #tokens: string[];

  constructor(text: string) {
    this.#tokens = tokensOf(text);
    this.#take('SELECT');
    this.fields = this.#names();
    this.#take('FROM');
    this.type = this.#tokens.shift()!;
    this.matches = this.#tokens[0] === 'WHERE' ? (this.#tokens.shift(), this.#expression()) : () => true;
    this.order = this.#tokens[0] === 'ORDER' ? (this.#take('ORDER'), this.#take('BY'), this.#names()) : [];
    if (this.#tokens.length > 0) throw new Error(`MALFORMED_QUERY: ${this.#tokens.join(' ')}`);
  }

  #take(token: string): void {
    const found = this.#tokens.shift();
    if (found !== token) throw new Error(`MALFORMED_QUERY: ${found} instead of ${token}`);
  }

  #names(): string[] {
    const names = [this.#tokens.shift()!];
    while (this.#tokens[0] === ',') names.push((this.#tokens.shift(), this.#tokens.shift()!));
    return names;
  }

  #expression(): Condition {
    const parts = [this.#term()];
    const joint = this.#tokens[0];
    while (this.#tokens[0] === 'AND' || this.#tokens[0] === 'OR') {
      this.#take(joint!);
      parts.push(this.#term());
    }
    return joint === 'OR' ? (record) => parts.some((part) => part(record)) : (record) => parts.every((part) => part(record));
  }

  #term(): Condition {
    if (this.#tokens[0] === 'NOT') {
      this.#tokens.shift();
      const inner = this.#term();
      return (record) => !inner(record);
    }
    if (this.#tokens[0] !== '(') return this.#comparison();
    this.#tokens.shift();
    const inner = this.#expression();
    this.#take(')');
    return inner;
  }

  #comparison(): Condition {
    const [field = '', operator = '', literal = ''] = this.#tokens.splice(0, 3);
    if (operator === 'LIKE') {
      const like = likeness(literalText(literal, true));
      return (record) => typeof record[field] === 'string' && like.test(record[field]);
    }
    const isTime = /^\d{4}-/.test(literal);
    const given: Value = literal.startsWith('\'') ? literalText(literal, false) : literal === 'true' || literal === 'false' ? literal === 'true' : isTime ? Date.parse(literal) : Number(literal);
    const valueOf = (record: Fields): Value => (isTime ? Date.parse(String(record[field]).replace('+0000', 'Z')) : record[field] ?? null);
    if (operator === '=') return (record) => same(valueOf(record), given);
    const compare: Readonly<Record<string, (value: Value) => boolean>> = { '>': (value) => value! > given, '>=': (value) => value! >= given, '<': (value) => value! < given, '<=': (value) => value! <= given };
    const holds = compare[operator];
    if (holds === undefined) throw new Error(`MALFORMED_QUERY: ${operator}`);
    return (record) => valueOf(record) !== null && holds(valueOf(record));
  }
}
