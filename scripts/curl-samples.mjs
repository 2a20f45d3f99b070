/**
 * Sends every curl command of the seed text that goes to IDM to a controller with agents, and prints what became of them, by section, by
 * form and by name. Ends with `N passed, N failed`: accepted and answered in shape, and not. Needs the build, and the seeds beside the
 * checkout.
 */
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { root, run } from './run.mjs';

const report = join(root, 'var/curl-samples.txt');
rmSync(report, { force: true });
const failure = await run(process.execPath, ['node_modules/vitest/vitest.mjs', 'run', '--project', 'seeds', 'test/seeds/curl-samples.test.ts'], { cwd: root }).then(() => undefined, (error) => error);
console.log(readFileSync(report, 'utf8').trimEnd());
if (failure !== undefined) process.exitCode = 1;
