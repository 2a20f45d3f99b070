import { readConfiguration } from '../../connectors/framework/facade/bound-configuration.js';
import { describeConnector, type AnyConnector, type ConnectorDescription } from '../../connectors/framework/index.js';
import { connectorIds, loadConnector } from '../../connectors/registry.js';
import { connectorKeyText, type ApiConfiguration, type ConnectorInfo } from '../../protocol/model/index.js';
import { OfferedConnectors } from '../operations/offered-connectors.js';
import { readBuiltInfos } from '../operations/built-infos.js';

export { connectorIds };

/** The connectors of this version, for whoever checks configurations without running them. */
export interface KnownConnectors {
  /** One for each key a connector answers to. */
  readonly infos: readonly ConnectorInfo[];
  /** The connector behind an info's key. */
  open(info: ConnectorInfo): Promise<KnownConnector>;
}

export interface KnownConnector {
  readonly description: ConnectorDescription;
  /**
   * The table's and the connector's own check, as before every operation, but for what only the machine of the agent can tell.
   * Throws a ConnectorError `configuration`; its message is not redacted, so the caller takes secrets out.
   */
  validate(configuration: ApiConfiguration): void;
}

export async function knownConnectors(): Promise<KnownConnectors> {
  const offered = new OfferedConnectors({ enabled: connectorIds, load: loadConnector, builtInfos: readBuiltInfos });
  return {
    infos: await offered.infos(),
    async open(info) {
      const connector = await offered.find(info.key);
      if (connector === undefined) throw new Error(`No connector answers to ${connectorKeyText(info.key)}.`);
      return known(connector);
    },
  };
}

function known(connector: AnyConnector): KnownConnector {
  return { description: describeConnector(connector), validate: (configuration) => { readConfiguration(connector, configuration); } };
}
