import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { HttpContract, type HttpOperation } from './http-contract.js';
import { JsonDocument, pointerTo } from './json-document.js';
import { parseStone, type StoneDefinition, type StoneFile, type StoneType } from './stone-syntax.js';
import type { VendorContract } from './vendor-contract.js';

const WHOLE = { Int32: [-(2 ** 31), 2 ** 31 - 1], UInt32: [0, 2 ** 32 - 1], Int64: [Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER], UInt64: [0, Number.MAX_SAFE_INTEGER] } as const;
const LIMITS: Readonly<Record<string, string>> = { min_length: 'minLength', max_length: 'maxLength', min_value: 'minimum', max_value: 'maximum', min_items: 'minItems', max_items: 'maxItems', pattern: 'pattern' };

/** The definitions of several namespaces as JSON Schemas, by `namespace.Name`, as Dropbox sends them (Stone's docs/json_serializer.rst). */
class StoneSchemas {
  readonly schemas: Record<string, object> = {};
  readonly #definitions = new Map<string, StoneDefinition>();

  constructor(files: readonly StoneFile[]) {
    for (const { namespace, definitions } of files) for (const each of definitions) this.#definitions.set(`${namespace}.${each.name}`, each);
    for (const [name, each] of this.#definitions) this.schemas[name] = this.#definition(name.split('.')[0]!, each);
  }

  /** A name no file here defines stands for anything: the contract is a part of Dropbox's. */
  type({ name, items, limits, nullable }: StoneType, namespace: string): object {
    const bounds = Object.fromEntries(Object.entries(limits).flatMap(([limit, text]) => (LIMITS[limit] === undefined ? [] : [[LIMITS[limit], limit === 'pattern' ? `^(?:${text.replaceAll('\\/', '/')})$` : Number(text)]])));
    const schema = { ...this.#plain(name, items, namespace), ...bounds };
    return nullable ? { anyOf: [schema, { type: 'null' }] } : schema;
  }

  #plain(name: string, items: readonly StoneType[], namespace: string): object {
    if (name in WHOLE) {
      const [minimum, maximum] = WHOLE[name as keyof typeof WHOLE];
      return { type: 'integer', minimum, maximum };
    }
    switch (name) {
      case 'String': case 'Bytes': return { type: 'string' };
      case 'Boolean': return { type: 'boolean' };
      case 'Float32': case 'Float64': return { type: 'number' };
      case 'Timestamp': return { type: 'string', pattern: '^\\d{4}-\\d\\d-\\d\\d' };
      case 'Void': return { type: 'null' };
      case 'List': return { type: 'array', items: this.type(items[0]!, namespace) };
      case 'Map': return { type: 'object', additionalProperties: this.type(items[1]!, namespace) };
      default: return this.#reference(name, namespace);
    }
  }

  #full(name: string, namespace: string): string {
    return name.includes('.') ? name : `${namespace}.${name}`;
  }

  #reference(name: string, namespace: string): object {
    const full = this.#full(name, namespace);
    return this.#definitions.has(full) ? { $ref: `#${pointerTo('schemas', full)}` } : {};
  }

  #definition(namespace: string, definition: StoneDefinition): object {
    if (definition.alias !== undefined) return this.type(definition.alias, namespace);
    return definition.kind === 'struct' ? this.#struct(namespace, definition) : this.#union(namespace, definition);
  }

  #struct(namespace: string, { parent, fields, subtypes }: StoneDefinition): object {
    const own = {
      type: 'object',
      properties: { ...Object.fromEntries(fields.map(({ name, type }) => [name, this.type(type!, namespace)])), ...(subtypes.length === 0 ? {} : { '.tag': { enum: subtypes.map(({ name }) => name) } }) },
      required: fields.filter(({ optional }) => !optional).map(({ name }) => name),
      // What more there is depends on the subtype, which its tag names.
      ...(subtypes.length === 0 ? {} : { additionalProperties: true }),
    };
    return parent === undefined ? own : { allOf: [this.#reference(parent, namespace), own] };
  }

  #union(namespace: string, definition: StoneDefinition): object {
    const tags = this.#tags(namespace, definition);
    const bare = tags.filter(({ type }) => type === undefined || type.nullable).map(({ name }) => name);
    return { anyOf: [...(bare.length === 0 ? [] : [{ enum: bare }, tagged(bare)]), ...tags.filter(({ type }) => type !== undefined).map(({ name, type, in: where }) => this.#variant(name, type!, where))] };
  }

  #tags(namespace: string, { parent, fields }: StoneDefinition): readonly { readonly name: string; readonly type: StoneType | undefined; readonly in: string }[] {
    const above = parent === undefined ? undefined : this.#definitions.get(this.#full(parent, namespace));
    const inherited = above === undefined ? [] : this.#tags(this.#full(parent!, namespace).split('.')[0]!, above);
    return [...inherited, ...fields.map(({ name, type }) => ({ name, type, in: namespace }))];
  }

  /** A struct's fields stand beside the tag; anything else stands under the tag's name. */
  #variant(tag: string, type: StoneType, namespace: string): object {
    const target = this.#definitions.get(this.#full(type.name, namespace));
    if (target?.kind === 'struct') return { allOf: [this.#reference(type.name, namespace), tagged([tag])] };
    return { type: 'object', properties: { '.tag': { enum: [tag] }, [tag]: this.type(type, namespace) }, required: ['.tag', tag] };
  }
}

const tagged = (tags: readonly string[]): object => ({ type: 'object', properties: { '.tag': { enum: tags } }, required: ['.tag'] });

/** Dropbox's API by the Stone definitions of a folder: `POST /namespace/route`, JSON both ways, 409 for the route's own errors. */
export async function readStone({ name, folder, base }: { readonly name: string; readonly folder: string; readonly base: string }): Promise<VendorContract> {
  const names = (await readdir(folder)).filter((each) => each.endsWith('.stone'));
  const files = await Promise.all(names.map(async (each) => parseStone(await readFile(join(folder, each), 'utf8'))));
  return stoneContract(name, files, base);
}

/** https://www.dropbox.com/developers/documentation/http/documentation tells the envelope of errors. */
export function stoneContract(name: string, files: readonly StoneFile[], base: string): VendorContract {
  const made = new StoneSchemas(files);
  const bodies: Record<string, object> = {};
  const operations = files.flatMap(({ namespace, routes }) => routes.map((route): HttpOperation => {
    const id = `${namespace}/${route.name}${route.version > 1 ? `_v${route.version}` : ''}`;
    bodies[`${id}:argument`] = made.type(route.argument, namespace);
    bodies[`${id}:result`] = made.type(route.result, namespace);
    bodies[`${id}:error`] = { type: 'object', properties: { error_summary: { type: 'string' }, error: made.type(route.error, namespace), user_message: {} }, required: ['error_summary', 'error'] };
    const json = (part: string): { readonly 'application/json': string } => ({ 'application/json': pointerTo('bodies', `${id}:${part}`) });
    return { method: 'POST', template: `/${id}`, parameters: [], body: { required: route.argument.name !== 'Void', types: json('argument') }, answers: { 200: json('result'), 409: json('error') } };
  }));
  return new HttpContract({ name, base, operations, document: new JsonDocument({ schemas: made.schemas, bodies }) });
}
