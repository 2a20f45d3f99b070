import { basename } from 'node:path';
import type { KnownConnectors } from '../../../agent/config/known-connectors.js';
import { getKey, isObject, writeJson, type JsonObject, type JsonValue } from '../../../protocol/crest/json.js';
import { controllerValues, systemNameOf } from '../../../protocol/provisioner/provisioner-file.js';
import { isSecretName } from '../../../agent/desk/secret-names.js';
import { checkSystem, type CheckedSystem } from '../check-system.js';
import { rangeFor } from '../find-connector.js';
import { pathOf, type Finding } from '../finding.js';
import { KIND_NAMES, type JsonFile } from '../recognise.js';
import type { Surroundings } from '../surroundings.js';
import type { Migrated, Point } from './migration.js';
import { propertyRemarks } from './property-remarks.js';

const PROPERTIES = 'configurationProperties';

/** Taken as it is where it works as it is; only a version that does not fit, and a byte order mark, are changed. */
export async function migrateSystem(file: JsonFile, connectors: KnownConnectors, surroundings: Surroundings): Promise<Migrated> {
  const { json, changes } = withFittingVersion(file.json, await checkSystem(file.json, connectors, surroundings));
  if (file.findings.length > 0) changes.unshift({ path: '', text: 'the byte order mark was left out' });
  const checked = await checkSystem(json, connectors, surroundings);
  const name = fileNameOf(file.path, checked.name);
  if (name.change !== undefined) changes.push(name.change);
  const own = [...checked.findings].filter((finding) => !finding.path.startsWith('connectorRef') || checked.connector === undefined || 'info' in checked.connector);
  const remarks = await remarksOf(json, checked, connectors);
  const attention = [...connectorPoints(checked), ...own.filter(({ severity }) => severity === 'problem').map(pointOf), ...controllerPoints(json), ...remarks.attention, ...actionPoints(json)];
  const notes = [...own.filter(({ severity }) => severity === 'warning').map(pointOf), ...secretNotes(json, checked), ...remarks.notes, ...hostNotes(json)];
  const content = changes.some(({ path }) => path.startsWith('connectorRef')) ? `${writeJson(json, 2)}\n` : file.text;
  const path = `conf/${name.file}`;
  return {
    report: { source: file.path, kind: KIND_NAMES.system, outcome: changes.length === 0 ? 'as-is' : 'changed', written: [path], changes, attention, notes },
    files: [{ path, content, source: file.path }],
  };
}

/** A version of Java's connector of the same minor version: the range that has both, so that the file serves Java as well. */
function withFittingVersion(json: JsonObject, { connector }: CheckedSystem): { readonly json: JsonObject; readonly changes: Point[] } {
  const ref = getKey(json, 'connectorRef');
  const given = isObject(ref) ? ref['bundleVersion'] : undefined;
  if (connector === undefined || !('missing' in connector) || !isObject(ref) || typeof given !== 'string') return { json, changes: [] };
  const ours = connector.versions.find((version) => rangeFor(version) === rangeFor(given));
  if (ours === undefined || !/^\d+(\.\d+){1,3}(-.*)?$/.test(given.trim())) return { json, changes: [] };
  const range = rangeFor(ours);
  return {
    json: { ...json, connectorRef: { ...ref, bundleVersion: range } },
    changes: [{ path: 'connectorRef.bundleVersion', text: `${given} became ${range}: this connector answers to ${ours}, and a Java connector server with ${given} fits as well` }],
  };
}

function fileNameOf(path: string, name: string | undefined): { readonly file: string; readonly change?: Point } {
  if (systemNameOf(path) !== undefined) return { file: basename(path) };
  const file = `provisioner.openicf-${(name ?? basename(path, '.json')).replaceAll(/[^A-Za-z0-9_-]/g, '_')}.json`;
  return { file, change: { path: '', text: `${basename(path)} became ${file}, which is what a controller reads` } };
}

const pointOf = ({ path, text }: Finding): Point => ({ path, text });

function connectorPoints({ connector }: CheckedSystem): Point[] {
  if (connector === undefined || 'info' in connector) return [];
  if ('elsewhere' in connector) return [{ path: 'connectorRef', text: connector.elsewhere.text }];
  const { path, text } = connector.missing;
  if (connector.versions.length > 0 || path === 'connectorRef.bundleVersion') return [{ path, text }];
  const slip = /did you mean [^?]+\?/.exec(text)?.[0];
  return [{ path, text: `${text.split(';')[0] ?? text}. Let the Java or .NET connector server that has it stay, and name it under relays: in the agent.yaml of an agent near it: the agent passes its operations on, and the file works as it is (README, docs/configuration.md). Its properties cannot be checked here${slip === undefined ? '' : `. Should the name be a slip: ${slip}`}` }];
}

/** Values that only IDM, or its boot.properties, knows. */
function controllerPoints(json: JsonObject): Point[] {
  return controllerValues(json).map(({ path, kind, names }) => (kind === 'encrypted'
    ? { path, text: `is encrypted with ${names.length === 0 ? 'a key' : `the key ${names.join(', ')}`} of the keystore of IDM. Put a reference to a secret on the agent there (secret://file/NAME, secret://store/NAME, secret://credential/NAME), or name the AES key under systems.cryptoKeys in controller.yaml` }
    : { path, text: `refers to ${names.join(', ')}: set ${names.length === 1 ? 'it' : 'them'} under systems.properties in controller.yaml, or in its environment; in IDM ${names.length === 1 ? 'it stands' : 'they stand'} in resolver/boot.properties, conf/system.properties or the environment` }));
}

async function remarksOf(json: JsonObject, { connector }: CheckedSystem, connectors: KnownConnectors) {
  const properties = getKey(json, PROPERTIES);
  if (connector === undefined || !('info' in connector) || !isObject(properties)) return { attention: [], notes: [] };
  return propertyRemarks(properties, await connectors.open(connector.info));
}

/** Passwords in clear text: they are copied, for their owner only, and better were not there. */
function secretNotes(json: JsonObject, { connector }: CheckedSystem): Point[] {
  const properties = getKey(json, PROPERTIES);
  if (!isObject(properties)) return [];
  const confidential = connector !== undefined && 'info' in connector ? new Set(connector.info.defaultConfiguration.properties.filter((property) => property.confidential).map(({ name }) => name)) : undefined;
  return Object.entries(properties).filter(([name, value]) => (confidential?.has(name) ?? isSecretName(name)) && isClear(value))
    .map(([name]) => ({ path: pathOf(PROPERTIES, name), text: 'stands there in clear text; a reference such as secret://store/NAME keeps it on the agent (agent/secrets/README.md)' }));
}

function isClear(value: JsonValue): boolean {
  if (Array.isArray(value)) return value.some(isClear);
  return typeof value === 'string' && value !== '' && !value.startsWith('secret://') && !value.includes('&{');
}

function hostNotes(json: JsonObject): Point[] {
  const ref = getKey(json, 'connectorRef');
  const host = isObject(ref) && typeof ref['connectorHostRef'] === 'string' ? ref['connectorHostRef'].trim() : '';
  const path = 'connectorRef.connectorHostRef';
  if (host === '' || host === '#LOCAL' || /^osgi/i.test(host)) return [{ path, text: 'names no connector server: IDM ran this connector itself, here any agent that is connected serves it' }];
  return [{ path, text: `${host}: the agent, or the group, that has to have this name` }];
}

function actionPoints(json: JsonObject): Point[] {
  const entries = getKey(json, 'systemActions');
  if (!Array.isArray(entries)) return [];
  return entries.flatMap((entry, index) => {
    const actions = isObject(entry) && Array.isArray(entry['actions']) ? entry['actions'].filter(isObject) : [];
    return actions.flatMap(({ actionType, actionFile }, at): Point[] => {
      const path = pathOf('systemActions', index, 'actions', at);
      return [
        ...(typeof actionType === 'string' && actionType.toLowerCase() === 'groovy' ? [{ path: pathOf(path, 'actionType'), text: 'is Groovy, which is not run here: rewrite the script in JavaScript (docs/scripts.md)' }] : []),
        ...(typeof actionFile === 'string' ? [{ path: pathOf(path, 'actionFile'), text: `copy ${actionFile} from the project of IDM: it counts from systems.project of controller.yaml, the output directory` }] : []),
      ];
    });
  });
}
