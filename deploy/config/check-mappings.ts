import { basename } from 'node:path';
import { compileMappings } from '../../controller/mappings/mapping-book.js';
import { isObject, type JsonValue } from '../../protocol/crest/json.js';
import { pathOf, problem, warning, type Finding } from './finding.js';
import { MAPPINGS_FILE, type JsonFile } from './recognise.js';

/** One mapping of a file: its name, and everything that keeps the controller from running it. */
export interface CheckedMapping {
  readonly name: string;
  readonly raw: JsonValue;
  readonly problems: readonly string[];
}

/** The mappings of `sync.json`, or the one of a file of its own. A finding for the file where they cannot be read at all. */
export function mappingsOf({ kind, json }: JsonFile): { readonly mappings: readonly JsonValue[]; readonly findings: readonly Finding[] } {
  if (kind === 'mapping') return { mappings: [json], findings: [] };
  const { mappings } = json;
  return Array.isArray(mappings) ? { mappings, findings: [] } : { mappings: [], findings: [problem('mappings', mappings === undefined ? 'is missing' : 'must be a list')] };
}

/** Throws a TypeError when two mappings have one name. */
export function compileAll(mappings: readonly JsonValue[]): CheckedMapping[] {
  const entries = [...compileMappings(mappings)];
  return entries.map(([name, entry], index) => ({ name, raw: mappings[index] ?? null, problems: 'problems' in entry ? entry.problems : [] }));
}

/** `systems`: names of the systems that are checked with it; none: nothing is said about where mappings lead. */
export function checkMappings(file: JsonFile, systems: ReadonlySet<string>): Finding[] {
  const { mappings, findings } = mappingsOf(file);
  const ownFile = file.kind === 'mapping' ? [warning('', `is not read: this controller takes its mappings from ${MAPPINGS_FILE}`)]
    : basename(file.path) === MAPPINGS_FILE ? [] : [warning('', `is read under the name ${MAPPINGS_FILE} only`)];
  try {
    return [...findings, ...ownFile, ...compileAll(mappings).flatMap(({ name, raw, problems }) => [
      ...problems.map((text) => problem(pathOf('mappings', name === '' ? 'without a name' : name), text)),
      ...unknownSystems(name, raw, systems),
    ])];
  } catch (error) {
    if (error instanceof TypeError) return [...findings, ...ownFile, problem('mappings', error.message.replace(/^sync\.json: /, ''))];
    throw error;
  }
}

function unknownSystems(name: string, raw: JsonValue, systems: ReadonlySet<string>): Finding[] {
  if (!isObject(raw) || systems.size === 0) return [];
  return (['source', 'target'] as const).flatMap((key) => {
    const set = raw[key];
    const system = typeof set === 'string' ? /^system\/([^/]+)\//.exec(set)?.[1] : undefined;
    return system === undefined || systems.has(system) ? [] : [warning(pathOf('mappings', name, key), `the system ${system} is not among the provisioner files that were looked at`)];
  });
}
