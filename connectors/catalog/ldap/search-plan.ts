import { ConnectorError, NAME, UID, Uid, type ConnectorObject, type Filter, type QualifiedUid, type SortKey } from '../../../protocol/model/index.js';
import { attributesOfFilter, evaluateFilter } from '../../framework/filter-evaluation.js';
import type { SearchRequest } from '../../framework/spi.js';
import { isActiveDirectory } from './active-directory/family.js';
import { specialFilter } from './active-directory/special-attributes.js';
import type { LdapSession } from './connection.js';
import type { DirectorySearch, RootDse, SortBy } from './directory/contract.js';
import { parseFilter } from './directory/filter-encoding.js';
import { CONTROL } from './directory/request.js';
import { dnKey, isWithin } from './dn.js';
import { nativeQuery, searchFilter, splitFilter, type Abilities, type MatchingAbility } from './filter.js';
import { andFilter } from './filter-value.js';
import { NO_ATTRIBUTES, isDnAttribute, requireEntry, searchBases } from './find-entry.js';
import { entryMapper, sortableAttribute, type EntryMapper } from './mapping.js';
import { readMatchingSchema, readSubschema } from './schema/read-schema.js';
import type { Subschema } from './schema/subschema.js';

/** Option of the Java connector: a further LDAP filter for this search. */
const SEARCH_FILTER_OPTION = 'searchFilter';
const SCOPES: Readonly<Record<string, DirectorySearch['scope']>> = { object: 'base', onelevel: 'one', one_level: 'one', subtree: 'sub' };

/** How pages are taken from the server: `none` streams everything with no control at all. */
export type Blocks = 'none' | 'paged' | 'windows';

/** A search as the server will see it. */
export interface LdapSearchPlan {
  /** Where to search, one after the other. Empty: nothing can match. */
  readonly bases: readonly string[];
  readonly scope: DirectorySearch['scope'];
  readonly filter: string;
  readonly mapper: EntryMapper;
  /** What the server cannot evaluate by its schema, evaluated here. */
  readonly accepts: (object: ConnectorObject) => boolean;
  readonly filteredHere: boolean;
  /** The caller named the entry: that it is not there is no error. */
  readonly missingBaseIsEmpty: boolean;
  /** Sort keys the server takes; undefined: no sorting was asked for, or it has to be done here. */
  readonly serverSort: readonly SortBy[] | undefined;
  readonly sortKeys: readonly SortKey[];
  /** All that matches is asked for, not one object by its id or name: what is missing would count as gone. */
  readonly whole: boolean;
  /** How to read everything. */
  readonly blocks: Blocks;
  /** How to read one page. */
  readonly pageBlocks: Blocks;
  /** Sort keys of windows. */
  readonly windowSort: readonly SortBy[];
}

function abilityOf(schema: Subschema, attribute: string): MatchingAbility | undefined {
  const type = schema.attribute(attribute);
  if (type === undefined) return undefined;
  const equality = schema.inherited(type, 'equality') !== undefined;
  return { equality, ordering: schema.inherited(type, 'ordering') !== undefined, substrings: schema.inherited(type, 'substrings') !== undefined };
}

/**
 * Matching by the server's schema. A schema that names no matching rules at all for its attributes (Active Directory's)
 * says nothing about what can be matched.
 */
function abilitiesOf(schema: Subschema | undefined): Abilities | undefined {
  const known = schema?.attribute('cn');
  return schema !== undefined && known !== undefined && schema.inherited(known, 'equality') !== undefined ? (attribute) => abilityOf(schema, attribute) : undefined;
}

async function containerDn(session: LdapSession, container: QualifiedUid, signal: AbortSignal): Promise<string> {
  if (isDnAttribute(session.config.uidAttribute)) return container.uid;
  return (await requireEntry(session, container.objectClass, new Uid(container.uid), NO_ATTRIBUTES, signal)).dn;
}

/** Bases within others are left out, so that no entry is found twice. */
export function distinctBases(bases: readonly string[], scope: DirectorySearch['scope']): readonly string[] {
  if (bases.length < 2) return bases;
  const unique = [...new Map(bases.map((base) => [dnKey(base), base])).values()];
  return scope !== 'sub' ? unique : unique.filter((base) => !unique.some((other) => other !== base && isWithin(base, other)));
}

function scopeOf(request: SearchRequest): DirectorySearch['scope'] {
  const { scope } = request.options;
  if (scope === undefined) return 'sub';
  const known = SCOPES[scope.toLowerCase()];
  if (known === undefined) throw new ConnectorError('illegalArgument', `The search scope ${JSON.stringify(scope)} is not object, onelevel or subtree.`);
  return known;
}

function optionFilter(request: SearchRequest): string | undefined {
  const option = request.options.entries.get(SEARCH_FILTER_OPTION);
  if (typeof option !== 'string' || option.trim() === '') return undefined;
  parseFilter(option);
  return option;
}

function sortBy(schema: Subschema | undefined, dse: RootDse, attribute: string, ascending: boolean): SortBy {
  // Active Directory takes the rules of its own locales only.
  return { attribute, ascending, orderingRule: isActiveDirectory(dse.serverType) ? undefined : schema?.orderingRuleFor(attribute) };
}

function serverSort(keys: readonly SortKey[], session: LdapSession, schema: Subschema | undefined, dse: RootDse, bases: readonly string[]): SortBy[] | undefined {
  // Several bases are several searches: only all their entries together can be put in order.
  if (keys.length === 0 || bases.length > 1 || !dse.supportedControls.has(CONTROL.sortRequest)) return undefined;
  const sorted = keys.map(({ field, isAscending }) => {
    const attribute = sortableAttribute(field, session);
    return attribute === undefined ? undefined : sortBy(schema, dse, attribute, isAscending);
  });
  return sorted.every((key) => key !== undefined) ? sorted : undefined;
}

function blocksOf(session: LdapSession, dse: RootDse): { readonly all: Blocks; readonly page: Blocks } {
  const { useBlocks, usePagedResultControl } = session.config;
  const paged = dse.supportedControls.has(CONTROL.pagedResults) ? 'paged' : 'none';
  const windows = useBlocks && !usePagedResultControl && dse.supportedControls.has(CONTROL.windowRequest) && dse.supportedControls.has(CONTROL.sortRequest);
  return { all: windows ? 'windows' : useBlocks ? paged : 'none', page: windows ? 'windows' : paged };
}

function hereFilter(rest: Filter | undefined): (object: ConnectorObject) => boolean {
  return rest === undefined ? () => true : (object) => evaluateFilter(rest, object, { ignoreCase: true }) === true;
}

function asked(request: SearchRequest, rest: Filter | undefined, keys: readonly SortKey[]): readonly string[] | undefined {
  const names = request.options.attributesToGet;
  if (names === undefined) return undefined;
  return [...new Set([...names, ...(rest === undefined ? [] : attributesOfFilter(rest)), ...keys.map(({ field }) => field)])];
}

export async function planSearch(session: LdapSession, request: SearchRequest, signal: AbortSignal): Promise<LdapSearchPlan> {
  const { directory, config } = session;
  const { container, sortKeys } = request.options;
  const schema = await readSubschema(session, signal);
  const matching = await readMatchingSchema(session, signal);
  const dse = await directory.rootDse(signal);
  const abilities = abilitiesOf(matching);
  const special = specialFilter(dse.serverType, request.objectClass);
  const { native, residual } = request.filter === undefined ? { native: undefined, residual: undefined } : splitFilter(request.filter, config, abilities, special);
  const query = nativeQuery(native, config, abilities, special);
  const scope = query.dn === undefined ? scopeOf(request) : 'base';
  const roots = query.dn !== undefined ? [query.dn] : container === undefined ? await searchBases(session, signal) : [await containerDn(session, container, signal)];
  const bases = query.impossible ? [] : distinctBases(roots, scope);
  const sorted = serverSort(sortKeys, session, matching, dse, bases);
  const sortHere = sortKeys.length > 0 && sorted === undefined;
  const blocks = scope === 'base' ? { all: 'none' as const, page: 'none' as const } : blocksOf(session, dse);
  return {
    bases, scope, sortKeys,
    filter: searchFilter(request.objectClass, andText(optionFilter(request), query.text), config),
    mapper: entryMapper(session, request.objectClass, asked(request, residual, sortHere ? sortKeys : []), schema, dse.serverType),
    accepts: hereFilter(residual),
    filteredHere: residual !== undefined,
    missingBaseIsEmpty: query.dn !== undefined,
    serverSort: sorted,
    whole: !asksForOne(request.filter),
    blocks: blocks.all,
    pageBlocks: blocks.page,
    windowSort: sorted ?? [sortBy(matching, dse, config.vlvSortAttribute, true)],
  };
}

function asksForOne(filter: Filter | undefined): boolean {
  return filter?.kind === 'equals' && (filter.attribute.is(UID) || filter.attribute.is(NAME));
}

function andText(first: string | undefined, second: string | undefined): string | undefined {
  return first === undefined || second === undefined ? first ?? second : andFilter(first, second);
}
