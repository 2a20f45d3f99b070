/** One change as a directory's log tells it. */
export interface ChangeRecord {
  readonly kind: 'add' | 'modify' | 'rename' | 'delete';
  /** DN before the change. */
  readonly dn: string;
  /** DN after a rename. */
  readonly newDn: string | undefined;
  /** Value of the configured uid attribute, if the log has it. */
  readonly uid: string | undefined;
  /** Lower-case names of the attributes the change touched. */
  readonly touched: ReadonlySet<string>;
  /** DN of who made it. */
  readonly author: string | undefined;
  /** LDAP classes of a deleted entry, if the log has them. */
  readonly objectClasses: readonly string[] | undefined;
  /** For messages, e.g. `change 42`. */
  readonly label: string;
}
