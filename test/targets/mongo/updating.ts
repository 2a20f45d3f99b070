import { ObjectId, type Document } from 'bson';
import { CommandError } from './command-error.js';
import { equalValues, numberOf, typeName } from './bson-values.js';

type Operator = (document: Document, field: string, operand: unknown, inserting: boolean) => void;

function listOf(document: Document, field: string, operator: string): unknown[] {
  const held: unknown = document[field];
  if (held === undefined) return document[field] = [];
  if (!Array.isArray(held)) throw new CommandError(2, 'BadValue', `Cannot apply ${operator} to non-array field. Field named '${field}' has non-array type ${typeName(held)}`);
  return document[field] = [...held as unknown[]];
}

const each = (operand: unknown): unknown[] => (typeName(operand) === 'object' && Array.isArray((operand as Document)['$each']) ? (operand as Document)['$each'] as unknown[] : [operand]);

const OPERATORS: Readonly<Record<string, Operator>> = {
  $set: (document, field, operand) => { document[field] = operand; },
  $setOnInsert: (document, field, operand, inserting) => { if (inserting) document[field] = operand; },
  $unset: (document, field) => { Reflect.deleteProperty(document, field); },
  $inc: (document, field, operand) => { document[field] = numberOf(document[field]) + numberOf(operand); },
  $push: (document, field, operand) => { listOf(document, field, '$push').push(...each(operand)); },
  $addToSet: (document, field, operand) => {
    const list = listOf(document, field, '$addToSet');
    for (const value of each(operand)) if (!list.some((held) => equalValues(held, value))) list.push(value);
  },
  $pullAll: (document, field, operand) => {
    if (document[field] === undefined) return;
    document[field] = listOf(document, field, '$pullAll').filter((held) => !(operand as unknown[]).some((value) => equalValues(held, value)));
  },
  $pull: (document, field, operand) => {
    if (document[field] === undefined) return;
    document[field] = listOf(document, field, '$pull').filter((held) => !equalValues(held, operand));
  },
  $currentDate: (document, field) => { document[field] = new Date(); },
};

const isReplacement = (update: Document): boolean => !Object.keys(update)[0]?.startsWith('$');

/** The document after the update; the one given stays as it is. */
export function updated(document: Document, update: Document, inserting = false): Document {
  if (Array.isArray(update)) throw new CommandError(2, 'BadValue', 'This stand-in for MongoDB does not know updates by pipelines.');
  if (isReplacement(update)) return keepId(document, { ...(document['_id'] === undefined ? {} : { _id: document['_id'] as unknown }), ...update });
  const result = { ...document };
  for (const [name, fields] of Object.entries(update)) {
    const operator = OPERATORS[name];
    if (operator === undefined) throw new CommandError(9, 'FailedToParse', `Unknown modifier: ${name}`);
    for (const [field, operand] of Object.entries(fields as Document)) {
      if (field.startsWith('$')) throw new CommandError(52, 'DollarPrefixedFieldName', `The dollar ($) prefixed field '${field}' is not valid for storage.`);
      if (field.includes('.')) throw new CommandError(2, 'BadValue', 'This stand-in for MongoDB updates fields at the top only.');
      operator(result, field, operand, inserting);
    }
  }
  return inserting ? result : keepId(document, result);
}

function keepId(before: Document, after: Document): Document {
  if (before['_id'] !== undefined && !equalValues(before['_id'], after['_id'])) {
    throw new CommandError(66, 'ImmutableField', 'Performing an update on the path \'_id\' would modify the immutable field \'_id\'');
  }
  return after;
}

/** The equalities of a query, from which an upsert begins. */
function seed(query: Document): Document {
  const fields: Document = {};
  for (const [field, asked] of Object.entries(query)) {
    if (field === '$and') for (const part of asked as Document[]) Object.assign(fields, seed(part));
    else if (field.startsWith('$')) continue;
    else if (typeName(asked) !== 'object') fields[field] = asked as unknown;
    else if (Object.hasOwn(asked as object, '$eq')) fields[field] = (asked as Document)['$eq'] as unknown;
    else if (!Object.keys(asked as object).some((key) => key.startsWith('$'))) fields[field] = asked as unknown;
  }
  return fields;
}

export function upserted(query: Document, update: Document): Document {
  const { _id: id = new ObjectId(), ...rest }: { readonly _id?: unknown } = updated(seed(query), update, true);
  return { _id: id, ...rest };
}
