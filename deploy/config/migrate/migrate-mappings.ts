import { isObject, writeJson, type JsonValue } from '../../../protocol/crest/json.js';
import { compileAll, mappingsOf, type CheckedMapping } from '../check-mappings.js';
import { KIND_NAMES, MAPPINGS_FILE, type JsonFile } from '../recognise.js';
import type { Migrated, PlannedFile, Point } from './migration.js';
import { namedScriptFiles } from './named-script-files.js';

const PATH = `conf/${MAPPINGS_FILE}`;

export interface MigratedMappings {
  /** In the order of the files. */
  readonly migrated: readonly Migrated[];
  /** Names of those that are taken. */
  readonly names: ReadonlySet<string>;
}

/** All mappings become one `sync.json`, with those this controller can run. `managed`: types of managed objects that are taken. */
export function migrateMappings(files: readonly JsonFile[], managed: ReadonlySet<string>): MigratedMappings {
  const taken: JsonValue[] = [];
  const reports = files.map((file) => {
    const { mappings, findings } = mappingsOf(file);
    const checked = checkedMappings(mappings, findings.map(({ path, text }) => ({ path, text })), managed);
    const usable = checked.mappings.filter(({ problems }) => problems.length === 0);
    taken.push(...usable.map(({ raw }) => raw));
    return { file, checked, usable, scripts: namedScriptFiles('mappings', usable.map(({ raw }) => raw), file.path) };
  });
  const isAsIs = files.length === 1 && files[0]?.kind === 'mappings' && reports.every(({ file, checked, usable }) => file.findings.length === 0 && usable.length === checked.mappings.length && checked.points.length === 0);
  const copied = new Set<string>();
  const migrated = reports.map(({ file, checked: { mappings, points }, usable, scripts }, index): Migrated => {
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
  return { migrated, names: new Set(reports.flatMap(({ usable }) => usable.map(({ name }) => name))) };
}

function checkedMappings(mappings: readonly JsonValue[], points: readonly Point[], managed: ReadonlySet<string>): { readonly mappings: readonly CheckedMapping[]; readonly points: readonly Point[] } {
  try {
    return { mappings: compileAll(mappings).map((checked) => ({ ...checked, problems: [...missingSets(checked.raw, managed), ...checked.problems] })), points };
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    return { mappings: [], points: [...points, { path: 'mappings', text: error.message.replace(/^sync\.json: /, '') }] };
  }
}

function leftOut({ name, problems }: CheckedMapping): Point[] {
  const path = `mappings.${name === '' ? 'without a name' : name}`;
  return problems.map((text) => ({ path, text: `left out: ${text}` }));
}

/** Object sets whose type is not taken. */
function missingSets(raw: JsonValue, managed: ReadonlySet<string>): readonly string[] {
  if (!isObject(raw)) return [];
  return (['source', 'target'] as const).flatMap((key) => {
    const set = raw[key];
    const type = typeof set === 'string' ? /^managed\/([^/]+)/.exec(set)?.[1] : undefined;
    return type === undefined || managed.has(type) ? [] : [`${key} is managed/${type}, and no such type is taken from managed.json. Correct or add it there, or let IDM keep the mapping`];
  });
}
