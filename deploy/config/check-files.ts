import { basename, dirname } from 'node:path';
import { knownConnectors, type KnownConnectors } from '../../agent/config/known-connectors.js';
import { systemNameOf } from '../../protocol/provisioner/provisioner-file.js';
import { checkManagedTypes } from './check-managed-types.js';
import { checkMappings } from './check-mappings.js';
import { importProperties } from './check-properties.js';
import { checkProvider } from './check-provider.js';
import { checkSchedule } from './check-schedule.js';
import { checkSystem } from './check-system.js';
import { checkAgentFile, checkControllerFile } from './check-yaml.js';
import { problem, warning, type Finding } from './finding.js';
import { PROVIDER_FILE, type FileKind, type JsonFile, type Recognised } from './recognise.js';
import { surroundingsOf, type Surroundings } from './surroundings.js';

/** What there is to say about one file. */
export interface FileReport {
  readonly file: string;
  readonly kind: FileKind;
  readonly outcome: 'fine' | 'warnings' | 'problems';
  readonly findings: readonly Finding[];
}

interface CheckParts {
  readonly connectors: () => Promise<KnownConnectors>;
  readonly surroundings: Surroundings;
  /** Files by the names of their systems: of two in one folder the controller uses the first. */
  readonly systems: Map<string, string>;
}

/** Checks each file as the product would at its start, and what several say of each other. */
export async function checkFiles(files: readonly Recognised[]): Promise<FileReport[]> {
  let connectors: Promise<KnownConnectors> | undefined;
  const parts: CheckParts = { connectors: () => connectors ??= knownConnectors(), surroundings: surroundingsOf(files), systems: new Map() };
  const reports = new Map<Recognised, FileReport>();
  // Mappings last: they name systems.
  for (const file of [...files].sort((a, b) => Number(isMapping(a)) - Number(isMapping(b)))) reports.set(file, reportOf(file, await findingsOf(file, parts)));
  return files.flatMap((file) => reports.get(file) ?? []);
}

const isMapping = ({ kind }: Recognised): boolean => kind === 'mappings' || kind === 'mapping';

function reportOf({ path, kind }: Recognised, findings: readonly Finding[]): FileReport {
  const has = (severity: Finding['severity']): boolean => findings.some((finding) => finding.severity === severity);
  return { file: path, kind, outcome: has('problem') ? 'problems' : has('warning') ? 'warnings' : 'fine', findings };
}

async function findingsOf(file: Recognised, parts: CheckParts): Promise<readonly Finding[]> {
  switch (file.kind) {
    case 'unknown': return file.findings;
    case 'agent': return checkAgentFile(file.path, file.text);
    case 'controller': return checkControllerFile(file.path, file.text);
    case 'properties': return importProperties(file.text).findings;
    default: return [...file.findings, ...await jsonFindings(file, parts)];
  }
}

async function jsonFindings(file: JsonFile, { connectors, surroundings, systems }: CheckParts): Promise<readonly Finding[]> {
  switch (file.kind) {
    case 'provider': return [...checkProvider(file.json), ...(basename(file.path) === PROVIDER_FILE ? [] : [warning('', `is read under the name ${PROVIDER_FILE} only`)])];
    case 'schedule': return checkSchedule(file);
    case 'managed': return checkManagedTypes(file);
    case 'mapping': case 'mappings': return checkMappings(file, new Set([...systems.keys()].map((key) => key.slice(key.indexOf('\n') + 1))));
    case 'system': {
      const { name, findings } = await checkSystem(file.json, await connectors(), surroundings);
      return [...findings, ...fileNameFindings(file.path), ...(name === undefined ? [] : takenName(file.path, name, systems))];
    }
  }
}

function fileNameFindings(path: string): Finding[] {
  return systemNameOf(path) === undefined ? [warning('', 'is read under a name such as provisioner.openicf-NAME.json only')] : [];
}

function takenName(path: string, name: string, systems: Map<string, string>): Finding[] {
  const key = `${dirname(path)}\n${name}`;
  const first = systems.get(key);
  if (first !== undefined) return [problem('name', `${name} is the name of the system in ${basename(first)} as well; the controller uses only that one`)];
  systems.set(key, path);
  return [];
}
