import { ConnectorError } from '../../../protocol/model/index.js';
import { validateScripts } from '../../engines/scripted/scripted-connector.js';
import { builtIn, withoutBuiltIn } from './built-in.js';
import type { MongoConfig } from './config.js';
import { databaseOf, serversOf, uriOf } from './connection/client-settings.js';
import { isFieldName, ID } from './documents/fields.js';
import { mappedCollections } from './object-classes.js';
import { SYNC_MODES, syncModeOf } from './sync/index.js';
import { DateFormat } from './values/date-format.js';

function refuse(message: string): never {
  throw new ConnectorError('configuration', `MongoDB connector: ${message}`);
}

/** What a client can log in with by itself. Others fetch their credentials from places no policy knows. */
const MECHANISMS = ['DEFAULT', 'SCRAM-SHA-1', 'SCRAM-SHA-256', 'MONGODB-X509', 'PLAIN', 'GSSAPI'];

function checkAddress(config: MongoConfig): void {
  const uri = uriOf(config);
  if (uri !== undefined) {
    const mechanism = uri.options.get('authmechanism');
    if (mechanism !== undefined && !MECHANISMS.includes(mechanism.toUpperCase())) refuse(`connectionURI asks for authMechanism ${mechanism}; possible are ${MECHANISMS.join(', ')}.`);
    if (uri.options.get('w') === '0') refuse('connectionURI has w=0, with which nobody learns whether a write was done: leave it out.');
    return;
  }
  if (config.host.trim() === '') refuse('host is blank: name the server, or give its connectionURI.');
  try {
    serversOf(config);
  } catch (error) {
    refuse(`host, port and clusterAddresses: ${(error as Error).message}.`);
  }
  if (config.user !== null && config.user.trim() !== '' && config.password === null) refuse('user is set and password is not: give both, or neither.');
}

function checkPool({ maxConnectionIdleTime, maxConnectionLifeTime, minConnectionsPerHost, maxConnectionsPerHost }: MongoConfig): void {
  for (const [name, value] of Object.entries({ maxConnectionIdleTime, maxConnectionLifeTime, minConnectionsPerHost })) {
    if (value < 0) refuse(`${name} is ${value}: it must be 0 or more.`);
  }
  if (maxConnectionsPerHost <= 0) refuse(`maxConnectionsPerHost is ${maxConnectionsPerHost}: it must be more than 0.`);
  if (minConnectionsPerHost > maxConnectionsPerHost) refuse(`minConnectionsPerHost is ${minConnectionsPerHost}, more than maxConnectionsPerHost, ${maxConnectionsPerHost}.`);
}

function checkDocuments(config: MongoConfig): void {
  try {
    new DateFormat(config.dateFormat, config.timeZone);
  } catch (error) {
    refuse(`dateFormat ${JSON.stringify(config.dateFormat)} with timeZone ${JSON.stringify(config.timeZone)}: ${(error as Error).message}.`);
  }
  if (config.ICFName !== ID && !isFieldName(config.ICFName)) refuse(`ICFName is ${JSON.stringify(config.ICFName)}, which cannot be the name of a field.`);
}

function checkSync(config: MongoConfig): void {
  const documents = mappedCollections(config).length > 0;
  if (config.syncMode === null || config.syncMode.trim() === '') return;
  const mode = syncModeOf(config) ?? refuse(`syncMode is ${JSON.stringify(config.syncMode)}; possible are ${SYNC_MODES.join(' and ')}.`);
  if (!documents) refuse(`syncMode ${mode} is for documents: set collections, or find changes of users and roles by snapshotSync.`);
  if (mode === 'timestamp' && !isFieldName(config.timestampField?.trim() ?? '')) refuse('syncMode timestamp needs timestampField, the field with the time of the last change.');
  if ((config.syncScriptFileName?.trim() ?? '') !== '') refuse('both syncMode and syncScriptFileName are set: only one of them can find the changes.');
}

/** What the table's types cannot say. The servers are asked by `test`. */
export function validate(config: MongoConfig): void {
  checkAddress(config);
  checkPool(config);
  const database = databaseOf(config) ?? refuse('database is missing: name it, or let connectionURI do so.');
  if (/[\0/\\ "]/.test(database) || (database.includes('$') && database !== '$external')) refuse(`database is ${JSON.stringify(database)}, which cannot be the name of one.`);
  checkDocuments(config);
  checkSync(config);
  validateScripts(withoutBuiltIn(config, builtIn(config)));
}
