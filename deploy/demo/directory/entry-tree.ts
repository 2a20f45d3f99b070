import { randomUUID } from 'node:crypto';

/** Attributes of an entry by lower-case name; `name` is the spelling it was written with. */
export type Attributes = Map<string, { name: string; values: string[] }>;

export interface TreeEntry {
  dn: string;
  attributes: Attributes;
}

/** An LDAP result other than success (RFC 4511 section 4.1.9). */
export class LdapFailure extends Error {
  readonly code: number;
  constructor(code: number, message: string) {
    super(message);
    this.code = code;
  }
}

export const NO_SUCH_OBJECT = 32;
export const ENTRY_ALREADY_EXISTS = 68;
const NO_SUCH_ATTRIBUTE = 16;
const ATTRIBUTE_OR_VALUE_EXISTS = 20;
const NOT_ALLOWED_ON_NON_LEAF = 66;

/** Good enough for the names this directory is given: lower case, no blanks around separators. */
export function dnKey(dn: string): string {
  return dn.toLowerCase().replace(/\s*([,=])\s*/g, '$1').trim();
}

export function parentKey(key: string): string {
  const comma = key.search(/(?<!\\),/);
  return comma < 0 ? '' : key.slice(comma + 1);
}

function timestamp(): string {
  return `${new Date().toISOString().replace(/[-:T]/g, '').slice(0, 14)}Z`;
}

/** The one attribute looked up by value instead of by reading everything: what connectors find entries by. */
export const INDEXED = 'entryuuid';

/** The entries of the embedded directory, in memory, in the order they were added. */
export class EntryTree {
  readonly #entries = new Map<string, TreeEntry>();
  readonly #byUuid = new Map<string, TreeEntry>();

  get size(): number {
    return this.#entries.size;
  }

  get(dn: string): TreeEntry | undefined {
    return this.#entries.get(dnKey(dn));
  }

  /** The entry, or `noSuchObject`. */
  need(dn: string): TreeEntry {
    const entry = this.get(dn);
    if (entry === undefined) throw new LdapFailure(NO_SUCH_OBJECT, `There is no entry ${dn}.`);
    return entry;
  }

  add(dn: string, attributes: readonly { name: string; values: readonly string[] }[]): void {
    const key = dnKey(dn);
    if (this.#entries.has(key)) throw new LdapFailure(ENTRY_ALREADY_EXISTS, `${dn} exists already.`);
    const parent = parentKey(key);
    if (this.#entries.size > 0 && !this.#entries.has(parent)) throw new LdapFailure(NO_SUCH_OBJECT, `${parent}, the parent of ${dn}, does not exist.`);
    const entry: TreeEntry = { dn, attributes: new Map() };
    for (const { name, values } of attributes) entry.attributes.set(name.toLowerCase(), { name, values: [...values] });
    const now = timestamp();
    const uuid = randomUUID();
    for (const [name, value] of [['entryUUID', uuid], ['createTimestamp', now], ['modifyTimestamp', now]] as const) {
      entry.attributes.set(name.toLowerCase(), { name, values: [value] });
    }
    this.#entries.set(key, entry);
    this.#byUuid.set(uuid, entry);
  }

  remove(dn: string): void {
    const entry = this.need(dn);
    const key = dnKey(entry.dn);
    for (const other of this.#entries.keys()) {
      if (parentKey(other) === key) throw new LdapFailure(NOT_ALLOWED_ON_NON_LEAF, `${dn} has entries below it.`);
    }
    this.#entries.delete(key);
    this.#byUuid.delete(entry.attributes.get(INDEXED)?.values[0] ?? '');
  }

  /** All changes or none. */
  modify(dn: string, changes: readonly { operation: number; name: string; values: readonly string[] }[]): void {
    const entry = this.need(dn);
    const attributes: Attributes = new Map([...entry.attributes].map(([key, { name, values }]) => [key, { name, values: [...values] }]));
    for (const change of changes) applyChange(attributes, change);
    attributes.set('modifytimestamp', { name: 'modifyTimestamp', values: [timestamp()] });
    entry.attributes = attributes;
  }

  rename(dn: string, newRdn: string, newSuperior: string | undefined): void {
    const entry = this.need(dn);
    const newDn = `${newRdn},${newSuperior ?? parentOf(entry.dn)}`;
    const key = dnKey(newDn);
    if (this.#entries.has(key)) throw new LdapFailure(ENTRY_ALREADY_EXISTS, `${newDn} exists already.`);
    const [name = '', value = ''] = newRdn.split(/=(.*)/s);
    this.#entries.delete(dnKey(dn));
    entry.dn = newDn;
    entry.attributes.set(name.toLowerCase(), { name, values: [value] });
    this.#entries.set(key, entry);
  }

  /** The entries with this entryUUID in scope of a base. */
  withUuid(base: string, scope: number, uuid: string): TreeEntry[] {
    const entry = this.#byUuid.get(uuid.toLowerCase());
    return entry !== undefined && isInScope(dnKey(entry.dn), dnKey(this.need(base).dn), scope) ? [entry] : [];
  }

  /** Entries in scope of a base, in the order they were added. */
  *inScope(base: string, scope: number): Generator<TreeEntry> {
    const baseKey = dnKey(this.need(base).dn);
    if (scope === 0) {
      yield this.need(base);
      return;
    }
    for (const [key, entry] of this.#entries) if (isInScope(key, baseKey, scope)) yield entry;
  }
}

function isInScope(key: string, baseKey: string, scope: number): boolean {
  if (scope === 0) return key === baseKey;
  return scope === 1 ? parentKey(key) === baseKey : key === baseKey || key.endsWith(`,${baseKey}`);
}

function parentOf(dn: string): string {
  const comma = dn.search(/(?<!\\),/);
  return comma < 0 ? '' : dn.slice(comma + 1);
}

function applyChange(attributes: Attributes, { operation, name, values }: { operation: number; name: string; values: readonly string[] }): void {
  const key = name.toLowerCase();
  const present = attributes.get(key)?.values ?? [];
  const next = operation === 2 ? [...values] : operation === 0 ? added(name, present, values) : removed(name, present, values);
  if (next.length === 0) attributes.delete(key);
  else attributes.set(key, { name: attributes.get(key)?.name ?? name, values: next });
}

function added(name: string, present: readonly string[], values: readonly string[]): string[] {
  const double = values.find((value) => present.includes(value));
  if (double !== undefined) throw new LdapFailure(ATTRIBUTE_OR_VALUE_EXISTS, `${name} has that value already.`);
  return [...present, ...values];
}

function removed(name: string, present: readonly string[], values: readonly string[]): string[] {
  if (present.length === 0 || values.some((value) => !present.includes(value))) throw new LdapFailure(NO_SUCH_ATTRIBUTE, `${name} has no such value.`);
  return values.length === 0 ? [] : present.filter((value) => !values.includes(value));
}
