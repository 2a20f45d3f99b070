import { ConnectorError, GuardedByteArray, GuardedString, IcfArray, IcfFile, IcfUri, type ApiConfiguration, type IcfValue } from '../../protocol/model/index.js';
import type { AnyConnector } from '../../connectors/framework/index.js';
import { looksLikeSecretUrl, parseSecretUrl, type SecretUrl } from './secret-url.js';

/** A property whose value, or one of whose list's items, is a reference. */
export interface FoundReference {
  readonly property: string;
  readonly confidential: boolean;
  readonly url: SecretUrl;
}

const TEXT_TYPES: ReadonlySet<string> = new Set(['String', 'String[]', 'GuardedString', 'GuardedString[]', 'GuardedByteArray']);

/**
 * All references of a configuration. Properties the connector does not have are left alone: nobody reads them. Throws
 * `configuration` for one that is malformed or stands where no text does; its message shows nothing of a malformed one, which
 * may be a password.
 */
export function findReferences(connector: AnyConnector, configuration: ApiConfiguration): readonly FoundReference[] {
  const found: FoundReference[] = [];
  for (const { name, value } of configuration.properties) {
    const definition = Object.hasOwn(connector.properties, name) ? connector.properties[name] : undefined;
    if (definition === undefined) continue;
    const type = definition.type;
    for (const text of textsOf(value)) {
      if (!looksLikeSecretUrl(text)) continue;
      const url = parseSecretUrl(text);
      if (url === undefined) throw malformed(connector, name);
      if (!TEXT_TYPES.has(type)) throw new ConnectorError('configuration', `Configuration property '${name}' of ${connector.displayName} is of type ${type} and cannot be a secret: ${url.text} has to stand in a text, or the value itself has to be given.`);
      found.push({ property: name, confidential: definition.confidential || type.startsWith('Guarded'), url });
    }
  }
  return found;
}

function malformed(connector: AnyConnector, property: string): ConnectorError {
  return new ConnectorError('configuration', `Configuration property '${property}' of ${connector.displayName} begins with secret:// but is no reference to a secret: write secret://SOURCE/NAME with SOURCE file, env, credential, command or store, and a NAME of letters, digits, dots, underscores, hyphens and @ (file and store: also / between parts).`);
}

/** Every text a reference could stand in. */
function textsOf(value: IcfValue): readonly string[] {
  if (typeof value === 'string') return [value];
  if (value instanceof GuardedString) return [value.reveal()];
  if (value instanceof GuardedByteArray) return [bytesText(value)];
  if (value instanceof IcfFile) return [value.path];
  if (value instanceof IcfUri) return [value.value];
  if (value instanceof IcfArray) return value.items.flatMap(textsOf);
  return Array.isArray(value) ? value.flatMap(textsOf) : [];
}

const LONGEST_REFERENCE = 300;

function bytesText(value: GuardedByteArray): string {
  const bytes = value.reveal();
  try {
    return bytes.length > LONGEST_REFERENCE ? '' : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1');
  } finally {
    bytes.fill(0);
  }
}

/** The configuration with each reference replaced by what `secretOf` answers for it. */
export function replaceReferences(configuration: ApiConfiguration, properties: ReadonlySet<string>, secretOf: (property: string, url: SecretUrl, value: IcfValue) => IcfValue): ApiConfiguration {
  const replaced = (property: string, value: IcfValue): IcfValue => {
    if (value instanceof IcfArray) return new IcfArray(value.componentType, value.items.map((item) => replaced(property, item)));
    if (Array.isArray(value)) return value.map((item) => replaced(property, item));
    const url = parseSecretUrl(textsOf(value)[0] ?? '');
    return url === undefined ? value : secretOf(property, url, value);
  };
  return {
    ...configuration,
    properties: configuration.properties.map((property) => (properties.has(property.name) ? { ...property, value: replaced(property.name, property.value) } : property)),
  };
}
