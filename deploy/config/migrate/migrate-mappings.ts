import { writeJson, type JsonValue } from '../../../protocol/crest/json.js';
import { compileAll, mappingsOf, type CheckedMapping } from '../check-mappings.js';
import { KIND_NAMES, MAPPINGS_FILE, type JsonFile } from '../recognise.js';
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
    return { file, checked, usable };
  });
  const isAsIs = files.length === 1 && files[0]?.kind === 'mappings' && reports.every(({ file, checked, usable }) => file.findings.length === 0 && usable.length === checked.mappings.length && checked.points.length === 0);
  return reports.map(({ file, checked: { mappings, points }, usable }, index): Migrated => {
    const left = mappings.filter(({ problems }) => problems.length > 0);
    const planned: PlannedFile[] = index === 0 && taken.length > 0 ? [{ path: PATH, content: isAsIs ? file.text : `${writeJson({ mappings: taken }, 2)}\n`, source: file.path }] : [];
    return {
      report: {
        source: file.path, kind: KIND_NAMES[file.kind], outcome: isAsIs ? 'as-is' : usable.length === 0 ? 'not-taken' : 'changed', written: usable.length === 0 ? [] : [PATH],
        changes: isAsIs || usable.length === 0 ? [] : [{ path: 'mappings', text: `${usable.length} of ${mappings.length} taken: ${usable.map(({ name }) => name).join(', ')}` }],
        attention: [...points, ...left.flatMap(leftOut)],
        notes: usable.length === 0 ? [] : [{ path: 'links', text: 'of IDM (repo/link) are not taken: the first reconciliation finds the pairs anew by correlation, so run it before anything may delete' }],
      },
      files: planned,
    };
  });
}

function checkedMappings(mappings: readonly JsonValue[], points: readonly Point[]): { readonly mappings: readonly CheckedMapping[]; readonly points: readonly Point[] } {
  try {
    return { mappings: compileAll(mappings), points };
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    return { mappings: [], points: [...points, { path: 'mappings', text: error.message.replace(/^sync\.json: /, '') }] };
  }
}

function leftOut({ name, problems }: CheckedMapping): Point[] {
  const path = `mappings.${name === '' ? 'without a name' : name}`;
  return problems.map((text) => ({ path, text: `left out: ${text}${adviceOn(text)}` }));
}

function adviceOn(text: string): string {
  if (/must be an object set system/.test(text)) return '. There are no managed objects here: map from system to system, or let IDM keep this mapping and use this controller, or the agents, for its systems';
  return '';
}
