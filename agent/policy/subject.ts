import { defaultConfiguration, type AnyConnector, type AttributeNaming } from '../../connectors/framework/index.js';
import { readConfiguration } from '../../connectors/framework/facade/bound-configuration.js';
import type { ApiConfiguration, ConnectorKey, ConnectorTarget } from '../../protocol/model/index.js';
import { AttributeNames } from './attribute-names.js';
import type { Configured, ConnectorNames } from './decide.js';

/** One configured connector, as far as policy looks at it. */
export interface Subject {
  readonly connector: ConnectorNames;
  /** Undefined: not known. */
  readonly targets: readonly ConnectorTarget[] | undefined;
  readonly configuration: Configured | undefined;
  readonly attributes: AttributeNames;
  /** Properties that decide what attributes are called. */
  readonly namesDependOn: readonly string[];
  /** Attributes the configuration has searches or logins compare. */
  compared(by: 'search' | 'login'): readonly string[];
  readonly deletesMore: boolean;
  /** The connector takes attributes-to-get as a wish; without the facade's own projection it may give more. */
  readonly knowsAttributes: boolean;
}

/** Starts values that stand for something only the agent knows. */
const REFERENCE = /^secret:\/\//i;

/** Names a policy may call a connector by. */
export function connectorNames(key: ConnectorKey, id?: string): ConnectorNames {
  return id === undefined ? [key.connectorName, key.bundleName] : [id, key.connectorName, key.bundleName];
}

/** A connector of ours. Never throws: of a configuration that cannot be read nothing is known, and its operations fail by themselves. */
export function subjectOf(connector: AnyConnector, configuration: ApiConfiguration, key: ConnectorKey = connector.key): Subject {
  const names = connectorNames(key, connector.id);
  try {
    const config = readConfiguration(connector, configuration);
    const targets = connector.targets?.(config);
    const naming = connector.attributeNaming?.(config);
    return {
      connector: names,
      targets: targets?.some(isReference) === true ? undefined : targets,
      configuration: configuredOf(config),
      attributes: naming === undefined ? AttributeNames.plain : new AttributeNames(naming),
      namesDependOn: naming?.dependsOn ?? [],
      compared: (by) => connector.comparedAttributes?.(config, by) ?? [],
      deletesMore: connector.deletesMore?.(config) ?? false,
      knowsAttributes: true,
    };
  } catch {
    return { ...foreignSubject(key), connector: names, knowsAttributes: true };
  }
}

/** A connector of another server: its configuration means nothing to us. */
export function foreignSubject(key: ConnectorKey): Subject {
  return { connector: connectorNames(key), targets: undefined, configuration: undefined, attributes: AttributeNames.plain, namesDependOn: [], compared: () => [], deletesMore: false, knowsAttributes: false };
}

/** Names of attributes where the configuration chooses none: for a look at a policy without a system. */
export function namingByDefault(connector: AnyConnector): AttributeNaming | undefined {
  const values = new Map(defaultConfiguration(connector).properties.map(({ name, value }) => [name, value]));
  const config = Object.fromEntries(Object.entries(connector.properties).map(([name, property]) => [name, property.read(values.get(name) ?? null)]));
  return connector.attributeNaming?.(config);
}

/** As text; secrets and other objects are left out. What is not set is an empty text. */
function configuredOf(config: Readonly<Record<string, unknown>>): Configured {
  const texts = (value: unknown): readonly string[] | undefined => {
    if (value === null) return [''];
    if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return [String(value)];
    return Array.isArray(value) ? value.flatMap((item) => texts(item) ?? []) : undefined;
  };
  return new Map(Object.entries(config).flatMap(([name, value]) => {
    const found = texts(value);
    return found === undefined ? [] : [[name, found] as const];
  }));
}

function isReference(target: ConnectorTarget): boolean {
  return REFERENCE.test('path' in target ? target.path : target.host);
}
