import { parseSync } from 'vite';

/** Where the counters come from in instrumented code; a module without imports, so that it is there before any other. */
export const COUNTERS_MODULE = 'virtual:causeway-fuzz-counters';

interface SyntaxNode {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  readonly [key: string]: unknown;
}

interface Insertion { readonly at: number; readonly text: string }

export interface Instrumented {
  readonly code: string;
  /** Texts the code compares or looks up, which are worth trying as input. */
  readonly words: ReadonlySet<string>;
  /** Whole numbers it compares with. */
  readonly numbers: ReadonlySet<number>;
}

const LONGEST_WORD = 48;

function isNode(value: unknown): value is SyntaxNode {
  return typeof value === 'object' && value !== null && typeof (value as SyntaxNode).type === 'string' && typeof (value as SyntaxNode).start === 'number';
}

/** Puts counters where the code can take one way or another. */
class Instrumentation {
  readonly words = new Set<string>();
  readonly numbers = new Set<number>();
  readonly insertions: Insertion[] = [];
  readonly #place: () => number;

  constructor(place: () => number) {
    this.#place = place;
  }

  #count(): string {
    return `causewayFuzz[${this.#place()}]++`;
  }

  #insert(at: number, text: string): void {
    this.insertions.push({ at, text });
  }

  #remember(word: unknown): void {
    if (typeof word === 'number' && Number.isInteger(word) && word >= 0 && word <= 0xffff_ffff) this.numbers.add(word);
    if (typeof word === 'string' && word !== '' && word.length <= LONGEST_WORD) this.words.add(word);
  }

  visit(node: SyntaxNode): void {
    this.#begin(node);
    for (const [key, value] of Object.entries(node)) {
      if (key === 'source' || (key === 'key' && node['computed'] !== true)) continue;
      for (const child of Array.isArray(value) ? value as unknown[] : [value]) if (isNode(child)) this.#child(node, key, child);
    }
  }

  /** Inner ends come before outer ends, outer beginnings before inner ones: insertions keep the order they are made in. */
  #child(parent: SyntaxNode, key: string, child: SyntaxNode): void {
    const wrap = wrapping(parent, key, child);
    if (wrap === 'expression') this.#insert(child.start, `(${this.#count()},`);
    if (wrap === 'statement') this.#insert(child.start, `{${this.#count()};`);
    this.visit(child);
    if (wrap === 'expression') this.#insert(child.end, ')');
    if (wrap === 'statement') this.#insert(child.end, '}');
  }

  #begin(node: SyntaxNode): void {
    if (node.type === 'BlockStatement') this.#insert(node.start + 1, `${this.#count()};`);
    if (node.type === 'SwitchCase') {
      const first = (node['consequent'] as SyntaxNode[])[0];
      if (first !== undefined && first.type !== 'BlockStatement') this.#insert(first.start, `${this.#count()};`);
    }
    if (node.type === 'Literal') this.#remember(node['value']);
    if (node.type === 'Property' && isNode(node['key'])) this.#remember(node['key']['name']);
  }
}

interface Way { readonly wrap: 'expression' | 'statement'; readonly keys: readonly string[] }

const BRANCHES = ['consequent', 'alternate'];

/** Which of a node's children are one way among several, and what has to go around them to be counted. */
const WAYS = new Map<string, Way>([
  ['ConditionalExpression', { wrap: 'expression', keys: BRANCHES }],
  ['LogicalExpression', { wrap: 'expression', keys: ['right'] }],
  ['ArrowFunctionExpression', { wrap: 'expression', keys: ['body'] }],
  ['IfStatement', { wrap: 'statement', keys: BRANCHES }],
  ...['ForStatement', 'ForInStatement', 'ForOfStatement', 'WhileStatement', 'DoWhileStatement'].map((loop): [string, Way] => [loop, { wrap: 'statement', keys: ['body'] }]),
]);

/** Blocks are counted from within. */
function wrapping(parent: SyntaxNode, key: string, child: SyntaxNode): 'expression' | 'statement' | undefined {
  const way = WAYS.get(parent.type);
  return way?.keys.includes(key) === true && child.type !== 'BlockStatement' ? way.wrap : undefined;
}

function applied(code: string, insertions: readonly Insertion[]): string {
  const sorted = insertions.map((insertion, order) => ({ ...insertion, order })).sort((a, b) => a.at - b.at || a.order - b.order);
  let result = '';
  let position = 0;
  for (const { at, text } of sorted) {
    result += code.slice(position, at) + text;
    position = at;
  }
  return result + code.slice(position);
}

/** The same module, counting which way it goes. `place` hands out the numbers of the counters. */
export function instrument(code: string, file: string, place: () => number): Instrumented {
  const { program, errors } = parseSync(file, code);
  if (errors.length > 0) throw new Error(`${file} cannot be parsed: ${errors[0]?.message ?? ''}`);
  const instrumentation = new Instrumentation(place);
  instrumentation.visit(program as unknown as SyntaxNode);
  const counting = applied(code, instrumentation.insertions);
  return { code: `${counting}\nimport { causewayFuzz } from '${COUNTERS_MODULE}';\n`, words: instrumentation.words, numbers: instrumentation.numbers };
}
