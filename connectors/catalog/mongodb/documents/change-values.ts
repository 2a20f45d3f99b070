import type { Document } from 'mongodb';
import { Attribute, ConnectorError, type Uid } from '../../../../protocol/model/index.js';
import type { Call, UpdateRequest } from '../../../framework/spi.js';
import { equalValues } from '../../../framework/value-comparison.js';
import { abortable } from '../../../framework/abortable.js';
import { collectionOf, storedValues, type DatabaseSession } from '../connection/mongo-session.js';
import { CODE, serverCode } from '../errors.js';
import { withUid } from '../values/document-id.js';
import { Fields, ID } from './fields.js';
import { noDocument, updateOf } from './update.js';

export type ValueChange = 'add' | 'remove';

/** How often a document that somebody else changes at the same time is read again. */
const MOST_ATTEMPTS = 20;
const EXACT = { ignoreCase: false };

interface Change {
  readonly session: DatabaseSession;
  readonly collection: string;
  readonly fields: Fields;
  readonly request: UpdateRequest;
  readonly change: ValueChange;
  readonly call: Call;
}

/**
 * Adds or removes single values without losing what others change meanwhile: arrays by the server's own operators, whatever their
 * length; anything else by comparing and setting, again when it was changed in between.
 */
export async function changeValues(session: DatabaseSession, collection: string, request: UpdateRequest, change: ValueChange, call: Call): Promise<Uid> {
  const fields = await Fields.of(session, collection, call.signal);
  const given: Change = { session, collection, fields, request, change, call };
  if (request.attributes.every(({ name }) => session.writer.isArray(name)) && await byOperators(given)) return request.uid;
  await byComparing(given);
  return request.uid;
}

/** False where a field holds no array, so that the server refused. */
async function byOperators({ session, collection, fields, request: { uid, attributes }, change, call }: Change): Promise<boolean> {
  const values = (attribute: Attribute) => (attribute.values ?? []).map((value) => session.writer.value(attribute.name, value));
  const lists = attributes.map((attribute): [string, unknown] => [fields.fieldOf(attribute.name), change === 'add' ? { $each: values(attribute) } : values(attribute)]);
  const query = withUid(session.driver, uid.value);
  const documents = collectionOf(session, collection);
  try {
    const { matchedCount } = await abortable(documents.updateOne(query, { [change === 'add' ? '$addToSet' : '$pullAll']: Object.fromEntries(lists) }), call.signal);
    if (matchedCount === 0) throw noDocument(collection, uid);
  } catch (error) {
    if (serverCode(error) === CODE.badValue) return false;
    throw error;
  }
  if (change === 'remove' && !session.config.includeEmptyList) {
    for (const [field] of lists) await abortable(documents.updateOne({ $and: [query, { [field]: { $eq: [] } }] }, { $unset: { [field]: '' } }), call.signal);
  }
  return true;
}

async function byComparing(given: Change): Promise<void> {
  const { session, collection, fields, request: { uid, attributes }, call } = given;
  const documents = collectionOf(session, collection);
  const query = withUid(session.driver, uid.value);
  const projection = Object.fromEntries([ID, ...attributes.map(({ name }) => fields.fieldOf(name))].map((field) => [field, 1]));
  for (let attempt = 0; attempt < MOST_ATTEMPTS; attempt++) {
    const held = await storedValues(session, collection).findOne(query, { projection, signal: call.signal });
    if (held === null) throw noDocument(collection, uid);
    const changed = merged(given, held);
    const update = updateOf(changed);
    if (update === undefined) return;
    const asRead = changed.fields.map((field) => stillHolds(field, held));
    const { matchedCount } = await abortable(documents.updateOne({ $and: [query, ...asRead] }, update), call.signal);
    if (matchedCount > 0) return;
  }
  throw new ConnectorError('retryable', `The document ${uid.value} of ${collection} is changed by others all the time; its values were not changed. Try again.`, { outcome: 'notApplied' });
}

/** A condition on one value is also met by a list that has it among others, and a condition on a list by a list of such lists. */
function stillHolds(field: string, held: Document): Document {
  if (!(field in held)) return { [field]: { $exists: false } };
  const value = held[field] as unknown;
  return { [field]: Array.isArray(value) ? { $eq: value, $size: value.length } : { $eq: value, $not: { $type: 'array' } } };
}

interface Merged { readonly fields: string[]; readonly $set: Record<string, unknown>; readonly $unset: Record<string, ''> }

/** Values that are there stay as they are stored. */
function merged({ session, fields, request, change }: Change, held: Document): Merged {
  const changed: Merged = { fields: [], $set: {}, $unset: {} };
  for (const { name, values } of request.attributes) {
    const field = fields.fieldOf(name);
    const stored: unknown = held[field];
    const before = stored === undefined || stored === null ? [] : Array.isArray(stored) ? stored as unknown[] : [stored];
    const asked = values ?? [];
    const has = (list: readonly unknown[], value: Parameters<typeof equalValues>[0]): boolean => list.some((item) => equalValues(session.reader.read(item), value, EXACT));
    const after = change === 'add'
      ? asked.reduce<unknown[]>((list, value) => (has(list, value) ? list : [...list, session.writer.value(name, value)]), before)
      : before.filter((item) => !asked.some((value) => equalValues(session.reader.read(item), value, EXACT)));
    if (after.length === before.length) continue;
    changed.fields.push(field);
    if (after.length === 0 && !session.config.includeEmptyList) changed.$unset[field] = '';
    else changed.$set[field] = after.length === 1 && !session.writer.isArray(name) ? after[0] : after;
  }
  return changed;
}
