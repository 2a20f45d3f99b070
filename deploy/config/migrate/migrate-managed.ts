import { writeJson } from '../../../protocol/crest/json.js';
import { managedTypesOf, type CheckedType } from '../check-managed-types.js';
import { pathOf } from '../finding.js';
import { KIND_NAMES, MANAGED_FILE, type JsonFile } from '../recognise.js';
import type { Migrated, Point } from './migration.js';
import { namedScriptFiles } from './named-script-files.js';

const PATH = `conf/${MANAGED_FILE}`;

export interface MigratedManaged extends Migrated {
  /** Names of the types that are taken. */
  readonly types: readonly string[];
}

/** `managed.json`, with the types this controller can keep, and the files of their scripts. */
export function migrateManaged(file: JsonFile): MigratedManaged {
  const { types, findings } = managedTypesOf(file);
  const taken = types.filter(({ problems }) => problems.length === 0);
  const isTaken = findings.length === 0 && (taken.length > 0 || types.length === 0);
  const scripts = namedScriptFiles('objects', taken.map(({ raw }) => raw), file.path);
  const isWhole = taken.length === types.length;
  const changes: Point[] = file.findings.length > 0 ? [{ path: '', text: 'the byte order mark was left out' }] : [];
  if (!isWhole) changes.push({ path: 'objects', text: `${taken.length} of ${types.length} taken: ${taken.map(({ name }) => name).join(', ')}` });
  const content = isWhole ? file.text : `${writeJson({ ...file.json, objects: taken.map(({ raw }) => raw) }, 2)}\n`;
  return {
    types: taken.map(({ name }) => name),
    report: {
      source: file.path, kind: KIND_NAMES.managed, outcome: !isTaken ? 'not-taken' : changes.length === 0 ? 'as-is' : 'changed', written: isTaken ? [PATH, ...scripts.files.map(({ path }) => path)] : [],
      changes: isTaken ? changes : [],
      attention: [...findings.map(({ path, text }) => ({ path, text })), ...types.flatMap(leftOut), ...taken.flatMap(keysNeeded), ...scripts.attention],
      notes: [...taken.flatMap(({ name, warnings }) => warnings.map((text) => ({ path: pathOf('objects', name), text }))), ...taken.length === 0 ? [] : [{ path: 'objects', text: "the objects themselves stay in IDM's repository: a reconciliation from the system they come from makes them anew, or PUT them over REST (docs/managed-objects.md)" }]],
    },
    files: isTaken ? [{ path: PATH, content, source: file.path }, ...scripts.files] : [],
  };
}

function leftOut({ name, problems }: CheckedType): Point[] {
  return problems.map((text) => ({ path: pathOf('objects', name), text: `left out: ${text}` }));
}

function keysNeeded({ name, keys }: CheckedType): Point[] {
  return keys.map((key) => ({ path: pathOf('objects', name), text: `encrypts values with the key ${key}: name it under systems.cryptoKeys in controller.yaml, or the controller cannot use the file` }));
}
