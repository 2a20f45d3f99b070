import { parameterFilters } from '../../engines/rest/filters/parameters.js';
import { expressionFilters, type Comparable, type FilterLanguage } from '../../engines/rest/filters/expressions.js';
import { withFilterOnly } from '../../engines/rest/filters/filter-only.js';
import type { NativeFilters } from '../../engines/rest/filters/native-filters.js';
import { FIELDS_BY_PREFIX, FIELDS_BY_WORDS, account, group } from './schema.js';

const quoted = (text: string): string => `'${text.replaceAll(/[\\']/g, '\\$&')}'`;
/** A prefix is not quoted, so that it can hold nothing that ends it. */
const PLAIN = /^[^\s'"\\*:=]+$/u;

/** The unit that all units with this beginning are in. */
function unitAbove(prefix: string): string {
  return prefix.slice(0, Math.max(0, prefix.lastIndexOf('/'))) || '/';
}

/** https://developers.google.com/workspace/admin/directory/v1/guides/search-users: how a quote is written it says, and of a backslash nothing. */
const queryLanguage: FilterLanguage = {
  compare(kind, path, literal) {
    const text = String(literal);
    if (text === '' || text.includes('\\')) return undefined;
    // A unit stands for all below it as well; the framework looks at what comes.
    if (path === 'orgUnitPath') return `${path}=${quoted(kind === 'equals' ? text : unitAbove(text))}`;
    if (kind === 'startsWith') return PLAIN.test(text) ? `${path}:${text}*` : undefined;
    return `${path}${kind === 'equals' ? '=' : ':'}${quoted(text)}`;
  },
  and: (conditions) => conditions.join(' '),
};

const fields = (names: readonly string[], ...kinds: Comparable['kinds']): Readonly<Record<string, Comparable>> => Object.fromEntries(names.map((path) => [path, { path, kinds, exact: true }]));

export const userFilters = withFilterOnly(account, expressionFilters({
  parameter: 'query', language: queryLanguage,
  attributes: {
    ...fields(['name', ...FIELDS_BY_WORDS], 'equals', 'contains'), ...fields(FIELDS_BY_PREFIX, 'equals', 'contains', 'startsWith'), ...fields(['address'], 'contains'),
    orgUnitPath: { path: 'orgUnitPath', kinds: ['equals', 'startsWith'] },
  },
}));

const trusted = (parameter: string) => ({ parameter, trusted: true });
/** https://developers.google.com/workspace/admin/directory/v1/guides/search-groups */
const ofMember = { ...trusted('query'), value: (member: string) => `memberKey=${quoted(member)}` };
const groups = parameterFilters({ equals: { customer: trusted('customer'), userKey: trusted('userKey') }, contains: { _MEMBERS_: ofMember, __MEMBERS__: ofMember } });

/** https://developers.google.com/workspace/admin/directory/reference/rest/v1/groups/list: customer and userKey go without the domain. */
export const groupFilters: NativeFilters = withFilterOnly(group, {
  ...groups,
  query(native) {
    const query = groups.query(native);
    return 'customer' in query || 'userKey' in query ? { ...query, domain: undefined } : query;
  },
});

/** https://developers.google.com/workspace/admin/directory/reference/rest/v1/orgunits/list: the units below one. */
export const unitFilters = parameterFilters({ startsWith: { orgUnitPath: { parameter: 'orgUnitPath', value: unitAbove } } });
