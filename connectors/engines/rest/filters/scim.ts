import type { AttributeFilterKind } from '../../../../protocol/model/index.js';
import type { FilterLanguage } from './expressions.js';

const OPERATORS: Readonly<Partial<Record<AttributeFilterKind, string>>> = {
  equals: 'eq', startsWith: 'sw', endsWith: 'ew', contains: 'co', greaterThan: 'gt', greaterThanOrEqual: 'ge', lessThan: 'lt', lessThanOrEqual: 'le',
};

/** SCIM (RFC 7644, section 3.4.2.2): literals are JSON. */
export const scimLanguage: FilterLanguage = {
  compare: (kind, path, literal) => (OPERATORS[kind] === undefined ? undefined : `${path} ${OPERATORS[kind]} ${JSON.stringify(literal)}`),
  presence: (path) => `${path} pr`,
  and: (conditions) => conditions.map((condition) => `(${condition})`).join(' and '),
  or: (conditions) => conditions.map((condition) => `(${condition})`).join(' or '),
  not: (condition) => `not (${condition})`,
};
