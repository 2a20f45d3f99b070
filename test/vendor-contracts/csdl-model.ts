import { readFile } from 'node:fs/promises';
import { XMLParser } from 'fast-xml-parser';

/** A type as CSDL writes it, taken apart: `Collection(graph.user)` is a list of `microsoft.graph.user`. */
export interface TypeRef { readonly name: string; readonly isList: boolean; readonly nullable: boolean }
export interface CsdlType { readonly name: string; readonly base: string | undefined; readonly isEntity: boolean; readonly isOpen: boolean; readonly properties: ReadonlyMap<string, TypeRef>; readonly navigation: ReadonlyMap<string, TypeRef> }
export interface CsdlOperation { readonly name: string; readonly isAction: boolean; readonly boundTo: TypeRef | undefined; readonly parameters: ReadonlyMap<string, TypeRef>; readonly result: TypeRef | undefined }

interface Node { readonly [attribute: string]: string | readonly Node[] | undefined }
const LISTS = new Set(['Schema', 'EntityType', 'ComplexType', 'EnumType', 'Property', 'NavigationProperty', 'Member', 'Action', 'Function', 'Parameter', 'ReturnType', 'EntitySet', 'Singleton', 'EntityContainer', 'ActionImport', 'FunctionImport', 'DataServices']);
const list = (node: Node, name: string): readonly Node[] => (node[name] as readonly Node[] | undefined) ?? [];
const text = (node: Node, name: string): string => (node[name] as string | undefined) ?? '';

/** An OData service's metadata (https://docs.oasis-open.org/odata/odata-csdl-xml/v4.01/). */
export class CsdlModel {
  readonly types = new Map<string, CsdlType>();
  readonly enums = new Map<string, readonly string[]>();
  /** Entity sets and singletons of the service's root. */
  readonly roots = new Map<string, TypeRef>();
  readonly operations = new Map<string, CsdlOperation[]>();
  readonly #aliases = new Map<string, string>();

  static async read(file: string): Promise<CsdlModel> {
    return new CsdlModel(await readFile(file, 'utf8'));
  }

  constructor(xml: string) {
    const parser = new XMLParser({ ignoreAttributes: false, attributeNamePrefix: '', removeNSPrefix: true, parseAttributeValue: false, isArray: (name, _path, _leaf, isAttribute) => !isAttribute && LISTS.has(name), processEntities: false });
    const schemas = list(list((parser.parse(xml.replace(/^\uFEFF/, '')) as { readonly Edmx: Node }).Edmx, 'DataServices')[0]!, 'Schema');
    for (const schema of schemas) if (text(schema, 'Alias') !== '') this.#aliases.set(text(schema, 'Alias'), text(schema, 'Namespace'));
    for (const schema of schemas) this.#readSchema(schema, text(schema, 'Namespace'));
  }

  /** A type with its base types, nearest first. */
  lineage(name: string): CsdlType[] {
    const type = this.types.get(name);
    return type === undefined ? [] : [type, ...(type.base === undefined ? [] : this.lineage(type.base))];
  }

  property(type: string, name: string): TypeRef | undefined {
    return this.lineage(type).map((each) => each.properties.get(name)).find((found) => found !== undefined);
  }

  navigation(type: string, name: string): TypeRef | undefined {
    return this.lineage(type).map((each) => each.navigation.get(name)).find((found) => found !== undefined);
  }

  /** Open types take directory and schema extensions, whose names have a `_` (https://learn.microsoft.com/en-us/graph/extensibility-overview); Graph refuses any other name. */
  isExtension(type: string, name: string): boolean {
    return name.includes('_') && this.lineage(type).some(({ isOpen }) => isOpen);
  }

  /** A property of what is derived from the type: Graph lets a request select `displayName` of a manager, who is a directoryObject. */
  derivedProperty(type: string, name: string): TypeRef | undefined {
    return [...this.types.values()].filter((each) => each.properties.has(name) && this.lineage(each.name).some((above) => above.name === type)).map((each) => each.properties.get(name))[0];
  }

  /** What of that name can be called on a value of the type. */
  operation(on: TypeRef | undefined, name: string): CsdlOperation | undefined {
    const names = on === undefined ? [] : this.lineage(on.name).map((each) => each.name);
    const found = this.operations.get(name) ?? [];
    if (on === undefined) return found.find(({ boundTo }) => boundTo === undefined);
    // The nearest type's own goes before that of what it is derived from.
    return names.map((each) => found.find(({ boundTo }) => boundTo?.isList === on.isList && boundTo.name === each)).find((each) => each !== undefined);
  }

  /** Name with its namespace in full. */
  fullName(name: string): string {
    const dot = name.lastIndexOf('.');
    const namespace = this.#aliases.get(name.slice(0, dot));
    return namespace === undefined ? name : `${namespace}${name.slice(dot)}`;
  }

  #ref(node: Node, attribute = 'Type'): TypeRef {
    const [, listed] = /^Collection\((.*)\)$/.exec(text(node, attribute)) ?? [];
    return { name: this.fullName(listed ?? text(node, attribute)), isList: listed !== undefined, nullable: text(node, 'Nullable') !== 'false' };
  }

  #refs(nodes: readonly Node[]): ReadonlyMap<string, TypeRef> {
    return new Map(nodes.map((node) => [text(node, 'Name'), this.#ref(node)]));
  }

  #readSchema(schema: Node, namespace: string): void {
    for (const each of list(schema, 'EnumType')) this.enums.set(`${namespace}.${text(each, 'Name')}`, list(each, 'Member').map((member) => text(member, 'Name')));
    for (const kind of ['EntityType', 'ComplexType']) {
      for (const each of list(schema, kind)) {
        const name = `${namespace}.${text(each, 'Name')}`;
        const base = text(each, 'BaseType');
        this.types.set(name, { name, base: base === '' ? undefined : this.fullName(base), isEntity: kind === 'EntityType', isOpen: text(each, 'OpenType') === 'true', properties: this.#refs(list(each, 'Property')), navigation: this.#refs(list(each, 'NavigationProperty')) });
      }
    }
    for (const kind of ['Action', 'Function']) for (const each of list(schema, kind)) this.#readOperation(each, kind === 'Action');
    for (const container of list(schema, 'EntityContainer')) {
      for (const each of list(container, 'EntitySet')) this.roots.set(text(each, 'Name'), { ...this.#ref(each, 'EntityType'), isList: true });
      for (const each of list(container, 'Singleton')) this.roots.set(text(each, 'Name'), this.#ref(each));
    }
  }

  #readOperation(node: Node, isAction: boolean): void {
    const name = text(node, 'Name');
    const parameters = list(node, 'Parameter');
    const isBound = text(node, 'IsBound') === 'true';
    const result = list(node, 'ReturnType')[0];
    const operation = { name, isAction, boundTo: isBound ? this.#ref(parameters[0]!) : undefined, parameters: this.#refs(isBound ? parameters.slice(1) : parameters), result: result === undefined ? undefined : this.#ref(result) };
    this.operations.set(name, [...this.operations.get(name) ?? [], operation]);
  }
}
