/** Stone's types as written in a `.stone` file (https://github.com/dropbox/stone, docs/lang_ref.rst). */
export interface StoneType { readonly name: string; readonly items: readonly StoneType[]; readonly limits: Readonly<Record<string, string>>; readonly nullable: boolean }
export interface StoneField { readonly name: string; readonly type: StoneType | undefined; readonly optional: boolean }
export interface StoneDefinition { readonly kind: 'struct' | 'union' | 'alias'; readonly name: string; readonly parent: string | undefined; readonly fields: StoneField[]; readonly alias?: StoneType; /** Of a struct that comes as one of several. */ readonly subtypes: StoneField[] }
export interface StoneRoute { readonly name: string; readonly version: number; readonly argument: StoneType; readonly result: StoneType; readonly error: StoneType }
export interface StoneFile { readonly namespace: string; readonly definitions: readonly StoneDefinition[]; readonly routes: readonly StoneRoute[] }

/** Reads a type at the start of a text: `List(team.Id, max_items=3)?`. */
export class TypeReader {
  #rest: string;

  constructor(text: string) {
    this.#rest = text;
  }

  get rest(): string {
    return this.#rest.trim();
  }

  take(pattern: RegExp): string | undefined {
    const found = new RegExp(`^\\s*(?:${pattern.source})`).exec(this.#rest)?.[0];
    if (found !== undefined) this.#rest = this.#rest.slice(found.length);
    return found?.trim();
  }

  type(): StoneType {
    const name = this.take(/[A-Za-z_][\w.]*/);
    if (name === undefined) throw new Error(`a type was expected at: ${this.#rest.slice(0, 60)}`);
    const [items, limits]: [StoneType[], Record<string, string>] = [[], {}];
    if (this.take(/\(/) !== undefined) {
      while (this.take(/\)/) === undefined) {
        const limit = this.take(/\w+\s*=/);
        if (limit !== undefined) limits[limit.slice(0, -1).trim()] = this.#value();
        else if (this.take(/"(?:[^"\\]|\\.)*"/) === undefined) items.push(this.type());
        this.take(/,/);
      }
    }
    return { name, items, limits, nullable: this.take(/\?/) !== undefined };
  }

  #value(): string {
    const text = this.take(/"(?:[^"\\]|\\.)*"/);
    if (text !== undefined) return text.slice(1, -1).replaceAll('\\\\', '\\').replaceAll('\\"', '"');
    const value = this.take(/[^,)\s]+/);
    if (value === undefined) throw new Error(`a value was expected at: ${this.#rest.slice(0, 60)}`);
    return value;
  }
}

interface Line { readonly indent: number; readonly text: string }

/** Lines that say something: no comments, and no documentation, which is a quoted text that may go over several lines. */
function* linesOf(source: string): Generator<Line> {
  let isQuoted = false;
  for (const raw of source.split(/\r?\n/)) {
    const text = raw.trim();
    const ends = /(?:^|[^\\])"$/.test(text);
    if (isQuoted) isQuoted = !ends;
    else if (text.startsWith('"')) isQuoted = text.length === 1 || !ends;
    else if (text !== '' && !text.startsWith('#')) yield { indent: raw.length - raw.trimStart().length, text: text.replace(/\s#[^"]*$/, '') };
  }
  if (isQuoted) throw new Error('a quoted text does not end');
}

const INDENT = 4;

function field(text: string): StoneField {
  const reader = new TypeReader(text);
  const name = reader.take(/\w+/)!;
  const type = reader.rest === '' || reader.rest.startsWith('=') ? undefined : reader.type();
  return { name, type, optional: (type?.nullable ?? false) || reader.rest.startsWith('=') };
}

function route(text: string): StoneRoute {
  const [, name = '', version = '1', types = ''] = /^route\s+([\w/]+)(?::(\d+))?\s*\((.*)\)/.exec(text) ?? [];
  const reader = new TypeReader(types);
  const next = (): StoneType => {
    reader.take(/,/);
    return reader.type();
  };
  return { name, version: Number(version), argument: next(), result: next(), error: next() };
}

function definition(text: string): StoneDefinition | undefined {
  const [, kind, name = '', parent] = /^(struct|union_closed|union)\s+(\w+)(?:\s+extends\s+([\w.]+))?$/.exec(text) ?? [];
  if (kind !== undefined) return { kind: kind === 'struct' ? 'struct' : 'union', name, parent, fields: [], subtypes: [] };
  const [, alias, of = ''] = /^alias\s+(\w+)\s*=\s*(.*)$/.exec(text) ?? [];
  return alias === undefined ? undefined : { kind: 'alias', name: alias, parent: undefined, fields: [], alias: new TypeReader(of).type(), subtypes: [] };
}

function addField(to: StoneDefinition | undefined, list: 'fields' | 'subtypes', text: string): void {
  if (to !== undefined && to.kind !== 'alias' && !text.startsWith('@')) to[list].push(field(text));
}

/** Reads what a `.stone` file defines; annotations, attributes and examples are passed over. */
export function parseStone(source: string): StoneFile {
  let namespace = '';
  const [definitions, routes]: [StoneDefinition[], StoneRoute[]] = [[], []];
  let current: StoneDefinition | undefined;
  let block = '';
  for (const { indent, text } of linesOf(source)) {
    if (indent === 0) {
      if (text.startsWith('namespace ')) namespace = text.slice('namespace '.length).trim();
      if (text.startsWith('route ')) routes.push(route(text));
      current = definition(text);
      if (current !== undefined) definitions.push(current);
    } else if (indent === INDENT) {
      block = /^(?:example\s+\w+|union|union_closed|attrs)$/.exec(text)?.[0] ?? '';
      if (block === '') addField(current, 'fields', text);
    } else if (block.startsWith('union') && indent === 2 * INDENT) addField(current, 'subtypes', text);
  }
  return { namespace, definitions, routes };
}
