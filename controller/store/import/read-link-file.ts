import { readFile } from 'node:fs/promises';
import { isObject, parseJson, type JsonValue } from '../../crest/json.js';
import { DatabaseRefused } from '../database/database-errors.js';
import { linkKey, type LinkIdRules } from '../link-keys.js';
import type { Link } from '../link-table.js';

/** The links of a file of earlier versions: one JSON line a change, `{"add":[first,second]}` or `remove`. A last line that a crash cut short is left out. */
export async function readLinkFile(path: string, rules: LinkIdRules): Promise<readonly Link[]> {
  const byFirst = new Map<string, Link>();
  const lines = (await readFile(path, 'utf8')).split('\n');
  lines.pop();
  for (const [index, line] of lines.entries()) {
    const entry = parsed(line);
    const [added, removed] = isObject(entry) ? [pair(entry['add']), pair(entry['remove'])] : [];
    if (added === undefined && removed === undefined) throw new DatabaseRefused(`${path} is damaged in line ${index + 1}, so nothing of the links, stages and dead letters kept in files was taken over. Restore the file, or move it away to link anew`);
    if (added !== undefined) byFirst.set(linkKey(added.firstId, rules.firstCaseSensitive), added);
    if (removed !== undefined) byFirst.delete(linkKey(removed.firstId, rules.firstCaseSensitive));
  }
  return [...byFirst.values()];
}

function parsed(line: string): JsonValue | undefined {
  try {
    return parseJson(line);
  } catch {
    return undefined;
  }
}

function pair(value: JsonValue | undefined): Link | undefined {
  if (!Array.isArray(value)) return undefined;
  const [firstId, secondId] = value;
  return typeof firstId === 'string' && typeof secondId === 'string' ? { firstId, secondId } : undefined;
}
