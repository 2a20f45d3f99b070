import type { GuardedString, PermitTarget } from '../../../../protocol/model/index.js';
import type { RequestControl } from './request.js';
import type { ResponseControl } from './response.js';
import type { LdapServer } from './servers.js';

/** Values of one attribute as the directory holds them. */
export interface EntryAttribute {
  /** As the server spells it, options (`;binary`) included. */
  readonly name: string;
  readonly values: readonly Uint8Array[];
}

export interface Entry {
  readonly dn: string;
  /** Keyed by lower-case attribute name. An attribute the server did not return is absent, never empty. */
  readonly attributes: ReadonlyMap<string, EntryAttribute>;
}

export interface EntryChange {
  readonly operation: 'add' | 'delete' | 'replace';
  readonly attribute: string;
  /** Empty with `delete` and `replace`: the whole attribute. */
  readonly values: readonly (string | Uint8Array)[];
}

/** One key of a server-side sort (RFC 2891). */
export interface SortBy {
  readonly attribute: string;
  readonly ascending: boolean;
  /** Matching rule to sort by; OpenLDAP and OpenDJ need it where the attribute has none of its own. */
  readonly orderingRule?: string | undefined;
}

export interface DirectorySearch {
  readonly base: string;
  readonly scope: 'base' | 'one' | 'sub';
  /** RFC 4515 text; values in it are already escaped. */
  readonly filter: string;
  /** Attributes to return; undefined: all user attributes. */
  readonly attributes?: readonly string[] | undefined;
  /** At most so many entries altogether; the search is abandoned after them. */
  readonly limit?: number | undefined;
  /** Server-side sort (RFC 2891), where the server has it. */
  readonly sortKeys?: readonly SortBy[] | undefined;
  /** Dereference aliases on the way; false unless said. */
  readonly derefAliases?: boolean | undefined;
  /** Entries per page of the simple paged results control (RFC 2696); undefined: no paging control. */
  readonly pageSize?: number | undefined;
  /** Resume after this server cookie; `lane` is the connection it came with. */
  readonly cookie?: Uint8Array | undefined;
  readonly lane?: SearchLane | undefined;
  /** Virtual list views (draft-ietf-ldapext-ldapv3-vlv-09) of `size` entries from position `offset` (1 is the first); needs `sortKeys`. */
  readonly window?: { readonly size: number; readonly offset: number } | undefined;
  /** The result counts as all there is, so that the server has to know at its end who asks. Empty results always do. */
  readonly whole?: boolean | undefined;
  /** Sent with every request of the search. */
  readonly controls?: readonly RequestControl[] | undefined;
  /** Stop after one page or window and return where the next one starts. */
  readonly onePage?: boolean | undefined;
}

/**
 * A connection on which a paged search stands open: most servers take a cookie only where they gave it. It outlives the
 * directory; whoever has it must go on with it or close it.
 */
export interface SearchLane {
  readonly alive: boolean;
  /** Whether the connection keeps the process running. */
  ref(keep: boolean): void;
  close(): Promise<void>;
}

export interface DirectorySearchEnd {
  /** Server cookie of the next page; undefined: the result is complete. */
  readonly cookie: Uint8Array | undefined;
  /** With a cookie: where it is good for. */
  readonly lane?: SearchLane | undefined;
  /** Position of the next window; undefined: there is none. */
  readonly nextOffset?: number | undefined;
  /** Those of the final response, without pages or windows. */
  readonly controls?: readonly ResponseControl[] | undefined;
  /** The server's estimate of the whole result, where it gave one. */
  readonly estimate: number | undefined;
}

/** Server families that differ in behaviour; everything else is `unknown`. */
export type ServerType =
  | 'pingDirectory' | 'ibm' | 'novell' | 'unboundId' | 'redHat389' | 'caLdap' | 'openDj' | 'pingDs' | 'sunDsee'
  | 'activeDirectory' | 'adLds' | 'adGlobalCatalog' | 'openLdap' | 'unknown';

export interface RootDse {
  readonly serverType: ServerType;
  readonly namingContexts: readonly string[];
  readonly supportedControls: ReadonlySet<string>;
  readonly supportedExtensions: ReadonlySet<string>;
  /** `changelog` of the root DSE, e.g. `cn=changelog`. */
  readonly changeLogBase: string | undefined;
  readonly subschemaSubentry: string | undefined;
  readonly entry: Entry;
}

/** What a simple bind as somebody else told, besides success. */
export interface BindOutcome {
  /** Seconds until expiry, where a password policy control said so. */
  readonly secondsToExpiry: number | undefined;
  readonly graceLoginsLeft: number | undefined;
  /** The password was reset and has to be changed first. */
  readonly mustChange: boolean;
}

/**
 * One bound LDAP connection, with everything ldapts loses silently put right. Every method rejects with a ConnectorError;
 * after a lost connection it stays dead (`isAlive` false): it never comes back anonymous.
 */
export interface Directory {
  readonly url: string;
  /** Common audit transaction id of the operation under way; DS servers get it with sendCAUDTxId. */
  transactionId?: string | undefined;
  /** The server this connection is to. */
  readonly server: LdapServer;
  /** Asked before the operation under way follows a referral; undefined: it may go anywhere. */
  permitTarget?: PermitTarget | undefined;
  rootDse(signal: AbortSignal): Promise<RootDse>;
  /**
   * Entries as they arrive, page by page; an early `return` abandons the search. Other requests may be made while one is
   * open and its consumer stands still (group readers do): they have to be answered, however much is buffered.
   */
  search(search: DirectorySearch, signal: AbortSignal): AsyncGenerator<Entry, DirectorySearchEnd, void>;
  /** The same, entries that arrived together in one step: for those who read very many. */
  searchBatches?(search: DirectorySearch, signal: AbortSignal): AsyncGenerator<readonly Entry[], DirectorySearchEnd, void>;
  /** Undefined when there is no such entry. */
  read(dn: string, attributes: readonly string[] | undefined, signal: AbortSignal): Promise<Entry | undefined>;
  add(dn: string, attributes: readonly { readonly name: string; readonly values: readonly (string | Uint8Array)[] }[], signal: AbortSignal): Promise<void>;
  modify(dn: string, changes: readonly EntryChange[], signal: AbortSignal): Promise<void>;
  rename(dn: string, newRdn: string, newSuperior: string | undefined, signal: AbortSignal): Promise<void>;
  /** `tree`: with the tree delete control 1.2.840.113556.1.4.805. */
  remove(dn: string, tree: boolean, signal: AbortSignal): Promise<void>;
  /** Binds as `dn` on a connection of its own. Rejects with invalidCredential, passwordExpired …; an empty password is refused unsent. */
  checkPassword(dn: string, password: GuardedString, signal: AbortSignal): Promise<BindOutcome>;
  /**
   * A connection of its own to the same server, bound as `dn`, for what a user does himself (password change, run-as).
   * Rejects like `checkPassword`; the caller closes it.
   */
  bindAs(dn: string, password: GuardedString, signal: AbortSignal): Promise<{ readonly directory: Directory; readonly outcome: BindOutcome }>;
  isAlive(signal: AbortSignal): Promise<boolean>;
  close(): Promise<void>;
}
