import { knownConnectors, type KnownConnectors } from '../../../agent/config/known-connectors.js';
import { CliError, EXIT } from '../../../agent/cli/exit-codes.js';
import { isObject } from '../../../protocol/crest/json.js';
import { systemNameOf } from '../../../protocol/provisioner/provisioner-file.js';
import { KIND_NAMES, type JsonFile, type JsonKind, type Recognised } from '../recognise.js';
import { surroundingsOf } from '../surroundings.js';
import { controllerFile } from './controller-file.js';
import { migrateManaged } from './migrate-managed.js';
import { migrateMappings } from './migrate-mappings.js';
import { migrateProperties, type MigratedProperties } from './migrate-properties.js';
import { migrateProvider, namesIn } from './migrate-provider.js';
import { migrateSchedule } from './migrate-schedule.js';
import { migrateSystem } from './migrate-system.js';
import type { Migrated, MigratedFile, MigrationReport, PlannedFile } from './migration.js';
import { nextSteps } from './next-steps.js';
import { refuseClashes, writeOut } from './write-out.js';

export interface MigrateOptions {
  /** Undefined: nothing is written. */
  readonly out: string | undefined;
  readonly replace: boolean;
}

const CONTROLLER = 'controller.yaml';

/** Plans all files, writes them together, and tells of each source. Throws a CliError when nothing can be written. */
export async function migrate(sources: readonly Recognised[], { out, replace }: MigrateOptions): Promise<MigrationReport> {
  const isDialled = sources.some((file) => file.kind === 'provider' && Array.isArray(file.json['remoteConnectorServers']));
  const properties = new Map(sources.flatMap((file) => (file.kind === 'properties' ? [[file as Recognised, migrateProperties(file.path, file.text, { isDialled })] as const] : [])));
  const migrated = await allMigrated(sources, properties);
  const files = withSharedScripts(migrated.flatMap(({ files: own }) => own));
  const made: { file: string; text: string }[] = [];
  const clients = [...new Set([...migrated.flatMap((one) => one.clients), ...namedHosts(sources)])];
  const accepts = clients.length > 0 || !migrated.some((one) => one.dials);
  const hasController = files.some(({ path }) => path.startsWith('conf/'));
  if (hasController) {
    files.push({ path: CONTROLLER, content: controllerFile(clients, { accepts }), source: 'the migration' });
    made.push({ file: CONTROLLER, text: `a controller for conf/${clients.length === 0 ? '' : `, where ${clients.join(', ')} may dial in on port 8443`}` });
  }
  refuseClashes(files);
  if (out !== undefined) {
    if (files.length === 0) throw new CliError(`Nothing was written: there is nothing among these files that can be migrated. ${complaints(migrated)}`, EXIT.usage);
    await writeOut(out, files, { replace, sources: sources.map(({ path }) => path) });
  }
  const reports = migrated.map(({ report }) => report);
  const next = nextSteps({ out, files: files.map(({ path }) => path), accepts: hasController && accepts, hasAttention: reports.some(({ attention }) => attention.length > 0) });
  return { out, attention: reports.reduce((sum, { attention }) => sum + attention.length, 0), files: reports, made, next };
}

interface WithClients extends Migrated { readonly clients: readonly string[]; readonly dials: boolean }

/** In the order of the sources. */
async function allMigrated(sources: readonly Recognised[], properties: ReadonlyMap<Recognised, MigratedProperties>): Promise<WithClients[]> {
  const listens = [...properties.values()].some(({ mode }) => mode === 'listens');
  const jobs = migratedJobs(sources);
  let connectors: Promise<KnownConnectors> | undefined;
  const all: WithClients[] = [];
  for (const file of sources) {
    const ready = properties.get(file) ?? jobs.get(file);
    if (ready !== undefined) all.push({ ...ready, clients: [], dials: false });
    else if (file.kind === 'system') all.push({ ...await migrateSystem(file, await (connectors ??= knownConnectors()), { ...surroundingsOf(sources), servers: new Set() }), clients: [], dials: false });
    else if (file.kind === 'provider') all.push(migrateProvider(file, { listens }));
    else all.push({ report: notTaken(file), files: [], clients: [], dials: false });
  }
  return all;
}

/** What systems are for: mappings lead to types of managed objects, schedules call mappings. */
function migratedJobs(sources: readonly Recognised[]): ReadonlyMap<Recognised, Migrated> {
  const of = (...kinds: readonly JsonKind[]): JsonFile[] => sources.filter((file): file is JsonFile => (kinds as readonly string[]).includes(file.kind));
  const managed = of('managed').map((file) => [file, migrateManaged(file)] as const);
  const mappingFiles = of('mappings', 'mapping');
  const { migrated, names } = migrateMappings(mappingFiles, new Set(managed.flatMap(([, { types }]) => types)));
  const systems = new Set(of('system').flatMap(({ path, json: { name } }) => (typeof name === 'string' ? name : systemNameOf(path)) ?? []));
  const schedules = of('schedule').map((file) => [file, migrateSchedule(file, { mappings: names, systems })] as const);
  return new Map<Recognised, Migrated>([...managed, ...schedules, ...mappingFiles.flatMap((file, index) => (migrated[index] === undefined ? [] : [[file, migrated[index]] as const]))]);
}

/** A script that several name is one file. */
function withSharedScripts(files: readonly PlannedFile[]): PlannedFile[] {
  return files.filter(({ path, content }, index) => !path.startsWith('script/') || files.findIndex((other) => other.path === path && other.content === content) === index);
}

/** Hosts that systems name and no provider file knows: agents that dial in. */
function namedHosts(sources: readonly Recognised[]): readonly string[] {
  const known = new Set(sources.flatMap((file) => (file.kind === 'provider' ? namesIn(file.json) : [])));
  const named = sources.flatMap((file) => {
    const ref = file.kind === 'system' ? file.json['connectorRef'] : undefined;
    const host = isObject(ref) && typeof ref['connectorHostRef'] === 'string' ? ref['connectorHostRef'].trim() : '';
    return /^(?:$|#LOCAL$|osgi)|&\{/i.test(host) ? [] : [host];
  });
  return named.filter((name) => !known.has(name));
}

function notTaken(file: Recognised): MigratedFile {
  const base = { source: file.path, kind: KIND_NAMES[file.kind], outcome: 'not-taken' as const, written: [], changes: [], notes: [] };
  if (file.kind === 'unknown') return { ...base, attention: file.findings.map(({ path, text, line }) => ({ path: line === undefined ? path : `line ${line}`, text })) };
  return { ...base, attention: [], notes: [{ path: '', text: 'is ours already' }] };
}

function complaints(migrated: readonly Migrated[]): string {
  return migrated.flatMap(({ report: { source, attention } }) => attention.map(({ path, text }) => `${source}: ${path === '' ? '' : `${path}: `}${text}.`)).join(' ');
}

