import { Attribute, NAME, Uid, type AttributeFilterKind, type ConnectorObject, type Filter } from '../../protocol/model/index.js';

const ORDER: readonly AttributeFilterKind[] = ['greaterThan', 'greaterThanOrEqual', 'lessThan', 'lessThanOrEqual'];
/** What means something to SQL, LDAP, shells or JSON; in a value it is plain text. */
export const HOSTILE_TEXT = '50%_*\\\'"(x)$(id){"$ne":null} é';
const HOSTILE = ['%', '_', '*', '\\', '\'', '"', ')(objectClass=*', '\' or 1=1 --', '$(id)', '{"$ne":null}'];

const on = (kind: AttributeFilterKind, name: string, value: string): Filter => ({ kind, attribute: Attribute.of(name, value) });
const not = (operand: Filter): Filter => ({ kind: 'not', operand });
const and = (...operands: Filter[]): Filter => ({ kind: 'and', operands });
const or = (...operands: Filter[]): Filter => ({ kind: 'or', operands });

/** The attribute's values that are texts of their own, in order. */
function textsOf(objects: readonly ConnectorObject[], name: string): string[] {
  const texts = objects.map((object) => object.get(name)?.values).flatMap((values) => (values?.length === 1 && typeof values[0] === 'string' ? [values[0]] : []));
  return [...new Set(texts)].sort();
}

/** Filters of every kind on one attribute, with values that some of the objects have. */
function everyKind(objects: readonly ConnectorObject[], name: string): Filter[] {
  const texts = textsOf(objects, name);
  const [first = '', last = ''] = [texts[0], texts.at(-1)];
  const middle = texts[Math.floor(texts.length / 2)] ?? '';
  const half = Math.ceil(middle.length / 2);
  return [
    on('equals', name, middle), on('equals', name, 'nothing has this value'), on('containsAllValues', name, middle),
    on('startsWith', name, middle.slice(0, half)), on('endsWith', name, middle.slice(-half)), on('contains', name, middle.slice(1, -1) || middle),
    ...ORDER.map((kind) => on(kind, name, middle)), on('greaterThan', name, last), on('lessThan', name, first),
    { kind: 'presence', name }, not({ kind: 'presence', name }), and({ kind: 'presence', name }, not(on('contains', name, middle.slice(0, half)))),
    or(on('equals', name, middle), not(on('startsWith', name, first.slice(0, 1)))),
    not(on('equals', name, middle)), not(on('greaterThan', name, middle)),
    and(on('greaterThanOrEqual', name, first), on('lessThanOrEqual', name, middle)), or(on('equals', name, first), on('equals', name, last)),
    not(or(on('equals', name, first), and(on('startsWith', name, middle.slice(0, half)), not(on('equals', name, middle))))),
    on('equals', name, HOSTILE_TEXT), on('endsWith', name, HOSTILE_TEXT), ...HOSTILE.map((value) => on('contains', name, value)),
    ...HOSTILE.slice(0, 3).map((value) => on('startsWith', name, middle.slice(0, 1) + value)),
  ];
}

/** The same in the other case. */
function otherCase(objects: readonly ConnectorObject[], name: string): Filter[] {
  const texts = textsOf(objects, name);
  const text = texts[Math.floor(texts.length / 2)] ?? '';
  const other = text === text.toUpperCase() ? text.toLowerCase() : text.toUpperCase();
  return [on('equals', name, other), on('startsWith', name, other.slice(0, Math.ceil(other.length / 2))), on('contains', name, other.slice(1, -1) || other)];
}

/** Filters of every kind on the attributes, the name and the uid of these objects, and across them. */
export function filtersOfEveryKind(objects: readonly ConnectorObject[], attributes: readonly string[], freeText: readonly string[] = []): Filter[] {
  const [one, other] = objects;
  const uids = [one, other].flatMap((object) => (object === undefined ? [] : [{ kind: 'equals' as const, attribute: new Uid(object.uid.value) }]));
  const single = [...[...attributes, NAME].flatMap((name) => everyKind(objects, name)), ...freeText.flatMap((name) => otherCase(objects, name))];
  const across = attributes.map((name) => and(on('greaterThanOrEqual', NAME, one?.name.value ?? ''), { kind: 'presence', name }));
  return [...single, ...across, ...uids, ...(uids.length === 2 ? [or(...uids), and(...uids), not(or(...uids))] : [])];
}
