import { isObject, writeJson, type JsonObject, type JsonValue } from '../../../protocol/crest/json.js';
import { controllerValues } from '../../../protocol/provisioner/provisioner-file.js';
import { checkProvider } from '../check-provider.js';
import { KIND_NAMES, PROVIDER_FILE, type JsonFile } from '../recognise.js';
import type { Migrated, Point } from './migration.js';

const PATH = `conf/${PROVIDER_FILE}`;
const SERVERS = 'remoteConnectorServers';
const CLIENTS = 'remoteConnectorClients';

/** Who the controller knows after it. */
export interface MigratedProvider extends Migrated {
  /** Names of agents that dial in. */
  readonly clients: readonly string[];
  /** Whether it dials connector servers. */
  readonly dials: boolean;
}

/** Of servers, groups and clients. */
export function namesIn(json: JsonObject): string[] {
  return [SERVERS, 'remoteConnectorServersGroups', CLIENTS].flatMap((key) => listOf(json, key)).flatMap(({ name }) => (typeof name === 'string' ? [name] : []));
}

/**
 * Connector servers become agents that dial in under their names, so that `connectorHostRef` and groups stay. `listens`: the Java
 * server's own file says that it listens; then the controller goes on dialling it.
 */
export function migrateProvider(file: JsonFile, { listens }: { readonly listens: boolean }): MigratedProvider {
  const { json, changes } = listens ? asDialled(file.json) : asClients(file.json);
  if (file.findings.length > 0) changes.unshift({ path: '', text: 'the byte order mark was left out' });
  const encrypted = controllerValues(json).map(({ path, kind, names }): Point => (kind === 'encrypted'
    ? { path, text: 'is encrypted by IDM: write the shared key there, or &{NAME} with its value in the environment of the controller, or name the AES key under systems.cryptoKeys in controller.yaml' }
    : { path, text: `refers to ${names.join(', ')}: set it under systems.properties in controller.yaml, or in its environment` }));
  const findings = checkProvider(json);
  const isRewritten = changes.some(({ path }) => path !== '');
  return {
    report: {
      source: file.path, kind: KIND_NAMES.provider, outcome: changes.length === 0 ? 'as-is' : 'changed', written: [PATH], changes,
      attention: [...findings.filter(({ severity }) => severity === 'problem').map(({ path, text }) => ({ path, text })), ...encrypted],
      notes: [...findings.filter(({ severity }) => severity === 'warning').map(({ path, text }) => ({ path, text })), ...groupNotes(json)],
    },
    files: [{ path: PATH, content: isRewritten ? `${writeJson(json, 2)}\n` : file.text, source: file.path }],
    clients: listOf(json, CLIENTS).flatMap(({ name }) => (typeof name === 'string' ? [name] : [])), dials: listOf(json, SERVERS).length > 0,
  };
}

/** Without `protocol` IDM speaks an older one over plain TCP, which no agent does. */
function asDialled(json: JsonObject): { readonly json: JsonObject; readonly changes: Point[] } {
  const changes: Point[] = [];
  const servers = listOf(json, SERVERS).map((server, index) => {
    if (typeof server['protocol'] === 'string' && server['protocol'].toLowerCase() === 'websocket') return server;
    changes.push({ path: `${SERVERS}[${index}].protocol`, text: `became websocket: the older protocol over TCP is not spoken; ${nameOf(server)} has to be an agent, or a Java server that speaks WebSocket on this port` });
    return { ...server, protocol: 'websocket' };
  });
  return { json: changes.length === 0 ? json : { ...json, [SERVERS]: servers }, changes };
}

function asClients(json: JsonObject): { readonly json: JsonObject; readonly changes: Point[] } {
  const servers = listOf(json, SERVERS);
  if (servers.length === 0) return { json, changes: [] };
  const rest = Object.fromEntries(Object.entries(json).filter(([key]) => key !== SERVERS));
  const changes = servers.map((server, index): Point => ({
    path: `${SERVERS}[${index}]`,
    text: `${nameOf(server)} (${placeOf(server)}) became an agent of that name, which dials in: no port has to be open at its side, and its key is not needed. On its machine: agent.name: ${nameOf(server)} and controllers: [{url: wss://THIS-CONTROLLER:8443/openicf}] in agent.yaml, then causeway agent enroll. A Java server that is to stay and be dialled goes back under ${SERVERS}, with protocol: websocket`,
  }));
  return { json: { ...rest, [CLIENTS]: [...listOf(json, CLIENTS), ...servers.map(({ name }) => ({ name: name ?? null, enabled: true }))] }, changes };
}

function groupNotes(json: JsonObject): Point[] {
  return listOf(json, 'remoteConnectorServersGroups').map((group, index) => ({
    path: `remoteConnectorServersGroups[${index}]`,
    text: `${nameOf(group)} stays a group (${textOf(group['algorithm'])}) of ${listOf(group, 'serversList').map(nameOf).join(', ')}: operations go to its agents in that way, and a search goes on at the next one when its agent is lost`,
  }));
}

function listOf(json: JsonObject, key: string): readonly JsonObject[] {
  const list = json[key];
  return Array.isArray(list) ? list.filter(isObject) : [];
}

const textOf = (value: JsonValue | undefined): string => (typeof value === 'string' ? value : 'no algorithm');
const nameOf = ({ name }: JsonObject): string => (typeof name === 'string' ? name : 'one without a name');
const placeOf = ({ host, port }: JsonObject): string => `${typeof host === 'string' ? host : 'no host'}:${typeof port === 'number' ? port : 8759}`;
