import { Client } from 'ldapts';
import type { OpenLdap } from '../../targets/openldap.js';

/** Entries that rounds make, change and remove. */
export const ROUNDS_BASE = 'ou=people,dc=example,dc=com';

export type WriteKind = 'add' | 'modify' | 'modrdn' | 'delete';

/** What happened to the directory, by its own access log: not what anybody of ours says about it. */
export class DirectoryTruth {
  readonly #ldap: OpenLdap;
  #client: Client;

  private constructor(ldap: OpenLdap) {
    this.#ldap = ldap;
    this.#client = new Client({ url: ldap.url });
  }

  static async open(ldap: OpenLdap): Promise<DirectoryTruth> {
    const truth = new DirectoryTruth(ldap);
    await truth.reconnect();
    return truth;
  }

  /** After the server was away. */
  async reconnect(): Promise<void> {
    await this.#client.unbind().catch(() => undefined);
    this.#client = new Client({ url: this.#ldap.url });
    await this.#client.bind(this.#ldap.adminDn, this.#ldap.adminPassword);
  }

  close(): Promise<void> {
    return this.#client.unbind().catch(() => undefined);
  }

  static dn(uid: string): string {
    return `uid=${uid},${ROUNDS_BASE}`;
  }

  async add(uid: string): Promise<void> {
    await this.#client.add(DirectoryTruth.dn(uid), { objectClass: ['inetOrgPerson'], uid, cn: uid, sn: uid });
  }

  async exists(uid: string): Promise<boolean> {
    const { searchEntries } = await this.#client.search(ROUNDS_BASE, { scope: 'one', filter: `(uid=${uid})`, attributes: ['1.1'] });
    return searchEntries.length > 0;
  }

  async value(uid: string, attribute: string): Promise<string | undefined> {
    const { searchEntries } = await this.#client.search(ROUNDS_BASE, { scope: 'one', filter: `(uid=${uid})`, attributes: [attribute] });
    const value = searchEntries[0]?.[attribute];
    return typeof value === 'string' && value !== '' ? value : undefined;
  }

  /** How often a write of that kind succeeded on the entry, ever. */
  async writes(uid: string, kind: WriteKind): Promise<number> {
    const { searchEntries } = await this.#client.search(this.#ldap.accessLogDn, {
      scope: 'one', filter: `(&(reqType=${kind})(reqDN=${DirectoryTruth.dn(uid)})(reqResult=0))`, attributes: ['reqStart'],
    });
    return searchEntries.length;
  }

  /** Every write to entries whose uid begins so, one line each. */
  async log(uid: string): Promise<readonly string[]> {
    const { searchEntries } = await this.#client.search(this.#ldap.accessLogDn, { scope: 'one', filter: '(reqDN=*)', attributes: ['reqStart', 'reqType', 'reqDN', 'reqResult'] });
    return searchEntries.filter(({ reqDN }) => String(reqDN).startsWith(`uid=${uid}`)).map(({ reqStart, reqType, reqDN, reqResult }) => [reqStart, reqType, reqDN, `result ${String(reqResult)}`].map(String).join(' '));
  }
}
