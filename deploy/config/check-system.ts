import type { KnownConnectors } from '../../agent/config/known-connectors.js';
import { getKey, isObject, type JsonObject } from '../../protocol/crest/json.js';
import { controllerValues } from '../../protocol/provisioner/provisioner-file.js';
import { provisionerSource } from '../../protocol/provisioner/provisioner-source.js';
import type { z } from 'zod';
import { checkConnectorProperties } from './check-connector-properties.js';
import { checkObjectTypes } from './check-object-types.js';
import { findKnownConnector, type ConnectorAnswer, type WantedConnector } from './find-connector.js';
import { encryptedText, referenceText } from './controller-value-text.js';
import { pathOf, problem, unchecked, warning, type Finding } from './finding.js';
import { unreadNames } from './known-names.js';
import type { Surroundings } from './surroundings.js';

/** A provisioner file, looked through. */
export interface CheckedSystem {
  /** What the system is called; undefined where the file does not say it. */
  readonly name: string | undefined;
  /** Undefined where `connectorRef` does not say which connector is meant. */
  readonly connector: ConnectorAnswer | undefined;
  readonly findings: readonly Finding[];
}

/** Everything that can be told about a provisioner file without running its connector: as a controller reads it, and as an agent would. */
export async function checkSystem(file: JsonObject, connectors: KnownConnectors, surroundings: Surroundings): Promise<CheckedSystem> {
  const findings: Finding[] = [...schemaFindings(file), ...unreadNames(file), ...outsideReferences(file)];
  const connector = connectorOf(file, connectors, surroundings, findings);
  const known = connector !== undefined && 'info' in connector ? await connectors.open(connector.info) : undefined;
  findings.push(...checkObjectTypes(file, known?.description), ...checkActions(file));
  if (known !== undefined && connector !== undefined && 'info' in connector) findings.push(...checkConnectorProperties(file, connector.info, known));
  const name = getKey(file, 'name');
  if (getKey(file, 'enabled') === false) findings.push(warning('enabled', 'is false: the controller does not use this system'));
  return { name: typeof name === 'string' ? name : undefined, connector, findings: withoutRepeats(findings) };
}

function schemaFindings(file: JsonObject): Finding[] {
  const parsed = provisionerSource.safeParse(file);
  return parsed.success ? [] : parsed.error.issues.map((issue) => schemaFinding(file, issue));
}

function schemaFinding(file: unknown, issue: z.core.$ZodIssue): Finding {
  const value = issue.path.reduce<unknown>((at, key) => (at !== null && typeof at === 'object' ? (at as Readonly<Record<PropertyKey, unknown>>)[key] : undefined), file);
  const path = pathOf('', ...issue.path);
  if (value === undefined) return problem(path, 'is missing');
  // A text with a reference in it may well become what is wanted.
  if (typeof value === 'string' && value.includes('&{') && issue.code !== 'invalid_type') return unchecked(path, 'is filled in by the controller');
  return problem(path, issue.message.replace(/^Invalid input: /, ''));
}

/** `&{…}` and `$crypto` outside of the connector's properties, which are looked at with their types. */
function outsideReferences(file: JsonObject): Finding[] {
  const rest = Object.fromEntries(Object.entries(file).filter(([key]) => key !== 'configurationProperties'));
  return controllerValues(rest).map(({ path, kind, names }) => unchecked(path, kind === 'encrypted' ? encryptedText(names) : referenceText(names)));
}

function connectorOf(file: JsonObject, { infos }: KnownConnectors, surroundings: Surroundings, findings: Finding[]): ConnectorAnswer | undefined {
  const wanted = wantedConnector(file);
  if (wanted === undefined) return undefined;
  const answer = findKnownConnector(wanted, infos, surroundings);
  if ('missing' in answer) findings.push(answer.missing);
  if ('elsewhere' in answer) findings.push(answer.elsewhere);
  return answer;
}

/** Undefined where it is incomplete, which is told otherwise, or filled in by the controller. */
export function wantedConnector(file: JsonObject): WantedConnector | undefined {
  const ref = getKey(file, 'connectorRef');
  if (!isObject(ref) || controllerValues(ref).some(({ path }) => path !== 'connectorHostRef')) return undefined;
  const { bundleName, bundleVersion, connectorName, connectorHostRef } = ref;
  if (typeof bundleName !== 'string' || typeof bundleVersion !== 'string' || typeof connectorName !== 'string') return undefined;
  return { bundleName, bundleVersion, connectorName, connectorHostRef: typeof connectorHostRef === 'string' ? connectorHostRef : '' };
}

function checkActions(file: JsonObject): Finding[] {
  const entries = getKey(file, 'systemActions');
  if (!Array.isArray(entries)) return [];
  return entries.flatMap((entry, index) => {
    const actions = isObject(entry) && Array.isArray(entry['actions']) ? entry['actions'] : [];
    return actions.flatMap((action, at): Finding[] => {
      const path = pathOf('systemActions', index, 'actions', at);
      if (!isObject(action)) return [];
      const pattern = action['systemType'];
      const findings: Finding[] = [];
      if (typeof pattern === 'string' && !isPattern(pattern)) findings.push(problem(pathOf(path, 'systemType'), 'is no regular expression'));
      if (action['actionSource'] === undefined && action['actionFile'] === undefined) findings.push(warning(path, 'has neither actionSource nor actionFile: there is nothing to run'));
      return findings;
    });
  });
}

function isPattern(text: string): boolean {
  try {
    new RegExp(text);
    return true;
  } catch {
    return false;
  }
}

/** Schema and types may complain of one and the same place. */
function withoutRepeats(findings: readonly Finding[]): Finding[] {
  return [...new Map(findings.map((finding) => [`${finding.severity} ${finding.path} ${finding.text}`, finding])).values()];
}

