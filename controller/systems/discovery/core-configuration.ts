import { IcfArray, type ApiConfiguration, type ConnectorInfo, type IcfValue } from '../../../protocol/model/index.js';
import type { JsonObject, JsonValue } from '../../crest/json.js';
import { naturalJson } from '../json-form.js';
import { OPERATION_NAMES } from '../configure-connector.js';

/** The parts of a provisioner file that come from the connector itself: pool, result handlers, timeouts, properties. */
export function coreConfiguration(info: ConnectorInfo): JsonObject {
  const { pool, resultsHandler, properties } = info.defaultConfiguration;
  return {
    poolConfigOption: {
      maxObjects: pool.maxObjects, maxIdle: pool.maxIdle, maxWait: Number(pool.maxWait),
      minEvictableIdleTimeMillis: Number(pool.minEvictableIdleTimeMillis), minIdle: pool.minIdle,
    },
    resultsHandlerConfig: { ...resultsHandler },
    operationTimeout: Object.fromEntries(Object.keys(OPERATION_NAMES).map((name) => [name, -1])),
    configurationProperties: propertiesJson(properties),
  };
}

function propertiesJson(properties: ApiConfiguration['properties']): JsonObject {
  return Object.fromEntries([...properties].sort((left, right) => left.order - right.order)
    .map((property): [string, JsonValue] => [property.name, property.confidential ? null : defaultJson(property.value)]));
}

/** A default is no secret unless the connector says so; a guarded one is left out all the same. */
function defaultJson(value: IcfValue): JsonValue {
  if (value !== null && typeof value === 'object' && 'reveal' in value) return null;
  return value instanceof IcfArray ? value.items.map(defaultJson) : naturalJson(value);
}
