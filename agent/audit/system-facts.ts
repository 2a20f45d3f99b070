import type { ApiConfiguration, ConnectorTarget } from '../../protocol/model/index.js';
import { readConfiguration, stateName } from '../../connectors/framework/facade/bound-configuration.js';
import type { AnyConnector } from '../../connectors/framework/index.js';

/** Which system an operation is for. */
export interface SystemFacts {
  /** Of connector and configuration without what is confidential: stays when a password changes, and none can be guessed from it. */
  readonly system: string | undefined;
  readonly targets: readonly string[] | undefined;
}

/** Found out once for each configuration that is open. */
const known = new WeakMap<ApiConfiguration, SystemFacts>();

/** Never throws: a configuration that makes no sense fails where it is used. */
export function systemFacts(connector: AnyConnector, configuration: ApiConfiguration): SystemFacts {
  const found = known.get(configuration);
  if (found !== undefined) return found;
  const facts = { system: attempt(() => stateName(connector, configuration)), targets: attempt(() => connector.targets?.(readConfiguration(connector, configuration)).map(targetText)) };
  known.set(configuration, facts);
  return facts;
}

function targetText(target: ConnectorTarget): string {
  if ('path' in target) return target.path;
  return `${target.host.includes(':') ? `[${target.host}]` : target.host}:${target.port}`;
}

function attempt<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch {
    return undefined;
  }
}
