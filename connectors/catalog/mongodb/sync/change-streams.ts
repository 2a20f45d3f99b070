import type { ChangeStream, ChangeStreamDocument, ChangeStreamOptions, Document, ResumeToken } from 'mongodb';
import { ConnectorError, Uid, type SyncDelta, type SyncToken } from '../../../../protocol/model/index.js';
import type { Call, Changes, SyncRequest } from '../../../framework/spi.js';
import { abortable } from '../../../framework/abortable.js';
import { EXACT_VALUES } from '../connection/driver.js';
import type { DatabaseSession } from '../connection/mongo-session.js';
import { documentObject } from '../documents/document-object.js';
import type { MappedCollection } from '../object-classes.js';
import { uidText } from '../values/document-id.js';
import { syncScope } from './sync-scope.js';

/** Milliseconds the server waits for something to happen: when nothing has, the run is over. */
const AWAIT = 200;
const BATCH = 500;

/** Positions of two scopes do not go together, since each sees other events. */
const scopeName = (scope: readonly MappedCollection[]): string => scope.map(({ collection }) => collection).sort().join(',');

function tokenOf({ driver }: DatabaseSession, scope: readonly MappedCollection[], resume: ResumeToken): SyncToken {
  return { value: driver.BSON.EJSON.stringify({ changeStream: scopeName(scope), resume }, { relaxed: false }) };
}

function resumeOf({ driver }: DatabaseSession, scope: readonly MappedCollection[], { value }: SyncToken): ResumeToken {
  const refuse = (why: string): never => { throw new ConnectorError('illegalArgument', `The sync token ${why}: run a reconciliation, then reset it.`); };
  let read: Record<string, unknown> = {};
  try {
    read = typeof value === 'string' ? driver.BSON.EJSON.parse(value, { relaxed: false }) as Record<string, unknown> : {};
  } catch {
    // Refused below.
  }
  const { changeStream, resume } = read;
  if (typeof changeStream !== 'string' || resume === undefined) return refuse('is not one of change streams');
  return changeStream === scopeName(scope) ? resume : refuse(`is of the collections ${changeStream}`);
}

function watch({ database }: DatabaseSession, scope: readonly MappedCollection[], resumeAfter: ResumeToken): ChangeStream {
  const options: ChangeStreamOptions = { fullDocument: 'updateLookup', maxAwaitTimeMS: AWAIT, batchSize: BATCH, ...EXACT_VALUES, ...(resumeAfter === undefined ? {} : { resumeAfter }) };
  const [only, ...others] = scope;
  if (only !== undefined && others.length === 0) return database.collection(only.collection).watch([], options);
  return database.watch([{ $match: { 'ns.coll': { $in: scope.map(({ collection }) => collection) } } }], options);
}

/** Steps of a stream until it is left or the signal fires. It is closed when no step is under way any more, so that the server's cursor is too. */
class FollowedStream {
  readonly #stream: ChangeStream;
  readonly #signal: AbortSignal;
  #step: Promise<unknown> = Promise.resolve();

  constructor(stream: ChangeStream, signal: AbortSignal) {
    this.#stream = stream;
    this.#signal = signal;
  }

  get resumeToken(): ResumeToken {
    return this.#stream.resumeToken;
  }

  /** Null when nothing more has happened for now. */
  async next(): Promise<ChangeStreamDocument | null> {
    this.#signal.throwIfAborted();
    const step = this.#stream.tryNext();
    this.#step = step.catch(() => undefined);
    return abortable(step, this.#signal);
  }

  async close(): Promise<void> {
    const closed = this.#step.then(() => this.#stream.close()).catch(() => undefined);
    if (!this.#signal.aborted) await closed;
  }
}

/** Where the stream is now. Opening one is what tells. */
export async function latestChangeToken(session: DatabaseSession, objectClass: string, call: Call): Promise<SyncToken> {
  const scope = syncScope(session.config, objectClass);
  const stream = new FollowedStream(watch(session, scope, undefined), call.signal);
  try {
    await stream.next();
    return tokenOf(session, scope, stream.resumeToken);
  } finally {
    await stream.close();
  }
}

function gone(event: ChangeStreamDocument): ConnectorError {
  return new ConnectorError('illegalState', `A collection was changed as a whole (${event.operationType}), so that its changes can no longer be followed: run a reconciliation, then reset the sync token.`);
}

/** Only collections of the scope are watched. */
function classOf(scope: readonly MappedCollection[], collection: string): string {
  return (scope.find((mapped) => mapped.collection === collection) ?? scope[0])?.objectClass ?? '';
}

/** Undefined for a document that was changed and is gone by now: its deletion comes later. */
function deltaOf(session: DatabaseSession, scope: readonly MappedCollection[], event: ChangeStreamDocument): SyncDelta | undefined {
  if (event.operationType !== 'insert' && event.operationType !== 'update' && event.operationType !== 'replace' && event.operationType !== 'delete') throw gone(event);
  const objectClass = classOf(scope, event.ns.coll);
  const common = { token: tokenOf(session, scope, event._id), uid: new Uid(uidText(session.driver, event.documentKey._id)), objectClass };
  if (event.operationType === 'delete') return { ...common, kind: 'DELETE' };
  const document = event.fullDocument as Document | null | undefined;
  if (document === null || document === undefined) return undefined;
  return { ...common, kind: event.operationType === 'insert' ? 'CREATE' : 'UPDATE', object: documentObject(session, objectClass, document) };
}

/** Events the server reports and a run passes over. */
const OTHER_EVENTS: ReadonlySet<string> = new Set(['create', 'createIndexes', 'dropIndexes', 'modify', 'shardCollection', 'refineCollectionShardKey', 'reshardCollection']);

/**
 * Changes since the token, in the server's order, deletions among them, until there are none for now. Without a token there are no
 * changes: the run says where the next one begins.
 */
export async function* changeStreamChanges(session: DatabaseSession, { objectClass, token }: SyncRequest, call: Call): Changes {
  if (token === null) return latestChangeToken(session, objectClass, call);
  const scope = syncScope(session.config, objectClass);
  const stream = new FollowedStream(watch(session, scope, resumeOf(session, scope, token)), call.signal);
  try {
    for (;;) {
      const event = await stream.next();
      if (event === null) return tokenOf(session, scope, stream.resumeToken);
      const delta = OTHER_EVENTS.has(event.operationType) ? undefined : deltaOf(session, scope, event);
      if (delta === undefined) call.progress?.();
      else yield delta;
    }
  } finally {
    await stream.close();
  }
}
