import { ACCOUNT, ALL, GROUP } from '../../../../protocol/model/index.js';
import type { LdapConfig } from '../config.js';
import { isWithin } from '../dn.js';
import { classFilter, ldapClasses } from '../filter.js';
import { andFilter, equalsFilter, orFilter } from '../filter-value.js';
import { searchBases } from '../find-entry.js';
import type { Subschema } from '../schema/subschema.js';
import type { SyncRun } from './strategy.js';

/** Which entries a run reports. */
export interface SyncScope {
  readonly bases: readonly string[];
  /** RFC 4515 text an entry has to match. */
  readonly filter: string;
  contains(dn: string): boolean;
  /** The ICF object class of an entry with these LDAP classes; undefined when the run does not report it. */
  classOf(ldapClassNames: readonly string[]): string | undefined;
}

function hasAll(names: ReadonlySet<string>, classes: readonly string[]): boolean {
  return classes.every((name) => names.has(name.toLowerCase()));
}

function synchronizationFilter(objectClass: string, config: LdapConfig): string | null {
  return objectClass === ACCOUNT ? config.accountSynchronizationFilter : objectClass === GROUP ? config.groupSynchronizationFilter : null;
}

function oneClassFilter(objectClass: string, config: LdapConfig): string {
  return andFilter(classFilter(objectClass, config), synchronizationFilter(objectClass, config));
}

function anyListedClass(config: LdapConfig): string | undefined {
  const names = config.objectClassesToSynchronize;
  return names.length === 0 ? undefined : orFilter(names.map((name) => equalsFilter('objectClass', name)));
}

/** Accounts and groups by their own filters, entries of other classes as they are. */
function allFilter(config: LdapConfig): string {
  const special = [ACCOUNT, GROUP];
  const others = `(!${orFilter(special.map((name) => classFilter(name, config)))})`;
  return orFilter([...special.map((name) => oneClassFilter(name, config)), others]);
}

/** An entry may name its classes without their superiors, and filters match those all the same. Lower case. */
function withSuperiors(names: readonly string[], schema: Subschema): ReadonlySet<string> {
  return new Set([...names, ...schema.withSuperiors(names).flatMap((one) => one.names)].map((name) => name.toLowerCase()));
}

/** The ICF class of an entry in a run over all classes: account, group, else its last listed LDAP class. */
function guessClass(own: readonly string[], names: ReadonlySet<string>, config: LdapConfig): string | undefined {
  if (hasAll(names, ldapClasses(ACCOUNT, config))) return ACCOUNT;
  if (hasAll(names, ldapClasses(GROUP, config))) return GROUP;
  return config.objectClassesToSynchronize.findLast((name) => names.has(name.toLowerCase())) ?? own.findLast((name) => name.toLowerCase() !== 'top');
}

/**
 * The scope of a run. objectClassesToSynchronize is meant for change logs, which hold the changes of everything, and limits
 * those always (`listedOnly`); where the object class is part of the query anyway it limits only a run over all classes, as in
 * the Java connector.
 */
export async function syncScope(run: SyncRun, schema: Subschema, listedOnly: boolean): Promise<SyncScope> {
  const { session: { config }, objectClass } = run;
  const bases = config.baseContextsToSynchronize.length > 0 ? config.baseContextsToSynchronize : await searchBases(run.session, run.signal);
  const listed = listedOnly || objectClass === ALL ? anyListedClass(config) : undefined;
  const filter = andFilter(objectClass === ALL ? allFilter(config) : oneClassFilter(objectClass, config), listed);
  const isListed = (names: ReadonlySet<string>): boolean => listed === undefined || config.objectClassesToSynchronize.some((name) => names.has(name.toLowerCase()));
  return {
    bases,
    filter,
    contains: (dn) => bases.some((base) => isWithin(dn, base)),
    classOf(ldapClassNames) {
      const names = withSuperiors(ldapClassNames, schema);
      if (!isListed(names)) return undefined;
      if (objectClass === ALL) return guessClass(ldapClassNames, names, config);
      // A search filter stands in for the classes; what it would say of an entry that is gone cannot be known.
      const byFilter = (objectClass === ACCOUNT ? config.accountSearchFilter : objectClass === GROUP ? config.groupSearchFilter : null) !== null;
      return byFilter || hasAll(names, ldapClasses(objectClass, config)) ? objectClass : undefined;
    },
  };
}
