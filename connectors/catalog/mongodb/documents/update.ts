import type { Document } from 'mongodb';
import { ConnectorError, NAME, type Attribute, type Uid } from '../../../../protocol/model/index.js';
import type { Call, UpdateRequest } from '../../../framework/spi.js';
import { abortable } from '../../../framework/abortable.js';
import { collectionOf, type DatabaseSession } from '../connection/mongo-session.js';
import { withUid } from '../values/document-id.js';
import { Fields, ID, requiredName } from './fields.js';

export function noDocument(collection: string, uid: Uid): ConnectorError {
  return new ConnectorError('unknownUid', `The collection ${collection} has no document with the ${ID} ${uid.value}.`, { uid, outcome: 'notApplied' });
}

interface FieldChanges { readonly $set: Record<string, unknown>; readonly $unset: Record<string, ''> }

/** What is set and what is taken away. The `_id` stays what it is for as long as there is a document. */
function changesOf(session: DatabaseSession, fields: Fields, attributes: readonly Attribute[]): FieldChanges {
  const changes: FieldChanges = { $set: {}, $unset: {} };
  for (const attribute of attributes) {
    const field = fields.fieldOf(attribute.name);
    if (field === ID) throw new ConnectorError('invalidAttributeValue', `The ${ID} of a document cannot be changed${attribute.name === NAME ? ', and ICFName makes it the name' : ''}.`, { outcome: 'notApplied' });
    if (attribute.name === NAME) requiredName([attribute]);
    const value = session.writer.field(attribute);
    if (value.kept) changes.$set[field] = value.value;
    else changes.$unset[field] = '';
  }
  return changes;
}

/** The operators that have something to do; undefined when none has. */
export function updateOf({ $set, $unset }: FieldChanges): Document | undefined {
  const update = { ...(Object.keys($set).length > 0 ? { $set } : {}), ...(Object.keys($unset).length > 0 ? { $unset } : {}) };
  return Object.keys(update).length > 0 ? update : undefined;
}

/** A name somebody else has: told before, since a collection need not have a unique index. */
async function requireFreeName(session: DatabaseSession, collection: string, { uid, attributes }: UpdateRequest, call: Call): Promise<void> {
  const name = attributes.find((attribute) => attribute.name === NAME);
  if (name === undefined) return;
  const field = session.config.ICFName;
  const other = await collectionOf(session, collection).findOne({ $and: [{ [field]: { $eq: requiredName([name]) } }, { $nor: [withUid(session.driver, uid.value)] }] }, { projection: { [ID]: 1 }, signal: call.signal });
  if (other !== null) throw new ConnectorError('alreadyExists', `The collection ${collection} has another document with that ${field}.`, { outcome: 'notApplied' });
}

/** Replaces fields, all in one step. */
export async function updateDocument(session: DatabaseSession, collection: string, request: UpdateRequest, call: Call): Promise<Uid> {
  const fields = await Fields.of(session, collection, call.signal);
  const { uid } = request;
  const attributes = request.attributes.filter((attribute) => !(attribute.name === NAME && session.config.ICFName === ID && attribute.values?.[0] === uid.value));
  const update = updateOf(changesOf(session, fields, attributes));
  await requireFreeName(session, collection, request, call);
  const query = withUid(session.driver, uid.value);
  const found = update === undefined
    ? await collectionOf(session, collection).countDocuments(query, { limit: 1, signal: call.signal })
    : (await abortable(collectionOf(session, collection).updateOne(query, update), call.signal)).matchedCount;
  if (found === 0) throw noDocument(collection, uid);
  return uid;
}
