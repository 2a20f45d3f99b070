import { closestWord } from '../../agent/config/closest-word.js';
import { OPERATION_NAMES } from '../../protocol/provisioner/configure-connector.js';
import { isObject, type JsonObject, type JsonValue } from '../../protocol/crest/json.js';
import { pathOf, warning, type Finding } from './finding.js';

/** Of each part of a provisioner file, what is read, and what files of IDM have besides and nobody reads. */
const TOP = ['name', 'enabled', 'connectorRef', 'poolConfigOption', 'resultsHandlerConfig', 'operationTimeout', 'configurationProperties', 'objectTypes', 'operationOptions', 'syncFailureHandler', 'systemActions', 'bufferSize'];
const UNREAD = ['_id', 'producerBufferSize', 'connectorPoolingSupported', 'displayName', 'description', 'version', 'author', 'type'];
/** Of later versions of IDM. */
const NEWER = ['excludeUnmodified', 'operationRateLimits', 'remoteConnectorClients'];
const PARTS: Readonly<Record<string, readonly string[]>> = {
  connectorRef: ['bundleName', 'bundleVersion', 'connectorName', 'connectorHostRef', 'displayName', 'systemType'],
  poolConfigOption: ['maxObjects', 'maxIdle', 'maxWait', 'minEvictableIdleTimeMillis', 'minIdle'],
  resultsHandlerConfig: ['enableNormalizingResultsHandler', 'enableFilteredResultsHandler', 'enableCaseInsensitiveFilter', 'enableAttributesToGetSearchResultsHandler'],
  operationTimeout: Object.keys(OPERATION_NAMES),
  operationOptions: Object.keys(OPERATION_NAMES),
  syncFailureHandler: ['maxRetries', 'postRetryAction'],
};
const OF_TYPE = ['$schema', 'id', 'type', 'nativeType', 'properties', 'title', 'description', 'required', 'order'];
const OF_PROPERTY = ['type', 'nativeType', 'nativeName', 'required', 'flags', 'runAsUser', 'items', 'key', 'cipher', 'default', 'enum', 'description', 'title', 'viewable', 'searchable', 'userEditable', 'isVirtual', 'minLength', 'pattern', 'policies', 'isProtected', 'returnByDefault', 'isPersonal'];
const FLAGS = ['NOT_CREATABLE', 'NOT_UPDATEABLE', 'NOT_READABLE', 'NOT_RETURNED_BY_DEFAULT', 'MULTIVALUED', 'REQUIRED', 'AUDITED', 'NOT_QUERYABLE', 'PASSWORD', 'STORE_IN_REPOSITORY', 'IGNORE', 'REMOTE'];

/** Names nobody reads, as mistyped ones are; with what was perhaps meant. */
export function unreadNames(file: JsonObject): Finding[] {
  const findings = Object.keys(file).filter((key) => ![...TOP, ...UNREAD].includes(key))
    .map((key) => (NEWER.includes(key) ? warning(key, 'has no effect here; it belongs to later versions of IDM') : unread('', key, TOP)));
  for (const [part, known] of Object.entries(PARTS)) findings.push(...inPart(part, file[part], known, part.startsWith('operation')));
  return [...findings, ...inTypes(file['objectTypes']), ...skippedTimeouts(file['operationTimeout'])];
}

function inPart(part: string, value: JsonValue | undefined, known: readonly string[], isCaseless: boolean): Finding[] {
  if (!isObject(value)) return [];
  return Object.keys(value).filter((key) => !known.includes(isCaseless && part === 'operationTimeout' ? key.toUpperCase() : key)).map((key) => unread(part, key, known));
}

function unread(base: string, key: string, known: readonly string[]): Finding {
  const meant = closestWord(key, known);
  return warning(pathOf(base, key), `is not known and is ignored${meant === undefined ? '' : `; did you mean ${meant}?`}`);
}

/** A word that is near a known one is a mistake; others are a form's or a schema's own. */
function inTypes(types: JsonValue | undefined): Finding[] {
  if (!isObject(types)) return [];
  return Object.entries(types).flatMap(([name, type]) => {
    if (!isObject(type)) return [];
    const at = pathOf('objectTypes', name);
    const properties = type['properties'];
    return [
      ...mistyped(at, Object.keys(type), OF_TYPE),
      ...(isObject(properties) ? Object.entries(properties).flatMap(([key, property]) => inProperty(pathOf(at, 'properties', key), property)) : []),
    ];
  });
}

function inProperty(at: string, property: JsonValue): Finding[] {
  if (!isObject(property)) return [];
  const flags = Array.isArray(property['flags']) ? property['flags'].filter((flag) => typeof flag === 'string') : [];
  const unknown = flags.filter((flag) => !FLAGS.includes(flag.toUpperCase()));
  return [...mistyped(at, Object.keys(property), OF_PROPERTY), ...unknown.map((flag) => {
    const meant = closestWord(flag, FLAGS);
    return warning(pathOf(at, 'flags'), `${flag} is no flag and is ignored${meant === undefined ? '' : `; did you mean ${meant}?`}`);
  })];
}

function mistyped(at: string, keys: readonly string[], known: readonly string[]): Finding[] {
  return keys.filter((key) => !known.includes(key)).flatMap((key) => {
    const meant = closestWord(key, known);
    return meant === undefined || key.length < 4 ? [] : [warning(pathOf(at, key), `is not known and is ignored; did you mean ${meant}?`)];
  });
}

function skippedTimeouts(timeouts: JsonValue | undefined): Finding[] {
  if (!isObject(timeouts)) return [];
  return Object.entries(timeouts).filter(([name, value]) => Object.hasOwn(OPERATION_NAMES, name.toUpperCase()) && !(typeof value === 'number' && Number.isInteger(value)))
    .map(([name]) => warning(pathOf('operationTimeout', name), 'is no whole number of milliseconds and is ignored'));
}
