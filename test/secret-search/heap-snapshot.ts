import type { PatternSet } from './pattern-search.js';

/** What V8 writes: flat arrays whose fields `meta` names. */
interface RawSnapshot {
  readonly snapshot: { readonly meta: { readonly node_fields: string[]; readonly node_types: [string[], ...unknown[]]; readonly edge_fields: string[]; readonly edge_types: [string[], ...unknown[]] } };
  readonly nodes: readonly number[];
  readonly edges: readonly number[];
  readonly strings: readonly string[];
}

/** A secret in a text on the heap, and one thing that holds the text. */
export interface HeapHit {
  readonly owner: number;
  /** How the holder is reached from a root, such as `Agent.session / Session.#headers / Object.Authorization`. */
  readonly path: string;
}

export interface SearchedHeap {
  readonly texts: number;
  readonly hits: readonly HeapHit[];
}

const STRINGS = new Set(['string', 'concatenated string', 'sliced string']);

/** Nodes and edges of a snapshot by number, and how each node is reached first. */
class HeapGraph {
  readonly #raw: RawSnapshot;
  readonly #nodeWidth: number;
  readonly #edgeWidth: number;
  readonly #firstEdge: Uint32Array;
  readonly #weak: number;
  readonly #numbered: ReadonlySet<number>;
  /** Edge by which the breadth-first search came to a node; 0xffffffff: it did not. */
  readonly #cameBy: Uint32Array;
  readonly #cameFrom: Uint32Array;

  constructor(raw: RawSnapshot) {
    const { node_fields: nodeFields, edge_fields: edgeFields, edge_types: [edgeTypes] } = raw.snapshot.meta;
    this.#raw = raw;
    this.#nodeWidth = nodeFields.length;
    this.#edgeWidth = edgeFields.length;
    this.#weak = edgeTypes.indexOf('weak');
    this.#numbered = new Set([edgeTypes.indexOf('element'), edgeTypes.indexOf('hidden')]);
    this.#firstEdge = new Uint32Array(this.size + 1);
    const edgeCount = nodeFields.indexOf('edge_count');
    for (let node = 0; node < this.size; node += 1) this.#firstEdge[node + 1] = (this.#firstEdge[node] ?? 0) + (raw.nodes[node * this.#nodeWidth + edgeCount] ?? 0);
    this.#cameBy = new Uint32Array(this.size).fill(0xffffffff);
    this.#cameFrom = new Uint32Array(this.size);
    this.#walk();
  }

  get size(): number {
    return this.#raw.nodes.length / this.#nodeWidth;
  }

  typeOf(node: number): string {
    return this.#raw.snapshot.meta.node_types[0][this.#raw.nodes[node * this.#nodeWidth] ?? 0] ?? '';
  }

  nameOf(node: number): string {
    return this.#raw.strings[this.#raw.nodes[node * this.#nodeWidth + 1] ?? 0] ?? '';
  }

  /** Calls back for each strong edge, with the nodes it leads from and to. */
  eachEdge(from: number, visit: (edge: number, to: number) => void): void {
    for (let edge = this.#firstEdge[from] ?? 0; edge < (this.#firstEdge[from + 1] ?? 0); edge += 1) {
      const at = edge * this.#edgeWidth;
      if (this.#raw.edges[at] !== this.#weak) visit(edge, (this.#raw.edges[at + 2] ?? 0) / this.#nodeWidth);
    }
  }

  isReached(node: number): boolean {
    return node === 0 || this.#cameBy[node] !== 0xffffffff;
  }

  edgeName(edge: number): string {
    const at = edge * this.#edgeWidth;
    return this.#numbered.has(this.#raw.edges[at] ?? 0) ? '[]' : this.#raw.strings[this.#raw.edges[at + 1] ?? 0] ?? '';
  }

  /** From a root to the node, the shortest way. */
  pathTo(node: number): string[] {
    const path: string[] = [];
    for (let at = node; at !== 0; at = this.#cameFrom[at] ?? 0) path.unshift(`${this.#shown(this.#cameFrom[at] ?? 0)}.${this.edgeName(this.#cameBy[at] ?? 0)}`);
    return path;
  }

  #shown(node: number): string {
    return STRINGS.has(this.typeOf(node)) ? 'text' : this.nameOf(node).slice(0, 60);
  }

  holderName(from: number, edge: number): string {
    return [...this.pathTo(from), `${this.#shown(from)}.${this.edgeName(edge)}`].join(' / ');
  }

  #walk(): void {
    const queue = new Uint32Array(this.size);
    let end = 1;
    for (let next = 0; next < end; next += 1) {
      const from = queue[next] ?? 0;
      this.eachEdge(from, (edge, to) => {
        if (this.isReached(to)) return;
        this.#cameBy[to] = edge;
        this.#cameFrom[to] = from;
        queue[end++] = to;
      });
    }
  }
}

/** Texts of a heap snapshot that hold one of the patterns, with everything that holds those texts. What only weak references reach is left out. */
export function searchHeap(json: string, patterns: PatternSet): SearchedHeap {
  const raw = JSON.parse(json) as RawSnapshot;
  const graph = new HeapGraph(raw);
  const owners = new Map<number, ReadonlySet<number>>();
  let texts = 0;
  for (let node = 0; node < graph.size; node += 1) {
    if (!STRINGS.has(graph.typeOf(node)) || !graph.isReached(node)) continue;
    texts += 1;
    const found = patterns.ownersIn(Buffer.from(graph.nameOf(node)));
    if (found.size > 0) owners.set(node, found);
  }
  const hits: HeapHit[] = [];
  for (let from = 0; from < graph.size; from += 1) {
    if (!graph.isReached(from)) continue;
    graph.eachEdge(from, (edge, to) => {
      const holdsPart = owners.has(from); // a text that is put together of others is held by what holds the whole
      if (!holdsPart) for (const owner of owners.get(to) ?? []) hits.push({ owner, path: graph.holderName(from, edge) });
    });
  }
  return { texts, hits };
}
