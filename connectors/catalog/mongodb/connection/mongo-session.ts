import type { Collection, Db, MongoClient } from 'mongodb';
import { openScripted, type ScriptedSession } from '../../../engines/scripted/scripted-connector.js';
import type { ConnectorLog, OpenContext } from '../../../framework/spi.js';
import { builtIn, needsScripts, withoutBuiltIn, type BundledOperation } from '../built-in.js';
import type { MongoConfig } from '../config.js';
import { FieldNames } from '../documents/field-names.js';
import { scripts } from '../scripts/script-bindings.js';
import { DateFormat } from '../values/date-format.js';
import { ValueReader } from '../values/from-bson.js';
import { ServerTypes } from '../values/server-types.js';
import { ValueWriter } from '../values/to-bson.js';
import { ClientKeeper, type ClientLease } from './client-keeper.js';
import { clientSettings, databaseOf, discovers, serversOf, uriOf } from './client-settings.js';
import { EXACT_VALUES, loadDriver, type Driver } from './driver.js';
import { PermittedServers } from './permitted-servers.js';
import { transportWarning } from './transport-warning.js';

/** What every operation works with. Connections are the driver's, from a pool all sessions share. */
export interface DatabaseSession {
  readonly config: MongoConfig;
  readonly log: ConnectorLog;
  readonly driver: Driver;
  readonly client: MongoClient;
  readonly database: Db;
  /** Values read and written as `dateFormat`, `arrayAttributes` and the like say. */
  readonly reader: ValueReader;
  readonly writer: ValueWriter;
  readonly dates: DateFormat;
  readonly fieldNames: FieldNames;
  readonly types: ServerTypes;
  /** Throws what the agent's policy said against a server of the cluster. */
  checkPermitted(): void;
}

export interface MongoSession extends DatabaseSession {
  /** Operations that need no script. */
  readonly builtIn: ReadonlySet<BundledOperation>;
  /** Undefined where no slot names a script of one's own. */
  readonly scripted: ScriptedSession<MongoConfig, DatabaseSession> | undefined;
  release(): void;
}

interface SharedParts {
  readonly driver: Driver;
  readonly clients: ClientKeeper;
  readonly fieldNames: FieldNames;
  readonly types: ServerTypes;
  readonly permitted: PermittedServers | undefined;
}

async function makeShared(config: MongoConfig, context: OpenContext): Promise<SharedParts> {
  const driver = await loadDriver();
  const permitted = context.permitTarget === undefined || !discovers(config) ? undefined : new PermittedServers(context.permitTarget, serversOf(config), context.log);
  noteAddress(config, context.log);
  const make = async (): Promise<MongoClient> => {
    const { uri, options } = await clientSettings(config, context.trustedCertificates ?? []);
    const client = new driver.MongoClient(uri, { ...options, ...(permitted === undefined ? {} : { lookup: permitted.lookup }) });
    permitted?.watch(client);
    return client;
  };
  return { driver, clients: new ClientKeeper(make, config.maxConnectionLifeTime), fieldNames: new FieldNames(), types: new ServerTypes(), permitted };
}

/** Once for a configuration: that an address decides alone, as with Java, and what its connections are open to. */
function noteAddress(config: MongoConfig, log: ConnectorLog): void {
  const uri = uriOf(config);
  if (config.user !== null && uri !== undefined && uri.user === undefined) log.info({}, 'connectionURI wins over the other connection properties: user and password are not used, and it names no user.');
  const warning = transportWarning(config);
  if (warning !== undefined) log.warn({ servers: serversOf(config) }, warning);
}

function databaseSession(config: MongoConfig, { log }: OpenContext, { driver, fieldNames, types, permitted }: SharedParts, { client }: ClientLease): DatabaseSession {
  const dates = new DateFormat(config.dateFormat, config.timeZone);
  return {
    config, log, driver, client, database: client.db(databaseOf(config)), fieldNames, types, dates,
    reader: new ValueReader(dates, (value) => driver.BSON.EJSON.stringify(value, { relaxed: false })), writer: new ValueWriter(driver, dates, config),
    checkPermitted: () => permitted?.check(),
  };
}

/** Connects with the first command; see `translateError` for what that rejects with. */
export async function open(config: MongoConfig, context: OpenContext): Promise<MongoSession> {
  const shared = await context.shared('mongodb', () => makeShared(config, context), ({ clients }) => clients.close());
  const own = builtIn(config);
  const scriptConfig = withoutBuiltIn(config, own);
  const lease = await shared.clients.lease();
  try {
    const session = databaseSession(config, context, shared, lease);
    const scripted = needsScripts(scriptConfig) ? await openScripted(scripts, scriptConfig, session, context) : undefined;
    shared.permitted?.check();
    return { ...session, builtIn: own, scripted, release: lease.release };
  } catch (error) {
    lease.release();
    throw error;
  }
}

export async function close(session: MongoSession): Promise<void> {
  session.release();
}

/** For reading: a collection whose values come as they are stored. */
export function storedValues({ database }: DatabaseSession, name: string): Collection {
  return database.collection(name, EXACT_VALUES);
}

/** For writing and counting: a collection whose numbers in the server's answers are numbers. */
export function collectionOf({ database }: DatabaseSession, name: string): Collection {
  return database.collection(name);
}
