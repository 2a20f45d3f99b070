import { ConnectorError, NAME, UID, attributeKey, type Attribute, type Filter, type IcfValue } from '../../../protocol/model/index.js';
import { filterType, type FilterType, type PowerShellConfig } from './config.js';

type AttributeFilter = Extract<Filter, { readonly attribute: Attribute }>;
type ComparisonKind = Exclude<AttributeFilter['kind'], 'extendedMatch'>;

/** Names in filters as the managed system knows them. */
function naming(config: PowerShellConfig): (name: string) => string {
  if (!config.SubstituteUidAndNameInQueryFilter) return (name) => name;
  const substitutes = new Map([[attributeKey(UID), config.UidAttributeName], [attributeKey(NAME), config.NameAttributeName]]);
  return (name) => substitutes.get(attributeKey(name)) ?? name;
}

function only({ values }: Attribute): IcfValue {
  return values?.length === 1 ? values[0] ?? null : null;
}

/** A text every form can hold: strings, numbers and truth values. */
function textOf(value: IcfValue): string | undefined {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'bigint' || typeof value === 'boolean' ? String(value) : undefined;
}

const LDAP_OPERATORS: Partial<Record<ComparisonKind, (name: string, text: string) => string>> = {
  equals: (name, text) => `(${name}=${text})`,
  contains: (name, text) => `(${name}=*${text}*)`,
  startsWith: (name, text) => `(${name}=${text}*)`,
  endsWith: (name, text) => `(${name}=*${text})`,
  greaterThanOrEqual: (name, text) => `(${name}>=${text})`,
  lessThanOrEqual: (name, text) => `(${name}<=${text})`,
  // LDAP has no "greater" and "less" alone (RFC 4515).
  greaterThan: (name, text) => `(&(${name}>=${text})(!(${name}=${text})))`,
  lessThan: (name, text) => `(&(${name}<=${text})(!(${name}=${text})))`,
};

const AD_OPERATORS: Partial<Record<ComparisonKind, (text: string) => string>> = {
  equals: (text) => `-eq "${text}"`,
  contains: (text) => `-like "*${text}*"`,
  startsWith: (text) => `-like "${text}*"`,
  endsWith: (text) => `-like "*${text}"`,
  greaterThan: (text) => `-gt "${text}"`,
  greaterThanOrEqual: (text) => `-ge "${text}"`,
  lessThan: (text) => `-lt "${text}"`,
  lessThanOrEqual: (text) => `-le "${text}"`,
};

/** RFC 4515, section 3: what is special in an assertion value. */
export function ldapEscaped(text: string): string {
  return text.replace(/[\\*()\0]/g, (character) => `\\${character.charCodeAt(0).toString(16).padStart(2, '0')}`);
}

/**
 * For a text between double quotes in a filter of the Active Directory module. It reads `\nn` as LDAP does (about_ActiveDirectory_Filter,
 * "special characters"), so quotes, `$` and backticks are written that way too: no text can end the literal or name a variable.
 */
export function adEscaped(text: string): string {
  return text.replace(/[\\*"'`$\u0000-\u001f\u201c-\u201e\u2018-\u201b]/gu, (character) => [...Buffer.from(character, 'utf8')].map((byte) => `\\${byte.toString(16).padStart(2, '0')}`).join(''));
}

const MAP_OPERATIONS: Partial<Record<ComparisonKind, string>> = {
  equals: 'EQUALS', contains: 'CONTAINS', startsWith: 'STARTSWITH', endsWith: 'ENDSWITH', greaterThan: 'GREATERTHAN',
  greaterThanOrEqual: 'GREATERTHANOREQUAL', lessThan: 'LESSTHAN', lessThanOrEqual: 'LESSTHANOREQUAL',
};

const NATIVE_KINDS: Partial<Record<ComparisonKind, string>> = {
  equals: 'Equals', contains: 'Contains', startsWith: 'StartsWith', endsWith: 'EndsWith', containsAllValues: 'ContainsAllValues', greaterThan: 'GreaterThan',
  greaterThanOrEqual: 'GreaterThanOrEqual', lessThan: 'LessThan', lessThanOrEqual: 'LessThanOrEqual',
};

/** How one form is made. Undefined: the form has nothing for it. */
interface Form<T> {
  compare(kind: ComparisonKind, name: string, attribute: Attribute): T | undefined;
  presence(name: string): T | undefined;
  both(kind: 'and' | 'or', left: T, right: T): T;
  not(operand: T): T;
}

const PLAIN_NAME = /^[\w.;-]+$/;

const ldap: Form<string> = {
  compare: (kind, name, attribute) => { const text = textOf(only(attribute)); return text === undefined || !PLAIN_NAME.test(name) ? undefined : LDAP_OPERATORS[kind]?.(name, ldapEscaped(text)); },
  presence: (name) => (PLAIN_NAME.test(name) ? `(${name}=*)` : undefined),
  both: (kind, left, right) => `(${kind === 'and' ? '&' : '|'}${left}${right})`,
  not: (operand) => `(!${operand})`,
};

const adPsModule: Form<string> = {
  compare: (kind, name, attribute) => {
    const text = textOf(only(attribute));
    const operator = AD_OPERATORS[kind];
    return text === undefined || operator === undefined || !PLAIN_NAME.test(name) ? undefined : `${name} ${operator(adEscaped(text))}`;
  },
  presence: (name) => (PLAIN_NAME.test(name) ? `${name} -like "*"` : undefined),
  both: (kind, left, right) => `(${left}) -${kind} (${right})`,
  not: (operand) => `-not (${operand})`,
};

const map: Form<Map<IcfValue, IcfValue>> = {
  compare: (kind, name, attribute) => {
    const operation = MAP_OPERATIONS[kind];
    const value = only(attribute);
    return operation === undefined || value === null ? undefined : new Map<IcfValue, IcfValue>([['Not', false], ['Operation', operation], ['Left', name], ['Right', value]]);
  },
  presence: () => undefined,
  both: (kind, left, right) => new Map<IcfValue, IcfValue>([['Not', false], ['Left', left], ['Right', right], ['Operation', kind === 'and' ? 'And' : 'Or']]),
  not: (operand) => new Map([...operand, ['Not', operand.get('Not') !== true]]),
};

const native: Form<Map<IcfValue, IcfValue>> = {
  compare: (kind, name, attribute) => { const filterKind = NATIVE_KINDS[kind]; return filterKind === undefined || attribute.values === null ? undefined : new Map<IcfValue, IcfValue>([['Kind', filterKind], ['Name', name], ['Values', [...attribute.values]]]); },
  presence: (name) => new Map<IcfValue, IcfValue>([['Kind', 'Presence'], ['Name', name]]),
  both: (kind, left, right) => new Map<IcfValue, IcfValue>([['Kind', kind === 'and' ? 'And' : 'Or'], ['Left', left], ['Right', right]]),
  not: (operand) => new Map<IcfValue, IcfValue>([['Kind', 'Not'], ['Filter', operand]]),
};

function built<T>(filter: Filter, form: Form<T>, name: (given: string) => string): T | undefined {
  switch (filter.kind) {
    case 'and':
    case 'or': {
      const { kind } = filter;
      const operands = filter.operands.map((operand) => built(operand, form, name));
      return operands.reduce((left, right) => (left === undefined || right === undefined ? undefined : form.both(kind, left, right)));
    }
    case 'not': {
      const operand = built(filter.operand, form, name);
      return operand === undefined ? undefined : form.not(operand);
    }
    case 'presence': return form.presence(name(filter.name));
    case 'extendedMatch': return undefined;
    default: return form.compare(filter.kind, name(filter.attribute.name), filter.attribute);
  }
}

const FORMS: Readonly<Record<FilterType, (filter: Filter, name: (given: string) => string) => IcfValue | undefined>> = {
  Map: (filter, name) => built(filter, map, name),
  Ldap: (filter, name) => built(filter, ldap, name),
  Native: (filter, name) => built(filter, native, name),
  AdPsModule: (filter, name) => built(filter, adPsModule, name),
};

/** The filter as QueryFilterType wants it; undefined where that form cannot say it, and the facade has to. */
export function filterForm(filter: Filter, config: PowerShellConfig): IcfValue | undefined {
  const type = filterType(config);
  if (type === undefined) throw new ConnectorError('configuration', `QueryFilterType is ${JSON.stringify(config.QueryFilterType)}.`);
  return FORMS[type](filter, naming(config));
}
