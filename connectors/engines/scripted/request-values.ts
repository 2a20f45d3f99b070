import { GuardedString, NAME, OPTION, OperationOptions, attributeKey, type Attribute, type Filter, type IcfValue, type SortKey } from '../../../protocol/model/index.js';
import type { ScriptedConfig, ScriptedFamily } from './scripted-connector.js';

/** What scripts are given of a request. */

type Value = Map<IcfValue, IcfValue>;

/** `{mail: ['a@example.com'], title: null}`: lists of values, null for none; without `__NAME__`, which is `id`. */
export function attributesValue(attributes: readonly Attribute[]): Value {
  return new Map(attributes.filter(({ name }) => attributeKey(name) !== attributeKey(NAME)).map(({ name, values }) => [name, values === null ? null : [...values]]));
}

/** The value of `__NAME__`, null where it is not given. */
export function idValue(attributes: readonly Attribute[]): IcfValue {
  return attributes.find(({ name }) => attributeKey(name) === attributeKey(NAME))?.values?.[0] ?? null;
}

const OPTION_NAMES = new Map<string, string>(Object.entries(OPTION).map(([name, key]) => [key, name]));

/** Standard options by the names Java gives them (`attributesToGet`, `pageSize`, `sortKeys: ['sn', '-cn']`), others as they are. */
export function optionsValue({ entries }: OperationOptions): Value {
  return new Map([...entries].map(([key, value]) => [OPTION_NAMES.get(key) ?? key, key === OPTION.sortKeys ? new OperationOptions(entries).sortKeys.map(sortKeyText) : value]));
}

function sortKeyText({ field, isAscending }: SortKey): string {
  return isAscending ? field : `-${field}`;
}

/** In the form `icf.filter` makes them. */
export function filterValue(filter: Filter): Value {
  switch (filter.kind) {
    case 'and': case 'or': return new Map([[filter.kind, filter.operands.map(filterValue)]]);
    case 'not': return new Map([['not', filterValue(filter.operand)]]);
    case 'presence': return new Map([['presence', filter.name]]);
    case 'extendedMatch': return new Map<IcfValue, IcfValue>([['extendedMatch', [filter.operator, filter.attribute.name, [...filter.attribute.values ?? []]]]]);
    case 'containsAllValues': return new Map<IcfValue, IcfValue>([[filter.kind, [filter.attribute.name, [...filter.attribute.values ?? []]]]]);
    default: return new Map<IcfValue, IcfValue>([[filter.kind, [filter.attribute.name, filter.attribute.values?.[0] ?? null]]]);
  }
}

/** All properties by name. What the table calls confidential, and what is named in `secrets`, are secrets whatever their type: also each text of a list. */
export function configurationValue(config: ScriptedConfig, { properties, secrets = [] }: Pick<ScriptedFamily<never, never>, 'properties' | 'secrets'>): Value {
  return new Map(Object.entries(config).map(([name, value]) => [name, propertyValue(value, properties[name]?.confidential === true || secrets.includes(name))]));
}

function propertyValue(value: ScriptedConfig[keyof ScriptedConfig], isSecret: boolean): IcfValue {
  if (typeof value === 'object' && value !== null && !(value instanceof GuardedString)) return value.map((item) => propertyValue(item, isSecret));
  return isSecret && typeof value === 'string' ? new GuardedString(value) : value;
}
