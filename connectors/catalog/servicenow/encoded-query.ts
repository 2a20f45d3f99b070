import type { AttributeFilterKind } from '../../../protocol/model/index.js';
import type { FilterLanguage } from '../../engines/rest/filters/expressions.js';

/** https://servicenow.github.io/sdk/guides/encoded-query-guide */
const OPERATORS: Readonly<Partial<Record<AttributeFilterKind, string>>> = { equals: '=', startsWith: 'STARTSWITH', endsWith: 'ENDSWITH', contains: 'LIKE' };

/** Letters, digits and what stands in names, addresses and dates. `^` ends a condition and cannot be escaped; comparison signs begin an operator; `%`, `*` and `\` mean something to searches. */
const PLAIN = /^[\p{L}\p{N}.@_+\-,:;/()#&'"$ ]+$/u;
/** Operators and functions that are read wherever they stand, and texts that stand for no text. */
const MEANT = /STARTSWITH|ENDSWITH|LIKE|CONTAINS|EMPTY|ANYTHING|BETWEEN|SAMEAS|INSTANCEOF|DYNAMIC|ORDERBY|GROUPBY|QUERY|JOIN|CHANGES|RELATIVE|^NULL$|javascript:/i;

/** Whether a text is surely taken for itself in an encoded query. */
export function isPlainText(text: string): boolean {
  return PLAIN.test(text) && text === text.trim() && !MEANT.test(text);
}

/** `^` between conditions that are no alternatives. */
const HOLDS_AND = /\^(?!OR)/;

/**
 * Conditions of `sysparm_query`. Nothing in it can be quoted or escaped, so that a value which is not surely taken for itself is no
 * condition at all. `^OR` binds closer than `^`, and there are no brackets: alternatives hold no `^`.
 */
export const encodedQuery: FilterLanguage = {
  compare(kind, path, literal) {
    const operator = OPERATORS[kind];
    const text = String(literal);
    return operator === undefined || !isPlainText(text) ? undefined : path.split('|').map((field) => `${field}${operator}${text}`).join('^OR');
  },
  presence: (path) => path.split('|').map((field) => `${field}ISNOTEMPTY`).join('^OR'),
  and: (conditions) => conditions.join('^'),
  or: (conditions) => (conditions.some((condition) => HOLDS_AND.test(condition)) ? undefined : conditions.join('^OR')),
};
