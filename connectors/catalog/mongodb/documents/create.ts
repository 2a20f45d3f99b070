import { ConnectorError, NAME, Uid, type Attribute } from '../../../../protocol/model/index.js';
import type { Call, CreateRequest } from '../../../framework/spi.js';
import { abortable } from '../../../framework/abortable.js';
import { collectionOf, type DatabaseSession } from '../connection/mongo-session.js';
import { uidText } from '../values/document-id.js';
import { Fields, ID, requiredName } from './fields.js';

/** The fields of a new document, without its name. */
function fieldsOf(session: DatabaseSession, fields: Fields, attributes: readonly Attribute[]): Record<string, unknown> {
  const document: Record<string, unknown> = {};
  for (const attribute of attributes) {
    if (attribute.name === NAME) continue;
    const field = fields.fieldOf(attribute.name);
    if (field === session.config.ICFName) throw new ConnectorError('invalidAttributeValue', `The field ${field} holds the name: give it as ${NAME}.`, { outcome: 'notApplied' });
    const value = session.writer.field(attribute);
    if (value.kept) document[field] = value.value;
  }
  return document;
}

/**
 * Adds a document unless there is one of its name already: one step, so that two agents at once do not both add it, as far as the
 * collection has a unique index on the name. The `_id` is an ObjectId, unless the attributes or ICFName say otherwise.
 */
export async function createDocument(session: DatabaseSession, collection: string, request: CreateRequest, call: Call): Promise<Uid> {
  const name = requiredName(request.attributes);
  const nameField = session.config.ICFName;
  const document = fieldsOf(session, await Fields.of(session, collection, call.signal), request.attributes);
  const { [ID]: given, ...rest } = document;
  const id = nameField === ID ? name : given ?? new session.driver.ObjectId();
  const added = nameField === ID ? rest : { [ID]: id, ...rest };
  const { upsertedCount } = await abortable(collectionOf(session, collection).updateOne(
    { [nameField]: { $eq: name } }, Object.keys(added).length === 0 ? { $setOnInsert: { [nameField]: name } } : { $setOnInsert: added }, { upsert: true },
  ), call.signal);
  if (upsertedCount === 0) throw new ConnectorError('alreadyExists', `The collection ${collection} has a document with ${nameField} ${JSON.stringify(name)} already.`, { outcome: 'notApplied' });
  return new Uid(uidText(session.driver, id));
}
