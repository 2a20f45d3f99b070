import type { ApiConfiguration, IcfValue } from '../../../protocol/model/index.js';
import { ConnectorError, GuardedByteArray, GuardedString, IcfArray } from '../../../protocol/model/index.js';
import { digestOf, canonicalValue, type Canonical } from '../canonical.js';
import type { AnyConnector } from '../define-connector.js';
import type { ConfigOf, PropertyDefinition, PropertyTable } from '../properties.js';
import { wireValue } from '../wire-value.js';
import { clearTexts } from './redact.js';

export type Config = ConfigOf<PropertyTable>;

function valuesByName(configuration: ApiConfiguration): Map<string, IcfValue> {
  return new Map(configuration.properties.map((property) => [property.name, property.value]));
}

function isMissing(value: unknown): boolean {
  return value === null || value === undefined || (typeof value === 'string' && value.trim() === '');
}

function readProperty(connector: AnyConnector, name: string, property: PropertyDefinition<unknown>, given: IcfValue | undefined): unknown {
  // Null stands for "not set" in provisioner files, so a default applies to it as well.
  const value = given ?? wireValue(property.type, property.default);
  try {
    return property.read(value);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    throw new ConnectorError('configuration', `Configuration property '${name}' of ${connector.displayName} (${property.type}): ${error.message}.`);
  }
}

/**
 * The configuration a connector's code sees. Throws `configuration` naming the property that is missing or of another
 * type, or what the connector's own check finds.
 */
export function readConfiguration(connector: AnyConnector, configuration: ApiConfiguration): Config {
  const given = valuesByName(configuration);
  const config: Record<string, unknown> = {};
  const missing: string[] = [];
  for (const [name, property] of Object.entries(connector.properties)) {
    const value = readProperty(connector, name, property, given.get(name));
    // What only some operations need must not stop the others.
    if (property.required && property.operations.length === 0 && isMissing(value)) missing.push(name);
    config[name] = value;
  }
  if (missing.length > 0) {
    const names = missing.map((name) => `'${name}'`).join(', ');
    throw new ConnectorError('configuration', `${connector.displayName} needs the configuration ${missing.length > 1 ? 'properties' : 'property'} ${names}: set ${missing.length > 1 ? 'them' : 'it'} in configurationProperties.`);
  }
  connector.validate?.(config);
  return Object.freeze(config);
}

/** Names the peer sent that the connector does not have; ignored, as the Java framework does. */
export function unknownProperties(connector: AnyConnector, configuration: ApiConfiguration): string[] {
  return configuration.properties.map(({ name }) => name).filter((name) => !Object.hasOwn(connector.properties, name));
}

function canonicalProperties(connector: AnyConnector, configuration: ApiConfiguration, keep: (property: PropertyDefinition<unknown>, value: IcfValue) => boolean): Canonical {
  const given = valuesByName(configuration);
  const rows = Object.entries(connector.properties).map(([name, property]): [string, PropertyDefinition<unknown>, IcfValue] => [name, property, given.get(name) ?? wireValue(property.type, property.default)]);
  return rows
    .filter(([, property, value]) => keep(property, value))
    .map(([name, , value]): Canonical => [name, canonicalValue(value)])
    .sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
}

const isSecret = (value: IcfValue): boolean => value instanceof GuardedString || value instanceof GuardedByteArray;

/** Names this configuration's directory on the agent's disk: stays the same when a secret is rotated. */
export function stateName(connector: AnyConnector, configuration: ApiConfiguration): string {
  const open = canonicalProperties(connector, configuration, (property, value) => !property.confidential && !isSecret(value));
  return digestOf(['state', connector.key.bundleName, connector.key.connectorName, open]).slice(0, 32);
}

/** Digest of connector and configuration, secrets included; equal on every agent that was given the same configuration. */
export function configurationDigest(connector: AnyConnector, configuration: ApiConfiguration): string {
  const all = canonicalProperties(connector, configuration, () => true);
  return digestOf(['configuration', connector.key.bundleName, connector.key.connectorName, all]);
}

/** The secrets of the configuration, for redaction. Revealed when an error has to be checked, and not kept. */
export function configuredSecrets(connector: AnyConnector, configuration: ApiConfiguration): string[] {
  const secrets: string[] = [];
  for (const { name, value, confidential } of configuration.properties) {
    secrets.push(...clearTexts(value));
    if (confidential || connector.properties[name]?.confidential === true) secrets.push(...openTexts(value));
  }
  return secrets;
}

/** A confidential list is a key, line by line; its short lines would tear words apart. */
const SHORTEST_LINE = 16;

function openTexts(value: IcfValue): string[] {
  if (typeof value === 'string') return [value];
  const items: readonly unknown[] = value instanceof IcfArray ? value.items : Array.isArray(value) ? value : [];
  return items.filter((item) => typeof item === 'string').filter((item) => item.length >= SHORTEST_LINE);
}
