/** Counts checks and tests, and prints the line everything ends with: `N passed, N failed`. */
import { readFileSync, rmSync } from 'node:fs';
import { join, relative } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { root, run, runBeside } from './run.mjs';

export class TestResults {
  passed = 0;
  failed = 0;
  /** What failed, a line each, said again at the end: a long run's output is not read from its start. */
  failures = [];

  count(name, ok) {
    if (ok) this.passed += 1;
    else this.failed += 1;
    if (!ok) this.failures.push(name);
    if (!ok) console.error(`FAILED: ${name}`);
  }

  /** One command that must end with 0. */
  async check(name, command, args) {
    console.log(`\n== ${name}`);
    this.count(name, await run(command, args).then(() => true, (error) => (console.error(String(error)), false)));
  }

  /** One command that must end with 0, beside others and behind them; its output comes when it is done. */
  async checkBeside(name, command, args) {
    const { ok, output } = await runBeside(command, args);
    console.log(`\n== ${name}\n${output}`);
    this.count(name, ok);
  }

  /** Every test of some vitest projects, at the same time where they are of one group; the report is named after the first. */
  async vitest(project, ...more) {
    console.log(`\n== tests: ${[project, ...more].join(', ')}`);
    const report = join(root, `var/test-${project}.json`);
    rmSync(report, { force: true });
    const args = ['node_modules/vitest/vitest.mjs', 'run', ...[project, ...more].flatMap((each) => ['--project', each]), '--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
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
    this.failures.push(...failuresOf(summary));
    if (summary.numPassedTests === 0) this.count(`${project}: no test ran`, false);
    // A suite that fails before its first test, or an error outside any test, counts too.
    if (!ended && summary.numFailedTests === 0) this.count(`${project}: failed outside a test`, false);
  }

  /** Prints the summary and ends the process. */
  finish() {
    console.log('');
    for (const failure of this.failures) console.log(`FAILED: ${failure}`);
    console.log(`${this.passed} passed, ${this.failed} failed`);
    process.exit(this.failed === 0 ? 0 : 1);
  }
}

/** The failed tests of a vitest report, and the files that failed before their first test: where, which, and why in one line. */
function failuresOf(summary) {
  return summary.testResults.flatMap(({ name, status, message, assertionResults }) => {
    const file = relative(root, name);
    const failed = assertionResults.filter((test) => test.status !== 'passed');
    if (failed.length === 0) return status === 'failed' ? [`${file}: ${inOneLine(message)}`] : [];
    return failed.map((test) => `${file}: ${test.fullName}: ${inOneLine(test.failureMessages?.join(' ') || test.status)}`);
  });
}

const inOneLine = (text) => stripVTControlCharacters(text).replace(/\s+/g, ' ').slice(0, 600);
