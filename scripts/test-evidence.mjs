/** What the processes of a run of tests print, write and answer, kept for the search for secrets after it. */
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './run.mjs';

/**
 * From here on what the processes of tests print, write and answer is kept in a directory below var/evidence, see
 * test/support/evidence.ts; what an earlier run left is removed.
 */
export function startEvidence(name) {
  const directory = join(root, 'var/evidence', name);
  rmSync(directory, { recursive: true, force: true });
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  process.env.CAUSEWAY_EVIDENCE = directory;
  return directory;
}

/** Ends the keeping, and counts the search for secrets as one check. */
export async function searchEvidence(results, directory, options) {
  delete process.env.CAUSEWAY_EVIDENCE;
  await results.check('no secret of the tests in what they left', process.execPath, ['scripts/secret-search.mjs', directory, ...options]);
}
