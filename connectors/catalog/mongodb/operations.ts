import { ConnectorError, type ConnectorObject, type Filter, type OperationOptions, type Uid } from '../../../protocol/model/index.js';
import { filterForScripts, scriptedOperations, SCRIPTED_SEARCH, type ScriptedSession } from '../../engines/scripted/scripted-connector.js';
import { updateValues } from '../../framework/facade/update-values.js';
import type { Call, ConnectorOperations, CreateRequest, DeleteRequest, FilterSplit, NativeSearch, Results, SearchRequest, UpdateRequest } from '../../framework/spi.js';
import { builtIn } from './built-in.js';
import type { MongoConfig } from './config.js';
import type { DatabaseSession, MongoSession } from './connection/mongo-session.js';
import { changeValues, type ValueChange } from './documents/change-values.js';
import { createDocument } from './documents/create.js';
import { deleteDocument } from './documents/delete.js';
import { searchDocuments } from './documents/search.js';
import { updateDocument } from './documents/update.js';
import { classTarget } from './object-classes.js';
import { schema } from './schema.js';
import { scripts } from './scripts/script-bindings.js';
import { documentChanges, latestDocumentToken, syncModeOf } from './sync/index.js';
import { changePrincipalValues } from './users-roles/change-principal-values.js';
import { principalKind } from './users-roles/principal-kind.js';
import { searchPrincipals } from './users-roles/search-principals.js';
import { createPrincipal, deletePrincipal, updatePrincipal } from './users-roles/write-principals.js';

type Operations = Required<Pick<ConnectorOperations<MongoSession>,
  'test' | 'schema' | 'search' | 'create' | 'update' | 'addValues' | 'removeValues' | 'delete' | 'sync' | 'latestSyncToken' | 'authenticate' | 'resolveUsername' | 'scriptOnResource'>>;
type Scripted = ConnectorOperations<ScriptedSession<MongoConfig, DatabaseSession>>;

const byScripts = scriptedOperations(scripts);

/** The script's session; without scripts the operation is not offered, so nobody comes here. */
function scripted({ scripted: session }: MongoSession): ScriptedSession<MongoConfig, DatabaseSession> {
  return session ?? refuse();
}

function refuse(): never {
  throw new ConnectorError('unsupportedOperation', 'MongoDB connector: no script serves this operation.', { outcome: 'notApplied' });
}

function has<K extends keyof Scripted>(operation: K): NonNullable<Scripted[K]> {
  return byScripts[operation] ?? refuse();
}

const own = {
  search(session: MongoSession, request: SearchRequest, call: Call): Results {
    const target = classTarget(session.config, request.objectClass);
    return target.kind === 'document' ? searchDocuments(session, target.collection, request, call) : searchPrincipals(session, principalKind(target), request, call);
  },
  create(session: MongoSession, request: CreateRequest, call: Call): Promise<Uid> {
    const target = classTarget(session.config, request.objectClass);
    return target.kind === 'document' ? createDocument(session, target.collection, request, call) : createPrincipal(session, principalKind(target), request, call);
  },
  update(session: MongoSession, request: UpdateRequest, call: Call): Promise<Uid> {
    const target = classTarget(session.config, request.objectClass);
    return target.kind === 'document' ? updateDocument(session, target.collection, request, call) : updatePrincipal(session, principalKind(target), request, call);
  },
  change(session: MongoSession, request: UpdateRequest, change: ValueChange, call: Call): Promise<Uid> {
    const target = classTarget(session.config, request.objectClass);
    return target.kind === 'document' ? changeValues(session, target.collection, request, change, call) : changePrincipalValues(session, principalKind(target), request, change, call);
  },
  delete(session: MongoSession, request: DeleteRequest, call: Call): Promise<void> {
    const target = classTarget(session.config, request.objectClass);
    return target.kind === 'document' ? deleteDocument(session, target.collection, request, call) : deletePrincipal(session, principalKind(target), request, call);
  },
  /** A connection that is logged in, and a server that answers. */
  async test(session: MongoSession, call: Call): Promise<void> {
    await scripts.test?.(session, session.config, call);
  },
};

async function readOne(session: MongoSession, { objectClass, uid }: UpdateRequest, options: OperationOptions, call: Call): Promise<ConnectorObject | null> {
  const filter: Filter = { kind: 'equals', attribute: uid };
  const results = operations.search(session, { objectClass, filter, options }, call);
  try {
    for await (const object of results) if (object.uid.value === uid.value) return object;
    return null;
  } finally {
    await results.return(undefined);
  }
}

/** A script replaces values only: what is added or removed is read, merged and replaced, as the framework does it. */
function changeByScript(session: MongoSession, request: UpdateRequest, change: ValueChange, call: Call): Promise<Uid> {
  return updateValues({ kind: 'update', updateType: change === 'add' ? 'ADD' : 'REMOVE', ...request }, {
    displayName: 'MongoDB Connector', read: (options) => readOne(session, request, options, call), replace: (replacement) => has('update')(scripted(session), replacement, call),
  });
}

/** What is built in, unless a script stands in its slot. */
export const operations: Operations = {
  test: (session, call) => (session.builtIn.has('test') || session.scripted === undefined ? own.test(session, call) : has('test')(session.scripted, call)),
  schema: (session, call) => (session.builtIn.has('schema') ? schema(session, call) : has('schema')(scripted(session), call)),
  search: (session, request, call) => (session.builtIn.has('search') ? own.search(session, request, call) : has('search')(scripted(session), request, call)),
  create: async (session, request, call) => (session.builtIn.has('create') ? own.create(session, request, call) : has('create')(scripted(session), request, call)),
  update: async (session, request, call) => (session.builtIn.has('update') ? own.update(session, request, call) : has('update')(scripted(session), request, call)),
  addValues: async (session, request, call) => (session.builtIn.has('update') ? own.change(session, request, 'add', call) : changeByScript(session, request, 'add', call)),
  removeValues: async (session, request, call) => (session.builtIn.has('update') ? own.change(session, request, 'remove', call) : changeByScript(session, request, 'remove', call)),
  delete: async (session, request, call) => (session.builtIn.has('delete') ? own.delete(session, request, call) : has('delete')(scripted(session), request, call)),
  sync: (session, request, call) => (syncModeOf(session.config) === undefined ? has('sync')(scripted(session), request, call) : documentChanges(session, request, call)),
  latestSyncToken: async (session, objectClass, call) => (syncModeOf(session.config) === undefined ? has('latestSyncToken')(scripted(session), objectClass, call) : latestDocumentToken(session, objectClass, call)),
  authenticate: async (session, request, call) => has('authenticate')(scripted(session), request, call),
  resolveUsername: async (session, request, call) => has('resolveUsername')(scripted(session), request, call),
  scriptOnResource: async (session, request, call) => has('scriptOnResource')(scripted(session), request, call),
};

/** What is built in takes every filter: what the server cannot decide is decided beside it, so that pages end where they should. */
export function nativeFilter(filter: Filter, _objectClass: string, config: MongoConfig): FilterSplit {
  return builtIn(config).has('search') ? { native: filter, residual: undefined } : filterForScripts(filter);
}

const BUILT_IN_SEARCH: NativeSearch = { paging: true, sorting: false, projection: false };

export function nativeSearch(config: MongoConfig): NativeSearch {
  return builtIn(config).has('search') ? BUILT_IN_SEARCH : SCRIPTED_SEARCH;
}
