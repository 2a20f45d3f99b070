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

/** Counts checks and tests, and prints the line everything ends with: `N passed, N failed`. */
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { root, run } from './run.mjs';

export class TestResults {
  passed = 0;
  failed = 0;

  count(name, ok) {
    if (ok) this.passed += 1;
    else this.failed += 1;
    if (!ok) console.error(`FAILED: ${name}`);
  }

  /** One command that must end with 0. */
  async check(name, command, args) {
    console.log(`\n== ${name}`);
    this.count(name, await run(command, args).then(() => true, (error) => (console.error(String(error)), false)));
  }

  /** Every test of a vitest project. */
  async vitest(project) {
    console.log(`\n== tests: ${project}`);
    const report = join(root, `var/test-${project}.json`);
    rmSync(report, { force: true });
    const args = ['node_modules/vitest/vitest.mjs', 'run', '--project', project, '--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
    const ended = await run(process.execPath, args).then(() => true, () => false);
    let summary;
    try {
      summary = JSON.parse(readFileSync(report, 'utf8'));
    } catch {
      this.count(`${project}: the test runner left no report`, false);
      return;
    }
    this.passed += summary.numPassedTests;
    this.failed += summary.numFailedTests + summary.numPendingTests + summary.numTodoTests;
    if (summary.numPassedTests === 0) this.count(`${project}: no test ran`, false);
    // A suite that fails before its first test, or an error outside any test, counts too.
    if (!ended && summary.numFailedTests === 0) this.count(`${project}: failed outside a test`, false);
  }

  /** Prints the summary and ends the process. */
  finish() {
    console.log(`\n${this.passed} passed, ${this.failed} failed`);
    process.exit(this.failed === 0 ? 0 : 1);
  }
}
