import type { KnownConnector } from '../../agent/config/known-connectors.js';
import { looksLikeSecretUrl, parseSecretUrl } from '../../agent/secrets/secret-url.js';
import { scrubber } from '../../controller/systems/scrub.js';
import { GuardedString, type ConfigurationProperty, type ConnectorInfo } from '../../protocol/model/index.js';
import { getKey, isObject, type JsonObject, type JsonValue } from '../../protocol/crest/json.js';
import { configureConnector, propertyValue } from '../../protocol/provisioner/configure-connector.js';
import { controllerValues } from '../../protocol/provisioner/provisioner-file.js';
import { connectorParts } from '../../protocol/provisioner/provisioner-source.js';
import { encryptedText, referenceText } from './controller-value-text.js';
import { pathOf, problem, unchecked, warning, type Finding } from './finding.js';
import { unknownPropertyText } from './unknown-property.js';

const BASE = 'configurationProperties';

/** `configurationProperties` against the connector's table: names, types, what is required, and the connector's own check. */
export function checkConnectorProperties(file: JsonObject, info: ConnectorInfo, known: KnownConnector): Finding[] {
  const properties = getKey(file, BASE);
  const given = isObject(properties) ? properties : {};
  const table = new Map(info.defaultConfiguration.properties.map((property) => [property.name, property]));
  const findings: Finding[] = [];
  const usable: JsonObject = {};
  for (const [name, value] of Object.entries(given)) {
    const property = table.get(name);
    const found = property === undefined ? [warning(pathOf(BASE, name), unknownPropertyText(name, info, [...table.keys()]))] : checkValue(property, value);
    findings.push(...found);
    if (property !== undefined && found.length === 0) usable[name] = value;
    else if (property?.type === 'GuardedString' && found.every(({ severity }) => severity === 'unchecked')) usable[name] = '(not known here)';
  }
  const missing = missingProperties(given, known);
  if (missing.length > 0 || findings.some(({ severity }) => severity === 'problem')) return [...findings, ...missing];
  const open = findings.filter(({ severity, path }) => severity === 'unchecked' && !Object.hasOwn(usable, path.slice(BASE.length + 1)));
  return open.length > 0 ? findings : [...findings, ...ownCheck(file, usable, info, known, findings.some(({ severity }) => severity === 'unchecked'))];
}

function checkValue(property: ConfigurationProperty, value: JsonValue): Finding[] {
  const path = pathOf(BASE, property.name);
  const ofController = controllerValues(value);
  if (ofController.length > 0) return ofController.map(({ kind, names }) => unchecked(path, kind === 'encrypted' ? encryptedText(names) : referenceText(names)));
  const texts = (Array.isArray(value) ? value : [value]).filter((item) => typeof item === 'string').filter(looksLikeSecretUrl);
  if (texts.some((text) => parseSecretUrl(text) === undefined)) return [problem(path, 'begins with secret:// but is no reference to a secret: write secret://SOURCE/NAME with SOURCE file, env, credential, command or store')];
  if (texts.length > 0 && !/^(String|GuardedString|GuardedByteArray)(\[\])?$/.test(property.type)) return [problem(path, `is of type ${property.type} and cannot be a reference to a secret`)];
  if (texts.length > 0) return [unchecked(path, 'is a secret that is looked up on the agent')];
  try {
    propertyValue(property.type, value);
    return [];
  } catch (error) {
    return [problem(path, `must be of type ${property.type}${error instanceof Error && error.name === 'CoercionError' ? `: ${error.message}` : ''}`)];
  }
}

/** What the connector needs for everything; what only some operations need does not stop the others. */
function missingProperties(given: JsonObject, { description }: KnownConnector): Finding[] {
  return description.configurationProperties
    .filter(({ name, required, operations, default: preset }) => required && operations.length === 0 && isBlank(getKey(given, name) ?? null) && isBlank(preset))
    .map(({ name, purpose }) => problem(pathOf(BASE, name), `is missing, and ${description.title} needs it: ${purpose}`));
}

function isBlank(value: unknown): boolean {
  return value === null || value === undefined || (typeof value === 'string' && value.trim() === '');
}

/** Where a secret is not known here, what the connector says may be about what stands in its place: then it is no more than a warning. */
function ownCheck(file: JsonObject, usable: JsonObject, info: ConnectorInfo, known: KnownConnector, isGuessed: boolean): Finding[] {
  const parts = connectorParts.safeParse({ ...file, [BASE]: usable });
  if (!parts.success) return []; // the schema has told
  const configuration = configureConnector(info, parts.data, () => undefined);
  try {
    known.validate(configuration);
    return [];
  } catch (error) {
    const scrub = scrubber(configuration.properties.filter(({ confidential, value }) => confidential || value instanceof GuardedString).map(({ value }) => value));
    const told = scrub(error instanceof Error ? error.message : String(error));
    return [isGuessed ? warning(BASE, `the connector says, without knowing every secret: ${told}`) : problem(BASE, told)];
  }
}

