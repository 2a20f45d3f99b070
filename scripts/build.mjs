/** Generates the protobuf code, compiles everything to dist/, adds the files of the status page, bundles the console, makes an empty database, and writes down there what agents publish of the connectors. */
import { chmodSync, cpSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { buildConsole } from './build-console.mjs';
import { root, run } from './run.mjs';

rmSync(join(root, 'dist'), { recursive: true, force: true });
await run(process.execPath, ['scripts/gen-proto.mjs']);
await run(process.execPath, ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.build.json']);
await run(process.execPath, ['node_modules/typescript/bin/tsc', '-p', 'controller/console/web/tsconfig.json']);
// Types of the client, by the browser's library alone: it uses nothing of Node's.
await run(process.execPath, ['node_modules/typescript/bin/tsc', '-p', 'controller/client/tsconfig.json']);
await buildConsole();
await run(process.execPath, ['scripts/gen-proto.mjs', '--copy-only']);
cpSync(join(root, 'agent/observe/local/page'), join(root, 'dist/agent/observe/local/page'), { recursive: true });
const { writeBuiltInfos } = await import('../dist/agent/operations/built-infos.js');
await writeBuiltInfos();
// The controller copies it where it needs a database of its own: making one takes seconds and much memory.
const { makeEmptyDatabase } = await import('../dist/controller/store/database/embedded/make-database.js');
await makeEmptyDatabase();
chmodSync(join(root, 'dist/deploy/cli/causeway.js'), 0o755);
