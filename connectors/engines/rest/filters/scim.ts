import type { AttributeFilterKind } from '../../../../protocol/model/index.js';
import type { FilterLanguage } from './expressions.js';

const OPERATORS: Readonly<Partial<Record<AttributeFilterKind, string>>> = {
  equals: 'eq', startsWith: 'sw', endsWith: 'ew', contains: 'co', greaterThan: 'gt', greaterThanOrEqual: 'ge', lessThan: 'lt', lessThanOrEqual: 'le',
};

/** What JSON escapes in a text. */
const ESCAPED = /["\\\p{Cc}]/u;

/** SCIM (RFC 7644, section 3.4.2.2): literals are JSON. */
export const scimLanguage: FilterLanguage = {
  compare: (kind, path, literal) => (OPERATORS[kind] === undefined ? undefined : `${path} ${OPERATORS[kind]} ${JSON.stringify(literal)}`),
  presence: (path) => `${path} pr`,
  and: (conditions) => conditions.map((condition) => `(${condition})`).join(' and '),
  or: (conditions) => conditions.map((condition) => `(${condition})`).join(' or '),
  not: (condition) => `not (${condition})`,
};

/** For services that read escaped characters wrongly, or not at all: texts that hold some are not sent. */
export const plainScimLanguage: FilterLanguage = { ...scimLanguage, compare: (kind, path, literal) => (ESCAPED.test(String(literal)) ? undefined : scimLanguage.compare(kind, path, literal)) };
