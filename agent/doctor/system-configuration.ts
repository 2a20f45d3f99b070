import { GuardedByteArray, GuardedString, IcfArray, IcfDouble, IcfFile, IcfFloat, IcfUri, type ApiConfiguration, type ConfigurationProperty, type ConnectorInfo, type IcfValue } from '../../protocol/model/index.js';

/** The connector's default configuration with the file's values, as a controller makes it. Throws a TypeError that names the property and shows no value. */
export function configurationFor(info: ConnectorInfo, properties: Readonly<Record<string, unknown>>): ApiConfiguration {
  const base = info.defaultConfiguration;
  return { ...base, properties: base.properties.map((property) => (Object.hasOwn(properties, property.name) ? withValue(property, properties[property.name]) : property)) };
}

/** Properties the connector does not have; they are ignored, which is seldom meant. */
export function unknownNames(info: ConnectorInfo, properties: Readonly<Record<string, unknown>>): readonly string[] {
  const known = new Set(info.defaultConfiguration.properties.map(({ name }) => name));
  return Object.keys(properties).filter((name) => !known.has(name));
}

function withValue(property: ConfigurationProperty, value: unknown): ConfigurationProperty {
  return { ...property, value: value === null || value === undefined ? null : valueOf(property, value) };
}

function valueOf({ name, type }: ConfigurationProperty, value: unknown): IcfValue {
  if (!type.endsWith('[]') || type === 'byte[]') return single(name, type, Array.isArray(value) && value.length === 1 ? value[0] : value);
  const component = type.slice(0, -2);
  return new IcfArray(component, (Array.isArray(value) ? value : [value]).map((item) => single(name, component, item)));
}

/** From the text of a JSON value; undefined where it does not fit. */
const FROM_TEXT: Readonly<Record<string, (text: string) => IcfValue | undefined>> = {
  guardedstring: (text) => new GuardedString(text),
  guardedbytearray: (text) => new GuardedByteArray(Buffer.from(text, 'utf8')),
  file: (text) => new IcfFile(text),
  uri: (text) => new IcfUri(text),
  boolean: (text) => (['true', 'false'].includes(text.toLowerCase()) ? text.toLowerCase() === 'true' : undefined),
  int: (text) => (isWhole(text) ? Number(text) : undefined),
  integer: (text) => (isWhole(text) ? Number(text) : undefined),
  long: (text) => (isWhole(text) ? BigInt(text) : undefined),
  double: (text) => (Number.isNaN(Number(text)) ? undefined : new IcfDouble(Number(text))),
  float: (text) => (Number.isNaN(Number(text)) ? undefined : new IcfFloat(Number(text))),
};

/** JSON of provisioner files is loose: numbers and flags stand there as texts as well. */
function single(name: string, type: string, value: unknown): IcfValue {
  const isPlain = typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
  const convert = Object.hasOwn(FROM_TEXT, type.toLowerCase()) ? FROM_TEXT[type.toLowerCase()] : undefined;
  const converted = !isPlain ? undefined : convert === undefined ? String(value) : convert(String(value));
  if (converted === undefined) throw new TypeError(`configurationProperties.${name} must be of type ${type}`);
  return converted;
}

function isWhole(text: string): boolean {
  return text.trim() !== '' && Number.isSafeInteger(Number(text));
}
