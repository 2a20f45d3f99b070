import type { Call, DeleteRequest } from '../../../framework/spi.js';
import { abortable } from '../../../framework/abortable.js';
import { collectionOf, type DatabaseSession } from '../connection/mongo-session.js';
import { withUid } from '../values/document-id.js';
import { noDocument } from './update.js';

export async function deleteDocument(session: DatabaseSession, collection: string, { uid }: DeleteRequest, call: Call): Promise<void> {
  const { deletedCount } = await abortable(collectionOf(session, collection).deleteOne(withUid(session.driver, uid.value)), call.signal);
  if (deletedCount === 0) throw noDocument(collection, uid);
}
