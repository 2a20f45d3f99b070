import { createHash } from 'node:crypto';
import {
  IcfArray, connectorKeyText, type ConnectorKey, type ApiConfiguration, type ApiOperation, type ConfigurationProperty, type ConnectorInfo, type IcfValue,
} from '../model/index.js';
import type { JsonObject, JsonValue } from '../crest/json.js';
import { CoercionError, toIcfValue } from './coerce.js';
import { nativeTypeOf, type NativeType } from './native-types.js';
import type { ConnectorParts } from './provisioner-source.js';

/** Names of `operationTimeout` and `operationOptions`, and the operations they mean. */
export const OPERATION_NAMES: Readonly<Record<string, ApiOperation>> = {
  CREATE: 'CreateApiOp', UPDATE: 'UpdateApiOp', DELETE: 'DeleteApiOp', TEST: 'TestApiOp', SCRIPT_ON_CONNECTOR: 'ScriptOnConnectorApiOp',
  SCRIPT_ON_RESOURCE: 'ScriptOnResourceApiOp', GET: 'GetApiOp', RESOLVEUSERNAME: 'ResolveUsernameApiOp', AUTHENTICATE: 'AuthenticationApiOp',
  SEARCH: 'SearchApiOp', VALIDATE: 'ValidateApiOp', SYNC: 'SyncApiOp', SCHEMA: 'SchemaApiOp',
};

const DEFAULT_BUFFER = 100;

/**
 * The configuration an agent gets: its own default with the file's values. Properties the connector does not know are
 * ignored; `onIgnored` hears of them. Throws a TypeError that names the property whose value does not fit.
 */
export function configureConnector(info: ConnectorInfo, parts: ConnectorParts, onIgnored: (what: string) => void): ApiConfiguration {
  const base = info.defaultConfiguration;
  const given = parts.configurationProperties;
  const known = new Set(base.properties.map((property) => property.name));
  for (const name of Object.keys(given)) if (!known.has(name)) onIgnored(`configurationProperties.${name} is not known to the connector`);
  const { maxWait, minEvictableIdleTimeMillis, ...counts } = parts.poolConfigOption;
  return {
    ...base,
    producerBufferSize: parts.bufferSize ?? DEFAULT_BUFFER + distinction(info.key),
    pool: {
      maxObjects: counts.maxObjects ?? base.pool.maxObjects, maxIdle: counts.maxIdle ?? base.pool.maxIdle, minIdle: counts.minIdle ?? base.pool.minIdle,
      maxWait: maxWait === undefined ? base.pool.maxWait : BigInt(maxWait),
      minEvictableIdleTimeMillis: minEvictableIdleTimeMillis === undefined ? base.pool.minEvictableIdleTimeMillis : BigInt(minEvictableIdleTimeMillis),
    },
    resultsHandler: handlers(base.resultsHandler, parts.resultsHandlerConfig),
    timeouts: new Map([...base.timeouts, ...timeouts(parts.operationTimeout, onIgnored)]),
    properties: base.properties.map((property) => (Object.hasOwn(given, property.name) ? withValue(property, given[property.name] ?? null) : property)),
  };
}

/**
 * A small number that differs between connectors. A Java agent caches facades by their configuration alone, and would run
 * one connector's operations on another that is configured alike (hazard 17).
 */
function distinction(key: ConnectorKey): number {
  return createHash('sha256').update(connectorKeyText(key)).digest().readUInt16BE(0) % 128;
}

function handlers(base: ApiConfiguration['resultsHandler'], given: ConnectorParts['resultsHandlerConfig']): ApiConfiguration['resultsHandler'] {
  return {
    enableNormalizingResultsHandler: given.enableNormalizingResultsHandler ?? base.enableNormalizingResultsHandler,
    enableFilteredResultsHandler: given.enableFilteredResultsHandler ?? base.enableFilteredResultsHandler,
    enableCaseInsensitiveFilter: given.enableCaseInsensitiveFilter ?? base.enableCaseInsensitiveFilter,
    enableAttributesToGetSearchResultsHandler: given.enableAttributesToGetSearchResultsHandler ?? base.enableAttributesToGetSearchResultsHandler,
  };
}

function timeouts(given: JsonObject, onIgnored: (what: string) => void): [ApiOperation, number][] {
  return Object.entries(given).flatMap(([name, value]): [ApiOperation, number][] => {
    const operation = OPERATION_NAMES[name.toUpperCase()];
    if (operation !== undefined && typeof value === 'number' && Number.isInteger(value)) return [[operation, value]];
    onIgnored(`operationTimeout.${name} is ${operation === undefined ? 'no known operation' : 'no whole number of milliseconds'}`);
    return [];
  });
}

function withValue(property: ConfigurationProperty, value: JsonValue): ConfigurationProperty {
  try {
    return { ...property, value: propertyValue(property.type, value) };
  } catch (error) {
    if (error instanceof CoercionError) throw new TypeError(`configurationProperties.${property.name} must be of type ${property.type}: ${error.message}`, { cause: error });
    throw error;
  }
}

/** JSON → the value of an ICF property type; `String[]` and the like take a list or one value. */
export function propertyValue(type: string, value: JsonValue): IcfValue {
  if (value === null) return null;
  const array = /^(.*)\[\]$/.exec(type);
  if (array === null || type === 'byte[]') return toIcfValue(valueType(type), Array.isArray(value) && value.length === 1 ? value[0] ?? null : value);
  const component = array[1] ?? 'String';
  return new IcfArray(component, (Array.isArray(value) ? value : [value]).map((item) => toIcfValue(valueType(component), item)));
}

const PRIMITIVES: Readonly<Record<string, NativeType>> = {
  int: 'Integer', long: 'Long', double: 'Double', float: 'Float', boolean: 'Boolean', char: 'Character', byte: 'Byte', 'byte[]': 'ByteArray',
};

function valueType(icfClass: string): NativeType {
  return PRIMITIVES[icfClass] ?? nativeTypeOf(`JAVA_TYPE_${icfClass.toUpperCase()}`) ?? 'Object';
}
