import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defaultConfiguration } from '../../connectors/framework/default-configuration.js';
import type { AnyConnector } from '../../connectors/framework/define-connector.js';
import type { FacadeEnvironment } from '../../connectors/framework/facade/environment.js';
import { createFacade } from '../../connectors/framework/facade/facade.js';
import type { ApiConfiguration, CallContext, IcfValue } from '../../protocol/model/index.js';
import { recordedLog } from './quiet-log.js';

/** A connector's default configuration with some values set, as a controller would send it back. */
export function configured(connector: AnyConnector, values: Record<string, IcfValue> = {}, changes: Partial<ApiConfiguration> = {}): ApiConfiguration {
  const defaults = defaultConfiguration(connector);
  const properties = defaults.properties.map((property) => (Object.hasOwn(values, property.name) ? { ...property, value: values[property.name]! } : property));
  return { ...defaults, properties, ...changes };
}

export function calling(signal: AbortSignal = new AbortController().signal): CallContext {
  return { signal, operationId: 'op-1' };
}

export function facadeOf(connector: AnyConnector, changes: Partial<ApiConfiguration> = {}, environment: Partial<FacadeEnvironment> = {}) {
  const log = recordedLog();
  const configuration = configured(connector, { host: 'localhost' }, changes);
  const facade = createFacade(connector, configuration, { log, stateRoot: join(tmpdir(), 'causeway-unused'), ...environment });
  return { facade, log, configuration };
}

/** Everything a stream gives, and how it ended. */
export async function drain<T, E>(stream: AsyncGenerator<T, E, void>): Promise<{ items: T[]; end: E }> {
  const items: T[] = [];
  for (;;) {
    const step = await stream.next();
    if (step.done === true) return { items, end: step.value };
    items.push(step.value);
  }
}
