import { knownConnectors, type KnownConnectors } from '../../../agent/config/known-connectors.js';
import { CliError, EXIT } from '../../../agent/cli/exit-codes.js';
import { isObject } from '../../../protocol/crest/json.js';
import { KIND_NAMES, type JsonFile, type Recognised } from '../recognise.js';
import { surroundingsOf } from '../surroundings.js';
import { controllerFile } from './controller-file.js';
import { migrateMappings } from './migrate-mappings.js';
import { migrateProperties, type MigratedProperties } from './migrate-properties.js';
import { migrateProvider, namesIn } from './migrate-provider.js';
import { migrateSystem } from './migrate-system.js';
import type { Migrated, MigratedFile, MigrationReport } from './migration.js';
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
  const files = migrated.flatMap(({ files: own }) => own);
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
  const mappingFiles = sources.filter((file): file is JsonFile => file.kind === 'mappings' || file.kind === 'mapping');
  const mappings = new Map(migrateMappings(mappingFiles).map((one, index) => [mappingFiles[index] as Recognised, one]));
  let connectors: Promise<KnownConnectors> | undefined;
  const all: WithClients[] = [];
  for (const file of sources) {
    const ready = properties.get(file) ?? mappings.get(file);
    if (ready !== undefined) all.push({ ...ready, clients: [], dials: false });
    else if (file.kind === 'system') all.push({ ...await migrateSystem(file, await (connectors ??= knownConnectors()), { ...surroundingsOf(sources), servers: new Set() }), clients: [], dials: false });
    else if (file.kind === 'provider') all.push(migrateProvider(file, { listens }));
    else all.push({ report: notTaken(file), files: [], clients: [], dials: false });
  }
  return all;
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
  if (file.kind === 'schedule') return { ...base, attention: [{ path: '', text: 'this controller has no scheduler: call its REST API (/openidm/recon, /openidm/system?_action=liveSync) from cron or a systemd timer' }] };
  return { ...base, attention: [], notes: [{ path: '', text: 'is ours already' }] };
}

function complaints(migrated: readonly Migrated[]): string {
  return migrated.flatMap(({ report: { source, attention } }) => attention.map(({ path, text }) => `${source}: ${path === '' ? '' : `${path}: `}${text}.`)).join(' ');
}

