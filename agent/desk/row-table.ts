import type { JsonObject, JsonValue } from '../../protocol/crest/json.js';
import { writeJson } from '../../protocol/crest/json.js';

/** Rows that decide how wide columns are; those behind them have to fit. */
const LOOKED_AT = 40;
const WIDEST = 40;
const MOST_COLUMNS = 8;
const GAP = '  ';
/** C0 and C1: what a target holds must not move the cursor. */
const CONTROL = /[\u0000-\u001f\u007f-\u009f]/g;

/** Text of objects in columns, made while they arrive: the first rows are held until the widths are known. */
export class RowTable {
  #held: JsonObject[] = [];
  #columns: readonly { readonly name: string; readonly width: number }[] | undefined;
  readonly #wanted: readonly string[] | undefined;

  /** `wanted`: these columns, in this order, besides the id. Undefined: those that most objects have. */
  constructor(wanted: readonly string[] | undefined) {
    this.#wanted = wanted;
  }

  /** What can be printed now. */
  add(row: JsonObject): string {
    if (this.#columns !== undefined) return this.#line(row);
    this.#held.push(row);
    return this.#held.length < LOOKED_AT ? '' : this.end();
  }

  /** What is left. */
  end(): string {
    if (this.#columns !== undefined || this.#held.length === 0) return '';
    const names = this.#wanted === undefined ? commonest(this.#held) : ['_id', ...this.#wanted.filter((name) => name !== '_id')];
    this.#columns = names.map((name) => ({ name, width: Math.min(WIDEST, Math.max(name.length, ...this.#held.map((row) => cell(row[name]).length))) }));
    const head = this.#columns.map(({ name, width }) => name.slice(0, width).padEnd(width)).join(GAP).trimEnd();
    const lines = this.#held.map((row) => this.#line(row)).join('');
    this.#held = [];
    return `${head}\n${lines}`;
  }

  #line(row: JsonObject): string {
    return `${(this.#columns ?? []).map(({ name, width }) => cut(cell(row[name]), width).padEnd(width)).join(GAP).trimEnd()}\n`;
  }
}

function commonest(rows: readonly JsonObject[]): string[] {
  const counts = new Map<string, number>();
  for (const row of rows) for (const name of Object.keys(row)) if (name !== '_id') counts.set(name, (counts.get(name) ?? 0) + 1);
  return ['_id', ...[...counts].sort(([, a], [, b]) => b - a).map(([name]) => name).slice(0, MOST_COLUMNS - 1)];
}

export function cell(value: JsonValue | undefined): string {
  if (value === undefined || value === null) return '';
  const text = Array.isArray(value) ? value.map(cell).join(', ') : typeof value === 'object' ? writeJson(value) : String(value);
  return text.replaceAll(CONTROL, '·');
}

const cut = (text: string, width: number): string => (text.length > width ? `${text.slice(0, width - 1)}…` : text);
