import type { BindOutcome, Directory, DirectorySearch, DirectorySearchEnd, Entry, EntryChange, RootDse, ServerType } from '../../../connectors/catalog/ldap/directory/contract.js';
import { parseFilter, type FilterNode } from '../../../connectors/catalog/ldap/directory/filter-encoding.js';
import { dnKey, isWithin, parentOf, parseDn } from '../../../connectors/catalog/ldap/dn.js';
import { LdapResultError, resultError } from '../../../connectors/catalog/ldap/errors.js';

type Values = Readonly<Record<string, string | readonly string[]>>;

function matches(entry: Entry, node: FilterNode): boolean {
  if ('operands' in node) return node.kind === 'and' ? node.operands.every((one) => matches(entry, one)) : node.operands.some((one) => matches(entry, one));
  if ('operand' in node) return !matches(entry, node.operand);
  if (node.kind === 'extensible' || node.kind === 'substrings' || node.kind === 'approximate') throw new Error(`${node.kind} is not needed here`);
  const values = (entry.attributes.get(node.attribute.toLowerCase())?.values ?? []).map((value) => Buffer.from(value).toString('utf8').toLowerCase());
  if (node.kind === 'present') return node.attribute.toLowerCase() === 'objectclass' || values.length > 0;
  const wanted = node.value.toString('utf8').toLowerCase();
  const compare = (value: string): number => (/^\d+$/.test(value) && /^\d+$/.test(wanted) ? Number(value) - Number(wanted) : value < wanted ? -1 : value > wanted ? 1 : 0);
  return values.some((value) => (node.kind === 'equality' ? compare(value) === 0 : node.kind === 'greaterOrEqual' ? compare(value) >= 0 : compare(value) <= 0));
}

/** Entries in memory, for servers that cannot be had and failures that cannot be provoked. Keeps a record of what was asked. */
export class MemoryDirectory implements Directory {
  readonly url = 'ldap://memory';
  readonly server = { host: 'memory', port: 389 };
  readonly requests: string[] = [];
  readonly searches: DirectorySearch[] = [];
  readonly changes: { readonly dn: string; readonly changes: readonly EntryChange[] }[] = [];
  /** Result codes to answer modifications of an entry with, in turn; undefined: success. */
  readonly results = new Map<string, (number | undefined)[]>();
  readonly #entries = new Map<string, Entry>();
  readonly #serverType: ServerType;

  constructor(serverType: ServerType = 'unknown') {
    this.#serverType = serverType;
    this.put('', {});
  }

  put(dn: string, values: Values): this {
    const attributes = new Map(Object.entries(values).map(([name, value]) => [name.toLowerCase(), { name, values: (typeof value === 'string' ? [value] : value).map((text) => Buffer.from(text)) }]));
    this.#entries.set(dnKey(dn), { dn, attributes });
    return this;
  }

  async rootDse(): Promise<RootDse> {
    const entry = this.#entries.get('')!;
    return { serverType: this.#serverType, namingContexts: ['dc=example'], supportedControls: new Set(), supportedExtensions: new Set(), changeLogBase: undefined, subschemaSubentry: undefined, entry };
  }

  async* search(search: DirectorySearch, signal: AbortSignal): AsyncGenerator<Entry, DirectorySearchEnd, void> {
    this.searches.push(search);
    const filter = parseFilter(search.filter);
    for (const entry of [...this.#entries.values()]) {
      signal.throwIfAborted();
      const inScope = search.scope === 'base' ? dnKey(entry.dn) === dnKey(search.base)
        : search.scope === 'sub' ? isWithin(entry.dn, search.base) : entry.dn !== '' && dnKey(parentOf(parseDn(entry.dn))) === dnKey(search.base);
      if (inScope && matches(entry, filter)) yield entry;
    }
    return { cookie: undefined, estimate: undefined };
  }

  async read(dn: string): Promise<Entry | undefined> {
    return this.#entries.get(dnKey(dn));
  }

  async add(dn: string, attributes: readonly { readonly name: string; readonly values: readonly (string | Uint8Array)[] }[]): Promise<void> {
    this.requests.push(`add ${dn}`);
    this.put(dn, Object.fromEntries(attributes.map(({ name, values }) => [name, values.map(String)])));
  }

  async modify(dn: string, changes: readonly EntryChange[]): Promise<void> {
    this.requests.push(`modify ${dn}`);
    this.changes.push({ dn, changes });
    const code = this.results.get(dn)?.shift();
    if (code !== undefined) throw resultError(new LdapResultError(code, '', ''), { operation: 'modify', dn, server: this.url });
  }

  async rename(dn: string, newRdn: string, newSuperior: string | undefined): Promise<void> {
    this.requests.push(`rename ${dn} ${newRdn} ${newSuperior ?? ''}`);
  }

  async remove(dn: string): Promise<void> {
    this.requests.push(`delete ${dn}`);
    this.#entries.delete(dnKey(dn));
  }

  async checkPassword(): Promise<BindOutcome> {
    return { secondsToExpiry: undefined, graceLoginsLeft: undefined, mustChange: false };
  }

  async bindAs(dn: string): Promise<{ readonly directory: Directory; readonly outcome: BindOutcome }> {
    this.requests.push(`bind ${dn}`);
    return { directory: this, outcome: await this.checkPassword() };
  }

  async isAlive(): Promise<boolean> {
    return true;
  }

  async close(): Promise<void> {
    this.requests.push('close');
  }
}
