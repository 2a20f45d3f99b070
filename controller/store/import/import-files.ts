import { randomUUID } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { isObject, type JsonObject, type JsonValue } from '../../crest/json.js';
import type { Log } from '../../log.js';
import { DeadLetters, type DeadLetter } from '../../sync/dead-letters.js';
import { SyncStageStore, stageOf } from '../../sync/sync-stage-store.js';
import type { Database, Transaction } from '../database/database.js';
import { DatabaseRefused } from '../database/database-errors.js';
import { isMissing, readJsonFile, writeJsonFile } from '../json-file.js';
import { linkKey, type LinkIdRules } from '../link-keys.js';
import { readLinkFile } from './read-link-file.js';

export interface ImportParts {
  readonly dataFolder: string;
  /** How the ids of links of that mapping compare. */
  readonly rulesOf: (linkType: string) => Promise<LinkIdRules>;
  readonly log: Log;
}

/** In the data folder: that its files are in the database. The files are left as they are. */
export const IMPORT_MARKER = 'files-in-database.json';

interface Counts { readonly links: number; readonly stages: number; readonly deadLetters: number }

/**
 * Takes over, once, what earlier versions kept in files of the data folder: all of it or, when a file is damaged, nothing. Throws a
 * DatabaseRefused then, which names the file.
 */
export async function importFiles(database: Database, { dataFolder, rulesOf, log }: ImportParts): Promise<void> {
  const path = join(dataFolder, IMPORT_MARKER);
  const marker = await readMarker(path);
  const files = await filesOf(dataFolder);
  if (files.links.length + files.stages.length + files.letters.length === 0) return;
  const id = marker?.id ?? randomUUID();
  if (marker?.done === true) {
    const known = await database.query('SELECT 1 AS known FROM imported_folder WHERE id = $1', [id]);
    if (known.length === 0) log.warn({ marker: path }, 'links, stages and dead letters of files went into another database before, and are not taken over again');
    return;
  }
  // The id goes to the disk first: after a crash behind the COMMIT the database knows that it has them.
  await writeJsonFile(path, { id, done: false });
  const counts = await database.transaction((tx) => importAll(tx, id, files, rulesOf));
  await writeJsonFile(path, { id, done: true });
  if (counts !== undefined) log.info({ ...counts }, 'links, stages and dead letters of files are in the database now; the files are not used any more');
}

async function importAll(tx: Transaction, id: string, files: Files, rulesOf: ImportParts['rulesOf']): Promise<Counts | undefined> {
  const first = await tx.query('INSERT INTO imported_folder VALUES ($1, $2) ON CONFLICT DO NOTHING RETURNING 1 AS first', [id, new Date().toISOString()]);
  if (first.length === 0) return undefined;
  let links = 0;
  for (const path of files.links) links += await importLinks(tx, path, rulesOf);
  for (const path of files.stages) await importStage(new SyncStageStore(tx), path);
  for (const path of files.letters) await importLetter(new DeadLetters(tx), path);
  return { links, stages: files.stages.length, deadLetters: files.letters.length };
}

async function importLinks(tx: Transaction, path: string, rulesOf: ImportParts['rulesOf']): Promise<number> {
  const type = decoded(path);
  const rules = await rulesOf(type);
  const links = await readLinkFile(path, rules);
  await tx.query('INSERT INTO link_type VALUES ($1, $2, $3) ON CONFLICT DO NOTHING', [type, rules.firstCaseSensitive, rules.secondCaseSensitive]);
  await tx.insertRows({
    table: 'link', columns: ['link_type', 'link_qualifier', 'first_id', 'second_id', 'first_key', 'second_key'].map((name) => ({ name, type: 'text' })), skipExisting: true,
  }, links.map(({ firstId, secondId }) => [type, 'default', firstId, secondId, linkKey(firstId, rules.firstCaseSensitive), linkKey(secondId, rules.secondCaseSensitive)]));
  return links.length;
}

/** What another controller has put into a shared database already is left as it is. */
async function importStage(stages: SyncStageStore, path: string): Promise<void> {
  const stage = stageOf(await readWhole(path), path);
  if (await stages.read(decoded(path)) === undefined) await stages.write(decoded(path), stage);
}

async function importLetter(letters: DeadLetters, path: string): Promise<void> {
  const letter = letterOf(await readWhole(path), path);
  if (await letters.read(letter.systemIdentifier, letter.token) === undefined) await letters.add(letter);
}

interface Files { readonly links: readonly string[]; readonly stages: readonly string[]; readonly letters: readonly string[] }

async function filesOf(dataFolder: string): Promise<Files> {
  const letters = join(dataFolder, 'dead-letters');
  return {
    links: await namesIn(join(dataFolder, 'links'), '.jsonl'),
    stages: await namesIn(join(dataFolder, 'livesync'), '.json'),
    letters: (await Promise.all((await namesIn(letters, '')).map((folder) => namesIn(folder, '.json')))).flat(),
  };
}

/** Paths, none of a folder that is not there. */
async function namesIn(folder: string, ending: string): Promise<readonly string[]> {
  try {
    return (await readdir(folder)).filter((name) => name.endsWith(ending)).sort().map((name) => join(folder, name));
  } catch (error) {
    if (isMissing(error) || (error as NodeJS.ErrnoException).code === 'ENOTDIR') return [];
    throw error;
  }
}

/** What a file is called by. */
function decoded(path: string): string {
  return decodeURIComponent(path.slice(path.lastIndexOf('/') + 1).replace(/\.jsonl?$/, ''));
}

async function readWhole(path: string): Promise<JsonValue> {
  try {
    return await readJsonFile(path) ?? null;
  } catch (error) {
    throw new DatabaseRefused(`${path} is damaged, so nothing of the links, stages and dead letters kept in files was taken over. Restore the file, or move it away`, { cause: error });
  }
}

function letterOf(content: JsonValue, path: string): DeadLetter {
  const texts = ['token', 'systemIdentifier', 'objectType', 'uid', 'failureCause'];
  if (!isObject(content) || !texts.every((name) => typeof content[name] === 'string')) throw new DatabaseRefused(`${path} is no dead letter, so nothing of the links, stages and dead letters kept in files was taken over. Restore the file, or move it away`);
  return content as unknown as DeadLetter;
}

async function readMarker(path: string): Promise<{ readonly id: string; readonly done: boolean } | undefined> {
  const found: JsonValue | undefined = await readJsonFile(path);
  if (found === undefined) return undefined;
  const { id, done }: JsonObject = isObject(found) ? found : {};
  if (typeof id !== 'string' || typeof done !== 'boolean') throw new DatabaseRefused(`${path} is damaged. Restore it: it says whether what is in files was taken over`);
  return { id, done };
}
