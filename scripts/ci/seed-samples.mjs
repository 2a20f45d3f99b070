/** Every form of request in the seed text, and its sample configurations, against a controller with CSV and OpenLDAP. */
import { root, run } from '../run.mjs';

await run(process.execPath, ['node_modules/vitest/vitest.mjs', 'run', '--project', 'seeds', '--exclude', '**/curl-samples.test.ts'], { cwd: root });
