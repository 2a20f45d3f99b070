import { basename } from 'node:path';
import { checkingHooks } from '../../controller/managed/checking-hooks.js';
import { ManagedConfigurationError, compileManaged } from '../../controller/managed/configuration/compile-managed.js';
import { isObject, type JsonValue } from '../../protocol/crest/json.js';
import { pathOf, problem, unchecked, warning, type Finding } from './finding.js';
import { MANAGED_FILE, type JsonFile } from './recognise.js';

/** One type of `managed.json`: its name, everything that keeps the controller from using it, and what works differently. */
export interface CheckedType {
  readonly name: string;
  readonly raw: JsonValue;
  readonly problems: readonly string[];
  readonly warnings: readonly string[];
  /** Names of the keys its values are encrypted with. */
  readonly keys: readonly string[];
}

/** Has every key, and knows who was asked for. */
class AnyKey extends Map<string, Buffer> {
  readonly asked = new Set<string>();

  override get(name: string): Buffer {
    this.asked.add(name);
    return Buffer.alloc(16);
  }
}

/** The types of a file, each by itself. A finding for the file where they cannot be read at all. */
export function managedTypesOf({ json: { objects } }: JsonFile): { readonly types: readonly CheckedType[]; readonly findings: readonly Finding[] } {
  if (!Array.isArray(objects)) return { types: [], findings: [problem('objects', objects === undefined ? 'is missing' : 'must be a list')] };
  const seen = new Set<string>();
  return { findings: [], types: objects.map((raw, index) => {
    const checked = checkedType(raw, index);
    const isSecond = seen.has(checked.name);
    seen.add(checked.name);
    return isSecond ? { ...checked, problems: ['two types have this name', ...checked.problems] } : checked;
  }) };
}

function checkedType(raw: JsonValue, index: number): CheckedType {
  const keys = new AnyKey();
  const name = isObject(raw) && typeof raw['name'] === 'string' ? raw['name'] : `objects[${index}]`;
  const own = (texts: readonly string[]): string[] => texts.map((text) => text.replace(`${name}: `, '').replace('objects[0]: ', ''));
  try {
    const { warnings } = compileManaged({ objects: [raw] }, { keys, hooks: checkingHooks(undefined) });
    return { name, raw, problems: [], warnings: own(warnings), keys: [...keys.asked] };
  } catch (error) {
    if (!(error instanceof ManagedConfigurationError)) throw error;
    return { name, raw, problems: own(error.problems), warnings: [], keys: [] };
  }
}

export function checkManagedTypes(file: JsonFile): Finding[] {
  const { types, findings } = managedTypesOf(file);
  return [
    ...findings, ...basename(file.path) === MANAGED_FILE ? [] : [warning('', `is read under the name ${MANAGED_FILE} only`)],
    ...types.flatMap(({ name, problems, warnings, keys }) => [
      ...problems.map((text) => problem(pathOf('objects', name), text)), ...warnings.map((text) => warning(pathOf('objects', name), text)),
      ...keys.map((key) => unchecked(pathOf('objects', name), `needs the key ${key}, which systems.cryptoKeys in controller.yaml has to name`)),
    ]),
  ];
}
