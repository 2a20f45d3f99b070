import { ConnectorObject, type SearchResult, type SyncDelta, type SyncDeltaKind, type SyncToken, type Uid } from '../../model/index.js';
import { illegalArgument, quoted } from '../codec-errors.js';
import { nothing, readConnectorObject, readObjectClass, readUid, writeConnectorObject, writeObjectClass, writeUid } from './attributes.js';
import type { ObjectReader } from './object-reader.js';
import type { ObjectWriter } from './object-writer.js';
import { enumHandler, enumWriter, readCountPolicy, writeCountPolicy } from './options.js';

/** In the order of their numbers in the protobuf enum. */
export const SYNC_DELTA_KINDS: readonly SyncDeltaKind[] = ['CREATE_OR_UPDATE', 'DELETE', 'CREATE', 'UPDATE'];

export const readDeltaKind = enumHandler(SYNC_DELTA_KINDS);
export const writeDeltaKind = enumWriter('SyncDeltaType');

interface DeltaParts {
  readonly kind: SyncDeltaKind;
  readonly token: SyncToken | null;
  readonly uid: Uid | null;
  readonly previousUid: Uid | null;
  readonly objectClass: string | null;
  readonly object: ConnectorObject | null;
}

/** Joins the parts under the rules of a Java SyncDelta (protocol section 7.6). */
export function syncDeltaOf(parts: DeltaParts): SyncDelta {
  const { kind, token, uid, previousUid, object } = parts;
  if (token === null) throw illegalArgument('A sync delta needs a token.');
  if (uid === null) throw illegalArgument('A sync delta needs a uid.');
  const objectClass = parts.objectClass ?? object?.objectClass;
  const delta: SyncDelta = {
    kind, token, uid, objectClass,
    ...(previousUid === null ? {} : { previousUid }),
    ...(object === null ? {} : { object }),
  };
  checkSyncDelta(delta);
  return delta;
}

export function checkSyncDelta(delta: SyncDelta): void {
  const { kind, uid, object, previousUid, objectClass } = delta;
  if (object === undefined && kind !== 'DELETE') throw illegalArgument(`A sync delta of kind ${kind} for uid ${quoted(uid.value)} needs the object.`);
  if (previousUid !== undefined && (kind === 'DELETE' || kind === 'CREATE')) {
    throw illegalArgument(`A sync delta of kind ${kind} for uid ${quoted(uid.value)} cannot have a previous uid.`);
  }
  if (object === undefined) return;
  if (object.uid.value !== uid.value) throw illegalArgument(`A sync delta for uid ${quoted(uid.value)} has the object of uid ${quoted(object.uid.value)}.`);
  if (objectClass !== undefined && objectClass !== object.objectClass) {
    throw illegalArgument(`A sync delta of object class ${quoted(objectClass)} has an object of class ${quoted(object.objectClass)}.`);
  }
}

export function readSyncToken(reader: ObjectReader): SyncToken {
  let value = null as SyncToken['value'];
  while (reader.nextField()) {
    if (reader.fieldName === 'value') value = reader.value();
    else reader.skip();
    reader.endField();
  }
  if (value === null) throw illegalArgument('A sync token needs a value.');
  return { value };
}

export function writeSyncToken(writer: ObjectWriter, token: SyncToken): void {
  writer.beginObject('SyncToken');
  writer.objectField('value', token.value);
  writer.endObject();
}

export function readSyncDelta(reader: ObjectReader): SyncDelta {
  let kind: SyncDeltaKind | null = null;
  const parts: { -readonly [K in Exclude<keyof DeltaParts, 'kind'>]: DeltaParts[K] } = { token: null, uid: null, previousUid: null, objectClass: null, object: null };
  while (reader.nextField()) {
    switch (reader.fieldName) {
      case 'SyncDeltaType': kind = reader.structure('SyncDeltaType', readDeltaKind); break;
      case 'SyncToken': parts.token = reader.structure('SyncToken', readSyncToken); break;
      case 'PreviousUid': parts.previousUid = reader.structure('Uid', readUid); break;
      case 'ObjectClass': parts.objectClass = reader.structure('ObjectClass', readObjectClass); break;
      case 'Uid': parts.uid = reader.structure('Uid', readUid); break;
      case 'ConnectorObject': parts.object = reader.structure('ConnectorObject', readConnectorObject); break;
      default: reader.skip();
    }
    reader.endField();
  }
  return syncDeltaOf({ ...parts, kind: kind ?? nothing('the type of a sync delta') });
}

export function writeSyncDelta(writer: ObjectWriter, delta: SyncDelta): void {
  checkSyncDelta(delta);
  writer.beginObject('SyncDelta');
  writer.structureField('SyncDeltaType', delta.kind, writeDeltaKind);
  writer.structureField('SyncToken', delta.token, writeSyncToken);
  writer.structureField('PreviousUid', delta.previousUid ?? null, writeUid);
  writer.structureField('ObjectClass', delta.objectClass ?? delta.object?.objectClass ?? null, writeObjectClass);
  writer.structureField('Uid', delta.uid, writeUid);
  writer.structureField('ConnectorObject', delta.object ?? null, writeConnectorObject);
  writer.endObject();
}

export function readSearchResult(reader: ObjectReader): SearchResult {
  const result: { -readonly [K in keyof SearchResult]: SearchResult[K] } = {
    pagedResultsCookie: null, totalPagedResultsPolicy: 'NONE', totalPagedResults: -1, remainingPagedResults: -1,
  };
  while (reader.nextField()) {
    switch (reader.fieldName) {
      case 'pagedResultsCookie': result.pagedResultsCookie = reader.text(); break;
      case 'totalPagedResults': result.totalPagedResults = reader.int(); break;
      case 'remainingPagedResults': result.remainingPagedResults = reader.int(); break;
      case 'CountPolicy': result.totalPagedResultsPolicy = reader.structure('CountPolicy', readCountPolicy) ?? 'NONE'; break;
      default: reader.skip();
    }
    reader.endField();
  }
  return result;
}

export function writeSearchResult(writer: ObjectWriter, result: SearchResult): void {
  writer.beginObject('SearchResult');
  writer.textField('pagedResultsCookie', result.pagedResultsCookie);
  writer.intField('totalPagedResults', result.totalPagedResults);
  writer.intField('remainingPagedResults', result.remainingPagedResults);
  writer.structureField('CountPolicy', result.totalPagedResultsPolicy, writeCountPolicy);
  writer.endObject();
}
