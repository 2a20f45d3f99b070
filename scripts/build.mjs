/** Generates the protobuf code, compiles everything to dist/, adds the files of the status page, and writes down there what agents publish of the connectors. */
import { chmodSync, cpSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { root, run } from './run.mjs';

rmSync(join(root, 'dist'), { recursive: true, force: true });
await run(process.execPath, ['scripts/gen-proto.mjs']);
await run(process.execPath, ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.build.json']);
await run(process.execPath, ['scripts/gen-proto.mjs', '--copy-only']);
cpSync(join(root, 'agent/observe/local/page'), join(root, 'dist/agent/observe/local/page'), { recursive: true });
const { writeBuiltInfos } = await import('../dist/agent/operations/built-infos.js');
await writeBuiltInfos();
chmodSync(join(root, 'dist/deploy/cli/causeway.js'), 0o755);
