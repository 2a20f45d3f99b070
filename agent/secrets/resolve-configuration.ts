import { ConnectorError, GuardedByteArray, GuardedString, type ApiConfiguration, type IcfValue, type PermitTarget } from '../../protocol/model/index.js';
import type { AnyConnector } from '../../connectors/framework/index.js';
import { redactError } from '../../connectors/framework/facade/redact.js';
import { sameTargets, targetsOf, type AllowRules } from './allow-rules.js';
import { replaceReferences, type FoundReference } from './find-references.js';
import { SecretError } from './secret-error.js';
import type { SecretSources } from './secret-sources.js';
import type { SecretValue } from './secret-value.js';
import { spellingsOf } from './spellings.js';

/** A configuration with secrets in the place of the references to them. */
export interface ResolvedConfiguration {
  readonly configuration: ApiConfiguration;
  /** By reference, as it is written. */
  readonly values: ReadonlyMap<string, SecretValue>;
  /** Asked before the secrets go to a place the configuration alone does not lead to. */
  readonly permitTarget: PermitTarget;
}

export interface ResolverParts {
  readonly sources: SecretSources;
  readonly rules: AllowRules;
}

/**
 * Checks that the references may be used, then reads what they stand for. Throws `permissionDenied`, or `configuration` where
 * a secret cannot be had; both name property and reference, and show no content.
 */
export async function resolveConfiguration(connector: AnyConnector, given: ApiConfiguration, references: readonly FoundReference[], { sources, rules }: ResolverParts, maxAge?: number): Promise<ResolvedConfiguration> {
  const permitTarget = await rules.check(connector, given, references);
  const values = new Map<string, SecretValue>();
  for (const reference of references) {
    const { url } = reference;
    if (!values.has(url.text)) values.set(url.text, await read(connector, reference, sources, maxAge));
  }
  const properties = new Set(references.map(({ property }) => property));
  const configuration = replaceReferences(given, properties, (property, url, value) => fitting(connector, property, url.text, values.get(url.text), value));
  checkTargets(connector, given, configuration, values);
  return { configuration, values, permitTarget };
}

/** A secret as the name of a host would leave by the next name server's log. */
function checkTargets(connector: AnyConnector, given: ApiConfiguration, resolved: ApiConfiguration, values: ReadonlyMap<string, SecretValue>): void {
  let same: boolean;
  try {
    same = sameTargets(targetsOf(connector, given), targetsOf(connector, resolved));
  } catch (error) {
    const wrong = error instanceof ConnectorError ? error : new ConnectorError('configuration', `${connector.displayName}: the configuration cannot be used with its secrets in it.`);
    throw redactError(wrong, clearTextsOf(values.values()));
  }
  if (!same) throw new ConnectorError('permissionDenied', `${connector.displayName}: a secret must not decide where the connector connects to, and one of ${[...values.keys()].join(', ')} does. Give that value itself.`);
}

async function read(connector: AnyConnector, { property, url }: FoundReference, sources: SecretSources, maxAge: number | undefined): Promise<SecretValue> {
  try {
    return await sources.read(url.source, url.name, maxAge);
  } catch (error) {
    const reason = error instanceof SecretError ? error.message : 'it cannot be read.';
    throw new ConnectorError('configuration', `Configuration property '${property}' of ${connector.displayName}: the secret ${url.text} cannot be had. ${reason}`);
  }
}

/** In the form the property has: guarded text, guarded bytes, or text. */
function fitting(connector: AnyConnector, property: string, reference: string, secret: SecretValue | undefined, place: IcfValue): IcfValue {
  if (secret === undefined) throw new Error(`no value for ${reference}`);
  if (place instanceof GuardedByteArray) return secret instanceof GuardedByteArray ? secret : new GuardedByteArray(Buffer.from(secret.reveal(), 'utf8'));
  if (secret instanceof GuardedByteArray) {
    throw new ConnectorError('configuration', `Configuration property '${property}' of ${connector.displayName}: the secret ${reference} holds bytes that are no UTF-8 text, and the property takes text.`);
  }
  if (place instanceof GuardedString) return secret;
  return connector.properties[property]?.type.startsWith('GuardedString') === true ? secret : secret.reveal();
}

export function sameValues(one: ReadonlyMap<string, SecretValue>, other: ReadonlyMap<string, SecretValue>): boolean {
  return one.size === other.size && [...one].every(([reference, value]) => value.equals(other.get(reference)));
}

/** The clear texts, and how they look where something encodes them: for redaction only. */
export function clearTextsOf(values: Iterable<SecretValue>): string[] {
  return [...values].flatMap((value) => spellingsOf(value instanceof GuardedString ? value.reveal() : Buffer.from(value.reveal()).toString('utf8')));
}
