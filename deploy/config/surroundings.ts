import { parse } from 'yaml';
import { isObject, type JsonValue } from '../../protocol/crest/json.js';
import type { Recognised } from './recognise.js';

/** What the other files of a check say about where connectors are: not all have to be in this version. */
export interface Surroundings {
  /** Names of connector servers that are dialled, and of groups with one of them. */
  readonly servers: ReadonlySet<string>;
  /** Connector servers that agents pass operations on to: their names, and the bundles they are asked for; none: whatever they have. */
  readonly relays: readonly { readonly name: string; readonly bundles: readonly string[] }[];
}

export function surroundingsOf(files: readonly Recognised[]): Surroundings {
  const servers = new Set<string>();
  for (const file of files) {
    if (file.kind !== 'provider') continue;
    for (const name of namesOf(file.json['remoteConnectorServers'])) servers.add(name);
    for (const group of objectsOf(file.json['remoteConnectorServersGroups'])) {
      if (typeof group['name'] === 'string' && namesOf(group['serversList']).some((name) => servers.has(name))) servers.add(group['name']);
    }
  }
  return { servers, relays: files.flatMap((file) => (file.kind === 'agent' ? relaysOf(file.text) : [])) };
}

function relaysOf(text: string): Surroundings['relays'] {
  const settings = parse(text, { logLevel: 'silent' }) as JsonValue;
  return objectsOf(isObject(settings) ? settings['relays'] : undefined).map((relay) => ({
    name: typeof relay['name'] === 'string' ? relay['name'] : 'without a name',
    bundles: objectsOf(relay['connectors']).flatMap(({ bundleName }) => (typeof bundleName === 'string' ? [bundleName] : [])),
  }));
}

function objectsOf(value: JsonValue | undefined) {
  return Array.isArray(value) ? value.filter(isObject) : [];
}

function namesOf(value: JsonValue | undefined): string[] {
  return objectsOf(value).flatMap(({ name }) => (typeof name === 'string' ? [name] : []));
}
