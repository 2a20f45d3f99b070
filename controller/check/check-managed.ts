import { join } from 'node:path';
import { checkingHooks } from '../managed/checking-hooks.js';
import { compileManaged, ManagedConfigurationError } from '../managed/configuration/compile-managed.js';
import { MANAGED_FILE } from '../managed/configuration/managed-book.js';
import { ScriptFiles } from '../mappings/script-files.js';
import { readJsonFile } from '../store/json-file.js';
import type { CryptoKeys } from '../systems/encrypted-values.js';
import { attempt, failed, ok, warning, type CheckResult } from './check-result.js';

const GO_ON = 'Until it is corrected, the controller goes on with the types it had, and starts with none.';

/** The types of `managed.json` and their scripts, as the controller reads them; none is run. `types` undefined: they are not known. */
export async function checkManaged(folder: string, project: string, keys: CryptoKeys): Promise<{ readonly results: readonly CheckResult[]; readonly types: ReadonlySet<string> | undefined }> {
  const subject = { setting: 'systems.configuration', file: join(folder, MANAGED_FILE) };
  const read = await attempt(subject, () => readJsonFile(subject.file), GO_ON);
  if ('result' in read) return { results: [read.result], types: undefined };
  if (read.value === undefined) return { results: [], types: new Set() };
  try {
    const { types, warnings } = compileManaged(read.value, { keys, hooks: checkingHooks(new ScriptFiles(project)) });
    return { results: [...[...types.keys()].map((name) => ok(subject, `managed objects ${name}.`)), ...warnings.map((text) => warning(subject, `${text}.`))], types: new Set(types.keys()) };
  } catch (error) {
    if (!(error instanceof ManagedConfigurationError)) throw error;
    return { results: error.problems.map((problem) => failed(subject, `${problem.replace(/\.$/, '')}. ${GO_ON}`)), types: undefined };
  }
}
