import { ConnectorError, OperationOptions, type SyncToken } from '../../../protocol/model/index.js';
import { defineConnector } from '../../framework/define-connector.js';
import type { ConfigOf, PropertyTable } from '../../framework/properties.js';
import type { Call, ConnectorDefinition, ConnectorOperations, ScriptRequest } from '../../framework/spi.js';
import { checkConfiguration, targetsOf } from './check-configuration.js';
import { checkDefinition } from './check-definition.js';
import type { RestConnector, RestObjectClass, SyncSource } from './definition.js';
import { describedClasses, schema } from './rest-schema.js';
import { classOf, openSession, restCall, type AnyRestConnector, type RestSession } from './rest-session.js';
import type { RestCall } from './rest-call.js';
import { classQuery, declaredFilter, listOf, listedObjects, search, splitFilter } from './search.js';
import { changeValues, create, remove, update } from './writes.js';

/** A connector made of a definition; throws a TypeError for one that cannot work. See README.md. */
export function defineRestConnector<P extends PropertyTable>(definition: RestConnector<P>): ConnectorDefinition<P, RestSession> {
  // What it is called with is of its own configuration's type.
  const connector = definition as unknown as AnyRestConnector;
  checkDefinition(connector);
  const { id, displayName, family, key, alternativeBundles, properties, attributeNaming, readBack, unavailable, batch, deletesMore, comparedAttributes } = definition;
  return defineConnector<P, RestSession>({
    ...defined({ alternativeBundles, attributeNaming, readBack, unavailable, batch, deletesMore, comparedAttributes }),
    id, displayName, family, key, properties,
    objectClasses: describedClasses(connector),
    pooled: false,
    traffic: 'http',
    secretFields: secretFields(connector),
    validate: (config) => checkConfiguration(definition, config),
    targets: (config) => targetsOf(definition, config),
    open: (config, context) => openSession(connector, config, context),
    close: async () => undefined,
    search: { paging: true, sorting: false, projection: true },
    ...(definition.ownScripts === undefined ? {} : { isOwnScript: (request: ScriptRequest) => definition.ownScripts?.is(request) === true }),
    ...(allClasses(connector).some(({ sync: how }) => how?.missesDeletes === true) ? { syncMissesDeletes: true } : {}),
    nativeFilter: (filter, objectClass) => declaredFilter(connector, filter, objectClass),
    operations: operationsOf(connector),
  });
}

/** Without what is undefined. */
function defined<T extends object>(given: T): { readonly [K in keyof T]?: NonNullable<T[K]> } {
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) as { readonly [K in keyof T]?: NonNullable<T[K]> };
}

/** Those of the definition, and those it expects the service to tell of. */
function allClasses({ objectClasses, discovered }: AnyRestConnector): readonly RestObjectClass[] {
  return Object.values({ ...objectClasses, ...discovered }) as RestObjectClass[];
}

/** Names of fields behind guarded attributes, as the service has them. */
function secretFields(connector: AnyRestConnector): readonly string[] {
  const guarded = allClasses(connector).flatMap((one) => Object.entries(one.attributes)).filter(([, { type }]) => type === 'GuardedString');
  return [...new Set(guarded.flatMap(([name, { wire = name }]) => wire.split('.').at(-1) ?? []))];
}

/** Only what some object class of the definition offers is published. */
function operationsOf(connector: AnyRestConnector): ConnectorOperations<RestSession> {
  const classes = allClasses(connector);
  const any = (offers: (definition: RestObjectClass) => boolean): boolean => connector.discover !== undefined || classes.some(offers);
  const { authenticate, ownScripts } = connector;
  return {
    test, schema, search,
    ...(connector.discover === undefined ? {} : { splitFilter }),
    ...(any((one) => one.create !== undefined) ? { create } : {}),
    ...(any((one) => one.update !== undefined || Object.values(one.attributes).some(({ linked }) => linked?.add !== undefined)) ? {
      update, addValues: (session, request, call) => changeValues(session, request, call, 'ADD'), removeValues: (session, request, call) => changeValues(session, request, call, 'REMOVE'),
    } : {}),
    ...(any((one) => one.delete !== undefined) ? { delete: remove } : {}),
    ...(classes.some(({ sync }) => sync !== undefined) ? { sync, latestSyncToken } : {}),
    ...(authenticate === undefined ? {} : {
      authenticate: (session, { username, password }, call) => authenticate.call(connector, restCall(session, call, 'authenticate') as RestCall<ConfigOf<PropertyTable>>, username, password),
    }),
    ...(ownScripts === undefined ? {} : { scriptOnConnector: (session, request, call) => ownScripts.run(restCall(session, call, 'action') as RestCall<ConfigOf<PropertyTable>>, request) }),
  };
}

async function test(session: RestSession, call: Call): Promise<void> {
  const at = restCall(session, call, 'test');
  const how = session.connector.service.test;
  if (typeof how === 'function') return how(at as RestCall<ConfigOf<PropertyTable>>);
  await at.answer(how, { kind: 'read' });
}

async function syncSource(session: RestSession, objectClass: string, options: Parameters<typeof classQuery>[1], call: Call): Promise<{ readonly source: SyncSource<unknown>; readonly definition: RestObjectClass }> {
  const at = restCall(session, call, 'sync');
  const definition = await classOf(session, at, objectClass);
  const query = classQuery(definition, options);
  const list = await listOf(at, objectClass, definition, query);
  return { definition, source: { call: at, objectClass, list, objects: (items) => listedObjects(at, objectClass, definition, list, query, items) } };
}

function notSynced(objectClass: string): ConnectorError {
  return new ConnectorError('unsupportedOperation', `The service does not tell what has changed among objects of ${objectClass}. Snapshot sync, switched on in the configuration, finds out.`);
}

const sync: NonNullable<ConnectorOperations<RestSession>['sync']> = async function* sync(session, { objectClass, options, token }, call) {
  const { definition, source } = await syncSource(session, objectClass, options, call);
  if (definition.sync === undefined) throw notSynced(objectClass);
  return yield* definition.sync.changes(source, token);
};

async function latestSyncToken(session: RestSession, objectClass: string, call: Call): Promise<SyncToken | null> {
  const { definition, source } = await syncSource(session, objectClass, OperationOptions.none, call);
  if (definition.sync === undefined) throw notSynced(objectClass);
  return definition.sync.latest(source);
}
