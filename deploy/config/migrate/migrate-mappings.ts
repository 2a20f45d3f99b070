import { isObject, writeJson, type JsonValue } from '../../../protocol/crest/json.js';
import { compileAll, mappingsOf, type CheckedMapping } from '../check-mappings.js';
import { KIND_NAMES, MAPPINGS_FILE, type JsonFile } from '../recognise.js';
import { mappingScriptFiles } from './mapping-script-files.js';
import type { Migrated, PlannedFile, Point } from './migration.js';

const PATH = `conf/${MAPPINGS_FILE}`;

/** All mappings become one `sync.json`, with those this controller can run; in the order of the files. */
export function migrateMappings(files: readonly JsonFile[]): Migrated[] {
  const taken: JsonValue[] = [];
  const reports = files.map((file) => {
    const { mappings, findings } = mappingsOf(file);
    const checked = checkedMappings(mappings, findings.map(({ path, text }) => ({ path, text })));
    const usable = checked.mappings.filter(({ problems }) => problems.length === 0);
    taken.push(...usable.map(({ raw }) => raw));
    return { file, checked, usable, scripts: mappingScriptFiles(usable.map(({ raw }) => raw), file.path) };
  });
  const isAsIs = files.length === 1 && files[0]?.kind === 'mappings' && reports.every(({ file, checked, usable }) => file.findings.length === 0 && usable.length === checked.mappings.length && checked.points.length === 0);
  const copied = new Set<string>();
  return reports.map(({ file, checked: { mappings, points }, usable, scripts }, index): Migrated => {
    const left = mappings.filter(({ problems }) => problems.length > 0);
    const planned: PlannedFile[] = index === 0 && taken.length > 0 ? [{ path: PATH, content: isAsIs ? file.text : `${writeJson({ mappings: taken }, 2)}\n`, source: file.path }] : [];
    const own = scripts.files.filter(({ path }) => !copied.has(path));
    for (const { path } of own) copied.add(path);
    return {
      report: {
        source: file.path, kind: KIND_NAMES[file.kind], outcome: isAsIs ? 'as-is' : usable.length === 0 ? 'not-taken' : 'changed', written: usable.length === 0 ? [] : [PATH, ...own.map(({ path }) => path)],
        changes: isAsIs || usable.length === 0 ? [] : [{ path: 'mappings', text: `${usable.length} of ${mappings.length} taken: ${usable.map(({ name }) => name).join(', ')}` }],
        attention: [...points, ...left.flatMap(leftOut), ...scripts.attention],
        notes: usable.length === 0 ? [] : [{ path: 'links', text: 'of IDM (repo/link) are not taken: the first reconciliation finds the pairs anew by correlation, so run it before anything may delete' }],
      },
      files: [...planned, ...own],
    };
  });
}

function checkedMappings(mappings: readonly JsonValue[], points: readonly Point[]): { readonly mappings: readonly CheckedMapping[]; readonly points: readonly Point[] } {
  try {
    return { mappings: compileAll(mappings).map((checked) => ({ ...checked, problems: [...managedSets(checked.raw), ...checked.problems] })), points };
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    return { mappings: [], points: [...points, { path: 'mappings', text: error.message.replace(/^sync\.json: /, '') }] };
  }
}

function leftOut({ name, problems }: CheckedMapping): Point[] {
  const path = `mappings.${name === '' ? 'without a name' : name}`;
  return problems.map((text) => ({ path, text: `left out: ${text}` }));
}

/** Their types and scripts want a look before they run here, so their mappings are not taken along. */
function managedSets(raw: JsonValue): readonly string[] {
  if (!isObject(raw)) return [];
  return (['source', 'target'] as const).flatMap((key) => {
    const set = raw[key];
    return typeof set === 'string' && set.startsWith('managed/') ? [`${key} is ${set}, and managed objects are not moved. Copy managed.json and this mapping by hand and check them (causeway config check), or let IDM keep the mapping`] : [];
  });
}
