import {
  ConnectorObject, IcfArray, NAME, OPTION, SortKey, UID, type Filter, type IcfValue, type OperationOptions, type SyncDelta,
} from '../../protocol/model/index.js';
import type { AttributeNames, NameLimit } from './attribute-names.js';

/** What a limit on reading does to one operation. */
export class ReadLimit {
  readonly #limit: NameLimit;
  readonly #names: AttributeNames;
  readonly #known = new Map<string, boolean>();

  constructor(limit: NameLimit, names: AttributeNames) {
    this.#limit = limit;
    this.#names = names;
  }

  permits(name: string): boolean {
    const known = this.#known.get(name);
    if (known !== undefined) return known;
    const permitted = this.#names.permits(this.#limit, name);
    this.#known.set(name, permitted);
    return permitted;
  }

  /** The attribute through which a request would learn what it must not, and where it is; undefined when there is none. */
  leak(filter: Filter | undefined, options: OperationOptions, compared: readonly string[]): string | undefined {
    const identifier = [UID, NAME].find((name) => !this.permits(name));
    if (identifier !== undefined) return `${identifier}, which every answer carries, would show an attribute that must not be read`;
    const inFilter = filter === undefined ? undefined : attributesIn(filter).find((name) => !this.permits(name));
    if (inFilter !== undefined) return `its filter compares ${inFilter}, which must not be read`;
    const sorted = options.sortKeys.find(({ field }) => !this.permits(field));
    if (sorted !== undefined) return `it sorts by ${sorted.field}, which must not be read`;
    const configured = compared.find((name) => !this.permits(name));
    if (configured !== undefined) return `the connector's configuration compares ${configured}, which must not be read`;
    const option = this.#namedByOption(options);
    return option === undefined ? undefined : `its option ${option} names an attribute that must not be read`;
  }

  /** The options without attributes-to-get that must not be read. */
  narrowed(options: OperationOptions): OperationOptions {
    const asked = options.attributesToGet;
    if (asked === undefined) return options;
    const permitted = asked.filter((name) => isWildcard(name) || this.permits(name));
    return permitted.length === asked.length ? options : options.with(OPTION.attributesToGet, new IcfArray('String', permitted));
  }

  object(object: ConnectorObject): ConnectorObject {
    const kept = object.attributes.filter((attribute) => attribute === object.uid || attribute === object.name || this.permits(attribute.name));
    return kept.length === object.attributes.length ? object : new ConnectorObject(object.objectClass, kept);
  }

  delta(delta: SyncDelta): SyncDelta {
    if (delta.object === undefined) return delta;
    const object = this.object(delta.object);
    return object === delta.object ? delta : { ...delta, object };
  }

  /** Options of connectors name attributes too, such as those to look a user name up in. */
  #namedByOption(options: OperationOptions): string | undefined {
    for (const [key, value] of options.entries) {
      if (STANDARD.has(key)) continue;
      if (textsIn(value).some((text) => 'deny' in this.#limit ? !this.permits(text) : false)) return key;
    }
    return undefined;
  }
}

/** Options whose texts are no names of attributes, or are looked at by themselves. */
const STANDARD: ReadonlySet<string> = new Set([
  OPTION.attributesToGet, OPTION.sortKeys, OPTION.scope, OPTION.container, OPTION.runAsUser, OPTION.runWithPassword, OPTION.pagedResultsCookie, OPTION.totalPagedResultsPolicy,
]);

/** Everything, or everything operational: what must not be read is taken out of the answer. */
function isWildcard(name: string): boolean {
  return name === '*' || name === '+';
}

function textsIn(value: IcfValue): readonly string[] {
  if (typeof value === 'string') return value.trim() === '' ? [] : [value];
  if (value instanceof SortKey) return [value.field];
  const items = value instanceof IcfArray ? value.items : Array.isArray(value) ? value : value instanceof Set ? [...value] : [];
  return items.flatMap((item) => (typeof item === 'string' && item.trim() !== '' ? [item] : item instanceof SortKey ? [item.field] : []));
}

/** Every attribute a filter looks at, as it spells them. */
export function attributesIn(filter: Filter): readonly string[] {
  const names: string[] = [];
  const open: Filter[] = [filter];
  for (let part = open.pop(); part !== undefined; part = open.pop()) {
    if (part.kind === 'and' || part.kind === 'or') for (const operand of part.operands) open.push(operand);
    else if (part.kind === 'not') open.push(part.operand);
    else names.push(part.kind === 'presence' ? part.name : part.attribute.name);
  }
  return names;
}
