import type { Attribute, AttributeFilterKind, Filter } from '../../model/index.js';
import { illegalArgument, malformed, quoted } from '../codec-errors.js';
import { nothing, readAttribute, writeAttribute } from './attributes.js';
import type { ObjectHandler, ObjectReader } from './object-reader.js';
import type { ObjectWriter } from './object-writer.js';

const TYPE_OF: Readonly<Record<AttributeFilterKind, string>> = {
  equals: 'EqualsFilter', containsAllValues: 'ContainsAllValuesFilter', startsWith: 'StartsWithFilter', endsWith: 'EndsWithFilter',
  contains: 'ContainsFilter', greaterThan: 'GreaterThanFilter', greaterThanOrEqual: 'GreaterThanOrEqualFilter',
  lessThan: 'LessThanFilter', lessThanOrEqual: 'LessThanOrEqualFilter',
};
const CHAIN_TYPE = { and: 'AndFilter', or: 'OrFilter' } as const;

const TEXT_FILTERS: ReadonlySet<AttributeFilterKind> = new Set(['startsWith', 'endsWith', 'contains']);
const ANY_VALUES: ReadonlySet<AttributeFilterKind> = new Set(['equals', 'containsAllValues']);

/** What a Java peer demands when it builds the filter (protocol section 6). */
function checkOperand(kind: AttributeFilterKind, attribute: Attribute): void {
  if (ANY_VALUES.has(kind)) return;
  if (attribute.is('__UID__')) throw illegalArgument(`A ${kind} filter on __UID__ is not possible; only equals is.`);
  const value = attribute.values?.length === 1 ? attribute.values[0] : undefined;
  if (value === undefined || value === null) throw illegalArgument(`A ${kind} filter needs exactly one value of attribute ${quoted(attribute.name)}.`);
  if (TEXT_FILTERS.has(kind) && typeof value !== 'string') throw illegalArgument(`A ${kind} filter needs a String for attribute ${quoted(attribute.name)}.`);
}

function readOperand(reader: ObjectReader): Attribute {
  let attribute: Attribute | undefined;
  while (reader.nextField()) {
    if (reader.fieldName === 'attribute') attribute = readAttribute(reader);
    else reader.skip();
    reader.endField();
  }
  return attribute ?? nothing('the attribute of a filter');
}

function attributeFilter(kind: AttributeFilterKind): ObjectHandler<Filter> {
  return (reader) => {
    const attribute = readOperand(reader);
    checkOperand(kind, attribute);
    return { kind, attribute };
  };
}

/**
 * Java nests the operands of one `and` to the right: (a, (b, (c, d))). They are read into one list without recursion, so
 * that a long chain needs no deep stack.
 */
function chain(kind: 'and' | 'or'): ObjectHandler<Filter> {
  return (reader) => {
    const operands: Filter[] = [];
    let links = 1;
    for (;;) {
      reader.countElement();
      nextOperand(reader, kind);
      operands.push(readFilter(reader));
      reader.endField();
      nextOperand(reader, kind);
      if (!reader.tryClass(CHAIN_TYPE[kind])) break;
      links++;
    }
    operands.push(readFilter(reader));
    for (; links > 0; links--) {
      reader.endField();
      reader.skipFields();
    }
    return { kind, operands };
  };
}

function nextOperand(reader: ObjectReader, kind: string): void {
  while (reader.nextField()) {
    if (reader.fieldName === '') return;
    reader.skip();
    reader.endField();
  }
  throw malformed(`a filter of kind ${kind} has fewer than two operands.`);
}

function readNot(reader: ObjectReader): Filter {
  nextOperand(reader, 'not');
  const operand = readFilter(reader);
  reader.endField();
  reader.skipFields();
  return { kind: 'not', operand };
}

function readPresence(reader: ObjectReader): Filter {
  let name: string | undefined;
  while (reader.nextField()) {
    if (reader.fieldName === 'name') name = reader.text();
    else reader.skip();
    reader.endField();
  }
  if (name === undefined || name.trim() === '') throw illegalArgument('A presence filter needs the name of an attribute.');
  return { kind: 'presence', name };
}

function readExtendedMatch(reader: ObjectReader): Filter {
  let operator: string | undefined;
  let attribute: Attribute | undefined;
  while (reader.nextField()) {
    if (reader.fieldName === 'operator') operator = reader.text();
    else if (reader.fieldName === 'attribute') attribute = readAttribute(reader);
    else reader.skip();
    reader.endField();
  }
  if (operator === undefined || operator.trim() === '') throw illegalArgument('An extended match filter needs an operator.');
  return { kind: 'extendedMatch', operator, attribute: attribute ?? nothing('the attribute of a filter') };
}

export const filterHandlers: ReadonlyMap<string, ObjectHandler<Filter>> = new Map<string, ObjectHandler<Filter>>([
  ['AndFilter', chain('and')],
  ['OrFilter', chain('or')],
  ['NotFilter', readNot],
  ['PresenceFilter', readPresence],
  ['ExtendedMatchFilter', readExtendedMatch],
  ...Object.entries(TYPE_OF).map(([kind, type]) => [type, attributeFilter(kind as AttributeFilterKind)] as const),
]);

export function readFilter(reader: ObjectReader): Filter {
  return reader.oneOf('Filter', filterHandlers) ?? nothing('a filter');
}

function writeOperand(writer: ObjectWriter, filter: Filter): void {
  const mark = writer.beginField();
  writeFilter(writer, filter);
  writer.endField(mark);
}

function writeChain(writer: ObjectWriter, kind: 'and' | 'or', operands: readonly Filter[]): void {
  const [last] = operands.slice(-1);
  if (last === undefined) throw illegalArgument(`A filter of kind ${kind} needs operands.`);
  const tails: number[] = [];
  for (const operand of operands.slice(0, -1)) {
    writer.beginObject(CHAIN_TYPE[kind]);
    writeOperand(writer, operand);
    tails.push(writer.beginTail());
  }
  writeFilter(writer, last);
  for (const tail of tails.reverse()) {
    writer.endTail(tail);
    writer.endObject();
  }
}

export function writeFilter(writer: ObjectWriter, filter: Filter): void {
  switch (filter.kind) {
    case 'and':
    case 'or':
      return writeChain(writer, filter.kind, filter.operands);
    case 'not':
      writer.beginObject('NotFilter');
      writeOperand(writer, filter.operand);
      break;
    case 'presence':
      writer.beginObject('PresenceFilter');
      writer.textField('name', filter.name);
      break;
    case 'extendedMatch':
      writer.beginObject('ExtendedMatchFilter');
      writer.textField('operator', filter.operator);
      writer.structureField('attribute', filter.attribute, writeAttribute);
      break;
    default:
      checkOperand(filter.kind, filter.attribute);
      writer.beginObject(TYPE_OF[filter.kind]);
      writer.structureField('attribute', filter.attribute, writeAttribute);
  }
  writer.endObject();
}
