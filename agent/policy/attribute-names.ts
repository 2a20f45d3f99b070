import { NAME, UID, attributeKey } from '../../protocol/model/index.js';
import type { AttributeNaming } from '../../connectors/framework/index.js';
import type { Glob } from './glob.js';

/** Either only these, or all but these. */
export type NameLimit = { readonly allow: readonly Glob[] } | { readonly deny: readonly Glob[] };

/** Attributes every object has and every answer carries; a list of permitted attributes need not name them. */
const IDENTIFIERS = [UID, NAME].map(attributeKey);
/** No target has longer names. */
const MAX_NAME = 1000;
const OID = /^(?:oid\.)?\d+(?:\.\d+)+$/;

/** As names compare: without case, and without the options or the matching rule LDAP puts behind a name. */
export function plainKey(name: string): string {
  return attributeKey(name).split(/[;:]/, 1)[0] ?? '';
}

/** Which names lead to which attributes under one configuration. */
export class AttributeNames {
  static readonly plain = new AttributeNames({ same: [], mapped: [] });
  readonly #same = new Map<string, readonly string[]>();
  readonly #forward = new Map<string, readonly string[]>();
  readonly #backward = new Map<string, readonly string[]>();

  constructor({ same, mapped }: AttributeNaming) {
    for (const group of same) {
      const keys = [...new Set(group.flatMap((name) => this.synonyms(name)))];
      for (const key of keys) this.#same.set(key, keys);
    }
    for (const [icf, native] of mapped) {
      if (plainKey(native) === '') continue;
      add(this.#forward, plainKey(icf), plainKey(native));
      add(this.#backward, plainKey(native), plainKey(icf));
    }
  }

  /** Keys of all names of the same attribute, the given one among them. */
  synonyms(name: string): readonly string[] {
    const key = plainKey(name);
    return this.#same.get(key) ?? [key];
  }

  /** Keys of the attributes that the name stands for besides itself, because the configuration says so. */
  standsFor(name: string): readonly string[] {
    return this.synonyms(name).flatMap((key) => this.#forward.get(key) ?? []);
  }

  /** Keys of everything that is read or written with the name, whatever it is called. */
  reached(name: string): ReadonlySet<string> {
    const found = new Set<string>();
    const open = [plainKey(name)];
    for (let key = open.pop(); key !== undefined; key = open.pop()) {
      if (found.has(key)) continue;
      found.add(key);
      open.push(...this.synonyms(key), ...this.#forward.get(key) ?? [], ...this.#backward.get(key) ?? []);
    }
    return found;
  }

  /** Whether a limit lets the attribute pass under this name. `withIdentifiers`: a list of permitted ones need not name `__UID__` and `__NAME__`. */
  permits(limit: NameLimit | undefined, name: string, withIdentifiers = true): boolean {
    if (limit === undefined) return true;
    if (name.length > MAX_NAME) return false;
    if ('deny' in limit) return !this.#isUnknownNumber(name) && ![...this.reached(name)].some((key) => limit.deny.some((pattern) => pattern.matches(key)));
    const listed = (key: string): boolean => this.synonyms(key).some((synonym) => (withIdentifiers && IDENTIFIERS.includes(synonym)) || limit.allow.some((pattern) => pattern.matches(synonym)));
    return listed(name) && this.standsFor(name).every(listed);
  }

  /** The name, with what it stands for: `__NAME__ (uid)`. */
  spelled(name: string): string {
    const others = this.standsFor(name);
    return others.length === 0 ? name : `${name} (${others.join(', ')})`;
  }

  /** An object identifier that could be any attribute. */
  #isUnknownNumber(name: string): boolean {
    return OID.test(plainKey(name)) && this.synonyms(name).length === 1;
  }
}

function add(map: Map<string, readonly string[]>, key: string, value: string): void {
  map.set(key, [...map.get(key) ?? [], value]);
}
