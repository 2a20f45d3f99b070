import { deserialize, serialize, type Document } from 'bson';
import { aggregate } from 'mingo';
import { numberOf } from './bson-values.js';
import { changeSource } from './change-streams.js';
import { CommandError, notFoundNamespace } from './command-error.js';
import { documentSource, type ServerCursors } from './cursors.js';
import { matches, projected, sorted, valuesAt } from './matching.js';
import type { Storage } from './storage.js';
import { updated, upserted } from './updating.js';

export interface CommandContext {
  readonly storage: Storage;
  readonly cursors: ServerCursors;
  readonly isReplicaSet: boolean;
  readonly database: string;
  readonly session: string | undefined;
}

type Command = (context: CommandContext, command: Document) => Promise<Document> | Document;

const target = (command: Document): string => String(Object.values(command)[0]);
const batchSizeOf = (given: unknown): number | undefined => (given === undefined ? undefined : numberOf(given));
const simple = (document: Document): Document => deserialize(serialize(document), { promoteValues: true });

function window(documents: readonly Document[], skip: unknown, limit: unknown): Document[] {
  const from = numberOf(skip);
  const most = Math.abs(numberOf(limit));
  return documents.slice(from, most === 0 ? undefined : from + most);
}

const find: Command = async ({ storage, cursors, database, session }, command) => {
  const found = storage.find(database, target(command), (command['filter'] as Document | undefined) ?? {});
  const ordered = command['sort'] === undefined ? found : sorted(found, command['sort'] as Document);
  const documents = window(ordered, command['skip'], command['limit']).map((document) => projected(document, command['projection'] as Document | undefined));
  const cursor = await cursors.first(`${database}.${target(command)}`, documentSource(documents), {
    batchSize: batchSizeOf(command['batchSize']), singleBatch: command['singleBatch'] === true || numberOf(command['limit']) < 0, session,
  });
  return { cursor };
};

/** `$match` and what counts keep the types of values; other stages are mingo's, on plain values. */
function piped(storage: Storage, database: string, collection: string, pipeline: readonly Document[]): Document[] {
  let documents = storage.find(database, collection, {});
  let rest = [...pipeline];
  while (rest[0]?.['$match'] !== undefined) {
    const query = rest[0]['$match'] as Document;
    documents = documents.filter((document) => matches(document, query));
    rest = rest.slice(1);
  }
  return rest.length === 0 ? documents : aggregate(documents.map(simple), rest.map(simple));
}

const aggregation: Command = async ({ storage, cursors, database, session, isReplicaSet }, command) => {
  const pipeline = command['pipeline'] as Document[];
  const collection = typeof command['aggregate'] === 'string' ? command['aggregate'] : undefined;
  const namespace = `${database}.${collection ?? '$cmd.aggregate'}`;
  const batchSize = batchSizeOf((command['cursor'] as Document | undefined)?.['batchSize']);
  if (pipeline[0]?.['$changeStream'] === undefined) return { cursor: await cursors.first(namespace, documentSource(piped(storage, database, collection ?? '', pipeline)), { batchSize, session }) };
  if (!isReplicaSet) throw new CommandError(40_573, 'Location40573', 'The $changeStream stage is only supported on replica sets');
  return { cursor: await cursors.first(namespace, changeSource(storage, { database, collection }, pipeline), { batchSize, session }) };
};

const insert: Command = ({ storage, database }, command) => {
  const documents = command['documents'] as Document[];
  const writeErrors: Document[] = [];
  let n = 0;
  for (const [index, document] of documents.entries()) {
    try {
      storage.insert(database, target(command), document);
      n++;
    } catch (error) {
      if (!(error instanceof CommandError)) throw error;
      writeErrors.push({ index, code: error.code, errmsg: error.message });
      if (command['ordered'] !== false) break;
    }
  }
  return { n, ...(writeErrors.length > 0 ? { writeErrors } : {}) };
};

interface Updated { readonly n: number; readonly nModified: number; readonly upsertedId?: unknown }

function updateOne({ storage, database }: CommandContext, collection: string, statement: Document): Updated {
  const query = statement['q'] as Document;
  const change = statement['u'] as Document;
  const found = storage.find(database, collection, query);
  const affected = statement['multi'] === true ? found : found.slice(0, 1);
  if (affected.length === 0 && statement['upsert'] === true) return { n: 1, nModified: 0, upsertedId: storage.insert(database, collection, upserted(query, change))['_id'] };
  let nModified = 0;
  for (const document of affected) {
    const after = updated(document, change);
    if (Buffer.compare(Buffer.from(serialize(after)), Buffer.from(serialize(document))) === 0) continue;
    storage.replace(database, collection, after, Object.keys(change)[0]?.startsWith('$') === true ? 'update' : 'replace');
    nModified++;
  }
  return { n: affected.length, nModified };
}

const update: Command = (context, command) => {
  let n = 0;
  let nModified = 0;
  const upsertedIds: Document[] = [];
  const writeErrors: Document[] = [];
  for (const [index, statement] of (command['updates'] as Document[]).entries()) {
    try {
      const done = updateOne(context, target(command), statement);
      n += done.n;
      nModified += done.nModified;
      if (done.upsertedId !== undefined) upsertedIds.push({ index, _id: done.upsertedId });
    } catch (error) {
      if (!(error instanceof CommandError)) throw error;
      writeErrors.push({ index, code: error.code, errmsg: error.message });
    }
  }
  return { n, nModified, ...(upsertedIds.length > 0 ? { upserted: upsertedIds } : {}), ...(writeErrors.length > 0 ? { writeErrors } : {}) };
};

const remove: Command = ({ storage, database }, command) => {
  let n = 0;
  for (const statement of command['deletes'] as Document[]) {
    const found = storage.find(database, target(command), statement['q'] as Document);
    for (const document of numberOf(statement['limit']) === 1 ? found.slice(0, 1) : found) {
      storage.delete(database, target(command), document);
      n++;
    }
  }
  return { n };
};

const findAndModify: Command = (context, command) => {
  const { storage, database } = context;
  const collection = target(command);
  const [before] = storage.find(database, collection, command['query'] as Document);
  if (before === undefined) return { value: null, lastErrorObject: { n: 0, updatedExisting: false } };
  if (command['remove'] === true) storage.delete(database, collection, before);
  else updateOne(context, collection, { q: { _id: before['_id'] as unknown }, u: command['update'] as unknown });
  const value = command['new'] === true ? storage.get(database, collection, before['_id']) : before;
  return { value, lastErrorObject: { n: 1, updatedExisting: command['remove'] !== true } };
};

export const DOCUMENT_COMMANDS: Readonly<Record<string, Command>> = {
  find, insert, update, aggregate: aggregation, delete: remove, findandmodify: findAndModify,
  count: ({ storage, database }, command) => ({ n: storage.find(database, target(command), (command['query'] as Document | undefined) ?? {}).length }),
  distinct: ({ storage, database }, command) => ({
    values: [...new Set(storage.find(database, target(command), (command['query'] as Document | undefined) ?? {}).flatMap((document) => valuesAt(document, String(command['key']).split('.')).flat()))],
  }),
  getmore: async ({ cursors }, command) => ({ cursor: await cursors.more(String(command['getMore']), batchSizeOf(command['batchSize']), numberOf(command['maxTimeMS'], 1000)) }),
  killcursors: ({ cursors }, command) => ({ cursorsKilled: cursors.kill((command['cursors'] as unknown[]).map(String)), cursorsNotFound: [], cursorsAlive: [], cursorsUnknown: [] }),
  listcollections: async ({ storage, cursors, database, session }) => ({
    cursor: await cursors.first(`${database}.$cmd.listCollections`, documentSource(storage.collectionNames(database).map((name) => ({ name, type: 'collection' }))), { session }),
  }),
  createindexes: ({ storage, database }, command) => {
    for (const index of command['indexes'] as Document[]) if (index['unique'] === true) storage.uniqueIndex(database, target(command), Object.keys(index['key'] as Document)[0] ?? '');
    return { createdCollectionAutomatically: false };
  },
  drop: ({ storage, database }, command) => {
    if (!storage.drop(database, target(command))) throw notFoundNamespace(`${database}.${target(command)}`);
    return { ns: `${database}.${target(command)}` };
  },
};
