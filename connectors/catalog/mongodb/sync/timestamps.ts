import type { Document } from 'mongodb';
import { ConnectorError, Uid, type SyncDelta, type SyncToken } from '../../../../protocol/model/index.js';
import type { Call, Changes, SyncRequest } from '../../../framework/spi.js';
import { documentBatches } from '../connection/document-batches.js';
import { storedValues, type DatabaseSession } from '../connection/mongo-session.js';
import { documentObject } from '../documents/document-object.js';
import { ID } from '../documents/fields.js';
import { afterId } from '../documents/page-position.js';
import type { MappedCollection } from '../object-classes.js';
import { bsonType, uidText } from '../values/document-id.js';
import type { ServerTypes } from '../values/server-types.js';
import { syncScope } from './sync-scope.js';

/** Milliseconds before a change counts: several writers' clocks differ, and a write is seen after its time was taken. */
const SETTLED = 1_000;
const BATCH = 500;
/** Types whose values tell when something was changed. */
const TIMES = ['date', 'timestamp', 'int', 'long', 'double', 'decimal'];

/** Everything before this time has been given, and of this time up to this `_id`. Without one, nothing of this time. */
interface Position { readonly at: unknown; readonly id?: unknown }
type Positions = ReadonlyMap<string, Position>;

const fieldOf = ({ config }: DatabaseSession): string => config.timestampField?.trim() ?? '';

function tokenOf({ driver }: DatabaseSession, positions: Positions): SyncToken {
  return { value: driver.BSON.EJSON.stringify({ timestamps: Object.fromEntries(positions) }, { relaxed: false }) };
}

function positionsOf({ driver }: DatabaseSession, token: SyncToken | null): Positions {
  if (token === null) return new Map();
  try {
    const { timestamps } = driver.BSON.EJSON.parse(typeof token.value === 'string' ? token.value : '', { relaxed: false }) as { timestamps: Record<string, Position> };
    return new Map(Object.entries(timestamps));
  } catch (error) {
    throw new ConnectorError('illegalArgument', 'The sync token is not one of syncMode timestamp: run a reconciliation, then reset it.', { cause: error });
  }
}

/** The server's clock, less what it takes for changes to settle. */
async function settledTime({ database }: DatabaseSession, signal: AbortSignal): Promise<Date> {
  const { localTime } = await database.command({ hello: 1 }, { signal }) as { localTime?: unknown };
  return new Date((localTime instanceof Date ? localTime.getTime() : Date.now()) - SETTLED);
}

/** The latest change, and the time before which no more are to come; undefined for counters, which have no clock. */
async function latest(session: DatabaseSession, collection: string, signal: AbortSignal): Promise<{ readonly last: Position | undefined; readonly bound: unknown }> {
  const field = fieldOf(session);
  const found = await session.types.asked(() => storedValues(session, collection).findOne({ [field]: { $type: session.types.known(TIMES) } }, { sort: { [field]: -1, [ID]: -1 }, projection: { [field]: 1 }, signal }));
  const at: unknown = found?.[field];
  const last = found === null ? undefined : { at, id: found[ID] as unknown };
  if (at instanceof Date) return { last, bound: await settledTime(session, signal) };
  if (bsonType(at) !== 'Timestamp') return { last, bound: undefined };
  const seconds = Math.floor((await settledTime(session, signal)).getTime() / 1000);
  return { last, bound: new session.driver.Timestamp({ t: seconds, i: 0 }) };
}

/** Where a run that begins now begins: at the bound, or behind the latest change. */
function base({ last, bound }: Awaited<ReturnType<typeof latest>>): Position | undefined {
  return bound === undefined ? last : { at: bound };
}

/** Null while no document has the field: a run without a token gives everything. */
export async function latestTimestampToken(session: DatabaseSession, objectClass: string, call: Call): Promise<SyncToken | null> {
  const positions = new Map<string, Position>();
  for (const { collection } of syncScope(session.config, objectClass)) {
    const position = base(await latest(session, collection, call.signal));
    if (position !== undefined) positions.set(collection, position);
  }
  return positions.size === 0 ? null : tokenOf(session, positions);
}

function since(field: string, position: Position, types: ServerTypes): Document {
  const { at } = position;
  if (!('id' in position)) return { [field]: { $gte: at } };
  return { $or: [{ [field]: { $gt: at } }, { $and: [{ [field]: { $eq: at } }, afterId(position.id, types)] }] };
}

interface Change { readonly delta: Omit<SyncDelta, 'token'>; readonly position: Position }

/** Documents changed since, in the order of their times. */
async function* changedDocuments(session: DatabaseSession, collection: string, from: Position | undefined, bound: unknown, call: Call): AsyncGenerator<Document[], void, void> {
  const field = fieldOf(session);
  const conditions = (): Document[] => [
    { [field]: { $exists: true, $ne: null } }, ...(from === undefined ? [] : [since(field, from, session.types)]), ...(bound === undefined ? [] : [{ [field]: { $lt: bound } }]),
  ];
  const find = (signal: AbortSignal) => storedValues(session, collection).find({ $and: conditions() }, { sort: { [field]: 1, [ID]: 1 }, batchSize: BATCH, signal });
  for (;;) {
    try {
      return yield* documentBatches(find, call.signal);
    } catch (error) {
      if (!session.types.learn(error)) throw error;
    }
  }
}

async function* changesOf(session: DatabaseSession, { collection, objectClass }: MappedCollection, from: Position | undefined, call: Call): AsyncGenerator<Change, void, void> {
  const { last, bound } = await latest(session, collection, call.signal);
  if (last === undefined) return;
  for await (const documents of changedDocuments(session, collection, from, bound, call)) {
    for (const document of documents) {
      yield {
        delta: { kind: 'CREATE_OR_UPDATE', uid: new Uid(uidText(session.driver, document[ID])), objectClass, object: documentObject(session, objectClass, document) },
        position: { at: document[fieldOf(session)], id: document[ID] },
      };
    }
  }
}

/**
 * Documents whose time is later than the token's, in its order and each once: of the same time, by `_id`. What is younger than a
 * second waits for the next run. Deleted documents are not seen: that takes change streams or snapshots.
 */
export async function* timestampChanges(session: DatabaseSession, { objectClass, token }: SyncRequest, call: Call): Changes {
  const positions = new Map(positionsOf(session, token));
  for (const mapped of syncScope(session.config, objectClass)) {
    for await (const { delta, position } of changesOf(session, mapped, positions.get(mapped.collection), call)) {
      positions.set(mapped.collection, position);
      yield { ...delta, token: tokenOf(session, positions) };
    }
  }
  return positions.size === 0 ? undefined : tokenOf(session, positions);
}
