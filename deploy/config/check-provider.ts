import { connectorInfoProviderSource } from '../../controller/gateway/connector-info-provider.js';
import { closestWord } from '../../agent/config/closest-word.js';
import { isObject, type JsonObject, type JsonValue } from '../../protocol/crest/json.js';
import { controllerValues } from '../../protocol/provisioner/provisioner-file.js';
import { encryptedText, referenceText } from './controller-value-text.js';
import { pathOf, problem, unchecked, warning, type Finding } from './finding.js';

const READ = ['remoteConnectorServers', 'remoteConnectorServersGroups', 'remoteConnectorClients'];
/** Of the original, for bundles in its own process. */
const UNREAD = ['connectorsLocation', 'enabled', '_id'];
const ALGORITHMS = ['failover', 'roundrobin'];

/** `provisioner.openicf.connectorinfoprovider.json` as the controller reads it, with every problem. */
export function checkProvider(file: JsonObject): Finding[] {
  const ofController = controllerValues(file);
  const isOpen = (path: string): boolean => ofController.some((value) => value.path === path || value.path.startsWith(`${path}.`));
  const parsed = connectorInfoProviderSource.safeParse(file);
  const issues = parsed.success ? [] : parsed.error.issues.map((issue) => [pathOf('', ...issue.path), issue.message] as const).filter(([path]) => !isOpen(path));
  return [
    ...Object.keys(file).filter((key) => ![...READ, ...UNREAD].includes(key)).map((key) => {
      const meant = closestWord(key, READ);
      return warning(key, `is not known and is ignored${meant === undefined ? '' : `; did you mean ${meant}?`}`);
    }),
    ...issues.map(([path, message]) => problem(path, /received undefined$/.test(message) ? 'is missing' : message.replace(/^Invalid input: /, ''))),
    ...ofController.map(({ path, kind, names }) => unchecked(path, kind === 'encrypted' ? encryptedText(names) : referenceText(names))),
    ...checkNames(file), ...checkServers(file), ...checkGroups(file),
  ];
}

function listOf(file: JsonObject, key: string): readonly JsonObject[] {
  const list = file[key];
  return Array.isArray(list) ? list.filter(isObject) : [];
}

const shown = (name: JsonValue): string => (typeof name === 'string' ? name : 'this');

/** One name space: `connectorHostRef` does not say which of the three it means. */
function checkNames(file: JsonObject): Finding[] {
  const seen = new Set<JsonValue>();
  return READ.flatMap((key) => listOf(file, key).flatMap(({ name }, index) => {
    if (name === undefined || !seen.has(name)) {
      if (name !== undefined) seen.add(name);
      return [];
    }
    return [problem(pathOf(key, index, 'name'), `${shown(name)} is used more than once among servers, groups and clients`)];
  }));
}

function checkServers(file: JsonObject): Finding[] {
  return listOf(file, 'remoteConnectorServers').flatMap(({ protocol, useSSL }, index) => {
    const path = pathOf('remoteConnectorServers', index);
    const isSpoken = protocol === undefined || (typeof protocol === 'string' && protocol.toLowerCase() === 'websocket');
    return [
      ...(isSpoken ? [] : [problem(pathOf(path, 'protocol'), 'only websocket is spoken; the server is left out')]),
      ...(isSpoken && useSSL !== true ? [warning(pathOf(path, 'useSSL'), 'is not true: passwords of targets travel in clear text')] : []),
    ];
  });
}

function checkGroups(file: JsonObject): Finding[] {
  const hosts = new Set(['remoteConnectorServers', 'remoteConnectorClients'].flatMap((key) => listOf(file, key).map(({ name }) => name)));
  return listOf(file, 'remoteConnectorServersGroups').flatMap((group, index) => {
    const path = pathOf('remoteConnectorServersGroups', index);
    const { algorithm } = group;
    const isKnown = typeof algorithm !== 'string' || ALGORITHMS.includes(algorithm.toLowerCase()) || algorithm.includes('&{');
    const members = listOf(group, 'serversList');
    return [
      ...(isKnown ? [] : [problem(pathOf(path, 'algorithm'), `must be failover or roundrobin, not ${algorithm}`)]),
      ...(members.length === 0 ? [warning(pathOf(path, 'serversList'), 'is empty: nothing can be run by this group')] : []),
      ...members.flatMap(({ name }, at) => (name === undefined || hosts.has(name) ? [] : [warning(pathOf(path, 'serversList', at), `${shown(name)} is not among servers and clients of this file; an agent of that name may still dial in`)])),
    ];
  });
}
