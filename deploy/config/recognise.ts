import { basename } from 'node:path';
import { LineCounter, parseDocument } from 'yaml';
import { agentConfigSchema } from '../../agent/config/agent-config.js';
import { keysOf } from '../../agent/config/schema-walk.js';
import { isTooDeep } from '../../agent/config/yaml-depth.js';
import { controllerConfigSchema } from '../../controller/config/controller-config.js';
import { isObject, parseJson, type JsonObject, type JsonValue } from '../../protocol/crest/json.js';
import { systemNameOf } from '../../protocol/provisioner/provisioner-file.js';
import { problem, type Finding } from './finding.js';
import { findJsonFault } from './json-fault.js';
import type { SourceFile } from './source-file.js';

export const PROVIDER_FILE = 'provisioner.openicf.connectorinfoprovider.json';
export const MAPPINGS_FILE = 'sync.json';
export const MANAGED_FILE = 'managed.json';
const BYTE_ORDER_MARK = '\ufeff';

/** What a file is, with its content as its reader wants it. */
export type Recognised =
  | { readonly kind: 'agent' | 'controller'; readonly path: string; readonly text: string }
  | { readonly kind: 'properties'; readonly path: string; readonly text: string }
  | { readonly kind: JsonKind; readonly path: string; readonly text: string; readonly json: JsonObject; readonly findings: readonly Finding[] }
  | { readonly kind: 'unknown'; readonly path: string; readonly findings: readonly Finding[] };
export type JsonKind = 'system' | 'provider' | 'mappings' | 'mapping' | 'schedule' | 'managed';
export type JsonFile = Extract<Recognised, { readonly json: JsonObject }>;
export type FileKind = Recognised['kind'];

export const KIND_NAMES: Readonly<Record<FileKind, string>> = {
  agent: 'configuration of an agent', controller: 'configuration of a controller', properties: 'configuration of a Java connector server',
  system: 'system', provider: 'connector servers', mappings: 'mappings', mapping: 'mapping', schedule: 'schedule', managed: 'managed objects', unknown: 'not recognised',
};

const WANTED = 'expected agent.yaml, controller.yaml, provisioner.openicf-NAME.json, provisioner.openicf.connectorinfoprovider.json, sync.json, mapping-NAME.json, managed.json, schedule-NAME.json or ConnectorServer.properties';

/** Whether a file found in a folder is looked into; others of an IDM project are none of ours. */
export function isLookedInto(name: string): boolean {
  return /\.ya?ml$/i.test(name) || name === 'ConnectorServer.properties' || jsonKindOfName(name) !== undefined;
}

/** By its name where that says it, else by its content. */
export function recognise(file: SourceFile): Recognised {
  const { path } = file;
  if ('unreadable' in file) return { kind: 'unknown', path, findings: [problem('', file.unreadable)] };
  const { bytes } = file;
  if (/\.properties$/i.test(path)) return { kind: 'properties', path, text: bytes.toString('latin1') };
  if (isUtf16(bytes)) return { kind: 'unknown', path, findings: [problem('', 'is written in UTF-16; save it as UTF-8 without a byte order mark')] };
  const text = bytes.toString('utf8');
  if (/\.ya?ml$/i.test(path)) return yamlFile(path, text);
  return /\.json$/i.test(path) ? jsonFile(path, text) : { kind: 'unknown', path, findings: [problem('', `is not known by its name; ${WANTED}`)] };
}

/** As Windows PowerShell writes it. */
function isUtf16(bytes: Buffer): boolean {
  const mark = bytes.subarray(0, 2).toString('hex');
  return mark === 'fffe' || mark === 'feff';
}

function jsonKindOfName(name: string): JsonKind | undefined {
  if (name === PROVIDER_FILE) return 'provider';
  if (name === MAPPINGS_FILE) return 'mappings';
  if (name === MANAGED_FILE) return 'managed';
  if (systemNameOf(name) !== undefined) return 'system';
  return /^mapping-.+\.json$/.test(name) ? 'mapping' : /^schedule-.+\.json$/.test(name) ? 'schedule' : undefined;
}

function jsonKindOfContent(json: JsonObject): JsonKind | undefined {
  const has = (...keys: string[]): boolean => keys.some((key) => Object.hasOwn(json, key));
  if (has('connectorRef')) return 'system';
  if (has('remoteConnectorServers', 'remoteConnectorServersGroups', 'remoteConnectorClients')) return 'provider';
  if (has('mappings')) return 'mappings';
  if (has('invokeService')) return 'schedule';
  if (Array.isArray(json['objects'])) return 'managed';
  return has('source') && has('target') ? 'mapping' : undefined;
}

function jsonFile(path: string, text: string): Recognised {
  const findings: Finding[] = [];
  const isMarked = text.startsWith(BYTE_ORDER_MARK);
  if (isMarked) findings.push(problem('', 'begins with a byte order mark, which the controller does not read over; save it as UTF-8 without one'));
  const body = isMarked ? text.slice(1) : text;
  let json: JsonValue;
  try {
    json = parseJson(body);
  } catch {
    const fault = findJsonFault(body);
    const text = body.trim() === '' ? 'is empty' : `is no JSON${fault === undefined ? '' : `: expected ${fault.expected}`}`;
    return { kind: 'unknown', path, findings: [...findings, { ...problem('', text), line: body.trim() === '' ? undefined : fault?.line }] };
  }
  if (!isObject(json)) return { kind: 'unknown', path, findings: [...findings, problem('', 'holds no JSON object')] };
  const kind = jsonKindOfName(basename(path)) ?? jsonKindOfContent(json);
  if (kind === undefined) return { kind: 'unknown', path, findings: [...findings, problem('', `is JSON, but nothing agent or controller reads; ${WANTED}`)] };
  return { kind, path, text: body, json, findings };
}

/** The schema more of whose keys the file has at its top. */
function yamlFile(path: string, text: string): Recognised {
  const unknown = (finding: Finding): Recognised => ({ kind: 'unknown', path, findings: [finding] });
  if (isTooDeep(text)) return unknown(problem('', 'is nested too deeply'));
  const lines = new LineCounter();
  const document = parseDocument(text, { prettyErrors: false, lineCounter: lines });
  const [fault] = document.errors;
  if (fault !== undefined) return unknown({ ...problem('', `is no YAML: ${fault.code.toLowerCase().replaceAll('_', ' ')}`), line: lines.linePos(fault.pos[0]).line });
  let settings: unknown;
  try {
    settings = document.toJS({ maxAliasCount: 100 });
  } catch {
    return unknown(problem('', 'holds aliases that lead nowhere, or too many of them'));
  }
  const keys = settings !== null && typeof settings === 'object' && !Array.isArray(settings) ? Object.keys(settings) : [];
  const count = (known: readonly string[] | undefined): number => keys.filter((key) => known?.includes(key) === true).length;
  const [asAgent, asController] = [count(keysOf(agentConfigSchema('/'))), count(keysOf(controllerConfigSchema('/')))];
  if (asAgent === asController) return unknown(problem('', `is neither the configuration of an agent (agent, controllers, listeners …) nor of a controller (rest, gateway, systems …)${keys.includes('rules') ? '; for a policy there is `causeway policy check`' : ''}`));
  return { kind: asAgent > asController ? 'agent' : 'controller', path, text };
}
