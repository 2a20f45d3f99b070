import type { ConnectorInfo } from '../../protocol/model/index.js';
import { isSecretReference } from './scrub.js';
import { getKey, isObject, type JsonObject, type JsonValue } from '../crest/json.js';

/** Stands for a secret that is stored here and not shown; sent back, it means "as it was". */
const STORED: JsonObject = { $crypto: { type: 'causeway-stored', value: '***' } };

/** Without the connector's own word, these names are taken for secrets. */
const SUSPICIOUS = /pass|secret|credential|token|private|key$/i;

function isSecret(name: string, info: ConnectorInfo | undefined): boolean {
  const property = info?.defaultConfiguration.properties.find((candidate) => candidate.name === name);
  return property === undefined ? SUSPICIOUS.test(name) : property.confidential || property.type.startsWith('Guarded');
}

/** A provisioner file as it may be shown: secrets replaced by a marker. References such as `&{name}` and `secret://store/name` are no secrets. */
export function withoutSecrets(file: JsonObject, info: ConnectorInfo | undefined): JsonObject {
  const properties = file['configurationProperties'];
  if (!isObject(properties)) return file;
  const shown = Object.entries(properties).map(([name, value]): [string, JsonValue] => {
    const isReference = typeof value === 'string' && (/^&\{[^{}]+\}$/.test(value) || isSecretReference(value));
    return [name, value === null || isReference || !isSecret(name, info) ? value : STORED];
  });
  return { ...file, configurationProperties: Object.fromEntries(shown) };
}

/** The configuration of `body`, with the secrets as `sent` has them: a reference stays one. */
export function withSecretsAsSent(body: JsonObject, sent: JsonObject, info: ConnectorInfo): JsonObject {
  const [given, original] = [body['configurationProperties'], sent['configurationProperties']];
  if (!isObject(given) || !isObject(original)) return {};
  return Object.fromEntries(Object.entries(given).map(([name, value]) => [name, isSecret(name, info) ? getKey(original, name) ?? null : value]));
}

/** Puts stored secrets back where the marker stands. Throws a TypeError where nothing is stored. */
export function withStoredSecrets(file: JsonObject, stored: JsonObject | undefined): JsonObject {
  const properties = file['configurationProperties'];
  if (!isObject(properties)) return file;
  const before = stored?.['configurationProperties'];
  const restored = Object.entries(properties).map(([name, value]): [string, JsonValue] => {
    if (!isMarker(value)) return [name, value];
    const known = isObject(before) ? before[name] : undefined;
    if (known === undefined) throw new TypeError(`configurationProperties.${name}: no value is stored; send the value`);
    return [name, known];
  });
  return { ...file, configurationProperties: Object.fromEntries(restored) };
}

function isMarker(value: JsonValue): boolean {
  const envelope = isObject(value) ? value['$crypto'] : undefined;
  return isObject(envelope) && envelope['type'] === 'causeway-stored';
}
