import { stringify } from 'yaml';
import type { Settings } from '../../../agent/config/import-draft.js';
import { checkAgentFile } from '../check-yaml.js';
import { importProperties } from '../check-properties.js';
import { KIND_NAMES } from '../recognise.js';
import type { Migrated, PlannedFile, Point } from './migration.js';

const PATH = 'agent.yaml';
const HEAD = '# Made from a ConnectorServer.properties; see agent/config/example.yaml for every setting.\n';

/** What the agent takes over of a Java connector server. */
export interface MigratedProperties extends Migrated {
  /** Undefined: the file could not be used. */
  readonly mode: 'listens' | 'dials' | undefined;
}

/** `ConnectorServer.properties` → `agent.yaml`, with its secrets as files of their own. */
export function migrateProperties(path: string, text: string, { isDialled }: { readonly isDialled: boolean }): MigratedProperties {
  const { imported, findings } = importProperties(text);
  const kind = KIND_NAMES.properties;
  if (imported === undefined) return { mode: undefined, files: [], report: { source: path, kind, outcome: 'not-taken', written: [], changes: [], notes: [], attention: findings.map(({ path: at, text: why }) => ({ path: at, text: why })) } };
  const yaml = `${HEAD}${stringify(imported.settings, { aliasDuplicateObjects: false })}`;
  const files: PlannedFile[] = [
    { path: PATH, content: yaml, source: path },
    ...[...imported.secrets].map(([name, secret]) => ({ path: `secrets/${name}`, content: secret, source: path })),
  ];
  const of = (outcome: 'mapped' | 'dropped' | 'refused'): Point[] => imported.notes.filter((note) => note.outcome === outcome).map(({ property, text: what }) => ({ path: property, text: what }));
  const gaps = checkAgentFile(PATH, yaml).map(({ text: why }): Point => ({ path: PATH, text: why }));
  return {
    mode: listens(imported.settings) ? 'listens' : 'dials', files,
    report: { source: path, kind, outcome: 'changed', written: files.map((file) => file.path), changes: of('mapped'), attention: [...of('refused'), ...gaps], notes: [...of('dropped'), ...pathNotes(imported.settings), ...(isDialled ? [] : listeningNotes(imported.settings))] },
  };
}

function listens(settings: Settings): boolean {
  return settings['listeners'] !== undefined;
}

/** IDM knows where it is; a controller of ours has to be told. */
function listeningNotes(settings: Settings): Point[] {
  return listens(settings) ? [{ path: PATH, text: 'listens, as the Java server did. IDM goes on dialling it. For a controller of ours name it under remoteConnectorServers in conf/provisioner.openicf.connectorinfoprovider.json, or have the agent dial out: controllers: in place of listeners:' }] : [];
}

/** Paths are taken over as they are, and count from agent.yaml now. */
function pathNotes(settings: Settings): Point[] {
  const text = JSON.stringify(settings);
  return /"(?:pkcs12|ca)":"(?![/\\]|[A-Za-z]:)/.test(text) ? [{ path: PATH, text: "relative paths of key stores count from agent.yaml, no longer from the Java server's directory" }] : [];
}
