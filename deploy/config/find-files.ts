import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { CliError, EXIT } from '../../agent/cli/exit-codes.js';
import { isLookedInto, recognise, type Recognised } from './recognise.js';
import { readSource, unreadableReason } from './source-file.js';

/** A project of IDM and a Java connector server keep their files there. */
const BELOW = 'conf';

/**
 * The files that are named, and those of the folders that are named (and of `conf` in them) that are ours by name or content. Throws a
 * CliError for a folder without any.
 */
export async function findFiles(places: readonly string[]): Promise<Recognised[]> {
  const found = new Map<string, Recognised>();
  for (const place of places) {
    const isFolder = await stat(place).then((stats) => stats.isDirectory(), () => false);
    const files = isFolder ? await inFolder(place) : [recognise(await readSource(place))];
    if (files.length === 0) throw new CliError(`${place}: there is nothing here to look at. Give a folder (or the one above its "conf") with provisioner.openicf-*.json, sync.json, managed.json, schedule-*.json, ConnectorServer.properties or the YAML of an agent or controller, or files themselves.`, EXIT.usage);
    for (const file of files) found.set(file.path, file);
  }
  return [...found.values()];
}

async function inFolder(folder: string): Promise<Recognised[]> {
  const found: Recognised[] = [];
  for (const place of [folder, join(folder, BELOW)]) {
    for (const name of (await namesIn(place, place === folder)).filter(isLookedInto).sort()) {
      const path = join(place, name);
      if (!await stat(path).then((stats) => stats.isFile(), () => true)) continue;
      const file = recognise(await readSource(path));
      // YAML that belongs to somebody else is not complained about; JSON is here by its name.
      if (file.kind !== 'unknown' || !isForeign(file, name)) found.push(file);
    }
  }
  return found;
}

function isForeign({ findings }: Extract<Recognised, { readonly kind: 'unknown' }>, name: string): boolean {
  return /\.ya?ml$/i.test(name) && findings.every(({ text }) => text.startsWith('is neither'));
}

async function namesIn(folder: string, isNamed: boolean): Promise<readonly string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (!isNamed) return [];
    throw new CliError(`${folder} cannot be read: ${unreadableReason(error)}.`, EXIT.usage);
  }
}
