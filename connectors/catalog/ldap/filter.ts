import { ACCOUNT, ConnectorError, GROUP, NAME, UID, allOf, attributeKey, type Attribute, type Filter, type IcfValue } from '../../../protocol/model/index.js';
import type { FilterSplit } from '../../framework/spi.js';
import { guidBytes, isGuidAttribute } from './active-directory/guid.js';
import { isSpecialName, type SpecialFilter } from './active-directory/special-attributes.js';
import type { LdapConfig } from './config.js';
import { sameDn } from './dn.js';
import { andFilter, escapeFilterValue } from './filter-value.js';
import { isDnAttribute } from './find-entry.js';
import { isGroupAttribute } from './groups/read-groups.js';
import { timeFilter, timeForm } from './time-conversion.js';

type Leaf = Exclude<Filter, { kind: 'and' | 'or' | 'not' }>;
type ValueLeaf = Exclude<Leaf, { kind: 'presence' | 'extendedMatch' }>;

/** An attribute description, or one with a matching rule as in `memberOf:1.2.840.113556.1.4.1941:`. */
const ATTRIBUTE = /^(?:[A-Za-z][A-Za-z0-9-]*|\d+(?:\.\d+)+)(?:;[A-Za-z0-9-]+)*$/;
const ATTRIBUTE_WITH_RULE = /^([A-Za-z][A-Za-z0-9-]*|\d+(?:\.\d+)+)(:dn)?:(?:[A-Za-z][A-Za-z0-9-]*|\d+(?:\.\d+)+):$/;
const MATCHING_RULE = /^(?:\d+(?:\.\d+)+|[A-Za-z][A-Za-z0-9-]*Match)$/;

/** Attributes whose values are DNs, UUIDs or times: servers do not search inside those. */
const NO_SUBSTRINGS: ReadonlySet<string> = new Set([
  'member', 'uniquemember', 'memberof', 'ismemberof', 'owner', 'seealso', 'manager', 'secretary', 'roleoccupant', 'aliasedobjectname', 'creatorsname', 'modifiersname',
  'distinguishedname', 'objectclass', 'objectcategory', 'entryuuid', 'objectguid', 'objectsid', 'createtimestamp', 'modifytimestamp', 'whencreated', 'whenchanged', 'userpassword', 'jpegphoto',
]);

/** Which assertions a server evaluates for an attribute. */
export interface MatchingAbility {
  readonly equality: boolean;
  readonly ordering: boolean;
  readonly substrings: boolean;
}

/** By the schema of a server; undefined for an attribute it does not tell about. */
export type Abilities = (attribute: string) => MatchingAbility | undefined;

function isName(attribute: string, config: LdapConfig): boolean {
  return attributeKey(attribute) === attributeKey(NAME) || isDnAttribute(attribute) || (attributeKey(attribute) === attributeKey(UID) && isDnAttribute(config.uidAttribute));
}

/** The LDAP attribute behind a name of ICF; undefined when there is none that a filter can use. */
function ldapName(name: string, config: LdapConfig): string | undefined {
  const attribute = attributeKey(name) === attributeKey(UID) ? config.uidAttribute : name;
  if (isGroupAttribute(attribute) || attributeKey(attribute) === attributeKey(config.passwordAttribute)) return undefined;
  return ATTRIBUTE.test(attribute) || ATTRIBUTE_WITH_RULE.test(attribute) ? attribute : undefined;
}

/** A value as an assertion has it; undefined for what LDAP has no form of. */
function assertionValue(value: IcfValue): string | undefined {
  if (typeof value === 'string' || value instanceof Uint8Array) return escapeFilterValue(value);
  if (typeof value === 'boolean') return value ? 'TRUE' : 'FALSE';
  return typeof value === 'number' || typeof value === 'bigint' ? value.toString() : undefined;
}

const ABILITY: Readonly<Record<ValueLeaf['kind'], keyof MatchingAbility>> = {
  equals: 'equality', containsAllValues: 'equality', startsWith: 'substrings', endsWith: 'substrings', contains: 'substrings',
  greaterThan: 'ordering', greaterThanOrEqual: 'ordering', lessThan: 'ordering', lessThanOrEqual: 'ordering',
};

function able(kind: ValueLeaf['kind'], attribute: string, abilities: Abilities | undefined): boolean {
  const known = abilities?.(attribute);
  if (known !== undefined) return known[ABILITY[kind]];
  return ABILITY[kind] !== 'substrings' || !NO_SUBSTRINGS.has(attributeKey(attribute));
}

function singleText(attribute: Attribute): string | undefined {
  const [only, ...more] = attribute.values ?? [];
  return only === undefined || more.length > 0 ? undefined : assertionValue(only);
}

function equalAll(attribute: string, values: readonly IcfValue[] | null): string | undefined {
  if (values === null || values.length === 0) return undefined;
  const assertions = values.map(assertionValue);
  if (assertions.some((assertion) => assertion === undefined || assertion === '')) return undefined;
  const items = assertions.map((assertion) => `(${attribute}=${assertion ?? ''})`);
  return items.length === 1 ? items[0] : `(&${items.join('')})`;
}

function substringText(kind: 'startsWith' | 'endsWith' | 'contains', attribute: string, value: string): string {
  if (value === '') return `(${attribute}=*)`;
  return `(${attribute}=${kind === 'startsWith' ? '' : '*'}${value}${kind === 'endsWith' ? '' : '*'})`;
}

function orderText(kind: Exclude<ValueLeaf['kind'], 'equals' | 'containsAllValues' | 'startsWith' | 'endsWith' | 'contains'>, attribute: string, value: string): string {
  const inclusive = `(${attribute}${kind.startsWith('greater') ? '>' : '<'}=${value})`;
  // LDAP has no strict comparison.
  return kind.endsWith('OrEqual') ? inclusive : `(&${inclusive}(!(${attribute}=${value})))`;
}

function presenceText(name: string, config: LdapConfig): string | undefined {
  if (attributeKey(name) === attributeKey(UID) || isName(name, config)) return '(objectClass=*)';
  const attribute = ldapName(name, config);
  return attribute === undefined || attribute.endsWith(':') ? undefined : `(${attribute}=*)`;
}

function extendedText(leaf: Leaf & { kind: 'extendedMatch' }, attribute: string): string | undefined {
  const value = singleText(leaf.attribute);
  return MATCHING_RULE.test(leaf.operator) && ATTRIBUTE.test(attribute) && value !== undefined ? `(${attribute}:${leaf.operator}:=${value})` : undefined;
}

/** GUIDs are bytes in the directory and text outside: only whole ones can be asked for. */
function guidEquals(leaf: ValueLeaf, attribute: string): string | undefined {
  if (leaf.kind !== 'equals' && leaf.kind !== 'containsAllValues') return undefined;
  const [only, ...more] = leaf.attribute.values ?? [];
  const bytes = typeof only === 'string' && more.length === 0 ? guidBytes(only) : undefined;
  return bytes === undefined ? undefined : `(${attribute}=${escapeFilterValue(bytes)})`;
}

/** Of an attribute whose times are converted: ISO 8601 is asked for as the directory holds it. Undefined: as any other. */
function timeComparison(leaf: ValueLeaf, attribute: string, config: LdapConfig): { readonly text: string | undefined } | undefined {
  const form = timeForm(attribute, config);
  if (form === undefined) return undefined;
  const [only, ...more] = leaf.attribute.values ?? [];
  // What is not ISO 8601 is the directory's own form.
  if (typeof only !== 'string' || more.length > 0 || !(only.includes('-') || only === '0')) return undefined;
  if (leaf.kind === 'startsWith' || leaf.kind === 'endsWith' || leaf.kind === 'contains') return { text: undefined };
  return { text: timeFilter(leaf.kind === 'containsAllValues' ? 'equals' : leaf.kind, attribute, only, form) };
}

function plainText(leaf: ValueLeaf, attribute: string): string | undefined {
  if (leaf.kind === 'equals' || leaf.kind === 'containsAllValues') return equalAll(attribute, leaf.attribute.values);
  const value = singleText(leaf.attribute);
  if (value === undefined) return undefined;
  if (leaf.kind === 'startsWith' || leaf.kind === 'endsWith' || leaf.kind === 'contains') return substringText(leaf.kind, attribute, value);
  return orderText(leaf.kind, attribute, value);
}

function valueText(leaf: ValueLeaf, attribute: string, config: LdapConfig, abilities: Abilities | undefined): string | undefined {
  // A matching rule of the attribute's name decides by itself.
  if (attribute.endsWith(':')) return ABILITY[leaf.kind] === 'equality' ? equalAll(attribute, leaf.attribute.values) : undefined;
  if (isGuidAttribute(attribute, config)) return guidEquals(leaf, attribute);
  if (!able(leaf.kind, attribute, abilities)) return undefined;
  const time = timeComparison(leaf, attribute, config);
  return time === undefined ? plainText(leaf, attribute) : time.text;
}

/** Before the server is known it counts as able; the plan of the search looks again. */
function specialText(leaf: Exclude<Leaf, { kind: 'presence' }>, special: SpecialFilter | undefined): string | undefined {
  const [only, ...more] = leaf.attribute.values ?? [];
  if (leaf.kind !== 'equals' || only === undefined || only === null || more.length > 0) return undefined;
  return special === undefined ? '(objectClass=*)' : special(leaf.attribute.name, only);
}

/** The assertion for one comparison; undefined when the server cannot make it. */
function leafText(leaf: Leaf, config: LdapConfig, abilities: Abilities | undefined, special: SpecialFilter | undefined): string | undefined {
  if (leaf.kind === 'presence') return presenceText(leaf.name, config);
  if (isSpecialName(leaf.attribute.name)) return specialText(leaf, special);
  const attribute = ldapName(leaf.attribute.name, config);
  if (attribute === undefined || isName(leaf.attribute.name, config)) return undefined;
  return leaf.kind === 'extendedMatch' ? extendedText(leaf, attribute) : valueText(leaf, attribute, config, abilities);
}

/** The whole filter as RFC 4515 text; undefined when a part of it cannot be said, or is about the DN. */
export function filterText(filter: Filter, config: LdapConfig, abilities?: Abilities, special?: SpecialFilter): string | undefined {
  if (filter.kind === 'not') {
    const operand = filterText(filter.operand, config, abilities, special);
    return operand === undefined ? undefined : `(!${operand})`;
  }
  if (filter.kind !== 'and' && filter.kind !== 'or') return leafText(filter, config, abilities, special);
  const operands = filter.operands.map((operand) => filterText(operand, config, abilities, special));
  return operands.includes(undefined) ? undefined : `(${filter.kind === 'and' ? '&' : '|'}${operands.join('')})`;
}

/** The DN a filter asks for by `__NAME__`, `dn`, or a `__UID__` that is the DN. */
function namedDn(filter: Filter, config: LdapConfig): string | undefined {
  if (filter.kind !== 'equals' || !isName(filter.attribute.name, config)) return undefined;
  const [dn, ...more] = filter.attribute.values ?? [];
  return typeof dn === 'string' && dn.trim() !== '' && more.length === 0 ? dn : undefined;
}

/**
 * What the server evaluates (`native`) and what is left. Values compare there as the schema of each attribute says, mostly
 * without regard to case. An entry's DN is no attribute: asking for one is native only beside everything else (it becomes
 * the base of the search), not inside `or` and `not`.
 */
export function splitFilter(filter: Filter, config: LdapConfig, abilities?: Abilities, special?: SpecialFilter): FilterSplit {
  if (filter.kind === 'and') {
    const parts = filter.operands.map((operand) => splitFilter(operand, config, abilities, special));
    return { native: allOf(...parts.map((part) => part.native)), residual: allOf(...parts.map((part) => part.residual)) };
  }
  const native = namedDn(filter, config) !== undefined || filterText(filter, config, abilities, special) !== undefined;
  return native ? { native: filter, residual: undefined } : { native: undefined, residual: filter };
}

export interface NativeQuery {
  /** Only this entry is asked for. */
  readonly dn: string | undefined;
  /** The rest as RFC 4515 text. */
  readonly text: string | undefined;
  /** Two different entries are asked for at once: nothing can match. */
  readonly impossible: boolean;
}

/** What a filter that `splitFilter` called native asks of the server. */
export function nativeQuery(filter: Filter | undefined, config: LdapConfig, abilities?: Abilities, special?: SpecialFilter): NativeQuery {
  const conjuncts = filter === undefined ? [] : flatConjuncts(filter);
  const dns = conjuncts.map((conjunct) => namedDn(conjunct, config));
  const [dn, ...others] = dns.filter((name) => name !== undefined);
  const rest = allOf(...conjuncts.filter((_, index) => dns[index] === undefined));
  const text = rest === undefined ? undefined : filterText(rest, config, abilities, special);
  if (rest !== undefined && text === undefined) throw new ConnectorError('illegalArgument', 'The LDAP server cannot evaluate this filter.');
  return { dn, text, impossible: dn !== undefined && others.some((other) => !sameDn(dn, other)) };
}

function flatConjuncts(filter: Filter): Filter[] {
  return filter.kind === 'and' ? filter.operands.flatMap(flatConjuncts) : [filter];
}

/** LDAP classes that stand for an ICF object class; the specification's aliases where no list is configured. */
export function ldapClasses(objectClass: string, config: LdapConfig): readonly string[] {
  if (objectClass === ACCOUNT) return config.accountObjectClasses.length > 0 ? config.accountObjectClasses : ['inetOrgPerson'];
  if (objectClass === GROUP) return config.groupObjectClasses.length > 0 ? config.groupObjectClasses : ['groupOfUniqueNames'];
  return [objectClass];
}

function blank(text: string | null): boolean {
  return text === null || text.trim() === '';
}

/** What an entry has to match to be of an object class: the configured search filter if there is one, else its LDAP classes. */
export function classFilter(objectClass: string, config: LdapConfig): string {
  const userFilter = objectClass === ACCOUNT ? config.accountSearchFilter : objectClass === GROUP ? config.groupSearchFilter : null;
  if (!blank(userFilter)) return andFilter(userFilter);
  return andFilter(...ldapClasses(objectClass, config).map((name) => `(objectClass=${escapeFilterValue(name)})`));
}

/** `(&(native filter)(user filter)(object class filter))`, the class filter only without a user filter. */
export function searchFilter(objectClass: string, native: string | undefined, config: LdapConfig): string {
  return andFilter(native, classFilter(objectClass, config));
}
