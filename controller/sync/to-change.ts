import { ALL, type SyncDelta } from '../../protocol/model/index.js';
import { writeJson } from '../crest/json.js';
import type { CallerContext } from '../crest/request.js';
import { representation } from '../crest/write-answer.js';
import type { ObjectType } from '../systems/object-type.js';
import { toResource } from '../systems/read-object.js';
import type { ObjectCall } from '../systems/requests/object-call.js';
import type { Change } from './change-handler.js';
import { tokenJson } from './sync-token-json.js';

/** Throws for a delta without its object, or of an object class the system has no type for. */
export function toChange(call: ObjectCall, delta: SyncDelta): Change {
  const type = typeOf(call, delta);
  const container = `system/${call.system.name}/${type.name}`;
  const { transactionId, span }: CallerContext = call.context;
  const id = delta.uid.value;
  if (delta.kind === 'DELETE') return { kind: 'delete', container, id, transactionId, span };
  if (delta.object === undefined) throw new Error(`the ${delta.kind} change of ${id} has no object`);
  const newValue = representation(toResource(type, delta.object), []);
  if (delta.previousUid !== undefined) newValue['_previous-id'] = delta.previousUid.value;
  return { kind: delta.kind === 'CREATE' ? 'create' : 'update', container, id, newValue, transactionId, span };
}

/** Of a run over everything, the type that has the delta's object class. */
function typeOf(call: ObjectCall, delta: SyncDelta): ObjectType {
  if (call.type.objectClass !== ALL) return call.type;
  const objectClass = delta.objectClass ?? delta.object?.objectClass ?? '';
  const found = call.system.typeByObjectClass(objectClass);
  if (found === undefined) throw new Error(`no object type of system ${call.system.name} has the object class ${objectClass}`);
  return found;
}

/** Which change it was, without its values. */
export function deltaText({ kind, uid, objectClass, token }: SyncDelta): string {
  return writeJson({ syncDeltaType: kind, objectClass: objectClass ?? null, uid: uid.value, token: tokenJson(token) });
}
