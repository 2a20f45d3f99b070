import { stat } from 'node:fs/promises';
import type { CheckResult } from '../cli/check-agent.js';
import { readPolicyFile } from './read-policy.js';

const WRITABLE_BY_OTHERS = 0o022;

/** What `causeway agent check` says of the policy file; nothing when there is none. */
export async function checkPolicy(file: string | undefined): Promise<CheckResult[]> {
  if (file === undefined) return [];
  const subject = 'policy.file';
  try {
    const { policy } = await readPolicyFile(file);
    const writable = await othersMayWrite([file, ...policy.scripts.directories]);
    const warnings = writable.map((path): CheckResult => ({ subject, outcome: 'warning', text: `${path} can be written by others than its owner, who could change the policy; chmod go-w` }));
    const any: CheckResult[] = policy.scripts.any ? [{ subject, outcome: 'warning', text: 'scripts.any is set: controllers may send any script' }] : [];
    return [{ subject, outcome: 'ok', text: `${file}, ${policy.rules.length} rules, default ${policy.default}` }, ...warnings, ...any];
  } catch (error) {
    return [{ subject, outcome: 'failed', text: error instanceof Error ? error.message : String(error) }];
  }
}

/** Windows has no such bits. */
async function othersMayWrite(paths: readonly string[]): Promise<readonly string[]> {
  if (process.platform === 'win32') return [];
  const found: string[] = [];
  for (const path of paths) {
    const mode = await stat(path).then((stats) => stats.mode, () => 0);
    if ((mode & WRITABLE_BY_OTHERS) !== 0) found.push(path);
  }
  return found;
}
